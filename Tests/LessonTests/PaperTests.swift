import CourseKit
import Foundation
import Testing

/// The list of papers in the last lesson, and what the other lessons quote.
@Suite struct PaperTests {
  /// Authors and year of each paper that a text quotes: `Vaswani et al. 2017`.
  private func quotations(in text: String) -> Set<String> {
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let pattern = /(\p{Lu}[\p{L}’'-]+ (?:et al\.|and \p{Lu}[\p{L}’'-]+)),? \(?((?:19|20)\d\d)/
    return Set(line.matches(of: pattern).map { "\($0.1) \($0.2)" })
  }

  private func source(of lesson: LessonEntry) throws -> String {
    try String(contentsOf: Course.root.appending(path: "Lessons/\(lesson.target)/main.swift"), encoding: .utf8)
  }

  private func references() throws -> String {
    let lesson = try Manifest(root: Course.root).lesson(named: "12")
    return try String(contentsOf: Course.root.appending(path: lesson.golden), encoding: .utf8)
  }

  @Test func everyPaperThatALessonQuotesIsListed() throws {
    let references = try references()
    for lesson in try Course.lessons() {
      for paper in quotations(in: try source(of: lesson)).sorted() {
        #expect(references.contains(paper), "\(lesson) quotes \(paper)")
      }
    }
  }

  @Test func everyListedPaperIsQuotedInItsLesson() throws {
    let rows = try references().matches(of: /(?m)^ +(\d\d) {2}(\S.*? \d{4}) {2}/)
    #expect(rows.count > 40)
    for row in rows {
      let text = try source(of: Manifest(root: Course.root).lesson(named: String(row.1)))
      let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      let (authors, year) = (row.2.dropLast(5), row.2.suffix(4))
      let isThere = ["\(authors) \(year)", "\(authors) (\(year)", "\(authors), \(year)"].contains(where: line.contains)
      #expect(isThere, "lesson \(row.1) does not quote \(row.2)")
    }
  }
}
