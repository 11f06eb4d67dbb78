import Datasets
import Layers
import Notebook
import Pretrained
import Support
import Tensors
import Training

/// A digest of all numbers of a module's parameters: two are equal only if every bit is.
func digest(_ module: Module) -> String {
  var hash = SHA256()
  for (_, parameter) in module.namedParameters() {
    parameter.scalars.withUnsafeBytes { hash.update($0) }
  }
  return String(hash.hexadecimal.prefix(16))
}

/// A row of a table: the digests of a part at some moments, and whether all are the same.
func digestRow(_ name: String, _ digests: [String]) -> [Cell] {
  [.text(name)] + digests.map { .text($0) } + [.text(Set(digests).count == 1 ? "yes" : "no")]
}

/// The model of a directory with the initial values of another in queries, Q-Former and projection; the rest is frozen.
///
/// - Parameter fresh: a model with initial values.
func withUntrainedBridge(_ directory: String, _ fresh: BLIP2Model) throws -> BLIP2Model {
  let model = try BLIP2Model(checkpoint: directory, memory: .trainable)
  model.queryTokens.assign(fresh.queryTokens)
  model.qformer.copyParameters(from: fresh.qformer)
  model.languageProjection.copyParameters(from: fresh.languageProjection)
  model.visionModel.setFrozen()
  model.languageModel.setFrozen()
  return model
}

/// The largest difference between two tensors of one shape.
func largestDifference(_ a: Tensor, _ b: Tensor) -> Float { (a - b).abs().max().item }

/// How the shipped model was trained, part by part.
var shippedPlans: (language: TrainingPlan, one: TrainingPlan, two: TrainingPlan, linear: TrainingPlan) {
  let plans = Trainer.blip2.plans
  return (plans[0], plans[1], plans[2], plans[3])
}

/// A few steps of training with the course's own loop, always on the same scenes.
///
/// - Parameter loss: the loss of a step, counted from 0, on its scenes.
/// - Returns: the loss of each step.
@discardableResult
func train(
  _ module: Module, _ name: String, steps: Int, seed: Int, learningRate: Double = 2e-3,
  _ loss: (Int, [Scene]) throws -> Tensor
) throws -> [Float] {
  let bar = progress(name, total: steps)
  var plan = TrainingPlan(name: name, steps: steps, batchSize: 32, learningRate: learningRate, warmupSteps: steps / 10)
  plan.seed = seed
  let scenes = Scenes(split: .training, seed: seed)
  let losses = try withGenerator(Generator(seed: seed)) {
    try TrainingLoop(plan, model: module).run(onStep: { _, loss in
      bar.advance(note: "loss \(Format.fixed(loss, decimals: 3))")
    }) { step in
      try loss(step, (step * plan.batchSize..<(step + 1) * plan.batchSize).map { scenes[$0] })
    }
  }
  bar.finish()
  return losses
}

/// What three BLIP-2s reached that were trained further from the shipped one: shares of exact captions, each seed's.
struct ContinuedRun {
  let name: String
  let known, new, retold: [Double]

  /// A row of a table: mean and each seed's share, for all three.
  var row: [Cell] {
    [.text(name)]
      + [known, new, retold].flatMap { shares -> [Cell] in
        let each = shares.map { Format.percent($0, decimals: 0) }.joined(separator: " ")
        return [.percent(shares.mean, decimals: 1), .text(each)]
      }
  }
}

extension [Double] {
  /// The mean of the numbers.
  var mean: Double { reduce(0, +) / Double(count) }
}
