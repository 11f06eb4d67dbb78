import CourseKit
import Foundation
import Images
import Notebook
import Support

/// Weaves lessons to pages: `docs/lessons/NN-name.md` with the figures beside it.
///
/// A page is made of the lesson's source and the trace of its run. Whoever runs the lesson passes it
/// ``arguments(in:)``; its standard output stays the same.
public struct Weaver {
  /// Folder of the pages, from the package's root.
  public static let folder = "docs/lessons"

  let root: URL
  private let lessons: [LessonEntry]
  private let library: QuotedSources

  /// A weaver for the lessons of one package.
  public init(root: URL) throws {
    self.root = root
    lessons = try Manifest(root: root).lessons
    library = QuotedSources(root: root)
  }

  /// Flags with which a lesson leaves its trace and its figures in a folder.
  public static func arguments(in folder: String) -> [String] {
    ["--trace", trace(in: folder), "--figures", figures(in: folder)]
  }

  private static func trace(in folder: String) -> String { "\(folder)/trace.jsonl" }
  private static func figures(in folder: String) -> String { "\(folder)/figures" }

  // MARK: Checking

  /// What of a lesson's page is not as its run left it in a folder, a line for each; writes nothing.
  ///
  /// - Throws: ``CourseError`` naming file, line and reason when the page cannot be woven.
  public func problems(of lesson: LessonEntry, run folder: String) throws -> [String] {
    let page = try page(of: lesson, run: folder)
    let stored = try? String(contentsOf: root.appending(path: lesson.page), encoding: .utf8)
    var problems = difference(lesson.page, stored, text(of: page), lesson)
    problems += files(of: page).compactMap { difference($0, lesson) }
    problems += superfluousFigures(lesson, page).map {
      "\($0): no cell of \(lesson.target) makes this figure; \(Self.advice(lesson))"
    }
    return problems
  }

  /// What of the page that lists all lessons is stale.
  public func problemsOfIndex() -> [String] {
    let path = "\(Self.folder)/README.md"
    let stored = try? String(contentsOf: root.appending(path: path), encoding: .utf8)
    return difference(path, stored, MarkdownPage.index(of: lessons), nil)
  }

  private static func advice(_ lesson: LessonEntry?) -> String {
    "`swift run course weave\(lesson.map { " " + $0.paddedNumber } ?? "")` weaves it again"
  }

  private func difference(_ path: String, _ stored: String?, _ woven: String, _ lesson: LessonEntry?) -> [String] {
    guard let stored else { return ["\(path): is missing; \(Self.advice(lesson))"] }
    if stored == woven { return [] }
    let old = stored.split(separator: "\n", omittingEmptySubsequences: false)
    let new = woven.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(old.count, new.count)
    let quote = { (lines: [Substring]) in
      line < lines.count ? "“\(printable(String(lines[line].prefix(80))))”" : "no such line"
    }
    return [
      "\(path):\(line + 1): is stale: it has \(quote(old)), the lesson gives \(quote(new)); \(Self.advice(lesson))"
    ]
  }

  private func difference(_ figure: FigureFile, _ lesson: LessonEntry) -> String? {
    let path = figure.path
    let file = root.appending(path: path)
    guard let stored = FileManager.default.contents(atPath: file.path) else {
      return "\(path): is missing; \(Self.advice(lesson))"
    }
    guard let source = figure.source, let made = FileManager.default.contents(atPath: source) else {
      return "\(path): the lesson wrote no such figure"
    }
    if stored == made { return nil }
    // Two PNG files of the same pixels may differ.
    if path.hasSuffix(".png"), let old = try? Image(contentsOf: file.path),
      let new = try? Image(contentsOf: source),
      (old.width, old.height, old.format) == (new.width, new.height, new.format), old.pixels == new.pixels
    {
      return nil
    }
    return "\(path): is stale: the lesson draws another figure; \(Self.advice(lesson))"
  }

  // MARK: Writing

