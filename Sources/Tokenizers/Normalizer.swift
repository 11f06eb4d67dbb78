/// A step that rewrites the text before it is split into words.
indirect enum Normalizer: Sendable, Equatable {
  /// Canonical composition (Unicode's NFC).
  case composed
  /// Canonical decomposition (Unicode's NFD).
  case decomposed
  /// Composition and decomposition of what is compatible, such as full-width letters (NFKC, NFKD).
  case compatiblyComposed, compatiblyDecomposed
  /// Each run of white space becomes one space.
  case collapsedSpace
  /// SentencePiece's map: see ``CharacterMap/rewrite(_:)``.
  case mapped(CharacterMap)
  /// All matches of a pattern are replaced by a text.
  case replaced(TextPattern, by: String)
  /// White space at the beginning and at the end is dropped.
  case stripped(left: Bool, right: Bool)
  /// Combining marks are dropped.
  case withoutAccents
  /// A text is put before all that is not empty.
  case prepended(String)
  /// Lower case, character by character.
  case lowercased
  /// BERT's cleaning: see ``BertNormalizer``.
  case bert(BertNormalizer)
  /// One step after the other.
  case sequence([Normalizer])

  /// Rewrites a text in UTF-8.
  ///
  /// - Returns: whether the text's first character has become nothing.
  @discardableResult
  func normalize(_ text: inout [UInt8]) -> Bool {
    switch self {
    case .composed:
      CanonicalForm.compose(&text)
    case .decomposed:
      CanonicalForm.decompose(&text)
    case .compatiblyComposed:
      CanonicalForm.compose(&text, compatibly: true)
    case .compatiblyDecomposed:
      CanonicalForm.decompose(&text, compatibly: true)
    case .collapsedSpace:
      Self.collapseSpace(&text)
    case .mapped(let map):
      return map.rewrite(&text)
    case .replaced(let pattern, let replacement):
      return pattern.replace(in: &text, by: replacement)
    case .stripped(let left, let right):
      return Self.strip(&text, left: left, right: right)
    case .withoutAccents:
      return Self.dropAccents(&text)
    case .prepended(let prefix):
      if !text.isEmpty { text.insert(contentsOf: prefix.utf8, at: 0) }
    case .lowercased:
      Self.lowercase(&text)
    case .bert(let normalizer):
      return normalizer.normalize(&text)
    case .sequence(let steps):
      var losesFirst = false
      for step in steps where step.normalize(&text) { losesFirst = true }
      return losesFirst
    }
    return false
  }

  private static func strip(_ text: inout [UInt8], left: Bool, right: Bool) -> Bool {
    var (start, end) = (0, text.count)
    while left, start < end {
      let (scalar, length) = text.scalar(at: start)
      guard ScalarClass.isSpace(scalar) else { break }
      start += length
    }
    while right, start < end {
      let last = text.scalarStart(before: end)
      guard ScalarClass.isSpace(text.scalar(at: last).scalar) else { break }
      end = last
    }
    if start > 0 || end < text.count { text = Array(text[start..<end]) }
    return start > 0
  }

  private static func dropAccents(_ text: inout [UInt8]) -> Bool {
    if isASCII(text) { return false }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var losesFirst = false
    var index = 0
    while index < text.count {
      let (scalar, length) = text.scalar(at: index)
      if GraphemeClusters.properties(scalar) & 64 == 0 {
        result.append(contentsOf: text[index..<(index + length)])
      } else if index == 0 {
        losesFirst = true
      }
      index += length
    }
    text = result
    return losesFirst
  }

  static func isASCII(_ text: [UInt8]) -> Bool { text.allSatisfy { $0 < 0x80 } }

  static func lowercase(_ text: inout [UInt8]) {
    if isASCII(text) {
      for index in text.indices where (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(text[index]) {
        text[index] |= 0x20
      }
      return
    }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let (scalar, length) = text.scalar(at: index)
      if let lower = ScalarClass.lowerCase(scalar) {
        result.append(lower)
      } else if scalar == "\u{130}" {
        // The only character of which two become: a small i and the dot that it has lost.
        result.append(contentsOf: "i\u{307}".utf8)
      } else {
        result.append(contentsOf: text[index..<(index + length)])
      }
      index += length
    }
    text = result
  }

  private static func collapseSpace(_ text: inout [UInt8]) {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = 0
    var isInRun = false
    while index < text.count {
      let (scalar, length) = text.scalar(at: index)
      let isSpace = ScalarClass.isSpace(scalar)
      if !isSpace {
        result.append(contentsOf: text[index..<(index + length)])
      } else if !isInRun {
        result.append(0x20)
      }
      isInRun = isSpace
      index += length
    }
    text = result
  }
}

/// BERT's cleaning of a text (Devlin et al. 2019, `BasicTokenizer` of the reference code).
struct BertNormalizer: Sendable, Equatable {
  /// Whether to drop control characters and turn all white space into spaces.
  var cleansText = true
  /// Whether to put spaces around ideographs, so that each becomes a word.
  var separatesIdeographs = true
  /// Whether to drop accents.
  var stripsAccents = true
  /// Whether to turn the text to lower case.
  var lowercases = true

  /// Rewrites a text in UTF-8.
  ///
  /// - Returns: whether the text's first character has become nothing.
  @discardableResult
  func normalize(_ text: inout [UInt8]) -> Bool {
    var losesFirst = false
    if cleansText || separatesIdeographs { losesFirst = rewriteCharacters(&text) }
    if stripsAccents, !Normalizer.isASCII(text), dropAccents(&text) { losesFirst = true }
    if lowercases { Normalizer.lowercase(&text) }
    return losesFirst
  }

  private func rewriteCharacters(_ text: inout [UInt8]) -> Bool {
    var losesFirst = false
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let (scalar, length) = text.scalar(at: index)
      let bytes = text[index..<(index + length)]
      index += length
      if cleansText {
        let properties = ScalarClass.properties(scalar)
        if properties.contains(.bertControl) {
          if bytes.startIndex == 0 { losesFirst = true }
          continue
        }
        if properties.contains(.space) {
          result.append(0x20)
          continue
        }
      }
      let isSeparated = separatesIdeographs && ScalarClass.isBertIdeograph(scalar)
      if isSeparated { result.append(0x20) }
      result.append(contentsOf: bytes)
      if isSeparated { result.append(0x20) }
    }
    text = result
    return losesFirst
  }

  private func dropAccents(_ text: inout [UInt8]) -> Bool {
    var losesFirst = false
    var decomposed = text
    CanonicalForm.decompose(&decomposed)
    text.removeAll(keepingCapacity: true)
    var index = 0
    while index < decomposed.count {
      let (scalar, length) = decomposed.scalar(at: index)
      if !ScalarClass.properties(scalar).contains(.bertAccent) {
        text.append(contentsOf: decomposed[index..<(index + length)])
      } else if index == 0 {
        losesFirst = true
      }
      index += length
    }
    return losesFirst
  }
}
