import Layers
import Tensors

/// Attention and a feed-forward part, each behind a normalization and with a shortcut around it: the block of ViT
/// (Dosovitskiy et al. 2021, equations 2 and 3), and so of the two towers of CLIP and of SigLIP, of ViLT and of BLIP's and
/// BLIP-2's image encoders.
///
/// B, T, D stand for batch, tokens and the width of a token.
final class EncoderBlock: Module {
  private let norm1: LayerNorm
  private let attention: Attention
  private let norm2: LayerNorm
  private let feedForward: FeedForward
  private let names: EncoderNames

  override var keyNames: [String: String] { names.block }

  init(_ settings: some EncoderSettings, std: BlockStd, names: EncoderNames) {
    let epsilon = Float(settings.layerNormEpsilon)
    norm1 = LayerNorm(settings.hiddenSize, epsilon: epsilon)
    attention = Attention(
      settings, std: (std.attentionInput, std.attentionOutput), isJoined: names.joinsProjections,
      names: names.attention)
    norm2 = LayerNorm(settings.hiddenSize, epsilon: epsilon)
    feedForward = FeedForward(settings, std: (std.fc1, std.fc2), names: names.feedForward)
    self.names = names
  }

  /// - Parameters:
  ///   - x: `[B, T, D]`.
  ///   - mask: added to the attention scores; broadcasts to `[B, heads, T, T]`.
  ///   - isCausal: whether a token attends only to itself and to those before it.
  /// - Returns: `[B, T, D]`.
  func callAsFunction(_ x: Tensor, mask: Tensor? = nil, isCausal: Bool = false) -> Tensor {
    let mixed = x + attention(norm1(x), mask: mask, isCausal: isCausal)  // [B, T, D]
    return mixed + feedForward(norm2(mixed))  // [B, T, D]
  }

  /// The attention weights of unmasked tokens, `[B, T, D]` to `[B, heads, T, T]`.
  func attentionWeights(_ x: Tensor) -> Tensor { attention.weights(norm1(x)) }

  /// The output at one token of each sequence: all that is needed of the last block of a model that uses one token.
  ///
  /// - Parameters:
  ///   - x: `[B, T, D]`.
  ///   - positions: which token of each sequence.
  ///   - mask: added to the attention scores; broadcasts to `[B, heads, 1, T]`.
  /// - Returns: `[B, D]`.
  func callAsFunction(_ x: Tensor, at positions: [Int], mask: Tensor? = nil) -> Tensor {
    let normed = norm1(x)
    let (own, queries) = (x.tokens(at: positions).unsqueeze(1), normed.tokens(at: positions).unsqueeze(1))
    let mixed = own + attention(queries, memory: normed, mask: mask)  // [B, 1, D]
    return (mixed + feedForward(norm2(mixed))).squeeze(1)  // [B, D]
  }

  /// The same for sequences that lie one behind the other, in which each token attends only to itself and to those before
  /// it in its sequence.
  ///
  /// - Parameters:
  ///   - x: the tokens of all sequences, `[ΣT, D]`.
  ///   - lengths: the tokens of each sequence.
  ///   - last: whether to compute only the last token of each sequence.
  /// - Returns: `[ΣT, D]`, or `[sequences, D]` of the last tokens.
  func callAsFunction(_ x: Tensor, lengths: [Int], onlyLast last: Bool = false) -> Tensor {
    let mixed = (last ? x.ends(of: lengths) : x) + attention(norm1(x), lengths: lengths, onlyLast: last)
    return mixed + feedForward(norm2(mixed))
  }
}

extension Tensor {
  /// The last token of each sequence, for sequences one behind the other: `[ΣT, D]` to `[sequences, D]`.
  func ends(of lengths: [Int]) -> Tensor {
    var next = 0
    return indexSelect(
      lengths.map { length in
        next += length
        return next - 1
      })
  }

  /// One token of each sequence, `[B, T, D]` to `[B, D]`.
  func tokens(at positions: [Int]) -> Tensor {
    flatten(from: 0, through: 1).indexSelect(positions.enumerated().map { $0 * shape[1] + $1 })
  }
}

/// The standard deviations of a block's weights before training; its biases start at zero.
struct BlockStd {
  /// Of the projections of queries, keys and values.
  let attentionInput: Double
  /// Of the projection of the joined heads.
  let attentionOutput: Double
  /// Of the feed-forward part's first layer.
  let fc1: Double
  /// Of the feed-forward part's second layer.
  let fc2: Double

