import Foundation
import Support

/// The models that can be trained, by their name in `course train`.
public enum Trainer: String, CaseIterable, Sendable {
  /// A CLIP on drawn scenes and handwritten digits.
  case clip
  /// A captioner of drawn scenes.
  case captioner
  /// A ViLT that answers questions about drawn scenes.
  case vqa
  /// A BLIP-2 between the captioner's image encoder and a language model of captions.
  case blip2
  /// A painter of drawn scenes: a diffusion transformer that the CLIP's text tower leads.
  case painter
  /// A reader of drawn documents.
  case reader

  /// The shipped checkpoint that it makes.
  public var checkpoint: ShippedCheckpoint {
    switch self {
    case .clip: .clip
    case .captioner: .captioner
    case .vqa: .vqa
    case .blip2: .blip2
    case .painter: .painter
    case .reader: .reader
    }
  }

  /// How the shipped checkpoint was trained, stage by stage. BLIP-2's stages are the language model's, the Q-Former's
  /// two and the linear bridge's.
  public var plans: [TrainingPlan] {
    switch self {
    case .clip: [CLIPTraining.plan]
    case .captioner: [CaptionerTraining.plan]
    case .vqa: VQATraining.plans
    case .blip2: BLIP2Training.plans
    case .painter: [PainterTraining.plan]
    case .reader: [ReaderTraining.plan]
    }
  }

  /// Trains the model from nothing, or from where an interrupted training stood, measures it on held-out data, and writes
  /// its directory. What was measured is written with the model, as ``TrainingReport/file``.
  ///
  /// - Parameter onStep: called after each step.
  /// - Throws: `DataError` before the training if there is anything at ``TrainingOptions/output`` that no training
  ///   wrote, or options that cannot be; after it if something has come there meanwhile, and then the model is beside
  ///   it. The errors of files that cannot be read or written; whatever `onStep` throws.
  public func train(_ options: TrainingOptions, onStep: @escaping TrainingProgress) throws -> TrainingReport {
    if let steps = options.steps, !TrainingOptions.stepRange.contains(steps) {
      throw DataError(reason: "\(steps) steps; from 1 to \(TrainingOptions.stepRange.upperBound) are possible")
    }
    let destination = try ModelDestination(path: options.output)
    let training = training(options, destination)
    for state in training.states { try state.requireOwn() }
    try destination.prepare()
    if options.isRestarted { for state in training.states { try state.remove() } }
    let (model, report) = try training.run(onStep: onStep)
    let detour = try model.write(to: destination, report)
    for state in training.states { try state.remove() }
    if let detour { throw detour }
    return report
  }

  private func training(_ options: TrainingOptions, _ destination: ModelDestination) -> any ModelTraining {
    switch self {
    case .clip: CLIPTraining(options, destination)
    case .captioner: CaptionerTraining(options, destination)
    case .vqa: VQATraining(options, destination)
    case .blip2: BLIP2Training(options, destination)
    case .painter: PainterTraining(options, destination)
    case .reader: ReaderTraining(options, destination)
    }
  }
}

/// How one of the models is trained.
protocol ModelTraining {
  /// Where the parts of the training are kept while they are unfinished.
  var states: [TrainingState] { get }

  /// Trains and measures.
  func run(onStep: @escaping TrainingProgress) throws -> (model: TrainedModel, report: TrainingReport)
}

/// Told of each step that is done, of how many, and of its loss.
public typealias TrainingProgress = (_ step: Int, _ steps: Int, _ loss: Float) throws -> Void

/// The options of `course train`.
public struct TrainingOptions: Equatable, Sendable {
  /// The directory to write.
  public var output: String
  /// Where all random numbers start.
  public var seed: Int
  /// How many batches; `nil` for the model's own number.
  public var steps: Int?
  /// Whether an interrupted training is forgotten.
  public var isRestarted: Bool

  /// The usual training into a directory.
  public init(output: String, seed: Int = 0, steps: Int? = nil, isRestarted: Bool = false) {
    self.output = output
    self.seed = seed
    self.steps = steps
    self.isRestarted = isRestarted
  }

  /// How many batches can be asked for: weeks of training, and no number that is made of them overflows.
  public static let stepRange = 1...10_000_000

  /// A model's own plan with these options.
  func adapting(_ plan: TrainingPlan) -> TrainingPlan {
    var plan = plan
    plan.seed = seed
    if let steps {
      plan.steps = steps
      plan.warmupSteps = min(plan.warmupSteps, steps / 4)
    }
    return plan
  }
}
