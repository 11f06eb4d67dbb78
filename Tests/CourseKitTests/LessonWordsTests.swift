import Foundation
import TestSupport
import Testing

@testable import CourseKit

@Suite struct LessonWordsTests {
  private func lesson(_ list: String) -> String {
    """
    /*:
    # 4. A lesson

    - **no word**: of the list.

    ## 4.3 Words of this lesson

    What this lesson brings.

    \(list)

    ## 4.4 Exercises

    - **no word**: of the list.
    */
    let lesson = 4
    """
  }

  private func entries(_ list: String) throws -> [LessonWords.Entry] {
    try LessonWords.entries(in: lesson(list), file: "main.swift")
  }

  @Test func anEntryIsAWordAndASentenceThatMayGoOnBelow() throws {
    let entries = try entries(
      """
      - **patch**: a small square
        of an image.
      - **[CLS] token**: a token: in front of the others.
      """)
    #expect(entries.map(\.term) == ["patch", "[CLS] token"])
    #expect(entries.map(\.meaning) == ["a small square of an image.", "a token: in front of the others."])
    #expect(entries.map(\.line) == [10, 12])
  }

  @Test func aLessonMayHaveNoWords() throws {
    #expect(try LessonWords.entries(in: "let lesson = 4\n", file: "f").isEmpty)
    #expect(try entries("").isEmpty)
  }

  @Test func theSectionMayBeTheLastOfItsComment() throws {
    let text = "/*:\n## 12.10 Words of this lesson\n\n- **a**: one.\n*/\n- **b**: two.\n"
    #expect(try LessonWords.entries(in: text, file: "f").map(\.term) == ["a"])
    #expect(try LessonWords.entries(in: text.replacing("\n", with: "\r\n"), file: "f").map(\.meaning) == ["one."])
  }

  @Test(arguments: ["- patch: a square.", "- **patch** a square.", "- **patch**:", "- **patch**: "])
  func anItemThatIsNoEntryIsAnErrorWithItsLine(item: String) {
    #expect(throws: CourseError("main.swift:10: a word's line is '- **word**: what it means.'")) { try entries(item) }
  }

  @Test func aWordThatIsThereTwiceIsAnError() {
    #expect(throws: CourseError("main.swift:11: 'patch' is there twice")) {
      try entries("- **patch**: one.\n- **patch**: two.")
    }
  }

  @Test func ofSeveralLessonsTheFirstSaysWhatAWordMeans() {
    let words = LessonWords(of: [
      (2, [("logit", "a score."), ("token", "a piece.")]), (4, [("Token", "a patch."), ("logits", "scores.")]),
      (7, [("logit", "a third."), ("loss", "a number.")]),
    ]).words
    #expect(words.map(\.term) == ["logit", "loss", "token"])
    #expect(words.map(\.lessons) == [[2, 4, 7], [7], [2, 4]])
    #expect(words.map(\.meaning) == ["a score.", "a number.", "a piece."])
  }

  @Test func wordsAreInTheOrderOfTheirLetters() {
    let terms = ["value", "[CLS]", "BLEU", "beam", "n-gram", "beam search"]
    let words = LessonWords(of: [(1, terms.map { ($0, "a word.") })]).words
    #expect(words.map(\.term) == ["beam", "beam search", "BLEU", "[CLS]", "n-gram", "value"])
  }

  @Test func theSpellingsOfAWordAreWhatALessonCanBeSearchedFor() {
    func spellings(_ term: String) -> [String] { LessonWords.Word(term: term, meaning: "", lessons: []).spellings }
    #expect(spellings("patch") == ["patch"])
    #expect(spellings("Vision Transformer (ViT)") == ["Vision Transformer", "ViT"])
    #expect(spellings("head (of attention)") == ["head"])
    #expect(spellings("training mode, evaluation mode") == ["training mode", "evaluation mode"])
  }

  @Test func theListCanBeLeftOutOfALesson() {
    let rest = LessonWords.textWithoutWords(lesson("- **patch**: a small square."))
    #expect(!rest.contains("patch") && rest.contains("## 4.4 Exercises") && rest.contains("let lesson = 4"))
  }

  @Test func allLessonsOfAPackageAreRead() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "1 | Lesson01_One | One | x\n2 | Lesson02_Two | Two | y\n", to: "Lessons/lessons.txt")
    try folder.write("let one = 1\n", to: "Lessons/Lesson01_One/main.swift")
    #expect(throws: CourseError("Lessons/Lesson02_Two/main.swift: cannot be read")) {
      try LessonWords(root: folder.url)
    }
    try folder.write("/*:\n## 2.1 Words of this lesson\n- **a**: one.\n*/\n", to: "Lessons/Lesson02_Two/main.swift")
    #expect(try LessonWords(root: folder.url).words == [.init(term: "a", meaning: "one.", lessons: [2])])
  }
}
