import Models
import Tensors

/// The largest change of any score when the patches of all images are put in another order.
///
/// - Parameters:
///   - images: `[B, C, H, W]`.
///   - order: `order[i]` is the patch that comes to place i.
func changeByShuffling(_ model: VisionTransformer, _ images: Tensor, order: [Int]) -> Float {
  let (count, channels, side) = (images.shape[0], images.shape[1], images.shape[2])
  let size = model.configuration.patchSize
  let perRow = side / size
  let patches = images.reshape(count, channels, perRow, size, perRow, size)
    .permute(0, 2, 4, 1, 3, 5)  // place of the patch before what is in it
    .reshape(count, perRow * perRow, channels, size, size)
  let shuffled = patches.indexSelect(order, dim: 1)
    .reshape(count, perRow, perRow, channels, size, size)
    .permute(0, 3, 1, 4, 2, 5)
    .reshape(images.shape)
  // With dropout two calls differ without any shuffling.
  model.eval()
  return noGrad { (model(shuffled) - model(images)).abs().max().item }
}
