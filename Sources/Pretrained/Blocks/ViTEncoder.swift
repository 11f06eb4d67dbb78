import Layers
import Support
import Tensors

/// The Vision Transformer without its head (Dosovitskiy et al. 2021, figure 1): of the classifier, and the image encoder of
/// captioners and of TrOCR, under the names of Hugging Face's `vit`; and of BLIP and BLIP-2, under those models' names.
///
/// B, C, H, W stand for batch, channels, height and width of the image; N for the number of patches; D for the width of
/// a token.
public final class ViTEncoder: Module {
  private let classToken: Tensor  // [1, 1, D]
  private let positions: Tensor  // [1, N + 1, D]
  private let patches: PatchProjection
  let layers: [EncoderBlock]
  private let norm: LayerNorm
  private let imageSize: Extent
  private let names: [String: String]

  public override var keyNames: [String: String] { names }

  /// An encoder with initial values, as `vit` names its parts.
  public convenience init(_ configuration: ViTConfiguration) {
    self.init(
      configuration, names: .vit,
      [
        "classToken": "embeddings.cls_token", "positions": "embeddings.position_embeddings",
        "patches": "embeddings.patch_embeddings.projection", "layers": "encoder.layer", "norm": "layernorm",
      ])
  }

  /// BLIP's encoder with initial values (Li et al. 2022, section 3.1).
  public convenience init(_ configuration: BLIPVisionConfiguration) { self.init(blip: configuration) }

  /// BLIP-2's encoder with initial values: EVA-CLIP's Vision Transformer without its last layer (Li et al. 2023, section
  /// 3.3).
  public convenience init(_ configuration: BLIP2VisionConfiguration) { self.init(blip: configuration) }

  /// An encoder under the names of BLIP and BLIP-2.
  private convenience init(blip settings: some ViTSettings) {
    self.init(
      settings, names: .blip,
      [
        "classToken": "embeddings.class_embedding", "positions": "embeddings.position_embedding",
        "patches": "embeddings.patch_embedding", "layers": "encoder.layers", "norm": "post_layernorm",
      ])
  }

  private init(_ settings: some ViTSettings, names blockNames: EncoderNames, _ names: [String: String]) {
    let (width, std) = (settings.hiddenSize, settings.initializerRange)
    let patchCount = settings.imageSize.patchCount(settings.patchSize)
    classToken = Initialization.normal([1, 1, width], std: std)
    positions = Initialization.normal([1, patchCount + 1, width], std: std)
    patches = PatchProjection(channels: settings.channelCount, patchSize: settings.patchSize, width: width, std: std)
    layers = (0..<settings.layerCount).map { _ in EncoderBlock(settings, std: BlockStd(std), names: blockNames) }
    norm = LayerNorm(width, epsilon: Float(settings.layerNormEpsilon))
    imageSize = settings.imageSize
    self.names = names
  }

  /// - Parameter pixelValues: images as the processor prepares them, `[B, C, H, W]`, of the configured size.
  /// - Returns: the class token and the patches behind the last normalization, `[B, N + 1, D]`.
  public func callAsFunction(_ pixelValues: Tensor) -> Tensor {
    norm(layers.reduce(tokens(pixelValues)) { $1($0) })
  }

  /// The input of the first block: the class token and the patches, each with its position, `[B, N + 1, D]`.
  func tokens(_ pixelValues: Tensor) -> Tensor {
    patches.requireFit(pixelValues, size: imageSize, "ViTEncoder")
    let first = classToken.expand(pixelValues.shape[0], -1, -1)  // [B, 1, D]
    return Tensor.cat([first, patches(pixelValues)], dim: 1) + positions  // [B, N + 1, D]
  }

  /// The class token behind the last normalization, `[B, D]`: the same as that of all tokens, but the last block is
  /// computed for this token alone.
  func summary(_ pixelValues: Tensor) -> Tensor {
    let states = layers.dropLast().reduce(tokens(pixelValues)) { $1($0) }  // [B, N + 1, D]
    guard let last = layers.last else { return norm(states.select(0, dim: 1)) }
    return norm(last(states, at: Array(repeating: 0, count: states.shape[0])))
  }

  /// An image as one vector: the class token, normalized once more, as transformers returns it. BLIP and BLIP-2 do not use
  /// it.
  ///
  /// - Parameter states: what the encoder returned, `[B, N + 1, D]`.
  /// - Returns: `[B, D]`.
  public func pooled(_ states: Tensor) -> Tensor { norm(states.select(0, dim: 1)) }
}

/// The settings of a Vision Transformer.
private protocol ViTSettings: EncoderSettings {
  var imageSize: Extent { get }
  var patchSize: Extent { get }
  var channelCount: Int { get }
  var initializerRange: Double { get }
}

extension ViTConfiguration: ViTSettings {}
extension BLIPVisionConfiguration: ViTSettings { fileprivate var channelCount: Int { 3 } }
extension BLIP2VisionConfiguration: ViTSettings { fileprivate var channelCount: Int { 3 } }

/// Cuts an image into patches and projects each to a token (Dosovitskiy et al. 2021, section 3.1). Checkpoints hold it as
/// a convolution whose stride is its kernel.
///
/// B, C, H, W stand for batch, channels, height and width of the image; P for the patch; N for the number of patches;
/// D for the width of a token. Patches need not be square, nor must the image divide into them: the rest at the right and
/// at the bottom is left out.
final class PatchProjection: Module {
  let weight: Tensor  // [D, C, P, P]
  let bias: Tensor?  // [D]
  private let patchSize: Extent

  init(channels: Int, patchSize: Extent, width: Int, bias: Bool = true, std: Double) {
    weight = Initialization.normal([width, channels, patchSize.height, patchSize.width], std: std)
    self.bias = bias ? Initialization.constant([width], 0) : nil
    self.patchSize = patchSize
  }

  /// - Parameter image: `[B, C, H, W]`.
  /// - Returns: tokens in raster order, `[B, N, D]`.
  func callAsFunction(_ image: Tensor) -> Tensor {
    let size = (patchSize.height, patchSize.width)
    return image.unfold(kernel: size, stride: size)  // [B, N, C·P·P]
      .linear(weight: weight.reshape(weight.shape[0], -1), bias: bias)  // [B, N, D]
  }

  /// Ends the program if images have not the shape that a model is made for.
  func requireFit(_ images: Tensor, size: Extent, _ model: String) {
    let expected = [weight.shape[1], size.height, size.width]
    if images.rank != 4 || Array(images.shape.dropFirst()) != expected {
      reportMisuse(
        model, "images of shape \(images.shape), not [batch, \(expected[0]), \(expected[1]), \(expected[2])]")
    }
  }
}

extension Extent {
  /// How many whole patches of a size an image of this size has.
  func patchCount(_ patch: Extent) -> Int { (height / patch.height) * (width / patch.width) }
}
