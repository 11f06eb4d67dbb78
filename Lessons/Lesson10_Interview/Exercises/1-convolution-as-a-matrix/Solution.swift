import Tensors

/// The matrix `[M · M, side · side]` that makes of a square picture what a kernel makes of it, one channel, no padding.
///
/// - Parameters:
///   - kernel: `[k, k]`.
///   - side: of the pictures, in pixels.
///   - stride: how far the kernel moves from one place to the next.
func convolutionMatrix(_ kernel: Tensor, side: Int, stride: Int) -> Tensor {
  let (size, weights) = (kernel.shape[0], kernel.scalars)
  let places = (side - size) / stride + 1
  var numbers = [Float](repeating: 0, count: places * places * side * side)
  for r in 0..<places {
    for c in 0..<places {
      // The row of this output begins here; the kernel lies on the pixels from (r · stride, c · stride) on.
      let start = (r * places + c) * side * side
      for y in 0..<size {
        for x in 0..<size {
          numbers[start + (r * stride + y) * side + c * stride + x] = weights[y * size + x]
        }
      }
    }
  }
  return Tensor(numbers, shape: [places * places, side * side])
}
