import Tensors
import TestSupport
import Testing

/// An entry of rng_vectors.json: what PyTorch 2.15 gave for a call after `manual_seed`.
struct RandomVector: Decodable, CustomTestStringConvertible {
  enum Number: Decodable, Equatable {
    case integer(Int)
    case hexFloat(Double)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let integer = try? container.decode(Int.self) {
        self = .integer(integer)
      } else {
        let text = try container.decode(String.self)
        guard let value = Double(text) else {
          throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is not a number")
        }
        self = .hexFloat(value)
      }
    }
  }

  let seed: Int
  let call: String
  let n: Int?
  let first: [Number]
  let firstBits: [String]?
  let last: [Number]?
  let crc32: String?
  let tenthousandth: UInt32?

  enum CodingKeys: String, CodingKey {
    case seed, call, n, first, last, tenthousandth
    case firstBits = "first_bits"
    case crc32 = "crc32_le_bytes"
  }

  var testDescription: String { "seed \(seed): \(call)" }

  static func all() throws -> [RandomVector] {
    try randomFixture("rng_vectors.json", as: [RandomVector].self)
  }
}

@Suite struct RandomVectorTests {
  @Test func theVectorsAreAllThere() throws {
    #expect(try RandomVector.all().count == 32)
  }

  @Test(arguments: try RandomVector.all())
  func equalsPyTorch(_ vector: RandomVector) throws {
    let generator = Generator(seed: vector.seed)
    if vector.call.hasPrefix("raw u32") {
      let draws = (0..<10_000).map { _ in generator.nextUInt32() }
      #expect(draws.prefix(vector.first.count).map { .integer(Int($0)) } == vector.first)
      if let tenthousandth = vector.tenthousandth { #expect(draws[9999] == tenthousandth) }
    } else if let make = Self.integers[vector.call] {
      expect(make(generator).map(RandomVector.Number.integer), equal: vector)
    } else {
      let make = try #require(Self.floats[vector.call], "no test makes this call")
      let values = make(generator)
      expect(values.map { .hexFloat(Double($0)) }, equal: vector)
      #expect(bits(values.prefix(vector.first.count)) == vector.firstBits)
      #expect(crc32(values) == vector.crc32)
    }
  }

  private func expect(_ values: [RandomVector.Number], equal vector: RandomVector) {
    #expect(values.count == vector.n)
    #expect(Array(values.prefix(vector.first.count)) == vector.first)
    if let last = vector.last { #expect(Array(values.suffix(last.count)) == last) }
  }

  private static let integers: [String: @Sendable (Generator) -> [Int]] = [
    "torch.randint(0,10000,(4,77))": { $0.integers(in: 0..<10_000, count: 4 * 77) },
    "torch.randperm(10)": { $0.permutation(10) },
  ]

  private static let floats: [String: @Sendable (Generator) -> [Float]] = [
    "torch.rand(4)": { $0.uniform(4) },
    "torch.rand(1000)": { $0.uniform(1000) },
    "torch.empty(100).uniform_(-0.3,0.7)": { $0.uniform(100, in: -0.3..<0.7) },
    "torch.randn(1)": { $0.normal(1) },
    "torch.randn(4)": { $0.normal(4) },
    "torch.randn(15)": { $0.normal(15) },
    "torch.randn(16)": { $0.normal(16) },
    "torch.randn(17)": { $0.normal(17) },
    "torch.randn(100)": { $0.normal(100) },
    "torch.randn(1000)": { $0.normal(1000) },
    "torch.randn(1,3,224,224)": { $0.normal(3 * 224 * 224) },
    "torch.randn(4,4)": { $0.normal(16) },
    "torch.empty(50).normal_(0.0,0.02)": { $0.normal(50, std: 0.02) },
    "torch.empty(20).bernoulli_(0.9)": { $0.floats(20) { $0.fillBernoulli($1, probability: 0.9) } },
    "F.dropout(torch.ones(20),0.1,True)": { $0.floats(20) { $0.fillDropoutMask($1, probability: 0.1) } },
    "nn.Linear(768,10).weight": { $0.linear(768, 10).weight },
    "nn.Linear(768,10).bias": { $0.linear(768, 10).bias },
    "nn.Conv2d(3,768,16,16).weight": { $0.linear(3 * 16 * 16, 768).weight },
    "nn.Conv2d(3,768,16,16).bias": { $0.linear(3 * 16 * 16, 768).bias },
    "nn.Embedding(10,8).weight": { $0.normal(80) },
    "nn.MultiheadAttention(64,8).in_proj_weight": { $0.encoderLayer(64, 256)["self_attn.in_proj_weight"] ?? [] },
    "nn.MultiheadAttention(64,8).out_proj.weight": { $0.encoderLayer(64, 256)["self_attn.out_proj.weight"] ?? [] },
    "nn.TransformerEncoderLayer(64,8,256).linear1.weight": { $0.encoderLayer(64, 256)["linear1.weight"] ?? [] },
    "nn.TransformerEncoderLayer(64,8,256).linear2.bias": { $0.encoderLayer(64, 256)["linear2.bias"] ?? [] },
  ]
}

/// The draws of PyTorch's layers, in the order of their constructors. What the engine's own layers draw is tested with them.
extension Generator {
  /// A linear layer; also a convolution, whose fan-in is channels × kernel height × kernel width.
  fileprivate func linear(_ fanIn: Int, _ fanOut: Int) -> (weight: [Float], bias: [Float]) {
    // PyTorch's two expressions for 1 / √fanIn differ in the last bit for the sizes used here.
    let bias = 1 / Double(fanIn).squareRoot()
    let weight = bias.nextDown
    return (uniform(fanOut * fanIn, in: -weight..<weight), uniform(fanOut, in: -bias..<bias))
  }

  /// The parameters of a transformer encoder layer that are not constant.
  fileprivate func encoderLayer(_ width: Int, _ feedForward: Int) -> [String: [Float]] {
    var parameters: [String: [Float]] = [:]
    // The projection's bias is drawn, and set to zero later.
    parameters["self_attn.out_proj.weight"] = linear(width, width).weight
    let bound = (3.0).squareRoot() * (2 / Double(4 * width)).squareRoot()
    parameters["self_attn.in_proj_weight"] = uniform(3 * width * width, in: -bound..<bound)
    (parameters["linear1.weight"], parameters["linear1.bias"]) = linear(width, feedForward)
    (parameters["linear2.weight"], parameters["linear2.bias"]) = linear(feedForward, width)
    return parameters
  }
}
