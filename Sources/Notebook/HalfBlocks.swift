import Images

/// A picture as colored text: each character is an upper half block, its foreground one pixel, its background the
/// pixel below.
public enum HalfBlocks {
  /// How many colors a terminal knows.
  public enum Colors: Sendable {
    /// 24 bits.
    case direct
    /// The 256 of xterm.
    case palette

    /// What the environment says of the terminal; nil when it has too few colors or none are wanted (no-color.org).
    public init?(environment: (String) -> String?) {
      let terminal = environment("TERM") ?? ""
      if environment("NO_COLOR") != nil || terminal == "dumb" { return nil }
      if ["truecolor", "24bit"].contains(environment("COLORTERM")) || terminal.hasSuffix("-direct") {
        self = .direct
      } else if terminal.contains("256color") {
        self = .palette
      } else {
        return nil
      }
    }
  }

  /// The most columns that a picture takes, so that it stays on the screen.
  static let widestPicture = 80

  /// The picture as lines of text that each reset their colors.
  ///
  /// - Parameter columns: columns of the terminal; a larger picture is averaged down, a tiny one enlarged.
  public static func text(_ image: Image, columns: Int, colors: Colors) -> String {
    let width = columnCount(of: image, columns: columns)
    let height = max((image.height * width + image.width / 2) / image.width, 1)
    let pixels = resampled(image.flattened().converted(to: .rgb), width: width, height: height)
    var text = ""
    for y in stride(from: 0, to: height, by: 2) {
      var codes = ""
      for x in 0..<width {
        let upper = code(pixels[y * width + x], colors, isForeground: true)
        let lower = y + 1 < height ? code(pixels[(y + 1) * width + x], colors, isForeground: false) : "49"
        let next = "\u{1B}[\(upper);\(lower)m"
        text += next == codes ? "▀" : next + "▀"
        codes = next
      }
      text += "\u{1B}[0m\n"
    }
    return text
  }

  /// Small pictures are enlarged by a whole factor, as far as half the room goes.
  private static func columnCount(of image: Image, columns: Int) -> Int {
    let room = max(min(columns, widestPicture), 1)
    let factor = max(room / 2 / image.width, 1)
    return min(image.width * factor, room)
  }

  private typealias Pixel = (red: UInt8, green: UInt8, blue: UInt8)

  /// The average of the source pixels under each target pixel, of at least one.
  private static func resampled(_ image: Image, width: Int, height: Int) -> [Pixel] {
    let samples = image.pixels
    return (0..<height).flatMap { y in
      let rows = source(y, of: height, in: image.height)
      return (0..<width).map { x in
        let columns = source(x, of: width, in: image.width)
        var (red, green, blue) = (0, 0, 0)
        for row in rows {
          for column in columns {
            let offset = (row * image.width + column) * 3
            red += Int(samples[offset])
            green += Int(samples[offset + 1])
            blue += Int(samples[offset + 2])
          }
        }
        let count = rows.count * columns.count
        let average = { (sum: Int) in UInt8((sum + count / 2) / count) }
        return Pixel(average(red), average(green), average(blue))
      }
    }
  }

  private static func source(_ index: Int, of count: Int, in size: Int) -> Range<Int> {
    let start = index * size / count
    return start..<max((index + 1) * size / count, start + 1)
  }

  private static func code(_ pixel: Pixel, _ colors: Colors, isForeground: Bool) -> String {
    let layer = isForeground ? "38" : "48"
    return switch colors {
    case .direct: "\(layer);2;\(pixel.red);\(pixel.green);\(pixel.blue)"
    case .palette: "\(layer);5;\(paletteIndex(of: pixel))"
    }
  }

  /// The nearest of xterm's 24 grays for a gray pixel, otherwise of its cube of 6 × 6 × 6 colors.
  private static func paletteIndex(of pixel: Pixel) -> Int {
    let (red, green, blue) = (Int(pixel.red), Int(pixel.green), Int(pixel.blue))
    if red == green, green == blue {
      if red < 4 { return 16 }
      if red > 246 { return 231 }
      return 232 + min(max((red - 3) / 10, 0), 23)
    }
    // Levels of the cube: 0, 95, 135, 175, 215, 255.
    let level = { (value: Int) in value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40 }
    return 16 + 36 * level(red) + 6 * level(green) + level(blue)
  }
}
