extension Image {
  /// The image in another format, by the rules of Pillow's `convert`: gray is repeated, colors become their
  /// ITU-R 601-2 luminance, alpha is added as opaque and dropped without compositing.
  public func converted(to format: PixelFormat) -> Image {
    switch (self.format, format) {
    case (.gray, .gray), (.rgb, .rgb), (.rgba, .rgba): return self
    case (.gray, .rgb): return mapPixels(to: .rgb) { from, to in (to[0], to[1], to[2]) = (from[0], from[0], from[0]) }
    case (.gray, .rgba):
      return mapPixels(to: .rgba) { from, to in
        (to[0], to[1], to[2], to[3]) = (from[0], from[0], from[0], 255)
      }
    case (.rgb, .rgba):
      return mapPixels(to: .rgba) { from, to in
        (to[0], to[1], to[2], to[3]) = (from[0], from[1], from[2], 255)
      }
    case (.rgba, .rgb):
      return mapPixels(to: .rgb) { from, to in (to[0], to[1], to[2]) = (from[0], from[1], from[2]) }
    case (.rgb, .gray), (.rgba, .gray):
      return mapPixels(to: .gray) { from, to in
        to[0] = Color(red: from[0], green: from[1], blue: from[2]).luminance
      }
    }
  }

  /// The image without its transparency, laid on a background; unchanged where it has none. The bytes are those of
  /// Pillow's `alpha_composite`.
  public func flattened(onto background: Color = .white) -> Image {
    guard format == .rgba else { return self }
    return mapPixels(to: .rgb) { from, to in
      let alpha = Int(from[3])
      to[0] = Self.blend(background.red, from[0], alpha)
      to[1] = Self.blend(background.green, from[1], alpha)
      to[2] = Self.blend(background.blue, from[2], alpha)
    }
  }

  /// `below` covered by `above` at opacity `alpha` of 255, rounded to nearest.
  static func blend(_ below: UInt8, _ above: UInt8, _ alpha: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: (Int(below) * (255 - alpha) + Int(above) * alpha + 127) / 255)
  }

  /// One channel as a gray image.
  package func channel(_ index: Int) -> Image {
    guard channels > 1 else { return self }
    return mapPixels(to: .gray) { from, to in to[0] = from[index] }
  }

  private func mapPixels(
    to target: PixelFormat, _ body: (UnsafePointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void
  ) -> Image {
    let count = width * height
    let result = [UInt8](unsafeUninitializedCapacity: count * target.channels) { buffer, written in
      pixels.withUnsafeBufferPointer { source in
        if var from = source.baseAddress, var to = buffer.baseAddress {
          for _ in 0..<count {
            body(from, to)
            from += channels
            to += target.channels
          }
        }
      }
      written = count * target.channels
    }
    return Image(width: width, height: height, format: target, pixels: result)
  }
}
