import Tensors
import TestSupport
import Testing

/// Results do not depend on the number of threads, nor on the batch that a row came in.
@Suite struct OpContractTests {
  struct Entry: Sendable {
    let name: String
    let shapes: [[Int]]
    let call: @Sendable ([Tensor]) -> Tensor

    init(_ name: String, _ shapes: [Int]..., call: @escaping @Sendable ([Tensor]) -> Tensor) {
      self.name = name
      self.shapes = shapes
      self.call = call
    }
  }

  /// Sizes that are split among threads, at odd places.
  static let entries: [Entry] = [
    Entry("add", [611, 999], [611, 999]) { $0[0] + $0[1] },
    Entry("add rows", [611, 999], [999]) { $0[0] + $0[1] },
    Entry("multiply columns", [611, 999], [611, 1]) { $0[0] * $0[1] },
    Entry("divide transposed", [999, 611], [611, 999]) { $0[0].T / ($0[1] * $0[1] + 1) },
    Entry("maximum", [700_001], [700_001]) { .maximum($0[0], $0[1]) },
    Entry("subtract", [611, 999], [999]) { $0[0] - $0[1] },
    Entry("subtract from a number", [700_001]) { 1 - $0[0] },
    Entry("minimum", [700_001], [700_001]) { .minimum($0[0], $0[1]) },
    Entry("negative", [999, 611]) { -$0[0].T },
    Entry("comparisons", [611, 999], [611, 999]) { x in
      let signs = (x[0] .> x[1]) + (x[0] .>= 0.25) * 2 + (x[0] .< x[1].abs()) * 4 + (x[0] .<= 0) * 8
      return (signs + (x[0] .== x[1]) * 16 + (x[0] .!= x[1]) * 32) * x[0]
    },
    Entry("maskedFill", [611, 999], [999]) { $0[0].maskedFill($0[1] .> 0, 2) },
    Entry("where", [700_001], [700_001]) { .where($0[0] .> 0, $0[0], $0[1]) },
    Entry("exp", [400_003]) { $0[0].exp() },
    Entry("functions", [200_003]) { x in
      let positive = x[0].abs() + 0.1
      let first = positive.log() + positive.sqrt() + positive.pow(1.7) + x[0].tanh() + x[0].erf() + x[0].sin()
      return first + x[0].cos() + x[0].sigmoid() + x[0].logSigmoid() + x[0].relu() + x[0].clamp(-0.5, 0.5)
    },
    Entry("gelu", [200_003]) { $0[0].gelu() + $0[0].geluTanh() + $0[0].quickGelu() },
    Entry("sum", [1_000_003]) { $0[0].sum() },
    Entry("sum rows", [1003, 701]) { $0[0].sum(dim: 1) },
    Entry("sum columns", [1003, 701]) { $0[0].sum(dim: 0) },
    Entry("sum middle", [37, 53, 301]) { $0[0].sum(dim: 1) },
    Entry("sum apart", [37, 53, 301]) { $0[0].sum(dims: [0, 2]) },
    Entry("mean and deviation", [307, 1001]) { $0[0].mean(dim: 0) + $0[0].standardDeviation(dims: [0]) },
    Entry("max", [307, 1001]) { $0[0].max(dim: 0).values + $0[0].min(dim: 1).values.sum() },
    Entry("max and min of all", [307, 1001]) { $0[0] * $0[0].max() + $0[0].min() },
    Entry("argmax and argmin", [307, 1001]) { x in
      let places = x[0].argmax(dim: 0).scalars + x[0].argmin(dim: 0).scalars + [x[0].argmax(), x[0].argmin()]
      return x[0].sum() * Tensor(places.map { Float($0) })
    },
    Entry("softmax", [501, 403]) { $0[0].softmax(dim: -1) },
    Entry("softmax first", [501, 403]) { $0[0].softmax(dim: 0) },
    Entry("logSoftmax", [501, 403]) { $0[0].logSoftmax(dim: -1) },
    Entry("layerNorm", [601, 301], [301], [301]) { $0[0].layerNorm(weight: $0[1], bias: $0[2]) },
    Entry("layerNorm without weight", [601, 301]) { $0[0].layerNorm() },
    Entry("l2Normalized", [601, 301]) { $0[0].l2Normalized() },
    Entry("cumsum", [307, 1001]) { $0[0].cumsum(dim: 0) },
    Entry("sort", [307, 101]) { $0[0].sort(dim: 0).values },
    Entry("topK", [307, 101]) { $0[0].topK(7).values },
    Entry("matmul", [301, 257], [257, 403]) { $0[0].matmul($0[1]) },
    Entry("matmul tall", [2003, 67], [67, 203]) { $0[0].matmul($0[1]) },
    Entry("matmul one row", [1, 3001], [3001, 2003]) { $0[0].matmul($0[1]) },
    Entry("matmul batch", [13, 67, 129], [13, 129, 101]) { $0[0].matmul($0[1]) },
    Entry("matmul broadcast", [7, 1, 67, 129], [3, 129, 101]) { $0[0].matmul($0[1]) },
    Entry("matmul transposed", [257, 301], [403, 257]) { $0[0].T.matmul($0[1].T) },
    Entry("linear", [5, 61, 301], [403, 301], [403]) { $0[0].linear(weight: $0[1], bias: $0[2]) },
    Entry("conv2d", [3, 5, 41, 43], [17, 5, 3, 3], [17]) {
      $0[0].conv2d(weight: $0[1], bias: $0[2], stride: (1, 2), padding: (1, 1))
    },
    Entry("conv2dChannelsLast", [3, 41, 43, 5], [17, 3, 3, 5], [17]) {
      $0[0].conv2dChannelsLast(weight: $0[1], bias: $0[2], stride: (1, 2), padding: (1, 1))
    },
    Entry("avgPool2dChannelsLast", [5, 61, 59, 13]) { $0[0].avgPool2dChannelsLast(size: 2) },
    Entry("unfold", [5, 6, 61, 59]) { $0[0].unfold(kernel: (3, 4), stride: (1, 2), padding: (2, 1)) },
    Entry("interpolate", [5, 6, 61, 59]) { $0[0].interpolate(size: (103, 97), mode: .bilinear(alignCorners: false)) },
    Entry("nearest", [5, 6, 61, 59]) { $0[0].interpolate(size: (103, 97), mode: .nearest) },
    Entry("attention", [3, 5, 97, 33], [3, 5, 101, 33], [3, 5, 101, 35], [97, 101]) {
      .scaledDotProductAttention(query: $0[0], key: $0[1], value: $0[2], mask: $0[3].detached())
    },
    Entry("self-attention", [9, 97, 3 * 5 * 16]) { .selfAttention($0[0], headCount: 5, isCausal: true) },
    Entry("attention with weights", [3, 5, 97, 33], [3, 5, 101, 33], [3, 5, 101, 35]) { x in
      let (output, weights) = Tensor.scaledDotProductAttentionWithWeights(query: x[0], key: x[1], value: x[2])
      return .cat([output, weights], dim: -1)
    },
    Entry("matmul of bfloat16", [301, 257]) { $0[0].matmul(half(257, 403, .bfloat16)) },
    Entry("linear of bfloat16", [61, 257]) { $0[0].linear(weight: half(403, 257, .bfloat16)) },
    Entry("one row of bfloat16", [1, 3001]) { $0[0].matmul(half(3001, 203, .bfloat16)) },
    Entry("linear of float16", [61, 257]) { $0[0].linear(weight: half(403, 257, .float16)) },
    Entry("multiply by float16", [301, 257]) { $0[0] * half(301, 257, .float16) },
    Entry("causal attention", [3, 5, 97, 33], [3, 5, 97, 33], [3, 5, 97, 33]) { x in
      withGenerator(Generator(seed: 3)) {
        .scaledDotProductAttention(query: x[0], key: x[1], value: x[2], isCausal: true, dropout: 0.1)
      }
    },
    Entry("embedding", [1003, 301]) { $0[0].embedding(IntTensor((0..<700).map { $0 * 37 % 1003 })) },
    Entry("gather", [1003, 301]) { $0[0].gather(dim: 1, IntTensor((0..<1003).map { $0 % 301 }, shape: [1003, 1])) },
    Entry("indexSelect", [603, 301]) { $0[0].indexSelect((0..<400).map { $0 * 7 % 301 }, dim: 1) },
    Entry("cat", [603, 301], [603, 55]) { .cat($0, dim: 1) },
    Entry("stack", [603, 301], [603, 301]) { .stack($0, dim: 1) },
    Entry("split and chunk", [603, 300]) { x in
      .cat(x[0].split(77, dim: 0).reversed() + x[0].split([500, 103], dim: 0), dim: 0) + x[0].chunk(4, dim: 1)[2].sum()
    },
    Entry("oneHot", [301]) { .oneHot(IntTensor((0..<603).map { $0 * 7 % 301 }), classes: 301) * $0[0] },
    Entry("triu", [3, 301, 203]) { $0[0].triu(diagonal: 1) },
    Entry("pad and flip", [603, 301]) { $0[0].pad([(0, 1, 2), (1, 3, 1)], value: 2).flip(dims: [1]) },
    Entry("views", [60, 70, 80]) { $0[0].permute(2, 0, 1).reshape(80, -1).T.contiguous()[3..<4000] },
    Entry("repeated", [60, 70, 8]) { $0[0].repeated(2, 1, 3).tril() },
    Entry("dropout", [603, 301]) { x in withGenerator(Generator(seed: 3)) { x[0].dropout(0.3) } },
  ]

