import Images
import Support
import Tensors

/// Real handwritten digits, 8×8 pixels each (Alpaydin and Kaynak 1998, the test half with 13 writers).
///
/// A part of the set, such as one half of a ``Split``, is itself a `Digits`.
public struct Digits: Sendable, Equatable {
  /// The side of an image in pixels.
  public static let side = 8
  /// The classes are the digits 0 to 9.
  public static let classCount = 10
  /// A pixel's ink goes from 0, white paper, to 16.
  public static let maximumLevel = 16

  /// The ink of all pixels, 0 to 16: 64 a digit, row by row.
  public let levels: [UInt8]
  /// What each image shows, 0 to 9.
  public let labels: [Int]

  /// How many digits there are.
  public var count: Int { labels.count }

  /// All 1,797 digits, in the order of the original: writer after writer.
  ///
  /// - Throws: `DataError` if the package's files are missing or damaged.
  public static func load() throws(DataError) -> Digits {
    try Digits(
      sheet: Resources.image("digits.png"), labels: Resources.text("digits-labels.txt"), sheetName: "digits.png",
      labelsName: "digits-labels.txt")
  }

  /// Digits from a sheet of 8×8 tiles in rows, whose pixels are ink × 15, and their labels, one character each.
  init(sheet: Image, labels text: String, sheetName: String, labelsName: String) throws(DataError) {
    let side = Self.side
    let columns = sheet.width / side
    var labels: [Int] = []
    for (line, row) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      for character in row.utf8 {
        guard character >= 48, character < 58 else {
          throw DataError(file: labelsName, place: "line \(line + 1)", reason: "a label is a digit from 0 to 9")
        }
        labels.append(Int(character) - 48)
      }
    }
    guard sheet.format == .gray, sheet.width % side == 0, sheet.height % side == 0 else {
      throw DataError(file: sheetName, reason: "\(sheet) is not a gray sheet of \(side)×\(side) tiles")
    }
    let tiles = columns * (sheet.height / side)
    guard !labels.isEmpty, labels.count <= tiles, labels.count > tiles - columns else {
      throw DataError(file: labelsName, reason: "\(labels.count) labels for a sheet of \(tiles) tiles")
    }
    var levels: [UInt8] = []
    levels.reserveCapacity(labels.count * side * side)
    for index in labels.indices {
      for y in 0..<side {
        for x in 0..<side {
          let (column, row) = (index % columns * side + x, index / columns * side + y)
          let (level, rest) = sheet[column, row, 0].quotientAndRemainder(dividingBy: 15)
          guard rest == 0, level <= Self.maximumLevel else {
            throw DataError(file: sheetName, place: "pixel (\(column), \(row))", reason: "not an ink level × 15")
          }
          levels.append(level)
        }
      }
    }
    self.init(levels: levels, labels: labels)
  }

  init(levels: [UInt8], labels: [Int]) {
    self.levels = levels
    self.labels = labels
  }

  /// All images as `[N, 1, 8, 8]`, ink from 0 to 1.
  public var images: Tensor {
    Tensor(inputs, shape: [count, 1, Self.side, Self.side])
  }

  /// All images as plain numbers, ink from 0 to 1: 64 a digit.
  public var inputs: [Float] {
    // A sixteenth is exact in binary.
    levels.map { Float($0) / Float(Self.maximumLevel) }
  }

  /// One digit as a picture, white on black as the sheet has it.
  public func image(at index: Int) -> Image {
    let size = Self.side * Self.side
    check(index)
    return Image(
      width: Self.side, height: Self.side, format: .gray,
      pixels: levels[index * size..<(index + 1) * size].map { UInt8(Int($0) * 255 / Self.maximumLevel) })
  }

  /// The digits at some places, in the order of the places.
  public func subset(_ indices: some Sequence<Int>) -> Digits {
    let size = Self.side * Self.side
    var levels: [UInt8] = []
    var labels: [Int] = []
    for index in indices {
      check(index)
      levels += self.levels[index * size..<(index + 1) * size]
      labels.append(self.labels[index])
    }
    return Digits(levels: levels, labels: labels)
  }

  private func check(_ index: Int) {
    if !labels.indices.contains(index) { reportMisuse("Digits", "there is no digit \(index) among \(count)") }
  }

  /// The share of guesses that are right, 0 to 1.
  ///
  /// - Parameter guesses: a class for each digit.
  public func accuracy(of guesses: [Int]) -> Double {
    if guesses.count != count { reportMisuse("accuracy", "\(guesses.count) guesses for \(count) digits") }
    return Double(zip(guesses, labels).count { $0 == $1 }) / Double(count)
  }

  /// Batches to train on: each epoch in an order of its own, drawn by the global generator when the epoch begins.
  ///
  /// What is left of an epoch after its last full batch is left out, as with PyTorch's `drop_last`.
  ///
  /// - Parameters:
  ///   - size: digits of a batch, at most ``count``.
  ///   - batches: how many batches, over as many epochs as they need.
  public func shuffledBatches(of size: Int, count batches: Int) -> AnyIterator<Digits> {
    if size <= 0 || size > count { reportMisuse("shuffledBatches", "a batch of \(size) out of \(count) digits") }
    let perEpoch = count / size
    var order: [Int] = []
    var drawn = 0
    return AnyIterator {
      guard drawn < batches else { return nil }
      let place = drawn % perEpoch
      if place == 0 { order = IntTensor.randperm(count).scalars }
      drawn += 1
      return subset(order[place * size..<(place + 1) * size])
    }
  }
}
