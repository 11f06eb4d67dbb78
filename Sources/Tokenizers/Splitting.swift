/// SentencePiece's white space: a visible character, mostly `▁`, takes the place of each space, and may stand before the
/// text.
struct Metaspace: Sendable, Equatable {
  /// Before which texts the character is put, where they do not begin with it.
  enum Prefix: String, Sendable {
    /// Before each text between added tokens.
    case always
    /// Before the text only that nothing stands before.
    case first
    case never
  }

  /// The character that stands for a space.
  var replacement: Unicode.Scalar = "▁"
  var prefix = Prefix.always
  /// Whether each character begins a new word.
  var splits = true

  /// Rewrites the words, and splits them.
  func split(_ words: inout PreTokenizer.Words) {
    let mark = Array(String(replacement).utf8)
    words.rewriteEach { word, isFirst, result in
      let isWanted = prefix == .always || (prefix == .first && isFirst)
      if isWanted, word.first != 0x20, !word.starts(with: mark) { result.append(contentsOf: mark) }
      for byte in word {
        if byte == 0x20 { result.append(contentsOf: mark) } else { result.append(byte) }
      }
    }
    guard splits else { return }
    words.replaceEach { text, range, parts in
      var start = range.lowerBound
      var index = start
      while index < range.upperBound {
        if index > start, text[index] == mark[0], text[index...].starts(with: mark) {
          parts.append(start..<index)
          start = index
        }
        index += 1
      }
      if start < index { parts.append(start..<index) }
    }
  }

  /// The text of tokens, in which the character is a space again, but for the ones that were put before the text.
  func decode(_ tokens: [String]) -> [String] {
    tokens.enumerated().map { index, token in
      var scalars = String.UnicodeScalarView()
      for scalar in token.unicodeScalars {
        if scalar != replacement {
          scalars.append(scalar)
        } else if index > 0 || prefix == .never {
          scalars.append(" ")
        }
      }
      return String(scalars)
    }
  }
}

/// What becomes of the separators where a text is split.
enum SplitBehavior: String, Sendable {
  case removed = "Removed"
  /// Each is a word.
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  /// Neighboring ones are one word.
  case contiguous = "Contiguous"

  /// Appends the words of a text.
  ///
  /// - Parameters:
  ///   - range: where the text is.
  ///   - separators: where the separators are in it, from its beginning.
  ///   - isInverted: whether what is between the separators separates instead.
  ///   - words: gets the words; none is empty.
  func split(_ range: Range<Int>, at separators: [Range<Int>], isInverted: Bool, into words: inout [Range<Int>]) {
    var parts: [(range: Range<Int>, isSeparator: Bool)] = []
    var done = range.lowerBound
    func append(upTo end: Int, isSeparator: Bool) {
      if done < end { parts.append((done..<end, isSeparator != isInverted)) }
      done = end
    }
    for separator in separators {
      append(upTo: range.lowerBound + separator.lowerBound, isSeparator: false)
      append(upTo: range.lowerBound + separator.upperBound, isSeparator: true)
    }
    append(upTo: range.upperBound, isSeparator: false)
    var wasSeparator = false
    switch self {
    case .removed:
      for part in parts where !part.isSeparator { words.append(part.range) }
    case .isolated:
      for part in parts { words.append(part.range) }
    case .contiguous, .mergedWithPrevious:
      for (index, part) in parts.enumerated() {
        let joins = self == .contiguous ? part.isSeparator == wasSeparator : part.isSeparator && !wasSeparator
        if index > 0, joins, let last = words.popLast() {
          words.append(last.lowerBound..<part.range.upperBound)
        } else {
          words.append(part.range)
        }
        wasSeparator = part.isSeparator
      }
    case .mergedWithNext:
      var reversed: [Range<Int>] = []
      for part in parts.reversed() {
        if part.isSeparator, !wasSeparator, let last = reversed.popLast() {
          reversed.append(part.range.lowerBound..<last.upperBound)
        } else {
          reversed.append(part.range)
        }
        wasSeparator = part.isSeparator
      }
      words.append(contentsOf: reversed.reversed())
    }
  }
}

/// The characters at which a text is split.
enum SplitCharacters: Sendable {
  case space, punctuation, numbers

  private func contains(_ scalar: Unicode.Scalar) -> Bool {
    switch self {
    case .space: ScalarClass.isSpace(scalar)
    case .punctuation: ScalarClass.properties(scalar).contains(.bertPunctuation)
    case .numbers: ScalarClass.properties(scalar).contains(.number)
    }
  }

  /// Where such characters stand, each for itself, from the beginning of a part of a text.
  func matches(in text: [UInt8], _ range: Range<Int>) -> [Range<Int>] {
    var matches: [Range<Int>] = []
    var index = range.lowerBound
    while index < range.upperBound {
      let (scalar, length) = text.scalar(at: index)
      if contains(scalar) {
        matches.append((index - range.lowerBound)..<(index + length - range.lowerBound))
      }
      index += length
    }
    return matches
  }
}
