import Foundation
import Support
import Testing

@testable import Images

/// What Pillow sees in each PNG under `Tests/Fixtures/images`; `make_images.py` there writes both.
private struct Expectation: Decodable {
  let width, height: Int
  let mode: String
  let pixels: Data
  let rgb, gray, rgba: Data?

  enum CodingKeys: String, CodingKey {
    case width, height, mode, pixels
    case rgb = "RGB"
    case gray = "L"
    case rgba = "RGBA"
  }

  static func all() throws -> [(name: String, expectation: Expectation)] {
    let table = try JSONDecoder().decode(
      [String: Expectation].self, from: Data(Fixtures.bytes("images/expected.json")))
    return table.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

@Test func everyKindOfPNGHasPillowsPixels() throws {
  let all = try Expectation.all()
  #expect(all.count == 91)
  for (name, expected) in all {
    let file = try ImageFile(contentsOf: Fixtures.path("images/\(name).png"))
    #expect(file.mode.rawValue == expected.mode, "\(name)")
    let image = file.image
    #expect(image.width == expected.width && image.height == expected.height, "\(name)")
    #expect(image.pixels == [UInt8](expected.pixels), "\(name)")
    if let wanted = expected.rgb { #expect(image.converted(to: .rgb).pixels == [UInt8](wanted), "\(name) as RGB") }
    if let wanted = expected.gray { #expect(image.converted(to: .gray).pixels == [UInt8](wanted), "\(name) as gray") }
    if let wanted = expected.rgba { #expect(image.converted(to: .rgba).pixels == [UInt8](wanted), "\(name) as RGBA") }
  }
}

@Test func grayOf16BitsIsCutOffAt255AsPillowAndTransformersDo() throws {
  // 0 1 127 128 255 256 257 4660 32767 32768 65280 65535
  let image = try Image(contentsOf: Fixtures.path("images/rule-grey16.png"))
  #expect(image.format == .gray && image.pixels == [0, 1, 127, 128] + [UInt8](repeating: 255, count: 8))
}

@Test(
  arguments: [
    // Gray of 2 bits, key 2, and of 4 bits, key 3: none of 0 85 170 255 is 2, nor of 51 255 is 3.
    ("rule-grey2-key", [0, 85, 170, 255]), ("rule-grey4-key", [51, 255]),
    // Of colors of 16 bits the samples' high bytes are compared with the key's low ones: 12 34 56 is transparent.
    ("rule-rgb16-key-low", [255, 255, 0]),
  ] as [(String, [UInt8])])
func aTransparentColorIsComparedWithSamplesOf8BitsAsPillowDoes(name: String, red: [UInt8]) throws {
  let flat = try Image(contentsOf: Fixtures.path("images/\(name).png")).flattened(onto: .white)
  #expect(flat.channel(0).pixels == red)
}

@Test func aPaletteMayHaveFewerColorsThanTransparencies() throws {
  let flat = try Image(contentsOf: Fixtures.path("images/rule-palette-long-trns.png")).flattened(onto: .white)
  #expect(flat.pixels == [255, 255, 255, 127, 255, 127])
}

@Test(arguments: PixelFormat.allCases)
func whatIsWrittenIsReadBack(format: PixelFormat) throws {
  for (width, height) in [(1, 1), (1, 300), (300, 1), (17, 5), (640, 480)] {
    let image = Image.noise(width: width, height: height, format: format, seed: UInt64(width + height))
    let bytes = image.pngData()
    #expect(try ImageFile(bytes).image == image)
    #expect(image.pngData() == bytes)
  }
}

@Test func aFileCutAnywhereIsRefused() throws {
  for name in ["rgb8", "palette4-interlaced-trns"] {
    let whole = try Fixtures.bytes("images/\(name).png")
    for length in whole.indices {
      let error = #expect(throws: DataError.self, "\(name) cut to \(length) bytes") {
        try ImageFile(Array(whole[..<length]))
      }
      #expect(error?.kind == .malformed)
    }
  }
}

@Test func aFlippedBitAnywhereIsRefused() throws {
  for name in ["rgb8-gamma", "grey8-text", "palette4-interlaced-trns", "grey16-interlaced"] {
    let whole = try Fixtures.bytes("images/\(name).png")
    for bit in 0..<whole.count * 8 {
      var damaged = whole
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: DataError.self, "\(name) with bit \(bit) flipped") { try ImageFile(damaged) }
    }
  }
}

/// With checksums made right again the damage reaches libpng's and zlib's own checks; some results are images.
@Test func damageBehindValidChecksumsNeverCrashes() throws {
  var generator = TestGenerator(state: 7)
  var refused = 0
  let names = ["rgb8", "palette4-interlaced-trns", "grey16-interlaced-trns", "greyalpha8", "rgba16", "grey1-33x2"]
  let rounds = 3_000
  for round in 0..<rounds {
    var damaged = try Fixtures.bytes("images/\(names[round % names.count]).png")
    for _ in 0...Int.random(in: 0..<4, using: &generator) {
      damaged[Int.random(in: 8..<damaged.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
    }
    repairChecksums(&damaged)
    do {
      let image = try ImageFile(damaged).image
      #expect(image.pixels.count == image.width * image.height * image.channels)
    } catch {
      refused += 1
    }
  }
  #expect(refused > rounds / 2)
}

@Test func anImageOfTooManyPixelsIsRefusedByItsHeader() throws {
  let start = try Fixtures.bytes("images/rgb8.png")
  for (width, height, kind) in [
    (100_000, 100_000, DataError.Kind.tooLarge), (2_000_000, 1, .tooLarge), (1, 2_000_000, .tooLarge),
    (0x7FFF_FFFF, 0x7FFF_FFFF, .tooLarge), (13_000, 13_000, .malformed),
  ] {
    var bomb = start
    for (offset, value) in [(16, width), (20, height)] {
      for byte in 0..<4 { bomb[offset + byte] = UInt8(value >> (24 - 8 * byte) & 0xFF) }
    }
    repairChecksums(&bomb)
    let error = #expect(throws: DataError.self) { try ImageFile(bomb) }
    #expect(error?.kind == kind, "\(width)×\(height): \(error?.description ?? "")")
  }
}

@Test func whatIsNoImageIsSaidToBeNone() throws {
  try Fixtures.withTemporaryDirectory { directory in
    let text = directory + "/notes.txt"
    try "Once upon a time".write(toFile: text, atomically: true, encoding: .utf8)
    let empty = directory + "/empty.png"
    try Data().write(to: URL(fileURLWithPath: empty))
    let missing = directory + "/missing.png"
    for (path, kind, reason) in [
      (text, DataError.Kind.malformed, "not a PNG, JPEG or WebP"), (empty, .malformed, "empty"),
      (missing, .notFound, "no such file"), (directory, .inputOutput, "is not a regular file but a directory"),
      ("/dev/null", .inputOutput, "is not a regular file"), ("/dev/zero", .inputOutput, "not a regular file"),
    ] {
      let error = #expect(throws: DataError.self) { try Image(contentsOf: path) }
      #expect(error?.kind == kind)
      #expect(error?.file == path)
      #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
      #expect(error?.description.hasPrefix(path) == true)
    }
  }
}

/// Nobody writes into this pipe: who opens it as a file waits for ever.
@Test(.timeLimit(.minutes(30))) func aPipeIsRefusedWithoutWaiting() throws {
  try Fixtures.withTemporaryDirectory { directory in
    let path = directory + "/pipe.png"
    #expect(mkfifo(path, 0o600) == 0)
    let error = #expect(throws: DataError.self) { try ImageFile(contentsOf: path) }
    #expect(error?.description == "\(path): is not a regular file")
    // A link is what it leads to.
    let (link, picture) = (directory + "/link.png", directory + "/picture.png")
    try Image(width: 2, height: 1).writePNG(to: picture)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: picture)
    #expect(try ImageFile(contentsOf: link).image == Image(width: 2, height: 1))
  }
}

@Test func aPNGWithoutItsHeaderInFrontIsNamed() throws {
  let whole = try Fixtures.bytes("images/rgb8.png")
  let text: [UInt8] = [0, 0, 0, 3] + Array("tEXta\0b".utf8) + [0, 0, 0, 0]
  let apple: [UInt8] = [0, 0, 0, 4] + Array("CgBI".utf8) + [0x50, 0, 0x20, 2, 0x2B, 0xD5, 0xB3, 0x7F]
  for start in [text, apple, Array(whole[33...]), [UInt8](repeating: 0x78, count: 40)] {
    let error = #expect(throws: DataError.self) { try ImageFile(Array(whole[..<8]) + start + Array(whole[8...])) }
    #expect(error?.description == "byte 8: this is not a PNG picture: IHDR is missing")
  }
}

@Test func aTransparentColorThatIsTooShortIsRefused() throws {
  for (name, count) in [("grey8", 1), ("grey16", 0), ("rgb8", 5), ("rgb16", 2)] {
    var bytes = try Fixtures.bytes("images/\(name).png")
    let chunk = [0, 0, 0, UInt8(count)] + Array("tRNS".utf8) + [UInt8](repeating: 0, count: count + 4)
    bytes.insert(contentsOf: chunk, at: 33)
    repairChecksums(&bytes)
    let error = #expect(throws: DataError.self, "\(name)") { try ImageFile(bytes) }
    #expect(error?.kind == .malformed && error?.place == "tRNS")
  }
}

@Test func anErrorNamesFilePlaceAndReason() throws {
  try Fixtures.withTemporaryDirectory { directory in
    let path = directory + "/cut.png"
    try Data(Fixtures.bytes("images/rgb8.png").prefix(60)).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: DataError.self) { try Image(contentsOf: path) }
    #expect(error?.description == "\(path): byte 60: the PNG ends early or is damaged (the file ends early)")
  }
}

@Test func aFailedWriteLeavesNothingBehind() throws {
  try Fixtures.withTemporaryDirectory { directory in
    let image = Image(width: 4, height: 4)
    let taken = directory + "/taken.png"
    try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: true)
    let error = #expect(throws: DataError.self) { try image.writePNG(to: taken) }
    #expect(error?.kind == .inputOutput)
    #expect(throws: DataError.self) { try image.writePNG(to: directory + "/nowhere/figure.png") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["taken.png"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: taken).isEmpty)
  }
}

@Test func writingReplacesAFileWhole() throws {
  try Fixtures.withTemporaryDirectory { directory in
    let path = directory + "/figure.png"
    let (first, second) = (Image(width: 300, height: 300, color: .red), Image(width: 2, height: 2, color: .blue))
    try first.writePNG(to: path)
    #expect(try Image(contentsOf: path) == first)
    try second.writePNG(to: path)
    #expect(try Image(contentsOf: path) == second)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["figure.png"])
  }
}

/// Walks the chunks and writes each one's right checksum.
func repairChecksums(_ bytes: inout [UInt8]) {
  var offset = 8
  while offset + 12 <= bytes.count {
    let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    guard offset + 12 + length <= bytes.count else { return }
    let checksum = bytes[offset + 4..<offset + 8 + length].withUnsafeBytes(CRC32.of)
    for byte in 0..<4 { bytes[offset + 8 + length + byte] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * byte)) }
    offset += 12 + length
  }
}
