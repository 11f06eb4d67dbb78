import Foundation

/// The words that the lessons introduce, from their sections `Words of this lesson`: the course's glossary.
///
/// Such a section stands in the prose of a lesson's `main.swift`. It is a Markdown list, whose lines may go on below,
/// indented:
///
/// ```
/// ## 4.13 Words of this lesson
///
/// - **patch**: a small square of an image, which becomes one token.
/// - **learning rate**: how far a step of training
///   moves the parameters.
/// ```
public struct LessonWords: Sendable {
  /// A word and what it means.
  public struct Word: Equatable, Sendable {
    /// The word, as its lesson spells it.
    public let term: String
    /// What it means, in one sentence.
    public let meaning: String
    /// The numbers of the lessons that list it, in ascending order. The meaning is the first one's.
    public let lessons: [Int]

    /// What a reader may search a lesson for: `encoder layer`, or `Vision Transformer` and `ViT` for the two in
    /// `Vision Transformer (ViT)`. An addition of several words, as in `head (of attention)`, is none.
    public var spellings: [String] {
      let parts = term.split(separator: "(", maxSplits: 1)
      var spellings = (parts.first ?? "").split(separator: ", ").map { $0.trimmingCharacters(in: .whitespaces) }
      if parts.count == 2 {
        let addition = parts[1].prefix { $0 != ")" }
        if !addition.contains(" ") { spellings.append(String(addition)) }
      }
      return spellings
    }
  }

  /// The words in alphabetical order, whether they begin with a large letter, a small one or a bracket.
  public let words: [Word]

  /// Reads the sections of all lessons of the package at `root`; a lesson may have none.
  ///
  /// - Throws: ``CourseError`` for a lesson that cannot be read, or with file and line of a wrong entry.
  public init(root: URL) throws {
    self.init(
      of: try Manifest(root: root).lessons.map { lesson in
        let path = Self.path(of: lesson)
        guard let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) else {
          throw CourseError("\(path): cannot be read")
        }
        return (lesson.number, try Self.entries(in: text, file: path).map { ($0.term, $0.meaning) })
      })
  }

  /// Puts the lists of several lessons together: a word that is in several of them, also as a plural, is there once.
  ///
  /// - Parameter lessons: each lesson's number and list, in ascending order.
  init(of lessons: [(number: Int, entries: [(term: String, meaning: String)])]) {
    var words: [Word] = []
    var places: [String: Int] = [:]
    for (number, entries) in lessons {
      for (term, meaning) in entries {
        let key = Self.key(of: term)
        if let place = places[key] {
          let word = words[place]
          if word.lessons.last != number {
            words[place] = Word(term: word.term, meaning: word.meaning, lessons: word.lessons + [number])
          }
        } else {
          places[key] = words.count
          words.append(Word(term: term, meaning: meaning, lessons: [number]))
        }
      }
    }
    self.words = words.sorted { Self.isBefore($0.term, $1.term) }
  }

  private static func path(of lesson: LessonEntry) -> String { "Lessons/\(lesson.target)/main.swift" }

  /// Small letters, and without the s of a plural.
  private static func key(of term: String) -> String {
    let small = term.lowercased()
    return small.hasSuffix("s") && !small.hasSuffix("ss") ? String(small.dropLast()) : small
  }

  /// The order of the letters and digits alone; of equal ones that of all characters.
  private static func isBefore(_ term: String, _ other: String) -> Bool {
    func letters(_ text: String) -> [UInt32] {
      text.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " }.unicodeScalars.map(\.value)
    }
    let (first, second) = (letters(term), letters(other))
    if first != second { return first.lexicographicallyPrecedes(second) }
    return term.unicodeScalars.lexicographicallyPrecedes(other.unicodeScalars)
  }
}

// MARK: - Reading a section

extension LessonWords {
  /// An entry of a list as it is written.
  struct Entry: Equatable {
    let term: String
    var meaning: String
    /// The line of the lesson on which it begins, from 1.
    let line: Int
  }

  /// The entries of a lesson's section, in its order; none if there is no such section.
  ///
  /// - Throws: ``CourseError`` for an item of the list that is no entry, and for a word that is there twice.
  static func entries(in source: String, file: String) throws -> [Entry] {
    let lines = source.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard let section = Self.section(in: lines) else { return [] }
    var entries: [Entry] = []
    for index in section {
      let line = lines[index]
      func failure(_ reason: String) -> CourseError { CourseError("\(file):\(index + 1): \(reason)") }
      if line.hasPrefix("- ") {
        guard let match = line.wholeMatch(of: /- \*\*(.+?)\*\*: +(\S.*)/) else {
          throw failure("a word's line is '- **word**: what it means.'")
        }
        let term = String(match.1)
        if entries.contains(where: { $0.term == term }) { throw failure("'\(term)' is there twice") }
        entries.append(Entry(term: term, meaning: String(match.2), line: index + 1))
      } else if line.hasPrefix("  "), !entries.isEmpty {
        entries[entries.count - 1].meaning += " " + line.trimmingCharacters(in: .whitespaces)
      }
    }
    return entries
  }

  /// A lesson's text without its list of words.
  public static func textWithoutWords(_ source: String) -> String {
    var lines = source.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if let section = section(in: lines) { lines.removeSubrange(section) }
    return lines.joined(separator: "\n")
  }

  /// The lines of the section, without its heading: to the next heading, or to the end of the comment.
  private static func section(in lines: [Substring]) -> Range<Int>? {
    guard let heading = lines.firstIndex(where: { $0.wholeMatch(of: /## \d+\.\d+ Words of this lesson *\r?/) != nil })
    else { return nil }
    let start = heading + 1
    let end = lines[start...].firstIndex { $0.hasPrefix("#") || $0.hasPrefix("*/") }
    return start..<(end ?? lines.count)
  }
}
