import Layers
import Tensors

/// OPT, an open language model after GPT-3 (Zhang et al. 2022, section 2).
///
/// B, T, D, V stand for rows, tokens, the width of a token and the vocabulary.
public final class OPTDecoder: Module {
  /// What the model was made from.
  public let configuration: OPTConfiguration
  private let tokens: Embedding
  private let positions: Embedding
  /// From the embeddings' width to the layers', where they differ (the 350M model).
  private let projectIn: Linear?
  private let layers: [OPTBlock]
  private let norm: OptionalNorm?
  private let projectOut: Linear?
  /// The output layer; `nil` where it is the token embedding.
  private let lmHead: Linear?

  /// The table of positions begins with two rows that no token uses.
  private static let positionOffset = 2

  public override var keyNames: [String: String] {
    [
      "tokens": "model.decoder.embed_tokens", "positions": "model.decoder.embed_positions",
      "projectIn": "model.decoder.project_in", "layers": "model.decoder.layers",
      "norm": "model.decoder.final_layer_norm", "projectOut": "model.decoder.project_out",
    ]
  }

  /// A decoder with initial values.
  public init(_ configuration: OPTConfiguration) {
    self.configuration = configuration
    let (width, outer) = (configuration.hiddenSize, configuration.embeddingSize)
    let range = configuration.initializerRange
    tokens = Embedding(configuration.vocabularySize, outer, std: range)
    positions = Embedding(configuration.positionCount + Self.positionOffset, width, std: range)
    projectIn = outer == width ? nil : Linear(outer, width, bias: false, std: range)
    layers = (0..<configuration.layerCount).map { _ in OPTBlock(configuration) }
    let normalizes = configuration.normalizesBefore && !configuration.omitsFinalNorm
    norm = normalizes ? OptionalNorm(configuration) : nil
    projectOut = outer == width ? nil : Linear(width, outer, bias: false, std: range)
    lmHead =
      configuration.tiesWordEmbeddings
      ? nil : Linear(outer, configuration.vocabularySize, bias: false, std: range)
  }

  /// Reads whole texts at once.
  ///
  /// - Parameter ids: `[B, T]`.
  /// - Returns: the logits of the token after each, `[B, T, V]`.
  public func callAsFunction(_ ids: IntTensor) -> Tensor { logits(embed(ids)) }

  /// The vectors of tokens, before positions are added: `[B, T]` to `[B, T, D]`.
  public func embed(_ ids: IntTensor) -> Tensor { tokens(ids) }

  /// The logits of every next token of texts that are given as vectors.
  ///
  /// - Parameter embedded: `[B, T, D]`.
  /// - Returns: `[B, T, V]`.
  public func logits(_ embedded: Tensor) -> Tensor {
    head(hidden(embedded, at: .places(rows: embedded.shape[0], tokens: embedded.shape[1]), cache: nil))
  }

  /// Reads more tokens of texts, with a cache.
  ///
  /// - Parameter embedded: the batch's tokens as vectors, `[B, T, D]`.
  /// - Returns: the logits after each row's last token, `[B, V]`.
  func nextTokenLogits(_ batch: TokenBatch, embedded: Tensor, cache: KeyValueCache) -> Tensor {
    let states = hidden(embedded, at: batch.positions, cache: cache)
    cache.advance(by: batch.counts)
    return head(batch.last(states))
  }

  /// From the embeddings to the last normalization, for tokens at given positions of their texts.
  private func hidden(_ embedded: Tensor, at places: IntTensor, cache: KeyValueCache?) -> Tensor {
    let rows = IntTensor(places.scalars.map { $0 + Self.positionOffset }, shape: places.shape)
    var x = (projectIn?(embedded) ?? embedded) + positions(rows)  // [B, T, D]
    for (index, layer) in layers.enumerated() { x = layer(x, CachedLayer(cache: cache, index: index)) }
    let states = norm?(x) ?? x
    return projectOut?(states) ?? states
  }

  private func head(_ states: Tensor) -> Tensor { lmHead?(states) ?? states.linear(weight: tokens.weight) }
}

extension OPTDecoder: CausalLanguageModel {
  /// The number of tokens that it knows.
  public var vocabularySize: Int { configuration.vocabularySize }
  /// The longest text that it can read, in tokens.
  public var positionCount: Int { configuration.positionCount }

  /// Reads more tokens and returns the logits after the last token of each row.
  public func nextTokenLogits(after tokens: [[Int]], cache: KeyValueCache) -> Tensor {
    let batch = TokenBatch(tokens, after: cache.lengths, limit: positionCount)
    return nextTokenLogits(batch, embedded: embed(batch.ids), cache: cache)
  }
}

extension OPTDecoder: PretrainedModel {
  public static let architecture = "OPTForCausalLM"
  public static let requirement = "writing needs the output layer of a language model"
}
