import CPNG

/// How a picture must be turned to stand upright, by the number of EXIF's tag 0x0112.
///
/// Cameras store pixels as the sensor lay and say here how it was held. Looked for as Pillow does: the EXIF block
/// first, and only where that has no such tag, the XMP text.
enum Orientation {
  /// The orientation that a PNG states, 1 (upright) if none or none that is known.
  ///
  /// EXIF stands in the chunk eXIf or in a text named `exif`. Only where there is neither, the text that ImageMagick
  /// writes counts, `Raw profile type exif`.
  static func ofPNG(_ bytes: [UInt8]) -> Int {
    var exif: [UInt8]?
    var profile: ArraySlice<UInt8>?
    var xmp: ArraySlice<UInt8>?
    var anyXMP: ArraySlice<UInt8>?
    for (kind, data) in PNGChunks(bytes) {
      if kind == .exif { exif = EXIF.mark + data }
      guard let text = PNGText(kind, data) else { continue }
      switch text.keyword {
      case "exif" where kind == .text: exif = Array(text.value)
      case "Raw profile type exif": profile = text.value
      case "XML:com.adobe.xmp":
        if kind == .internationalText { anyXMP = text.value }
        if kind != .internationalText || text.isUTF8 { xmp = text.value }
      default: break
      }
    }
    let block = exif ?? profile.flatMap(EXIF.ofRawProfile)
    return known(block.flatMap(EXIF.orientation) ?? (xmp?.isEmpty == false ? xmp : anyXMP).flatMap(inXMP))
  }

  /// The orientation that a JPEG states, 1 (upright) if none or none that is known.
  static func ofJPEG(_ bytes: [UInt8]) -> Int {
    let xmpMark = Array("http://ns.adobe.com/xap/1.0/".utf8) + [0]
    var exif: [UInt8]?
    var xmp: ArraySlice<UInt8>?
    // From the first scan on there are pixels, and no more of these segments that Pillow would read.
    for segment in JPEGSegments(bytes) where segment.marker == 0xE1 {
      if segment.data.starts(with: EXIF.mark) {
        // A block over 64 kB goes on in the next segment.
        if exif == nil { exif = EXIF.mark }
        if exif?.count ?? 0 < EXIF.limit { exif? += segment.data.dropFirst(EXIF.mark.count) }
      } else if segment.data.starts(with: xmpMark) {
        xmp = segment.data.dropFirst(xmpMark.count)
      }
    }
    return known(exif.flatMap(EXIF.orientation) ?? xmp.flatMap(inXMP))
  }

  /// The orientation that a WebP states, 1 (upright) if none or none that is known.
  static func ofWebP(_ bytes: [UInt8]) -> Int {
    guard let file = try? WebPFile(bytes) else { return 1 }
    return known(file.exif.flatMap { EXIF.orientation(Array($0)) } ?? file.xmp.flatMap(inXMP))
  }

  private static func known(_ value: Int?) -> Int {
    value.map { (1...8).contains($0) ? $0 : 1 } ?? 1
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

/// A text chunk of a PNG: a keyword, and a value that may be compressed.
private struct PNGText {
  let keyword: String
  let value: ArraySlice<UInt8>

  /// The longest text that is unpacked, as Pillow's.
  private static let limit = 1 << 20

  init?(_ kind: PNGChunks.Kind, _ data: ArraySlice<UInt8>) {
    guard [.text, .compressedText, .internationalText].contains(kind) else { return nil }
    let word = data.prefix { $0 != 0 }
    keyword = String(decoding: word, as: UTF8.self)
    // What is not looked for is not unpacked either.
    guard ["exif", "Raw profile type exif", "XML:com.adobe.xmp"].contains(keyword), word.count < data.count else {
      return nil
    }
    var rest = data.dropFirst(word.count + 1)
    switch kind {
    case .compressedText:
      guard rest.first == 0, let text = Self.unpacked(rest.dropFirst()) else { return nil }
      value = text
    case .internationalText:
      // A flag, a method, and a language and a translated keyword that end with a zero each.
      guard rest.count >= 2, let flag = rest.first, let method = rest.dropFirst().first else { return nil }
      rest = rest.dropFirst(2)
      for _ in 0..<2 {
        guard let end = rest.firstIndex(of: 0) else { return nil }
        rest = rest[(end + 1)...]
      }
      if flag == 0 {
        value = rest
      } else {
        guard method == 0, let text = Self.unpacked(rest) else { return nil }
        value = text
      }
    default: value = rest
    }
  }

  var isUTF8: Bool { String(validating: value, as: UTF8.self) != nil }

  private static func unpacked(_ packed: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var count = uLongf(limit)
    let text = [UInt8](unsafeUninitializedCapacity: limit) { buffer, written in
      let status = packed.withUnsafeBufferPointer {
        uncompress(buffer.baseAddress, &count, $0.baseAddress, uLong($0.count))
      }
      if status != Z_OK { count = 0 }
      written = Int(count)
    }
    return count == 0 ? nil : text[...]
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
