import Tensors

/// The matrix `[M · M, side · side]` that makes of a square picture what a kernel makes of it, one channel, no padding.
///
/// - Parameters:
///   - kernel: `[k, k]`.
///   - side: of the pictures, in pixels.
///   - stride: how far the kernel moves from one place to the next.
func convolutionMatrix(_ kernel: Tensor, side: Int, stride: Int) -> Tensor {
  let size = kernel.shape[0]
  let places = (side - size) / stride + 1
  // So far each output has the kernel's numbers on the first pixels of the picture, wherever the output stands.
  let row = kernel.scalars + [Float](repeating: 0, count: side * side - size * size)
  let rows = [[Float]](repeating: row, count: places * places)
  return Tensor(rows)
}
