import Tensors

/// CLIP's loss (Radford et al. 2021, figure 3) for batches in which a text may be true of several pictures.
///
/// Each picture must find a text of the batch that is true of it, and each text a picture. Where several are right (there
/// are only ten digits, and "a red circle" is true of many scenes) all of them count in equal shares, as in UniCL (Yang et
/// al. 2022, section 3.1); where only the pairs themselves are right this is CLIP's own loss.
///
/// - Parameters:
///   - logits: how well picture i and text j go together, `[N, N]`.
///   - matches: whether text j is true of picture i, row by row; N · N of them, with a true one in each row and column.
/// - Returns: a single number; ln N for scores that say nothing about pairs that all differ.
public func contrastiveLoss(_ logits: Tensor, matches: [Bool]) -> Tensor {
  let n = logits.shape.first ?? 0
  if n == 0 || logits.shape != [n, n] {
    reportMisuse("contrastiveLoss", "the logits are [N, N] with N at least 1, not \(logits.shape)")
  }
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
