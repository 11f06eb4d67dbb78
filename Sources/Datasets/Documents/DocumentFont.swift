import Images
import Support

/// The bitmap fonts of documents: capitals, digits and seven signs, seven pixels high.
public enum DocumentFont: Int, Sendable, CaseIterable, CustomStringConvertible {
  /// The font of the course's figures, five pixels wide: every character takes the same room, as on a typewriter.
  case plain
  /// Four pixels wide, without ornament.
  case narrow
  /// With feet and heads on the strokes, of different widths.
  case serif
  /// The plain font printed twice, one pixel apart, as matrix printers make letters bold.
  case bold
  /// The narrow font with its upper half pushed to the right. No training page has it.
  case slanted

  /// `plain`, `narrow`, `serif`, `bold` or `slanted`.
  public var description: String {
    switch self {
    case .plain: "plain"
    case .narrow: "narrow"
    case .serif: "serif"
    case .bold: "bold"
    case .slanted: "slanted"
    }
  }

  /// The fonts of training pages.
  public static let trained: [DocumentFont] = [.plain, .narrow, .serif, .bold]

  /// Every character that a document can have, the space included.
  public static let characters: [Character] = Array(" ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/-#&'")

  /// The height of every character in pixels.
  public static let height = 7

  /// The shape of one character.
  public struct Glyph: Sendable, Equatable {
    /// Columns of pixels.
    public let width: Int
    /// Seven rows from the top; in each, the lowest bit is the leftmost pixel.
    public let rows: [UInt16]

    /// Whether the pixel in a column of a row has ink.
    public subscript(x: Int, y: Int) -> Bool { rows[y] >> x & 1 == 1 }

    /// How many pixels have ink.
    public var ink: Int { rows.reduce(0) { $0 + $1.nonzeroBitCount } }
  }

  /// The shape of a character; ends the program for one that documents do not have.
  public func glyph(_ character: Character) -> Glyph {
    guard let code = character.asciiValue, let glyph = Self.tables[rawValue][Int(code)] else {
      reportMisuse("DocumentFont", "'\(character)' is none of the characters of documents")
    }
    return glyph
  }

  /// The width of a line of text in pixels: one pixel lies between two characters.
  public func width(of text: String) -> Int { max(text.reduce(0) { $0 + glyph($1).width + 1 } - 1, 0) }

  /// The glyphs of each font by ASCII code.
  private static let tables = allCases.map { font in
    let glyphs = characters.map { ($0, font.makeGlyph($0)) }
    return (0..<128).map { code in glyphs.first { $0.0.asciiValue.map(Int.init) == code }?.1 }
  }

  private func makeGlyph(_ character: Character) -> Glyph {
    switch self {
    case .plain: return Self.typewriter(character)
    case .narrow: return Self.drawn(Self.narrowGlyphs, character, space: 3)
    case .serif: return Self.drawn(Self.serifGlyphs, character, space: 4)
    case .bold:
      let plain = Self.typewriter(character)
      return Glyph(width: plain.width + 1, rows: plain.rows.map { $0 | $0 << 1 })
    case .slanted:
      let narrow = Self.drawn(Self.narrowGlyphs, character, space: 3)
      return Glyph(width: narrow.width + 1, rows: narrow.rows.enumerated().map { $0 < 4 ? $1 << 1 : $1 })
    }
  }

  /// A glyph of the figures' font, which keeps columns instead of rows.
  private static func typewriter(_ character: Character) -> Glyph {
    let columns = Array(BitmapFont.columns(of: character))
    let rows = (0..<height).map { row in
      columns.indices.reduce(UInt16(0)) { $0 | UInt16(columns[$1] >> row & 1) << $1 }
    }
    return Glyph(width: columns.count, rows: rows)
  }

  /// A glyph of a drawn table: bands of seven lines, each with glyphs side by side between blanks.
  private static func drawn(
    _ table: [(characters: String, rows: [String])], _ character: Character, space: Int
  ) -> Glyph {
    for band in table {
      guard let place = Array(band.characters).firstIndex(of: character) else { continue }
      let parts = band.rows.map { $0.split(separator: " ")[place] }
      return Glyph(
        width: parts[0].utf8.count,
        rows: parts.map { part in
          part.utf8.enumerated().reduce(UInt16(0)) { $1.element == UInt8(ascii: "#") ? $0 | 1 << $1.offset : $0 }
        })
    }
    return Glyph(width: space, rows: [UInt16](repeating: 0, count: height))
  }
}
