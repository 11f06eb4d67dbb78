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
  // So far each image chooses its text; the texts choose nothing.
  let gradient = ((scale * products).softmax(dim: 1) - .eye(count)) / Float(count)
  return (scale * gradient.matmul(texts), scale * gradient.T.matmul(images), (gradient * products).sum().item)
}
