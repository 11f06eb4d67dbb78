import CourseKit
import Foundation
import Notebook

/// Puts a page together from a lesson's source and the trace of its run.
struct PageBuilder {
  let lesson: LessonEntry
  private let source: LessonSource
  private let prose: Prose
  private let library: QuotedSources
  private var helpers: [HelperFile]
  private var blocks: [PageBlock] = []
  private var outputs: ArraySlice<TraceRecord>
  private let root: URL
  /// All that the lesson printed.
  private let text: String
  /// The figures that the prose places, by name.
  private var placed: [String: TraceRecord.Figure] = [:]
  /// The headings that the prose has so far.
  private var headings: Set<String> = []
  private var foldNext: String?

  /// - Throws: ``CourseError`` naming file, line and reason for what does not fit together.
  static func page(
    of lesson: LessonEntry, root: URL, records: [TraceRecord], library: QuotedSources, page: @escaping (Int) -> String?
  ) throws -> LessonPage {
    var builder = try PageBuilder(lesson, root, records, library, page)
    try builder.build()
    return LessonPage(lesson: lesson, blocks: builder.blocks)
  }

  private init(
    _ lesson: LessonEntry, _ root: URL, _ records: [TraceRecord], _ library: QuotedSources,
    _ page: @escaping (Int) -> String?
  ) throws {
    self.lesson = lesson
    self.library = library
    self.root = root
    text = records.map(\.text).joined()
    let folder = "Lessons/\(lesson.target)"
    source = try LessonSource(library.text(of: "\(folder)/main.swift"), path: "\(folder)/main.swift")
    prose = Prose(path: source.path, page: page)
    helpers = try HelperFile.all(in: folder, root: root, library: library)
    outputs = records[...]
  }

  private mutating func build() throws {
    try checkOrder()
    let markup: [[Markup]] = try source.blocks.map { block in
      switch block {
      case .prose(let lines, let line): try Markup.parse(lines, line: line, path: source.path)
      case .code: []
      }
    }
    try collectPlacedFigures(markup.joined())
    for (block, markup) in zip(source.blocks, markup) {
      switch block {
      case .prose: try blocks += markup.flatMap { try self.prose($0) }
      case .code(let lines): code(lines)
      }
    }
    if let summary = foldNext { throw error(lineCount, "no code follows to be folded as “\(summary)”") }
    for helper in helpers { blocks.append(helper.block) }
  }

  private var lineCount: Int { source.lines.count }

  private func error(_ line: Int, _ reason: String) -> CourseError { CourseError("\(source.path):\(line): \(reason)") }
}

// MARK: Prose

extension PageBuilder {
  private mutating func prose(_ markup: Markup) throws -> [PageBlock] {
    switch markup {
    case .markdown(let lines, let line):
      let text = Self.withoutTitle(try prose.markdown(lines, line: line))
      for line in text.split(separator: "\n") where line.hasPrefix("#") {
        headings.insert(String(line.drop { $0 == "#" || $0 == " " }))
      }
      return text.isEmpty ? [] : [.markdown(text)]
    case .quote(let name, let isFolded, let line):
      let excerpt = try library.excerpt(name, askedAt: "\(source.path):\(line)")
      return isFolded ? [.folded(summary: "`\(name)` in `\(excerpt.path)`", [.code(excerpt)])] : [.code(excerpt)]
    case .figure(let name, let line):
      guard let figure = placed[name] else { throw error(line, "no cell makes a figure named '\(name)'") }
      return [.figure(figure)]
    case .quiz(let file, let line):
      return try quiz(file, line)
    case .exercises(let line):
      return try exercises(line)
    case .foldCode(let summary, _):
      foldNext = summary
      return []
    case .folded(let summary, let markup, _):
      return [.folded(summary: summary, try markup.flatMap { try prose($0) })]
    }
  }

  /// The page has its title from the list of lessons.
  private static func withoutTitle(_ text: String) -> String {
    guard text.hasPrefix("# ") else { return text }
    return Prose.withoutOuterBlanks(
      text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().joined(separator: "\n"))
  }

