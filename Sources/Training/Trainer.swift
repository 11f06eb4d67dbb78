import Foundation

/// The models that can be trained, by the name that `course train` knows them by.
public enum Trainer: String, CaseIterable, Sendable {
  /// A CLIP on drawn scenes and handwritten digits.
  case clip
  /// A captioner of drawn scenes.
  case captioner
  /// A ViLT that answers questions about drawn scenes.
  case vqa
  /// A BLIP-2 between the captioner's image encoder and a language model of captions.
  case blip2

  /// The shipped checkpoint that it makes.
  public var checkpoint: ShippedCheckpoint {
    switch self {
    case .clip: .clip
    case .captioner: .captioner
    case .vqa: .vqa
    case .blip2: .blip2
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
    }
  }

  /// Trains the model from nothing, or from where an interrupted training stood, writes its directory, and measures it
  /// on held-out data. What was measured is written beside the model, as ``TrainingReport/file``.
  ///
  /// - Parameter onStep: told of the progress.
  /// - Throws: ``TrainingError`` and the errors of files that cannot be read or written; whatever `onStep` throws.
  public func train(_ options: TrainingOptions, onStep: @escaping TrainingProgress) throws -> TrainingReport {
    let report =
      switch self {
      case .clip: try CLIPTraining(options).run(onStep: onStep)
      case .captioner: try CaptionerTraining(options).run(onStep: onStep)
      case .vqa: try VQATraining(options).run(onStep: onStep)
      case .blip2: try BLIP2Training(options).run(onStep: onStep)
      }
    try report.write(to: options.output)
    return report
  }
}

/// Told of each step that is done, of how many, and of its loss.
public typealias TrainingProgress = (_ step: Int, _ steps: Int, _ loss: Float) throws -> Void

/// What `course train` can be asked for.
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

  /// Where an interrupted training is kept: beside the directory.
  var stateFile: String {
    let directory = URL(filePath: output).standardizedFileURL
    return directory.deletingLastPathComponent().appending(path: "\(directory.lastPathComponent).training")
      .path(percentEncoded: false)
  }

  /// A model's own plan with what was asked for.
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
