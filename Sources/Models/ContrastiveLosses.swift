import Layers
import Tensors

/// CLIP's symmetric contrastive loss (Radford et al. 2021, figure 3): each image is to find its text, each text its image.
///
/// - Parameter logits: similarities `[N, N]`, matching pairs on the diagonal.
/// - Returns: a single number; ln N for similarities that say nothing.
public func clipLoss(_ logits: Tensor) -> Tensor {
  checkSquare(logits, "clipLoss")
  return calling("clipLoss", ("logits", logits.shape)) {
    let labels = IntTensor.arange(logits.shape[0])
    return (crossEntropy(logits, labels) + crossEntropy(logits.T, labels)) / 2
  }
}

/// SigLIP's loss (Zhai et al. 2023, algorithm 1): each of the N² pairs is asked alone whether it matches.
///
/// - Parameter logits: scaled cosines plus a bias `[N, N]`, matching pairs on the diagonal.
/// - Returns: a single number, the sum over all pairs divided by N; N ln 2 for logits of zero.
public func sigmoidLoss(_ logits: Tensor) -> Tensor {
  checkSquare(logits, "sigmoidLoss")
  return calling("sigmoidLoss", ("logits", logits.shape)) {
    let count = logits.shape[0]
    let signs = 2 * Tensor.eye(count) - 1  // 1 on the diagonal, -1 elsewhere
    return -(signs * logits).logSigmoid().sum() / Float(count)
  }
}

private func checkSquare(_ logits: Tensor, _ loss: String) {
  if logits.rank != 2 || logits.shape[0] != logits.shape[1] || logits.shape[0] == 0 {
    reportMisuse(loss, "logits of shape \(logits.shape), not [N, N] with at least one pair")
  }
  requireMemory(for: logits.shape, loss)
}
