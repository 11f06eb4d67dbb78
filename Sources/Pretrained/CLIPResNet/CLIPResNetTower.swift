import Layers
import Support
import Tensors

/// CLIP's ResNet (Radford et al. 2021, section 2.4): three convolutions at its beginning (He et al. 2019, "Bag of Tricks"),
/// average pooling in front of every stride (Zhang 2019), and pooling by attention at its end.
///
/// B, H, W, C stand for batch, height, width and channels; E for the width of the common space. Inside, channels come
/// last.
public final class CLIPResNetTower: Module {
  private let configuration: CLIPResNetVisionConfiguration
  private let first, second, third: NormedConvolution
  private let layer1, layer2, layer3, layer4: [Bottleneck]
  private let pooling: FeaturePooling

  public override var keyNames: [String: String] {
    ["first": "", "second": "", "third": "", "pooling": "attnpool"]
  }

  /// A tower with initial values.
  ///
  /// - Parameter outputWidth: E.
  public init(_ configuration: CLIPResNetVisionConfiguration, outputWidth: Int) {
    self.configuration = configuration
    let width = configuration.width
    first = NormedConvolution(3, width / 2, side: 3, stride: 2, names: ("conv1", "bn1"))
    second = NormedConvolution(width / 2, width / 2, side: 3, names: ("conv2", "bn2"))
    third = NormedConvolution(width / 2, width, side: 3, names: ("conv3", "bn3"))
    let counts = configuration.blockCounts
    layer1 = Self.stage(counts[0], from: width, inner: width, stride: 1)
    layer2 = Self.stage(counts[1], from: 4 * width, inner: 2 * width, stride: 2)
    layer3 = Self.stage(counts[2], from: 8 * width, inner: 4 * width, stride: 2)
    layer4 = Self.stage(counts[3], from: 16 * width, inner: 8 * width, stride: 2)
    pooling = FeaturePooling(configuration, outputWidth: outputWidth)
  }

  /// Blocks one after the other, the first of which changes channels and size.
  private static func stage(_ count: Int, from inputs: Int, inner: Int, stride: Int) -> [Bottleneck] {
    (0..<count).map { block in
      Bottleneck(
        block == 0 ? inputs : Bottleneck.expansion * inner, inner, stride: block == 0 ? stride : 1)
    }
  }

  /// Images in the common space: `[B, E]`.
  ///
  /// - Parameter pixelValues: images as the processor prepares them, `[B, 3, H, W]`, of the configured size.
  public func callAsFunction(_ pixelValues: Tensor) -> Tensor { pooling(features(pixelValues)[4]) }

  /// What the three first convolutions and each of the four stages make of images: `[B, H', W', C']`, each of half the
  /// height and width of the one before, but for the first stage's.
  public func features(_ pixelValues: Tensor) -> [Tensor] {
    let side = configuration.imageSize
    if pixelValues.rank != 4 || Array(pixelValues.shape.dropFirst()) != [3, side, side] {
      reportMisuse("CLIPResNetModel", "images of shape \(pixelValues.shape), not [batch, 3, \(side), \(side)]")
    }
    let pixels = pixelValues.permute(0, 2, 3, 1)  // [B, H, W, 3]
    let stem = third(second(first(pixels).relu()).relu()).relu().avgPool2dChannelsLast(size: 2)  // [B, H/4, W/4, C]
    return [layer1, layer2, layer3, layer4].reduce(into: [stem]) { all, stage in
      all.append(stage.reduce(all[all.count - 1]) { $1($0) })
    }
  }
}

/// Three convolutions, the middle one of which sees neighbors, with a shortcut around them (He et al. 2016, figure 5).
final class Bottleneck: Module {
  /// How many times as many channels a block gives as its inner convolutions have.
  static let expansion = 4

  private let narrow, middle, wide: NormedConvolution
  /// Brings the input to the shape of the output, where they differ.
  private let downsample: NormedConvolution?
  private let stride: Int

  override var keyNames: [String: String] { ["narrow": "", "middle": "", "wide": ""] }

  init(_ inputs: Int, _ inner: Int, stride: Int) {
    let outputs = Self.expansion * inner
    narrow = NormedConvolution(inputs, inner, names: ("conv1", "bn1"))
    middle = NormedConvolution(inner, inner, side: 3, names: ("conv2", "bn2"))
    wide = NormedConvolution(inner, outputs, names: ("conv3", "bn3"))
    downsample = stride > 1 || inputs != outputs ? NormedConvolution(inputs, outputs, names: ("0", "1")) : nil
    self.stride = stride
  }

  /// `[B, H, W, inputs]` to `[B, H / stride, W / stride, outputs]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    func pooled(_ x: Tensor) -> Tensor { stride > 1 ? x.avgPool2dChannelsLast(size: stride) : x }
    let inner = middle(narrow(x).relu()).relu()  // [B, H, W, inner]
    let shortcut = downsample.map { $0(pooled(x)) } ?? x
    return (wide(pooled(inner)) + shortcut).relu()
  }
}

