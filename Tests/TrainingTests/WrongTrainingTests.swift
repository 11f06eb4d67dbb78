import TestSupport
import Testing
import Training

/// Shares that cannot be end the program with one line.
@Suite struct WrongTrainingTests {
  static let calls: [WrongCall] = [
    WrongCall("a share above all", ["TrainingReport:", "right", "1.5"]) { add(1.5) },
    WrongCall("a negative share", ["TrainingReport:", "right", "-0.1"]) { add(-0.1) },
    WrongCall("an infinite share", ["TrainingReport:", "right", "inf"]) { add(.infinity) },
  ]

  private static func add(_ share: Double) {
    var report = TrainingReport()
    report.add(share: share, "right")
  }

  @Test(arguments: calls.map(\.name)) func endsWithOneLine(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }
}
