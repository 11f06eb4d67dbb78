import Exercises
import Tensors

@main enum Check: ExerciseCheck {
  /// A kernel of random numbers, none of them 0, with a picture's side and a stride that fit it.
  struct Sizes {
    let size = Int.draw(in: 1...3)
    let stride = Int.draw(in: 1...3)
    let side: Int
    let kernel: Tensor

    init() {
      side = size + Int.draw(in: 0...5)
      kernel = Tensor.rand([size, size]) + 0.5
    }

    var places: Int { (side - size) / stride + 1 }
    var name: String { "a kernel of \(size) × \(size), stride \(stride), pictures of \(side) × \(side)" }
    var matrix: Tensor { convolutionMatrix(kernel, side: side, stride: stride) }
  }

  static func check() throws {
    try property("The matrix has a row for each output and a column for each pixel") {
      for _ in 0..<20 {
        let sizes = Sizes()
        try expectShape(
          sizes.matrix, [sizes.places * sizes.places, sizes.side * sizes.side], "the matrix of \(sizes.name)")
      }
    }
    try property("It makes of a picture what the engine's conv2d makes of it") {
      for _ in 0..<20 {
        let sizes = Sizes()
        let picture = Tensor.randn([1, 1, sizes.side, sizes.side])
        let map = picture.conv2d(
          weight: sizes.kernel.reshape(1, 1, sizes.size, sizes.size), stride: (sizes.stride, sizes.stride))
        let product = sizes.matrix.matmul(picture.reshape(sizes.side * sizes.side, 1))
        try expectEqual(
          product.reshape(-1), map.reshape(-1), within: 1e-4,
          "the outputs of \(sizes.name); output (r, c) sees the pixels from (r · stride, c · stride) on")
      }
    }
    try property("Each output depends on k · k pixels and on no other one") {
      for _ in 0..<20 {
        let sizes = Sizes()
        for (output, row) in rows(sizes.matrix).enumerated() {
          let count = row.count { $0 != 0 }
          try expect(
            count == sizes.size * sizes.size,
            "row \(output) of \(sizes.name) has \(count) numbers that are not 0, not \(sizes.size * sizes.size)")
        }
      }
    }
    try property("All outputs use the same weights") {
      for _ in 0..<20 {
        let sizes = Sizes()
        let weights = sizes.kernel.scalars
        for (output, row) in rows(sizes.matrix).enumerated() {
          try expect(
            row.filter { $0 != 0 } == weights,
            "row \(output) of \(sizes.name) does not hold the kernel's numbers in their order")
        }
      }
    }
  }

  private static func rows(_ matrix: Tensor) -> [[Float]] { (0..<matrix.shape[0]).map { matrix[$0].scalars } }
}
