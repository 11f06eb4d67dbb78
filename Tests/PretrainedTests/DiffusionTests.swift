import Tensors
import TestSupport
import Testing

@testable import Pretrained

/// Noise schedules, what a network computes, and the steps back from noise.
@Suite struct DiffusionTests {
  private static let times = [0.0, 0.05, 0.3, 0.5, 0.75, 0.999, 1.0]
  private let clean = Tensor([-1, -0.5, 0, 0.25, 0.5, 1, 0.125], shape: [7, 1])
  private let noise = Tensor([0.3, -1.2, 2, 0.1, -0.7, 1.5, -2.2], shape: [7, 1])

  private func expectClose(_ ours: Tensor, _ theirs: Tensor, _ tolerance: Float) {
    #expect(ours.shape == theirs.shape)
    for (a, b) in zip(ours.scalars, theirs.scalars) { #expect(abs(a - b) <= tolerance, "\(a) and \(b)") }
  }

  @Test(arguments: NoiseSchedule.allCases) func aScheduleLeadsFromThePictureToNoise(schedule: NoiseSchedule) {
    #expect(schedule.signal(at: 0) == 1 && schedule.noise(at: 0) == 0)
    #expect(abs(schedule.signal(at: 1)) < 1e-15 && schedule.noise(at: 1) == 1)
    for (time, later) in zip(Self.times, Self.times.dropFirst()) {
      #expect(schedule.signal(at: time) > schedule.signal(at: later))
      #expect(schedule.noise(at: time) < schedule.noise(at: later))
    }
  }

  @Test func theCosineKeepsTheVarianceAndTheLineTheSum() {
    for time in Self.times {
      let (signal, noise) = (NoiseSchedule.cosine.signal(at: time), NoiseSchedule.cosine.noise(at: time))
      #expect(abs(signal * signal + noise * noise - 1) < 1e-15)
      #expect(NoiseSchedule.linear.signal(at: time) + NoiseSchedule.linear.noise(at: time) == 1)
    }
  }

  /// The velocity is the derivative by time, for the cosine divided by π/2.
  @Test(arguments: NoiseSchedule.allCases) func theVelocityIsTheDerivative(schedule: NoiseSchedule) {
    let h = 1e-6
    for time in Self.times.dropFirst().dropLast() {
      let factor = schedule == .cosine ? Double.pi / 2 : 1
      let rates = schedule.rates(at: time)
      let signal = (schedule.signal(at: time + h) - schedule.signal(at: time - h)) / (2 * h)
      let noise = (schedule.noise(at: time + h) - schedule.noise(at: time - h)) / (2 * h)
      #expect(abs(signal - factor * rates.signal) < 1e-8 && abs(noise - factor * rates.noise) < 1e-8)
    }
    let value = schedule.velocity(clean, noise, at: Self.times)
    let first = schedule == .cosine ? noise.scalars[0] : noise.scalars[0] - clean.scalars[0]
    #expect(abs(value.scalars[0] - first) < 1e-6)
  }

  /// What a network should compute, taken apart again, gives picture and noise, wherever there is some of each.
  @Test(arguments: NoiseSchedule.allCases, DenoisingTarget.allCases)
  func aPerfectOutputIsTakenApart(schedule: NoiseSchedule, target: DenoisingTarget) {
    let noisy = schedule.noisy(clean, noise, at: Self.times)
    let output = target.value(clean, noise, at: Self.times, schedule)
    let estimate = target.estimate(output, from: noisy, at: Self.times, schedule)
    let inner = 1..<5
    expectClose(estimate.clean.slice(inner, dim: 0), clean.slice(inner, dim: 0), 1e-5)
    expectClose(estimate.noise.slice(inner, dim: 0), noise.slice(inner, dim: 0), 1e-5)
    if target == .velocity {
      expectClose(estimate.clean, clean, 1e-6)
      expectClose(estimate.noise, noise, 1e-6)
    }
    #expect(estimate.clean.scalars.allSatisfy(\.isFinite) && estimate.noise.scalars.allSatisfy(\.isFinite))
  }

  /// Without fresh noise a perfect estimate leads to the very picture that has the earlier time's share of the same noise.
  @Test(arguments: NoiseSchedule.allCases) func aStepWithoutFreshNoiseStaysOnTheWay(schedule: NoiseSchedule) {
    for (time, earlier) in [(1.0, 0.8), (0.7, 0.2), (0.3, 0.0)] {
      let (late, early) = ([Double](repeating: time, count: 7), [Double](repeating: earlier, count: 7))
      let noisy = schedule.noisy(clean, noise, at: late)
      let estimate = DenoisedEstimate(clean: clean, noise: noise)
      let next = DiffusionSampler.ddim.step(noisy, estimate, from: time, to: earlier, schedule)
      expectClose(next, schedule.noisy(clean, noise, at: early), 1e-5)
    }
  }

  /// With the linear schedule such a step is Euler's: x + (s − t) · velocity.
  @Test func aLinearStepIsEulers() {
    let velocity = Tensor([0.5, -1, 2, 0.1, 0, 3, -0.3], shape: [7, 1])
    let times = [Double](repeating: 0.6, count: 7)
    let estimate = DenoisingTarget.velocity.estimate(velocity, from: noise, at: times, .linear)
    let sampler = DiffusionSampler(freshNoise: 0, clipsEstimates: false)
    let next = sampler.step(noise, estimate, from: 0.6, to: 0.5, .linear)
    expectClose(next, (noise + velocity * -0.1), 1e-6)
  }

  /// The mean and the variance of Ho et al. 2020, equations 6 and 7, for two neighboring times.
  @Test func anAncestralStepHasHosMeanAndVariance() {
    let schedule = NoiseSchedule.cosine
    let (time, earlier) = (0.5, 0.45)
    let product = { (t: Double) in schedule.signal(at: t) * schedule.signal(at: t) }  // ᾱ
    let alpha = product(time) / product(earlier)
    let beta = 1 - alpha
    let variance = (1 - product(earlier)) / (1 - product(time)) * beta
    #expect(abs(DiffusionSampler.ddpm.deviation(from: time, to: earlier, schedule) - variance.squareRoot()) < 1e-12)
    let noisy = schedule.noisy(clean, noise, at: [Double](repeating: time, count: 7))
    let mean = DiffusionSampler.ddpm.step(
      noisy, DenoisedEstimate(clean: clean, noise: noise), from: time, to: earlier, schedule, fresh: .zeros([7, 1]))
    let expected =
      clean * Float(product(earlier).squareRoot() * beta / (1 - product(time)))
      + noisy * Float(alpha.squareRoot() * (1 - product(earlier)) / (1 - product(time)))
    expectClose(mean, expected, 1e-5)
    let fresh = DiffusionSampler.ddpm.step(
      noisy, DenoisedEstimate(clean: clean, noise: noise), from: time, to: earlier, schedule, fresh: .ones([7, 1]))
    expectClose(fresh - mean, .full([7, 1], Float(variance.squareRoot())), 1e-5)
  }

  @Test func theLastStepIsTheEstimateLimitedToThePicturesRange() {
    let estimate = DenoisedEstimate(clean: clean * 3, noise: noise)
    for sampler in [DiffusionSampler.ddpm, .ddim] {
      let last = sampler.step(noise, estimate, from: 0.1, to: 0, .linear)
      expectClose(last, (clean * 3).clamp(-1, 1), 1e-6)
    }
  }

  @Test func aDrawingsTimesAreEven() {
    #expect(DiffusionSampler.times(steps: 4) == [1, 0.75, 0.5, 0.25, 0])
  }

  @Test func guidanceGoesBeyondTheLedOutput() {
    let (led, free) = (Tensor([1, 2]), Tensor([0, 3]))
    #expect(guided(led, free, scale: 0).scalars == [0, 3])
    #expect(guided(led, free, scale: 1).scalars == [1, 2])
    #expect(guided(led, free, scale: 3).scalars == [3, 0])
  }
}
