import Images
import Support

extension ImageProcessorConfiguration {
  /// The size that an image is resized to, or nil to leave it, with the roundings of transformers.
  ///
  /// - Throws: `DataError` where a side would vanish or grow out of bounds.
  func targetSize(height: Int, width: Int) throws(DataError) -> (height: Int, width: Int)? {
    guard let size else { return nil }
    let target =
      switch size {
      case .exact(let height, let width): (height: height, width: width)
      case .shortestEdge(let edge, _) where kind == .vilt: viltSize(height: height, width: width, shortest: edge)
      case .shortestEdge(let edge, nil): Self.keepingShape(height: height, width: width, shortest: edge)
      case .shortestEdge(let edge, let longest?):
        Self.keepingShape(height: height, width: width, shortest: edge, longest: longest)
      }
    guard target.height > 0, target.width > 0 else {
      throw DataError(.unsupported, reason: "\(width)×\(height) is too thin: resized, a side would have no pixel")
    }
    guard max(target.height, target.width) <= Image.sideLimit, target.height * target.width <= Image.pixelLimit else {
      throw DataError(
        .tooLarge,
        reason: "\(width)×\(height) would be resized to \(target.width)×\(target.height), over the limit of "
          + "\(Image.pixelLimit) pixels and \(Image.sideLimit) a side")
    }
    return target
  }

  /// The size of what an image becomes, without making it.
  ///
  /// - Parameters:
  ///   - height: the image's height in pixels.
  ///   - width: its width in pixels.
  /// - Throws: `DataError` where a side would vanish or grow out of bounds.
  public func outputSize(height: Int, width: Int) throws(DataError) -> (height: Int, width: Int) {
    let resized = try targetSize(height: height, width: width) ?? (height, width)
    return cropSize.map { ($0.height, $0.width) } ?? resized
  }

  private static func keepingShape(height: Int, width: Int, shortest: Int) -> (height: Int, width: Int) {
    let long = Int(Double(shortest * max(height, width)) / Double(min(height, width)))
    return width <= height ? (long, shortest) : (shortest, long)
  }

  /// As `get_size_with_aspect_ratio`: the shorter side gives way where the longer one would be too long.
  private static func keepingShape(
    height: Int, width: Int, shortest: Int, longest: Int
  ) -> (height: Int, width: Int) {
    let (least, most) = (Double(min(height, width)), Double(max(height, width)))
    var (edge, exact) = (shortest, Double(shortest))
    if most / least * Double(shortest) > Double(longest) {
      exact = Double(longest) * least / most
      edge = Int(exact.rounded(.toNearestOrEven))
    }
    if min(height, width) == edge { return (height, width) }
    return width < height
      ? (Int(exact * Double(height) / Double(width)), edge) : (edge, Int(exact * Double(width) / Double(height)))
  }

  /// ViLT's: the longer side at most 1333/800 of the shorter, both down to multiples of the divisor.
  private func viltSize(height: Int, width: Int, shortest: Int) -> (height: Int, width: Int) {
    let longest = Double(Int(1333.0 / 800 * Double(shortest)))
    let scale = Double(shortest) / Double(min(height, width))
    var newHeight = height < width ? Double(shortest) : Double(height) * scale
    var newWidth = height < width ? Double(width) * scale : Double(shortest)
    let long = max(newHeight, newWidth)
    if long > longest {
      let shrinking = longest / long
      newHeight *= shrinking
      newWidth *= shrinking
    }
    return (
      Int(newHeight + 0.5) / sizeDivisor * sizeDivisor, Int(newWidth + 0.5) / sizeDivisor * sizeDivisor
    )
  }
}

extension Image {
  /// The middle of the image, padded with black where it is smaller than what is cut out. Where pixels cannot be
  /// halved, torchvision pads more at the right and the bottom, and the Pillow path more at the left and the top.
  func centerCropped(
    to size: ImageProcessorConfiguration.CropSize, _ backend: ResamplingBackend,
    _ centering: ImageProcessor.Centering = .down
  ) -> Image {
    /// Where the image's first pixel comes to lie in the result.
    func shift(_ old: Int, _ new: Int) -> Int {
      if old >= new {
        let down = (old - new) / 2
        return -(centering == .halfToEven && (old - new) % 4 == 3 ? down + 1 : down)
      }
      return backend == .torchvision ? (new - old) / 2 : (new - old + 1) / 2
    }
    var result = Image(width: size.width, height: size.height, format: format, color: .black)
    result.paste(self, x: shift(width, size.width), y: shift(height, size.height))
    return result
  }
}
