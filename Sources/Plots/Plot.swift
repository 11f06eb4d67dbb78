import Images
import Notebook
import Support

/// A picture of lines and text that a lesson shows by `figure(_:_:caption:)`: SVG on a page, characters in a terminal.
///
/// Every number in it is rounded and written by this module, so a plot of the same values has the same bytes on every
/// machine. It has its own background and follows the reader's light or dark mode.
public protocol Plot: Illustration, Sendable {
  /// What the plot shows: its heading.
  var title: String { get }

  /// The plot laid out for a width, in pixels.
  func drawing(width: Int) -> Drawing

  /// The plot laid out for a telephone.
  var narrowDrawing: Drawing { get }
}

extension Plot {
  /// Pixels that a telephone has in a row of text.
  static var narrowWidth: Int { 360 }

  /// The plot in the width of a telephone.
  public var narrowDrawing: Drawing { drawing(width: Self.narrowWidth) }

  /// Writes the SVG file of the narrow plot, whole or not at all, if the plot is wider than a telephone.
  public func writeNarrow(to path: String) throws -> Bool {
    if width <= Self.narrowWidth { return false }
    try FileSystem.write(Array(narrowDrawing.svg(title: title, description: summary ?? title).utf8), to: path)
    return true
  }

  /// The SVG file's text.
  public var svg: String { drawing(width: width).svg(title: title, description: summary ?? title) }

  /// Follows from the content.
  public var height: Int { drawing(width: width).height }
  /// `svg`.
  public var fileExtension: String { "svg" }
  /// The bytes of the SVG file.
  public var checkedBytes: [UInt8] { Array(svg.utf8) }

  /// None: the text lines show the plot on a terminal, too.
  public func terminalText(columns: Int, colors: HalfBlocks.Colors) -> String? { nil }

  /// Writes the SVG file, whole or not at all.
  ///
  /// - Throws: `DataError` with the file's name and the system's reason.
  public func write(to path: String) throws { try FileSystem.write(checkedBytes, to: path) }
}
