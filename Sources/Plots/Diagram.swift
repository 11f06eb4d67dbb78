import Images
import Notebook

/// The blocks of an architecture with the arrows between them, from the top to the bottom.
///
/// ```swift
/// Diagram(
///   "A pre-norm encoder",
///   [
///     .input("tokens", shape: "[B, 197, 768]"),
///     .group("encoder block", times: 12, [
///       .residual([.learned("LayerNorm"), .learned("self-attention", "12 heads")]),
///       .residual([.learned("LayerNorm"), .learned("MLP", "768 → 3072 → 768")]),
///     ]),
///     .output("tokens", shape: ""),
///   ])
/// ```
public struct Diagram: Plot {
  /// The heading.
  public let title: String
  let parts: [DiagramPart]
  let links: [DiagramLink]
  private let minimumWidth: Int

  /// A chain of parts.
  ///
  /// - Parameters:
  ///   - title: what is shown: the heading.
  ///   - parts: from the top; an arrow leads from each to the next.
  ///   - links: further arrows between boxes of chains that stand side by side.
  ///   - width: in pixels; more if the boxes need it.
  public init(_ title: String, _ parts: [DiagramPart], links: [DiagramLink] = [], width: Int = 640) {
    let check = PlotCheck("Diagram", title)
    let names = parts.flatMap(\.boxes).map(\.name)
    check.require(!names.isEmpty, "there is no box")
    for name in names { check.require(!name.isEmpty, "a box has no name") }
    for name in links.flatMap({ [$0.source, $0.target] }) {
      let count = names.count { $0 == name }
      check.require(
        count == 1, "\(count == 0 ? "no box is" : "\(count) boxes are") named '\(name)', where a link begins or ends")
    }
    check.size(width)
    self.title = title
    self.parts = parts
    self.links = links
    minimumWidth = width
    let layout = DiagramLayout(parts, links, .pixels(wrapping: 270))
    for link in links {
      check.require(
        layout.sides(of: link) != nil, "'\(link.source)' and '\(link.target)' do not stand side by side")
    }
  }

  /// In pixels.
  public var width: Int { drawing(width: minimumWidth).width }

  /// The kinds that occur, in the order of a key.
  private var kinds: [DiagramPart.Kind] {
    let used = parts.flatMap(\.boxes).map(\.kind)
    return [.operation, .learned, .frozen].filter(used.contains)
  }

  // MARK: SVG

  /// The diagram laid out for a width, in pixels, or for what its boxes need.
  public func drawing(width: Int) -> Drawing {
    let candidates = [270, 200, 150, 110].map { DiagramLayout(parts, links, .pixels(wrapping: $0)) }
    let layout = candidates.first { $0.size.width + 32 <= width } ?? candidates[candidates.count - 1]
    var drawing = Drawing(width: max(width, layout.size.width + 32))
    let top = Heading.draw(title, in: &drawing, width: Double(drawing.width) - 32) + 10
    let left = Double(drawing.width - layout.size.width) / 2
    var body = Drawing(width: layout.size.width)
    layout.draw(in: &body)
    drawing.add(body, x: left, y: top)
    drawing.height = Int(top) + layout.size.height + 16
    if kinds.count > 1 { drawKey(in: &drawing) }
    return drawing
  }

  private func drawKey(in drawing: inout Drawing) {
    let y = Double(drawing.height)
    var x = 16.0
    for kind in kinds {
      drawing.box(kind, x, y - 2, 26, 16)
      drawing.text(kind.word, x + 32, y + 11, style: "q")
      x += 32 + TextMetrics.width(kind.word) + 16
    }
    drawing.height += 26
  }

  // MARK: Text

  /// The boxes and arrows in characters.
  public var textLines: [String] {
    let candidates = [32, 24, 16, 10].map { DiagramLayout(parts, links, .characters(wrapping: $0)) }
    let layout = candidates.first { $0.size.width <= TextCanvas.columns } ?? candidates[candidates.count - 1]
    let key = kinds.count > 1 ? Key.text(kinds.map { ($0.textSample, $0.word) }) : []
    return TextCanvas.finished(TextCanvas.wrap(title) + key + layout.textLines)
  }

  // MARK: Words

  /// The chain of boxes in words.
  public var summary: String? {
    "Diagram: \(title). " + parts.sentence + "."
      + links.map { " An arrow leads from \($0.source) to \($0.target)\($0.label.isEmpty ? "" : " (\($0.label))")." }
      .joined()
  }
}

extension DiagramPart.Kind {
  var word: String {
    switch self {
    case .input: "input"
    case .operation: "without parameters"
    case .learned: "trained"
    case .frozen: "frozen"
    case .output: "output"
    }
  }

  /// Corners and edges in plain text: upper left, upper right, lower left, lower right, across, down.
  var strokes: [Character] {
    switch self {
    case .input, .output: ["╭", "╮", "╰", "╯", "─", "│"]
    case .operation: ["┌", "┐", "└", "┘", "─", "│"]
    case .learned: ["┏", "┓", "┗", "┛", "━", "┃"]
    case .frozen: ["╔", "╗", "╚", "╝", "═", "║"]
    }
  }

  var textSample: String { String([strokes[0], strokes[4], strokes[1]]) }
}
