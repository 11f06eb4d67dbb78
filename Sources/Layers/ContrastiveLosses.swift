import Support
import Tensors

/// CLIP's symmetric contrastive loss (Radford et al. 2021, figure 3): the cross-entropy of finding an image's text among
/// all texts, and a text's image among all images.
///
/// - Parameter logits: similarities `[N, N]`, matching pairs on the diagonal.
/// - Returns: a single number; ln N for similarities that are all equal.
public func clipLoss(_ logits: Tensor) -> Tensor {
  checkSquare(logits, "clipLoss")
  return calling("clipLoss", ("logits", logits.shape)) {
    let labels = IntTensor.arange(logits.shape[0])
    return (crossEntropy(logits, labels) + crossEntropy(logits.T, labels)) / 2
  }
}

/// SigLIP's loss (Zhai et al. 2023, algorithm 1): each of the N² pairs is classified on its own as matching or
/// not.
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

/// CLIP's loss (Radford et al. 2021, figure 3) for batches in which a text may be true of several pictures.
///
/// The target of a picture is the texts of the batch that are true of it, in equal shares, and that of a text its pictures,
/// as in UniCL (Yang et al. 2022, section 3.1): there are only ten digits, and "a red circle" is true of many scenes. Where
/// each text is true of its own picture only, this is ``clipLoss(_:)``.
///
/// - Parameters:
///   - logits: the similarity of picture i and text j, `[N, N]`.
///   - matches: whether text j is true of picture i, row by row; N · N of them, with a true one in each row and column.
/// - Returns: a single number; ln N for similarities that are all equal, where each text is true of one picture.
public func contrastiveLoss(_ logits: Tensor, matches: [Bool]) -> Tensor {
  checkSquare(logits, "contrastiveLoss")
  let n = logits.shape[0]
  if matches.count != n * n {
    reportMisuse("contrastiveLoss", "\(matches.count) matches, but logits \(logits.shape) have \(n * n) pairs")
  }
  var rowCounts = [Float](repeating: 0, count: n)
  var columnCounts = rowCounts
  for index in matches.indices where matches[index] {
    rowCounts[index / n] += 1
    columnCounts[index % n] += 1
  }
  if let lonely = rowCounts.firstIndex(of: 0) {
    reportMisuse("contrastiveLoss", "no text is true of picture \(lonely); each row of matches needs one that is true")
  }
  if let lonely = columnCounts.firstIndex(of: 0) {
    reportMisuse("contrastiveLoss", "text \(lonely) is true of no picture; each column of matches needs a true one")
  }
  let byRow = matches.indices.map { matches[$0] ? 1 / rowCounts[$0 / n] : 0 }
  let byColumn = matches.indices.map { matches[$0] ? 1 / columnCounts[$0 % n] : 0 }
  let images = (Tensor(byRow, shape: [n, n]) * logits.logSoftmax(dim: 1)).sum()
  let texts = (Tensor(byColumn, shape: [n, n]) * logits.logSoftmax(dim: 0)).sum()
  return (images + texts) * (-0.5 / Float(n))
}

private func checkSquare(_ logits: Tensor, _ loss: String) {
  if logits.rank != 2 || logits.shape[0] != logits.shape[1] || logits.shape[0] == 0 {
    reportMisuse(loss, "logits of shape \(logits.shape), not [N, N] with at least one pair")
  }
  requireMemory(for: logits.shape, loss)
}
