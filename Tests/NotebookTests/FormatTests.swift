import Foundation
import Testing

@testable import Notebook

@Suite struct FormatTests {
  /// `Tests/Fixtures/notebook/numbers.txt`, written by `make_numbers.py` beside it.
  struct Sample {
    let value: Double
    let format: String
    let text: String
  }

  static func samples() throws -> [Sample] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/notebook/numbers.txt")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
      let fields = line.split(separator: " ")
      let bits = try #require(UInt64(fields[0], radix: 16))
      return Sample(value: Double(bitPattern: bits), format: String(fields[1]), text: String(fields[2]))
    }
  }

  static func text(_ value: Double, _ format: String) throws -> String {
    let count = try #require(Int(format.dropLast().drop { $0 != "." }.dropFirst()))
    switch format.last {
    case "f": return Format.fixed(value, decimals: count, grouping: format.hasPrefix(","))
    case "e": return Format.scientific(value, decimals: count)
    case "g": return Format.significant(value, digits: count)
    case "%": return Format.percent(value, decimals: count)
    default: throw CocoaError(.formatting)
    }
  }

  @Test func everyNumberReadsAsPythonWritesIt() throws {
    let samples = try Self.samples()
    #expect(samples.count > 6000)
    let wrong = try samples.filter { try Self.text($0.value, $0.format) != $0.text }
    for sample in wrong.prefix(10) {
      let ours = try Self.text(sample.value, sample.format)
      Issue.record("\(sample.value.bitPattern) with \(sample.format): ours \(ours), theirs \(sample.text)")
    }
    #expect(wrong.isEmpty, "\(wrong.count) of \(samples.count) differ")
  }

  @Test func aTieGoesToTheEvenDigit() {
    #expect(Format.fixed(0.5, decimals: 0) == "0")
    #expect(Format.fixed(1.5, decimals: 0) == "2")
    #expect(Format.fixed(2.5, decimals: 0) == "2")
    #expect(Format.fixed(0.125, decimals: 2) == "0.12")
    #expect(Format.fixed(0.375, decimals: 2) == "0.38")
  }

  @Test func theBinaryValueIsRoundedAndNotItsShortSpelling() {
    #expect(Format.fixed(2.675, decimals: 2) == "2.67")
    #expect(Format.fixed(1.005, decimals: 2) == "1.00")
    #expect(Format.fixed(Float(0.1), decimals: 10) == "0.1000000015")
  }

  @Test func wholeNumbersAreGroupedInThousands() {
    let expected = [
      0: "0", 7: "7", 999: "999", 1000: "1,000", -1000: "-1,000", 85_806_346: "85,806,346", -123: "-123",
      Int.min: "-9,223,372,036,854,775,808", Int.max: "9,223,372,036,854,775,807",
    ]
    for (value, text) in expected { #expect(Format.integer(value) == text) }
    #expect(Format.integer(UInt64.max) == "18,446,744,073,709,551,615")
  }

  @Test func nineDigitsGiveEveryFloatBack() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let value = Float(bitPattern: UInt32.random(in: 0..<0x7F80_0000, using: &generator))
      let text = Format.significant(value, digits: 9)
      #expect(Float(text) == value, "\(value.bitPattern) as \(text)")
    }
  }

  @Test func shapesReadAsPythonLists() {
    #expect(Format.list([1, 196, 768]) == "[1, 196, 768]")
    #expect(Format.list([]) == "[]")
    #expect(Format.list([1024]) == "[1024]")
    #expect(Format.list([Float(0.25), 0.75], decimals: 3) == "[0.250, 0.750]")
  }

  @Test func significantDigitsChooseTheShorterForm() {
    #expect(Format.significant(0.0001, digits: 9) == "0.0001")
    #expect(Format.significant(0.00001, digits: 9) == "1e-05")
    #expect(Format.significant(123_456_789_012.0, digits: 9) == "1.23456789e+11")
    #expect(Format.significant(999_999.9999, digits: 6) == "1e+06")
  }
}
