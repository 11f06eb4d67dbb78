import Datasets
import Images

/// Reads the printed text of a page without a neural network: finds its rows, and in each row the characters whose shapes
/// explain its ink best.
///
/// It knows the shapes of the fonts. A row is read like an edit distance is computed: every way to lay characters and blank columns
/// side by side has a cost, the ink that differs, and a table from left to right finds the cheapest.
///
/// ```swift
/// let rows = TemplateOCR().rows(document.image())
/// rows.map(\.text)                    // ["BLUE CAFE", "2026-03-14", "2 TEA 3.50", …]
/// ```
public struct TemplateOCR: Sendable {
  private let fonts: [FontShapes]

  /// Words side by side.
  public struct Row: Sendable, Equatable {
    /// The words from left to right.
    public let words: [Word]
    /// The row's upper edge in pixels, after the page was straightened.
    public let y: Int
    /// The words with spaces between them.
    public var text: String { words.map(\.text).joined(separator: " ") }
  }

  /// Characters without a space between them.
  public struct Word: Sendable, Equatable {
    /// The characters.
    public let text: String
    /// Its left edge in pixels.
    public let x: Int
  }

  /// OCR for some fonts, by default those of training pages.
  public init(fonts: [DocumentFont] = DocumentFont.trained) { self.fonts = fonts.map(FontShapes.init) }

  /// The rows of text on a page, from the top.
  public func rows(_ image: Image) -> [Row] {
    let picture = PageInk(image)
    // The two rows with most ink tell the slope and the usual font; all rows the exact slope and how blurred the picture is.
    func likelyFont(_ page: StraightPage) -> (choice: FontShapes, cost: Int) {
      let darkest = Self.tops(page.profile).sorted { page.ink(ofRow: $0) > page.ink(ofRow: $1) }.prefix(2)
      return Self.cheapest(fonts) { page.unexplained(Array(darkest), $0, blur: 1) }
    }
    let turned = stride(from: -96, through: 96, by: 24).map { StraightPage(picture, slope: $0) }
    var page = Self.cheapest(turned) { likelyFont($0).cost }.choice
    let usual = likelyFont(page).choice
    for step in [12, 6] {
      let neighbors = [page.slope - step, page.slope + step].map { StraightPage(picture, slope: $0) }
      page = Self.cheapest([page] + neighbors) { $0.unexplained(Self.tops($0.profile), usual, blur: 1) }.choice
    }
    let tops = Self.tops(page.profile)
    let blur = Self.cheapest(FontShapes.blurs) { page.unexplained(tops, usual, blur: $0) }.choice
    return tops.compactMap { top in
      let readings = fonts.map { RowReading(page, top: top, $0, blur: blur) }
      let words = Self.cheapest(readings, \.cost).choice.words
      return words.isEmpty ? nil : Row(words: words, y: top)
    }
  }

  /// The choice that costs least, the first of equals, with its cost; there is at least one.
  private static func cheapest<Choice>(_ choices: [Choice], _ cost: (Choice) -> Int) -> (choice: Choice, cost: Int) {
    var best = (choice: choices[0], cost: cost(choices[0]))
    for choice in choices.dropFirst() {
      let cost = cost(choice)
      if cost < best.cost { best = (choice, cost) }
    }
    return best
  }

  /// The upper edges of the rows of text: the cheapest way to cut a page into rows of seven pixels with at least one blank
  /// line between them. Ink in blank lines costs what it is; a row costs as much as a few strokes.
  static func tops(_ profile: [Int]) -> [Int] {
    let rowCost = 600
    let height = DocumentFont.height
    // best[y]: for the lines above y; a row that ends at y has its blank line behind it.
    var best = [0]
    var endsRow = [false]
    for y in 1...profile.count + 1 {
      let ink = y <= profile.count ? profile[y - 1] : 0
      let blank = best[y - 1] + ink
      let row = y > height ? best[y - 1 - height] + rowCost + ink : Int.max
      best.append(min(blank, row))
      endsRow.append(row < blank)
    }
    var (tops, y) = ([Int](), profile.count + 1)
    while y > 0 {
      if endsRow[y] {
        y -= height + 1
        tops.append(y)
      } else {
        y -= 1
      }
    }
    return tops.reversed()
  }
}

/// The shapes of a font's characters as columns of a picture.
private struct FontShapes: Sendable {
  let characters: [Character]
  /// For each character the looks of its columns and of the blank one behind it. The look 0 is blank.
  let columns: [[Int]]
  /// For each blur, each eighth of a pixel to the right and each eighth down: the looks of all columns, 0 to 256 in eight
  /// pixels from above.
  private let looks: [[SIMD8<Int16>]]

  /// How much ink each pixel gives to either side, in sixteenths: the levels of blur that are tried.
  static let blurs = [0, 1, 2]

