/// A piece of Swift source as a reader sees it: enough to color a listing and to find a declaration, not to compile.
struct SwiftToken: Equatable {
  enum Kind {
    case comment, string, number, word, directive, punctuation
  }

  let kind: Kind
  /// Bytes of the source.
  let range: Range<Int>
  /// Line on which it begins, from 1.
  let line: Int
}

/// Source text with its tokens.
struct SwiftTokens {
  let source: [UInt8]
  private(set) var tokens: [SwiftToken] = []

  /// Takes a source apart. Text that is no Swift gives tokens, too: punctuation, in the worst case.
  init(_ text: String) {
    source = [UInt8](text.utf8)
    var scanner = Scanner(source)
    while let token = scanner.next() { tokens.append(token) }
  }

  /// The text of a token.
  func text(of token: SwiftToken) -> String { String(decoding: source[token.range], as: UTF8.self) }

  /// Whether a token is this word or sign.
  func isToken(_ token: SwiftToken, _ text: StaticString) -> Bool {
    token.kind != .string && token.kind != .comment
      && source[token.range].elementsEqual(
        UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}

/// Walks over a source from token to token.
private struct Scanner {
  private let source: [UInt8]
  private var position = 0
  private var line = 1

  init(_ source: [UInt8]) { self.source = source }

  private func byte(_ offset: Int = 0) -> UInt8? {
    source.indices.contains(position + offset) ? source[position + offset] : nil
  }

  private func starts(with text: StaticString, at place: Int) -> Bool {
    let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    return source[min(place, source.count)...].starts(with: bytes)
  }

  mutating func next() -> SwiftToken? {
    while let byte = byte(), byte <= UInt8(ascii: " ") { advance(to: position + 1) }
    guard let first = byte() else { return nil }
    let (start, startLine) = (position, line)
    let (kind, end) = extent(first)
    advance(to: end)
    return SwiftToken(kind: kind, range: start..<position, line: startLine)
  }

  private mutating func advance(to end: Int) {
    let end = min(end, source.count)
    for place in position..<end where source[place] == UInt8(ascii: "\n") { line += 1 }
    position = end
  }

  private func extent(_ first: UInt8) -> (SwiftToken.Kind, end: Int) {
    if starts(with: "//", at: position) { return (.comment, lineEnd(from: position)) }
    if starts(with: "/*", at: position) { return (.comment, commentEnd(from: position)) }
    if first == UInt8(ascii: "\"") { return (.string, stringEnd(from: position, hashes: 0)) }
    if first == UInt8(ascii: "#") {
      let hashes = source[position...].prefix { $0 == UInt8(ascii: "#") }.count
      if starts(with: "\"", at: position + hashes) {
        return (.string, stringEnd(from: position + hashes, hashes: hashes))
      }
      return (.directive, wordEnd(from: position + 1))
    }
    if Self.isDigit(first) { return (.number, numberEnd(from: position)) }
    if first == UInt8(ascii: "`") {
      let end = source[(position + 1)...].firstIndex(of: first).map { $0 + 1 } ?? source.count
      return (.word, end)
    }
    if first == UInt8(ascii: "@") { return (.directive, max(wordEnd(from: position + 1), position + 1)) }
    if Self.isWord(first) { return (.word, wordEnd(from: position)) }
    return (.punctuation, position + 1)
  }

  private func lineEnd(from start: Int) -> Int {
    source[start...].firstIndex(of: UInt8(ascii: "\n")) ?? source.count
  }

  /// Block comments nest.
  private func commentEnd(from start: Int) -> Int {
    var (place, depth) = (start, 0)
    while place < source.count {
      if starts(with: "/*", at: place) {
        depth += 1
        place += 2
      } else if starts(with: "*/", at: place) {
        depth -= 1
        place += 2
        if depth == 0 { return place }
      } else {
        place += 1
      }
    }
    return source.count
  }

  /// - Parameters:
  ///   - start: the first quotation mark.
  ///   - hashes: how many `#` stand before it.
  private func stringEnd(from start: Int, hashes: Int) -> Int {
    let isLong = starts(with: "\"\"\"", at: start)
    let quotes = isLong ? 3 : 1
    var place = start + quotes
    while place < source.count {
      switch source[place] {
      case UInt8(ascii: "\\") where isRun(of: UInt8(ascii: "#"), count: hashes, at: place + 1):
        place += 1 + hashes
        if place < source.count, source[place] == UInt8(ascii: "(") {
          place = interpolationEnd(from: place)
        } else {
          place += 1
        }
      case UInt8(ascii: "\"")
      where isRun(of: UInt8(ascii: "\""), count: quotes, at: place)
        && isRun(of: UInt8(ascii: "#"), count: hashes, at: place + quotes):
        return place + quotes + hashes
      case UInt8(ascii: "\n") where !isLong: return place
      default: place += 1
      }
    }
    return source.count
  }

  private func isRun(of byte: UInt8, count: Int, at place: Int) -> Bool {
    place + count <= source.count && source[place..<place + count].allSatisfy { $0 == byte }
  }

  /// The end of `(…)` within a string, in which strings may stand again.
  private func interpolationEnd(from start: Int) -> Int {
    var (place, depth) = (start, 0)
    while place < source.count {
      switch source[place] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"):
        depth -= 1
        if depth == 0 { return place + 1 }
      case UInt8(ascii: "\""):
        place = stringEnd(from: place, hashes: 0)
        continue
      default: break
      }
      place += 1
    }
    return source.count
  }

  private func numberEnd(from start: Int) -> Int {
    var place = start
    while place < source.count {
      let byte = source[place]
      let isPoint = byte == UInt8(ascii: ".") && place + 1 < source.count && Self.isDigit(source[place + 1])
      let isSign =
        "+-".utf8.contains(byte) && "eEpP".utf8.contains(source[place - 1])
        && !starts(with: "0x", at: start)
      guard Self.isWord(byte) || isPoint || (isSign && place > start) else { break }
      place += 1
    }
    return place
  }

  private func wordEnd(from start: Int) -> Int {
    source[min(start, source.count)...].firstIndex { !Self.isWord($0) } ?? source.count
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  /// Letters, digits, `_`, `$` and whatever is not ASCII.
  private static func isWord(_ byte: UInt8) -> Bool {
    let letter = byte | 0x20
    return byte >= 0x80 || isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
  }
}
