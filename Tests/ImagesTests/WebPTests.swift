import Foundation
import Support
import Testing

@testable import Images

@Test(
  .enabled(if: Image.readsWebP),
  arguments: ["photo-lossy", "clear-lossy", "turned-exif", "animated", "clear-lossless"])
func aWebPCutAnywhereIsRefused(name: String) throws {
  let whole = try Fixtures.bytes("images/\(name).webp")
  for length in whole.indices {
    let error = #expect(throws: DataError.self, "cut to \(length)") { try ImageFile(Array(whole[..<length])) }
    #expect(error?.kind == .malformed, "cut to \(length)")
    #expect(error?.description.contains { $0.isNewline } == false)
  }
}

@Test(.enabled(if: Image.readsWebP)) func aWebPOfTooManyPixelsIsRefusedByItsHeader() throws {
  // A lossless picture states its sides, less one, in 14 bits each: 16,384 in both directions.
  var bomb = try Fixtures.bytes("images/photo-lossless.webp")
  bomb.replaceSubrange(21..<25, with: [0xFF, 0xFF, 0xFF, 0x0F])
  let error = #expect(throws: DataError.self) { try ImageFile(bomb) }
  #expect(error?.description == "16384×16384 is over the limit of 178956970 pixels")
  // An animation states its canvas in 24 bits each.
  var animation = try Fixtures.bytes("images/animated.webp")
  animation.replaceSubrange(24..<30, with: [UInt8](repeating: 0xFF, count: 6))
  #expect(throws: DataError(.tooLarge, reason: "16777216×16777216 is over the limit of 178956970 pixels")) {
    try ImageFile(animation)
  }
  // A picture that claims more than its canvas has.
  animation.replaceSubrange(24..<30, with: [3, 0, 0, 3, 0, 0])
  let outside = #expect(throws: DataError.self) { try ImageFile(animation) }
  #expect(outside?.reason == "the WebP's first picture lies outside of it")
}

@Test func withoutItsLibraryAWebPSaysWhatToInstall() throws {
  #expect(DynamicLibrary("nothingatall", version: 1, formula: "nothing") == nil)
  let bytes = try Fixtures.bytes("images/photo-lossy.webp")
  let error = #expect(throws: DataError.self) { try Image.readWebP(bytes, with: nil) }
  #expect(error?.kind == .unsupported)
  #expect(
    error?.description == "this is a WebP, and reading one needs libwebp: install libwebp-dev (apt) or webp (brew)")
}

@Test func whatIsNoPictureInAWebPIsRefused() throws {
  func riff(_ body: [UInt8]) -> [UInt8] {
    Array("RIFF".utf8) + [UInt8(body.count + 4), 0, 0, 0] + Array("WEBP".utf8) + body
  }
  let header = Array("VP8X".utf8) + [10, 0, 0, 0]
  for (body, reason) in [
    ([], "no picture begins"), (Array("VP9 ".utf8) + [0, 0, 0, 0], "no picture begins"),
    (Array("VP8 ".utf8) + [9, 0, 0, 0], "damaged"), (header, "ends early"),
    (header + [UInt8](repeating: 0, count: 10), "has no picture"),
    (header + [2] + [UInt8](repeating: 0, count: 9), "has no picture"),
    (header + [2] + [UInt8](repeating: 0, count: 9) + Array("ANMF".utf8) + [4, 0, 0, 0, 1, 2, 3, 4], "is missing"),
    (header + [UInt8](repeating: 0, count: 10) + Array("EXIF".utf8) + [0xFF, 0xFF, 0xFF, 0xFF], "damaged"),
  ] {
    let error = #expect(throws: DataError.self) { try WebPFile(riff(body)) }
    #expect(error?.reason.contains(reason) == true, "\(error?.description ?? "") for \(reason)")
  }
}
