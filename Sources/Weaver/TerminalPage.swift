import Images
import Notebook

/// Lays a page in Markdown out for a terminal or a pipe.
public struct TerminalPage {
  /// What a figure of the page is in a terminal.
  public enum Figure {
    /// Pixels.
    case picture(Image)
    /// Lines of text that show it.
    case lines([String])
    /// Neither: it is named by this path.
    case file(path: String)
  }

  /// How the page is laid out.
  public struct Layout: Sendable {
    /// Columns of running text.
    public var width: Int
    /// Columns of code and tables, nil where lines may be of any length.
    public var fullWidth: Int?
    /// Whether text has colors and weight.
    public var hasStyles: Bool
    /// Whether links are links of the terminal; otherwise addresses are listed below each section.
    public var hasLinks: Bool
    /// The colors of pictures, nil for none.
    public var colors: HalfBlocks.Colors?
    /// Whether folded parts are open.
    public var opensDetails: Bool

    /// The layout for a terminal, or for a file or pipe.
    ///
    /// - Parameter columns: the width that the environment asks for where there is no terminal.
    public init(_ terminal: Terminal, columns: Int? = nil, opensDetails: Bool = false) {
      let known = terminal.columns ?? columns
      width = max(min(known ?? 80, Self.widest), Self.narrowest)
      fullWidth = terminal.columns.map { max($0, Self.narrowest) }
      hasStyles = terminal.hasStyles
      hasLinks = terminal.hasStyles
      colors = terminal.colors
      self.opensDetails = opensDetails
    }

    /// Longer lines of prose are tiring to read.
    private static let widest = 100
    private static let narrowest = 20
  }

  private let layout: Layout
  /// What a figure is, by its path on the page and its caption.
  private let figure: (_ path: String, _ caption: String) -> Figure
  /// The address of a link on the page.
  private let address: (String) -> String

  private var lines: [String] = []
  /// What stands before every line of the block.
  private var margin: [Span] = []
  /// What stands before the next line instead: a bullet.
  private var bullet: [Span]?
  /// Addresses that are listed at the end of the section.
  private var addresses: [String] = []

  /// The text of a page.
  ///
  /// - Parameters:
  ///   - figure: what a figure is, by its path on the page and its caption.
  ///   - address: the address of a link, by what the page says.
  public static func text(
    _ blocks: [MarkdownBlock], layout: Layout, figure: @escaping (_ path: String, _ caption: String) -> Figure,
    address: @escaping (String) -> String = { $0 }
  ) -> String {
    var page = TerminalPage(layout: layout, figure: figure, address: address)
    page.add(blocks)
    page.listAddresses()
    return page.lines.joined(separator: "\n") + "\n"
  }

  /// A text in the Markdown of lessons and exercises, with formulas between `$`.
  ///
  /// - Parameters:
  ///   - prose: the text.
  ///   - path: the file that it is from, for errors.
  /// - Returns: its lines, without a break behind the last one.
  /// - Throws: ``CourseError`` for a formula or a brace that is not closed.
  public static func text(ofProse prose: String, path: String, layout: Layout) throws -> String {
    let lines = prose.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    let markdown = try Prose(path: path, page: { _ in nil }).markdown(lines, line: 1)
    let page = text(MarkdownBlock.parse(markdown), layout: layout, figure: { path, _ in .file(path: path) })
    return Prose.withoutOuterBlanks(page)
  }

  private init(
    layout: Layout, figure: @escaping (_ path: String, _ caption: String) -> Figure,
    address: @escaping (String) -> String
  ) {
    (self.layout, self.figure, self.address) = (layout, figure, address)
  }

  // MARK: Lines

  private var marginColumns: Int { StyledText.columns(of: margin) }
  private var room: Int { max(layout.width - marginColumns, 10) }
  private var fullRoom: Int? { layout.fullWidth.map { max($0 - marginColumns, 10) } }

  private mutating func write(_ line: [Span]) {
    lines.append(
      StyledText.text((bullet ?? margin) + line, hasStyles: layout.hasStyles, hasLinks: layout.hasLinks))
    bullet = nil
  }

  private mutating func within(_ prefix: [Span], first: [Span]? = nil, _ body: (inout TerminalPage) -> Void) {
    let outer = margin
    if let first { bullet = (bullet ?? margin) + first }
    margin += prefix
    body(&self)
    margin = outer
    bullet = nil
  }

  private mutating func add(_ blocks: [MarkdownBlock], isLoose: Bool = true) {
    for (index, block) in blocks.enumerated() {
      if case .heading = block { listAddresses() }
      if index > 0, isLoose, !Self.areClose(blocks[index - 1], block, layout) { write([]) }
      let caption = index + 1 < blocks.count ? Self.caption(blocks[index + 1]) : nil
      add(block, caption: caption)
    }
  }

