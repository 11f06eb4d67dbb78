import Checkpoints
import Layers
import Support
import Tensors

/// AdamW for all parameters of a model, or Muon for some of its matrices and AdamW for the others.
final class TrainingOptimizer {
  private let plan: TrainingPlan
  private let adamW: AdamW
  private let muon: Muon?
  private let matrices: [(name: String, parameter: Tensor)]
  private let others: [(name: String, parameter: Tensor)]

  /// An optimizer by a plan.
  ///
  /// - Parameter matrices: the names of the parameters that Muon changes.
  init(_ plan: TrainingPlan, _ model: Module, matrices names: Set<String>) {
    self.plan = plan
    let parameters = model.namedParameters(removingDuplicates: true)
    let usesMuon = plan.matrixLearningRate != nil
    let unknown = names.subtracting(parameters.map(\.name)).sorted()
    if usesMuon, !unknown.isEmpty { reportMisuse("TrainingLoop", "the model has no parameters \(unknown) for Muon") }
    let matrices = parameters.filter { usesMuon && names.contains($0.name) }
    others = parameters.filter { !usesMuon || !names.contains($0.name) }
    adamW = AdamW(
      others.map(\.parameter), learningRate: plan.learningRate, betas: plan.betas, weightDecay: plan.weightDecay)
    muon = plan.matrixLearningRate.map {
      Muon(matrices.map(\.parameter), learningRate: $0, weightDecay: plan.weightDecay, stepSize: .likeAdamW)
    }
    self.matrices = matrices
  }

  /// Changes all parameters.
  ///
  /// - Parameter rate: the learning rate of AdamW; that of Muon rises and falls with it.
  func step(learningRate rate: Double) {
    adamW.learningRate = rate
    adamW.step()
    if let muon, let peak = plan.matrixLearningRate {
      muon.learningRate = peak * rate / plan.learningRate
      muon.step()
    }
  }

  /// Forgets the gradients.
  func zeroGrad() {
    adamW.zeroGrad()
    muon?.zeroGrad()
  }

  // MARK: Saved states

  /// What is to be saved: for each parameter that a step has changed the running means, by the parameter's name.
  var saved: [TensorToWrite] {
    var tensors: [TensorToWrite] = []
    for case (let (name, parameter), let moments?) in zip(others, adamW.state) {
      tensors.append(TensorToWrite(name: "mean.\(name)", moments.mean.scalars, shape: parameter.shape))
      tensors.append(TensorToWrite(name: "square.\(name)", moments.square.scalars, shape: parameter.shape))
      tensors.append(TensorToWrite(name: "steps.\(name)", [moments.stepCount], shape: [1]))
    }
    for case (let (name, parameter), let mean?) in zip(matrices, muon?.state ?? []) {
      tensors.append(TensorToWrite(name: "momentum.\(name)", mean.scalars, shape: parameter.shape))
    }
    return tensors
  }

  /// Reads what was saved.
  ///
  /// - Returns: what makes it the optimizer's state, once all else is read, too.
  /// - Throws: `DataError` if it is of another model or damaged.
  func restoring(_ saved: Checkpoint) throws -> () -> Void {
    let moments = try others.map { name, parameter -> AdamW.Moments? in
      guard saved.names.contains("mean.\(name)") else { return nil }
      let steps = try saved.tensor("steps.\(name)", shape: [1]).item
      guard let stepCount = Int(exactly: steps), (0...plan.steps).contains(stepCount) else {
        throw DataError(file: saved.path, reason: "steps.\(name): \(steps) is no number of steps of this plan")
      }
      return AdamW.Moments(
        stepCount: stepCount, mean: Self.copy(try saved.tensor("mean.\(name)", shape: parameter.shape)),
        square: Self.copy(try saved.tensor("square.\(name)", shape: parameter.shape)))
    }
    let means = try matrices.map { name, parameter in
      saved.names.contains("momentum.\(name)")
        ? Self.copy(try saved.tensor("momentum.\(name)", shape: parameter.shape)) : nil
    }
    return { [adamW, muon] in
      adamW.state = moments
      muon?.state = means
    }
  }

  /// In memory of its own, because the optimizer changes it in place.
  private static func copy(_ tensor: Tensor) -> Tensor { Tensor(tensor.scalars, shape: tensor.shape) }
}