  private mutating func collectPlacedFigures(_ markup: some Sequence<Markup>) throws {
    for item in markup {
      if case .folded(_, let inner, _) = item { try collectPlacedFigures(inner) }
      guard case .figure(let name, let line) = item else { continue }
      guard let figure = outputs.compactMap(\.figure).first(where: { $0.name == name }) else {
        throw error(line, "no cell makes a figure named '\(name)'")
      }
      if placed.updateValue(figure, forKey: name) != nil {
        throw error(line, "the figure '\(name)' has a place already")
      }
    }
  }
}

// MARK: Questions and exercises

extension PageBuilder {
  /// A text of a file beside the lesson, as Markdown with its formulas and links.
  private func markdown(_ text: String, from path: String) throws -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    return try Prose(path: path, page: prose.page).markdown(lines, line: 1)
  }

  private func quiz(_ file: String, _ line: Int) throws -> [PageBlock] {
    let path = "Lessons/\(lesson.target)/\(file)"
    guard let text = try? library.text(of: path) else { throw error(line, "\(path) cannot be read") }
    let quiz: Quiz
    do { quiz = try Quiz(markdown: text, file: path) } catch { throw CourseError(error.description) }
    return try quiz.questions.enumerated().flatMap { index, question -> [PageBlock] in
      let heading = "**\(index + 1). \(question.text)**"
      switch question.kind {
      case .choice(let choices, let right):
        let answers = zip(Quiz.letters, choices).map { "- **\($0)** \($1.text)" }.joined(separator: "\n")
        let explanations = zip(Quiz.letters, choices).enumerated().map { index, answer in
          "- **\(answer.0)** is \(index == right ? "right" : "wrong"). \(answer.1.explanation)"
        }
        return [
          .markdown(try markdown("\(heading)\n\n\(answers)", from: path)),
          .folded(
            summary: "Answer", [.markdown(try markdown(explanations.joined(separator: "\n"), from: path))]),
        ]
      case .prediction(let number):
        let text = try number.text(in: printed())
        return [
          .markdown(try markdown(heading, from: path)),
          .folded(
            summary: "Answer", [.markdown(try markdown("**\(text)**. \(number.explanation)", from: path))]),
        ]
      }
    }
  }

  /// What the lesson printed, for the numbers that its quiz asks for.
  private func printed() -> ExpectedOutput { ExpectedOutput(parsing: text, file: lesson.golden) }

  private func exercises(_ line: Int) throws -> [PageBlock] {
    let all = try ExerciseList(of: [lesson], root: root).all
    if all.isEmpty { throw error(line, "the lesson has no folder Exercises with exercises in it") }
    let advice = """
      `swift run course exercise next \(all[0].id)` shows a task and copies its starter to `Answer.swift` in the exercise's \
      folder: that is the file to write in. `swift run course watch \(all[0].id)` checks it on every save.
      """
    return try [.markdown(advice)]
      + all.flatMap { exercise -> [PageBlock] in
        let path = exercise.path(of: .text)
        let starter = try library.excerpt(exercise.path(of: .starter), askedAt: path)
        let hints = try exercise.hints.enumerated().map { index, hint in
          PageBlock.folded(
            summary: "Hint \(index + 1) of \(exercise.hints.count)", [.markdown(try markdown(hint, from: path))])
        }
        let check = "`swift run course exercise check \(exercise.id)` tries your answer."
        return [
          .markdown("### Exercise \(exercise.id). \(exercise.title)\n\n\(try markdown(exercise.task, from: path))"),
          .folded(summary: "The starter, `\(exercise.path(of: .starter))`", [.code(starter)]),
        ] + hints + [.markdown(check)]
      }
  }
}

// MARK: Code and its outputs

