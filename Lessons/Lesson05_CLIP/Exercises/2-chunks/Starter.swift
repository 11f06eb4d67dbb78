import Layers
import Tensors

/// The contrastive loss of a whole batch that comes in chunks.
///
/// - Parameters:
///   - chunks: pictures `[n, P]` and texts `[n, T]`, pair by pair.
///   - pictureWeight: `[D, P]`, the picture tower.
///   - textWeight: `[D, T]`, the text tower.
///   - scale: what the cosines are multiplied by.
/// - Returns: a single number.
func lossOfChunks(
  _ chunks: [(pictures: Tensor, texts: Tensor)], _ pictureWeight: Tensor, _ textWeight: Tensor, scale: Float
) -> Tensor {
  var sum = Tensor(0)
  for chunk in chunks {
    let pictures = chunk.pictures.linear(weight: pictureWeight).l2Normalized()
    let texts = chunk.texts.linear(weight: textWeight).l2Normalized()
    sum = sum + clipLoss((scale * pictures).matmul(texts.T))
  }
  return sum / Float(chunks.count)
}
