import Images
import Support
import Tensors

/// Makes of images what a model takes: resized, cut, scaled and normalized as transformers' class of the same name
/// does, to the bit.
public struct ImageProcessor: Sendable {
  /// What is done.
  public let configuration: ImageProcessorConfiguration
  /// Whose resizing and whose arithmetic; transformers 5 takes torchvision's.
  public let backend: ResamplingBackend

  /// Images as a model takes them.
  public struct Batch {
    /// `[B, C, H, W]`, where C is 3 but for pictures that are taken as they are stored.
    public let pixelValues: Tensor
    /// For ViLT: `[B, H, W]`, 1 for pixels of the image and 0 for padding; nil for the other kinds.
    public let pixelMask: Tensor?
  }

  /// Where the middle of an image is if an odd number of pixels is cut off.
  let centering: Centering

  /// How half pixels are rounded where the middle of an image is cut out.
  enum Centering {
    /// As transformers does: less is cut off at the left and at the top.
    case down
    /// As torchvision's `CenterCrop` does: to the even one of both neighbors.
    case halfToEven
  }

  /// A processor that does what a configuration says.
  public init(_ configuration: ImageProcessorConfiguration, backend: ResamplingBackend = .torchvision) {
    self.init(configuration, backend: backend, centering: .down)
  }

  init(_ configuration: ImageProcessorConfiguration, backend: ResamplingBackend, centering: Centering) {
    self.configuration = configuration
    self.backend = backend
    self.centering = centering
  }

  /// The processor of a checkpoint's directory.
  ///
  /// - Throws: `DataError` naming the file, the key and the reason.
  public init(directory: String, backend: ResamplingBackend = .torchvision) throws(DataError) {
    self.init(try ImageProcessorConfiguration(directory: directory), backend: backend)
  }

  /// Prepares images for a model.
  ///
  /// Where the configuration converts to RGB, transparency is laid on white and gray is repeated, as transformers 5
  /// does with images opened by Pillow. (`load_image` of its pipelines drops transparency instead; for that, convert
  /// the images to RGB before.)
  ///
  /// Where it neither converts nor normalizes, an image keeps the channels that it has: one for gray, four for RGBA.
  ///
  /// - Throws: `DataError` for an image that is not RGB where the configuration normalizes but does not convert, for
  ///   one too thin for its new size, and for a batch of different sizes that is not padded.
  public func callAsFunction(_ images: [Image]) throws(DataError) -> Batch {
    try process(
      images.map { image in
        let mode: StoredMode = image.format == .rgb ? .rgb : image.format == .rgba ? .rgba : .gray
        return Source(image: image, mode: mode, name: nil) { (0..<image.channels).map { image.channel($0) } }
      })
  }

  /// Prepares image files for a model, upright. Where the configuration does not convert to RGB, transformers takes the
  /// samples as they are stored, indices into a palette too; three channels are needed for normalizing them.
  ///
  /// - Throws: as for images; the error names the file.
  public func callAsFunction(_ files: [ImageFile]) throws(DataError) -> Batch {
    try process(
      files.map { file in
        Source(image: file.upright, mode: file.mode, name: file.path) { file.uprightChannels }
      })
  }

  /// A picture as colors and as it is stored.
  private struct Source {
    let image: Image
    let mode: StoredMode
    let name: String?
    let channels: () -> [Image]?
  }

  private func process(_ items: [Source]) throws(DataError) -> Batch {
    if items.isEmpty { reportMisuse("ImageProcessor", "a batch has at least one image") }
    var pictures: [[Image]] = []
    for item in items {
      do {
        pictures.append(try prepared(item))
      } catch {
        throw DataError(error.kind, file: item.name, reason: error.reason)
      }
    }
    let size = try batchSize(pictures.map { $0[0] })
    let channels = pictures[0].reduce(0) { $0 + $1.channels }
    guard pictures.allSatisfy({ $0.reduce(0) { $0 + $1.channels } == channels }) else {
      throw DataError(.unsupported, reason: "images of \(channels) channels and others do not make one batch")
    }
    let plane = size.height * size.width
    var values = [Float](repeating: 0, count: pictures.count * channels * plane)
    for (index, picture) in pictures.enumerated() {
      var channel = index * channels
      for part in picture {
        fill(&values, at: channel * plane, rowStride: size.width, plane: plane, from: part)
        channel += part.channels
      }
    }
    return Batch(
      pixelValues: Tensor(values, shape: [pictures.count, channels, size.height, size.width]),
      pixelMask: configuration.kind == .vilt && configuration.pads ? mask(pictures.map { $0[0] }, size) : nil)
  }

