import Tensors
import Testing

@testable import Images

private let numbered = Image(width: 3, height: 2, format: .gray, pixels: [1, 2, 3, 4, 5, 6])

@Test func pixelsAreAddressedByColumnAndRow() {
  var image = Image(width: 3, height: 2, format: .rgba, color: .black)
  image[2, 1] = Color(red: 10, green: 20, blue: 30, alpha: 40)
  #expect(image.pixels.suffix(4) == [10, 20, 30, 40])
  #expect(image[2, 1] == Color(red: 10, green: 20, blue: 30, alpha: 40))
  image[0, 0, 3] = 9
  #expect(image.pixels[3] == 9)
  #expect(image[0, 0, 3] == 9)
}

@Test func croppingTakesTheRectangle() {
  #expect(numbered.cropped(to: Rectangle(x: 1, y: 0, width: 2, height: 2)).pixels == [2, 3, 5, 6])
  #expect(numbered.cropped(to: numbered.bounds) == numbered)
}

@Test func enlargingRepeatsPixels() {
  let large = numbered.enlarged(by: 2)
  #expect(large.pixels == [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 4, 4, 5, 5, 6, 6])
}

@Test func mirrorsAndTurns() {
  #expect(numbered.flippedHorizontally().pixels == [3, 2, 1, 6, 5, 4])
  #expect(numbered.flippedVertically().pixels == [4, 5, 6, 1, 2, 3])
  #expect(numbered.transposed().pixels == [1, 4, 2, 5, 3, 6])
  #expect(numbered.rotated(quarterTurns: 1).pixels == [4, 1, 5, 2, 6, 3])
  #expect(numbered.rotated(quarterTurns: 2).pixels == [6, 5, 4, 3, 2, 1])
  #expect(numbered.rotated(quarterTurns: -1).pixels == [3, 6, 2, 5, 1, 4])
  #expect(numbered.rotated(quarterTurns: 4) == numbered)
  let colors = Image.noise(width: 5, height: 4, format: .rgb, seed: 1)
  #expect(colors.rotated(quarterTurns: 1).rotated(quarterTurns: 3) == colors)
  #expect(colors.transposed()[3, 4] == colors[4, 3])
}

@Test func pastingCutsOffWhatLiesOutside() {
  let ink = Image(width: 2, height: 2, format: .gray, pixels: [7, 8, 9, 10])
  for (x, y, expected) in [
    (0, 0, [7, 8, 3, 9, 10, 6]), (2, 1, [1, 2, 3, 4, 5, 7]), (-1, -1, [10, 2, 3, 4, 5, 6]),
    (3, 0, [1, 2, 3, 4, 5, 6]), (-2, 0, [1, 2, 3, 4, 5, 6]), (0, 5, [1, 2, 3, 4, 5, 6]), (0, -9, [1, 2, 3, 4, 5, 6]),
    (.max, 0, [1, 2, 3, 4, 5, 6]), (0, .max, [1, 2, 3, 4, 5, 6]), (.min, .min, [1, 2, 3, 4, 5, 6]),
  ] as [(Int, Int, [UInt8])] {
    var image = numbered
    image.paste(ink, x: x, y: y)
    #expect(image.pixels == expected, "pasted at (\(x), \(y))")
  }
}

@Test func tilesComeInRasterOrderAndGridPutsThemBack() {
  let image = Image.noise(width: 6, height: 4, format: .rgb, seed: 3)
  let tiles = image.tiles(width: 3, height: 2)
  #expect(tiles.count == 4)
  #expect(tiles[1] == image.cropped(to: Rectangle(x: 3, y: 0, width: 3, height: 2)))
  #expect(Image.grid(tiles, columns: 2, gap: 0) == image)
  #expect(numbered.tiles(width: 2, height: 2).count == 1)
}

@Test func aGridLeavesGapsAndWritesLabels() {
  let cell = Image(width: 20, height: 8, format: .gray, color: .black)
  let plain = Image.grid([cell, cell, cell], columns: 2, gap: 3)
  #expect(plain.format == .gray)
  #expect((plain.width, plain.height) == (3 + 23 * 2, 3 + 11 * 2))
  #expect(plain[2, 2] == .white)
  #expect(plain[3, 3] == .black)
  #expect(plain[26, 14] == .white)
  let labeled = Image.grid([cell], columns: 1, gap: 0, labels: ["7"])
  #expect(labeled.height == 20)
  #expect((0..<20).contains { x in (10..<18).contains { y in labeled[x, y] == .black } })
}

@Test func transparencyIsMixedByAlpha() {
  let half = Image(width: 1, height: 1, format: .rgba, color: Color(red: 255, green: 0, blue: 0, alpha: 128))
  #expect(half.flattened(onto: .white)[0, 0] == Color(red: 255, green: 127, blue: 127))
  #expect(half.converted(to: .rgb)[0, 0] == Color(red: 255, green: 0, blue: 0))
  var ground = Image(width: 1, height: 1, color: .black)
  ground.draw(half, x: 0, y: 0)
  #expect(ground[0, 0] == Color(red: 128, green: 0, blue: 0))
  var clear = Image(width: 1, height: 1, format: .rgba, color: Color.black.withAlpha(0))
  clear.draw(half, x: 0, y: 0)
  #expect(clear == half)
}

