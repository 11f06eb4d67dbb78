import Foundation
import Support
import Testing

@testable import Images

/// Ten thousand random changes to files of each kind: every one is read or refused with an `DataError` of one line.
/// A trap would end the test run, endless work would stall it.
struct MutationTests {
  private static let rounds = 10_000

  /// Changes `file` in one to four places.
  private func mutate(_ file: inout [UInt8], _ pieces: [[UInt8]], with generator: inout TestGenerator) {
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      guard !file.isEmpty else { return }
      let position = Int.random(in: 0..<file.count, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: file[position] = UInt8.random(in: 0...255, using: &generator)
      case 1: file[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: file.insert(contentsOf: pieces.randomElement(using: &generator) ?? [0], at: position)
      case 3:
        for (offset, byte) in (pieces.randomElement(using: &generator) ?? [0]).enumerated()
        where position + offset < file.count {
          file[position + offset] = byte
        }
      case 4: file.remove(at: position)
      default: file.removeLast(Int.random(in: 0...min(16, file.count), using: &generator))
      }
    }
  }

  /// Reads changed copies of files and counts those that are refused.
  private func survive(
    _ names: [String], seed: UInt64, pieces: [[UInt8]], repair: (inout [UInt8], Int) -> Void = { _, _ in },
    read: ([UInt8]) throws -> Void
  ) throws {
    var generator = TestGenerator(state: seed)
    let originals = try names.map { try Fixtures.bytes($0) }
    for original in originals { try read(original) }
    var refused = 0
    for round in 0..<Self.rounds {
      var file = originals[round % originals.count]
      mutate(&file, pieces, with: &generator)
      repair(&file, round)
      do {
        try read(file)
      } catch let error as DataError {
        refused += 1
        #expect(!error.description.contains { $0.isNewline }, "round \(round)")
      }
    }
    #expect(refused > Self.rounds / 10, "the changes did nothing")
    #expect(refused < Self.rounds, "every change was refused, so none went deep")
  }

  /// Numbers of one, two and four bytes at which arithmetic tends to break.
  private static let extremes: [[UInt8]] = [
    [0], [0xFF], [0, 0], [0xFF, 0xFF], [0x7F, 0xFF], [0, 0, 0, 0], [0, 0, 0, 1], [0x7F, 0xFF, 0xFF, 0xFF],
    [0x80, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF],
  ]

  /// Of every second file the checksums are made right again, so that the changes reach what they protect.
  @Test func mutatedPNGFilesNeverTrap() throws {
    let names = ["grey1-9x1", "grey16-interlaced-trns", "greyalpha8", "rgb16-gamma", "rgba16-interlaced", "grey8-text"]
    try survive(
      names.map { "images/\($0).png" }, seed: 1, pieces: Self.extremes,
      repair: { file, round in if round.isMultiple(of: 2) { repairChecksums(&file) } },
      read: { _ = try ImageFile($0).upright })
  }

  @Test(.enabled(if: Image.readsJPEG)) func mutatedJPEGFilesNeverTrap() throws {
    let names = ["photo-grey", "photo-420", "photo-progressive", "photo-cmyk", "turned-split", "turned-xmp"]
    let marks: [[UInt8]] = [[0xFF, 0xD8], [0xFF, 0xE1], [0xFF, 0xDA], [0xFF, 0xC4], [0xFF, 0xDB], [0xFF, 0xD9]]
    try survive(
      names.map { "images/\($0).jpg" }, seed: 2, pieces: Self.extremes + marks,
      read: { _ = try ImageFile($0).upright })
  }

  @Test(.enabled(if: Image.readsWebP)) func mutatedWebPFilesNeverTrap() throws {
    let names = [
      "photo-lossy", "photo-lossless", "clear-lossy", "turned-exif", "turned-xmp", "animated", "animated-clear",
    ]
    let marks = ["VP8 ", "VP8L", "VP8X", "ALPH", "ANMF", "EXIF", "RIFF"].map { Array($0.utf8) }
    try survive(
      names.map { "images/\($0).webp" }, seed: 4, pieces: Self.extremes + marks,
      read: { _ = try ImageFile($0).upright })
  }

  /// Without the decoders: the places of an orientation alone.
  @Test func mutatedOrientationsNeverTrap() throws {
    let names = ["turned-profile-packed.png", "turned-text.png", "turned-rational.jpg", "turned-marked-twice.jpg"]
    var generator = TestGenerator(state: 5)
    for name in names + ["turned-exif.webp"] {
      let original = try Fixtures.bytes("images/\(name)")
      for _ in 0..<2_000 {
        var file = original
        mutate(&file, Self.extremes, with: &generator)
        for orientation in [Orientation.ofPNG(file), Orientation.ofJPEG(file), Orientation.ofWebP(file)] {
          #expect((1...8).contains(orientation))
        }
      }
    }
  }

  /// An EXIF block of many segments is put together without copying it for each, and no further than it can matter.
  @Test func theOrientationIsFoundInManySegments() {
    let tag: [UInt8] = [
      0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
    ]
    func segment(_ data: [UInt8]) -> [UInt8] {
      let body = Array("Exif".utf8) + [0, 0] + data
      let length = body.count + 2
      return [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 0xFF)] + body
    }
    var file: [UInt8] = [0xFF, 0xD8] + segment(Array(tag.prefix(10))) + segment(Array(tag.dropFirst(10)))
    let filler = segment([UInt8](repeating: 0, count: 65_000))
    for _ in 0..<1_000 { file += filler }
    #expect(Orientation.ofJPEG(file) == 6)
  }
}
