import Layers
import Support
import Tensors

/// SigLIP's text tower: a transformer in which every token attends to all others, padding too, and whose state at the
/// last place stands for the text.
///
/// B, L stand for the number of texts and of tokens in each; D for the width of a token; E for that of the common space.
public final class SigLIPTextTower: Module {
  private let configuration: SigLIPTextConfiguration
  private let words: Embedding
  private let positions: Embedding
  private let layers: [EncoderBlock]
  private let norm: LayerNorm
  private let head: Linear

  public override var keyNames: [String: String] {
    [
      "words": "embeddings.token_embedding", "positions": "embeddings.position_embedding",
      "layers": "encoder.layers", "norm": "final_layer_norm",
    ]
  }

  /// A tower with initial values.
  public init(_ configuration: SigLIPTextConfiguration) {
    self.configuration = configuration
    let width = configuration.hiddenSize
    let std = 1 / Double(width).squareRoot()
    words = Embedding(configuration.vocabularySize, width, std: std)
    positions = Embedding(configuration.positionCount, width, std: std)
    layers = (0..<configuration.layerCount).map { _ in
      EncoderBlock(configuration, std: .glorot(configuration), names: .clip)
    }
    norm = LayerNorm(width, epsilon: Float(configuration.layerNormEpsilon))
    head = Linear(width, configuration.projectionSize, std: std)
  }

  /// - Parameters:
  ///   - ids: tokens, `[B, L]`.
  ///   - attentionMask: 1 for tokens, 0 for padding, `[B, L]`; all are tokens by default.
  /// - Returns: the normalized state at each place, `[B, L, D]`.
  public func callAsFunction(_ ids: IntTensor, attentionMask: IntTensor? = nil) -> Tensor {
    requireFit(ids, attentionMask)
    let mask = attentionMask.map(paddingMask)  // [B, 1, 1, L]
    return norm(layers.reduce(tokens(ids)) { $1($0, mask: mask) })  // [B, L, D]
  }

  /// The state at the last place, which may be padding, in the common space: `[B, E]` for states `[B, L, D]`.
  public func pooled(_ states: Tensor) -> Tensor { head(states.select(states.shape[1] - 1, dim: 1)) }

  /// The same as ``pooled(_:)`` of the states, without computing the last block's other states: `[B, E]` for tokens
  /// `[B, L]`.
  func summary(_ ids: IntTensor, attentionMask: IntTensor? = nil) -> Tensor {
    requireFit(ids, attentionMask)
    let mask = attentionMask.map(paddingMask)
    let states = layers.dropLast().reduce(tokens(ids)) { $1($0, mask: mask) }  // [B, L, D]
    guard let last = layers.last else { return pooled(norm(states)) }
    let ends = Array(repeating: ids.shape[1] - 1, count: ids.shape[0])
    return head(norm(last(states, at: ends, mask: mask)))
  }

  /// The input of the first block: `[B, L, D]` for tokens `[B, L]`.
  private func tokens(_ ids: IntTensor) -> Tensor {
    words(ids) + positions.weight.slice(0..<ids.shape[1], dim: 0)
  }

  private func requireFit(_ ids: IntTensor, _ attentionMask: IntTensor?) {
    guard ids.shape.count == 2, 1...configuration.positionCount ~= ids.shape[1] else {
      reportMisuse("SigLIPModel", "texts of shape \(ids.shape), not [batch, 1 to \(configuration.positionCount)]")
    }
    if let attentionMask, attentionMask.shape != ids.shape {
      reportMisuse("SigLIPModel", "an attention mask of shape \(attentionMask.shape) for texts of shape \(ids.shape)")
    }
  }
}
