import Tensors

/// Running means of parameters, which change less from step to step than the parameters do: an exponential moving
/// average.
///
/// The first steps count little: a mean keeps at most `(1 + step) / (10 + step)` of what it was.
final class WeightAverage {
  /// The means, in the order of the parameters.
  let means: [Tensor]
  private let parameters: [Tensor]
  private let decay: Double

  /// Means that begin with the parameters as they are.
  ///
  /// - Parameter decay: how much of a mean a step keeps, from 0 to 1.
  init(of parameters: [Tensor], decay: Double) {
    self.parameters = parameters
    self.decay = decay
    means = parameters.map { Tensor($0.scalars, shape: $0.shape) }
  }

  /// Takes the parameters into the means.
  ///
  /// - Parameter step: the step that has changed them, counted from 0.
  func update(after step: Int) {
    let kept = min(decay, Double(1 + step) / Double(10 + step))
    for (mean, parameter) in zip(means, parameters) {
      mean.scaleAndAdd(keep: Float(kept), parameter.detached(), factor: Float(1 - kept))
    }
  }

  /// Makes the means the parameters.
  func assign() { for (mean, parameter) in zip(means, parameters) { parameter.assign(mean) } }
}
