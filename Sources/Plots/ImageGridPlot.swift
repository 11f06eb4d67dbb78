import Images
import Notebook

/// Small pictures side by side with their names: digits, learned filters, maps of attention.
///
/// Each pixel is drawn as a square with sharp edges, so a picture has at most 32 × 32 of them. Photos and larger pictures
/// are shown by `Image.grid`, as PNG.
/// ```swift
/// ImageGridPlot("Digits that are taken for others", images: pictures, labels: ["4, read as 9", "7, read as 1"])
/// ```
public struct ImageGridPlot: Plot {
  /// The longest side of a picture, in pixels.
  public static let sideLimit = 32

  /// The heading.
  public let title: String
  /// In pixels.
  public let width: Int
  let images: [Image]
  let labels: [String]
  private let columns: Int?
  private let side: Double

  /// Pictures with their names below.
  ///
  /// - Parameters:
  ///   - title: what is shown: the heading.
  ///   - images: of at most 32 × 32 pixels each, 100 at most.
  ///   - labels: a name for each, or none.
  ///   - columns: pictures in a row; as many as fit if nil.
  ///   - side: of a picture on the page, in pixels.
  ///   - width: of the whole, in pixels.
  public init(
    _ title: String, images: [Image], labels: [String] = [], columns: Int? = nil, side: Int = 64, width: Int = 640
  ) {
    let check = PlotCheck("ImageGridPlot", title)
    check.require(!images.isEmpty, "there are no images")
    check.require(images.count <= 100, "\(images.count) images are more than 100")
    check.require(
      labels.isEmpty || labels.count == images.count, "\(labels.count) labels for \(images.count) images")
    for (index, image) in images.enumerated() {
      check.require(
        max(image.width, image.height) <= Self.sideLimit,
        "image \(index) has \(image.width)×\(image.height) pixels, more than 32×32: Image.grid shows it")
    }
    check.require((16...400).contains(side), "a side of \(side) pixels is not between 16 and 400")
    if let columns { check.require(columns >= 1, "a grid has at least one column, not \(columns)") }
    check.size(width)
    self.title = title
    self.images = images
    self.labels = labels
    self.columns = columns
    self.side = Double(side)
    self.width = width
  }

  // MARK: SVG

  /// The plot laid out for a width, in pixels.
  public func drawing(width: Int) -> Drawing {
    var drawing = Drawing(width: width)
    let margin = 16.0
    let room = Double(width) - 2 * margin
    var y = Heading.draw(title, in: &drawing, width: room) + 6
    // A name may be wider than its picture: words of up to twice its side stay whole.
    let widest = labels.flatMap { $0.split(separator: " ") }.map { TextMetrics.width(String($0)) }.max() ?? 0
    let wanted = max(side, min(widest, 2 * side)) + 12
    let count = min(columns ?? max(Int((room + 12) / wanted), 1), images.count)
    let cell = min((room + 12) / Double(count), max(wanted, 12 + side))
    let picture = min(side, cell - 12)
    for start in stride(from: 0, to: images.count, by: count) {
      let row = start..<min(start + count, images.count)
      let texts = labels.isEmpty ? [] : row.map { TextMetrics.wrap(labels[$0], to: cell - 4) }
      for (column, index) in row.enumerated() {
        let center = margin + (Double(column) + 0.5) * cell - 6
        drawing.pixels(of: images[index], x: center - picture / 2, y: y, side: picture)
        guard !texts.isEmpty else { continue }
        for (line, text) in texts[column].prefix(3).enumerated() {
          drawing.text(
            TextMetrics.cut(text, to: cell - 2), center, y + picture + 16 + Double(line) * TextMetrics.lineHeight,
            .middle)
        }
      }
      let lines = min(texts.map(\.count).max() ?? 0, 3)
      y += picture + Double(lines) * TextMetrics.lineHeight + 14
    }
    drawing.height = Int(y + 6)
    return drawing
  }

  // MARK: Text

  /// Each picture in five shades, two rows of pixels in a row of characters.
  public var textLines: [String] {
    let widths = images.map { max($0.width, 8) }
    let widest = widths.max() ?? 8
    let perRow = max((TextCanvas.columns + 2) / (widest + 2), 1)
    // As many rows of pictures as a screen holds.
    let rowLimit = max(36 / ((images.map(\.height).max() ?? 2) / 2 + 1), 1)
    var lines = TextCanvas.wrap(title)
    for start in stride(from: 0, to: min(images.count, perRow * rowLimit), by: perRow) {
      let row = start..<min(start + perRow, images.count)
      let sketches = row.map { Self.sketch(images[$0]) }
      for line in 0..<(sketches.map(\.count).max() ?? 0) {
        lines.append(
          sketches.map { TextCanvas.fitted(line < $0.count ? $0[line] : "", to: widest) }.joined(separator: "  "))
      }
      if !labels.isEmpty {
        let fits = row.allSatisfy { DisplayWidth.columns(of: labels[$0]) <= widest }
        lines +=
          fits
          ? [row.map { TextCanvas.fitted(labels[$0], to: widest) }.joined(separator: "  ")]
          : TextCanvas.flow(row.map { labels[$0] }, separator: " | ")
      }
    }
    if images.count > perRow * rowLimit { lines.append("… and \(images.count - perRow * rowLimit) more pictures") }
    return TextCanvas.finished(lines)
  }

  private static func sketch(_ image: Image) -> [String] {
    let shades: [Character] = ["·", "░", "▒", "▓", "█"]
    return stride(from: 0, to: image.height, by: 2).map { y in
      String(
        (0..<image.width).map { x in
          let upper = Int(image[x, y].luminance)
          let lower = Int(image[x, min(y + 1, image.height - 1)].luminance)
          return shades[min((upper + lower) * shades.count / 512, shades.count - 1)]
        })
    }
  }

  // MARK: Words

  /// How many pictures, and their names.
  public var summary: String? {
    let names = labels.isEmpty ? "" : ": " + labels.joined(separator: "; ")
    return "Pictures: \(title). \(images.count) picture\(images.count == 1 ? "" : "s")\(names)."
  }
}

extension Drawing {
  /// An image as squares with sharp edges, in a frame; its longer side is `side` pixels long.
  mutating func pixels(of image: Image, x: Double, y: Double, side: Double) {
    let unit = side / Double(max(image.width, image.height))
    // Runs of one color in a row are one rectangle, all rectangles of a color one path.
    var paths: [(color: Color, data: String)] = []
    var places: [Color: Int] = [:]
    for row in 0..<image.height {
      var column = 0
      while column < image.width {
        let color = image[column, row]
        let start = column
        while column < image.width, image[column, row] == color { column += 1 }
        let run = "M\(start) \(row)h\(column - start)v1h-\(column - start)z"
        if let place = places[color] {
          paths[place].data += run
        } else {
          places[color] = paths.count
          paths.append((color, run))
        }
      }
    }
    let thousandths = Int((unit * 1000).rounded())
    let scale = "\(thousandths / 1000).\(String(String(thousandths % 1000 + 1000).dropFirst()))"
    add(
      "<g transform=\"translate(\(XML.number(x)) \(XML.number(y))) scale(\(scale))\" shape-rendering=\"crispEdges\">")
    for path in paths where path.color.alpha > 0 {
      let opacity = path.color.alpha < 255 ? " fill-opacity=\"\(XML.number(Double(path.color.alpha) / 255))\"" : ""
      add("<path fill=\"\(path.color.html)\"\(opacity) d=\"\(path.data)\"/>")
    }
    add("</g>")
    rectangle(x, y, unit * Double(image.width), unit * Double(image.height), "a n")
  }
}
