import TestSupport
import Testing

@testable import Support

/// Expected values: FIPS 180 (examples) and `git hash-object`.
@Suite struct SHA1Tests {
  private func checksum(_ text: String) -> String { Array(text.utf8).withUnsafeBytes { SHA1.hexadecimal(of: $0) } }

  @Test func knownChecksums() {
    #expect(checksum("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    #expect(checksum("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(
      checksum("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    #expect(checksum(String(repeating: "a", count: 1_000_000)) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f")
  }

  /// One byte more or less around the place where a block is full.
  @Test func edgesOfBlocks() {
    let expected = [
      55: "c1c8bbdc22796e28c0e15163d20899b65621d65a", 56: "c2db330f6083854c99d4b5bfb6e8f29f201be699",
      63: "03f09f5b158a7a8cdad920bddc29b81c18a551f5", 64: "0098ba824b5c16427bd7a1122a5a442a25ec644d",
      65: "11655326c708d70319be2610e8a57d9a5b959d3b",
    ]
    for (count, digits) in expected { #expect(checksum(String(repeating: "a", count: count)) == digits) }
  }

  @Test func namesOfGit() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "empty")
    try folder.write("hello\n", to: "hello")
    #expect(try SHA1.ofGitBlob(atPath: folder.path("empty")) == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
    #expect(try SHA1.ofGitBlob(atPath: folder.path("hello")) == "ce013625030ba8dba906f756967f9e9ca394464a")
  }
}
