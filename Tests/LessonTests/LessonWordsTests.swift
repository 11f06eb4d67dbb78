import CourseKit
import Foundation
import Testing

/// The glossary of the course, which is made of the lessons' sections `Words of this lesson`.
@Suite struct CourseWordsTests {
  /// All that a lesson says: its sources without the list of words, and what it prints, in small letters on one line.
  private func text(of lesson: LessonEntry) throws -> String {
    let folder = Course.root.appending(path: "Lessons/\(lesson.target)")
    var parts = [try String(contentsOf: Course.root.appending(path: lesson.golden), encoding: .utf8)]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() where name.hasSuffix(".swift")
    {
      parts.append(LessonWords.textWithoutWords(try String(contentsOf: folder.appending(path: name), encoding: .utf8)))
    }
    let plain = parts.joined(separator: " ").lowercased().filter { !"*`".contains($0) }
    return plain.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Whether a word is in a text, or its plural. A word of several lessons is spelled as the first one does, which may be
  /// the plural.
  private func occurs(_ spelling: String, in text: String) -> Bool {
    let small = spelling.lowercased()
    let forms = [small] + (small.hasSuffix("s") ? [String(small.dropLast())] : [])
    return (forms + (small.hasSuffix("y") ? [String(small.dropLast()) + "ies"] : [])).contains(where: text.contains)
  }

  @Test func aWordOccursInEachLessonThatListsIt() throws {
    let words = try LessonWords(root: Course.root).words
    #expect(words.count > 100)
    for lesson in try Course.lessons() {
      let text = try text(of: lesson)
      for word in words where word.lessons.contains(lesson.number) {
        #expect(
          word.spellings.contains { occurs($0, in: text) }, "\(lesson) lists '\(word.term)' and does not use it")
      }
    }
  }

  @Test func everyLessonThatTeachesHasWords() throws {
    let listed = Set(try LessonWords(root: Course.root).words.flatMap(\.lessons))
    for number in Array(2...10) + [13, 14] { #expect(listed.contains(number), "lesson \(number) lists no words") }
  }
}
