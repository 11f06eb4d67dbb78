import Testing

/// A call that a learner may make by mistake, and what the one line about it says.
public struct WrongCall: Sendable {
  /// Tells the call from others of its list.
  public let name: String
  /// What the line contains: the operation, and what did not fit.
  public let parts: [String]
  /// Makes the call, which ends the program.
  public let make: @Sendable () -> Void

  /// A call by its name.
  public init(_ name: String, _ parts: [String], _ make: @escaping @Sendable () -> Void) {
    self.name = name
    self.parts = parts
    self.make = make
  }

  /// Expects that a program that made the call ended with exactly one line about it, and without a crash.
  ///
  /// - Parameter result: of the program; `nil` if it did not end as expected, which has been recorded.
  public func expectLine(_ result: ExitTest.Result?, sourceLocation: SourceLocation = #_sourceLocation) {
    guard let result else { return }
    let text = String(decoding: result.standardErrorContent, as: UTF8.self)
    // The test runner may say something of its own; of the library there must be exactly one line.
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("error: ") }
    #expect(lines.count == 1, "\(name): \(text)", sourceLocation: sourceLocation)
    for part in parts {
      #expect(lines.first?.contains(part) == true, "\(name): \(text)", sourceLocation: sourceLocation)
    }
    #expect(!text.contains("Crash") && !text.contains("Fatal error"), "\(text)", sourceLocation: sourceLocation)
  }
}
