import Testing

@testable import Tensors

/// The contract of matrix products: each element is one chain of fused multiply-adds, from its start, in ascending k.
@Suite struct KernelGemmTests {
  /// The contract itself, one element at a time.
  static func chain(_ a: Tensor, _ b: Tensor, start: Tensor? = nil) -> [Float] {
    let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
    let (x, y) = (a.scalars, b.scalars)
    let first = start?.scalars
    var result = [Float](repeating: 0, count: m * n)
    for i in 0..<m {
      for j in 0..<n {
        var sum = first?[j] ?? 0
        for step in 0..<k { sum = sum.addingProduct(x[i * k + step], y[step * n + j]) }
        result[i * n + j] = sum
      }
    }
    return result
  }

  static func random(_ shape: [Int], _ generator: Generator) -> Tensor {
    withGenerator(generator) { .uniform(shape, in: -1..<1) }
  }

  /// Rows around the kernels for few rows and the tile of six, columns around eight and sixteen, depths around eight
  /// and the blocks of 256.
  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 25, 31])
  func isAChainForEverySize(_ m: Int) {
    let generator = Generator(seed: m)
    for n in [1, 2, 7, 8, 9, 15, 16, 17, 24, 25, 33] {
      for k in [0, 1, 2, 7, 8, 9, 17, 255, 257] {
        let a = Self.random([m, k], generator)
        let b = Self.random([k, n], generator)
        let bias = Self.random([n], generator)
        #expect(isSame(a.matmul(b).scalars, Self.chain(a, b)), "\(m) × \(k) × \(n)")
        #expect(
          isSame(a.linear(weight: b.T, bias: bias).scalars, Self.chain(a, b, start: bias)), "\(m) × \(k) × \(n), bias")
      }
    }
  }

  @Test(arguments: 0..<60) func isAChainForRandomSizesAndStrides(_ seed: Int) {
    let generator = Generator(seed: 1000 + seed)
    let sizes = generator.integers(in: 1..<70, count: 3)
    let depth = seed % 3 == 0 ? 500 + sizes[1] : sizes[1]
    let a = Self.random([sizes[0], depth], generator)
    let b = Self.random([depth, sizes[2]], generator)
    let expected = Self.chain(a, b)
    for (nameA, left) in Self.layouts(a) {
      for (nameB, right) in Self.layouts(b) {
        #expect(isSame(left.matmul(right).scalars, expected), "\(a.shape) · \(b.shape): \(nameA), \(nameB)")
      }
    }
  }

  @Test func longChainsAndManyRowsAreChains() {
    let generator = Generator(seed: 5)
    for (m, k, n) in [(7, 1025, 33), (577, 3, 17), (600, 300, 20), (2, 2000, 40), (5, 513, 1), (1, 513, 100)] {
      let a = Self.random([m, k], generator)
      let b = Self.random([k, n], generator)
      #expect(isSame(a.matmul(b).scalars, Self.chain(a, b)), "\(m) × \(k) × \(n)")
    }
  }

  /// More rows than one block of packed rows has, so that packed columns are kept for the next block, in one and in two
  /// blocks of depth; and so many columns that rows of a transposed matrix are packed, four tiles at a time.
  @Test(arguments: [(60, 300, 80), (450, 768, 40), (820, 770, 33), (1_030, 300, 17)])
  func blocksOfRowsAreChains(_ m: Int, _ k: Int, _ n: Int) {
    let generator = Generator(seed: 6)
    let a = Self.random([m, k], generator)
    let b = Self.random([k, n], generator)
    let bias = Self.random([n], generator)
    let expected = Self.chain(a, b, start: bias)
    for (name, left) in [("dense", a), ("transposed", a.T.contiguous().T)] {
      let product = Threads.with(1) { left.linear(weight: b.T, bias: bias) }
      #expect(isSame(product.scalars, expected), "\(name)")
    }
    #expect(isSame(Threads.with(1) { a.matmul(b) }.scalars, Self.chain(a, b)))
  }

  /// Columns a multiple of 4 KiB apart in memory are copied piece by piece first.
  @Test(arguments: [1, 2, 3, 4]) func fewRowsAreChainsWhereColumnsShareCacheSets(_ m: Int) {
    let generator = Generator(seed: m)
    for (k, n) in [(1024, 16), (1024, 37), (2048, 20)] {
      let a = Self.random([m, k], generator)
      let weight = Self.random([n, k], generator)
      let bias = Self.random([n], generator)
      #expect(
        isSame(a.linear(weight: weight, bias: bias).scalars, Self.chain(a, weight.T, start: bias)), "\(k) × \(n)")
    }
  }

  @Test func specialValuesRunThroughTheChain() {
    let values: [Float] = [.infinity, -.infinity, .nan, 0, -0.0, 1e38, .leastNonzeroMagnitude, 1]
    let a = Tensor((0..<13 * 9).map { values[($0 * 5 + $0 / 7) % 8] }, shape: [13, 9])
    let b = Tensor((0..<9 * 19).map { values[($0 * 3 + 1) % 8] }, shape: [9, 19])
    for rows in [1, 2, 4, 5, 13] {
      #expect(isSame(a[0..<rows].matmul(b).scalars, Self.chain(a[0..<rows], b)), "\(rows) rows")
    }
  }

  /// The same matrix as it may lie in memory.
  static func layouts(_ x: Tensor) -> [(String, Tensor)] {
    let (rows, columns) = (x.shape[0], x.shape[1])
    let wide = Tensor.cat([.full([rows, 3], .nan), x, .full([rows, 2], .nan)], dim: 1)
    let spread = Tensor.stack([x, .full(x.shape, .nan)], dim: -1).select(0, dim: -1)
    return [
      ("dense", x), ("transposed", x.T.contiguous().T), ("a slice", wide.slice(3..<3 + columns, dim: 1)),
      ("every second", spread),
    ]
  }

  @Test(arguments: [ElementType.bfloat16, .float16])
  func halfSizeWeightsAreTheirWidenedValues(_ type: ElementType) {
    let generator = Generator(seed: 9)
    for (n, k) in [(1, 1), (5, 7), (16, 8), (17, 33), (40, 300)] {
      // Bits of moderate numbers of either type, with a few subnormals.
      let stored = generator.integers(in: 0..<0x8000, count: n * k).enumerated().map { index, bits -> UInt16 in
        let magnitude = index % 17 == 0 ? bits & 0x7f : type == .float16 ? bits & 0x3fff : 0x3c00 | bits & 0x7ff
        return UInt16(magnitude) | (bits & 1 == 1 ? 0x8000 : 0)
      }
      let owner = StoredBits(stored)
      let half = Tensor(unownedMemory: owner.base, shape: [n, k], elementType: type, owner: owner)
      let widened = Tensor(half.scalars, shape: [n, k])
      let expected = stored.map {
        type == .bfloat16 ? Float(bitPattern: UInt32($0) << 16) : Self.float16(bits: $0)
      }
      #expect(isSame(widened.scalars, expected))
      for rows in [1, 2, 3, 4, 5, 6, 7, 13, 31] {
        let x = Self.random([rows, k], generator)
        #expect(isSame(x.linear(weight: half).scalars, x.linear(weight: widened).scalars), "\(rows) rows, [\(n), \(k)]")
        #expect(isSame(half.matmul(x.T).scalars, widened.matmul(x.T).scalars), "[\(n), \(k)] · \(rows) columns")
        #expect(
          isSame(
            half.T.matmul(Self.random([n, 3], Generator(seed: 1))).scalars,
            widened.T.matmul(Self.random([n, 3], Generator(seed: 1))).scalars))
      }
      #expect(isSame(half.embedding(IntTensor([n - 1, 0])).scalars, widened.embedding(IntTensor([n - 1, 0])).scalars))
      #expect(isSame((half * 2).scalars, (widened * 2).scalars))
      if n > 1 { #expect(isSame(half.T[0].scalars, widened.T[0].scalars)) }
    }
  }

  /// IEEE binary16 by its definition.
  static func float16(bits: UInt16) -> Float {
    let (sign, exponent, fraction) = (bits >> 15, Int(bits >> 10 & 31), Float(bits & 1023))
    let magnitude: Float =
      switch exponent {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? .infinity : .nan
      default: Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
      }
    return sign == 1 ? -magnitude : magnitude
  }
}

/// Memory that a tensor uses in place.
final class StoredBits {
  private let memory: UnsafeMutablePointer<UInt16>
  var base: UnsafeRawPointer { UnsafeRawPointer(memory) }

  init(_ bits: [UInt16]) {
    memory = .allocate(capacity: bits.count)
    memory.initialize(from: bits, count: bits.count)
  }

  deinit { memory.deallocate() }
}

/// Whether all bits are equal, any NaN being as good as another.
func isSame(_ a: [Float], _ b: [Float]) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
}
