/// A step that rewrites the text before it is split into words.
indirect enum Normalizer: Sendable, Equatable {
  /// Canonical composition (Unicode's NFC).
  case composed
  /// Canonical decomposition (Unicode's NFD).
  case decomposed
  /// Each run of white space becomes one space.
  case collapsedSpace
  /// Lower case, character by character.
  case lowercased
  /// BERT's cleaning: see ``BertNormalizer``.
  case bert(BertNormalizer)
  /// One step after the other.
  case sequence([Normalizer])

  /// Rewrites a text in UTF-8.
  func normalize(_ text: inout [UInt8]) {
    switch self {
    case .composed:
      CanonicalForm.compose(&text)
    case .decomposed:
      CanonicalForm.decompose(&text)
    case .collapsedSpace:
      Self.collapseSpace(&text)
    case .lowercased:
      Self.lowercase(&text)
    case .bert(let normalizer):
      normalizer.normalize(&text)
    case .sequence(let steps):
      for step in steps { step.normalize(&text) }
    }
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

  func normalize(_ text: inout [UInt8]) {
    if cleansText || separatesIdeographs { rewriteCharacters(&text) }
    if stripsAccents, !Normalizer.isASCII(text) { dropAccents(&text) }
    if lowercases { Normalizer.lowercase(&text) }
  }

  private func rewriteCharacters(_ text: inout [UInt8]) {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let (scalar, length) = text.scalar(at: index)
      let bytes = text[index..<(index + length)]
      index += length
      if cleansText {
        let properties = ScalarClass.properties(scalar)
        if properties.contains(.bertControl) { continue }
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
  }

  private func dropAccents(_ text: inout [UInt8]) {
    var decomposed = text
    CanonicalForm.decompose(&decomposed)
    text.removeAll(keepingCapacity: true)
    var index = 0
    while index < decomposed.count {
      let (scalar, length) = decomposed.scalar(at: index)
      if !ScalarClass.properties(scalar).contains(.bertAccent) {
        text.append(contentsOf: decomposed[index..<(index + length)])
      }
      index += length
    }
  }
}