  /// Whether no blank line stands between two blocks: a listing and its place, folded parts.
  private static func areClose(_ first: MarkdownBlock, _ second: MarkdownBlock, _ layout: Layout) -> Bool {
    switch (first, second) {
    case (.code, .paragraph(let text)): text.allSatisfy(\.isSmall)
    case (.paragraph(let text), _) where text.count == 1: text[0].isImage && caption(second) != nil
    case (.details, .details): !layout.opensDetails
    default: false
    }
  }

  /// The text of a paragraph that is all emphasis, as a caption is.
  private static func caption(_ block: MarkdownBlock) -> String? {
    guard case .paragraph(let text) = block, text.allSatisfy(\.isEmphasized) else { return nil }
    return MarkdownInline.plainText(text)
  }

  // MARK: Blocks

  private mutating func add(_ block: MarkdownBlock, caption: String?) {
    switch block {
    case .heading(let level, let text): heading(level, text)
    case .paragraph(let text):
      if text.count == 1, case .image(let path) = text[0].kind {
        picture(path, alternative: text[0].text, caption: caption)
      } else {
        // The place of a listing stands below it like a signature.
        let isPlace = text.allSatisfy(\.isSmall)
        let first = Span(text: isPlace ? "\u{A0}\u{A0}—\u{A0}" : "", style: .faint)
        for line in StyledText.wrap([first] + spans(text), width: room) { write(line) }
      }
    case .code(let language, let text): code(language, text)
    case .list(let list): add(list)
    case .quote(let blocks): within([Span(text: "▌ ", style: .colored(.yellow))]) { $0.add(blocks) }
    case .table(let table): add(table)
    case .details(let summary, let blocks): details(summary, blocks)
    case .rule: write([Span(text: String(repeating: "─", count: room), style: .faint)])
    }
  }

  private mutating func heading(_ level: Int, _ text: [MarkdownInline]) {
    let style = TextStyle.bold
    let title = spans(text).map { Span(text: $0.text, style: style, link: $0.link) }
    let titleLines = StyledText.wrap(title, width: room)
    for line in titleLines { write(line) }
    guard level <= 2 else { return }
    let width = titleLines.map(StyledText.columns).max() ?? 0
    write([Span(text: String(repeating: level == 1 ? "=" : "-", count: width), style: style)])
  }

  private mutating func code(_ language: String, _ text: String) {
    if language == "math" { return formula(text) }
    // Results stand beside a bar, code and diagrams do not.
    let edge = language == "text" ? Span(text: "│ ", style: .faint) : Span(text: "  ")
    for line in Self.lines(of: text, language) {
      let parts = fullRoom.map { StyledText.cut(line, width: max($0 - 2, 8)) } ?? [line]
      for part in parts { write([edge] + part) }
    }
  }

  /// A formula, indented. One that is too long is broken at its wide spaces first.
  private mutating func formula(_ latex: String) {
    let width = max(room - 6, 10)
    for line in MathText.lines(latex) {
      let parts = DisplayWidth.columns(of: line) > width ? line.split(separator: MathText.wideSpace) : [line[...]]
      for part in parts {
        for (index, piece) in StyledText.wrap([Span(text: String(part))], width: width).enumerated() {
          write([Span(text: index == 0 ? "    " : "      ")] + piece)
        }
      }
    }
  }

  private static func lines(of text: String, _ language: String) -> [[Span]] {
    guard language == "swift" else {
      return text.split(separator: "\n", omittingEmptySubsequences: false).map { [Span(text: String($0))] }
    }
    var lines: [[Span]] = [[]]
    for piece in SwiftHighlighter.pieces(of: text) {
      let parts = piece.text.split(separator: "\n", omittingEmptySubsequences: false)
      for (index, part) in parts.enumerated() {
        if index > 0 { lines.append([]) }
        if !part.isEmpty { lines[lines.count - 1].append(Span(text: String(part), style: style(of: piece.kind))) }
      }
    }
    return lines
  }

  private static func style(of kind: SwiftHighlighter.Kind) -> TextStyle {
    switch kind {
    case .comment: .faint
    case .string: .colored(.green)
    case .number: .colored(.yellow)
    case .keyword: .colored(.magenta)
    case .type: .colored(.cyan)
    case .plain: TextStyle()
    }
  }