  /// The one size of a batch: that of the images, or what they are padded to.
  private func batchSize(_ images: [Image]) throws(DataError) -> (height: Int, width: Int) {
    let height = images.reduce(0) { max($0, $1.height) }
    let width = images.reduce(0) { max($0, $1.width) }
    guard configuration.pads else {
      if let odd = images.first(where: { $0.height != height || $0.width != width }) {
        throw DataError(
          .unsupported, reason: "images of \(odd.width)×\(odd.height) and others do not make one batch without padding")
      }
      return (height, width)
    }
    guard let wanted = configuration.padSize else { return (height, width) }
    guard wanted.height >= height, wanted.width >= width else {
      throw DataError(
        .unsupported,
        reason: "pad_size is \(wanted.width)×\(wanted.height), and an image would have to shrink to it from "
          + "\(width)×\(height)")
    }
    return (wanted.height, wanted.width)
  }

  /// One picture resized and cut, still in bytes: an RGB image, or a gray image for each channel that is stored.
  private func prepared(_ source: Source) throws(DataError) -> [Image] {
    if configuration.convertsToRGB { return [try prepared(source.image.flattened(onto: .white).converted(to: .rgb))] }
    // A transparent color is no channel of its own.
    if source.mode == .rgb { return [try prepared(source.image.converted(to: .rgb))] }
    guard configuration.normalization == nil, backend == .torchvision, let channels = source.channels() else {
      throw DataError(
        .unsupported,
        reason: "\(configuration.kind.rawValue) takes RGB images only, and this one is stored as \(source.mode.words)")
    }
    var result: [Image] = []
    for channel in channels { result.append(try prepared(channel)) }
    return result
  }

  /// One image resized and cut, its channels each by itself.
  func prepared(_ image: Image) throws(DataError) -> Image {
    var image = image
    if let target = try configuration.targetSize(height: image.height, width: image.width) {
      image = image.resized(
        width: target.width, height: target.height, filter: configuration.filter, backend: backend)
    }
    if let crop = configuration.cropSize { image = image.centerCropped(to: crop, backend, centering) }
    return image
  }

  private func mask(_ images: [Image], _ size: (height: Int, width: Int)) -> Tensor {
    let (height, width) = size
    var mask = [Float](repeating: 0, count: images.count * height * width)
    for (index, image) in images.enumerated() {
      for row in 0..<image.height {
        let start = (index * height + row) * width
        for column in start..<start + image.width { mask[column] = 1 }
      }
    }
    return Tensor(mask, shape: [images.count, height, width])
  }

  /// Writes an image's numbers plane by plane, by a table of the 256 results of each channel.
  private func fill(_ values: inout [Float], at offset: Int, rowStride: Int, plane: Int, from image: Image) {
    for channel in 0..<image.channels {
      let table = (0...255).map { scaled(UInt8($0), channel: channel) }
      for row in 0..<image.height {
        let start = offset + channel * plane + row * rowStride
        let source = row * image.stride + channel
        for column in 0..<image.width {
          values[start + column] = table[Int(image.pixels[source + image.channels * column])]
        }
      }
    }
  }

  /// Rescaled and normalized, with each library's roundings.
  private func scaled(_ sample: UInt8, channel: Int) -> Float {
    let normalization = configuration.normalization
    let mean = Float(normalization?.mean[channel] ?? 0)
    let deviation = Float(normalization?.deviation[channel] ?? 1)
    switch (backend, configuration.rescaleFactor) {
    case (.torchvision, let factor?):
      guard normalization != nil else { return Float(sample) * Float(factor) }
      // transformers fuses the two steps here: mean and deviation are brought to 0...255 instead of the image to 0...1.
      let inverse = Float(1 / factor)
      return (Float(sample) - mean * inverse) / (deviation * inverse)
    case (.pillow, let factor?):
      let rescaled = Float(Double(sample) * factor)
      return normalization == nil ? rescaled : (rescaled - mean) / deviation
    case (_, nil):
      return normalization == nil ? Float(sample) : (Float(sample) - mean) / deviation
    }
  }
}
