import Checkpoints
import Layers
import Tensors

/// Attention and a feed-forward part, each behind a normalization and with a shortcut around it: the block of ViT
/// (Dosovitskiy et al. 2021, equations 2 and 3), and so of CLIP's two towers and of ViLT.
///
/// B, T, D stand for batch, tokens and the width of a token.
final class EncoderBlock: Module {
  private let norm1: LayerNorm
  private let attention: EncoderAttention
  private let norm2: LayerNorm
  private let expand: Linear
  private let contract: Linear
  private let activation: Activation
  private let names: EncoderNames

  override var keyNames: [String: String] { names.block }

  init(_ shape: EncoderShape, names: EncoderNames) {
    norm1 = LayerNorm(shape.width, epsilon: shape.epsilon)
    attention = EncoderAttention(shape, names: names)
    norm2 = LayerNorm(shape.width, epsilon: shape.epsilon)
    expand = Linear(shape.width, shape.feedForwardWidth, std: shape.spread.expansion)
    contract = Linear(shape.feedForwardWidth, shape.width, std: shape.spread.contraction)
    activation = shape.activation
    self.names = names
  }

  /// - Parameters:
  ///   - x: `[B, T, D]`.
  ///   - mask: added to the attention scores; broadcasts to `[B, heads, T, T]`.
  ///   - isCausal: whether a token sees only itself and those before it.
  /// - Returns: `[B, T, D]`.
  func callAsFunction(_ x: Tensor, mask: Tensor? = nil, isCausal: Bool = false) -> Tensor {
    let mixed = x + attention(norm1(x), mask: mask, isCausal: isCausal)  // [B, T, D]
    return mixed + contract(activation(expand(norm2(mixed))))  // [B, T, D]
  }

  /// How much each token looks at each: `[B, T, D]` to `[B, heads, T, T]`, where nothing is masked.
  func attentionWeights(_ x: Tensor) -> Tensor { attention.weights(norm1(x)) }

  /// A call for one token of each sequence: what is left to do in the last block of a model that reads off one token.
  ///
  /// - Parameters:
  ///   - x: `[B, T, D]`.
  ///   - places: which token of each sequence.
  ///   - mask: added to the attention scores; broadcasts to `[B, heads, 1, T]`.
  /// - Returns: `[B, D]`.
  func callAsFunction(_ x: Tensor, at places: [Int], mask: Tensor? = nil) -> Tensor {
    let normed = norm1(x)
    let mixed = x.tokens(at: places) + attention(normed, asking: normed.tokens(at: places), mask: mask)  // [B, 1, D]
    return (mixed + contract(activation(expand(norm2(mixed))))).squeeze(1)  // [B, D]
  }
}

extension Tensor {
  /// One token of each sequence `[B, T, D]`: `[B, 1, D]`.
  fileprivate func tokens(at places: [Int]) -> Tensor {
    let rows = places.enumerated().map { $0 * shape[1] + $1 }
    return flatten(from: 0, through: 1).indexSelect(rows).unsqueeze(1)
  }
}

/// The sizes and variants of an encoder's blocks.
struct EncoderShape {
  let width: Int
  let headCount: Int
  let feedForwardWidth: Int
  let activation: Activation
  let epsilon: Float
  var hasAttentionBias = true
  let spread: InitialSpread
}

/// The standard deviations of a block's weights before training; its biases start at zero.
struct InitialSpread {
  /// Of the projections of queries, keys and values.
  let attentionInput: Double
  /// Of the projection that joins the heads.
  let attentionOutput: Double
  /// Of the feed-forward part's first layer.
  let expansion: Double
  /// Of the feed-forward part's second layer.
  let contraction: Double

  /// The same for all: ViT's and BERT's.
  init(_ std: Double) {
    attentionInput = std
    attentionOutput = std
    expansion = std
    contraction = std
  }

  /// CLIP's: by the width, and smaller the more layers there are.
  init(width: Int, layerCount: Int, factor: Double) {
    let root = Double(width).squareRoot()
    attentionInput = factor / (root * Double(2 * layerCount).squareRoot())
    attentionOutput = factor / root
    expansion = factor / Double(2 * width).squareRoot()
    contraction = attentionInput
  }
}

/// What the parts of a block are called in a checkpoint.
struct EncoderNames: Sendable {
  let block: [String: String]
  let attention: [String: String]

  /// CLIP, and most models since.
  static let clip = EncoderNames(
    block: [
      "norm1": "layer_norm1", "attention": "self_attn", "norm2": "layer_norm2", "expand": "mlp.fc1",
      "contract": "mlp.fc2",
    ],
    attention: ["query": "q_proj", "key": "k_proj", "value": "v_proj", "output": "out_proj"])

  /// ViT and ViLT, after BERT.
  static let vit = EncoderNames(
    block: [
      "norm1": "layernorm_before", "norm2": "layernorm_after", "expand": "intermediate.dense",
      "contract": "output.dense",
    ],
    attention: [
      "query": "attention.query", "key": "attention.key", "value": "attention.value", "output": "output.dense",
    ])
}

extension Activation {
  /// Applies the function that `config.json` names.
  func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .gelu: x.gelu()
    case .geluNew, .geluTanh: x.geluTanh()
    case .quickGELU: x.quickGelu()
    case .relu: x.relu()
    case .silu: x * x.sigmoid()
    case .tanh: x.tanh()
    }
  }
}
