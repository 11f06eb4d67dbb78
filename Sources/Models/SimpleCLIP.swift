import Layers
import Tensors

/// The notebook's simplified CLIP (after Radford et al. 2021, figure 3): two towers into one space.
///
/// It keeps the notebook's simplifications, which Lesson 05 takes apart: the image tower knows no positions, text is
/// pooled from its first token, padding is not masked, and the temperature is not clamped.
public final class SimpleCLIP: Module {
  let posEmbed: Tensor
  /// The logarithm of what the cosines are multiplied by, ln(1 / 0.07) at first.
  public let logitScale: Tensor
  let imageEncoder: ImageTower
  let imageProj: Linear
  let tokenEmbed: Embedding
  let textEncoder: TransformerEncoder
  let textProj: Linear

  /// - Parameters:
  ///   - embedDim: D, the width of the tokens and of the common space.
  ///   - vocabularySize: how many different tokens there are.
  ///   - maxSequenceLength: the most tokens of a text.
  public init(
    embedDim: Int = 512, vocabularySize: Int = 10000, maxSequenceLength: Int = 77, imageSize: Int = 224,
    patchSize: Int = 16, headCount: Int = 8, depth: Int = 6, feedForwardDim: Int = 2048, dropout: Double = 0.1
  ) {
    func encoder() -> TransformerEncoder {
      TransformerEncoder(
        TransformerEncoderLayer(
          embedDim: embedDim, headCount: headCount, feedForwardDim: feedForwardDim, dropout: dropout),
        layerCount: depth)
    }
    imageEncoder = ImageTower(
      PatchEmbedding(imageSize: imageSize, patchSize: patchSize, embedDim: embedDim), makeEncoder: encoder)
    imageProj = Linear(embedDim, embedDim)
    tokenEmbed = Embedding(vocabularySize, embedDim)
    posEmbed = Initialisation.constant([1, maxSequenceLength, embedDim], 0)
    textEncoder = encoder()
    textProj = Linear(embedDim, embedDim)
    // ln(1 / 0.07)
    logitScale = Initialisation.constant([], 2.659_260_036_932_778)
  }

  /// - Parameter image: `[B, 3, H, W]`.
  /// - Returns: unit vectors `[B, D]`.
  public func encodeImage(_ image: Tensor) -> Tensor {
    imageProj(imageEncoder(image).mean(dim: 1)).l2Normalized()
  }

  /// - Parameter ids: tokens `[B, T]`.
  /// - Returns: unit vectors `[B, D]`.
  public func encodeText(_ ids: IntTensor) -> Tensor {
    if ids.shape.count != 2 || ids.shape[1] > posEmbed.shape[1] {
      reportMisuse("SimpleCLIP", "texts of shape \(ids.shape), not [batch, at most \(posEmbed.shape[1])]")
    }
    let x = tokenEmbed(ids) + posEmbed.slice(0..<ids.shape[1], dim: 1)  // [B, T, D]
    return textProj(textEncoder(x).select(0, dim: 1)).l2Normalized()
  }

  /// - Returns: similarities of all images and texts, `[images, texts]`.
  public func callAsFunction(_ image: Tensor, _ ids: IntTensor) -> Tensor {
    (logitScale.exp() * encodeImage(image)).matmul(encodeText(ids).T)
  }
}

/// Patches and an encoder in a row, named as in PyTorch's `nn.Sequential`.
final class ImageTower: Module {
  let patchEmbedding: PatchEmbedding
  let encoder: TransformerEncoder

  override var keyNames: [String: String] { ["patchEmbedding": "0", "encoder": "1"] }

  init(_ patchEmbedding: PatchEmbedding, makeEncoder: () -> TransformerEncoder) {
    self.patchEmbedding = patchEmbedding
    encoder = makeEncoder()
  }

  func callAsFunction(_ image: Tensor) -> Tensor { encoder(patchEmbedding(image)) }
}

/// CLIP's symmetric contrastive loss (Radford et al. 2021, figure 3): each image is to find its text, each text its image.
///
/// - Parameter logits: similarities `[N, N]`, matching pairs on the diagonal.
/// - Returns: a single number; ln N for similarities that say nothing.
public func clipLoss(_ logits: Tensor) -> Tensor {
  let labels = IntTensor.arange(logits.shape[0])
  return (crossEntropy(logits, labels) + crossEntropy(logits.T, labels)) / 2
}
