import Images
import Notebook

/// Widths of text in pixels, estimated from above: the reader's font is not known, so places are kept for a wide one.
enum TextMetrics {
  /// Of all text but headings.
  static let size = 14
  static let headingSize = 16
  /// From one line of text to the next.
  static let lineHeight = 18.0

  /// The width of a text set in `size` pixels.
  static func width(_ text: String, size: Int = Self.size, isBold: Bool = false) -> Double {
    let units = text.reduce(0.0) { $0 + advance($1) }
    return units * Double(size) * (isBold ? 1.1 : 1)
  }

  /// Breaks a text at spaces into lines that fit a width; a word that does not fit has a line of its own.
  static func wrap(_ text: String, to width: Double, size: Int = Self.size, isBold: Bool = false) -> [String] {
    let lines = Images.lines(of: text.split(separator: " ")) { Self.width($0, size: size, isBold: isBold) <= width }
    return lines.isEmpty ? [""] : lines
  }

  /// A text cut with an ellipsis where it does not fit.
  static func cut(_ text: String, to width: Double) -> String {
    guard Self.width(text) > width else { return text }
    var result = text
    while !result.isEmpty, Self.width(result + "…") > width { result.removeLast() }
    return result + "…"
  }

  /// In ems, a little over those of DejaVu Sans, the widest of the usual fonts.
  private static func advance(_ character: Character) -> Double {
    switch character {
    case "i", "j", "l", "I", "'", ".", ",", ":", ";", "|", "!", " ", "f", "t", "r", "(", ")", "[", "]", "-", "·": 0.42
    case "m", "w", "M", "W", "%", "@", "—", "→", "←", "×", "±", "≤", "≥", "=", "+", "−", "…": 1.0
    case "A"..."Z": 0.76
    case "a"..."z", "0"..."9": 0.64
    default: DisplayWidth.columns(of: character) > 1 ? 1.1 : Double(DisplayWidth.columns(of: character)) * 0.8
    }
  }
}
