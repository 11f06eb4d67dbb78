import Support
import Tensors

/// How pixels between pixels are found. All but the first widen when an image shrinks, so that no pixel is passed over.
///
/// The raw values are Pillow's, as in `preprocessor_config.json`.
public enum ResamplingFilter: Int, Sendable, CaseIterable {
  /// The pixel that is there, without any mean.
  case nearest = 0
  /// The sine cardinal, which keeps all frequencies, cut off by a wider one (Duchon 1979, a = 3).
  case lanczos = 1
  /// Straight lines between neighbors.
  case bilinear = 2
  /// Cubic curves through neighbors (Keys 1981, a = -0.5).
  case bicubic = 3

  /// How far the filter reaches, in pixels of the smaller image.
  var support: Double {
    switch self {
    case .nearest: 0.5
    case .lanczos: 3
    case .bilinear: 1
    case .bicubic: 2
    }
  }

  /// The weight of a pixel at a distance.
  func weight(at distance: Double) -> Double {
    let x = distance.magnitude
    switch self {
    case .nearest:
      return x < 0.5 ? 1 : 0
    case .lanczos:
      return x < 3 ? Self.sineCardinal(x) * Self.sineCardinal(x / 3) : 0
    case .bilinear:
      return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
      return 0
    }
  }
}

extension ResamplingFilter {
  /// `sin πx / πx`, with the engine's own sine, which has the same bits on every machine.
  private static func sineCardinal(_ x: Double) -> Double {
    x == 0 ? 1 : ElementaryDouble.sin(Double.pi * x) / (Double.pi * x)
  }
}

/// Whose resizing: the two that models' processors use, equal but for their rounding. Each is matched to the byte.
public enum ResamplingBackend: String, Sendable, CaseIterable {
  /// torchvision's `resize` of bytes with antialiasing, the default of transformers 5: 16-bit weights. Its nearest is
  /// what transformers takes for code 0, `NEAREST_EXACT`.
  case torchvision
  /// Pillow's `Image.resize`, as in transformers 4: 22-bit weights.
  case pillow
}

extension Image {
  /// The image in another size.
  ///
  /// Each axis is resampled by itself, with integer weights and a rounding to bytes after each, as in the library
  /// that `backend` names; the bytes are the same as that library's.
  ///
  /// - Precondition: the size has at least one pixel.
  public func resized(
    width newWidth: Int, height newHeight: Int, filter: ResamplingFilter = .bicubic,
    backend: ResamplingBackend = .torchvision
  ) -> Image {
    if newWidth <= 0 || newHeight <= 0 {
      reportMisuse("resized", "an image has at least one pixel, not \(newWidth)×\(newHeight)")
    }
    guard newWidth != width || newHeight != height else { return self }
    if filter == .nearest {
      return picking(
        columns: Self.nearest(width, newWidth, backend), rows: Self.nearest(height, newHeight, backend))
    }
    // Pillow keeps the color of transparent pixels out of the mean; torchvision takes alpha for a fourth color.
    let weighsByAlpha = backend == .pillow && format == .rgba
    var image = weighsByAlpha ? premultiplied() : self
    let horizontal = ResamplingWeights(from: width, to: newWidth, filter, backend)
    let vertical = ResamplingWeights(from: height, to: newHeight, filter, backend)
    if Self.resizesHeightFirst(backend, from: (width, height), to: (newWidth, newHeight)) {
      image = image.resampledVertically(vertical).resampledHorizontally(horizontal)
    } else {
      image = image.resampledHorizontally(horizontal).resampledVertically(vertical)
    }
    return weighsByAlpha ? image.unpremultiplied() : image
  }

  /// Of each new pixel of an axis the old one, the nearest to its middle.
  private static func nearest(_ old: Int, _ new: Int, _ backend: ResamplingBackend) -> [Int] {
    guard backend == .pillow else {
      // Where the pixel's middle lies, in single precision ("nearest exact").
      let scale = Float(old) / Float(new)
      return (0..<new).map { min(Int((Float($0) + 0.5) * scale), old - 1) }
    }
    // Where its middle lies, added up from one to the next.
    let scale = Double(old) / Double(new)
    var place = scale * 0.5
    return (0..<new).map { _ in
      defer { place += scale }
      return min(Int(place), old - 1)
    }
  }

  /// The image of these columns and rows.
  private func picking(columns: [Int], rows: [Int]) -> Image {
    var picked: [UInt8] = []
    picked.reserveCapacity(rows.count * columns.count * channels)
    for row in rows {
      for column in columns {
        let start = row * stride + column * channels
        picked += pixels[start..<start + channels]
      }
    }
    return Image(width: columns.count, height: rows.count, format: format, pixels: picked)
  }

  /// Which axis comes first matters, because the first pass is rounded. torchvision and older Pillows start with the
  /// rows; Pillow 13 starts with the columns where the height shrinks by more than twice what the width does.
  private static func resizesHeightFirst(
    _ backend: ResamplingBackend, from old: (width: Int, height: Int), to new: (width: Int, height: Int)
  ) -> Bool {
    backend == .pillow && new.height < old.height && old.height - new.height > 2 * (old.width - new.width)
  }

  /// Colors times alpha, rounded as Pillow does.
  private func premultiplied() -> Image {
    mapColors { color, alpha in
      let product = Int(color) * Int(alpha) + 128
      return ((product >> 8) + product) >> 8
    }
  }

  /// Colors divided by alpha, cut off as Pillow does.
  private func unpremultiplied() -> Image {
    mapColors { color, alpha in alpha == 0 || alpha == 255 ? Int(color) : min(Int(color) * 255 / Int(alpha), 255) }
  }

  private func mapColors(_ body: (UInt8, UInt8) -> Int) -> Image {
    var result = self
    for pixel in Swift.stride(from: 0, to: pixels.count, by: 4) {
      for channel in pixel..<pixel + 3 {
        result.pixels[channel] = UInt8(truncatingIfNeeded: body(pixels[channel], pixels[pixel + 3]))
      }
    }
    return result
  }
}
