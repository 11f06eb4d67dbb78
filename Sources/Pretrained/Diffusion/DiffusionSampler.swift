import Support
import Tensors

/// How noise turns into a picture, step by step, with estimates of the picture in each.
public struct DiffusionSampler: Sendable, Equatable {
  /// How much fresh noise a step adds: 0 for none, 1 for as much as Ho et al. 2020 do; η of Song et al. 2021, equation
  /// 16.
  public var freshNoise: Double
  /// Whether each estimate's samples are limited to -1…1.
  public var clipsEstimates: Bool

  /// A sampler.
  ///
  /// - Parameters:
  ///   - freshNoise: from 0 to 1.
  public init(freshNoise: Double, clipsEstimates: Bool = true) {
    if !(0...1).contains(freshNoise) {
      reportMisuse("DiffusionSampler", "the share of fresh noise is from 0 to 1, not \(freshNoise)")
    }
    self.freshNoise = freshNoise
    self.clipsEstimates = clipsEstimates
  }

  /// Each step draws from the distribution that the picture before has, if the estimate is right: ancestral sampling
  /// (Ho et al. 2020, algorithm 2, for any two times).
  public static let ddpm = DiffusionSampler(freshNoise: 1)
  /// Nothing is drawn after the first noise, so that it decides about the picture, and few steps are enough (Song et
  /// al. 2021, equation 12 with σ = 0). With the linear schedule it is Euler's method for the equation of flow
  /// matching.
  public static let ddim = DiffusionSampler(freshNoise: 0)

  /// The times of a drawing: from 1, which is noise alone, to 0 in even steps.
  ///
  /// - Parameter steps: at least 1.
  /// - Returns: one more than steps.
  public static func times(steps: Int) -> [Double] {
    if steps < 1 { reportMisuse("DiffusionSampler", "a drawing takes at least one step, not \(steps)") }
    return (0...steps).map { Double(steps - $0) / Double(steps) }
  }

  /// One step from a time to an earlier one.
  ///
  /// With the estimates x of the picture and ε of the noise, the result is
  /// `signal(s) · x + √(noise(s)² − f²) · ε + f · fresh noise`, where `f` is the share of fresh noise times the
  /// deviation of the picture at the earlier time s, if the picture at time t and x are known (Ho et al. 2020, equation
  /// 7; Song et al. 2021, equation 12).
  ///
  /// - Parameters:
  ///   - noisy: pictures at time t, `[B, …]`.
  ///   - estimate: what the network makes of them.
  ///   - time: t.
  ///   - earlier: s, from 0 to t.
  ///   - fresh: standard normal numbers of the same shape; needed only if the sampler adds noise and s is not 0.
  /// - Returns: pictures at time s, `[B, …]`.
  public func step(
    _ noisy: Tensor, _ estimate: DenoisedEstimate, from time: Double, to earlier: Double, _ schedule: NoiseSchedule,
    fresh: Tensor? = nil
  ) -> Tensor {
    let estimate =
      clipsEstimates ? estimate.clipped(from: noisy, at: times(time, noisy), schedule) : estimate
    let added = freshNoise * deviation(from: time, to: earlier, schedule)
    let share = schedule.noise(at: earlier)
    let kept = max(share * share - added * added, 0).squareRoot()
    let directed = estimate.clean * Float(schedule.signal(at: earlier)) + estimate.noise * Float(kept)
    guard added > 0 else { return directed }
    guard let fresh else { reportMisuse("DiffusionSampler", "this sampler adds noise at each step; none was given") }
    return directed + fresh * Float(added)
  }

  /// Whether a step to a time needs fresh noise.
  func addsNoise(at earlier: Double) -> Bool { freshNoise > 0 && earlier > 0 }

  /// The deviation of the picture at time s, if those at times t and 0 are known (Ho et al. 2020, equation 7; Kingma et
  /// al. 2021, appendix A.2): `noise(s) / noise(t) · √(noise(t)² − (signal(t) / signal(s))² · noise(s)²)`.
  func deviation(from time: Double, to earlier: Double, _ schedule: NoiseSchedule) -> Double {
    let (late, early) = (schedule.noise(at: time), schedule.noise(at: earlier))
    guard early > 0, late > 0 else { return 0 }
    let kept = schedule.signal(at: time) / schedule.signal(at: earlier) * early
    return early / late * max(late * late - kept * kept, 0).squareRoot()
  }

  private func times(_ time: Double, _ batch: Tensor) -> [Double] { .init(repeating: time, count: batch.shape[0]) }
}

/// What a network computes with a text, led further away from what it computes without: guidance without a classifier
/// (Ho and Salimans 2022, equation 6).
///
/// - Parameters:
///   - led: the output with the text, `[B, …]`.
///   - free: the output with the empty text, of the same shape.
///   - scale: 0 for the free output, 1 for the led one, more for what lies beyond. It is 1 + w in the paper's equation.
/// - Returns: `free + scale · (led − free)`, `[B, …]`.
public func guided(_ led: Tensor, _ free: Tensor, scale: Double) -> Tensor { free + (led - free) * Float(scale) }
