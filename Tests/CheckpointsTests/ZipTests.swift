import Support
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct ZipTests {
  private func expectRefusal(
    _ kind: DataError.Kind = .malformed, _ fragment: String, sourceLocation: SourceLocation = #_sourceLocation,
    change: (inout ZipBuilder) -> Void
  ) {
    var builder = PickleBuilder.validArchive()
    change(&builder)
    expectError(kind, fragment, sourceLocation: sourceLocation) { try open(builder.build()) }
  }

  @Test func storedEntriesAreReadInEachForm() throws {
    var builder = PickleBuilder.validArchive()
    #expect(try open(builder.build()).float32("w") == [0, 1])
    builder.entries[2].hasDescriptor = true
    #expect(try open(builder.build()).float32("w") == [0, 1])
    builder.isZip64 = true
    #expect(try open(builder.build()).float32("w") == [0, 1])
    builder.comment = [UInt8](repeating: 0x50, count: 65_535)
    #expect(try open(builder.build()).float32("w") == [0, 1])
  }

  @Test func truncatedFilesAreRefusedAtEveryLength() {
    let file = PickleBuilder.validArchive().build()
    for count in 1..<file.count {
      #expect(throws: DataError.self, "\(count) bytes") { try open(Array(file.prefix(count))) }
    }
  }

  @Test func compressedAndEncryptedEntriesAreRefused() {
    expectRefusal(.unsupported, "is compressed") { $0.entries[2].method = 8 }
    expectRefusal(.unsupported, "is compressed") {  // a bomb: a few bytes that claim to be gigabytes
      $0.entries[2].method = 8
      $0.entries[2].statedSize = 4_000_000_000
      $0.entries[2].statedCompressedSize = 8
    }
    expectRefusal(.unsupported, "is encrypted") { $0.entries[2].flags = 1 }
  }

  @Test func entriesMustLieInTheFileAndApart() {
    expectRefusal(.malformed, "states two sizes") { $0.entries[2].statedCompressedSize = 4 }
    expectRefusal(.malformed, "beyond the zip file's data") { $0.entries[2].statedSize = 1000 }
    expectRefusal(.malformed, "outside the zip file's data") { $0.entries[2].statedOffset = 4_000_000_000 }
    expectRefusal(.malformed, "no zip entry is at its offset 1") { $0.entries[2].statedOffset = 1 }
    expectRefusal(.malformed, "differ in the name") { $0.entries[2].statedOffset = 0 }
    expectRefusal(.malformed, "differ in the name") { $0.entries[2].localName = "m/data/1" }
    expectRefusal(.malformed, "beyond the zip file's data") {
      $0.isZip64 = true
      $0.entries[2].statedSize = UInt64(Int.max)
    }
    expectRefusal(.malformed, "is absurd") {
      $0.isZip64 = true
      $0.entries[2].statedSize = .max
    }
    expectRefusal(.malformed, "outside the zip file's data") {
      $0.isZip64 = true
      $0.entries[2].statedOffset = UInt64(Int.max)
    }
  }

  @Test func overlappingEntriesAreRefused() {
    // The second entry's local header lies inside the first entry's bytes.
    let inner = ZipBuilder(entries: [.init(name: "m/data/1", bytes: [1, 2, 3, 4])])
    var innerBytes = inner.build()
    innerBytes.removeLast(innerBytes.count - (30 + 8 + 4))
    var builder = PickleBuilder.validArchive()
    builder.entries[2].bytes = innerBytes
    let start = builder.entries[..<2].reduce(0) { $0 + 30 + $1.name.utf8.count + $1.bytes.count }
    builder.entries.append(
      .init(
        name: "m/data/1", bytes: [1, 2, 3, 4], statedOffset: UInt64(start + 30 + builder.entries[2].name.utf8.count)))
    expectError(.malformed, "overlaps the entry") { try open(builder.build()) }
  }

  @Test func theDirectoryMustBeHonest() {
    expectRefusal(.tooLarge, "zip entries exceed") {
      $0.isZip64 = true
      $0.statedCount = 1_000_000_000
    }
    expectRefusal(.malformed, "needs 4 bytes where 0 are left") { $0.statedCount = 4 }
    expectRefusal(.malformed, "more than its 2 entries") { $0.statedCount = 2 }
    expectRefusal(.malformed, "lies outside the file") { $0.statedDirectoryOffset = 100_000 }
    expectRefusal(.malformed, "lies outside the file") {
      $0.isZip64 = true
      $0.statedDirectoryOffset = UInt64(Int.max)
    }
    expectRefusal(.malformed, "occurs twice") { $0.entries.append($0.entries[2]) }
  }

  @Test func theArchiveMustBeOneOfPyTorch() {
    expectRefusal(.malformed, "0 entries named data.pkl") { $0.entries[0].name = "m/other.pkl" }
    expectRefusal(.malformed, "2 entries named data.pkl") { $0.entries.append(.init(name: "n/data.pkl", bytes: [1])) }
    expectRefusal(.unsupported, "TorchScript") { $0.entries.append(.init(name: "m/constants.pkl", bytes: [1])) }
    expectRefusal(.unsupported, "big-endian") { $0.entries[1].bytes = Array("big".utf8) }
    expectRefusal(.malformed, "\"m/data/0\": this storage is missing") { $0.entries[2].name = "m/data/1" }
    expectRefusal(.malformed, "need 8 bytes, but the entry has 12") { $0.entries[2].bytes += [0, 0, 0, 0] }
    expectRefusal(.malformed, "bytes follow the pickle") { $0.entries[0].bytes.append(0) }
  }
}
