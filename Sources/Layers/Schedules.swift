import Support
import Tensors

/// A learning rate for each step, counted from 0.
public protocol LearningRateSchedule: Sendable {
  /// The learning rate of a step.
  func learningRate(at step: Int) -> Double
}

/// Rises evenly for some steps, then follows a cosine down to a final rate (as ViT and CLIP were trained).
public struct WarmupCosine: LearningRateSchedule {
  private let peak: Double
  private let warmupSteps: Int
  private let totalSteps: Int
  private let final: Double

  /// A schedule by its highest rate and its numbers of steps.
  ///
  /// - Parameters:
  ///   - peak: the highest rate, reached after the warm-up.
  ///   - warmupSteps: the steps on the way up.
  ///   - totalSteps: all steps, the warm-up included.
  ///   - final: the rate at the end.
  public init(peak: Double, warmupSteps: Int, totalSteps: Int, final: Double = 0) {
    self.peak = peak
    self.warmupSteps = warmupSteps
    self.totalSteps = totalSteps
    self.final = final
  }

  /// The learning rate of a step.
  public func learningRate(at step: Int) -> Double {
    if step < warmupSteps { return peak * Double(step + 1) / Double(warmupSteps) }
    let done = Double(step - warmupSteps) / Double(max(1, totalSteps - warmupSteps))
    return cosine(from: peak, to: final, min(done, 1))
  }
}

/// Follows half a cosine from the first rate to the last one: `CosineAnnealingLR`.
public struct CosineAnnealing: LearningRateSchedule {
  private let initial: Double
  private let steps: Int
  private let final: Double

  /// A schedule from one rate to another.
  ///
  /// - Parameters:
  ///   - initial: the first rate.
  ///   - steps: after how many steps the final rate is reached (`T_max`).
  ///   - final: the rate at the end (`eta_min`).
  public init(initial: Double, steps: Int, final: Double = 0) {
    if steps <= 0 { reportMisuse("CosineAnnealing", "a schedule of \(steps) steps") }
    self.initial = initial
    self.steps = steps
    self.final = final
  }

  /// The learning rate of a step.
  public func learningRate(at step: Int) -> Double { cosine(from: initial, to: final, Double(step) / Double(steps)) }
}

/// Up along a cosine and down along another one (Smith and Topin 2018): the learning rate of `OneCycleLR` with its
/// defaults. PyTorch's class moves the momentum too, against the rate; here the momentum stays what it is.
public struct OneCycle: LearningRateSchedule {
  private let peak: Double
  private let totalSteps: Int
  private let risingShare: Double
  private let initial: Double
  private let final: Double

  /// A schedule by its highest rate.
  ///
  /// - Parameters:
  ///   - peak: the highest rate (`max_lr`).
  ///   - totalSteps: all steps, up and down.
  ///   - risingShare: the share of steps on the way up (`pct_start`), from 0 to 1.
  ///   - divideFactor: the first rate is the peak divided by it.
  ///   - finalDivideFactor: the last rate is the first divided by it.
  public init(
    peak: Double, totalSteps: Int, risingShare: Double = 0.3, divideFactor: Double = 25,
    finalDivideFactor: Double = 10_000
  ) {
    if totalSteps <= 0 { reportMisuse("OneCycle", "a schedule of \(totalSteps) steps") }
    if !(risingShare >= 0 && risingShare <= 1) {
      reportMisuse("OneCycle", "the share of rising steps is from 0 to 1, not \(risingShare)")
    }
    self.peak = peak
    self.totalSteps = totalSteps
    self.risingShare = risingShare
    initial = peak / divideFactor
    final = peak / divideFactor / finalDivideFactor
  }

  /// The learning rate of a step.
  public func learningRate(at step: Int) -> Double {
    let top = risingShare * Double(totalSteps) - 1
    if Double(step) <= top { return cosine(from: initial, to: peak, top > 0 ? Double(step) / top : 1) }
    return cosine(from: peak, to: final, min(1, (Double(step) - top) / (Double(totalSteps - 1) - top)))
  }
}

/// Half a cosine from one value to another.
private func cosine(from start: Double, to end: Double, _ share: Double) -> Double {
  end + (start - end) / 2 * (1 + ElementaryDouble.cos(.pi * share))
}
