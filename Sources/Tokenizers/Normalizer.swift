import Foundation

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
      // No character under U+0300 takes part in a composition with its like.
      if !Self.staysBelowAccents(text) { text = Self.canonical(text, \.precomposedStringWithCanonicalMapping) }
    case .decomposed:
      if !Self.isASCII(text) { text = Self.canonical(text, \.decomposedStringWithCanonicalMapping) }
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

  /// Whether all characters are under U+0300, which begins the combining marks and whose first byte is 0xCC.
  private static func staysBelowAccents(_ text: [UInt8]) -> Bool { text.allSatisfy { $0 < 0xCC } }

  static func lowercase(_ text: inout [UInt8]) {
    if isASCII(text) {
      for index in text.indices where (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(text[index]) {
        text[index] |= 0x20
      }
      return
    }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      // By character: a final sigma, which a whole string would get, is not asked for.
      result.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
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
      let isSpace = scalar.properties.isWhitespace
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

  /// Applies a canonical mapping of Foundation's, as far as Unicode 9 goes.
  ///
  /// The tables of tokenizers end there: later characters are not decomposed, composed or reordered. Cutting the text
  /// around them gives that.
  static func canonical(_ text: [UInt8], _ mapping: KeyPath<String, String>) -> [UInt8] {
    let whole = String(decoding: text, as: UTF8.self)
    guard whole.unicodeScalars.contains(where: { !ScalarClass.isNormalizable($0) }) else {
      return Array(whole[keyPath: mapping].utf8)
    }
    var result: [UInt8] = []
    var piece = String.UnicodeScalarView()
    for scalar in whole.unicodeScalars {
      if ScalarClass.isNormalizable(scalar) {
        piece.append(scalar)
        continue
      }
      result.append(contentsOf: String(piece)[keyPath: mapping].utf8)
      piece.removeAll()
      result.append(contentsOf: String(scalar).utf8)
    }
    result.append(contentsOf: String(piece)[keyPath: mapping].utf8)
    return result
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
        if ScalarClass.isBertControl(scalar) { continue }
        if scalar.properties.isWhitespace {
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
    let decomposed = Normalizer.canonical(text, \.decomposedStringWithCanonicalMapping)
    text.removeAll(keepingCapacity: true)
    var index = 0
    while index < decomposed.count {
      let (scalar, length) = decomposed.scalar(at: index)
      if !ScalarClass.isBertAccent(scalar) { text.append(contentsOf: decomposed[index..<(index + length)]) }
      index += length
    }
  }
}
