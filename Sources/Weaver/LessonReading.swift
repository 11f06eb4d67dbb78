import CourseKit
import Foundation
import Images
import Notebook

/// A lesson's woven page, to be read in a terminal.
public struct LessonReading {
  private let lesson: LessonEntry
  private let root: URL
  private let blocks: [MarkdownBlock]
  /// What the lesson prints, for the plots that it draws in text.
  private let output: [Substring]

  /// Reads a lesson's page.
  ///
  /// - Throws: ``CourseError`` if the page is missing, naming the command that makes it.
  public init(_ lesson: LessonEntry, root: URL) throws {
    guard let page = FileManager.default.contents(atPath: root.appending(path: lesson.page).path) else {
      throw CourseError("\(lesson.page) is missing; `swift run course weave \(lesson.paddedNumber)` makes it")
    }
    self.init(lesson, root: root, page: String(decoding: page, as: UTF8.self))
  }

  init(_ lesson: LessonEntry, root: URL, page: String) {
    self.lesson = lesson
    self.root = root
    blocks = Self.withoutNavigation(MarkdownBlock.parse(page))
    let golden = FileManager.default.contents(atPath: root.appending(path: lesson.golden).path) ?? Data()
    output = String(decoding: golden, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline
    ).map { $0 }
  }

  /// The page, or a section of it.
  ///
  /// - Parameter section: a section's number such as `4.3`, or words of its title.
  /// - Throws: ``CourseError`` that lists the sections, if there is none of that name.
  public func text(section: String? = nil, layout: TerminalPage.Layout) throws -> String {
    let folder = URL(filePath: "\(root.path)/\(lesson.page)").deletingLastPathComponent()
    return TerminalPage.text(
      try section.map(self.section) ?? blocks, layout: layout,
      figure: { figure($0, caption: $1, in: folder, layout) },
      address: { link in
        if link.contains("://") || link.hasPrefix("mailto:") { return link }
        let path = String(link.prefix { $0 != "#" })
        return "file://" + folder.appending(path: path).standardizedFileURL.path
      })
  }

  /// Without the links to other pages, which a terminal cannot follow.
  private static func withoutNavigation(_ blocks: [MarkdownBlock]) -> [MarkdownBlock] {
    var blocks = blocks.filter { block in
      guard case .paragraph(let text) = block, text.contains(where: { $0.link != nil }) else { return true }
      return !text.allSatisfy { $0.link?.hasSuffix(".md") == true || $0.text.allSatisfy { " ·".contains($0) } }
    }
    while blocks.last == .rule { blocks.removeLast() }
    return blocks
  }

  // MARK: Sections

  private func section(_ name: String) throws -> [MarkdownBlock] {
    let headings = blocks.enumerated().compactMap { index, block -> (index: Int, level: Int, title: String)? in
      guard case .heading(let level, let text) = block, level > 1 else { return nil }
      return (index, level, MarkdownInline.plainText(text))
    }
    let found =
      headings.first { $0.title == name || $0.title.hasPrefix("\(name) ") || $0.title.hasPrefix("\(name). ") }
      ?? headings.first { name.contains(where: \.isLetter) && $0.title.lowercased().contains(name.lowercased()) }
    guard let found else {
      let titles = headings.map { "'\($0.title)'" }.joined(separator: ", ")
      throw CourseError("\(lesson.page): there is no section '\(name)'; there are \(titles)")
    }
    let end = headings.first { $0.index > found.index && $0.level <= found.level }?.index ?? blocks.count
    return Array(blocks[found.index..<end])
  }

  // MARK: Figures

  private func figure(
    _ path: String, caption: String, in folder: URL, _ layout: TerminalPage.Layout
  ) -> TerminalPage.Figure {
    let file = folder.appending(path: path).standardizedFileURL.path
    if path.hasSuffix(".png"), layout.colors != nil, let image = try? Image(contentsOf: file) { return .picture(image) }
    if path.hasSuffix(".svg"), let lines = plot(path, caption: caption) { return .lines(lines) }
    let root = root.standardizedFileURL.path + "/"
    return .file(path: file.hasPrefix(root) ? String(file.dropFirst(root.count)) : file)
  }

  /// A plot in text, as the lesson prints it below the plot's name and caption.
  private func plot(_ path: String, caption: String) -> [String]? {
    let name = path.split(separator: "/").last?.drop { $0 != "-" }.dropFirst().prefix { $0 != "." } ?? ""
    guard let start = output.firstIndex(where: { $0.hasPrefix("Figure \(name) (") }) else { return nil }
    let lines = output[start...].prefix { !$0.isEmpty }
    let plot = lines.dropFirst(Self.captionLines(Array(lines), caption: caption))
    return plot.isEmpty ? nil : plot.map { String($0) }
  }

  /// How many lines a figure's name and caption take. They are filled with words as far as there is room, so that a line
  /// with room for the next one's first word is the last.
  private static func captionLines(_ lines: [Substring], caption: String) -> Int {
    func letters(_ text: some StringProtocol) -> String { String(text.filter { $0.isLetter || $0.isNumber }) }
    let whole = letters(caption)
    var read = ""
    for (index, line) in lines.enumerated() {
      read += letters(index == 0 ? line.firstRange(of: "): ").map { line[$0.upperBound...] } ?? line : line)
      guard index + 1 < lines.count else { break }
      let word = lines[index + 1].prefix { $0 != " " }
      let isFull = DisplayWidth.columns(of: line) + 1 + DisplayWidth.columns(of: word) > 80
      if !isFull || read == whole { return index + 1 }
    }
    return lines.count
  }
}
