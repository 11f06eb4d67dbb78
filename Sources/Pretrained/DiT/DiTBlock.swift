import Layers
import Tensors

/// A transformer block led by a vector: "DiT Block with adaLN-Zero" (Peebles and Xie 2023, figure 3).
///
/// It is the block of ViT, but its two normalizations have no scale and shift of their own. These are computed from the
/// vector, for each picture others, and so are two gates on what the block adds. All six start at zero, so that a new
/// block passes its input on unchanged.
///
/// B, T, D, C stand for batch, tokens, the width of a token and that of the vector.
final class DiTBlock: Module {
  private let modulation: Linear  // [6·D, C]
  private let attention: Attention
  private let feedForward: FeedForward
  private let epsilon: Float

  override var keyNames: [String: String] { ["feedForward": "mlp"] }

  init(_ settings: DiTConfiguration) {
    let std = BlockStd.glorot(settings)
    modulation = Linear(zeros: settings.conditioningSize, 6 * settings.hiddenSize)
    attention = Attention(
      settings, std: (std.attentionInput, std.attentionOutput), isJoined: true,
      names: ["query": "qkv", "output": "projection"])
    feedForward = FeedForward(settings, std: (std.fc1, std.fc2))
    epsilon = Float(settings.layerNormEpsilon)
  }

  /// - Parameters:
  ///   - x: `[B, T, D]`.
  ///   - condition: what leads the block, `[B, C]`.
  /// - Returns: `[B, T, D]`.
  func callAsFunction(_ x: Tensor, _ condition: Tensor) -> Tensor {
    let part = parts(condition)
    let mixed = x + attention(x.modulated(shift: part[0], scale: part[1], epsilon)) * part[2]  // [B, T, D]
    return mixed + feedForward(mixed.modulated(shift: part[3], scale: part[4], epsilon)) * part[5]  // [B, T, D]
  }

  /// The attention weights, `[B, T, D]` to `[B, heads, T, T]`.
  func attentionWeights(_ x: Tensor, _ condition: Tensor) -> Tensor {
    let part = parts(condition)
    return attention.weights(x.modulated(shift: part[0], scale: part[1], epsilon))
  }

  /// Shift, scale and gate of the attention, then of the feed-forward part: `[B, C]` to six times `[B, 1, D]`.
  private func parts(_ condition: Tensor) -> [Tensor] { modulation(condition).unsqueeze(1).chunk(6, dim: -1) }
}

extension Tensor {
  /// Normalizes each token, then scales and shifts it by numbers of its picture: `[B, T, D]` with `[B, 1, D]`.
  func modulated(shift: Tensor, scale: Tensor, _ epsilon: Float) -> Tensor {
    layerNorm(epsilon: epsilon) * (scale + 1) + shift
  }
}
