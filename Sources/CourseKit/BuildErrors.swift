import Foundation

/// What a build says of mistakes, without its progress and without what it says twice.
public struct BuildErrors: Equatable, Sendable {
  /// A mistake that the compiler found.
  public struct Diagnostic: Equatable, Sendable {
    /// Path of the file from the package's root, with line and column: `Lessons/Lesson04_ViT/main.swift:12:5`.
    public let place: String
    /// Whether it keeps the program from being built.
    public let isError: Bool
    /// What is wrong.
    public let message: String
    /// The line of the source, and below it a mark at the column.
    public fileprivate(set) var excerpt: [String] = []
  }

  /// The errors, in the order of the compiler.
  public private(set) var errors: [Diagnostic] = []
  /// The warnings, in the order of the compiler.
  public private(set) var warnings: [Diagnostic] = []
  /// The last lines of the build, for a failure that is no mistake in a source.
  public let tail: [String]

  /// Reads the output of `swift build`.
  ///
  /// - Parameter root: the package's root, which the paths are shortened by.
  public init(output: String, root: String) {
    let lines = output.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    // `[3/6] Compiling …` tells how far it came.
    tail = lines.filter { !$0.isEmpty && !$0.hasPrefix("[") }.suffix(12).map(String.init)
    var index = 0
    while index < lines.count {
      defer { index += 1 }
      guard var diagnostic = Self.diagnostic(lines[index], root: root) else { continue }
      let excerpt = lines[(index + 1)...].prefix { Self.isExcerpt($0) }
      index += excerpt.count
      diagnostic.excerpt = Self.shortened(Array(excerpt))
      // The compiler reports a mistake once for the file, and once for the module's interface.
      if diagnostic.isError {
        if !errors.contains(diagnostic) { errors.append(diagnostic) }
      } else if !warnings.contains(diagnostic) {
        warnings.append(diagnostic)
      }
    }
  }

  /// `/folder/file.swift:12:5: error: what is wrong`.
  private static func diagnostic(_ line: Substring, root: String) -> Diagnostic? {
    for (mark, isError) in [(": error: ", true), (": warning: ", false)] {
      guard let range = line.firstRange(of: mark) else { continue }
      let place = line[..<range.lowerBound]
      let fields = place.split(separator: ":").suffix(2)
      guard fields.count == 2, fields.allSatisfy({ Int($0) != nil }) else { continue }
      let isInside = place.hasPrefix(root + "/")
      return Diagnostic(
        place: String(isInside ? place.dropFirst(root.count + 1) : place), isError: isError,
        message: String(line[range.upperBound...]))
    }
    return nil
  }

  /// `12 | let x = y` or `   |         ^`.
  private static func isExcerpt(_ line: Substring) -> Bool {
    guard let bar = line.firstIndex(of: "|") else { return false }
    return line[..<bar].allSatisfy { $0 == " " || $0.isNumber }
  }

  /// The first marked line with its mark, which repeats the message.
  private static func shortened(_ excerpt: [Substring]) -> [String] {
    guard let marked = excerpt.firstIndex(where: { $0.drop { $0 == " " }.first == "|" }), marked > 0,
      let bar = excerpt[marked].firstIndex(of: "|")
    else { return [] }
    let mark = excerpt[marked][excerpt[marked].index(after: bar)...]
    let indentation = mark.prefix { $0 == " " }
    return [String(excerpt[marked - 1]), excerpt[marked][...bar] + indentation + "^"]
  }
}
