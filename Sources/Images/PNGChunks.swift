/// The chunks of a PNG one after the other, by their stated lengths and without a look at their checksums; ends where
/// a chunk would reach beyond the file.
struct PNGChunks: Sequence, IteratorProtocol {
  /// A chunk's name, its four letters as one number.
  enum Kind: UInt32 {
    case header = 0x4948_4452  // IHDR
    case palette = 0x504C_5445  // PLTE
    case transparency = 0x7452_4E53  // tRNS
    case exif = 0x6558_4966  // eXIf
    case text = 0x7445_5874  // tEXt
    case compressedText = 0x7A54_5874  // zTXt
    case internationalText = 0x6954_5874  // iTXt
    case end = 0x4945_4E44  // IEND
  }

  private let bytes: [UInt8]
  private var offset = 8

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next chunk of a known kind. The last one is that before IEND.
  mutating func next() -> (kind: Kind, data: ArraySlice<UInt8>)? {
    while let length = bytes.number(at: offset, count: 4, bigEndian: true),
      let name = bytes.number(at: offset + 4, count: 4, bigEndian: true)
    {
      let start = offset + 8
      guard length <= bytes.count - start - 4 else { return nil }
      offset = start + length + 4
      guard let kind = Kind(rawValue: UInt32(truncatingIfNeeded: name)) else { continue }
      return kind == .end ? nil : (kind, bytes[start..<start + length])
    }
    return nil
  }
}

extension [UInt8] {
  /// An unsigned number of `count` bytes, at most 7, or nil where it would reach beyond the end.
  func number(at offset: Int, count: Int, bigEndian: Bool) -> Int? {
    guard offset >= 0, offset <= self.count - count else { return nil }
    var result = 0
    for index in 0..<count { result = result << 8 | Int(self[offset + (bigEndian ? index : count - 1 - index)]) }
    return result
  }
}
