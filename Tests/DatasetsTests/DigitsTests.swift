import Images
import Support
import Tensors
import Testing

@testable import Datasets

@Test func theDigitsAreAllThere() throws {
  let digits = try Digits.load()
  #expect(digits.count == 1797)
  #expect(digits.images.shape == [1797, 1, 8, 8])
  #expect(
    (0..<10).map { digit in digits.labels.count { $0 == digit } } == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
  // The first row of scikit-learn's first digit, a zero, and the sum of all ink.
  #expect(digits.levels.prefix(8) == [0, 0, 5, 13, 9, 1, 0, 0])
  #expect(digits.levels.reduce(0) { $0 + Int($1) } == 561_718)
  #expect(digits.images.scalars[3] == 13.0 / 16)
  #expect(digits.image(at: 0)[3, 0] == Color(gray: 207))
}

@Test func theWriterSplitHoldsOutTheLast() throws {
  let digits = try Digits.load()
  let split = digits.writerSplit
  #expect(split.trainingIndices == Array(0..<1437) && split.testIndices == Array(1437..<1797))
  #expect(split.test.labels == Array(digits.labels.suffix(360)))
  #expect(split.test.levels == Array(digits.levels.suffix(360 * 64)))
}

@Test func theStratifiedSplitIsInProportion() throws {
  let digits = try Digits.load()
  for seed: UInt64 in [0, 1, 2] {
    let split = digits.stratifiedSplit(seed: seed)
    #expect(split.training.count == 1437 && split.test.count == 360)
    #expect((split.trainingIndices + split.testIndices).sorted() == Array(0..<1797))
    #expect(
      (0..<10).map { digit in split.test.labels.count { $0 == digit } } == [36, 37, 35, 37, 36, 36, 36, 36, 35, 36])
    #expect(split.test.labels == split.testIndices.map { digits.labels[$0] })
  }
  #expect(digits.stratifiedSplit(seed: 0) == digits.stratifiedSplit(seed: 0))
  #expect(digits.stratifiedSplit(seed: 0) != digits.stratifiedSplit(seed: 1))
}

@Test func seatsGoByLargestRemainder() {
  #expect(Digits.allocate(10, to: [1, 1, 1]) == [4, 3, 3])
  #expect(Digits.allocate(5, to: [10, 0, 30]) == [1, 0, 4])
  #expect(Digits.allocate(0, to: [3, 4]) == [0, 0])
}

@Test func splitMixHasItsPublishedNumbers() {
  var generator = SplitMix64(seed: 1_234_567)
  #expect(generator.next() == 6_457_827_717_110_365_317)
  #expect(generator.next() == 3_203_168_211_198_807_973)
  var counts = [0, 0, 0]
  for _ in 0..<30_000 { counts[generator.next(below: 3)] += 1 }
  #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
}

@Test func damagedDigitsAreRefused() throws {
  let sheet = Image(width: 16, height: 8, format: .gray, color: .black)
  var spotted = sheet
  spotted[9, 2, 0] = 16
  let cases: [(Image, String, String)] = [
    (sheet, "1\n2x", "labels: line 2: a label is a digit from 0 to 9"),
    (spotted, "12", "sheet: pixel (9, 2): not an ink level × 15"),
    (sheet, "", "labels: 0 labels for a sheet of 2 tiles"),
    (sheet, "123", "labels: 3 labels for a sheet of 2 tiles"),
    (sheet.converted(to: .rgb), "12", "sheet: 16×8 RGB is not a gray sheet of 8×8 tiles"),
  ]
  for (sheet, labels, message) in cases {
    let error = #expect(throws: DataError.self) {
      try Digits(sheet: sheet, labels: labels, sheetName: "sheet", labelsName: "labels")
    }
    #expect(error?.description == message)
  }
  #expect(throws: DataError.self) { try Resources.image("no such file") }
}

@Test func thePhotosHaveTheirSizes() throws {
  #expect(try Photos.cat.description == "451×300 RGB")
  #expect(try Photos.coffee.description == "600×400 RGB")
  #expect(try Photos.astronaut.description == "512×512 RGB")
  #expect(try Photos.cat[0, 0] == Color(red: 143, green: 120, blue: 104))
}
