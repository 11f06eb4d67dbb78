import Foundation
import Support
import Testing

@testable import Images

/// What Pillow sees in each photo under `Tests/Fixtures/images`; `make_photos.py` there writes both.
private struct PhotoExpectation: Decodable {
  let mode: String
  let width, height: Int
  let turned: Int
  let upright: Data
  let alpha: Data?

  static func all(_ ending: String) throws -> [(name: String, expectation: PhotoExpectation)] {
    let table = try JSONDecoder().decode(
      [String: PhotoExpectation].self, from: Data(Fixtures.bytes("images/photos.json")))
    return table.filter { $0.key.hasSuffix(ending) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

@Test(arguments: [".png"] + (Image.readsJPEG ? [".jpg"] : []) + (Image.readsWebP ? [".webp"] : []))
func photosStandUprightWithPillowsPixels(ending: String) throws {
  let all = try PhotoExpectation.all(ending)
  #expect(all.count == [".png": 17, ".jpg": 55, ".webp": 14][ending])
  for (name, expected) in all {
    let file = try ImageFile(contentsOf: Fixtures.path("images/\(name)"))
    #expect(file.mode.rawValue == expected.mode, "\(name)")
    #expect(file.orientation == ((1...8).contains(expected.turned) ? expected.turned : 1), "\(name)")
    let upright = file.upright.converted(to: .rgb)
    #expect(upright.width == expected.width && upright.height == expected.height, "\(name)")
    #expect(upright.pixels == [UInt8](expected.upright), "\(name)")
    if let alpha = expected.alpha { #expect(file.upright.channel(3).pixels == [UInt8](alpha), "\(name)") }
    #expect(try Image(contentsOf: Fixtures.path("images/\(name)")) == file.upright)
  }
}

@Test func everyOrientationIsUndone() {
  let image = Image.noise(width: 5, height: 3, format: .rgb, seed: 4)
  // Orientations 6 and 8 undo each other; all others undo themselves.
  for orientation in 1...8 {
    let back = [6: 8, 8: 6][orientation] ?? orientation
    #expect(image.turnedUpright(from: orientation).turnedUpright(from: back) == image)
  }
}

@Test(.enabled(if: Image.readsJPEG)) func aJPEGCutAnywhereIsRefused() throws {
  for name in ["photo-420.jpg", "photo-progressive.jpg"] {
    let whole = try Fixtures.bytes("images/\(name)")
    // Without its last two bytes, the end marker, a JPEG still has all its pixels.
    for length in 0..<whole.count - 2 {
      #expect(throws: DataError.self, "\(name) cut to \(length)") { try ImageFile(Array(whole[..<length])) }
    }
  }
}

/// What libjpeg warns of first, it tells; that the file ends early, too, it keeps to itself then.
@Test(.enabled(if: Image.readsJPEG)) func aJPEGWithOddsThatWasCutIsRefused() throws {
  for name in ["odd-version", "odd-stray", "odd-adobe-9", "odd-scan", "sampled-410"] {
    let whole = try Fixtures.bytes("images/\(name).jpg")
    for length in stride(from: 4, to: whole.count - 2, by: 3) {
      #expect(throws: DataError.self, "\(name) cut to \(length)") { try ImageFile(Array(whole[..<length])) }
    }
  }
}

@Test func damagedPhotosNeverCrash() throws {
  var generator = TestGenerator(state: 3)
  let names = ["photo-420.jpg", "photo-progressive.jpg", "photo-cmyk.jpg", "turned-split.jpg", "turned-both.png"]
  var refused = 0
  for round in 0..<3_000 {
    var damaged = try Fixtures.bytes("images/\(names[round % names.count])")
    for _ in 0...Int.random(in: 0..<5, using: &generator) {
      damaged[Int.random(in: 2..<damaged.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
    }
    do {
      let file = try ImageFile(damaged)
      #expect(file.upright.pixels.count == file.image.pixels.count)
    } catch {
      refused += 1
    }
    // The search for the orientation alone, whatever the decoder says.
    #expect((1...8).contains(Orientation.ofJPEG(damaged)) && (1...8).contains(Orientation.ofPNG(damaged)))
  }
  #expect(refused > 500)
}

@Test func aJPEGHeaderOfTooManyPixelsIsRefused() throws {
  var bomb = try Fixtures.bytes("images/photo-444.jpg")
  let frame = try #require(bomb.indices.first { bomb[$0] == 0xFF && bomb[$0 + 1] == 0xC0 })
  // 60,000 in both directions, under libjpeg's own limit.
  bomb.replaceSubrange(frame + 5..<frame + 9, with: [0xEA, 0x60, 0xEA, 0x60])
  let error = #expect(throws: DataError.self) { try ImageFile(bomb) }
  #expect(error?.kind == (Image.readsJPEG ? .tooLarge : .unsupported))
  // 10,000 in both directions, and no bytes for so many.
  bomb.replaceSubrange(frame + 5..<frame + 9, with: [0x27, 0x10, 0x27, 0x10])
  // Refused by its header: the reason is not one that the decoder gives after work.
  let short = #expect(throws: DataError.self) { try ImageFile(bomb) }
  if Image.readsJPEG { #expect(short?.reason.contains("too short for 10000×10000 pixels") == true) }
}

@Test func withoutItsLibraryAJPEGSaysWhatToInstall() throws {
  #expect(DynamicLibrary("nothingatall", version: 1, formula: "nothing") == nil)
  let bytes = try Fixtures.bytes("images/photo-444.jpg")
  let error = #expect(throws: DataError.self) { try Image.readJPEG(bytes, with: nil) }
  #expect(error?.kind == .unsupported)
  #expect(error?.description.contains("install libturbojpeg0-dev (apt) or jpeg-turbo (brew)") == true)
}

@Test func otherFormatsAreNamed() {
  for (start, name) in [
    (Array("GIF89a".utf8), "a GIF"), (Array("BM....".utf8), "a BMP"), ([0x49, 0x49, 0x2A, 0, 8, 0], "a TIFF"),
  ] {
    let error = #expect(throws: DataError.self) { try ImageFile(start) }
    #expect(error?.description == "this is \(name), and only PNG, JPEG and WebP can be read")
  }
}
