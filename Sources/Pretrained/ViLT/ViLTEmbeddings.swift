import Layers
import Support
import Tensors

/// The question's half of ViLT's input (Kim et al. 2021, equation 1): words and their positions, embedded as in BERT.
///
/// B, L stand for the number of questions and of words; D for the width of a token.
final class ViLTTextEmbeddings: Module {
  private let wordEmbeddings: Embedding
  private let positionEmbeddings: Embedding
  /// BERT's first and second sentence; questions are always the first.
  private let tokenTypeEmbeddings: Embedding
  private let norm: LayerNorm

  override var keyNames: [String: String] { ["norm": "LayerNorm"] }

  init(_ configuration: ViLTConfiguration) {
    let width = configuration.hiddenSize
    let range = configuration.initializerRange
    let padding = configuration.padTokenID.flatMap { (0..<configuration.vocabularySize).contains($0) ? $0 : nil }
    wordEmbeddings = Embedding(configuration.vocabularySize, width, paddingIndex: padding, std: range)
    positionEmbeddings = Embedding(configuration.positionCount, width, std: range)
    tokenTypeEmbeddings = Embedding(configuration.segmentCount, width, std: range)
    norm = LayerNorm(width, epsilon: Float(configuration.layerNormEpsilon))
  }

  /// - Parameter ids: tokens, `[B, L]`.
  /// - Returns: `[B, L, D]`.
  func callAsFunction(_ ids: IntTensor) -> Tensor {
    let (length, most) = (ids.shape[1], positionEmbeddings.weight.shape[0])
    if length > most { reportMisuse("ViLT", "questions of \(length) tokens; at most \(most) have positions") }
    let positions = positionEmbeddings.weight.slice(0..<length, dim: 0)  // [L, D]
    return norm(wordEmbeddings(ids) + tokenTypeEmbeddings.weight[0] + positions)  // [B, L, D]
  }
}

/// The picture's half of ViLT's input (Kim et al. 2021, equation 2): its patches and their positions, without any
/// convolutional network or detector before.
///
/// Images keep their proportions, so the learned grid of positions is stretched over each image's own patches. A batch is
/// padded to its largest image, and the padding's patches are left out or masked. Patches come in raster order; the
/// order does not change the answers, because each patch carries its position.
///
/// B, C, H, W stand for batch, channels, height and width; h, w for an image's own rows and columns of patches; D for
/// the width of a token.
final class ViLTImageEmbeddings: Module {
  /// The extra token in front, `[1, 1, D]`.
  private let clsToken: Tensor
  /// A learned vector for the extra token and for each patch of a square image, `[1, 1 + g·g, D]`.
  private let positionEmbeddings: Tensor
  private let patches: PatchProjection
  private let configuration: ViLTConfiguration

  override var keyNames: [String: String] { ["patches": "patch_embeddings.projection"] }

  init(_ configuration: ViLTConfiguration) {
    let width = configuration.hiddenSize
    let count = configuration.imageSize.patchCount(configuration.patchSize)
    clsToken = Initialization.constant([1, 1, width], 0)
    positionEmbeddings = Initialization.constant([1, count + 1, width], 0)
    patches = PatchProjection(
      channels: configuration.channelCount, patchSize: configuration.patchSize, width: width,
      std: configuration.initializerRange)
    self.configuration = configuration
  }

  /// - Parameters:
  ///   - pixelValues: `[B, C, H, W]`.
  ///   - pixelMask: 1 for pixels, 0 for padding at the right and at the bottom, `[B, H, W]`.
  /// - Returns: the extra token and as many patches as the image with the most has.
  func callAsFunction(_ pixelValues: Tensor, pixelMask: Tensor?) -> MaskedTokens {
    requireFit(pixelValues, pixelMask)
    let patchSize = configuration.patchSize
    let grid = Extent(height: pixelValues.shape[2] / patchSize.height, width: pixelValues.shape[3] / patchSize.width)
    let batch = pixelValues.shape[0]
    let first = (clsToken + positionEmbeddings.slice(0..<1, dim: 1)).expand(batch, -1, -1)  // [B, 1, D]
    guard let pixelMask else {
      return MaskedTokens(
        tokens: .cat([first, patches(pixelValues) + positions(grid)], dim: 1),  // [B, N + 1, D]
        mask: IntTensor([[Int]](repeating: [Int](repeating: 1, count: grid.height * grid.width + 1), count: batch)))
    }
    let sizes = validSizes(pixelMask, grid: grid)
    let length = sizes.map { $0.height * $0.width }.max() ?? 0

    let all = patches(pixelValues)  // [B, N, D]
    var rows: [Tensor] = []
    var masks: [[Int]] = []
    for (index, size) in sizes.enumerated() {
      let count = size.height * size.width
      let cells = (0..<count).map { $0 / size.width * grid.width + $0 % size.width }
      let own = all[index].indexSelect(cells) + positions(size)  // [count, D], count ≤ length
      rows.append(own.pad([(dim: 0, before: 0, after: length - count)]))  // [length, D]
      masks.append((0...length).map { $0 <= count ? 1 : 0 })
    }
    return MaskedTokens(tokens: .cat([first, .stack(rows)], dim: 1), mask: IntTensor(masks))  // [B, length + 1, D]
  }

  /// The learned grid of positions, stretched over an image's own patches: `[h·w, D]`.
  private func positions(_ size: Extent) -> Tensor {
    let (grid, patch) = (configuration.imageSize, configuration.patchSize)
    return positionEmbeddings.slice(1..<positionEmbeddings.shape[1], dim: 1)  // [1, g·g, D]
      .transpose(1, 2)  // [1, D, g·g]
      .reshape(1, -1, grid.height / patch.height, grid.width / patch.width)  // [1, D, g, g]
      .interpolate(size: (size.height, size.width), mode: .bilinear(alignCorners: true))  // [1, D, h, w]
      .flatten(from: 2).transpose(1, 2)[0]  // [h·w, D]
  }

  /// How many rows and columns of patches of each image are not padding.
  private func validSizes(_ pixelMask: Tensor, grid: Extent) -> [Extent] {
    let mask = pixelMask.unsqueeze(1).interpolate(size: (grid.height, grid.width), mode: .nearest)  // [B, 1, H/P, W/P]
    return (0..<mask.shape[0]).map { index in
      let own = mask[index][0]
      return Extent(
        height: own.select(0, dim: 1).scalars.count { $0 != 0 }, width: own[0].scalars.count { $0 != 0 })
    }
  }

  private func requireFit(_ pixelValues: Tensor, _ pixelMask: Tensor?) {
    let (channels, patch) = (configuration.channelCount, configuration.patchSize)
    let shape = pixelValues.shape
    guard shape.count == 4, shape[1] == channels, shape[2] >= patch.height, shape[3] >= patch.width else {
      reportMisuse(
        "ViLT", "images of shape \(shape), not [batch, \(channels), at least \(patch.height), at least \(patch.width)]")
    }
    if let problem = configuration.problem(height: shape[2], width: shape[3]) {
      reportMisuse("ViLT", "an image of \(shape[3])×\(shape[2]) pixels: \(problem)")
    }
    if let pixelMask, pixelMask.shape != [shape[0], shape[2], shape[3]] {
      reportMisuse("ViLT", "a pixel mask of shape \(pixelMask.shape) for images of shape \(shape)")
    }
  }
}
