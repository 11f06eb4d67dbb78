import Images

/// An SVG picture while it is drawn: elements in the order in which they cover each other.
///
/// Coordinates are pixels from the upper left corner and are written with at most one decimal.
public struct Drawing: Sendable, Equatable {
  /// In pixels.
  public let width: Int
  /// In pixels.
  public internal(set) var height: Int
  private var elements: [String] = []
  private var seriesCount = 0

  /// Nothing drawn yet.
  init(width: Int, height: Int = 0) {
    self.width = width
    self.height = height
  }

  /// The whole file.
  ///
  /// - Parameters:
  ///   - title: its name for tools that read to the blind.
  ///   - description: what it shows, in a sentence or three.
  func svg(title: String, description: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" role="img">
    <title>\(XML.escaped(title))</title>
    <desc>\(XML.escaped(description))</desc>
    <style>
    \(Palette.styleSheet(seriesCount: seriesCount))
    </style>
    <rect class="p" width="\(width)" height="\(height)" rx="8"/>
    \(elements.joined(separator: "\n"))
    </svg>

    """
  }

  /// Adds an element.
  mutating func add(_ element: String) { elements.append(element) }

  /// Remembers that a series' color is used.
  ///
  /// - Returns: the class of the stroke or fill.
  mutating func seriesClass(_ kind: String, _ index: Int) -> String {
    seriesCount = max(seriesCount, index + 1)
    return "\(kind)\(index)"
  }

  /// Puts another drawing's elements here.
  mutating func add(_ drawing: Drawing, x: Double, y: Double) {
    seriesCount = max(seriesCount, drawing.seriesCount)
    elements.append("<g transform=\"translate(\(XML.number(x)) \(XML.number(y)))\">")
    elements += drawing.elements
    elements.append("</g>")
  }
}

// MARK: Shapes

extension Drawing {
  enum Anchor: String {
    case start = ""
    case middle = " m"
    case end = " e"
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String, _ attributes: String = "")
  {
    add(
      "<line class=\"\(style)\" x1=\"\(XML.number(x1))\" y1=\"\(XML.number(y1))\" x2=\"\(XML.number(x2))\" "
        + "y2=\"\(XML.number(y2))\"\(attributes)/>")
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, _ attributes: String = ""
  ) {
    add(
      "<rect class=\"\(style)\" x=\"\(XML.number(x))\" y=\"\(XML.number(y))\" width=\"\(XML.number(width))\" "
        + "height=\"\(XML.number(height))\"\(attributes)/>")
  }

  mutating func path(_ data: String, _ style: String, _ attributes: String = "") {
    add("<path class=\"\(style)\" d=\"\(data)\"\(attributes)/>")
  }

  /// - Parameters:
  ///   - y: of the line that the letters stand on.
  ///   - style: classes: `h` heading, `b` bold, `q` quiet, `o` with a rim of the background's color.
  mutating func text(
    _ text: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, style: String = "", attributes: String = ""
  ) {
    if text.isEmpty { return }
    let classes = (style + anchor.rawValue).drop { $0 == " " }
    add(
      "<text\(classes.isEmpty ? "" : " class=\"\(classes)\"") x=\"\(XML.number(x))\" y=\"\(XML.number(y))\""
        + "\(attributes)>\(XML.escaped(text))</text>")
  }

  /// Straight strokes from point to point.
  static func pathData(_ points: [(x: Double, y: Double)], isClosed: Bool = false) -> String {
    let strokes = points.enumerated().map { index, point in
      "\(index == 0 ? "M" : "L")\(XML.number(point.x)) \(XML.number(point.y))"
    }
    return strokes.joined() + (isClosed ? "Z" : "")
  }
}

/// The parts of XML that a drawing needs.
enum XML {
  /// A coordinate with at most one decimal.
  static func number(_ value: Double) -> String {
    let bounded = min(max(value.isNaN ? 0 : value, -1e6), 1e6)
    let tenths = Int((bounded * 10).rounded())
    let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
    return (tenths < 0 ? "-" : "") + "\(whole)" + (rest == 0 ? "" : ".\(rest)")
  }

  /// Text between tags or quotes; what XML 1.0 cannot hold becomes a replacement character, a line break a space.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t", "\r": result += " "
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value & 0xFFFE == 0xFFFE:
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
