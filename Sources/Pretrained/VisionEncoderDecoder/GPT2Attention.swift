import Layers
import Tensors

/// GPT-2's causal attention with several heads (Radford et al. 2019, section 2.3; Vaswani et al. 2017, section 3.2.2).
///
/// B, T, D stand for rows, tokens and the width of a token.
final class GPT2SelfAttention: Module {
  /// Queries, keys and values side by side.
  private let cAttn: Conv1D
  private let cProj: Conv1D
  private let headCount: Int
  private let scale: Float

  init(_ configuration: GPT2Configuration, layer: Int) {
    let width = configuration.hiddenSize
    cAttn = Conv1D(width, 3 * width, std: configuration.initializerRange)
    cProj = Conv1D(width, width, std: configuration.residualStd)
    headCount = configuration.headCount
    scale = configuration.attentionScale(layer: layer)
  }

  /// `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor, _ cached: CachedLayer) -> Tensor {
    cProj(cached.selfAttention(cAttn(x), headCount: headCount, scale: scale))
  }
}

/// Attention of a text to an encoder's output for an image (Vaswani et al. 2017, section 3.2.3).
///
/// I, B, T, S, D, H stand for images, rows, tokens, the encoder's tokens, width and heads.
final class GPT2CrossAttention: Module {
  private let qAttn: Conv1D
  /// Keys and values side by side.
  private let cAttn: Conv1D
  private let cProj: Conv1D
  private let headCount: Int
  private let scale: Float

  init(_ configuration: GPT2Configuration, layer: Int) {
    let width = configuration.hiddenSize
    qAttn = Conv1D(width, width, std: configuration.initializerRange)
    cAttn = Conv1D(width, 2 * width, std: configuration.initializerRange)
    cProj = Conv1D(width, width, std: configuration.residualStd)
    headCount = configuration.headCount
    scale = configuration.attentionScale(layer: layer)
  }

  /// The keys and values of images, which are computed once for each image.
  ///
  /// - Parameter states: the encoder's output, `[I, S, D]`.
  /// - Returns: `[I, H, S, D/H]` each.
  func memory(_ states: Tensor) -> CrossAttentionMemory {
    let parts = cAttn(states).chunk(2, dim: -1).map { $0.splitHeads(headCount) }
    return CrossAttentionMemory(key: parts[0], value: parts[1])
  }

  /// `[B, T, D]` to `[B, T, D]`, where B is a multiple of I.
  func callAsFunction(_ x: Tensor, _ memory: CrossAttentionMemory) -> Tensor {
    cProj(memory.attend(qAttn(x), scale: scale))
  }

  /// The attention weights of one text for each image: `[I, T, D]` to `[I, H, T, S]`.
  func weights(_ x: Tensor, _ memory: CrossAttentionMemory) -> Tensor { memory.weights(qAttn(x), scale: scale) }

  /// The scores of the first head before the softmax: `[B, T, D]` to `[B, T, S]`.
  func firstHeadScores(_ x: Tensor, _ memory: CrossAttentionMemory) -> Tensor {
    memory.firstHeadScores(qAttn(x), scale: scale)
  }
}

extension GPT2Configuration {
  /// What attention scores are multiplied by.
  fileprivate func attentionScale(layer: Int) -> Float {
    let root = scalesAttention ? 1 / Float(hiddenSize / headCount).squareRoot() : 1
    return scalesAttentionByLayer ? root / Float(layer + 1) : root
  }

  /// The standard deviation of initial weights whose results are added to the shortcut: two in each layer (section 2.3).
  var residualStd: Double { initializerRange / Double(2 * layerCount).squareRoot() }
}

/// A linear map whose weight is stored as `[in, out]`, as GPT-2's checkpoints keep it (there called a convolution of
/// length 1). It is used without transposing it in memory.
final class Conv1D: Module, UnaryLayer {
  let weight: Tensor  // [in, out]
  let bias: Tensor  // [out]

  /// A layer with GPT-2's initial values: normal weights, biases of zero.
  init(_ inFeatures: Int, _ outFeatures: Int, std: Double) {
    weight = Initialization.normal([inFeatures, outFeatures], std: std)
    bias = Initialization.constant([outFeatures], 0)
  }

  /// `[…, in]` to `[…, out]`.
  func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight: weight.T, bias: bias) }
}