extension PageBuilder {
  private mutating func code(_ range: ClosedRange<Int>) {
    let summary = foldNext ?? (isSetUp(range) ? "Set-up: imports and options" : nil)
    foldNext = nil
    var cells: [PageBlock] = []
    var start: Int?
    let parts = source.parts(of: range)
    for (index, part) in parts.enumerated() {
      let first = start ?? part.lowerBound
      start = first
      let printed = outputs.prefix { $0.line <= part.upperBound }
      outputs = outputs.dropFirst(printed.count)
      let shown = Self.blocks(of: printed, headings: headings, placed: placed)
      let standsAlone = source.isText(part.lowerBound)
      let isLast = index + 1 == parts.count || standsAlone || source.isText(parts[index + 1].lowerBound)
      if shown.isEmpty, !isLast { continue }
      cells += cell(first...part.upperBound) + shown
      start = nil
    }
    if let summary {
      let isCode = { (block: PageBlock) in if case .code = block { true } else { false } }
      blocks.append(.folded(summary: summary, cells.filter(isCode)))
      blocks += cells.filter { !isCode($0) }
    } else {
      blocks += cells
    }
  }

  /// Whether these lines come before the lesson's first output.
  private func isSetUp(_ range: ClosedRange<Int>) -> Bool {
    source.lines[range.lowerBound - 1...range.upperBound - 1].contains { $0.hasPrefix("let lesson = Lesson(") }
  }

  /// A cell of code, below the helpers that it is the first to use.
  private mutating func cell(_ range: ClosedRange<Int>) -> [PageBlock] {
    var lines = range
    // The heading stands above the cell.
    while lines.count > 1, isHeading(source.lines[lines.lowerBound - 1]) {
      lines = lines.lowerBound + 1...lines.upperBound
    }
    if lines.count == 1, isHeading(source.lines[lines.lowerBound - 1]) { return [] }
    // What is printed is its text.
    if source.isText(lines.lowerBound) { return [] }
    let code = source.lines[lines.lowerBound - 1...lines.upperBound - 1].joined(separator: "\n")
    let used = HelperFile.take(usedBy: code, from: &helpers)
    return used.map(\.block) + [.code(Excerpt(path: source.path, lines: lines, code: code))]
  }

  private func isHeading(_ line: String) -> Bool {
    LessonSource.isBlank(line)
      || line.hasPrefix("section(\"") && line.hasSuffix("\")")
        && headings.contains(String(line.dropFirst(9).dropLast(2)))
  }

  /// Outputs as they stand on the page: values in a row share a block, headings that the prose has are left out.
  private static func blocks(
    of records: some Sequence<TraceRecord>, headings: Set<String>, placed: [String: TraceRecord.Figure]
  ) -> [PageBlock] {
    var result: [PageBlock] = []
    var values: [String] = []
    func endValues() {
      if !values.isEmpty { result.append(.text(values.joined(separator: "\n"))) }
      values = []
    }
    for record in records {
      let text = Prose.withoutOuterBlanks(record.text)
      if record.kind == .value {
        values.append(text)
        continue
      }
      endValues()
      switch record.kind {
      case .title, .value: break
      case .section:
        let title = text.prefix { $0 != "\n" }
        if !headings.contains(String(title)) { result.append(.markdown("## \(Prose.escaped(String(title)))")) }
      case .table: if let table = record.table { result.append(.table(table)) }
      case .note: result.append(.note(paragraphs(of: text)))
      case .verbatim: result.append(.text(text))
      case .figure:
        if let figure = record.figure, placed[figure.name] == nil { result.append(.figure(figure)) }
      }
    }
    endValues()
    return result
  }

  private static func paragraphs(of text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).split(whereSeparator: \.isEmpty)
      .map { Prose.escaped($0.joined(separator: " "), keepsEmphasis: true) }
  }

  /// Every output has to stand below the code that asked for it.
  private func checkOrder() throws {
    var last = 0
    for record in outputs {
      guard record.file == "\(lesson.target)/main.swift" else {
        throw CourseError(
          "Lessons/\(record.file):\(record.line): prints from a helper: let it take `file: String = #fileID, line: Int = "
            + "#line` and hand them on, so that the output can stand below its call")
      }
      let cell = source.blocks.lastIndex { block in
        if case .code(let range) = block { range.lowerBound <= record.line } else { false }
      }
      guard let cell, cell >= last else {
        throw error(
          record.line,
          "prints again after later code: let the function take `line: Int = #line` and hand it on, so that "
            + "the output can stand below its call")
      }
      last = cell
    }
  }
}
