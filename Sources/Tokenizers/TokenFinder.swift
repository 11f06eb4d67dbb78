/// Finds the longest of several byte strings at a place in a text.
///
/// The strings are sorted, so those that begin with given bytes stand side by side; each further byte of the text
/// narrows that range. The work at a place is the length of the match times the logarithm of the number of strings.
struct TokenFinder: Sendable {
  private let tokens: [(text: [UInt8], id: Int)]
  /// Where the strings begin that start with each byte, and with the one after the last byte where they end.
  private let starts: [Int]
  /// Whether there is nothing to find.
  var isEmpty: Bool { tokens.isEmpty }

  /// Prepares a search.
  ///
  /// - Parameter tokens: the strings, of which empty ones never match; of equal ones the lowest id counts.
  init(_ tokens: [(text: [UInt8], id: Int)]) {
    var distinct: [(text: [UInt8], id: Int)] = []
    let sorted = tokens.filter { !$0.text.isEmpty }.sorted {
      $0.text == $1.text ? $0.id < $1.id : $0.text.lexicographicallyPrecedes($1.text)
    }
    for token in sorted where distinct.last?.text != token.text { distinct.append(token) }
    var starts = [Int](repeating: 0, count: 257)
    for token in distinct { starts[Int(token.text[0]) + 1] += 1 }
    for byte in 0..<256 { starts[byte + 1] += starts[byte] }
    self.tokens = distinct
    self.starts = starts
  }

  /// The longest string that stands at a place of a text, and its length.
  func longestMatch(in text: [UInt8], at index: Int) -> (id: Int, length: Int)? {
    var match: (id: Int, length: Int)?
    text.withUnsafeBufferPointer { text in
      forEachMatch(in: text, at: index) { match = ($0, $1) }
    }
    return match
  }

  /// Calls a function with each string that stands at a place of a text and its length, the shortest first.
  @inline(__always)
  func forEachMatch(in text: UnsafeBufferPointer<UInt8>, at index: Int, _ body: (_ id: Int, _ length: Int) -> Void) {
    var (start, end) = (starts[Int(text[index])], starts[Int(text[index]) + 1])
    var length = 1
    while start < end {
      // Of the strings with these bytes in front the shortest comes first.
      if tokens[start].text.count == length {
        body(tokens[start].id, length)
        start += 1
      }
      guard index + length < text.count else { break }
      let byte = text[index + length]
      let rest = (start, end)
      start = first(in: rest.0..<rest.1) { tokens[$0].text[length] >= byte }
      end = first(in: start..<rest.1) { tokens[$0].text[length] > byte }
      length += 1
    }
  }

  /// The first place in a range from which on a condition holds, or its end.
  private func first(in range: Range<Int>, where condition: (Int) -> Bool) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = low + (high - low) / 2
      if condition(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
