import Tensors

/// Scales gradients down together so that their common Euclidean norm is at most `maxNorm`
/// (`torch.nn.utils.clip_grad_norm_`). A norm that is no number makes all gradients NaN, so that it is noticed.
///
/// - Parameter maxNorm: not negative.
/// - Returns: the norm before.
@discardableResult
public func clipGradNorm(_ parameters: [Tensor], maxNorm: Double) -> Float {
  if !(maxNorm >= 0) {
    reportMisuse("clipGradNorm", "the largest norm must be at least 0, not \(maxNorm)")
  }
  let gradients = parameters.compactMap { $0.grad }
  let norms = gradients.map { $0.sumOfSquares.squareRoot() }
  let total = norms.reduce(0) { $0 + $1 * $1 }.squareRoot()
  let factor = Float(maxNorm) / (total + 1e-6)
  // Written so that a NaN passes.
  if !(factor >= 1) {
    for parameter in parameters {
      if let gradient = parameter.grad { parameter.grad = noGrad { gradient * factor } }
    }
  }
  return total
}
