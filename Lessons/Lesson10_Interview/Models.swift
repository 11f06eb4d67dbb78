import Checkpoints
import Layers
import Models
import Pretrained
import Tensors

/// Three convolutions of 3 × 3 pixels, the second with stride 2, and a linear head that sees all places.
nonisolated final class ConvolutionalNetwork: Module, UnaryLayer {
  private static let strides = [1, 2, 1]

  let convolutions = zip([(1, 20), (20, 38), (38, 38)], strides).map { channels, stride in
    Conv2d(channels.0, channels.1, kernelSize: 3, stride: stride, padding: 1)
  }
  let head = Linear(38 * 4 * 4, 10)

  /// The side of each convolution's kernel, and its stride.
  static let layers = strides.map { ConvolutionalLayer(kernel: 3, stride: $0) }

  /// What each convolution makes of images `[B, 1, H, W]`: `[B, C, H, W]`, the last two of half the height and width.
  func maps(_ images: Tensor) -> [Tensor] {
    var maps: [Tensor] = []
    for convolution in convolutions { maps.append(convolution(maps.last ?? images).relu()) }
    return maps
  }

  /// Scores of the ten digits, `[B, 10]`, for images `[B, 1, 8, 8]`.
  func callAsFunction(_ images: Tensor) -> Tensor { head(maps(images)[2].flatten(from: 1)) }
}

/// What matters for how far a convolution can see.
struct ConvolutionalLayer {
  let kernel, stride: Int
}

/// The ViT of Lesson 4, with patches of 2 × 2 pixels, which normalizes before each part as the paper's does.
nonisolated func visionTransformer(imageSize: Int = 8) -> VisionTransformer {
  VisionTransformer(
    VisionTransformer.Configuration(
      imageSize: imageSize, patchSize: 2, channels: 1, classCount: 10, embedDim: 32, depth: 2, headCount: 4,
      dropout: 0, normFirst: true))
}

/// A CLIP with tokens of 48 numbers: two layers for images of 32 × 32 in patches of 8, one layer for texts.
///
/// - Parameter end: the token after each text, at which the text is read off; the highest of the vocabulary.
nonisolated func smallCLIP(end: Int) -> CLIPModel {
  var settings = CLIPConfiguration()
  (settings.vision.imageSize, settings.vision.patchSize) = (Extent(32), Extent(8))
  (settings.vision.hiddenSize, settings.vision.intermediateSize) = (48, 192)
  (settings.vision.layerCount, settings.vision.headCount) = (2, 4)
  (settings.text.vocabularySize, settings.text.positionCount, settings.text.eosTokenID) = (end + 1, 24, end)
  (settings.text.hiddenSize, settings.text.intermediateSize) = (48, 192)
  (settings.text.layerCount, settings.text.headCount) = (1, 4)
  settings.projectionSize = 32
  return CLIPModel(settings)
}

/// Images of 8 × 8 with their 64 pixels in another order, `[B, 1, 8, 8]`.
nonisolated func rearranged(_ images: Tensor, _ order: [Int]) -> Tensor {
  images.reshape(-1, 64).indexSelect(order, dim: 1).reshape(-1, 1, 8, 8)
}
