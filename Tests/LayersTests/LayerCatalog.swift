import Layers
import Tensors
import TestSupport

/// A layer as the fixtures name it, with the way to call it on a recorded case.
struct LayerUnderTest {
  let module: Module
  let call: (_ x: [Tensor], _ given: OperationCase) -> Tensor

  init(_ module: Module, call: @escaping ([Tensor], OperationCase) -> Tensor) {
    self.module = module
    self.call = call
  }

  /// The names that `make` knows.
  static let names = [
    "Linear", "Conv2d", "Embedding", "LayerNorm", "MultiheadAttention", "CrossAttention", "TransformerEncoderLayer",
    "TransformerDecoderLayer", "TransformerEncoder", "Sequential",
  ]

  /// Makes a layer; its initial values are drawn from the current generator.
  static func make(_ name: String, _ arguments: LayerArguments) -> LayerUnderTest? {
    let sizes = arguments.ints("sizes")
    switch name {
    case "Linear":
      let layer = Linear(sizes[0], sizes[1], bias: arguments.bool("bias"))
      return LayerUnderTest(layer) { x, _ in layer(x[0]) }
    case "Conv2d":
      let layer = Conv2d(
        sizes[0], sizes[1], kernelSize: sizes[2], stride: arguments.int("stride"), padding: arguments.int("padding"),
        bias: arguments.bool("bias"))
      return LayerUnderTest(layer) { x, _ in layer(x[0]) }
    case "Embedding":
      let layer = Embedding(sizes[0], sizes[1], paddingIndex: arguments.number("paddingIndex").map { Int($0) })
      return LayerUnderTest(layer) { _, given in layer(given.indices()) }
    case "LayerNorm":
      let layer = LayerNorm(sizes[0], epsilon: Float(arguments.number("epsilon") ?? 1e-5))
      return LayerUnderTest(layer) { x, _ in layer(x[0]) }
    case "MultiheadAttention":
      let layer = MultiheadAttention(embedDim: sizes[0], headCount: sizes[1])
      return LayerUnderTest(layer) { x, given in
        layer(x[0], mask: given.bool("masked") ? x[1].detached() : nil, isCausal: given.bool("isCausal"))
      }
    case "CrossAttention":
      let layer = MultiheadAttention(embedDim: sizes[0], headCount: sizes[1])
      return LayerUnderTest(layer) { x, given in
        layer(x[0], memory: x[1], mask: given.bool("masked") ? x[2].detached() : nil)
      }
    case "TransformerEncoderLayer":
      let layer = encoderLayer(sizes, arguments)
      return LayerUnderTest(layer) { x, given in
        layer(x[0], mask: given.bool("masked") ? x[1].detached() : nil, isCausal: given.bool("isCausal"))
      }
    case "TransformerDecoderLayer":
      let layer = TransformerDecoderLayer(
        embedDim: sizes[0], headCount: sizes[1], feedForwardDim: sizes[2],
        dropout: arguments.number("dropout") ?? 0.1, activation: arguments.text("activation") == "gelu" ? .gelu : .relu,
        normFirst: arguments.bool("normFirst"))
      return LayerUnderTest(layer) { x, given in layer(x[0], memory: x[1], isCausal: given.bool("isCausal")) }
    case "TransformerEncoder":
      let layer = TransformerEncoder(encoderLayer(sizes, arguments), layerCount: sizes[3])
      return LayerUnderTest(layer) { x, given in layer(x[0], isCausal: given.bool("isCausal")) }
    case "Sequential":
      let layer = Sequential(Linear(4, 6), Activation.gelu, LayerNorm(6), Dropout(0.3), Linear(6, 2))
      return LayerUnderTest(layer) { x, _ in layer(x[0]) }
    default: return nil
    }
  }

  private static func encoderLayer(_ sizes: [Int], _ arguments: LayerArguments) -> TransformerEncoderLayer {
    TransformerEncoderLayer(
      embedDim: sizes[0], headCount: sizes[1], feedForwardDim: sizes[2], dropout: arguments.number("dropout") ?? 0.1,
      activation: arguments.text("activation") == "gelu" ? .gelu : .relu, normFirst: arguments.bool("normFirst"),
      epsilon: Float(arguments.number("epsilon") ?? 1e-5))
  }
}

/// The arguments of a recorded case.
struct LayerArguments {
  private let values: [String: OperationCase.Argument]

  init(_ values: [String: OperationCase.Argument]?) { self.values = values ?? [:] }

  func number(_ name: String) -> Double? { values[name]?.number }
  func int(_ name: String) -> Int { values[name]?.int ?? 0 }
  func ints(_ name: String) -> [Int] { values[name]?.ints ?? [] }
  func text(_ name: String) -> String { values[name]?.text ?? "" }
  func bool(_ name: String) -> Bool { if case .bool(let bool)? = values[name] { bool } else { false } }
}

/// What `make_layers.py` recorded.
struct LayerFixture: Decodable {
  struct Parameters: Decodable {
    let parameters: [String: OperationCase.Numbers]
    let parameterGradients: [String: OperationCase.Numbers]
  }
  struct Optimizer: Decodable {
    struct Step: Decodable {
      let gradients: [OperationCase.Numbers]
      let values: [OperationCase.Numbers]
    }
    let name: String
    let arguments: [String: OperationCase.Argument]
    let start: [OperationCase.Numbers]
    let steps: [Step]
  }
  struct Clipping: Decodable {
    let maxNorm: Double
    let norm: Double
    let before: [OperationCase.Numbers]
    let after: [OperationCase.Numbers]
  }
  struct Schedule: Decodable {
    let name: String
    let arguments: [String: OperationCase.Argument]
    let rates: [Double]
  }
  struct Initial: Decodable {
    struct Parameter: Decodable {
      let name: String
      let shape: [Int]
      let crc32: String
    }
    let name: String
    let arguments: [String: OperationCase.Argument]
    let next: OperationCase.Numbers
    let parameters: [Parameter]
  }

  /// A layer's call, decoded twice: as a case, and for its parameters.
  struct Layer: Decodable {
    let given: OperationCase
    let values: Parameters

    init(from decoder: Decoder) throws {
      given = try OperationCase(from: decoder)
      values = try Parameters(from: decoder)
    }
  }

  let layers: [Layer]
  let losses: [OperationCase]
  let optimizers: [Optimizer]
  let clipping: [Clipping]
  let schedules: [Schedule]
  let initial: [Initial]
  let training: [OperationCase]

  static func load() throws -> LayerFixture { try operationFixture("layers.json", as: LayerFixture.self) }
}
