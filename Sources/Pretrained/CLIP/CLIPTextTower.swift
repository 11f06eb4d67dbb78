import Layers
import Support
import Tensors

/// CLIP's text tower (Radford et al. 2021, section 2.4): a transformer in which each token attends only to itself and to
/// those before it, and whose state at the end-of-text token stands for the text.
///
/// B, L stand for the number of texts and of tokens in each; D for the width of a token.
public final class CLIPTextTower: Module {
  private let configuration: CLIPTextConfiguration
  private let words: Embedding
  private let positions: Embedding
  private let layers: [EncoderBlock]
  private let norm: LayerNorm

  public override var keyNames: [String: String] {
    [
      "words": "embeddings.token_embedding", "positions": "embeddings.position_embedding",
      "layers": "encoder.layers", "norm": "final_layer_norm",
    ]
  }

  /// A tower with initial values.
  ///
  /// - Parameter factor: what the standard deviations of all weights are multiplied by.
  public init(_ configuration: CLIPTextConfiguration, factor: Double = 1) {
    self.configuration = configuration
    let width = configuration.hiddenSize
    let std = BlockStd(width: width, layerCount: configuration.layerCount, factor: factor)
    // The 0.02 is fixed, whatever `initializer_range` says.
    words = Embedding(configuration.vocabularySize, width, std: 0.02 * factor)
    positions = Embedding(configuration.positionCount, width, std: 0.02 * factor)
    layers = (0..<configuration.layerCount).map { _ in EncoderBlock(configuration, std: std, names: .clip) }
    norm = LayerNorm(width, epsilon: Float(configuration.layerNormEpsilon))
  }

  /// - Parameters:
  ///   - ids: tokens, `[B, L]`.
  ///   - attentionMask: 1 for tokens, 0 for padding, `[B, L]`; all are tokens by default.
  /// - Returns: the normalized state at each token, `[B, L, D]`.
  public func callAsFunction(_ ids: IntTensor, attentionMask: IntTensor? = nil) -> Tensor {
    requireFit(ids, attentionMask)
    let mask = attentionMask.map(paddingMask)  // [B, 1, 1, L]
    return norm(layers.reduce(tokens(ids)) { $1($0, mask: mask, isCausal: true) })  // [B, L, D]
  }

  /// The same as ``pooled(_:_:)`` of the states, without computing those that do not count: the tokens behind each text's
  /// end, and in the last block all tokens but the ends. `[B, D]` for tokens `[B, L]`.
  func summary(_ ids: IntTensor, attentionMask: IntTensor? = nil) -> Tensor {
    requireFit(ids, attentionMask)
    let ends = pooledPositions(ids)
    if let all = withoutPadding(ids, attentionMask, ends), let last = layers.last {
      let lengths = ends.map { $0 + 1 }
      let states = layers.dropLast().reduce(all) { $1($0, lengths: lengths) }  // [ΣT, D]
      return norm(last(states, lengths: lengths, onlyLast: true))
    }
    let length = (ends.max() ?? 0) + 1
    func cut(_ all: IntTensor) -> IntTensor {
      IntTensor((0..<all.shape[0]).map { Array(all[$0].scalars.prefix(length)) })
    }
    let padding = attentionMask.map { paddingMask(cut($0)) }  // [B, 1, 1, length]
    let states = layers.dropLast().reduce(tokens(cut(ids))) { $1($0, mask: padding, isCausal: true) }
    guard let last = layers.last else { return pooled(norm(states), ids) }
    let isPast = ends.flatMap { end in (0..<length).map { $0 <= end ? Float(1) : 0 } }
    let future = Tensor.attentionMask(visible: Tensor(isPast, shape: [ends.count, 1, 1, length]))
    return norm(last(states, at: ends, mask: padding.map { $0 + future } ?? future))
  }

  /// The input of the first block for texts that lie one behind the other, each up to its end, so that no short text is
  /// filled up to the length of the longest: `[ΣT, D]`. `nil` where a token before an end is hidden, and where gradients
  /// are wanted, whose sums would have another order.
  private func withoutPadding(_ ids: IntTensor, _ attentionMask: IntTensor?, _ ends: [Int]) -> Tensor? {
    let rows = ends.indices.map { row in (row: row, kept: 0...ends[row]) }
    if let attentionMask, rows.contains(where: { attentionMask[$0.row].scalars[$0.kept].contains(0) }) { return nil }
    let kept = IntTensor(rows.flatMap { ids[$0.row].scalars[$0.kept] })
    let all = words(kept) + positions(IntTensor(rows.flatMap(\.kept)))
    return all.requiresGrad ? nil : all
  }

  /// The input of the first block, each token's word and position: `[B, L, D]` for tokens `[B, L]`.
  func tokens(_ ids: IntTensor) -> Tensor {
    words(ids) + positions.weight.slice(0..<ids.shape[1], dim: 0)
  }

  private func requireFit(_ ids: IntTensor, _ attentionMask: IntTensor?) {
    guard ids.shape.count == 2, ids.shape[1] <= configuration.positionCount else {
      reportMisuse("CLIPModel", "texts of shape \(ids.shape), not [batch, at most \(configuration.positionCount)]")
    }
    if let attentionMask, attentionMask.shape != ids.shape {
      reportMisuse("CLIPModel", "an attention mask of shape \(attentionMask.shape) for texts of shape \(ids.shape)")
    }
  }

  /// The position of each text's end-of-text token.
  ///
  /// Configurations from before June 2023 say `eos_token_id: 2`, which is not the token the texts end with; for them
  /// the end is the position of the largest id, as in OpenAI's code. For all others it is the first `eos_token_id`, or the
  /// first token if there is none.
  ///
  /// - Parameter ids: tokens, `[B, L]`.
  public func pooledPositions(_ ids: IntTensor) -> [Int] {
    (0..<ids.shape[0]).map { row in
      let text = ids[row].scalars
      let end = configuration.eosTokenID == Self.legacyEndToken ? text.max() : configuration.eosTokenID
      return text.firstIndex { $0 == end } ?? 0
    }
  }

  /// The state at the end of each text: `[B, D]` for states `[B, L, D]` and tokens `[B, L]`.
  public func pooled(_ states: Tensor, _ ids: IntTensor) -> Tensor { states.tokens(at: pooledPositions(ids)) }

  private static let legacyEndToken = 2
}
