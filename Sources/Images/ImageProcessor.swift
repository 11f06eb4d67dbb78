import Tensors

/// Makes of images what a model takes: resized, cut, scaled and normalised as transformers' class of the same name
/// does, to the bit.
public struct ImageProcessor: Sendable {
  /// What is done.
  public let configuration: ImageProcessorConfiguration
  /// Whose resizing and whose arithmetic; transformers 5 takes torchvision's.
  public let backend: ResamplingBackend

  /// Images as a model takes them.
  public struct Batch {
    /// `[B, 3, H, W]`.
    public let pixelValues: Tensor
    /// For ViLT: `[B, H, W]`, 1 for pixels of the image and 0 for padding; nil for the other kinds.
    public let pixelMask: Tensor?
  }

  /// A processor that does what a configuration says.
  public init(_ configuration: ImageProcessorConfiguration, backend: ResamplingBackend = .torchvision) {
    self.configuration = configuration
    self.backend = backend
  }

  /// The processor of a checkpoint's directory.
  ///
  /// - Throws: ``ImageError`` naming the file, the key and the reason.
  public init(directory: String, backend: ResamplingBackend = .torchvision) throws(ImageError) {
    self.init(try ImageProcessorConfiguration(directory: directory), backend: backend)
  }

  /// Prepares images for a model.
  ///
  /// Where the configuration converts to RGB, transparency is laid on white and grey is repeated, as transformers 5
  /// does with images opened by Pillow. (`load_image` of its pipelines drops transparency instead; for that, convert
  /// the images to RGB before.)
  ///
  /// - Throws: ``ImageError`` for an image that is not RGB where the configuration does not convert, for one too thin
  ///   for its new size, and for a batch of different sizes that is not padded.
  public func callAsFunction(_ images: [Image]) throws(ImageError) -> Batch {
    try process(images.map { (image: $0, isRGB: $0.format == .rgb, name: nil) })
  }

  /// Prepares image files for a model, upright. A palette is refused where the configuration does not convert to RGB, as
  /// transformers refuses it, though its pixels are colours here.
  ///
  /// - Throws: as for images; the error names the file.
  public func callAsFunction(_ files: [ImageFile]) throws(ImageError) -> Batch {
    try process(files.map { (image: $0.upright, isRGB: $0.mode == .rgb && $0.image.format == .rgb, name: $0.path) })
  }

  private func process(_ items: [(image: Image, isRGB: Bool, name: String?)]) throws(ImageError) -> Batch {
    if items.isEmpty { reportMisuse("ImageProcessor", "a batch has at least one image") }
    var images: [Image] = []
    for item in items {
      do {
        images.append(try prepared(item.image, isRGB: item.isRGB))
      } catch {
        throw ImageError(error.kind, file: item.name, reason: error.reason)
      }
    }
    let height = images.reduce(0) { max($0, $1.height) }
    let width = images.reduce(0) { max($0, $1.width) }
    if !configuration.pads, let odd = images.first(where: { $0.height != height || $0.width != width }) {
      throw ImageError(
        .unsupported, reason: "images of \(odd.width)×\(odd.height) and others do not make one batch without padding")
    }
    let plane = height * width
    var values = [Float](repeating: 0, count: images.count * 3 * plane)
    for (index, image) in images.enumerated() {
      fill(&values, at: index * 3 * plane, rowStride: width, plane: plane, from: image)
    }
    return Batch(
      pixelValues: Tensor(values, shape: [images.count, 3, height, width]),
      pixelMask: configuration.kind == .vilt && configuration.pads ? mask(images, height: height, width: width) : nil)
  }

  /// One image in RGB, resized and cut, still in bytes.
  func prepared(_ image: Image, isRGB: Bool) throws(ImageError) -> Image {
    guard isRGB || configuration.convertsToRGB else {
      throw ImageError(
        .unsupported,
        reason:
          "\(configuration.kind.rawValue) takes RGB images only, and this one is stored otherwise (\(image.format))")
    }
    var image = image.flattened(onto: .white).converted(to: .rgb)
    if let target = try configuration.targetSize(height: image.height, width: image.width) {
      image = image.resized(
        width: target.width, height: target.height, filter: configuration.filter, backend: backend)
    }
    if let crop = configuration.cropSize { image = image.centreCropped(to: crop, backend) }
    return image
  }

  private func mask(_ images: [Image], height: Int, width: Int) -> Tensor {
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
    for channel in 0..<3 {
      let table = (0...255).map { scaled(UInt8($0), channel: channel) }
      for row in 0..<image.height {
        let start = offset + channel * plane + row * rowStride
        let source = row * image.stride + channel
        for column in 0..<image.width { values[start + column] = table[Int(image.pixels[source + 3 * column])] }
      }
    }
  }

  /// Rescaled and normalised, with each library's roundings.
  private func scaled(_ sample: UInt8, channel: Int) -> Float {
    let normalisation = configuration.normalisation
    let mean = Float(normalisation?.mean[channel] ?? 0)
    let deviation = Float(normalisation?.deviation[channel] ?? 1)
    switch (backend, configuration.rescaleFactor) {
    case (.torchvision, let factor?):
      guard normalisation != nil else { return Float(sample) * Float(factor) }
      // transformers fuses the two steps here: mean and deviation are brought to 0...255 instead of the image to 0...1.
      let inverse = Float(1 / factor)
      return (Float(sample) - mean * inverse) / (deviation * inverse)
    case (.pillow, let factor?):
      let rescaled = Float(Double(sample) * factor)
      return normalisation == nil ? rescaled : (rescaled - mean) / deviation
    case (_, nil):
      return normalisation == nil ? Float(sample) : (Float(sample) - mean) / deviation
    }
  }
}
