import CourseKit
import Foundation
import Notebook
import Support

/// A page as a Jupyter notebook: Markdown cells, Swift cells, and below these the outputs of the recorded run.
///
/// The format is nbformat 4.5 (https://nbformat.readthedocs.io, "The notebook file format").
struct NotebookExport {
  let page: LessonPage
  /// The bytes of a figure's file.
  let figure: (TraceRecord.Figure) throws -> Data

  /// The notebook's file, the same bytes for the same page.
  func text() throws -> String {
    let cells = try self.cells().enumerated().map { $1.json(id: "cell-\($0 + 1)") }
    let document: JSON = [
      "cells": .array(cells),
      "metadata": [
        "kernelspec": ["display_name": "Swift", "language": "swift", "name": "swift"],
        "language_info": ["file_extension": ".swift", "mimetype": "text/x-swift", "name": "swift"],
      ],
      "nbformat": 4, "nbformat_minor": 5,
    ]
    return document.text() + "\n"
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
      attach(Self.display(["text/markdown": .string(text), "text/plain": .string(text)]), asMarkdown: text, to: &cells)
    case .text(let text):
      let fence = Fence.around(text)
      attach(
        ["output_type": "stream", "name": "stdout", "text": .string(text + "\n")],
        asMarkdown: "\(fence)text\n\(text)\n\(fence)", to: &cells)
    case .table(let table):
      let plain = TextTable(table.header, table.rows.map { $0.map { Notebook.Cell.text($0) } }).lines
      let html = Self.html(table)
      attach(
        Self.display(["text/html": .string(html), "text/plain": .string(plain.joined(separator: "\n"))]),
        asMarkdown: html, to: &cells)
    case .figure(let figure):
      let bytes = try self.figure(figure)
      let (type, picture) =
        figure.fileExtension == "svg"
        ? ("image/svg+xml", String(decoding: bytes, as: UTF8.self)) : ("image/png", bytes.base64EncodedString())
      let caption = "*\(Prose.escaped(figure.caption))*"
      attach(
        Self.display([type: .string(picture), "text/plain": .string(figure.alternative)]), asMarkdown: nil, to: &cells)
      attach(
        Self.display(["text/markdown": .string(caption), "text/plain": .string(figure.caption)]), asMarkdown: caption,
        to: &cells)
    }
  }

  /// Puts an output below the last cell if that is code. Otherwise it becomes Markdown, or the output of a cell without
  /// code if it cannot.
  private func attach(_ output: JSON, asMarkdown markdown: String?, to cells: inout [Cell]) {
    if let last = cells.indices.last, cells[last].outputs != nil {
      cells[last].outputs?.append(output)
    } else if let markdown {
      cells.append(.markdown(markdown))
    } else {
      var cell = Cell.code("")
      cell.outputs = [output]
      cells.append(cell)
    }
  }

  /// An output in several forms, of which Jupyter shows the richest that it can.
  private static func display(_ data: JSON) -> JSON { ["output_type": "display_data", "data": data, "metadata": [:]] }

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
      let escaped = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      guard MarkdownPage.isAddress(text) else { return escaped }
      return "<a href=\"\(escaped)\">\(escaped.dropFirst("https://".count))</a>"
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

private struct Cell {
  let source: String
  /// Of a cell of code only.
  var outputs: [JSON]?

  static func markdown(_ text: String) -> Cell { Cell(source: text) }
  static func code(_ text: String) -> Cell { Cell(source: text, outputs: []) }

  func json(id: String) -> JSON {
    guard let outputs else {
      return ["cell_type": "markdown", "id": .string(id), "metadata": [:], "source": .string(source)]
    }
    return [
      "cell_type": "code", "execution_count": .null, "id": .string(id), "metadata": [:], "outputs": .array(outputs),
      "source": .string(source),
    ]
  }
}
