import Datasets
import Images
import Support
import Testing

@testable import Evaluation

/// Reading drawn pages by shapes and rules.
@Suite struct TemplateOCRTests {
  private static let pages = Documents(split: .heldOut, seed: 5).prefix(30)

  @Test func printedPagesAreReadNearlyWithoutMistakes() {
    let ocr = TemplateOCR()
    let pages = Self.pages.map(\.clean)
    let texts = pages.map { ocr.rows($0.image()).map(\.text).joined(separator: "\n") }
    #expect(characterErrorRate(texts, references: pages.map { $0.lines.joined(separator: "\n") }) < 0.01)
  }

  @Test(arguments: [-71, -30, 45, 71]) func turnedPagesAreReadNearlyAsWell(slope: Int) {
    let ocr = TemplateOCR()
    let pages = Self.pages.map { page in
      var design = page.clean.design
      design.slope = slope
      return Document(page.content, design)
    }
    // Turned by 45/4096, one of the thirty pages loses its rows: 0.8 of its characters are wrong.
    let texts = pages.map { ocr.rows($0.image()).map(\.text).joined(separator: "\n") }
    #expect(characterErrorRate(texts, references: pages.map { $0.lines.joined(separator: "\n") }) < 0.04)
  }

  @Test func rowsAreTheCheapestCutOfTheProfile() {
    // Seven dark lines with a faint one between, and a speck below.
    let row = [900, 800, 700, 900, 700, 800, 900]
    #expect(TemplateOCR.tops([0, 0] + row + [50] + row + [0, 0, 300, 0]) == [2, 10])
    #expect(TemplateOCR.tops(row) == [0])
    #expect(TemplateOCR.tops(Array(repeating: 10, count: 40)) == [])
    #expect(TemplateOCR.tops([5000]) == [])
  }

  @Test func whatIsNoPageHasNoRowsOrAnyAndEndsNothing() {
    let ocr = TemplateOCR()
    #expect(ocr.rows(Image(width: 112, height: 96, format: .gray, color: .white)).isEmpty)
    for size in [1, 2, 7, 9] { _ = ocr.tree(Image(width: size, height: 10 - size, format: .gray)) }
    var checked = Image(width: 64, height: 48, format: .rgb)
    for y in 0..<48 { for x in 0..<64 where (x ^ y) & 1 == 0 { checked[x, y] = .white } }
    _ = ocr.tree(checked)
  }

  /// The rows that a perfect OCR would give.
  private func rows(_ page: Document) -> [TemplateOCR.Row] {
    let tops = Set(page.texts.map(\.bounds.y)).sorted()
    return zip(page.lines, tops).map { line, y in
      TemplateOCR.Row(words: line.split(separator: " ").map { .init(text: String($0), x: 0) }, y: y)
    }
  }

  @Test func theRulesFindEveryFieldOfTrainedLayoutsInPerfectText() {
    let pages = Documents(split: .heldOut, seed: 6).prefix(200)
    let wrong = pages.filter { FieldRules().tree(rows($0)) != $0.tree }
    // A made-up word can look like a label or a number.
    #expect(wrong.count <= 6, "\(wrong.prefix(3).map { "\($0.lines): \(FieldRules().tree(rows($0)).text(.line))" })")
  }

  @Test func aWrongCharacterInALabelAndLettersForDigitsAreMended() {
    let words = [["BLUE", "CAFE"], ["14/O3/26"], ["2", "TEA", "7.S0"], ["1", "JAM", "3.00"], ["T0TAL", "1O.50"]]
    let tree = FieldRules().tree(
      words.enumerated().map { y, words in .init(words: words.map { .init(text: $0, x: 0) }, y: 9 * y) })
    #expect(
      tree == [
        "kind": "receipt", "store": "BLUE CAFE", "date": "14/03/26",
        "items": [["count": "2", "name": "TEA", "price": "7.50"], ["count": "1", "name": "JAM", "price": "3.00"]],
        "total": "10.50",
      ])
  }
}
