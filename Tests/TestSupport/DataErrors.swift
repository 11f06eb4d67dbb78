import Support
import Testing

/// Expects that `body` throws a `DataError` of this kind whose one line contains `fragment`.
public func expectError<Result>(
  _ kind: DataError.Kind, _ fragment: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Result
) {
  do {
    _ = try body()
    Issue.record("no error was thrown; expected one about \"\(fragment)\"", sourceLocation: sourceLocation)
  } catch let error as DataError {
    #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
    #expect(error.description.contains(fragment), "\(error)", sourceLocation: sourceLocation)
    #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
    #expect(error.description.utf8.count < 2000, sourceLocation: sourceLocation)
  } catch {
    Issue.record("another error was thrown: \(error)", sourceLocation: sourceLocation)
  }
}

/// The text of the error that `body` throws; empty if it throws none.
public func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch {
    return "\(error)"
  }
}

/// Parses JSON from text.
public func parse(_ text: String, options: JSON.Options = .settings) throws -> JSON {
  try JSON(parsing: Array(text.utf8), file: "test.json", options: options)
}

/// The members of a JSON object in a text.
public func object(_ text: String) throws -> JSON.Object { try #require(try parse(text).members) }

extension JSON {
  public var members: JSON.Object? { if case .object(let object) = self { object } else { nil } }
  public var elements: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
  public var string: String? { if case .string(let text) = self { text } else { nil } }
  public var integer: Int? { if case .integer(let number) = self { number } else { nil } }

  /// A number as the fixtures write it: infinities and NaN are texts, truth values are 0 and 1.
  public var double: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    case .bool(let flag): flag ? 1 : 0
    case .string(let text): Double(text)
    default: nil
    }
  }
}
