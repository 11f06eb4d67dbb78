import Support
import Testing

/// The checksum against the examples of FIPS 180-4's author.
struct SHA256Tests {
  private func checksum(_ pieces: [[UInt8]]) -> String {
    var checksum = SHA256()
    for piece in pieces { piece.withUnsafeBytes { checksum.update($0) } }
    return checksum.hexadecimal
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func examplesOfTheStandard(text: String, expected: String) {
    #expect(checksum([Array(text.utf8)]) == expected)
  }

  @Test func aMillionLettersInPiecesOfAnySize() {
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    for size in [1, 63, 64, 65, 1000, 1_000_000] {
      let pieces = stride(from: 0, to: 1_000_000, by: size).map {
        [UInt8](repeating: UInt8(ascii: "a"), count: min(size, 1_000_000 - $0))
      }
      #expect(checksum(pieces) == expected)
    }
  }
}
