import Layers
import Tensors

/// CLIP's loss (Radford et al. 2021, figure 3) for batches in which several pairs may mean the same.
///
/// Each picture must find its text among all texts of the batch, and each text its picture. Where several pairs have one
/// meaning (there are only ten digits) all of them are right answers in equal shares, as in UniCL (Yang et al. 2022,
/// section 3.1); where all meanings differ this is CLIP's own loss.
///
/// - Parameters:
///   - logits: how well picture i and text j go together, `[N, N]`.
///   - meanings: what pair i means; equal numbers mean the same.
/// - Returns: a single number; ln N for scores that say nothing and meanings that all differ.
public func contrastiveLoss(_ logits: Tensor, meanings: [Int]) -> Tensor {
  let n = meanings.count
  var counts: [Int: Int] = [:]
  for meaning in meanings { counts[meaning, default: 0] += 1 }
  var shares = [Float](repeating: 0, count: n * n)
  for row in 0..<n {
    for column in 0..<n where meanings[row] == meanings[column] {
      shares[row * n + column] = 1 / Float(counts[meanings[row]] ?? 1)
    }
  }
  let targets = Tensor(shares, shape: [n, n])  // symmetric
  let rows = (targets * logits.logSoftmax(dim: 1)).sum()
  let columns = (targets * logits.logSoftmax(dim: 0)).sum()
  return (rows + columns) * (-0.5 / Float(n))
}