  /// A matrix of half-size numbers in memory of its own, as a checkpoint has them: from ½ to 1, either sign.
  private static func half(_ rows: Int, _ columns: Int, _ type: ElementType) -> Tensor {
    final class Memory {
      let bits: UnsafeMutablePointer<UInt16>
      init(_ values: [UInt16]) {
        bits = .allocate(capacity: values.count)
        bits.initialize(from: values, count: values.count)
      }
      deinit { bits.deallocate() }
    }
    let random = Generator(seed: 5).integers(in: 0..<1 << 16, count: rows * columns)
    let (exponent, fraction): (UInt16, UInt16) = type == .bfloat16 ? (0x3F00, 0x7F) : (0x3800, 0x3FF)
    let memory = Memory(random.map { UInt16($0) & 0x8000 | exponent | UInt16($0) & fraction })
    return Tensor(unownedMemory: memory.bits, shape: [rows, columns], elementType: type, owner: memory)
  }

  @Test(arguments: entries.map { $0.name }) func isTheSameOnAnyNumberOfThreads(_ name: String) throws {
    let entry = try #require(Self.entries.first { $0.name == name })
    let generator = Generator(seed: 11)
    let values = entry.shapes.map { shape in withGenerator(generator) { Tensor.uniform(shape, in: -1..<1) } }
    func run(_ threads: Int) -> [[Float]] {
      Threads.with(threads) {
        let leaves = values.map { $0.requiringGrad() }
        let result = entry.call(leaves)
        (result * .weighting(result.shape)).sum().backward()
        return [result.scalars] + leaves.map { $0.grad?.scalars ?? [] }
      }
    }
    let one = run(1)
    for threads in [2, 3, 8] {
      for (place, (a, b)) in zip(run(threads), one).enumerated() {
        #expect(isSame(a, b), "\(name) on \(threads) threads: \(place == 0 ? "the result" : "gradient \(place - 1)")")
      }
    }
  }

