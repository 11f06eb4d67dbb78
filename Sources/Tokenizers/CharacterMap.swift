import Foundation
import Support

/// SentencePiece's map of characters: short byte strings and what each is replaced by, such as the half-width and the
/// full-width letters by the usual ones. A `tokenizer.json` has it as the normalizer `Precompiled`.
///
/// The file's form is that of the library Darts: a double array, in which a tree of byte strings lies so that the child
/// for a byte is found by one addition, and behind it the replacements, each with a zero at its end.
struct CharacterMap: Sendable, Equatable {
  private let units: [UInt32]
  private let replacements: [UInt8]
  /// How many bytes the longest replacement has.
  let longestReplacement: Int

  /// So many bytes of a text are compared at most; the longest string of the published maps has 18.
  private static let longestKey = 128
  /// No published replacement is longer: the longest, of U+FDFA, has 33 bytes.
  private static let replacementLimit = 1024

  /// Reads a map.
  ///
  /// - Parameter complaint: makes the error.
  init(_ bytes: [UInt8], complaint: (String) -> DataError) throws(DataError) {
    guard bytes.count >= 4 else { throw complaint("the map of characters is cut off") }
    func number(at index: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) }
    }
    let size = Int(number(at: 0))
    guard size <= bytes.count - 4, size > 0, size % 4 == 0 else {
      throw complaint("the map of characters is cut off: its tree of \(size) bytes does not fit")
    }
    units = (0..<(size / 4)).map { number(at: 4 + 4 * $0) }
    replacements = Array(bytes[(4 + size)...])
    guard String(validating: replacements, as: UTF8.self) != nil else {
      throw complaint("the replacements in the map of characters are not UTF-8")
    }
    var (start, longest) = (0, 0)
    for (index, byte) in replacements.enumerated() {
      if byte == 0 { start = index + 1 }
      longest = max(longest, index + 1 - start)
    }
    longestReplacement = longest
    guard longest <= Self.replacementLimit else {
      throw complaint("a replacement in the map of characters has more than \(Self.replacementLimit) bytes")
    }
  }

  /// Calls a function with each string of the map that begins a part of a text: its length, and where its replacement
  /// stands. The shortest comes first; it ends when the function returns false.
  private func forEachKey(_ text: [UInt8], _ range: Range<Int>, _ body: (_ length: Int, _ place: Int) -> Bool) {
    func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 1 << 9) >> 6)) }
    var node = offset(units[0])
    for index in range.prefix(Self.longestKey) {
      let byte = text[index]
      node ^= Int(byte)
      guard byte != 0, node < units.count, units[node] & (1 << 31 | 0xFF) == UInt32(byte) else { return }
      let isEnd = units[node] >> 8 & 1 == 1
      node ^= offset(units[node])
      guard node < units.count else { return }
      if isEnd, !body(index + 1 - range.lowerBound, Int(units[node] & ~(1 << 31))) { return }
    }
  }

  /// The bytes of a replacement; `nil` where the file's number leads to none.
  private func replacement(at place: Int) -> ArraySlice<UInt8>? {
    guard place <= replacements.count, place == replacements.count || replacements[place] & 0xC0 != 0x80 else {
      return nil
    }
    return replacements[place...].prefix { $0 != 0 }
  }

  /// What the longest string of the map at a place in a text is replaced by, and its length; `nil` where there is none.
  /// This is SentencePiece's way. A string that ends within a character, as only a damaged map has, is none.
  func longestReplacement(in text: [UInt8], at index: Int) -> (replacement: ArraySlice<UInt8>, length: Int)? {
    var found: (length: Int, place: Int)?
    forEachKey(text, index..<text.count) {
      let end = index + $0
      if end == text.count || text[end] & 0xC0 != 0x80 { found = ($0, $1) }
      return true
    }
    guard let found, let replacement = replacement(at: found.place) else { return nil }
    return (replacement, found.length)
  }

  /// Rewrites a text as Hugging Face's tokenizers do: what a reader takes for one character is replaced whole, by what
  /// the shortest string at its beginning asks for, if it has less than six bytes; else its characters one by one.
  ///
  /// - Returns: whether the text's first character has become nothing.
  @discardableResult
  func rewrite(_ text: inout [UInt8]) -> Bool {
    func shortestReplacement(_ range: Range<Int>) -> ArraySlice<UInt8>? {
      var found: Int?
      forEachKey(text, range) {
        found = $1
        return false
      }
      return found.flatMap { replacement(at: $0) }
    }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var losesFirst = false
    var index = 0
    while index < text.count {
      let end = GraphemeClusters.end(in: text, from: index)
      if end - index < 6, let replacement = shortestReplacement(index..<end) {
        if index == 0, replacement.isEmpty { losesFirst = true }
        result.append(contentsOf: replacement)
        index = end
        continue
      }
      while index < end {
        let next = index + text.scalar(at: index).length
        if let replacement = shortestReplacement(index..<next) {
          if index == 0, replacement.isEmpty { losesFirst = true }
          result.append(contentsOf: replacement)
        } else {
          result.append(contentsOf: text[index..<next])
        }
        index = next
      }
    }
    text = result
    return losesFirst
  }
}
