import Tensors

/// The gradients of `clipLoss(scale * images.matmul(texts.T))` by the images `[N, D]`, the texts `[N, D]` and the scale.
///
/// - Parameters:
///   - images: a vector in each row, `[N, D]`.
///   - texts: the matching texts, `[N, D]`.
///   - scale: what the dot products are multiplied by.
func contrastiveGradients(images: Tensor, texts: Tensor, scale: Float) -> (images: Tensor, texts: Tensor, scale: Float)
{
  let count = images.shape[0]
  let products = images.matmul(texts.T)  // [N, N]
  let logits = scale * products
  // Each image chooses its text (rows), and each text its image (columns): the mean of two cross-entropies.
  let gradient = (logits.softmax(dim: 1) + logits.softmax(dim: 0) - 2 * .eye(count)) / Float(2 * count)
  return (
    scale * gradient.matmul(texts),  // image i: the texts, weighted by row i
    scale * gradient.T.matmul(images),  // text j: the images, weighted by column j
    (gradient * products).sum().item
  )
}
