import Images
import Testing

@Test func aLabeledHeatMapNamesItsRowsAndColumns() {
  let values: [Float] = [0, 1, 2, 3, 4, 5]
  let map = Image.heatMap(values, columns: 3, rows: 2, cell: 16)
  let named = Image.labeledHeatMap(values, rows: ["one", "two"], columns: ["a", "b", "c"])
  let unnamed = Image.labeledHeatMap(values, rows: ["", ""], columns: ["", "", ""])

  func squares(_ image: Image) -> Image {
    // The map is in the lower right, four pixels from the edges.
    image.cropped(
      to: Rectangle(
        x: image.width - map.width - 4, y: image.height - map.height - 4, width: map.width, height: map.height))
  }
  #expect(squares(named) == map && squares(unnamed) == map)
  #expect(named.width > unnamed.width && named.height > unnamed.height)

  func ink(_ x: Range<Int>, _ y: Range<Int>) -> Int {
    y.reduce(0) { sum, row in sum + x.count { named[$0, row] != .white } }
  }
  let (left, top) = (named.width - map.width - 4, named.height - map.height - 4)
  for row in 0..<2 { #expect(ink(0..<left, top + 16 * row..<top + 16 * (row + 1)) > 0) }
  for column in 0..<3 { #expect(ink(left + 16 * column..<left + 16 * (column + 1), 0..<top) > 0) }
  #expect(ink(0..<left, 0..<top) == 0)
}
