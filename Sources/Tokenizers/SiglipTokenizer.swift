/// SigLIP's tokenizer (Zhai et al. 2023), as `SiglipTokenizer` of transformers is: lower case without punctuation, then
/// the SentencePiece model of `spiece.model`; `</s>` ends a text and fills up shorter ones.
///
/// The `tokenizer.json` beside it in `google/siglip-base-patch16-224` differs in details: it keeps `/`, `<` and `>`.
/// transformers does not read it, so it counts only where there is no `spiece.model`.
struct SiglipTokenizer: Sendable {
  static let modelFile = "spiece.model"
  static let end = "</s>"
  static let unknown = "<unk>"
  /// The number of tokens that the text tower takes.
  static let maxLength = 64

  let text: SentencePieceText
  /// Whether text is turned to lower case.
  private let lowercases: Bool
  /// Stands before each text so that its first space is kept, and how many tokens it becomes.
  private let prefix: [UInt8]
  private let prefixCount: Int

  init(_ text: SentencePieceText, unknownToken: String, lowercases: Bool) {
    self.text = text
    self.lowercases = lowercases
    prefix = Array(unknownToken.utf8)
    prefixCount = text.encode(prefix).count
  }

  /// The text as it is looked through for added tokens: with one `▁` in front, and none elsewhere.
  static func marked(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8)
    TokenDecoder.replace([("▁", " ")], in: &bytes)
    return SentencePieceText.space + bytes
  }

  /// The ids of a text between added tokens.
  func encode(_ part: ArraySlice<UInt8>) -> [Int] {
    let ids = text.encode(prefix + canonical(Array(part)))
    return ids.count >= prefixCount ? Array(ids.dropFirst(prefixCount)) : ids
  }

  /// Lower case, no punctuation of ASCII, one space between words and none around them, as Python does it.
  private func canonical(_ text: [UInt8]) -> [UInt8] {
    var text = text
    if lowercases { PythonText.lowercase(&text) }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var isAfterSpace = true
    var index = 0
    while index < text.count {
      let (scalar, length) = text.scalar(at: index)
      defer { index += length }
      if PythonText.isSpace(scalar) {
        if !isAfterSpace { result.append(0x20) }
        isAfterSpace = true
      } else if !PythonText.isPunctuation(scalar) {
        result.append(contentsOf: text[index..<(index + length)])
        isAfterSpace = false
      }
    }
    if result.last == 0x20 { result.removeLast() }
    return result
  }
}

/// What Python's methods of `str` do.
enum PythonText {
  /// White space: Unicode's, and the separators U+001C to U+001F.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    ScalarClass.isSpace(scalar) || (0x1C...0x1F).contains(scalar.value)
  }

  /// `string.punctuation`: the 32 marks of ASCII.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }

  /// `str.lower`: as ``Normalizer/lowercase(_:)``, but a capital sigma that ends a word becomes ς.
  static func lowercase(_ text: inout [UInt8]) {
    let sigma = Array("Σ".utf8)
    let ends = text.indices.filter {
      text[$0] == sigma[0] && text[$0...].starts(with: sigma) && isFinal(text, $0, $0 + sigma.count)
    }
    for place in ends { text.replaceSubrange(place..<(place + sigma.count), with: "ς".utf8) }
    Normalizer.lowercase(&text)
  }

  /// Whether a letter ends a word: the next character on the left that counts has a case, and on the right has none.
  private static func isFinal(_ text: [UInt8], _ start: Int, _ end: Int) -> Bool {
    func properties(_ index: Int) -> UInt8 { GraphemeClusters.properties(text.scalar(at: index).scalar) }
    var index = start
    var isAfterCased = false
    while index > 0 {
      index = text.scalarStart(before: index)
      if properties(index) & 32 != 0 { continue }
      isAfterCased = properties(index) & 16 != 0
      break
    }
    guard isAfterCased else { return false }
    index = end
    while index < text.count {
      if properties(index) & 32 == 0 { return properties(index) & 16 == 0 }
      index += text.scalar(at: index).length
    }
    return true
  }
}
