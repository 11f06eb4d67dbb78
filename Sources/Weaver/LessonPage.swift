import CourseKit
import Notebook

/// Lines of a file of the package, shown on a page.
struct Excerpt: Equatable {
  /// Path from the package's root.
  let path: String
  let lines: ClosedRange<Int>
  /// The code, without the indentation that all its lines share.
  let code: String
}

/// One thing on a page, below the one before it.
indirect enum PageBlock: Equatable {
  /// Markdown.
  case markdown(String)
  /// A cell of the lesson's own code, or code of the package that it quotes.
  case code(Excerpt)
  /// Values that the lesson printed, line by line, or lines that it printed as they are.
  case text(String)
  /// A table that the lesson printed.
  case table(TraceRecord.Table)
  /// Running text that the lesson printed, its paragraphs in Markdown.
  case note([String])
  /// A figure that the lesson made.
  case figure(TraceRecord.Figure)
  case folded(summary: String, [PageBlock])

  /// The block and all that is folded in it.
  var unfolded: [PageBlock] {
    if case .folded(_, let blocks) = self { return blocks.flatMap(\.unfolded) }
    return [self]
  }
}

/// A lesson as a reader sees it: prose, code, and below each piece of code what it printed.
struct LessonPage: Equatable {
  let lesson: LessonEntry
  let blocks: [PageBlock]

  /// The figures on the page, in their order.
  var figures: [TraceRecord.Figure] {
    blocks.flatMap(\.unfolded).compactMap { if case .figure(let figure) = $0 { figure } else { nil } }
  }
}