  /// Writes a lesson's page and figures as its run left them in a folder; files that have not changed are left alone.
  ///
  /// - Returns: what was written, a line for each, for a person.
  public func write(_ lesson: LessonEntry, run folder: String) throws -> [String] {
    let page = try page(of: lesson, run: folder)
    var report: [String] = []
    for figure in files(of: page) where difference(figure, lesson) != nil {
      guard let source = figure.source, let bytes = FileManager.default.contents(atPath: source) else {
        throw CourseError("\(figure.path): the lesson wrote no such figure")
      }
      try write(bytes, to: figure.path)
      report.append("\(figure.path): written")
    }
    for path in superfluousFigures(lesson, page) {
      try FileSystem.remove(root.appending(path: path).path)
      report.append("\(path): removed")
    }
    report += try write(text(of: page), to: lesson.page)
    return report
  }

  /// Writes the page that lists all lessons.
  public func writeIndex() throws -> [String] {
    try write(MarkdownPage.index(of: lessons), to: "\(Self.folder)/README.md")
  }

  private func write(_ text: String, to path: String) throws -> [String] {
    let bytes = Data(text.utf8)
    if FileManager.default.contents(atPath: root.appending(path: path).path) == bytes { return ["\(path): unchanged"] }
    try write(bytes, to: path)
    return ["\(path): written"]
  }

  private func write(_ bytes: Data, to path: String) throws {
    let path = root.appending(path: path).path
    try FileSystem.makeDirectory(FileSystem.directory(of: path))
    try FileSystem.write([UInt8](bytes), to: path)
  }

  // MARK: Pages

  /// A lesson's page from the trace that its run left in a folder.
  func page(of lesson: LessonEntry, run folder: String) throws -> LessonPage {
    let pages = Dictionary(uniqueKeysWithValues: lessons.map { ($0.number, "\($0.pageName).md") })
    return try PageBuilder.page(
      of: lesson, root: root, records: Self.records(Self.trace(in: folder)), library: library,
      page: { $0 == lesson.number ? nil : pages[$0] })
  }

  private static func records(_ path: String) throws -> [TraceRecord] {
    guard let data = FileManager.default.contents(atPath: path) else { throw CourseError("\(path): cannot be read") }
    return try data.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
      do {
        return try JSONDecoder().decode(TraceRecord.self, from: line)
      } catch {
        throw CourseError("\(path):\(index + 1): is no record of a trace")
      }
    }
  }

  private func text(of page: LessonPage) -> String {
    let index = lessons.firstIndex(of: page.lesson) ?? 0
    return MarkdownPage(
      page, previous: index > 0 ? lessons[index - 1] : nil, next: index + 1 < lessons.count ? lessons[index + 1] : nil
    ).text
  }

  /// A figure's file in the repository, and the one that the run wrote.
  private struct FigureFile {
    let path: String
    let source: String?
  }

  private func files(of page: LessonPage) -> [FigureFile] {
    page.figures.flatMap { figure in
      let file = { (fileExtension: String, source: String?) in
        FigureFile(
          path: "\(Self.folder)/figures/\(page.lesson.fileName(ofFigure: figure.name, fileExtension))", source: source)
      }
      let narrow = figure.narrowPath.map { file("narrow.\(figure.fileExtension)", $0) }
      return [file(figure.fileExtension, figure.path)] + (narrow.map { [$0] } ?? [])
    }
  }

  /// Figures of a lesson in the repository that are not on its page. Files that are no pictures are somebody else's.
  private func superfluousFigures(_ lesson: LessonEntry, _ page: LessonPage) -> [String] {
    let folder = "\(Self.folder)/figures"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
    let wanted = Set(files(of: page).map(\.path))
    let isFigure = { (name: String) in
      name.hasPrefix("lesson\(lesson.paddedNumber)-") && [".png", ".svg"].contains { name.hasSuffix($0) }
    }
    return names.sorted().filter(isFigure).map { "\(folder)/\($0)" }
      .filter { !wanted.contains($0) }
  }
}
