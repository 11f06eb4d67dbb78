import CourseKit
import Foundation

/// The package's sources, from which pages quote by name.
final class QuotedSources {
  private let root: URL
  private var texts: [String: String] = [:]
  private var declarations: [(path: String, found: Declarations)]?

  init(root: URL) { self.root = root }

  /// The text of a file.
  ///
  /// - Parameter path: from the package's root.
  func text(of path: String) throws -> String {
    if let text = texts[path] { return text }
    guard let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) else {
      throw CourseError("\(path): cannot be read")
    }
    texts[path] = text
    return text
  }

  /// The source of what a name means: a declaration in `Sources`, or a file.
  ///
  /// - Parameter place: where it was asked for, for errors.
  func excerpt(_ name: String, askedAt place: String) throws -> Excerpt {
    if name.hasSuffix(".swift") {
      guard let text = try? text(of: name) else { throw CourseError("\(place): there is no file \(name) to quote") }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      return Self.excerpt(lines, name, 1...max(lines.count - 1, 1))
    }
    let matches = try all().flatMap { file in file.found.named(name).map { (file, $0) } }
    let own = matches.filter { !$0.1.isExtension }
    let candidates = own.isEmpty ? matches : own
    guard let (file, declaration) = candidates.first else {
      throw CourseError("\(place): nothing in Sources is named '\(name)', so it cannot be quoted")
    }
    if candidates.count > 1 {
      let places = candidates.map { "\($0.0.path):\($0.1.lines.lowerBound)" }.joined(separator: ", ")
      throw CourseError(
        "\(place): '\(name)' names \(candidates.count) declarations (\(places)); its type before it or its labels behind it, "
          + "as in Tensor.softmax(dim:), tell them apart")
    }
    return Self.excerpt(file.found.lines, file.path, declaration.lines)
  }

  private static func excerpt(_ lines: [Substring], _ path: String, _ range: ClosedRange<Int>) -> Excerpt {
    let code = lines[range.lowerBound - 1...range.upperBound - 1]
    let indentation = code.filter { !LessonSource.isBlank($0) }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    return Excerpt(
      path: path, lines: range, code: code.map { String($0.dropFirst(indentation)) }.joined(separator: "\n"))
  }

  private func all() throws -> [(path: String, found: Declarations)] {
    if let declarations { return declarations }
    let paths = try Self.swiftFiles(in: "Sources", root: root)
    let all = try paths.map { (path: $0, found: Declarations(try text(of: $0))) }
    declarations = all
    return all
  }

  /// Swift files below a folder, sorted by their paths from the root.
  static func swiftFiles(in folder: String, root: URL) throws -> [String] {
    guard let names = FileManager.default.enumerator(atPath: root.appending(path: folder).path) else {
      throw CourseError("\(folder): cannot be read")
    }
    return names.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
