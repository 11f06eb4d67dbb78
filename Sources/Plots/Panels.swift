import Images
import Notebook

/// Several plots in one figure, side by side.
///
/// ```swift
/// Panels("Before and after", [beforePlot, afterPlot], columns: 2)
/// ```
/// On a telephone they stand one under the other.
public struct Panels: Plot {
  /// The heading.
  public let title: String
  let plots: [any Plot]
  let columns: Int
  private let panelWidth: Int

  /// Plots from the left, then from above.
  ///
  /// - Parameters:
  ///   - title: what is shown: the heading.
  ///   - plots: each is laid out anew for the width of its panel.
  ///   - columns: one to three.
  ///   - panelWidth: of a panel, in pixels; 640 for one column, 430 for two, 360 for three if nil.
  public init(_ title: String, _ plots: [any Plot], columns: Int = 2, panelWidth: Int? = nil) {
    let check = PlotCheck("Panels", title)
    check.require(!plots.isEmpty, "there are no plots")
    check.require((1...3).contains(columns), "\(columns) columns are not between 1 and 3")
    if let panelWidth { check.size(panelWidth) }
    self.title = title
    self.plots = plots
    self.columns = min(columns, plots.count)
    self.panelWidth = panelWidth ?? [640, 430, 360][self.columns - 1]
  }

  /// In pixels.
  public var width: Int { drawing(width: columns * panelWidth).width }

  /// The plots one under the other, each in the width of a telephone.
  public var narrowDrawing: Drawing {
    Panels(title, plots, columns: 1).drawing(width: Self.narrowWidth)
  }

  /// The plots laid out for a width, in pixels.
  public func drawing(width: Int) -> Drawing {
    let parts = plots.map { $0.drawing(width: width / columns) }
    // A diagram may need more than was asked for.
    let columnWidths = (0..<columns).map { column in
      stride(from: column, to: parts.count, by: columns).map { parts[$0].width }.max() ?? 0
    }
    var drawing = Drawing(width: columnWidths.reduce(0, +))
    var y = Heading.draw(title, in: &drawing, width: Double(drawing.width) - 32)
    for start in stride(from: 0, to: parts.count, by: columns) {
      let row = parts[start..<min(start + columns, parts.count)]
      var x = 0.0
      for (column, part) in row.enumerated() {
        drawing.add(part, x: x, y: y)
        x += Double(columnWidths[column])
      }
      y += Double(row.map(\.height).max() ?? 0)
    }
    drawing.height = Int(y)
    return drawing
  }

  /// The plots' lines, one plot under the other.
  public var textLines: [String] {
    TextCanvas.finished(
      TextCanvas.wrap(title)
        + plots.enumerated().flatMap { index, plot -> [String] in
          var lines = plot.textLines
          if !lines.isEmpty { lines[0] = "(\(index + 1)) " + lines[0] }
          return lines
        })
  }

  /// The plots' summaries, one after the other.
  public var summary: String? {
    "\(plots.count) plots: \(title). " + plots.compactMap(\.summary).joined(separator: " ")
  }
}
