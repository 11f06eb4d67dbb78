import CourseKit
import Foundation

/// A lesson as one plain Swift file: its code with its prose as comments, and its helpers at the end.
struct ScriptExport {
  private let source: LessonSource
  private let helpers: [(path: String, text: String)]

  init(_ lesson: LessonEntry, root: URL) throws {
    let folder = "Lessons/\(lesson.target)"
    let library = QuotedSources(root: root)
    let main = "\(folder)/main.swift"
    source = try LessonSource(library.text(of: main), path: main)
    helpers = try QuotedSources.swiftFiles(in: folder, root: root)
      .filter { $0 != main && !$0.dropFirst(folder.count + 1).contains("/") }
      .map { (String($0.dropFirst(folder.count + 1)), try library.text(of: $0)) }
  }

  /// The text of the file. It is a lesson's `main.swift` when its helpers' imports are those of the lesson.
  var text: String {
    var parts = source.blocks.map { block in
      switch block {
      case .prose(let lines, _):
        lines.map { $0.isEmpty ? "//" : "// \($0)" }.trimmed().joined(separator: "\n")
      case .code(let range):
        source.lines[range.lowerBound - 1...range.upperBound - 1].joined(separator: "\n")
      }
    }
    parts += helpers.map { "// MARK: \($0.path)\n\n" + Prose.withoutOuterBlanks(Self.withoutImports($0.text)) }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private static func withoutImports(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("import ") }
      .joined(separator: "\n")
  }
}

extension [String] {
  /// Without the empty comments at both ends.
  fileprivate func trimmed() -> ArraySlice<String> {
    drop { $0 == "//" }.reversed().drop { $0 == "//" }.reversed()[...]
  }
}
