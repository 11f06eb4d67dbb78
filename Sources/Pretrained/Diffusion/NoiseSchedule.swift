import Support
import Tensors

/// How a picture turns into noise as time goes from 0 to 1: at time t it is `signal(t) · picture + noise(t) · noise`,
/// where the noise has a standard normal distribution (Ho et al. 2020, equation 4, for continuous times).
public enum NoiseSchedule: String, CaseIterable, Sendable {
  /// cos(πt/2) of the picture and sin(πt/2) of noise (Nichol and Dhariwal 2021, section 3.2, without their offset;
  /// Salimans and Ho 2022, section 4). The squares of both shares have the sum 1, so that the variance stays what it
  /// is.
  case cosine
  /// 1 − t of the picture and t of noise: straight lines from pictures to noise (Lipman et al. 2023, section 4.1; Liu
  /// et al. 2023).
  case linear

  /// The share of the picture at a time from 0 to 1.
  public func signal(at time: Double) -> Double {
    switch self {
    case .cosine: ElementaryDouble.cos(time * .pi / 2)
    case .linear: 1 - time
    }
  }

  /// The share of noise at a time from 0 to 1.
  public func noise(at time: Double) -> Double {
    switch self {
    case .cosine: ElementaryDouble.sin(time * .pi / 2)
    case .linear: time
    }
  }

  /// Pictures with noise.
  ///
  /// - Parameters:
  ///   - clean: pictures, `[B, …]`.
  ///   - noise: of the same shape.
  ///   - times: one for each picture.
  /// - Returns: `[B, …]`.
  public func noisy(_ clean: Tensor, _ noise: Tensor, at times: [Double]) -> Tensor {
    clean.scaled(times.map(signal)) + noise.scaled(times.map(self.noise))
  }

  /// Which way a noisy picture moves, and how fast, as time goes on: its derivative by time. For the cosine it is
  /// divided by π/2, so that it is Salimans and Ho's `v = signal · noise − noise share · picture` (2022, appendix D).
  ///
  /// - Parameters: as of ``noisy(_:_:at:)``.
  /// - Returns: `[B, …]`; for the linear schedule `noise − picture`, whatever the time.
  public func velocity(_ clean: Tensor, _ noise: Tensor, at times: [Double]) -> Tensor {
    noise.scaled(times.map { rates(at: $0).noise }) + clean.scaled(times.map { rates(at: $0).signal })
  }

  /// The derivatives of both shares by time, for the cosine divided by π/2.
  func rates(at time: Double) -> (signal: Double, noise: Double) {
    switch self {
    case .cosine: (-noise(at: time), signal(at: time))
    case .linear: (-1, 1)
    }
  }
}

extension Tensor {
  /// Each row of a batch times a number of its own: `[B, …]` with B numbers.
  func scaled(_ factors: [Double]) -> Tensor {
    if factors.count != shape.first {
      reportMisuse("Diffusion", "\(factors.count) times for a batch of shape \(shape)")
    }
    let ones = [Int](repeating: 1, count: rank - 1)
    return self * Tensor(factors.map { Float($0) }, shape: [factors.count] + ones)
  }
}
