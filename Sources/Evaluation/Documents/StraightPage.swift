import Datasets
import Images

/// The amounts of ink of a picture, in 1/256 of the darkest.
struct PageInk {
  let width: Int
  let height: Int
  /// Row by row, 0 for paper to 256.
  let amounts: [Int]

  /// Paper is the median of all grays, ink the gray that a fiftieth of all pixels is darker than. A picture whose ink and
  /// paper are less than 24 grays apart is an empty page.
  init(_ image: Image) {
    let gray = image.converted(to: .gray)
    (width, height) = (gray.width, gray.height)
    let sorted = gray.pixels.sorted()
    let (dark, paper) = (Int(sorted[sorted.count / 50]), Int(sorted[sorted.count / 2]))
    let contrast = paper - dark
    amounts = gray.pixels.map { sample in
      let ink = contrast < 24 ? 0 : min((paper - Int(sample)) * 256 / contrast, 256)
      return ink < Self.grain ? 0 : ink
    }
  }

  /// Less ink than this is grain of the paper.
  private static let grain = 24

  /// A pixel's ink; none outside of the page.
  subscript(x: Int, y: Int) -> Int { x >= 0 && x < width && y >= 0 && y < height ? amounts[y * width + x] : 0 }
}

/// A page as amounts of ink, its rows straightened, without rules: what ``TemplateOCR`` looks for characters in.
///
/// Whole numbers only: ink is counted in 1/256 of the darkest, places in 1/4096 of a pixel.
struct StraightPage {
  let width: Int
  let height: Int
  /// Row by row, 0 for paper to 256. Columns are moved by whole pixels; ``fall(x:)`` is what is left of one.
  private var ink: [Int]
  /// How far rows fall to the right in the picture, in 1/4096.
  let slope: Int

  /// A page of a picture whose rows fall by a slope.
  init(_ picture: PageInk, slope: Int) {
    (width, height) = (picture.width, picture.height)
    self.slope = slope
    ink = picture.amounts
    for x in 0..<width {
      let shift = fallen(x) >> 12
      for y in 0..<height { ink[y * width + x] = picture[x, y + shift] }
    }
    eraseRules()
  }

  /// A pixel's ink; none outside of the page.
  subscript(x: Int, y: Int) -> Int { x >= 0 && x < width && y >= 0 && y < height ? ink[y * width + x] : 0 }

  /// How much lower than whole pixels the characters in a column lie, in 1/4096.
  func fall(x: Int) -> Int { fallen(x) & 4095 }

  private func fallen(_ x: Int) -> Int { slope * (2 * x + 1 - width) / 2 }

  /// How far the characters in a row lie to the right, in 1/4096; negative for to the left.
  func advance(y: Int) -> Int { -slope * (2 * y + 1 - height) / 2 }

  /// The ink of each row, as if columns were moved by parts of pixels, too.
  var profile: [Int] {
    (0..<height).map { y in
      (0..<width).reduce(0) { sum, x in
        let part = fall(x: x)
        return sum + (self[x, y] * (4096 - part) + self[x, y + 1] * part) >> 12
      }
    }
  }

  /// The ink in a row of text.
  func ink(ofRow top: Int) -> Int {
    (top..<top + DocumentFont.height).reduce(0) { sum, y in (0..<width).reduce(sum) { $0 + self[$1, y] } }
  }

  /// Takes the ink from rules: long straight lines across, and lines down that join them.
  private mutating func eraseRules() {
    let across = (0..<height - 1).map {
      runs(from: $0 * width, stride: 1, to: width, length: width, longerThan: 60, gap: 2)
    }
    func hasRule(_ lines: ClosedRange<Int>) -> Bool {
      lines.contains { across.indices.contains($0) && !across[$0].isEmpty }
    }
    for x in 0..<width - 1 {
      for run in runs(from: x, stride: width, to: 1, length: height, longerThan: 8, gap: 0)
      where hasRule(run.lowerBound - 1...run.lowerBound + 1) && hasRule(run.upperBound - 3...run.upperBound) {
        for y in run { (ink[y * width + x], ink[y * width + x + 1]) = (0, 0) }
      }
    }
    for (y, run) in across.enumerated().flatMap({ y, runs in runs.map { (y, $0) } }) {
      for x in run { (ink[y * width + x], ink[(y + 1) * width + x]) = (0, 0) }
    }
  }

  /// Long runs of pixels that are dark together with their neighbors in the next line, as a rule may lie between two lines
  /// of pixels.
  ///
  /// - Parameters:
  ///   - start: the first pixel of a line of pixels.
  ///   - stride: from one of its pixels to the next.
  ///   - neighbor: from a pixel to that of the next line.
  ///   - limit: strokes of characters are no longer than this.
  ///   - gap: how many light pixels, as of a speck, do not end a run.
  private func runs(
    from start: Int, stride: Int, to neighbor: Int, length: Int, longerThan limit: Int, gap: Int
  ) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var current: Range<Int>?
    for place in 0...length + gap {
      if place < length, ink[start + place * stride] + ink[start + place * stride + neighbor] >= 180 {
        current = (current?.lowerBound ?? place)..<place + 1
      } else if let run = current, place - run.upperBound >= gap {
        if run.count > limit { found.append(run) }
        current = nil
      }
    }
    return found
  }
}