  private mutating func add(_ list: MarkdownList) {
    let last = (list.start ?? 0) + list.items.count - 1
    let width = list.start == nil ? 2 : "\(last). ".count
    for (index, item) in list.items.enumerated() {
      if index > 0, list.isLoose { write([]) }
      let mark = list.start.map { "\($0 + index)." } ?? "•"
      let first = mark + String(repeating: " ", count: max(width - mark.count, 1))
      within([Span(text: String(repeating: " ", count: width))], first: [Span(text: first)]) { page in
        page.add(item, isLoose: list.isLoose)
        // An item without a text has its mark all the same.
        if page.bullet != nil { page.write([]) }
      }
    }
  }

  private mutating func add(_ table: MarkdownTable) {
    let header = table.header.map { spans($0) }
    let rows = table.rows.map { row in row.map { spans($0) } }
    let layout = TerminalTable(
      header: header, rows: rows, isRight: table.isRight, width: fullRoom ?? max(room, Self.pipedTableWidth))
    for line in layout.lines { write(line) }
  }

  /// Columns of a table in a file or pipe.
  private static let pipedTableWidth = 120

  private mutating func details(_ summary: [MarkdownInline], _ blocks: [MarkdownBlock]) {
    var style = TextStyle.bold
    style.color = .cyan
    let title = spans(summary).map { Span(text: $0.text, style: style, link: $0.link) }
    let mark = Span(text: layout.opensDetails ? "▾ " : "▸ ", style: style)
    within([Span(text: "  ")], first: [mark]) { page in
      for line in StyledText.wrap(title, width: page.room) { page.write(line) }
      if page.bullet != nil { page.write([]) }
      if page.layout.opensDetails {
        page.write([])
        page.add(blocks)
      }
    }
  }

  private mutating func picture(_ path: String, alternative: String, caption: String?) {
    switch figure(path, caption ?? "") {
    case .picture(let image):
      if let colors = layout.colors {
        let text = HalfBlocks.text(image, columns: min(room, 80), colors: colors)
        let space = String(repeating: " ", count: marginColumns)
        for line in text.split(separator: "\n") { lines.append(space + line) }
      } else {
        name(path, alternative: alternative, caption: caption)
      }
    case .lines(let lines): for line in lines { write([Span(text: line)]) }
    case .file(let path): name(path, alternative: alternative, caption: caption)
    }
  }

  /// What a picture shows, and where it is, for a terminal that cannot show it.
  private mutating func name(_ path: String, alternative: String, caption: String?) {
    let words = alternative == caption || alternative.isEmpty ? "" : "\(alternative) "
    let text = [Span(text: "[picture] \(words)"), Span(text: "(\(path))", style: .faint)]
    for line in StyledText.wrap(text, width: room) { write(line) }
  }

  // MARK: Running text

  private mutating func spans(_ text: [MarkdownInline]) -> [Span] {
    var spans: [Span] = []
    for (index, piece) in text.enumerated() {
      spans.append(span(piece))
      // The number of an address stands behind the last piece of its link.
      let isLast = index + 1 == text.count || text[index + 1].link != piece.link
      if isLast, let link = piece.link, let number = number(ofAddress: link, text: piece.text) {
        spans.append(Span(text: "\(StyledText.unbreakable)[\(number)]"))
      }
    }
    return spans
  }

  private func span(_ piece: MarkdownInline) -> Span {
    var style = TextStyle()
    style.isBold = piece.isStrong
    style.isItalic = piece.isEmphasized
    style.isFaint = piece.isSmall
    var text = piece.text
    switch piece.kind {
    case .text, .lineBreak: break
    case .code:
      style.color = .cyan
      if !layout.hasStyles { text = "`\(text)`" }
    case .math:
      text = MathText.text(text)
      // A short formula is not broken.
      if text.count <= 24 { text = String(text.map { $0 == " " ? StyledText.unbreakable : $0 }) }
    case .image: text = "[picture: \(text)]"
    }
    guard let link = piece.link, layout.hasLinks else { return Span(text: text, style: style) }
    style.isUnderlined = true
    return Span(text: text, style: style, link: address(link))
  }

  /// The number of an address in the list below the section, nil where the terminal has links, for a file of the package,
  /// and for an address that is its own text.
  private mutating func number(ofAddress link: String, text: String) -> Int? {
    guard !layout.hasLinks, link.hasPrefix("http://") || link.hasPrefix("https://"), text != link else { return nil }
    if let known = addresses.firstIndex(of: link) { return known + 1 }
    addresses.append(link)
    return addresses.count
  }

  /// The addresses of a section's links, where the terminal has none.
  private mutating func listAddresses() {
    guard !addresses.isEmpty else { return }
    write([])
    for (index, address) in addresses.enumerated() { write([Span(text: "[\(index + 1)] \(address)")]) }
    addresses = []
  }
}
