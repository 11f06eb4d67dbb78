import CourseKit
import Foundation

/// A file of a lesson's folder beside its `main.swift`, which appears on the page where the lesson first uses it.
struct HelperFile {
  let path: String
  /// What it declares for the lesson.
  let names: [String]
  /// The same as code names them: members with a point.
  private let uses: [String]
  private let excerpt: Excerpt
  private let words: Set<String>

  /// Helpers of a lesson, sorted by name.
  static func all(in folder: String, root: URL, library: QuotedSources) throws -> [HelperFile] {
    try QuotedSources.swiftFiles(in: folder, root: root)
      .filter { $0 != "\(folder)/main.swift" && $0.dropFirst(folder.count + 1).contains("/") == false }
      .map { HelperFile(path: $0, excerpt: try library.excerpt($0, askedAt: $0)) }
  }

  private init(path: String, excerpt: Excerpt) {
    self.path = path
    self.excerpt = excerpt
    let declarations = Declarations(excerpt.code).all
    var (names, uses): ([String], [String]) = ([], [])
    for declaration in declarations where !declaration.isExtension {
      guard let name = declaration.path.last, !names.contains(name) else { continue }
      // An extension of a type from elsewhere is known by its members.
      let isMember = declarations.contains { $0.isExtension && $0.path == Array(declaration.path.dropLast()) }
      if declaration.path.count == 1 || isMember {
        names.append(name)
        uses.append((isMember ? "." : "") + name)
      }
    }
    self.names = names
    self.uses = uses
    words = Self.words(in: excerpt.code)
  }

  /// The file, folded under its name and what it declares.
  var block: PageBlock {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let list = names.prefix(6).map { "`\($0)`" }.joined(separator: ", ") + (names.count > 6 ? ", …" : "")
    return .folded(summary: "Helper file `\(file)`: \(list)", [.code(excerpt)])
  }

  /// Takes out the files that some code uses, each after those that it uses itself.
  static func take(usedBy code: String, from files: inout [HelperFile]) -> [HelperFile] {
    take(using: words(in: code), from: &files)
  }

  private static func take(using words: Set<String>, from files: inout [HelperFile]) -> [HelperFile] {
    var result: [HelperFile] = []
    while let index = files.firstIndex(where: { $0.uses.contains(where: words.contains) }) {
      let file = files.remove(at: index)
      result += take(using: file.words, from: &files) + [file]
    }
    return result
  }

  /// What some code names: words alone and, with their point, words behind one (`.mean`).
  private static func words(in code: String) -> Set<String> {
    let tokens = SwiftTokens(code)
    var words: Set<String> = []
    var previous: SwiftToken?
    for token in tokens.tokens where token.kind != .comment {
      switch token.kind {
      case .word:
        let isMember = previous.map { tokens.isToken($0, ".") } ?? false
        words.insert((isMember ? "." : "") + tokens.text(of: token))
      case .string:
        for part in interpolations(in: tokens.text(of: token)) { words.formUnion(self.words(in: part)) }
      default: break
      }
      previous = token
    }
    return words
  }

  /// The code in `\(…)` of a string.
  private static func interpolations(in string: String) -> [String] {
    string.split(separator: "\\(", omittingEmptySubsequences: false).dropFirst().map { part in
      var depth = 1
      return String(
        part.prefix { character in
          depth += character == "(" ? 1 : character == ")" ? -1 : 0
          return depth > 0
        })
    }
  }
}
