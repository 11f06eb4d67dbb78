import Foundation
import Testing

@testable import Notebook

@Suite struct TranscriptTests {
  /// Text and records of what a closure prints.
  private func printed(_ body: (Transcript) -> Void) -> (text: String, records: [TraceRecord]) {
    var records: [TraceRecord] = []
    body(Transcript { records.append($0) })
    return (records.map(\.text).joined(), records)
  }

  private let source = SourceLine(file: "LessonTests/main.swift", line: 7)

  @Test func valuesFollowEachOtherAndBlocksStandApart() {
    let result = printed {
      $0.title("Title", at: source)
      $0.value("a", ["1"], note: nil, at: source)
      $0.value("b", ["2"], note: "two", at: source)
      $0.note("text", at: source)
      $0.value("c", ["3"], note: nil, at: source)
    }
    #expect(result.text == "Title\n=====\n\na: 1\nb: 2  # two\n\ntext\n\nc: 3\n")
  }

  @Test func aValueOfSeveralLinesStartsUnderItsLabel() {
    let result = printed { $0.value("m", ["[[1]", " [2]]"], note: "n", at: source) }
    #expect(result.text == "m:  # n\n[[1]\n [2]]\n")
  }

  @Test func aHeadingIsUnderlinedToItsWidthOnTheTerminal() {
    #expect(printed { $0.section("猫 1", at: source) }.text == "猫 1\n----\n")
  }

  @Test func verbatimTextKeepsItsSpaces() {
    #expect(printed { $0.verbatim("  a  b\n\n c\n\n", at: source) }.text == "  a  b\n\n c\n")
  }

  @Test func everyRecordIsOneLineOfJSON() throws {
    let odd = "quote \" slash \\ tab \t bell \u{7} 猫\n"
    let record = TraceRecord(
      file: "Lesson04_ViT/main.swift", line: 12, kind: .figure, text: odd,
      table: TraceRecord.Table(header: [odd, "b"], rows: [["1", odd], []], isNumeric: [true, false]),
      figure: TraceRecord.Figure(
        name: "a", caption: odd, alternative: odd, fileExtension: "svg", width: 640, height: 1, path: "out/a.svg",
        narrowPath: "out/\"a.narrow.svg"))
    #expect(record.jsonLine.filter(\.isNewline).count == 1)
    #expect(try JSONDecoder().decode(TraceRecord.self, from: Data(record.jsonLine.utf8)) == record)
  }

  @Test func aFigureInPlainTextStandsBelowItsLine() {
    let figure = TraceRecord.Figure(
      name: "loss", caption: "Falls.", alternative: "A curve.", fileExtension: "svg", width: 9, height: 9)
    let result = printed {
      $0.figure("Figure loss: Falls.", ["█", "██"], figure, at: source)
      $0.value("a", ["1"], note: nil, at: source)
    }
    #expect(result.text == "Figure loss: Falls.\n█\n██\n\na: 1\n")
    #expect(result.records[0].figure == figure)
  }

  @Test func theTraceHasTheCellsOfATable() {
    let result = printed { $0.table(TextTable(["a", "b"], [["x", 1], ["y", "-"]]), at: source) }
    #expect(
      result.records[0].table
        == TraceRecord.Table(header: ["a", "b"], rows: [["x", "1"], ["y", "-"]], isNumeric: [false, true]))
  }

  @Test func aProgressBarFitsItsTerminalAndTellsTheTimeLeft() {
    let line = ProgressBar.line(label: "training", done: 25, total: 100, elapsed: 30, note: "loss 1.25", columns: 80)
    #expect(line == "training  [#####---------------]   25%  01:30 left  loss 1.25")
    let narrow = ProgressBar.line(label: "训练", done: 1, total: 2, elapsed: 1, note: "", columns: 10)
    #expect(DisplayWidth.columns(of: narrow) < 10)
  }
}
