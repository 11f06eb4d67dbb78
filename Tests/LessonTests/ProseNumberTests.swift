import CourseKit
import Foundation
import Testing

/// Numbers in the prose of lessons: the lesson prints them, or the paragraph names their source.
@Suite struct ProseNumberTests {
  /// The paragraphs of a lesson's markup, with the line on which each begins. Code and formulas are left out.
  private func paragraphs(_ lesson: LessonEntry) throws -> [(line: Int, text: String)] {
    let file = Course.root.appending(path: "Lessons/\(lesson.target)/main.swift")
    var result: [(line: Int, text: String)] = []
    var (isProse, isCode, isFormula) = (false, false, false)
    var current: (line: Int, text: String)?
    func end() {
      if let paragraph = current { result.append(paragraph) }
      current = nil
    }
    for (index, line) in try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n").enumerated() {
      let text = line.trimmingCharacters(in: .whitespaces)
      if text == "/*:" { isProse = true } else if text == "*/" { isProse = false }
      guard isProse else {
        end()
        continue
      }
      if text.hasPrefix("```") { isCode.toggle() }
      if text.hasPrefix("$$"), !(text.count > 2 && text.hasSuffix("$$")) { isFormula.toggle() }
      if isCode || isFormula || text.isEmpty || text.hasPrefix("/*") || text.hasPrefix("#") || text.hasPrefix("$$") {
        end()
      } else {
        // A row of a table and an item of a list stand for themselves.
        if text.hasPrefix("|") || text.hasPrefix("- ") || text.hasPrefix("* ") { end() }
        current = (current?.line ?? index + 1, (current.map { $0.text + " " } ?? "") + text)
      }
    }
    end()
    return result
  }

  /// `4.6` and all other numbers of sections.
  private static let sections: Set<String> = {
    let sources = ((try? Course.lessons()) ?? []).compactMap { lesson in
      try? String(contentsOf: Course.root.appending(path: "Lessons/\(lesson.target)/main.swift"), encoding: .utf8)
    }
    return Set(sources.joined(separator: "\n").matches(of: #/(?m)^##+ (\d+\.\d+) /#).map { String($0.1) })
  }()

  @Test(arguments: try Course.lessons())
  func aNumberInProseIsPrintedOrHasASource(lesson: LessonEntry) throws {
    let golden = try String(contentsOf: Course.root.appending(path: lesson.golden), encoding: .utf8)
    func isPrinted(_ number: Substring) -> Bool {
      golden.ranges(of: number).contains { range in
        let before = range.lowerBound == golden.startIndex ? " " : golden[golden.index(before: range.lowerBound)]
        return !before.isNumber && before != "."
      }
    }
    for (line, text) in try paragraphs(lesson) {
      // A year is a source: Dosovitskiy et al. 2021.
      if text.contains(/\b(19|20)\d\d\b/) { continue }
      let plain = text.replacing(/`[^`]*`/, with: " ").replacing(/\$[^$]*\$/, with: " ").replacing(
        /\]\([^)]*\)/, with: "]")
      for match in plain.matches(of: /(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?: ?%)?/) {
        let number = match.0
        let digits = number.filter { $0.isNumber || $0 == "." || $0 == "," }
        let isSection = Self.sections.contains(String(number))
        guard number.hasSuffix("%") || number.contains("."), !isSection else { continue }
        #expect(
          isPrinted(digits[...]),
          "Lessons/\(lesson.target)/main.swift:\(line): \(number) is not printed by the lesson, and the paragraph names no source"
        )
      }
    }
  }
}
