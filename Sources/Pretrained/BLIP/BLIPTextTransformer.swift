import Layers
import Tensors

/// BLIP's transformer over text (Li et al. 2022, figure 2): a BERT (Devlin et al. 2019) whose layers also attend to an
/// image. All words of a question attend to each other; a word that is written attends to those before it.
///
/// I, B, T, S, D stand for images, rows, tokens, the tokens of what is attended to, and the width of a token. B is a
/// multiple of I: the rows about one image stand side by side.
public final class BLIPTextTransformer: Module {
  private let tokens: Embedding
  private let positions: Embedding
  private let norm: LayerNorm
  private let layers: [BLIPTextBlock]

  public override var keyNames: [String: String] {
    [
      "tokens": "embeddings.word_embeddings", "positions": "embeddings.position_embeddings",
      "norm": "embeddings.LayerNorm", "layers": "encoder.layer",
    ]
  }

  /// A transformer with initial values.
  ///
  /// - Parameter memoryWidth: the width of the tokens that the layers attend to.
  init(_ settings: BLIPTextConfiguration, memoryWidth: Int) {
    let (width, range) = (settings.hiddenSize, settings.initializerRange)
    let padding = settings.padTokenID.flatMap { (0..<settings.vocabularySize).contains($0) ? $0 : nil }
    tokens = Embedding(settings.vocabularySize, width, paddingIndex: padding, std: range)
    positions = Embedding(settings.positionCount, width, std: range)
    norm = LayerNorm(width, epsilon: Float(settings.layerNormEpsilon))
    layers = (0..<settings.layerCount).map { _ in BLIPTextBlock(settings, memoryWidth: memoryWidth) }
  }

  /// The token embedding, `[vocabulary, D]`.
  var table: Tensor { tokens.weight }

  /// The keys and values of each layer's cross-attention, which are computed once for each image.
  ///
  /// - Parameters:
  ///   - states: what the layers attend to, `[I, S, its width]`.
  ///   - attended: 1 for tokens of it, 0 for padding, `[I, S]`; all are tokens by default.
  func memory(_ states: Tensor, attended: IntTensor? = nil) -> [CrossAttentionMemory] {
    let mask = attended.map(paddingMask)
    return layers.map { $0.memory(states, mask: mask) }
  }

  /// Reads whole texts; all tokens attend to each other.
  ///
  /// - Parameters:
  ///   - ids: `[B, T]`.
  ///   - attended: 1 for tokens, 0 for padding, `[B, T]`; all are tokens by default.
  /// - Returns: `[B, T, D]`.
  func encode(_ ids: IntTensor, attended: IntTensor? = nil, memory: [CrossAttentionMemory]) -> Tensor {
    let mask = attended.map(paddingMask)
    return zip(layers, memory).reduce(embed(ids)) { $1.0($0, mask: mask, memory: $1.1) }
  }

  /// Reads whole texts of which each token attends to those before it: `[B, T]` to `[B, T, D]`.
  func decode(_ ids: IntTensor, memory: [CrossAttentionMemory]) -> Tensor {
    hidden(embed(ids), cache: nil, memory: memory)
  }

  /// Reads more tokens of texts, with a cache: `[B, D]`, the state of each row's last token.
  func decode(_ batch: TokenBatch, cache: KeyValueCache, memory: [CrossAttentionMemory]) -> Tensor {
    let states = hidden(norm(tokens(batch.ids) + positions(batch.positions)), cache: cache, memory: memory)
    cache.advance(by: batch.counts)
    return batch.last(states)
  }

  /// Whole texts as vectors with their positions: `[B, T]` to `[B, T, D]`.
  private func embed(_ ids: IntTensor) -> Tensor {
    norm(tokens(ids) + positions.weight.slice(0..<ids.shape[1], dim: 0))
  }

  private func hidden(_ embedded: Tensor, cache: KeyValueCache?, memory: [CrossAttentionMemory]) -> Tensor {
    var x = embedded
    for (index, layer) in layers.enumerated() {
      x = layer(x, CachedLayer(cache: cache, index: index), memory: memory[index])
    }
    return x
  }
}

/// A layer of BERT that also attends to an image: attention of the words to each other, attention to the image, and a
/// feed-forward part, each normalized behind its shortcut.
final class BLIPTextBlock: Module {
  private let attention: Attention
  private let norm1: LayerNorm
  private let crossAttention: Attention
  private let crossNorm: LayerNorm
  private let feedForward: FeedForward
  private let norm2: LayerNorm

  override var keyNames: [String: String] {
    [
      "norm1": "attention.output.LayerNorm", "crossAttention": "crossattention",
      "crossNorm": "crossattention.output.LayerNorm", "feedForward": "", "norm2": "output.LayerNorm",
    ]
  }

  private static let attentionNames = [
    "query": "self.query", "key": "self.key", "value": "self.value", "output": "output.dense",
  ]

  init(_ settings: BLIPTextConfiguration, memoryWidth: Int) {
    let std = settings.initializerRange
    func norm() -> LayerNorm { LayerNorm(settings.hiddenSize, epsilon: Float(settings.layerNormEpsilon)) }
    attention = Attention(settings, std: (std, std), names: Self.attentionNames)
    norm1 = norm()
    crossAttention = Attention(settings, memoryWidth: memoryWidth, std: (std, std), names: Self.attentionNames)
    crossNorm = norm()
    feedForward = FeedForward(
      settings, std: (std, std), names: ["fc1": "intermediate.dense", "fc2": "output.dense"])
    norm2 = norm()
  }

  /// The keys and values of this layer's cross-attention.
  func memory(_ states: Tensor, mask: Tensor?) -> CrossAttentionMemory { crossAttention.memory(states, mask: mask) }

  /// All tokens attend to each other: `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor, mask: Tensor?, memory: CrossAttentionMemory) -> Tensor {
    informed(norm1(x + attention(x, mask: mask)), memory)
  }

  /// Each token attends to those before it: `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor, _ cached: CachedLayer, memory: CrossAttentionMemory) -> Tensor {
    informed(norm1(x + attention(x, cached)), memory)
  }

  /// The other two parts.
  private func informed(_ x: Tensor, _ memory: CrossAttentionMemory) -> Tensor {
    let x = crossNorm(x + crossAttention(x, memory))
    return norm2(x + feedForward(x))
  }
}
