import Notebook

extension BarPlot {
  /// The bars as blocks with their numbers.
  public var textLines: [String] {
    TextCanvas.finished(TextCanvas.wrap(title) + TextCanvas.wrap(value.title) + key + bars)
  }

  private static let fills: [Character] = ["█", "▓", "▒", "░", "#", "=", "+", "·"]
  /// Columns of the longest bar: what names and numbers leave.
  private var length: Int {
    let numbers = categories.indices.flatMap { index in
      arrangement == .stacked
        ? [format.text(totals[index])]
        : series.map { format.text($0.values[index]) + spread($0.runs[index]) }
    }
    let widest = numbers.map { DisplayWidth.columns(of: $0) }.max() ?? 0
    return min(max(TextCanvas.columns - nameWidth - 2 - widest, 16), 40)
  }

  private var nameWidth: Int { min(categories.map { DisplayWidth.columns(of: $0) }.max() ?? 0, 30) }

  private var key: [String] {
    var items: [(mark: String, name: String)] = []
    if series.count > 1 { items = series.enumerated().map { (String(Self.fills[$0]), $1.name) } }
    if let reference { items.append(("┊", "\(reference.label) (\(format.text(reference.value)))")) }
    return Key.text(items)
  }

  private var bars: [String] {
    let scale = AxisScale(value, values: shownValues, count: 4, isExtended: false)
    return categories.enumerated().flatMap { index, name -> [String] in
      let label = TextCanvas.fitted(name, to: nameWidth)
      if arrangement == .stacked {
        return ["\(label) \(stack(index, scale)) \(format.text(totals[index]))"]
      }
      return series.enumerated().map { position, one in
        let first = position == 0 ? label : String(repeating: " ", count: nameWidth)
        let bar = bar(one.values[index], Self.fills[position], scale)
        return "\(first) \(bar) \(format.text(one.values[index]))\(spread(one.runs[index]))"
      }
    }
  }

  private func spread(_ runs: [Double]) -> String {
    guard let low = runs.min(), let high = runs.max() else { return "" }
    return " (\(format.text(low)) … \(format.text(high)))"
  }

  private func place(_ value: Double, _ scale: AxisScale) -> Int {
    Int((min(max(scale.fraction(value), 0), 1) * Double(2 * length)).rounded())
  }

  /// Cells from zero to the number, the last one half where half of it is covered.
  private func bar(_ value: Double, _ fill: Character, _ scale: AxisScale) -> String {
    var cells = empty(scale)
    let (zero, end) = (place(0, scale), place(value, scale))
    for cell in min(zero, end) / 2..<(max(zero, end) + 1) / 2 { cells[cell] = fill }
    if end > zero, end % 2 == 1, fill == "█" { cells[end / 2] = "▌" }
    if end == zero, zero / 2 < cells.count { cells[zero / 2] = "▏" }
    return String(cells)
  }

  private func stack(_ index: Int, _ scale: AxisScale) -> String {
    var cells = empty(scale)
    var sum = 0.0
    for (position, one) in series.enumerated() {
      let start = (place(sum, scale) + 1) / 2
      sum += one.values[index]
      for cell in start..<max((place(sum, scale) + 1) / 2, start) { cells[cell] = Self.fills[position] }
    }
    return String(cells)
  }

  private func empty(_ scale: AxisScale) -> [Character] {
    var cells = [Character](repeating: " ", count: length)
    if let reference, scale.range.contains(reference.value) {
      cells[min(place(reference.value, scale) / 2, length - 1)] = "┊"
    }
    return cells
  }
}
