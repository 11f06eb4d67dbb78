import Tensors

/// What a network computes from a noisy picture. Picture, noise and velocity say the same: with the noisy picture and
/// the time, each follows from each. But their errors count differently, so that networks learn them differently well.
public enum DenoisingTarget: String, CaseIterable, Sendable {
  /// The picture without noise.
  case clean
  /// The noise in it: ε (Ho et al. 2020, equation 14).
  case noise
  /// Which way the noisy picture moves: v (Salimans and Ho 2022, section 4); on straight lines the vector field of flow
  /// matching (Lipman et al. 2023, equation 23).
  case velocity

  /// What the network should have computed.
  ///
  /// - Parameters:
  ///   - clean: pictures, `[B, …]`.
  ///   - noise: what was added to them, of the same shape.
  ///   - times: one for each picture.
  /// - Returns: `[B, …]`. The mean of the squared difference to it is the loss.
  public func value(_ clean: Tensor, _ noise: Tensor, at times: [Double], _ schedule: NoiseSchedule) -> Tensor {
    switch self {
    case .clean: clean
    case .noise: noise
    case .velocity: schedule.velocity(clean, noise, at: times)
    }
  }

  /// Takes a noisy picture apart.
  ///
  /// - Parameters:
  ///   - output: what the network computed, `[B, …]`.
  ///   - noisy: from this, of the same shape.
  ///   - times: at these times, one for each picture.
  public func estimate(
    _ output: Tensor, from noisy: Tensor, at times: [Double], _ schedule: NoiseSchedule
  ) -> DenoisedEstimate {
    let signal = times.map(schedule.signal)
    let share = times.map(schedule.noise)
    switch self {
    case .clean: return DenoisedEstimate(clean: output, of: noisy, at: times, schedule)
    case .noise:
      // At time 1 nothing of the picture is left: no estimate is possible, and the smallest share stands for zero.
      let divisors = signal.map { 1 / max($0, Self.smallestShare) }
      return DenoisedEstimate(clean: (noisy - output.scaled(share)).scaled(divisors), noise: output)
    case .velocity:
      // The two shares and their derivatives are four numbers with the determinant 1, in both schedules.
      let rates = times.map(schedule.rates)
      return DenoisedEstimate(
        clean: noisy.scaled(rates.map(\.noise)) - output.scaled(share),
        noise: output.scaled(signal) - noisy.scaled(rates.map(\.signal)))
    }
  }

  /// What stands for a share of zero where one is divided by.
  static let smallestShare = 1e-3
}

/// A noisy picture taken apart: an estimate of the picture and one of the noise, `[B, …]` each.
public struct DenoisedEstimate {
  /// The picture.
  public let clean: Tensor
  /// The noise.
  public let noise: Tensor

  init(clean: Tensor, noise: Tensor) {
    self.clean = clean
    self.noise = noise
  }

  /// What is left of a noisy picture without the picture is noise.
  init(clean: Tensor, of noisy: Tensor, at times: [Double], _ schedule: NoiseSchedule) {
    let divisors = times.map { 1 / max(schedule.noise(at: $0), DenoisingTarget.smallestShare) }
    self.init(
      clean: clean, noise: (noisy - clean.scaled(times.map(schedule.signal))).scaled(divisors))
  }

  /// The same with the picture's samples limited to -1…1, the range of all pictures, and the noise that fits it: what
  /// the program of Ho et al. 2020 does at each step.
  public func clipped(from noisy: Tensor, at times: [Double], _ schedule: NoiseSchedule) -> DenoisedEstimate {
    DenoisedEstimate(clean: clean.clamp(-1, 1), of: noisy, at: times, schedule)
  }
}