@Test func drawingStaysInsideAndHitsItsEnds() {
  var image = Image(width: 8, height: 6, format: .gray, color: .black)
  image.drawLine(from: (0, 0), to: (7, 5), color: .white)
  #expect(image[0, 0] == .white && image[7, 5] == .white && image[7, 0] == .black)
  image.drawLine(from: (-20, 3), to: (30, 3), color: .white)
  #expect((0..<8).allSatisfy { image[$0, 3] == .white })
  image.fill(Rectangle(x: 6, y: -2, width: 50, height: 4), color: .white)
  #expect(image[7, 1] == .white && image[5, 0] == .black)
  var frame = Image(width: 5, height: 4, format: .gray, color: .black)
  frame.stroke(frame.bounds, color: .white)
  #expect(frame.pixels.count { $0 == 255 } == 14)
  frame.fillCircle(x: 2, y: 2, radius: 90, color: .white)
  #expect(frame.pixels.allSatisfy { $0 == 255 })
}

@Test func framesOfAnyThicknessStayInTheirRectangle() {
  for thickness in 0...5 {
    var image = Image(width: 9, height: 9, format: .gray, color: .black)
    image.stroke(Rectangle(x: 2, y: 2, width: 5, height: 4), color: .white, thickness: thickness)
    let inside = (0..<4).reduce(0) { sum, y in sum + (0..<5).count { image[2 + $0, 2 + y] == .white } }
    #expect(image.pixels.count { $0 == 255 } == inside)
    let hole = max(5 - 2 * thickness, 0) * max(4 - 2 * thickness, 0)
    #expect(inside == (thickness == 0 ? 0 : 20 - hole), "thickness \(thickness)")
  }
}

@Test func everyCharacterOfTheFontIsDistinct() {
  var seen: [ArraySlice<UInt8>] = []
  for code in UInt8(32)..<127 {
    let glyph = BitmapFont.columns(of: Character(Unicode.Scalar(code)))
    #expect(glyph.count == 5)
    #expect(!seen.contains { $0.elementsEqual(glyph) }, "\(Character(Unicode.Scalar(code)))")
    seen.append(glyph)
  }
  #expect(BitmapFont.columns(of: "漢").elementsEqual([0x7F, 0x41, 0x41, 0x41, 0x7F]))
  #expect(BitmapFont.width(of: "abc") == 17)
}

@Test func viridisRunsFromDarkBlueToYellow() {
  let map = Colormap.viridis
  #expect(map.colors.count == 256)
  #expect(map.color(at: 0) == Color(hex: 0x440154))
  #expect(map.color(at: 1) == Color(hex: 0xFDE725))
  #expect(map.color(at: -3) == map.color(at: 0) && map.color(at: .infinity) == map.color(at: 1))
  #expect(map.color(at: .nan) == .gray)
  let brightness = map.colors.map(\.luminance)
  #expect(zip(brightness, brightness.dropFirst()).allSatisfy { $0 <= $1 })
  #expect(Colormap.diverging.color(at: 0.5) == .white)
}

@Test func aHeatMapHasASquareForEachNumber() {
  let map = Image.heatMap([0, 1, 2, 4], columns: 2, rows: 2, colormap: .gray, cell: 3)
  #expect((map.width, map.height) == (6, 6))
  #expect(map[0, 0] == .black && map[5, 5] == .white && map[0, 5] == Color(gray: 128))
  let flat = Image.heatMap([3, 3], columns: 2, rows: 1, colormap: .gray, cell: 1)
  #expect(flat[0, 0] == flat[1, 0])
}

@Test func anOverlaidHeatMapIsStretchedOverTheImage() {
  let ground = Image(width: 16, height: 8, format: .gray, color: .black)
  let overlaid = ground.overlaid(withHeatMap: [0, 1], columns: 2, rows: 1, colormap: .gray, opacity: 255)
  #expect(overlaid.format == .rgb)
  #expect(overlaid[0, 0] == .black && overlaid[15, 7] == .white)
  let row = (0..<16).map { overlaid[$0, 4].red }
  #expect(row == row.sorted() && row[7] < 128 && row[8] > 127)
}

@Test func tensorsAndImagesTurnIntoEachOther() {
  let image = Image.noise(width: 5, height: 3, format: .rgb, seed: 11)
  let tensor = image.tensor()
  #expect(tensor.shape == [3, 3, 5])
  #expect(tensor.scalars[0] == Float(image[0, 0].red) / 255)
  #expect(tensor.scalars[15 + 1] == Float(image[1, 0].green) / 255)
  #expect(Image(tensor) == image)
  #expect(Image(Tensor([-1, 0.5, 2, .nan], shape: [2, 2])).pixels == [0, 128, 255, 0])
}

@Test func linesHoldAsManyWordsAsFit() {
  #expect(lines(of: ["a", "large", "red", "circle"]) { $0.count <= 9 } == ["a large", "red", "circle"])
  #expect(lines(of: ["extraordinary", "a"]) { $0.count <= 4 } == ["extraordinary", "a"])
  #expect(lines(of: [String]()) { _ in true } == [])
}
