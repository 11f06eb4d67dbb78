/// The segments of a JPEG before its pixels, as Pillow finds them: bytes between them that belong to none are skipped.
struct JPEGSegments: Sequence, IteratorProtocol {
  private let bytes: [UInt8]
  private var offset = 2

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next segment with data. There is none behind a start of scan, an unknown marker, or the end.
  mutating func next() -> (marker: UInt8, data: ArraySlice<UInt8>)? {
    while offset + 1 < bytes.count {
      let marker = bytes[offset + 1]
      switch (bytes[offset], marker) {
      case (0xFF, 0xFF): offset += 1
      case (0xFF, 0x00), (0xFF, 0xC8), (0xFF, 0xD0...0xD9), (0xFF, 0xF0...0xFD): offset += 2
      case (0xFF, 0x01...0xBF), (0xFF, 0xDA): return nil
      case (0xFF, _):
        guard let length = bytes.number(at: offset + 2, count: 2, bigEndian: true) else { return nil }
        let start = offset + 4
        let end = start + Swift.max(length - 2, 0)
        guard end <= bytes.count else { return nil }
        offset = end
        return (marker, bytes[start..<end])
      default: offset += 1
      }
    }
    return nil
  }

  /// Whether a JPEG's end is marked behind its first pixels, so that it was not cut off. Pixels hold no such two bytes.
  static func haveEnd(_ bytes: [UInt8]) -> Bool {
    var segments = JPEGSegments(bytes)
    while segments.next() != nil {}
    return (segments.offset..<Swift.max(bytes.count - 1, segments.offset)).contains {
      bytes[$0] == 0xFF && bytes[$0 + 1] == 0xD9
    }
  }
}
