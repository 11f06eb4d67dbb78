/// A step that splits the text into the words which the model then encodes one by one.
indirect enum PreTokenizer: Sendable, Equatable {
  /// GPT-2's: words are handed on as bytes, so that every text can be spelled (Radford et al. 2019, section 2.2).
  /// - addsPrefixSpace: whether a space is put before the text where it has none.
  /// - usesPattern: whether ``splitGPT2(_:in:into:)`` is applied.
  case byteLevel(addsPrefixSpace: Bool, usesPattern: Bool)
  /// CLIP's pattern: see ``splitCLIP(_:in:keepsSpecialTokens:into:)``.
  case clip(keepsSpecialTokens: Bool)
  /// BERT's: at white space, which is dropped, and around punctuation.
  case bert
  /// SentencePiece's: a visible character takes the place of each space.
  case metaspace(Metaspace)
  /// At the matches of a pattern, or between them where it is inverted.
  case pattern(TextPattern, SplitBehavior, isInverted: Bool)
  /// At characters of a kind.
  case characters(SplitCharacters, SplitBehavior)
  /// `\w+|[^\w\s]+`: runs of letters and digits, and runs of anything else but white space.
  case words
  /// One step after the other.
  case sequence([PreTokenizer])

  /// Splits words further.
  func split(_ words: inout Words) {
    switch self {
    case .byteLevel(let addsPrefixSpace, let usesPattern):
      if addsPrefixSpace { words.addPrefixSpaces() }
      if usesPattern { words.replaceEach(Self.splitGPT2) }
    case .clip(let keepsSpecialTokens):
      words.replaceEach { Self.splitCLIP($0, in: $1, keepsSpecialTokens: keepsSpecialTokens, into: &$2) }
    case .bert:
      words.replaceEach(Self.splitBert)
    case .metaspace(let metaspace):
      metaspace.split(&words)
    case .pattern(let pattern, let behavior, let isInverted):
      words.replaceEach { text, range, parts in
        behavior.split(range, at: pattern.matches(in: Array(text[range])), isInverted: isInverted, into: &parts)
      }
    case .characters(let kind, let behavior):
      words.replaceEach { text, range, parts in
        behavior.split(range, at: kind.matches(in: text, range), isInverted: false, into: &parts)
      }
    case .words:
      words.replaceEach(Self.splitWords)
    case .sequence(let steps):
      for step in steps { step.split(&words) }
    }
  }

  /// Whether the words are bytes to be spelled with GPT-2's 256 characters.
  var isByteLevel: Bool {
    switch self {
    case .byteLevel: true
    case .clip, .bert, .metaspace, .pattern, .characters, .words: false
    case .sequence(let steps): steps.contains { $0.isByteLevel }
    }
  }

  /// Words as parts of one text in UTF-8.
  struct Words {
    var text: [UInt8]
    var ranges: [Range<Int>]
    /// Whether nothing stands before this text: no added token, and nothing that became nothing.
    var isAtStart: Bool

    init(_ text: [UInt8], isAtStart: Bool = true) {
      self.text = text
      self.isAtStart = isAtStart
      ranges = text.isEmpty ? [] : [0..<text.count]
    }

    /// Splits each word by a function that appends a word's parts to a list.
    mutating func replaceEach(_ split: ([UInt8], Range<Int>, inout [Range<Int>]) -> Void) {
      var parts: [Range<Int>] = []
      parts.reserveCapacity(max(ranges.count, text.count / 4))
      for range in ranges { split(text, range, &parts) }
      ranges = parts
    }

    /// Puts a space before each word that does not begin with one.
    mutating func addPrefixSpaces() {
      rewriteEach { word, isFirst, spaced in
        if word.first != 0x20 { spaced.append(0x20) }
        spaced.append(contentsOf: word)
      }
    }

    /// Rewrites each word by a function that appends the new one; it is told whether the word begins the text.
    mutating func rewriteEach(_ rewrite: (_ word: ArraySlice<UInt8>, _ isFirst: Bool, _ result: inout [UInt8]) -> Void)
    {
      var result: [UInt8] = []
      result.reserveCapacity(text.count + ranges.count)
      isAtStart = isAtStart && ranges.first?.lowerBound == 0
      for index in ranges.indices {
        let start = result.count
        rewrite(text[ranges[index]], isAtStart && index == 0, &result)
        ranges[index] = start..<result.count
      }
      text = result
    }
  }

  /// The contractions that both patterns know: `'s 't 'm 'd` and `'re 've 'll`, in lower case only.
  private static func contractionLength(_ text: [UInt8], at index: Int, end: Int) -> Int? {
    guard text[index] == UInt8(ascii: "'"), index + 1 < end else { return nil }
    switch text[index + 1] {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return index + 2 < end && text[index + 2] == UInt8(ascii: "e") ? 3 : nil
    case UInt8(ascii: "l"):
      return index + 2 < end && text[index + 2] == UInt8(ascii: "l") ? 3 : nil
    default: return nil
    }
  }

  /// The end of the run of characters of one class that begins at an index.
  private static func runEnd(_ text: [UInt8], from index: Int, end: Int, of kind: ScalarClass.Split) -> Int {
    var index = index
    while index < end {
      let (scalar, length) = text.scalar(at: index)
      guard ScalarClass.split(scalar) == kind else { break }
      index += length
    }
    return index
  }

  /// GPT-2's pattern: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
  ///
  /// A word takes the one space before it along; of a longer run of white space the rest is a word of its own.
  static func splitGPT2(_ text: [UInt8], in range: Range<Int>, into words: inout [Range<Int>]) {
    let end = range.upperBound
    var index = range.lowerBound
    while index < end {
      let start = index
      if let length = contractionLength(text, at: index, end: end) {
        index += length
      } else {
        var (scalar, length) = text.scalar(at: index)
        var kind = ScalarClass.split(scalar)
        if scalar == " ", index + 1 < end {
          let (nextScalar, nextLength) = text.scalar(at: index + 1)
          let nextKind = ScalarClass.split(nextScalar)
          if nextKind != .space {
            index += 1
            (scalar, length, kind) = (nextScalar, nextLength, nextKind)
          }
        }
        let runEnd = runEnd(text, from: index + length, end: end, of: kind)
        if kind == .space, runEnd < end, runEnd > index + length {
          // The last character of the run is left for the word that follows: `\s+(?!\S)`.
          index = text.scalarStart(before: runEnd)
        } else {
          index = runEnd
        }
      }
      words.append(start..<index)
    }
  }

  /// CLIP's pattern: `'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`, of which only the matches are kept.
  ///
  /// Digits are words one by one, and white space only separates. With `keepsSpecialTokens` the pattern begins with
  /// `<\|startoftext\|>|<\|endoftext\|>|`.
  static func splitCLIP(
    _ text: [UInt8], in range: Range<Int>, keepsSpecialTokens: Bool, into words: inout [Range<Int>]
  ) {
    let end = range.upperBound
    var index = range.lowerBound
    while index < end {
      let start = index
      if keepsSpecialTokens, let length = clipSpecialTokenLength(text, at: index, end: end) {
        index += length
      } else if let length = contractionLength(text, at: index, end: end) {
        index += length
      } else {
        let (scalar, length) = text.scalar(at: index)
        index += length
        switch ScalarClass.split(scalar) {
        case .space: continue
        case .number: break
        case .letter: index = runEnd(text, from: index, end: end, of: .letter)
        case .other: index = runEnd(text, from: index, end: end, of: .other)
        }
      }
      words.append(start..<index)
    }
  }

  private static func clipSpecialTokenLength(_ text: [UInt8], at index: Int, end: Int) -> Int? {
    guard text[index] == UInt8(ascii: "<") else { return nil }
    for token in [CLIPTokenizer.beginning, CLIPTokenizer.end] where text[index..<end].starts(with: token.utf8) {
      return token.utf8.count
    }
    return nil
  }

  private static func splitBert(_ text: [UInt8], in range: Range<Int>, into words: inout [Range<Int>]) {
    var wordStart = range.lowerBound
    var index = range.lowerBound
    while index < range.upperBound {
      let (scalar, length) = text.scalar(at: index)
      let properties = ScalarClass.properties(scalar)
      let isSpace = properties.contains(.space)
      let isPunctuation = properties.contains(.bertPunctuation)
      if isSpace || isPunctuation {
        if wordStart < index { words.append(wordStart..<index) }
        if isPunctuation { words.append(index..<(index + length)) }
        wordStart = index + length
      }
      index += length
    }
    if wordStart < index { words.append(wordStart..<index) }
  }

  /// `\w+|[^\w\s]+`
  private static func splitWords(_ text: [UInt8], in range: Range<Int>, into words: inout [Range<Int>]) {
    func kind(_ scalar: Unicode.Scalar) -> Int {
      let properties = ScalarClass.properties(scalar)
      return properties.contains(.word) ? 2 : properties.contains(.space) ? 0 : 1
    }
    var start = range.lowerBound
    var index = start
    var last = 0
    while index < range.upperBound {
      let (scalar, length) = text.scalar(at: index)
      let next = kind(scalar)
      if next != last {
        if last > 0 { words.append(start..<index) }
        (start, last) = (index, next)
      }
      index += length
    }
    if last > 0 { words.append(start..<index) }
  }
}
