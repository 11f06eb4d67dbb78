import Notebook

/// How far the numbers of two texts lie apart: it tells a rounding error from another result.
///
/// Lines that replaced each other are paired in their order; their numbers are paired when the lines agree in all
/// else. Other lines count as differing in text.
public struct NumericDistance: Equatable, Sendable {
  /// Two numbers in the same place that are not the same.
  public struct Pair: Equatable, Sendable {
    /// Line of the expected text, from 1.
    public let line: Int
    /// The numbers as the texts spell them.
    public let expected, actual: String
    /// Their absolute difference.
    public let distance: Double
  }

  /// The pair that lies furthest apart, the first of several.
  public private(set) var largest: Pair?
  /// How many paired numbers differ.
  public private(set) var differingNumbers = 0
  /// How many lines differ in more than numbers, or stand in one text alone.
  public private(set) var differingTexts = 0

  /// Measures a difference.
  public init(_ diff: UnifiedDiff) {
    for case .replaced(let expected, let actual) in diff.changes {
      let paired = min(expected.count, actual.count)
      differingTexts += max(expected.count, actual.count) - paired
      for offset in 0..<paired {
        let line = expected.lowerBound + offset
        compare(diff.expected[line].text, diff.actual[actual.lowerBound + offset].text, line: line + 1)
      }
    }
  }

  private mutating func compare(_ expected: String, _ actual: String, line: Int) {
    let (ours, theirs) = (NumberScan(expected), NumberScan(actual))
    guard ours.words == theirs.words, ours.numbers.count == theirs.numbers.count else {
      differingTexts += 1
      return
    }
    let pairs = zip(ours.numbers, theirs.numbers).filter { $0.text != $1.text }
    if pairs.isEmpty { differingTexts += 1 }
    for (expected, actual) in pairs {
      differingNumbers += 1
      let distance = (expected.value - actual.value).magnitude
      if let largest, largest.distance >= distance { continue }
      largest = Pair(line: line, expected: expected.text, actual: actual.text, distance: distance)
    }
  }

  /// One line: the largest distance with its place, and what differs besides.
  public var summary: String {
    var parts: [String] = []
    if let largest {
      let distance = Format.significant(largest.distance, digits: 3)
      parts.append(
        "largest numeric distance \(distance) at line \(largest.line) "
          + "(expected \(largest.expected), printed \(largest.actual))")
      parts.append("\(differingNumbers) \(differingNumbers == 1 ? "number differs" : "numbers differ")")
    }
    if differingTexts > 0 {
      parts.append("\(differingTexts) \(differingTexts == 1 ? "line differs" : "lines differ") in more than numbers")
    }
    return parts.joined(separator: "; ")
  }
}

/// A line taken apart into its numbers and the words between them.
struct NumberScan {
  struct Number {
    let text: String
    let value: Double
  }

  private(set) var numbers: [Number] = []
  /// What stands between the numbers, with runs of blanks as one, so that shifted columns do not hide numbers.
  private(set) var words: [String] = [""]

  init(_ line: String) {
    let bytes = Array(line.utf8)
    var word: [UInt8] = []
    var position = 0
    while position < bytes.count {
      if let end = Self.numberEnd(in: bytes, from: position) {
        let text = String(decoding: bytes[position..<end], as: UTF8.self)
        numbers.append(Number(text: text, value: Double(text.filter { $0 != "," }) ?? .nan))
        words[words.count - 1] = String(decoding: word, as: UTF8.self)
        words.append("")
        word = []
        position = end
      } else {
        let isRepeatedBlank = bytes[position] == UInt8(ascii: " ") && word.last == UInt8(ascii: " ")
        if !isRepeatedBlank { word.append(bytes[position]) }
        position += 1
      }
    }
    words[words.count - 1] = String(decoding: word, as: UTF8.self)
  }

  /// End of the number that begins at a position, if one does: sign, digits with thousands separators, decimals,
  /// exponent. A digit inside of a word (`ViT16`) does not begin one.
  private static func numberEnd(in bytes: [UInt8], from start: Int) -> Int? {
    var end = start
    if start > 0, isLetter(bytes[start - 1]) || isDigit(bytes[start - 1]) { return nil }
    func byte(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

    if byte(end) == UInt8(ascii: "-") { end += 1 }
    guard isDigit(byte(end)) else { return nil }
    while isDigit(byte(end)) { end += 1 }
    while byte(end) == UInt8(ascii: ","), (1...3).allSatisfy({ isDigit(byte(end + $0)) }), !isDigit(byte(end + 4)) {
      end += 4
    }
    if byte(end) == UInt8(ascii: "."), isDigit(byte(end + 1)) {
      end += 1
      while isDigit(byte(end)) { end += 1 }
    }
    if byte(end) == UInt8(ascii: "e") {
      let signed = byte(end + 1) == UInt8(ascii: "-") || byte(end + 1) == UInt8(ascii: "+")
      let digits = end + (signed ? 2 : 1)
      if isDigit(byte(digits)) {
        end = digits
        while isDigit(byte(end)) { end += 1 }
      }
    }
    return end
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte >= 0x80 || byte == UInt8(ascii: "_")
  }
}