  // MARK: A row alone is the row in its batch

  static let perRow: [Entry] = [
    Entry("matmul", [31, 45], [45, 37]) { $0[0].matmul($0[1]) },
    Entry("matmul transposed", [31, 45], [37, 45]) { $0[0].matmul($0[1].T) },
    Entry("linear", [31, 300], [37, 300], [37]) { $0[0].linear(weight: $0[1], bias: $0[2]) },
    Entry("layerNorm", [31, 45], [45], [45]) { $0[0].layerNorm(weight: $0[1], bias: $0[2]) },
    Entry("softmax", [31, 45]) { $0[0].softmax(dim: -1) },
    Entry("logSoftmax", [31, 45]) { $0[0].logSoftmax(dim: -1) },
    Entry("gelu", [31, 45]) { $0[0].gelu() },
    Entry("sum", [31, 45]) { $0[0].sum(dim: 1) },
    Entry("l2Normalized", [31, 45]) { $0[0].l2Normalized() },
    Entry("attention of queries", [31, 16], [1, 1, 23, 16], [1, 1, 23, 16]) { x in
      Tensor.scaledDotProductAttention(query: x[0].unsqueeze(0).unsqueeze(0), key: x[1], value: x[2]).select(0, dim: 0)
        .select(0, dim: 0)
    },
    Entry("attention of a batch", [31, 2 * 5 * 16]) { x in
      let heads = x[0].reshape(-1, 5, 2, 16).transpose(1, 2)
      return Tensor.scaledDotProductAttention(query: heads, key: heads, value: heads, isCausal: true)
    },
    Entry("conv2d", [31, 2 * 7 * 7], [5, 2, 3, 3]) {
      $0[0].reshape(-1, 2, 7, 7).conv2d(weight: $0[1], padding: (1, 1))
    },
  ]

  @Test(arguments: perRow.map { $0.name }) func aRowAloneIsTheRowInItsBatch(_ name: String) throws {
    let entry = try #require(Self.perRow.first { $0.name == name })
    let generator = Generator(seed: 12)
    let x = entry.shapes.map { shape in withGenerator(generator) { Tensor.uniform(shape, in: -1..<1) } }
    let whole = entry.call(x)
    for count in 1...7 {
      for start in stride(from: 0, through: 31 - count, by: 5) {
        let part = entry.call([x[0][start..<start + count]] + x.dropFirst())
        #expect(isSame(part.scalars, whole[start..<start + count].scalars), "\(name): rows \(start)..<\(start + count)")
      }
    }
  }
}
