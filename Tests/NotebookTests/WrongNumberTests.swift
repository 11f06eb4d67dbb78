import Notebook
import TestSupport
import Testing

/// Formats and tables that cannot be end the program with one line.
@Suite struct WrongNumberTests {
  static let calls: [WrongCall] = [
    WrongCall("fixed", ["Format.fixed:", "-1 decimals"]) { _ = Format.fixed(1.0, decimals: -1) },
    WrongCall("scientific", ["Format.scientific:", "-1 decimals"]) { _ = Format.scientific(1.0, decimals: -1) },
    WrongCall("significant", ["Format.significant:", "0 significant"]) { _ = Format.significant(1.0, digits: 0) },
    WrongCall("a short row", ["TextTable:", "row 0 has 1 cells", "2 columns"]) { _ = TextTable(["a", "b"], [["c"]]) },
  ]

  @Test(arguments: calls.map(\.name)) func endsWithOneLine(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }
}
