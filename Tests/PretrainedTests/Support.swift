import Checkpoints
import Foundation
import Images
import TestSupport
import Testing

/// The path of a fixture.
func fixture(_ name: String) -> String { Fixture.url(name).path(percentEncoded: false) }

/// The bytes of a fixture.
func fixtureBytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: Fixture.url(name))) }

/// Parses JSON from text.
func parse(_ text: String, limits: JSON.Limits = .settings) throws -> JSON {
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

/// Expects that `body` throws a `CheckpointError` of this kind whose one line contains `fragment`.
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
  } catch {
    Issue.record("another error was thrown: \(error)", sourceLocation: sourceLocation)
  }
}

/// Calls `body` with a new directory that is removed afterwards.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = try TemporaryFolder()
  return try withExtendedLifetime(folder) { try body(folder.url.path) }
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

extension Image {
  static func noise(width: Int, height: Int, format: PixelFormat, seed: UInt64) -> Image {
    var generator = SplitMix64(state: seed)
    return Image(
      width: width, height: height, format: format,
      pixels: (0..<width * height * format.channels).map { _ in UInt8.random(in: 0...255, using: &generator) })
  }

  /// The noise that the scripts under `Tests/Fixtures/images` make too.
  static func congruential(_ width: Int, _ height: Int, _ channels: Int, seed: Int) throws -> Image {
    var state = UInt64(seed)
    let pixels = (0..<width * height * channels).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(state >> 56)
    }
    let format = try #require(PixelFormat(rawValue: channels))
    return Image(width: width, height: height, format: format, pixels: pixels)
  }
}

/// The FNV-1a hash of bytes, 16 hexadecimal digits.
func fowlerNollVo(_ bytes: [UInt8]) -> String {
  let value = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  let text = String(value, radix: 16)
  return String(repeating: "0", count: 16 - text.count) + text
}
