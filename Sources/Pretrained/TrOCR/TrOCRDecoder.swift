import Layers
import Tensors

/// The decoder of TrOCR (Li et al. 2021, section 3.1), which spells out the line of text that an image shows.
///
/// I, B, T, S, D, V stand for images, rows, tokens, the encoder's tokens, the width of a token and the vocabulary.
public final class TrOCRDecoder: Module, TextDecoder {
  /// What the model was made from.
  public let configuration: TrOCRConfiguration
  private let tokens: Embedding
  /// The learned table; `nil` where positions are computed.
  private let positions: Embedding?
  private let norm: LayerNorm?
  private let layers: [TrOCRBlock]
  /// The output layer; `nil` where it is the token embedding.
  private let outputProjection: Linear?

  /// The table of positions begins with two rows that no token uses.
  private static let positionOffset = 2

  public override var keyNames: [String: String] {
    [
      "tokens": "model.decoder.embed_tokens", "positions": "model.decoder.embed_positions",
      "norm": "model.decoder.layernorm_embedding", "layers": "model.decoder.layers",
    ]
  }

  /// A decoder with initial values.
  public init(_ configuration: TrOCRConfiguration) {
    self.configuration = configuration
    let (width, range) = (configuration.hiddenSize, configuration.initializerRange)
    tokens = Embedding(configuration.vocabularySize, width, std: range)
    positions =
      configuration.learnsPositions
      ? Embedding(configuration.positionCount + Self.positionOffset, width, std: range) : nil
    norm = configuration.normalizesEmbedding ? LayerNorm(width) : nil
    layers = (0..<configuration.layerCount).map { _ in TrOCRBlock(configuration) }
    outputProjection =
      configuration.tiesWordEmbeddings
      ? nil : Linear(width, configuration.vocabularySize, bias: false, std: range)
  }

  /// The number of tokens that it knows.
  public var vocabularySize: Int { configuration.vocabularySize }
  /// The longest text that it can read, in tokens.
  public var positionCount: Int { configuration.positionCount }

  public func callAsFunction(_ ids: IntTensor, encoderStates states: Tensor?) -> Tensor {
    head(layers(embed(ids, at: .places(of: ids)), cache: nil, states.map(memory)))
  }

  public func memory(_ states: Tensor) -> [CrossAttentionMemory] { layers.memory(states) }

  public func nextTokenLogits(
    after rows: [[Int]], cache: KeyValueCache, memory: [CrossAttentionMemory]?
  ) -> Tensor {
    let batch = TokenBatch(rows, after: cache.lengths, limit: configuration.positionCount)
    let states = layers(embed(batch.ids, at: batch.positions), cache: cache, memory)
    cache.advance(by: batch.counts)
    return head(batch.last(states))
  }

  public func crossAttention(_ ids: IntTensor, _ memory: [CrossAttentionMemory]) -> AttentionRecorder {
    layers.crossAttention(embed(ids, at: .places(of: ids)), memory)
  }

  /// Tokens at places of their texts as vectors: `[B, T]` and `[B, T]` to `[B, T, D]`.
  private func embed(_ ids: IntTensor, at places: IntTensor) -> Tensor {
    let scale = configuration.scalesEmbedding ? Float(Double(configuration.hiddenSize).squareRoot()) : 1
    let words = scale == 1 ? tokens(ids) : tokens(ids) * scale  // [B, T, D]
    let sum =
      if let positions {
        words + positions(IntTensor(places.scalars.map { $0 + Self.positionOffset }, shape: places.shape))
      } else {
        words + computedPositions(ids, at: places)
      }
    return norm?(sum) ?? sum
  }

  /// Positions of sines and cosines (Vaswani et al. 2017, section 3.5), all sines before all cosines as in tensor2tensor,
  /// counted from the number of the padding token; such a token has the position zero: `[B, T, D]`.
  ///
  /// Padding within a text is counted, too, as transformers does where it reads token by token.
  private func computedPositions(_ ids: IntTensor, at places: IntTensor) -> Tensor {
    let (padding, half) = (configuration.padTokenID ?? 0, configuration.hiddenSize / 2)
    let step = ElementaryDouble.log(10_000) / Double(half - 1)
    let frequencies = (0..<half).map { Float(ElementaryDouble.exp(Double(Float($0) * Float(-step)))) }
    let isWord = ids.scalars.map { $0 == padding ? Float(0) : 1 }
    let angles = Tensor(places.scalars.map { Float($0 + padding + 1) }, shape: [ids.scalars.count, 1])
      .matmul(Tensor(frequencies, shape: [1, half]))  // [B · T, D / 2]
    var parts = [angles.sin(), angles.cos()]
    if !configuration.hiddenSize.isMultiple(of: 2) { parts.append(.zeros([ids.scalars.count, 1])) }
    return (Tensor.cat(parts, dim: 1) * Tensor(isWord, shape: [ids.scalars.count, 1]))
      .reshape(ids.shape + [configuration.hiddenSize])
  }

  /// `[…, D]` to `[…, V]`.
  private func head(_ states: Tensor) -> Tensor { outputProjection?(states) ?? states.linear(weight: tokens.weight) }
}
