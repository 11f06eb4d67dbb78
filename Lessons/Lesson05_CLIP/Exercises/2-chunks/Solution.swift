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
  // A vector depends on its own input alone, so chunks can be encoded one after the other …
  let pictures = Tensor.cat(chunks.map { $0.pictures.linear(weight: pictureWeight).l2Normalized() })
  let texts = Tensor.cat(chunks.map { $0.texts.linear(weight: textWeight).l2Normalized() })
  // … but each pair's loss needs the vectors of all others as negatives.
  return clipLoss((scale * pictures).matmul(texts.T))
}
