import Hub
import Support
import Testing

@testable import LessonInput

/// How answers to the reader's own input are written.
@Suite struct LessonInputTests {
  /// Nine significant digits, as few as say them: as many as tell any two `Float` values apart.
  @Test func numbersHaveNineSignificantDigits() {
    let values: [Float] = [0.1, -2.5, 28, .infinity, .nan, 16_777_216, 1e-30, 1 / 3, (0.1 as Float).nextUp]
    #expect(
      JSON.numbers(values).text(.line)
        == "[0.100000001, -2.5, 28, null, null, 16777216, 1e-30, 0.333333343, 0.100000009]")
    #expect(JSON.rows([1, 2, 3, 4.5], width: 2) == [[.integer(1), .integer(2)], [.integer(3), .number(4.5)]])
  }

  @Test func anAnswerInATableStandsOnOneLine() {
    #expect(onOneLine(" a dog\n") == "a dog")
    #expect(onOneLine("a\r\ndog\n\non  grass") == "a dog on grass")
    #expect(onOneLine("\n") == "")
  }

  /// What is there counts, whatever it is; the model's directory then says what is wrong with it.
  @Test func aModelIsADirectoryOrANameOnTheHub() throws {
    #expect(try ModelSource("/") == .directory("/"))
    #expect(try ModelSource("/dev/null") == .directory("/dev/null"))
    #expect(try ModelSource("org/name") == .repository(RepositoryName("org/name")))
    #expect(try ModelSource("org/name@v1") == .repository(RepositoryName("org/name@v1")))
    for neither in ["", "/no/such/place", "./org/name", "a/b/c", "org/name@", "org/na me", "org/name@\u{1B}[2J"] {
      let error = #expect(throws: DataError.self) { try ModelSource(neither) }
      #expect(error?.description.contains("no such directory") == true)
      #expect(error?.description.contains("organization/name[@revision]") == true)
    }
  }
}
