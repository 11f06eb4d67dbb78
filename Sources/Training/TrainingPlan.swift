import Layers

/// How long and how fast a model learns: AdamW, and Muon for some of the matrices if that is asked for, with warm-up and
/// a cosine, as CLIP and ViT were trained.
public struct TrainingPlan: Equatable, Sendable {
  /// What is trained, such as `clip`.
  public var name: String
  /// Where all random numbers start: initial weights, order and content of the batches.
  public var seed = 0
  /// How many batches.
  public var steps: Int
  /// How many examples a batch has.
  public var batchSize: Int
  /// The highest learning rate of AdamW.
  public var learningRate: Double
  /// The highest learning rate of the matrices that Muon changes, if it changes some; else `nil`, and AdamW changes all.
  public var matrixLearningRate: Double?
  /// Over how many steps the learning rates rise.
  public var warmupSteps: Int
  /// The weight decay of AdamW and of Muon: each step subtracts this share of a parameter, times its learning rate.
  public var weightDecay = 0.01
  /// The decay rates of AdamW's running means.
  public var betas = (0.9, 0.98)
  /// How much of the running mean of the parameters each step keeps, if the trained model is to have the means; else
  /// `nil`. Diffusion models draw better with them (Ho et al. 2020, appendix B).
  public var averageDecay: Double?
  /// The largest norm of all gradients together; larger ones are scaled down.
  public var largestGradient = 1.0

  /// A plan with the usual decay rates.
  public init(name: String, steps: Int, batchSize: Int, learningRate: Double, warmupSteps: Int) {
    self.name = name
    self.steps = steps
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.warmupSteps = warmupSteps
  }

  /// The learning rate of each step.
  public var schedule: some LearningRateSchedule {
    WarmupCosine(
      peak: learningRate, warmupSteps: warmupSteps, totalSteps: steps, final: learningRate / 100)
  }

  /// Everything above in one line, by which a saved state is known to belong to this plan.
  var fingerprint: String {
    "\(name), seed \(seed), \(steps) steps of \(batchSize), learning rate \(learningRate) after \(warmupSteps), "
      + "weight decay \(weightDecay), betas \(betas.0) \(betas.1), gradients up to \(largestGradient)"
      + (matrixLearningRate.map { ", matrices by Muon with \($0)" } ?? "")
      + (averageDecay.map { ", means with \($0)" } ?? "")
  }

  /// Whether both say the same.
  public static func == (left: TrainingPlan, right: TrainingPlan) -> Bool { left.fingerprint == right.fingerprint }
}
