import Foundation
import Testing

@testable import Images

/// Files under `Tests/Fixtures` and folders that vanish after a test.
enum Fixtures {
  static func path(_ name: String, file: String = #filePath) -> String {
    URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures").appendingPathComponent(name).path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  static func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("images-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory.path)
  }
}

/// A small generator for tests, the same numbers in each run.
struct TestGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let high = state ^ (state >> 33)
    return high &* 0xFF51_AFD7_ED55_8CCD ^ (high >> 29)
  }
}

extension Image {
  static func noise(width: Int, height: Int, format: PixelFormat, seed: UInt64) -> Image {
    var generator = TestGenerator(state: seed)
    return Image(
      width: width, height: height, format: format,
      pixels: (0..<width * height * format.channels).map { _ in UInt8.random(in: 0...255, using: &generator) })
  }
}

extension Image {
  /// The noise that the scripts under `Tests/Fixtures/images` make too; if `hard`, only black and white.
  static func congruential(
    _ width: Int, _ height: Int, _ channels: Int, seed: Int, hard: Bool = false
  ) throws -> Image {
    var state = UInt64(seed)
    let pixels = (0..<width * height * channels).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let byte = UInt8(state >> 56)
      return hard ? (byte > 127 ? 255 : 0) : byte
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
