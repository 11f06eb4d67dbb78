import Support
import Testing

@Suite struct CRC32Tests {
  /// The check value of the standard, and those of Python's `zlib.crc32`.
  @Test(arguments: [("", "00000000"), ("123456789", "cbf43926"), ("\u{0}", "d202ef8d"), ("猫", "85deb210")])
  func checksumsAreThoseOfZlib(_ text: String, _ checksum: String) {
    #expect(Array(text.utf8).withUnsafeBytes(CRC32.hexadecimal) == checksum)
  }
}
