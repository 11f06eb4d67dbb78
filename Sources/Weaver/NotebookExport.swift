import CourseKit
import Foundation
import Notebook

/// A page as a Jupyter notebook: Markdown cells, Swift cells, and below these the outputs of the recorded run.
///
/// The format is nbformat 4.5 (https://nbformat.readthedocs.io, "The notebook file format").
struct NotebookExport {
  let page: LessonPage
  /// The bytes of a figure's file.
  let figure: (TraceRecord.Figure) throws -> Data

  /// The notebook's file, the same bytes for the same page.
  func json() throws -> Data {
    let cells = try self.cells()
    let document = Document(
      cells: cells.enumerated().map { index, cell in
        var cell = cell
        cell.id = "cell-\(index + 1)"
        return cell
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(document) + Data("\n".utf8)
  }

  private func cells() throws -> [Cell] {
    var cells = [Cell.markdown("# \(page.lesson.heading)")]
    for block in page.blocks { try add(block, to: &cells) }
    return cells
  }

  private func add(_ block: PageBlock, to cells: inout [Cell]) throws {
    switch block {
    case .markdown(let text): cells.append(.markdown(Self.jupyterMarkdown(text)))
    case .code(let excerpt):
      if excerpt.path.hasPrefix("Lessons/") {
        cells.append(.code(excerpt.code))
      } else {
        cells.append(.markdown("From `\(excerpt.path)`:\n\n```swift\n\(excerpt.code)\n```"))
      }
    case .folded(let summary, let blocks):
      cells.append(.markdown("**\(summary)**"))
      for block in blocks { try add(block, to: &cells) }
    case .note(let paragraphs):
      let text = paragraphs.joined(separator: "\n\n")
      attach(.display(["text/markdown": text, "text/plain": text]), asMarkdown: text, to: &cells)
    case .text(let text):
      let fence = Fence.around(text)
      attach(.stream(text + "\n"), asMarkdown: "\(fence)text\n\(text)\n\(fence)", to: &cells)
    case .table(let table):
      let plain = TextTable(table.header, table.rows.map { $0.map { Notebook.Cell.text($0) } }).lines
      let html = Self.html(table)
      attach(
        .display(["text/html": html, "text/plain": plain.joined(separator: "\n")]), asMarkdown: html, to: &cells)
    case .figure(let figure):
      let bytes = try self.figure(figure)
      let (type, picture) =
        figure.fileExtension == "svg"
        ? ("image/svg+xml", String(decoding: bytes, as: UTF8.self)) : ("image/png", bytes.base64EncodedString())
      let caption = "*\(Prose.escaped(figure.caption))*"
      attach(.display([type: picture, "text/plain": figure.alternative]), asMarkdown: nil, to: &cells)
      attach(.display(["text/markdown": caption, "text/plain": figure.caption]), asMarkdown: caption, to: &cells)
    }
  }

  /// Puts an output below the last cell if that is code. Otherwise it becomes Markdown, or the output of a cell without
  /// code if it cannot.
  private func attach(_ output: Output, asMarkdown markdown: String?, to cells: inout [Cell]) {
    if let last = cells.indices.last, cells[last].cellType == "code" {
      cells[last].outputs?.append(output)
    } else if let markdown {
      cells.append(.markdown(markdown))
    } else {
      var cell = Cell.code("")
      cell.outputs = [output]
      cells.append(cell)
    }
  }

  /// Formulas as Jupyter marks them, between dollar signs, and links to other lessons' notebooks.
  static func jupyterMarkdown(_ text: String) -> String {
    var result: [String] = []
    var isDisplay = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "```math" {
        isDisplay = true
        result.append("$$")
      } else if isDisplay, line == "```" {
        isDisplay = false
        result.append("$$")
      } else {
        result.append(
          String(line).replacing("$`", with: "$").replacing("`$", with: "$").replacing(".md)", with: ".ipynb)"))
      }
    }
    return result.joined(separator: "\n")
  }

  private static func html(_ table: TraceRecord.Table) -> String {
    let escape = { (text: String) in
      text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
    let row = { (cells: [String], tag: String) in
      let texts = zip(cells, table.isNumeric).map { text, isNumeric in
        "<\(tag) style=\"text-align: \(isNumeric ? "right" : "left")\">\(escape(text))</\(tag)>"
      }
      return "<tr>\(texts.joined())</tr>"
    }
    let body = table.rows.map { row($0, "td") }.joined(separator: "\n")
    return "<table>\n<thead>\(row(table.header, "th"))</thead>\n<tbody>\n\(body)\n</tbody>\n</table>"
  }
}

// MARK: The file format

private struct Document: Encodable {
  var cells: [Cell]
  let metadata = Metadata()
  let nbformat = 4
  let nbformatMinor = 5

  struct Metadata: Encodable {
    let kernelspec = ["display_name": "Swift", "language": "swift", "name": "swift"]
    let languageInfo = ["file_extension": ".swift", "mimetype": "text/x-swift", "name": "swift"]

    enum CodingKeys: String, CodingKey {
      case kernelspec
      case languageInfo = "language_info"
    }
  }

  enum CodingKeys: String, CodingKey {
    case cells, metadata, nbformat
    case nbformatMinor = "nbformat_minor"
  }
}

private struct Cell: Encodable {
  let cellType: String
  var id = ""
  let metadata: [String: String] = [:]
  let source: String
  /// Of a cell of code only.
  var outputs: [Output]?

  static func markdown(_ text: String) -> Cell { Cell(cellType: "markdown", source: text) }
  static func code(_ text: String) -> Cell { Cell(cellType: "code", source: text, outputs: []) }

  enum CodingKeys: String, CodingKey {
    case id, metadata, source, outputs
    case cellType = "cell_type"
    case executionCount = "execution_count"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(cellType, forKey: .cellType)
    try container.encode(id, forKey: .id)
    try container.encode(metadata, forKey: .metadata)
    try container.encode(source, forKey: .source)
    if let outputs {
      try container.encode(outputs, forKey: .outputs)
      try container.encodeNil(forKey: .executionCount)
    }
  }
}

private struct Output: Encodable {
  let outputType: String
  var name: String?
  var text: String?
  var data: [String: String]?
  var metadata: [String: String]?

  static func stream(_ text: String) -> Output { Output(outputType: "stream", name: "stdout", text: text) }
  static func display(_ data: [String: String]) -> Output {
    Output(outputType: "display_data", data: data, metadata: [:])
  }

  enum CodingKeys: String, CodingKey {
    case name, text, data, metadata
    case outputType = "output_type"
  }
}
