/// How tokens are put together to a text again.
indirect enum TokenDecoder: Sendable, Equatable {
  /// Tokens are byte strings in GPT-2's spelling; bytes that are not UTF-8 become U+FFFD.
  case byteLevel
  /// BERT's: a space before each token but those with the prefix; `cleansUp` closes up punctuation.
  case wordPiece(prefix: String, cleansUp: Bool)
  /// Tokens with spaces between.
  case spaced
  /// SentencePiece's spaces: see ``Metaspace/decode(_:)``.
  case metaspace(Metaspace)
  /// Runs of tokens such as `<0xE6>` become the text that these bytes are, or U+FFFD for each.
  case byteFallback
  /// All tokens become one.
  case fused
  /// So many of a character are dropped at each end of a token.
  case stripped(Unicode.Scalar, left: Int, right: Int)
  /// All matches of a pattern are replaced in each token.
  case replaced(TextPattern, by: String)
  /// One step after the other.
  case sequence([TokenDecoder])

  /// The text of the tokens.
  func decode(_ tokens: [String]) -> String { decodedTokens(tokens).joined() }

  /// The parts of the text, one for each token as long as no step puts them together.
  private func decodedTokens(_ tokens: [String]) -> [String] {
    switch self {
    case .byteLevel: return [Self.decodeBytes(tokens)]
    case .wordPiece(let prefix, let cleansUp): return Self.decodePieces(tokens, prefix: prefix, cleansUp: cleansUp)
    case .spaced: return [tokens.joined(separator: " ")]
    case .metaspace(let metaspace): return metaspace.decode(tokens)
    case .byteFallback: return Self.decodeByteNames(tokens)
    case .fused: return [tokens.joined()]
    case .stripped(let scalar, let left, let right):
      return tokens.map { Self.strip($0, of: scalar, left: left, right: right) }
    case .replaced(let pattern, let replacement):
      return tokens.map { token in
        var bytes = Array(token.utf8)
        pattern.replace(in: &bytes, by: replacement)
        return String(decoding: bytes, as: UTF8.self)
      }
    case .sequence(let steps): return steps.reduce(tokens) { $1.decodedTokens($0) }
    }
  }

  private static func strip(_ token: String, of scalar: Unicode.Scalar, left: Int, right: Int) -> String {
    var scalars = token.unicodeScalars[...]
    for _ in 0..<min(left, scalars.count) where scalars.first == scalar { scalars.removeFirst() }
    for _ in 0..<min(right, scalars.count) where scalars.last == scalar { scalars.removeLast() }
    return String(scalars)
  }

  private static func decodeByteNames(_ tokens: [String]) -> [String] {
    var result: [String] = []
    var bytes: [UInt8] = []
    func flush() {
      if let text = String(validating: bytes, as: UTF8.self) {
        if !bytes.isEmpty { result.append(text) }
      } else {
        result.append(contentsOf: repeatElement("\u{FFFD}", count: bytes.count))
      }
      bytes.removeAll()
    }
    for token in tokens {
      if let byte = byte(named: token) {
        bytes.append(byte)
      } else {
        flush()
        result.append(token)
      }
    }
    flush()
    return result
  }

  /// The byte that a token such as `<0xE6>` names.
  private static func byte(named token: String) -> UInt8? {
    let text = Array(token.utf8)
    guard text.count == 6, text.starts(with: "<0x".utf8), text[5] == UInt8(ascii: ">") else { return nil }
    return UInt8(String(decoding: text[3..<5], as: UTF8.self), radix: 16)
  }

  private static func decodeBytes(_ tokens: [String]) -> String {
    var bytes: [UInt8] = []
    for token in tokens {
      let start = bytes.count
      for scalar in token.unicodeScalars {
        guard let byte = ByteCharacters.byte(scalar) else {
          // Not in GPT-2's spelling: an added token, which stands for itself.
          bytes.removeSubrange(start...)
          bytes.append(contentsOf: token.utf8)
          break
        }
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func decodePieces(_ tokens: [String], prefix: String, cleansUp: Bool) -> [String] {
    tokens.enumerated().map { index, token in
      var piece = Array(token.utf8)
      if index > 0 {
        if !prefix.isEmpty, piece.starts(with: prefix.utf8) {
          piece.removeFirst(prefix.utf8.count)
        } else {
          piece.insert(UInt8(ascii: " "), at: 0)
        }
      }
      if cleansUp { replace(wordPieceCleanUp, in: &piece) }
      return String(decoding: piece, as: UTF8.self)
    }
  }

  /// Closes up the spaces before punctuation and contractions, as `clean_up_tokenization` of transformers does.
  static func cleanUp(_ text: String) -> String {
    var bytes = Array(text.utf8)
    replace(cleanUp, in: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let cleanUp: [(String, String)] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
    (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ]

  /// The decoder of tokenizers applies one more rule, and all of them token by token.
  private static let wordPieceCleanUp: [(String, String)] =
    cleanUp[..<7] + [(" do not", " don't")] + cleanUp[7...]

  /// Applies replacements one after the other, each from left to right, on bytes: Swift's characters
  /// would join a space with a combining mark that follows.
  static func replace(_ replacements: [(String, String)], in text: inout [UInt8]) {
    for (old, new) in replacements {
      let old = Array(old.utf8)
      var result: [UInt8] = []
      result.reserveCapacity(text.count)
      var index = 0
      while index < text.count {
        if text[index] == old[0], text[index...].starts(with: old) {
          result.append(contentsOf: new.utf8)
          index += old.count
        } else {
          result.append(text[index])
          index += 1
        }
      }
      text = result
    }
  }
}
