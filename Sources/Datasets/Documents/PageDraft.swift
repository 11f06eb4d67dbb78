import Images

/// A text on a page, with where it stands before the page is turned.
public struct PrintedText: Sendable, Hashable {
  /// What is printed.
  public let text: String
  /// The field that it is, by its path in the tree, such as `items[0].price`; `nil` for a label.
  public let field: String?
  /// Its font.
  public let font: DocumentFont
  /// The pixels that it takes.
  public let bounds: Rectangle
}

/// A page while it is arranged, from the top.
struct PageDraft {
  let design: DocumentDesign
  /// The distance of two rows in pixels.
  let pitch: Int
  private(set) var texts: [PrintedText] = []
  private(set) var rules: [Rectangle] = []
  /// The top of the next row.
  var y: Int
  private var tableTop = 0

  /// The first and the last column for text.
  let left: Int
  let right: Int

  init(_ design: DocumentDesign, pitch: Int, top: Int) {
    self.design = design
    self.pitch = pitch
    y = top
    left = design.margin
    right = Document.width - design.margin
  }

  /// Where a text stands in its row.
  enum Place {
    case left
    case right
    case center
    /// Behind the text before it, with a space between.
    case after
    /// Behind the text before it.
    case behind
    case at(Int)
  }

  func width(of text: String) -> Int { design.bodyFont.width(of: text) }

  /// Room for the longest label of a form.
  var labelWidth: Int { width(of: "PHONE") }

  /// Prints a text in the row.
  mutating func put(_ text: String, _ field: String?, _ place: Place, title: Bool = false) {
    let font = title ? design.titleFont : design.bodyFont
    let width = font.width(of: text)
    let last = texts.last.map { $0.bounds.x + $0.bounds.width } ?? left
    let x =
      switch place {
      case .left: left
      case .right: right - width
      case .center: (Document.width - width) / 2
      case .after: last + font.width(of: " ") + 2
      case .behind: last + 1
      case .at(let x): x
      }
    texts.append(
      PrintedText(
        text: text, field: field, font: font,
        bounds: Rectangle(x: x, y: y, width: width, height: DocumentFont.height)))
  }

  /// Goes to the next row.
  ///
  /// - Parameter tight: as near as rows can be.
  mutating func nextRow(tight: Bool = false) { y += tight ? min(pitch, DocumentFont.height + 1) : pitch }

  /// A horizontal rule.
  mutating func rule() {
    rules.append(Rectangle(x: left, y: y, width: right - left, height: 1))
    y += 3
  }

  /// Begins a box around the rows that follow.
  mutating func beginTable() {
    tableTop = y
    y += 3
  }

  /// Ends the box, with vertical lines between its columns.
  mutating func endTable(columns: [Int]) {
    let bottom = y + 1
    let height = bottom - tableTop
    rules.append(Rectangle(x: left, y: tableTop, width: right - left, height: 1))
    rules.append(Rectangle(x: left, y: bottom - 1, width: right - left, height: 1))
    for x in [left, right - 1] + columns { rules.append(Rectangle(x: x, y: tableTop, width: 1, height: height)) }
    y = bottom + 1
  }

  /// Dots between the last two texts of a row.
  mutating func joinByDots() {
    guard texts.count > 1 else { return }
    let (first, second) = (texts[texts.count - 2].bounds, texts[texts.count - 1].bounds)
    var x = first.x + first.width + 3
    while x < second.x - 3 {
      rules.append(Rectangle(x: x, y: y + DocumentFont.height - 1, width: 1, height: 1))
      x += 3
    }
  }
}
