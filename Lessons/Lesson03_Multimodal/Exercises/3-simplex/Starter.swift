import Layers
import Tensors

/// Free vectors of `count` pairs, trained on the contrastive loss with s = 1.
///
/// - Returns: unit vectors, `[count, dimensions]` each.
func trainedVectors(count: Int, dimensions: Int) -> (pictures: Tensor, texts: Tensor) {
  let pictures = Tensor.randn([count, dimensions]).l2Normalized()
  return (pictures, pictures)  // pairs are equal, but nothing pushes different pairs apart
}
