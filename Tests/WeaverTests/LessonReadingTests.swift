import CourseKit
import Foundation
import Notebook
import TestSupport
import Testing
import Weaver

@Suite struct LessonReadingTests {
  private let lesson = LessonEntry(number: 4, target: "Lesson04_ViT", title: "Vision Transformer (ViT)", teaches: "x")
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      """
      # 4. Vision Transformer (ViT)

      [← 3. Before](03-multimodal.md) · [All lessons](README.md) · [5. After →](05-clip.md)

      Before the [first](../../Lessons/Lesson04_ViT/main.swift#L3) section, not [the second](05-clip.md).

      ## 4.1 One

      ![A curve.](figures/lesson04-loss.svg)

      *A caption that is so long that the lesson breaks it into two lines, as it does when there is no room.*

      ### Inside

      text

      ## 4.10 Ten

      ![Dots.](figures/lesson04-dots.svg) 

      ![Nothing.](figures/lesson04-none.png)

      ---

      [← 3. Before](03-multimodal.md) · [All lessons](README.md)
      """, to: lesson.page)
    try folder.write(
      """
      Figure loss (640×400, 5f0c61aa): A caption that is so long that the lesson breaks
      it into two lines, as it does when there is no room.
      2.3 ┤*
      0.0 ┤ ****

      Figure dots (640×400, 5f0c61aa): Dots.

      after
      """, to: lesson.golden)
  }

  private func text(section: String? = nil, _ terminal: Terminal = .none) throws -> String {
    try LessonReading(lesson, root: folder.url).text(section: section, layout: .init(terminal))
  }

  @Test func aPageIsShownWithItsPlotsAsTheLessonPrintsThemAndWithoutLinksToPages() throws {
    #expect(
      try text() == """
        4. Vision Transformer (ViT)
        ===========================

        Before the first section, not the second.

        4.1 One
        -------

        2.3 ┤*
        0.0 ┤ ****
        A caption that is so long that the lesson breaks it into two lines, as it does
        when there is no room.

        Inside

        text

        4.10 Ten
        --------

        [picture] Dots. (docs/lessons/figures/lesson04-dots.svg)

        [picture] Nothing. (docs/lessons/figures/lesson04-none.png)

        """)
  }

  @Test(arguments: [("4.1", "4.1 One"), ("4.10", "4.10 Ten"), ("TEN", "4.10 Ten"), ("inside", "Inside")])
  func aSectionIsFoundByItsNumberOrWordsOfItsTitle(name: String, title: String) throws {
    let text = try text(section: name)
    #expect(text.hasPrefix(title + "\n"))
    #expect(text.contains("4.10 Ten") == (title == "4.10 Ten"))
    #expect(text.contains("Inside") == ["4.1 One", "Inside"].contains(title))
  }

  @Test(arguments: ["4.2", "4", "", "zzz"])
  func anUnknownSectionIsAnsweredWithTheKnownOnes(name: String) {
    #expect(
      throws: CourseError(
        "docs/lessons/04-vit.md: there is no section '\(name)'; there are '4.1 One', 'Inside', '4.10 Ten'")
    ) { try text(section: name) }
  }

  @Test func aMissingPageIsAnErrorThatNamesTheCommand() throws {
    try FileManager.default.removeItem(atPath: folder.path(lesson.page))
    #expect(throws: CourseError("docs/lessons/04-vit.md is missing; `swift run course weave 04` makes it")) {
      try text()
    }
  }

  @Test func aLinkOfATerminalLeadsToTheFile() throws {
    let text = try text(Terminal(columns: 80, hasStyles: true))
    #expect(
      text.contains("\u{1B}]8;;file://\(folder.url.standardizedFileURL.path)/Lessons/Lesson04_ViT/main.swift\u{1B}\\"))
  }

  /// All pages of the course: no mark of Markdown or LaTeX is left over, and no line of prose is too wide.
  @Test func everyPageOfTheCourseIsReadable() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    for lesson in try Manifest(root: root).lessons {
      let reading = try LessonReading(lesson, root: root)
      let layout = TerminalPage.Layout(Terminal(columns: 80, hasStyles: false), opensDetails: true)
      var isListing = false
      for line in try reading.text(layout: layout).split(separator: "\n", omittingEmptySubsequences: false) {
        #expect(DisplayWidth.columns(of: line) <= 80, "\(lesson): \(line)")
        isListing = line.hasPrefix("  ") || line.hasPrefix("│") || line.isEmpty && isListing
        if !isListing {
          // `generate(**inputs)` in a table of Python calls.
          #expect(
            !line.replacing("(**", with: "(").contains(/\*\*|\\[a-z]|```|\]\(|<\/?(sub|details|summary)>/),
            "\(lesson): \(line)")
        }
      }
    }
  }
}
