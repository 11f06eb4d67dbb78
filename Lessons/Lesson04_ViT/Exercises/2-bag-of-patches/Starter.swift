import Models
import Tensors

/// The largest change of any score when the patches of all images are put in another order.
///
/// - Parameters:
///   - images: `[B, C, H, W]`.
///   - order: `order[i]` is the patch that comes to place i.
func changeByShuffling(_ model: VisionTransformer, _ images: Tensor, order: [Int]) -> Float {
  // Is a row of this a patch? And what does dropout do here?
  let (count, channels) = (images.shape[0], images.shape[1])
  let shuffled = images.reshape(count, channels, order.count, -1).indexSelect(order, dim: 2).reshape(images.shape)
  return noGrad { (model(shuffled) - model(images)).abs().max().item }
}
