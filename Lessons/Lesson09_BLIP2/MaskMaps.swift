import Notebook
import Plots
import Pretrained

/// The masks of the three objectives side by side: a row for each token that attends, a column for each it attends to.
nonisolated struct MaskMaps: Plot {
  let title: String
  let masks: [QFormerMask]
  let queryCount, wordCount: Int

  /// Names of the tokens: the queries, then the words.
  private var names: [String] { (1...queryCount).map { "query \($0)" } + (1...wordCount).map { "word \($0)" } }

  /// Whether each token may attend to each other.
  private func cells(of mask: QFormerMask) -> [[Bool]] {
    names.indices.map { place in names.indices.map { mask.allows(place, toAttendTo: $0, queryCount: queryCount) } }
  }

  // MARK: Cells with colors

  private var panels: Panels {
    let columns = (1...queryCount).map { "q\($0)" } + (1...wordCount).map { "w\($0)" }
    return Panels(
      title,
      masks.map { mask in
        HeatMapPlot(
          mask.description, rows: columns, columns: columns, values: cells(of: mask).map { $0.map { $0 ? 1 : 0 } },
          rowTitle: "attends", columnTitle: "is attended to", scaleTitle: "1: allowed", range: 0...1, decimals: nil)
      }, columns: 3, panelWidth: 300)
  }

  /// In pixels.
  var width: Int { panels.width }

  /// The three maps laid out for a width, in pixels.
  func drawing(width: Int) -> Drawing { panels.drawing(width: width) }

  // MARK: Squares and dots

  /// The masks side by side in characters: a square where a token may attend.
  var textLines: [String] {
    func line(_ name: String, _ cells: [String]) -> String {
      func padded(_ text: String, _ width: Int) -> String { text + DisplayWidth.padding(of: text, to: width) }
      return padded(name, 9) + cells.dropLast().map { padded($0, 20) }.joined() + cells.suffix(1).joined()
    }
    let maps = masks.map(cells)
    let rows = names.enumerated().map { place, name in
      line(name, maps.map { $0[place].map { $0 ? "■" : "·" }.joined(separator: " ") })
    }
    return [line("", masks.map(\.description))] + rows
  }

  /// How much each mask allows, in words.
  var summary: String? {
    let counts = masks.map { mask in
      let cells = cells(of: mask).flatMap { $0 }
      return "\(mask.description) allows \(cells.count { $0 }) of \(cells.count) cells"
    }
    return "Masks: \(title). " + counts.joined(separator: ", ") + "."
  }
}
