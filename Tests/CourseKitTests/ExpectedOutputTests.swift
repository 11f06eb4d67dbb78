import CourseKit
import Foundation
import Testing

@Suite struct ExpectedOutputTests {
  private let output = ExpectedOutput(
    parsing: """
      Lesson 4. ViT
      =============

      4.1 Sizes
      ---------

      Patches: 196  # 224 / 16 = 14 in a row
      Scores: [1, 2]

      part             same writers  others
      ---------------  ------------  ------
      nearest – mean         90.00%  85.00%
      ViT                                 –

      part  share
      ----  -----
      ViT       1
      rest      2
      """, file: "sample.txt")

  @Test func valuesComeWithoutTheirNotes() throws {
    #expect(try output.value("Patches") == "196")
    #expect(try output.value("Scores") == "[1, 2]")
  }

  @Test func cellsAreFoundByRowAndColumn() throws {
    #expect(try output.cell("nearest – mean", column: "same writers") == "90.00%")
    #expect(try output.cell("nearest – mean", column: "others") == "85.00%")
    #expect(try output.cell("ViT", column: "same writers") == "")
    #expect(try output.cell("ViT", column: "share") == "1")
    #expect(try output.cell("rest", column: "share") == "2")
  }

  @Test func whatIsNotPrintedIsAnErrorThatNamesIt() {
    #expect(throws: CourseError("sample.txt: prints no value named 'Patch'")) { try output.value("Patch") }
    #expect(throws: CourseError("sample.txt: no table has the row 'rest' and the column 'others'")) {
      try output.cell("rest", column: "others")
    }
  }

  @Test func linesMayEndAsOnOtherSystems() throws {
    let output = ExpectedOutput(parsing: "Patches: 196\r\n\r\npart  share\r\n----  -----\r\nViT       1\r\n", file: "x")
    #expect(try output.value("Patches") == "196")
    #expect(try output.cell("ViT", column: "share") == "1")
  }

  @Test func aLessonIsReadByItsNumber() throws {
    let root = try PackageRoot.find(from: URL(filePath: #filePath).deletingLastPathComponent())
    #expect(try ExpectedOutput(lesson: "04", root: root).value("ViT parameters") == "85,806,346")
    #expect(throws: CourseError.self) { try ExpectedOutput(lesson: "99", root: root) }
  }
}
