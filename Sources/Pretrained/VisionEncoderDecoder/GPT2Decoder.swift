import Layers
import Tensors

/// GPT-2 (Radford et al. 2019), which here may also attend to an encoder's output in every layer.
///
/// I, B, T, S, D, V stand for images, rows, tokens, the encoder's tokens, the width of a token and the vocabulary.
public final class GPT2Decoder: Module {
  /// What the model was made from.
  public let configuration: GPT2Configuration
  private let tokens: Embedding
  private let positions: Embedding
  let layers: [GPT2Block]
  private let norm: LayerNorm
  /// The output layer; `nil` where it is the token embedding.
  private let lmHead: Linear?

  public override var keyNames: [String: String] {
    [
      "tokens": "transformer.wte", "positions": "transformer.wpe", "layers": "transformer.h",
      "norm": "transformer.ln_f",
    ]
  }

  /// A decoder with initial values.
  public init(_ configuration: GPT2Configuration) {
    self.configuration = configuration
    let width = configuration.hiddenSize
    let range = configuration.initializerRange
    tokens = Embedding(configuration.vocabularySize, width, std: range)
    positions = Embedding(configuration.positionCount, width, std: range)
    layers = (0..<configuration.layerCount).map { GPT2Block(configuration, layer: $0) }
    norm = LayerNorm(width, epsilon: Float(configuration.layerNormEpsilon))
    lmHead =
      configuration.tiesWordEmbeddings
      ? nil : Linear(width, configuration.vocabularySize, bias: false, std: range)
  }

  /// Reads whole texts at once: teacher forcing.
  ///
  /// - Parameters:
  ///   - ids: `[B, T]`.
  ///   - states: an encoder's output for the images that the texts are about, `[I, S, D]`; B is a multiple of I.
  /// - Returns: the logits of the token after each, `[B, T, V]`.
  public func callAsFunction(_ ids: IntTensor, encoderStates states: Tensor? = nil) -> Tensor {
    head(hidden(embed(ids), cache: nil, memory: states.map(memory)))
  }

  /// The keys and values of each layer's cross-attention, which are computed once for each image.
  func memory(_ states: Tensor) -> [CrossAttentionMemory] { layers.compactMap { $0.memory(states) } }

  /// Whole texts as vectors with their positions: `[B, T]` to `[B, T, D]`.
  func embed(_ ids: IntTensor) -> Tensor {
    tokens(ids) + positions(IntTensor((0..<ids.shape[0]).map { _ in Array(0..<ids.shape[1]) }))
  }

  /// Reads more tokens of texts, with a cache: `[B, V]`, the logits after each row's last token.
  func nextTokenLogits(
    after rows: [[Int]], cache: KeyValueCache, memory: [CrossAttentionMemory]? = nil
  ) -> Tensor {
    let batch = TokenBatch(rows, after: cache.lengths, limit: configuration.positionCount)
    let states = hidden(tokens(batch.ids) + positions(batch.positions), cache: cache, memory: memory)
    cache.advance(by: batch.counts)
    return head(batch.last(states))
  }

  /// From the first layer to the last normalization, `[B, T, D]` to `[B, T, D]`.
  private func hidden(_ embedded: Tensor, cache: KeyValueCache?, memory: [CrossAttentionMemory]?) -> Tensor {
    var x = embedded
    for (index, layer) in layers.enumerated() {
      x = layer(x, CachedLayer(cache: cache, index: index), memory.flatMap { $0.isEmpty ? nil : $0[index] })
    }
    return norm(x)
  }

  /// `[…, D]` to `[…, V]`.
  private func head(_ states: Tensor) -> Tensor { lmHead?(states) ?? states.linear(weight: tokens.weight) }
}

extension GPT2Decoder: CausalLanguageModel {
  /// The number of tokens that it knows.
  public var vocabularySize: Int { configuration.vocabularySize }
  /// The longest text that it can read, in tokens.
  public var positionCount: Int { configuration.positionCount }

  /// Reads more tokens and returns the logits after the last token of each row.
  public func nextTokenLogits(after tokens: [[Int]], cache: KeyValueCache) -> Tensor {
    nextTokenLogits(after: tokens, cache: cache, memory: nil)
  }
}

extension GPT2Decoder: PretrainedModel {
  public static let architecture = "GPT2LMHeadModel"
  public static let requirement = "writing needs the output layer of a language model"
}
