import Layers
import Tensors

/// The contrastive loss whose targets are shared evenly among all true partners.
///
/// - Parameters:
///   - scores: scaled cosines `[N, N]`, pictures × texts.
///   - isTrue: whether text j is true of picture i, at `[i][j]`.
/// - Returns: a single number.
func sharedLoss(_ scores: Tensor, _ isTrue: [[Bool]]) -> Tensor {
  let truth = Tensor(isTrue.map { row in row.map { $0 ? Float(1) : 0 } })
  // A target is a distribution: it sums to 1 over the texts of a picture, or over the pictures of a text.
  let textsOfPicture = truth / truth.sum(dim: 1, keepDims: true)
  let picturesOfText = truth / truth.sum(dim: 0, keepDims: true)
  let rows = (textsOfPicture * scores.logSoftmax(dim: 1)).sum()
  let columns = (picturesOfText * scores.logSoftmax(dim: 0)).sum()
  return -(rows + columns) / Float(2 * isTrue.count)
}
