/// How a picture must be turned to stand upright, by the number of EXIF's tag 0x0112.
///
/// Cameras store pixels as the sensor lay and say here how it was held. Looked for as Pillow does: the EXIF block
/// first, and only where that has no such tag, the XMP text.
enum Orientation {
  /// The orientation that a PNG states, 1 (upright) if none or none that is known.
  ///
  /// The eXIf chunk and an uncompressed XMP text are read; a compressed one is not.
  static func ofPNG(_ bytes: [UInt8]) -> Int {
    var exif: ArraySlice<UInt8>?
    var xmp: ArraySlice<UInt8>?
    var offset = 8
    while offset + 12 <= bytes.count {
      let length = bytes.number(at: offset, count: 4, bigEndian: true) ?? 0
      let start = offset + 8
      guard length <= bytes.count - start - 4 else { break }
      let data = bytes[start..<start + length]
      switch Array(bytes[offset + 4..<start]) {
      case Array("eXIf".utf8): exif = data
      case Array("iTXt".utf8):
        let keyword = Array("XML:com.adobe.xmp".utf8) + [0, 0]
        if data.starts(with: keyword) { xmp = data.dropFirst(keyword.count) }
      default: break
      }
      offset = start + length + 4
    }
    return known(exif.flatMap { inEXIF(Array($0)) } ?? xmp.flatMap(inXMP))
  }

  /// The orientation that a JPEG states, 1 (upright) if none or none that is known.
  static func ofJPEG(_ bytes: [UInt8]) -> Int {
    let exifMark = Array("Exif".utf8) + [0, 0]
    let xmpMark = Array("http://ns.adobe.com/xap/1.0/".utf8) + [0]
    var exif: [UInt8] = []
    var hasEXIF = false
    var xmp: ArraySlice<UInt8>?
    var offset = 2
    while offset + 4 <= bytes.count {
      guard bytes[offset] == 0xFF else { break }
      let marker = bytes[offset + 1]
      if marker == 0xFF {
        offset += 1
        continue
      }
      // From the first scan on there are pixels, and no more of these segments that Pillow would read.
      if marker == 0xDA || marker == 0xD9 { break }
      if marker == 0x01 || (0xD0...0xD7).contains(marker) {
        offset += 2
        continue
      }
      guard let length = bytes.number(at: offset + 2, count: 2, bigEndian: true), length >= 2,
        length <= bytes.count - offset - 2
      else { break }
      let data = bytes[offset + 4..<offset + 2 + length]
      if marker == 0xE1, data.starts(with: exifMark) {
        // A block over 64 kB goes on in the next segment.
        hasEXIF = true
        if exif.count < exifLimit { exif += data.dropFirst(exifMark.count) }
      } else if marker == 0xE1, data.starts(with: xmpMark) {
        xmp = data.dropFirst(xmpMark.count)
      }
      offset += 2 + length
    }
    return known((hasEXIF ? inEXIF(exif) : nil) ?? xmp.flatMap(inXMP))
  }

  /// The tag stands in front; what lies further behind in a block of this size is some maker's own.
  private static let exifLimit = 16 << 20

  private static func known(_ value: Int?) -> Int {
    value.map { (1...8).contains($0) ? $0 : 1 } ?? 1
  }

  /// The tag's value in the first directory of a TIFF block; nil if there is none, 0 if it is no single whole number.
  private static func inEXIF(_ bytes: [UInt8]) -> Int? {
    let bigEndian: Bool
    switch Array(bytes.prefix(4)) {
    case [0x49, 0x49, 0x2A, 0]: bigEndian = false
    case [0x4D, 0x4D, 0, 0x2A]: bigEndian = true
    default: return nil
    }
    guard let directory = bytes.number(at: 4, count: 4, bigEndian: bigEndian),
      let entries = bytes.number(at: directory, count: 2, bigEndian: bigEndian)
    else { return nil }
    for entry in 0..<entries {
      let start = directory + 2 + 12 * entry
      guard let tag = bytes.number(at: start, count: 2, bigEndian: bigEndian),
        let type = bytes.number(at: start + 2, count: 2, bigEndian: bigEndian),
        let count = bytes.number(at: start + 4, count: 4, bigEndian: bigEndian), start + 12 <= bytes.count
      else { return nil }
      guard tag == 0x0112, (1...13).contains(type), count > 0 else { continue }
      // Types of whole numbers: unsigned and signed, of two and four bytes.
      let width = [3: 2, 8: 2, 4: 4, 9: 4][type]
      guard count == 1, let width else { return 0 }
      return bytes.number(at: start + 8, count: width, bigEndian: bigEndian)
    }
    return nil
  }

  /// The digit behind the first `tiff:Orientation="` or `tiff:Orientation>`.
  private static func inXMP(_ text: ArraySlice<UInt8>) -> Int? {
    let name = Array("tiff:Orientation".utf8)
    var rest = text
    while let found = rest.firstIndex(of: name[0]) {
      rest = rest[found...]
      if rest.starts(with: name) {
        var value = rest.dropFirst(name.count)
        if value.starts(with: Array("=\"".utf8)) {
          value = value.dropFirst(2)
        } else if value.first == UInt8(ascii: ">") {
          value = value.dropFirst()
        } else {
          value = []
        }
        if let digit = value.first, (48...57).contains(digit) { return Int(digit) - 48 }
      }
      rest = rest.dropFirst()
    }
    return nil
  }
}

extension [UInt8] {
  /// An unsigned number of `count` bytes, or nil where it would reach beyond the end.
  fileprivate func number(at offset: Int, count: Int, bigEndian: Bool) -> Int? {
    guard offset >= 0, offset <= self.count - count else { return nil }
    let part = self[offset..<offset + count]
    return bigEndian ? part.reduce(0) { $0 << 8 | Int($1) } : part.reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}

extension Image {
  /// The image as it is meant to be seen, by the number of EXIF's orientation tag, 1 to 8.
  func turnedUpright(from orientation: Int) -> Image {
    switch orientation {
    case 2: flippedHorizontally()
    case 3: rotated(quarterTurns: 2)
    case 4: flippedVertically()
    case 5: transposed()
    case 6: rotated(quarterTurns: 1)
    case 7: transposed().rotated(quarterTurns: 2)
    case 8: rotated(quarterTurns: 3)
    default: self
    }
  }
}