/// A convolution and batch normalization (Ioffe and Szegedy 2015) by the statistics of training: both together are one
/// convolution with other filters and a bias.
final class NormedConvolution: Module {
  private let filters: Filters
  private let norm: BatchStatistics
  private let stride: Int
  private let names: [String: String]
  private let folded = Folded()

  override var keyNames: [String: String] { names }

  /// - Parameters:
  ///   - side: the height and width of a filter, whose middle passes over each pixel.
  ///   - names: what convolution and normalization are called.
  init(_ inputs: Int, _ outputs: Int, side: Int = 1, stride: Int = 1, names: (filters: String, norm: String)) {
    filters = Filters(inputs, outputs, side: side)
    norm = BatchStatistics(outputs)
    self.stride = stride
    self.names = ["filters": names.filters, "norm": names.norm]
  }

  /// `[B, H, W, inputs]` to `[B, H / stride, W / stride, outputs]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let (weight, bias) = folded.parameters(filters.weight, norm)
    let padding = weight.shape[1] / 2
    return x.conv2dChannelsLast(weight: weight, bias: bias, stride: (stride, stride), padding: (padding, padding))
  }

  /// The filters of a convolution, `[outputs, inputs, side, side]`.
  final class Filters: Module {
    let weight: Tensor

    init(_ inputs: Int, _ outputs: Int, side: Int) {
      let bound = Initialization.kaimingUniformBound(fanIn: inputs * side * side)
      weight = Initialization.uniform([outputs, inputs, side, side], bound: bound)
    }
  }

  /// Scale and shift of each channel, and its mean and variance over the pictures of training, `[outputs]` each.
  final class BatchStatistics: Module {
    let weight, bias, runningMean, runningVar: Tensor
    /// What keeps a variance of zero from a division by it: PyTorch's.
    static let epsilon: Float = 1e-5

    init(_ outputs: Int) {
      weight = Initialization.constant([outputs], 1)
      bias = Initialization.constant([outputs], 0)
      runningMean = Initialization.constant([outputs], 0)
      runningVar = Initialization.constant([outputs], 1)
      // Statistics are no parameters: no gradient changes them.
      (runningMean.isFrozen, runningVar.isFrozen) = (true, true)
    }
  }

  /// The one convolution, kept as long as nothing that it is made of changes or is trained.
  private final class Folded {
    private var kept: (parts: [(Tensor, Int)], weight: Tensor, bias: Tensor)?

    /// Filters `[outputs, side, side, inputs]` and a bias.
    func parameters(_ filters: Tensor, _ norm: BatchStatistics) -> (weight: Tensor, bias: Tensor) {
      let parts = [filters, norm.weight, norm.bias, norm.runningMean, norm.runningVar]
      if let kept, zip(parts, kept.parts).allSatisfy({ $0.sharesContents(with: $1.0, version: $1.1) }) {
        return (kept.weight, kept.bias)
      }
      let scale = norm.weight / (norm.runningVar + BatchStatistics.epsilon).sqrt()  // [outputs]
      let weight = (filters * scale.reshape(-1, 1, 1, 1)).permute(0, 2, 3, 1).contiguous()
      let bias = norm.bias - norm.runningMean * scale
      let isFixed = parts.allSatisfy(\.isFrozen)
      kept = isFixed ? (parts.map { ($0.detached(), $0.contentsVersion) }, weight, bias) : nil
      return (weight, bias)
    }
  }
}

/// Pooling by attention: the mean of all places asks all places, as a query of a transformer.
///
/// B, N, C, E stand for batch, places, channels and the width of the common space.
final class FeaturePooling: Module {
  /// A learned vector for the mean and for each place, `[N + 1, C]`.
  private let positionalEmbedding: Tensor
  private let query, key, value, output: Linear
  private let headCount: Int

  override var keyNames: [String: String] {
    ["query": "q_proj", "key": "k_proj", "value": "v_proj", "output": "c_proj"]
  }

  init(_ settings: CLIPResNetVisionConfiguration, outputWidth: Int) {
    let width = settings.featureWidth
    let std = 1 / Double(width).squareRoot()
    positionalEmbedding = Initialization.normal([settings.placeCount + 1, width], std: std)
    (query, key, value) = (
      Linear(width, width, std: std), Linear(width, width, std: std), Linear(width, width, std: std)
    )
    output = Linear(width, outputWidth, std: std)
    headCount = settings.headCount
  }

  /// `[B, H, W, C]` to `[B, E]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let places = x.flatten(from: 1, through: 2)  // [B, N, C]
    let mean = places.mean(dim: 1, keepDims: true)  // [B, 1, C]
    let tokens = Tensor.cat([mean, places], dim: 1) + positionalEmbedding  // [B, N + 1, C]
    let parts = [query(tokens.slice(0..<1, dim: 1)), key(tokens), value(tokens)].map { $0.splitHeads(headCount) }
    let mixed = Tensor.scaledDotProductAttention(query: parts[0], key: parts[1], value: parts[2])  // [B, heads, 1, …]
    return output(mixed.joinHeads()).squeeze(1)  // [B, E]
  }
}
