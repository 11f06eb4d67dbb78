import Pretrained

/// Masks side by side, a line for each token that looks and a square for each that it sees.
func drawing(of masks: [QFormerMask], queryCount: Int, wordCount: Int) -> String {
  func line(_ name: String, _ cells: [String]) -> String {
    let columns = [name.padded(to: 9)] + cells.dropLast().map { $0.padded(to: 20) } + cells.suffix(1)
    return columns.joined()
  }
  let rows = (0..<queryCount + wordCount).map { place in
    let name = place < queryCount ? "query \(place + 1)" : "word \(place - queryCount + 1)"
    return line(
      name,
      masks.map { mask in
        (0..<queryCount + wordCount).map { mask.lets(place, see: $0, queryCount: queryCount) ? "■" : "·" }
          .joined(separator: " ")
      })
  }
  return ([line("", masks.map(\.description))] + rows).joined(separator: "\n")
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: width - count) }
}
