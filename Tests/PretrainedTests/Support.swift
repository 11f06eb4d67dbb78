import Foundation
import Images
import TestSupport
import Testing

/// The path of a fixture.
func fixture(_ name: String) -> String { Fixture.url(name).path(percentEncoded: false) }

/// The bytes of a fixture.
func fixtureBytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: Fixture.url(name))) }

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
