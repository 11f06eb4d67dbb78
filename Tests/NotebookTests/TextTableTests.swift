import Testing

@testable import Notebook

@Suite struct TextTableTests {
  @Test func textIsSetLeftAndNumbersRight() {
    let table = TextTable(
      ["model", "parameters", "accuracy"],
      [["ViT-B/16", 85_806_346, .percent(0.9563)], ["tiny", 42, .percent(1, decimals: 1)]])
    #expect(
      table.lines == [
        "model     parameters  accuracy",
        "--------  ----------  --------",
        "ViT-B/16  85,806,346    95.63%",
        "tiny              42    100.0%",
      ])
  }

  @Test func wideAndCombiningCharactersKeepTheColumnsStraight() {
    let combining = "cafe\u{301}"
    let table = TextTable(["word", "count"], [["猫", 1], [.text(combining), 20], ["한국어", 300], ["👍🏽", 4]])
    #expect(
      table.lines == [
        "word    count",
        "------  -----",
        "猫          1",
        "\(combining)       20",
        "한국어    300",
        "👍🏽          4",
      ])
  }

  @Test func aCellCannotSteerTheTerminal() {
    let table = TextTable(["answer", "n"], [[.text("\u{1B}[2Jno\nyes\u{202E}"), 1]])
    #expect(table.lines[2] == "\\u{1b}[2Jno\\u{a}yes\\u{202e}  1")
    #expect(table.lines[1] == "---------------------------  -")
  }

  @Test func noLineEndsWithASpace() {
    let table = TextTable(["a", "long heading"], [["x", "y"], ["long text", ""]])
    #expect(table.lines.allSatisfy { $0.last != " " })
  }

  @Test func aGapDoesNotTurnNumbersIntoText() {
    #expect(TextTable(["n"], [[1000], ["-"], [""], ["—"]]).lines == ["    n", "-----", "1,000", "    -", "", "    —"])
    #expect(TextTable(["n"], [[1], ["none"]]).lines == ["n", "----", "1", "none"])
  }

  @Test(arguments: ["0", "-1", "+3", "1,024", "95.6%", "2.5e-07", "1e+06", "nan", "-inf", ".5", "12×", "−3"])
  func readsAsANumber(text: String) {
    #expect(NumberText.reads(text))
  }

  @Test(arguments: ["", "a", "1 2", "v1", "1e", "[1, 2]", "16x16", "-", "%", "ViT-B/16", "1-2", "٣"])
  func readsAsText(text: String) {
    #expect(!NumberText.reads(text))
  }

  @Test func columnsAreCountedAsATerminalDoes() {
    let expected: KeyValuePairs = [
      "": 0, "abc": 3, "猫": 2, "ｆ": 2, "\u{E9}": 1, "e\u{301}": 1, "\u{200B}": 0, "👩‍👩‍👧": 2, "→": 1, "×": 1, "┐": 1,
      "❤️": 2, "¼": 1, "🇨🇭": 2,
    ]
    for (text, columns) in expected { #expect(DisplayWidth.columns(of: text) == columns, "\(text)") }
  }
}

@Suite struct ParagraphTests {
  @Test func linesBreakAtSpacesWithinTheWidth() {
    #expect(Paragraph.wrap("one two three four", width: 9) == ["one two", "three", "four"])
    #expect(Paragraph.wrap("one two", width: 7) == ["one two"])
  }

  @Test func aWordLongerThanTheLineStandsAlone() {
    #expect(Paragraph.wrap("a extraordinarily b", width: 5) == ["a", "extraordinarily", "b"])
  }

  @Test func wideCharactersCountTwice() {
    #expect(Paragraph.wrap("猫猫 猫猫", width: 8) == ["猫猫", "猫猫"])
    #expect(Paragraph.wrap("猫猫 猫猫", width: 9) == ["猫猫 猫猫"])
  }

  @Test func sourceLineBreaksAreSpacesAndEmptyLinesSeparateParagraphs() {
    #expect(Paragraph.wrap("one\n  two\n\n\nthree\n", width: 80) == ["one two", "", "three"])
    #expect(Paragraph.wrap(" \n ", width: 80) == [])
  }
}
