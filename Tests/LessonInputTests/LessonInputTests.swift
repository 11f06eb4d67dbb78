import Support
import Testing

@testable import LessonInput

/// How answers to the reader's own input are written.
@Suite struct LessonInputTests {
  @Test func numbersTellAnyTwoFloatsApart() {
    let values: [Float] = [0.1, -1.5, .infinity, .nan, 16_777_216, 1e-30, (0.1 as Float).nextUp]
    #expect(JSON.numbers(values).text(.line) == "[0.1, -1.5, null, null, 16777216.0, 1e-30, 0.10000001]")
    #expect(JSON.rows([1, 2, 3, 4], width: 2) == [[.number(1), .number(2)], [.number(3), .number(4)]])
  }

  @Test func anAnswerInATableStandsOnOneLine() {
    #expect(onOneLine(" a dog\n") == "a dog")
    #expect(onOneLine("a\r\ndog\n\non  grass") == "a dog on grass")
    #expect(onOneLine("\n") == "")
  }
}
