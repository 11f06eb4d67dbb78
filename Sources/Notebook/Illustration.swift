import Images

/// What a figure can show: a picture of pixels, or a drawing of lines and text.
public protocol Illustration {
  /// Size in pixels.
  var width: Int { get }
  /// Size in pixels.
  var height: Int { get }
  /// The end of its file's name: `png` or `svg`.
  var fileExtension: String { get }
  /// What the checksum in the lesson's output is taken of: the same bytes for the same appearance.
  var checkedBytes: [UInt8] { get }
  /// Lines that show it in plain text, of at most 80 columns and none of them empty. They are part of the lesson's
  /// output. No lines: the picture is drawn only on a terminal with colors.
  var textLines: [String] { get }
  /// What it shows, for a reader who cannot see it; nil if nothing can be said without the caption.
  var summary: String? { get }

  /// Writes the file that a page shows.
  func write(to path: String) throws

  /// Writes the file that a page shows on a narrow screen.
  ///
  /// - Returns: false, and nothing is written, where the other file serves there, too.
  func writeNarrow(to path: String) throws -> Bool

  /// The picture for a terminal with colors, nil where the text lines show it already.
  func terminalText(columns: Int, colors: HalfBlocks.Colors) -> String?
}

extension Illustration {
  /// Nothing: the one file serves all screens.
  public func writeNarrow(to path: String) throws -> Bool { false }
}

extension Image: Illustration {
  /// `png`.
  public var fileExtension: String { "png" }
  /// The decoded pixels: two PNG files of the same picture may differ.
  public var checkedBytes: [UInt8] { pixels }
  /// None.
  public var textLines: [String] { [] }
  /// Nothing: pixels do not say what they show.
  public var summary: String? { nil }

  /// Writes the picture as PNG.
  public func write(to path: String) throws { try writePNG(to: path) }

  /// The picture as half blocks.
  public func terminalText(columns: Int, colors: HalfBlocks.Colors) -> String? {
    HalfBlocks.text(self, columns: columns, colors: colors)
  }
}
