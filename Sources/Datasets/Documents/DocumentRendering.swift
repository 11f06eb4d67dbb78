import Images
import Support
import Tensors

extension Document {
  /// The page as a gray picture of 112×96 pixels.
  ///
  /// Whole numbers only, so that the bytes are the same on every machine: ink is counted in 1/4080 of a pixel,
  /// blurred by neighbors' shares in eighths, and turned by moving columns and then rows by fractions of a pixel in
  /// 1/4096.
  public func image() -> Image {
    Image(width: Self.width, height: Self.height, format: .gray, pixels: pixels())
  }

  /// Pages as a model's input `[N, 3, 96, 112]`, each sample from -1 to 1: (sample / 255 - 0.5) / 0.5, three times the
  /// same.
  ///
  /// The numbers are those of an image processor with mean and deviation 0.5 and no resizing.
  ///
  /// - Parameter documents: at least one.
  public static func tensor(_ documents: some Collection<Document>) -> Tensor {
    if documents.isEmpty { reportMisuse("Document.tensor", "a batch has at least one document") }
    let plane = width * height
    let levels = sampleLevels  // once, not for each sample: a global is looked up with a check
    var values: [Float] = []
    values.reserveCapacity(documents.count * 3 * plane)
    for document in documents {
      let page = document.pixels().map { levels[Int($0)] }
      for _ in 0..<3 { values += page }
    }
    return Tensor(values, shape: [documents.count, 3, height, width])
  }

  private func pixels() -> [UInt8] {
    var ink = InkPlane(width: Self.width, height: Self.height)
    let draft = draft
    for rule in draft.rules { ink.fill(rule) }
    for text in draft.texts { ink.print(text) }
    ink.blur(design.blur)
    ink.turn(slope: design.slope)
    var random = SplitMix64(seed: design.noiseSeed)
    var grays = ink.amounts.map { amount in
      design.paper - (amount * (design.paper - design.ink) + InkPlane.full / 2) / InkPlane.full
    }
    if design.grain > 0 {
      // Eight draws of 8 bits from each number.
      var bits: UInt64 = 0
      for place in grays.indices {
        if place % 8 == 0 { bits = random.next() }
        grays[place] += Int(bits & 255) * (2 * design.grain + 1) >> 8 - design.grain
        bits >>= 8
      }
    }
    for _ in 0..<design.specks {
      let bits = random.next()
      grays[Int(bits >> 32) % grays.count] = Int(bits & 255)
    }
    return grays.map { UInt8(min(max($0, 0), 255)) }
  }
}

/// How much ink each pixel of a page has.
struct InkPlane {
  let width: Int
  let height: Int
  /// Row by row, from 0 to ``full``.
  private(set) var amounts: [Int]

  /// The ink of a black pixel.
  static let full = 4080

  /// An empty page.
  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    amounts = [Int](repeating: 0, count: width * height)
  }

  /// Blackens the part of a rectangle that lies on the page.
  mutating func fill(_ rectangle: Rectangle) {
    for y in max(rectangle.y, 0)..<max(min(rectangle.y + rectangle.height, height), max(rectangle.y, 0)) {
      for x in max(rectangle.x, 0)..<max(min(rectangle.x + rectangle.width, width), max(rectangle.x, 0)) {
        amounts[y * width + x] = Self.full
      }
    }
  }

  /// Prints a text.
  mutating func print(_ text: PrintedText) {
    var left = text.bounds.x
    for character in text.text {
      let glyph = text.font.glyph(character)
      for y in 0..<DocumentFont.height where text.bounds.y + y >= 0 && text.bounds.y + y < height {
        for x in 0..<glyph.width where glyph[x, y] && left + x >= 0 && left + x < width {
          amounts[(text.bounds.y + y) * width + left + x] = Self.full
        }
      }
      left += glyph.width + 1
    }
  }

  /// Gives a share of each pixel's ink to its neighbors across, and then down: an eighth of it for level 1, a quarter
  /// for level 2, half to either side. What would leave the page stays.
  mutating func blur(_ level: Int) {
    guard level > 0 else { return }
    move(along: 1, lines: height, step: width, length: width, level: level)
    move(along: width, lines: width, step: 1, length: height, level: level)
  }

  private mutating func move(along stride: Int, lines: Int, step: Int, length: Int, level: Int) {
    let before = amounts
    for line in 0..<lines {
      for place in 0..<length {
        let here = line * step + place * stride
        let share = before[here] * level / 16
        amounts[here] -= 2 * share
        amounts[place > 0 ? here - stride : here] += share
        amounts[place < length - 1 ? here + stride : here] += share
      }
    }
  }

  /// Turns the page around its middle by a small angle: columns move down by `slope` times their distance from the
  /// middle, then rows to the left by the same (two of the three shears of Paeth 1986; the third is of no weight at a
  /// degree).
  ///
  /// - Parameter slope: in 1/4096; at most 71, one degree.
  mutating func turn(slope: Int) {
    guard slope != 0 else { return }
    for x in 0..<width {
      shift(from: x, stride: width, length: height, by: slope * (2 * x + 1 - width) / 2)
    }
    for y in 0..<height {
      shift(from: y * width, stride: 1, length: width, by: -slope * (2 * y + 1 - height) / 2)
    }
  }

  /// Moves a line's ink by a distance in 1/4096 of a pixel; what leaves the page is lost.
  private mutating func shift(from start: Int, stride: Int, length: Int, by distance: Int) {
    let (whole, part) = (distance >> 12, distance & 4095)
    let line = (0..<length).map { amounts[start + $0 * stride] }
    for place in 0..<length {
      func ink(_ place: Int) -> Int { place >= 0 && place < length ? line[place] : 0 }
      amounts[start + place * stride] =
        (ink(place - whole) * (4096 - part) + ink(place - whole - 1) * part + 2048) >> 12
    }
  }
}
