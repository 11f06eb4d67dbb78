import Foundation
import Testing

@testable import Checkpoints

/// The path of a fixture.
func fixture(_ name: String, from file: String = #filePath) -> String {
  let tests = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
  return tests.appending(path: "Fixtures").appending(path: name).path(percentEncoded: false)
}

/// The bytes of a fixture.
func fixtureBytes(_ name: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(filePath: fixture(name))))
}

/// Opens a checkpoint from bytes that were never a file.
func open(_ bytes: [UInt8]) throws -> Checkpoint {
  try Checkpoint(file: MappedFile(contents: bytes, name: "test file"))
}

extension JSON.Limits {
  /// Those of settings, for text that must be JSON.
  static let strict = JSON.Limits(byteCount: 64 << 20, depth: 64, valueCount: 2_000_000)
}

/// Parses JSON from text.
func parse(_ text: String, limits: JSON.Limits = .strict) throws -> JSON {
  try Array(text.utf8).withUnsafeBytes { try JSON(parsing: $0, file: "test.json", limits: limits) }
}

/// The members of a JSON object in a text.
func object(_ text: String) throws -> JSON.Object { try #require(try parse(text).members) }

extension JSON {
  var members: JSON.Object? { if case .object(let object) = self { object } else { nil } }
  var elements: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
  var string: String? { if case .string(let text) = self { text } else { nil } }
  var integer: Int? { if case .integer(let number) = self { number } else { nil } }

  /// A number as the fixtures write it: infinities and NaN are texts, truth values are 0 and 1.
  var double: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    case .bool(let flag): flag ? 1 : 0
    case .string(let text): Double(text)
    default: nil
    }
  }
}

/// Expects that `body` throws a ``CheckpointError`` of this kind whose one line contains `fragment`.
func expectError<Result>(
  _ kind: CheckpointError.Kind, _ fragment: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Result
) {
  do {
    _ = try body()
    Issue.record("no error was thrown; expected one about \"\(fragment)\"", sourceLocation: sourceLocation)
  } catch let error as CheckpointError {
    #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
    #expect(error.description.contains(fragment), "\(error)", sourceLocation: sourceLocation)
    #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
    #expect(error.description.utf8.count < 2000, sourceLocation: sourceLocation)
  } catch {
    Issue.record("another error was thrown: \(error)", sourceLocation: sourceLocation)
  }
}

/// Calls `body` with a new directory that is removed afterwards.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appending(path: "checkpoints-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.path(percentEncoded: false))
}

/// Little-endian bytes of a number.
func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

/// A small generator of random numbers with a seed (Steele, Lea and Flood 2014).
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