  init(_ font: DocumentFont) {
    characters = DocumentFont.characters.filter { $0 != " " }
    // A column looks like itself and its neighbors: two before it and one behind.
    var shapes: [[Int]] = [[0, 0, 0, 0]]
    columns = characters.map { character in
      let glyph = font.glyph(character)
      let shape = (0..<glyph.width).map { x in
        (0..<DocumentFont.height).reduce(0) { $0 | (glyph[x, $1] ? 1 << $1 : 0) }
      }
      let padded = [0, 0] + shape + [0, 0]
      return (0...glyph.width).map { place in
        shapes.append(Array(padded[place..<place + 4]))
        return shapes.count - 1
      }
    }
    let all = shapes
    looks = Self.blurs.flatMap { blur in
      (0..<64).map { move in all.map { Self.look($0, blur: blur, right: move / 8, down: move % 8) } }
    }
  }

  /// The looks of all columns.
  func looks(blur: Int, right: Int, down: Int) -> [SIMD8<Int16>] { looks[blur * 64 + right * 8 + down] }

  private static func look(_ columns: [Int], blur: Int, right: Int, down: Int) -> SIMD8<Int16> {
    /// The ink of a row, 0 to 128, blurred across and moved to the right.
    func across(_ row: Int) -> Int {
      if row < 0 || row >= DocumentFont.height { return 0 }
      let bits = columns.map { $0 >> row & 1 }
      func blurred(_ place: Int) -> Int { bits[place] * (16 - 2 * blur) + (bits[place - 1] + bits[place + 1]) * blur }
      let left = bits[1] * (16 - 2 * blur) + (bits[0] + bits[2]) * blur
      return blurred(2) * (8 - right) + left * right
    }
    /// Blurred down, too, 0 to 2,048.
    func both(_ row: Int) -> Int { across(row) * (16 - 2 * blur) + (across(row - 1) + across(row + 1)) * blur }
    var look = SIMD8<Int16>()
    for row in 0..<8 { look[row] = Int16((both(row) * (8 - down) + both(row - 1) * down) >> 6) }
    return look
  }
}

extension StraightPage {
  /// The ink of a page that rows of one font do not explain, the ink outside of the rows included.
  fileprivate func unexplained(_ tops: [Int], _ font: FontShapes, blur: Int) -> Int {
    tops.reduce(profile.reduce(0, +)) { sum, top in
      sum - ink(ofRow: top) + RowReading(self, top: top, font, blur: blur).cost
    }
  }
}

/// One row of a page, read with the shapes of one font.
private struct RowReading {
  /// The ink that the reading does not explain.
  let cost: Int
  let words: [TemplateOCR.Word]

  /// What a character costs beside its ink, so that grain does not become dots.
  private static let characterCost = 60
  /// From this many blank columns on, beside the one that follows each character, there is a space.
  private static let spaceWidth = 3

  init(_ page: StraightPage, top: Int, _ font: FontShapes, blur: Int) {
    // The straightened row still lies between pixels, by known parts of them; the shapes are moved by the same.
    let advance = page.advance(y: top + DocumentFont.height / 2)
    let right = (advance & 4095) >> 9
    let count = font.columns.reduce(1) { $0 + $1.count }
    var differences: [Int] = []
    differences.reserveCapacity(page.width * count)
    for x in 0..<page.width {
      let column = x + advance >> 12
      var ink = SIMD8<Int16>()
      for row in 0..<8 { ink[row] = Int16(page[column, top + row]) }
      let down = page.fall(x: min(max(column, 0), page.width - 1)) >> 9
      for look in font.looks(blur: blur, right: right, down: down) {
        let difference = pointwiseMax(ink &- look, look &- ink)
        let halves = difference.lowHalf &+ difference.highHalf
        let quarters = halves.lowHalf &+ halves.highHalf
        differences.append(Int(quarters.x &+ quarters.y))
      }
    }
    // best[x]: the cost of all columns left of x; the character that ends there, with its blank column.
    var best = [0]
    var last = [Int?.none]
    for x in 1...page.width {
      var (cheapest, choice) = (best[x - 1] + differences[(x - 1) * count], Int?.none)
      for (index, columns) in font.columns.enumerated() where columns.count <= x {
        var place = (x - columns.count) * count
        var cost = best[x - columns.count] + Self.characterCost
        for column in columns {
          cost += differences[place + column]
          if cost >= cheapest { break }
          place += count
        }
        if cost < cheapest { (cheapest, choice) = (cost, index) }
      }
      best.append(cheapest)
      last.append(choice)
    }
    cost = best[page.width]
    // Back from the right end; the characters come in reverse.
    var (found, x, blanks) = ([(text: String, x: Int)](), page.width, Self.spaceWidth)
    while x > 0 {
      guard let index = last[x] else {
        (x, blanks) = (x - 1, blanks + 1)
        continue
      }
      let character = String(font.characters[index])
      x -= font.columns[index].count
      if blanks >= Self.spaceWidth {
        found.append((character, x))
      } else {
        found[found.count - 1] = (character + found[found.count - 1].text, x)
      }
      blanks = 0
    }
    words = found.reversed().map { TemplateOCR.Word(text: $0.text, x: $0.x) }
  }
}
