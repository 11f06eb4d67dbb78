/// How tokens are put together to a text again.
enum TokenDecoder: Sendable, Equatable {
  /// Tokens are byte strings in GPT-2's spelling; bytes that are not UTF-8 become U+FFFD.
  case byteLevel
  /// BERT's: a space before each token but those with the prefix; `cleansUp` closes up punctuation.
  case wordPiece(prefix: String, cleansUp: Bool)
  /// Tokens with spaces between.
  case spaced

  /// The text of the tokens.
  func decode(_ tokens: [String]) -> String {
    switch self {
    case .byteLevel: Self.decodeBytes(tokens)
    case .wordPiece(let prefix, let cleansUp): Self.decodePieces(tokens, prefix: prefix, cleansUp: cleansUp)
    case .spaced: tokens.joined(separator: " ")
    }
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

  private static func decodePieces(_ tokens: [String], prefix: String, cleansUp: Bool) -> String {
    var text: [UInt8] = []
    for (index, token) in tokens.enumerated() {
      var piece = Array(token.utf8)
      if index > 0 {
        if !prefix.isEmpty, piece.starts(with: prefix.utf8) {
          piece.removeFirst(prefix.utf8.count)
        } else {
          piece.insert(UInt8(ascii: " "), at: 0)
        }
      }
      if cleansUp { replace(wordPieceCleanUp, in: &piece) }
      text.append(contentsOf: piece)
    }
    return String(decoding: text, as: UTF8.self)
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
