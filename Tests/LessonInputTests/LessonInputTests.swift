import Testing

@testable import LessonInput

/// How answers to the reader's own input are written.
@Suite struct LessonInputTests {
  @Test func aLabelCannotSteerTheTerminal() {
    #expect(JSONLine.string("a\u{1B}[2J\u{9B}\u{202E}é👩‍👧\"\\") == #""a\u001b[2J\u009b\u202eé👩‍👧\"\\""#)
  }

  @Test func anAnswerInATableStandsOnOneLine() {
    #expect(onOneLine(" a dog\n") == "a dog")
    #expect(onOneLine("a\r\ndog\n\non  grass") == "a dog on grass")
    #expect(onOneLine("\n") == "")
  }
}
