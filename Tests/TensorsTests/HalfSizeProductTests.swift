import Testing

@testable import Tensors

/// Products with half-size weights have the bits of those with the widened weights, however they are computed.
@Suite struct HalfSizeProductTests {
  /// A weight `[out, in]`, the same in single precision, and each of them as it lies in memory `[in, out]`.
  struct Weight {
    let half: Tensor
    let widened: Tensor

    /// - Parameter special: whether subnormals, infinities and NaN are among the numbers.
    init(_ shape: [Int], _ type: ElementType, special: Bool, _ generator: Generator) {
      let count = shape.reduce(1, *)
      let bits = generator.integers(in: 0..<0x10000, count: count).enumerated().map { index, bits -> UInt16 in
        let sign = UInt16(bits & 0x8000)
        if special && index % 5 == 0 {
          let infinity: UInt16 = type == .float16 ? 0x7c00 : 0x7f80
          return sign | [0, 1, UInt16(bits & 0x7f), infinity, infinity | 1, infinity | 0x7f][index / 5 % 6]
        }
        // Between 2⁻⁷ and 4 in either type.
        return sign | UInt16(type == .float16 ? 0x2000 + bits % 0x2400 : 0x3c00 + bits % 0x480)
      }
      let owner = StoredBits(bits)
      half = Tensor(unownedMemory: owner.base, shape: shape, elementType: type, owner: owner)
      let values = bits.map { type == .float16 ? widenFloat16($0) : Float(bitPattern: UInt32($0) << 16) }
      widened = Tensor(values, shape: shape)
    }
  }

  /// Sizes around eight and sixteen columns, a cache line of steps, blocks of depth, and columns 4 KiB apart.
  static let sizes = [
    (1, 1), (5, 7), (8, 8), (9, 16), (17, 33), (40, 31), (31, 70), (48, 264), (23, 777), (33, 2048), (130, 96),
  ]

  @Test(arguments: [ElementType.bfloat16, .float16], [false, true])
  func linearLayersHaveTheBitsOfTheWidenedWeights(_ type: ElementType, special: Bool) {
    let generator = Generator(seed: 21)
    for (out, depth) in Self.sizes {
      let weight = Weight([out, depth], type, special: special, generator)
      let transposed = Weight([depth, out], type, special: special, generator)
      let bias = KernelGemmTests.random([out], generator)
      for rows in 1...20 {
        let x = KernelGemmTests.random([rows, depth], generator)
        #expect(
          isSame(
            x.linear(weight: weight.half, bias: bias).scalars, x.linear(weight: weight.widened, bias: bias).scalars),
          "\(rows) rows, [\(out), \(depth)]")
        // As GPT-2 keeps its weights.
        #expect(
          isSame(
            x.linear(weight: transposed.half.T, bias: bias).scalars,
            x.linear(weight: transposed.widened.T, bias: bias).scalars),
          "\(rows) rows, [\(depth), \(out)] transposed")
        #expect(
          isSame(x.matmul(transposed.half).scalars, x.matmul(transposed.widened).scalars), "\(rows) rows, no bias")
      }
    }
  }

  @Test(arguments: [ElementType.bfloat16, .float16])
  func partsOfAWeightHaveTheBitsOfTheWidenedParts(_ type: ElementType) {
    let generator = Generator(seed: 22)
    let weight = Weight([50, 90], type, special: false, generator)
    for rows in [1, 2, 3, 4, 6, 20] {
      let x = KernelGemmTests.random([rows, 61], generator)
      let (half, widened) = (weight.half.slice(7..<68, dim: 1)[3..<44], weight.widened.slice(7..<68, dim: 1)[3..<44])
      #expect(isSame(x.linear(weight: half).scalars, x.linear(weight: widened).scalars), "\(rows) rows")
      let y = KernelGemmTests.random([rows, 41], generator)
      #expect(isSame(y.matmul(half).scalars, y.matmul(widened).scalars), "\(rows) rows, transposed")
    }
  }

  @Test(arguments: [ElementType.bfloat16, .float16])
  func theNumberOfThreadsLeavesNoTrace(_ type: ElementType) {
    let generator = Generator(seed: 23)
    let weight = Weight([1003, 1025], type, special: false, generator)
    for rows in [1, 2, 3, 4, 5, 16, 20] {
      let x = KernelGemmTests.random([rows, 1025], generator)
      let y = KernelGemmTests.random([rows, 1003], generator)
      let expected = x.linear(weight: weight.widened).scalars
      let transposed = y.matmul(weight.widened).scalars
      for threads in [1, 2, 3, 8] {
        Threads.with(threads) {
          #expect(isSame(x.linear(weight: weight.half).scalars, expected), "\(rows) rows, \(threads) threads")
          #expect(isSame(y.matmul(weight.half).scalars, transposed), "\(rows) rows, \(threads) threads, transposed")
        }
      }
    }
  }
}
