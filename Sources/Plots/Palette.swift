import Images

/// The colors of all plots, each in a version for light and one for dark pages.
///
/// On its background every color has a contrast of at least 4.5 to 1 (WCAG 2, AA for text), but grid and outlines. The
/// order keeps neighbors apart for readers who confuse red and green; dashes and markers tell series apart without color.
enum Palette {
  /// A color of both modes.
  struct Pair {
    let light, dark: Color
    init(_ light: UInt32, _ dark: UInt32) {
      self.light = Color(hex: light)
      self.dark = Color(hex: dark)
    }
  }

  static let background = Pair(0xFF_FFFF, 0x14_181F)
  static let ink = Pair(0x1F_2328, 0xE6_EDF3)
  static let quiet = Pair(0x57_606A, 0xA5_AFBA)
  static let outline = Pair(0x8A_929C, 0x6E_7986)
  static let grid = Pair(0xE3_E6EA, 0x2B_323C)

  /// Blue, vermilion, green, purple, ochre, slate, violet, ink.
  static let series = [
    Pair(0x00_67B1, 0x6C_B4FF), Pair(0xB5_470B, 0xFF_9D5C), Pair(0x00_775A, 0x3F_CB9E), Pair(0xA3_327F, 0xF0_8BC9),
    Pair(0x80_6000, 0xE3_C24A), Pair(0x5A_6472, 0xA9_B4C2), Pair(0x6D_4BC3, 0xB7_9CFF), Pair(0x22_272E, 0xF0_F3F6),
  ]

  /// The rules of a drawing's style sheet that uses the first `count` series' colors.
  static func styleSheet(seriesCount count: Int) -> String {
    """
    text{font:\(TextMetrics.size)px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,"DejaVu Sans",sans-serif}
    .h{font-weight:600;font-size:\(TextMetrics.headingSize)px}.b{font-weight:600}.m{text-anchor:middle}.e{text-anchor:end}
    .n{fill:none}.c{stroke-linejoin:round;stroke-linecap:round}
    \(rules(\.light, count))
    @media (prefers-color-scheme:dark){
    \(rules(\.dark, count))
    }
    """
  }

  private static func rules(_ mode: KeyPath<Pair, Color>, _ count: Int) -> String {
    func hex(_ pair: Pair) -> String { pair[keyPath: mode].html }
    let halo = ".o{paint-order:stroke;stroke:\(hex(background));stroke-width:4px;stroke-linejoin:round}"
    let fixed =
      "text{fill:\(hex(ink))}.q{fill:\(hex(quiet))}.p{fill:\(hex(background))}.i{fill:\(hex(ink))}"
      + ".g{stroke:\(hex(grid))}.a{stroke:\(hex(outline))}.k{stroke:\(hex(ink))}.w{stroke:\(hex(background))}" + halo
    let colors = series.prefix(count).enumerated().map {
      ".f\($0){fill:\(hex($1))}.s\($0){stroke:\(hex($1))}"
    }
    return ([fixed] + (colors.isEmpty ? [] : [colors.joined()])).joined(separator: "\n")
  }
}

extension Color {
  /// As in HTML: `#0067b1`.
  var html: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

/// Relative luminance and contrast of colors, after WCAG 2.
enum Contrast {
  /// Whether black text is easier to read on a color than white text.
  ///
  /// The luminance where both are equal is √(1.05 · 0.05) − 0.05 ≈ 0.179.
  static func prefersBlack(on color: Color) -> Bool { luminance(color) > 0.179 }

  /// 0 for black, 1 for white. The power of 2.4 is taken from two square roots and a fifth root.
  static func luminance(_ color: Color) -> Double {
    func linear(_ sample: UInt8) -> Double {
      let value = Double(sample) / 255
      guard value > 0.04045 else { return value / 12.92 }
      let base = (value + 0.055) / 1.055
      // base^2.4 = base² · (base²)^(1/5)
      return base * base * fifthRoot(base * base)
    }
    return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
  }

  /// The contrast of two colors, 1 to 21.
  static func ratio(_ first: Color, _ second: Color) -> Double {
    let (one, other) = (luminance(first), luminance(second))
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
  }

  /// By Newton's method, for numbers from 0.001 to 1.
  private static func fifthRoot(_ value: Double) -> Double {
    var root = 1.0
    for _ in 0..<40 { root -= (root - value / (root * root * root * root)) / 5 }
    return root
  }
}
