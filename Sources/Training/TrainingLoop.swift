import Layers
import Support
import Tensors

/// Trains a model by a plan, and saves the state from time to time.
///
/// Everything random comes from `Generator.current`, so make the model and run the loop within one `withGenerator`:
///
/// ```swift
/// try withGenerator(Generator(seed: plan.seed)) {
///   let model = CLIPModel(configuration)
///   try TrainingLoop(plan, model: model, stateFile: "clip.training").run { _ in loss(of: model, batch()) }
/// }
/// ```
public struct TrainingLoop {
  /// Told of each step that is done, counted from 1, and of its loss. What it throws ends the training, which can then
  /// go on from the last state that was saved.
  public typealias Observer = (_ step: Int, _ loss: Float) throws -> Void

  private let plan: TrainingPlan
  private let model: Module
  private let optimizer: TrainingOptimizer
  private let average: WeightAverage?
  private let state: TrainingState?
  private let savingInterval: Int
  private let afterStep: () -> Void

  /// A loop that has not begun.
  ///
  /// - Parameters:
  ///   - model: what is trained; its frozen parameters stay as they are.
  ///   - stateFile: where the state is saved, and found again; `nil` saves nothing.
  ///   - savingInterval: how many steps lie between two savings.
  ///   - matrices: the names of the parameters that Muon changes, if the plan has a ``TrainingPlan/matrixLearningRate``.
  ///   - afterStep: what else changes parameters after each step, such as CLIP's limit of the temperature.
  public init(
    _ plan: TrainingPlan, model: Module, stateFile: String? = nil, savingInterval: Int = 100,
    matrices: Set<String> = [], afterStep: @escaping () -> Void = {}
  ) {
    self.plan = plan
    self.model = model
    state = stateFile.map { TrainingState(path: $0, plan: plan) }
    self.savingInterval = savingInterval
    self.afterStep = afterStep
    optimizer = TrainingOptimizer(plan, model, matrices: matrices)
    average = plan.averageDecay.map { WeightAverage(of: model.parameters(), decay: $0) }
  }

  /// Trains until the plan's last step, from the saved state if there is one. With ``TrainingPlan/averageDecay`` the
  /// parameters are their running means then.
  ///
  /// - Parameters:
  ///   - onStep: called after each step.
  ///   - loss: the loss of a step's batch, counted from 0; draws what is random from `Generator.current`.
  /// - Returns: the losses of all steps, also of those before the state was saved.
  /// - Throws: `DataError` for a saved state of another plan or a loss that is no number; whatever `loss` and
  ///   `onStep` throw.
  @discardableResult
  public func run(onStep: Observer = { _, _ in }, loss: (Int) throws -> Tensor) throws -> [Float] {
    let generator = Generator.current
    var losses: [Float] = []
    let first =
      try state?.restore(
        model: model, optimizer: optimizer, average: average, generator: generator, losses: &losses) ?? 0
    model.train()
    let schedule = plan.schedule
    for step in first..<plan.steps {
      optimizer.zeroGrad()
      let value = try loss(step)
      let number = value.item
      guard number.isFinite else {
        throw DataError(reason: "the loss of step \(step + 1) is \(number); a lower learning rate may help")
      }
      value.backward()
      clipGradNorm(model.parameters(), maxNorm: plan.largestGradient)
      optimizer.step(learningRate: schedule.learningRate(at: step))
      afterStep()
      average?.update(after: step)
      losses.append(number)
      let done = step + 1
      if done % savingInterval == 0 || done == plan.steps {
        try state?.save(
          step: done, model: model, optimizer: optimizer, average: average, generator: generator, losses: losses)
      }
      try onStep(done, number)
    }
    optimizer.zeroGrad()
    average?.assign()
    model.eval()
    return losses
  }
}