  /// The same for all: ViT's and BERT's.
  init(_ std: Double) { (attentionInput, attentionOutput, fc1, fc2) = (std, std, std, std) }

  /// CLIP's: by the width, and smaller the more layers there are.
  init(width: Int, layerCount: Int, factor: Double) {
    let root = Double(width).squareRoot()
    attentionInput = factor / (root * Double(2 * layerCount).squareRoot())
    attentionOutput = factor / root
    fc1 = factor / Double(2 * width).squareRoot()
    fc2 = attentionInput
  }

  /// SigLIP's: by the inputs and outputs of each matrix (Glorot and Bengio 2010).
  static func glorot(_ settings: some TransformerSettings) -> BlockStd {
    let (width, inner) = (Double(settings.hiddenSize), Double(settings.intermediateSize))
    return BlockStd(attention: 1 / width.squareRoot(), feedForward: (2 / (width + inner)).squareRoot())
  }

  private init(attention: Double, feedForward: Double) {
    (attentionInput, attentionOutput, fc1, fc2) = (attention, attention, feedForward, feedForward)
  }
}

/// What the parts of a block are called in a checkpoint.
struct EncoderNames: Sendable {
  let block: [String: String]
  let attention: [String: String]
  var feedForward: [String: String] = [:]
  /// Whether queries, keys and values have one matrix, which is called as ``attention`` calls the query's.
  var joinsProjections = false

  /// CLIP, and most models since.
  static let clip = EncoderNames(
    block: ["norm1": "layer_norm1", "attention": "self_attn", "norm2": "layer_norm2", "feedForward": "mlp"],
    attention: ["query": "q_proj", "key": "k_proj", "value": "v_proj", "output": "out_proj"])

  /// The image encoder of BLIP and BLIP-2.
  static let blip = EncoderNames(
    block: clip.block, attention: ["query": "qkv", "output": "projection"], joinsProjections: true)

  /// ViT and ViLT, after BERT.
  static let vit = EncoderNames(
    block: ["norm1": "layernorm_before", "norm2": "layernorm_after", "feedForward": ""],
    attention: bert, feedForward: ["fc1": "intermediate.dense", "fc2": "output.dense"])

  /// BERT's names of an attention.
  static let bert = [
    "query": "attention.query", "key": "attention.key", "value": "attention.value", "output": "output.dense",
  ]
}

extension FeedForward {
  /// A feed-forward part of a published model, with normally distributed weights and biases of zero.
  convenience init(
    _ settings: some TransformerSettings, std: (fc1: Double, fc2: Double), hasBias: Bool = true,
    names: [String: String] = [:]
  ) {
    let (width, inner) = (settings.hiddenSize, settings.intermediateSize)
    self.init(
      Linear(width, inner, bias: hasBias, std: std.fc1), settings.activation,
      Linear(inner, width, bias: hasBias, std: std.fc2), names: names)
  }
}

/// The settings that the transformers of published models have in common.
protocol TransformerSettings {
  var hiddenSize: Int { get }
  var headCount: Int { get }
  var intermediateSize: Int { get }
  var activation: Activation { get }
  var hasAttentionBias: Bool { get }
}

extension TransformerSettings {
  var hasAttentionBias: Bool { true }
}

/// Those of encoders made of ``EncoderBlock``s.
protocol EncoderSettings: TransformerSettings {
  var layerCount: Int { get }
  var layerNormEpsilon: Double { get }
}

extension ViTConfiguration: EncoderSettings {}
extension CLIPTextConfiguration: EncoderSettings {}
extension CLIPVisionConfiguration: EncoderSettings {}
extension SigLIPTextConfiguration: EncoderSettings {}
extension SigLIPVisionConfiguration: EncoderSettings {}
extension ViLTConfiguration: EncoderSettings {}
extension BLIPVisionConfiguration: EncoderSettings {}
extension BLIPTextConfiguration: EncoderSettings {}
extension BLIP2VisionConfiguration: EncoderSettings {}
extension QFormerConfiguration: EncoderSettings {}
extension OPTConfiguration: TransformerSettings { var hasAttentionBias: Bool { hasBias } }
extension TrOCRConfiguration: TransformerSettings {}
