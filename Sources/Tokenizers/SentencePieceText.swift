/// SentencePiece's own way from a text to ids and back, around a ``Unigram`` model (Kudo and Richardson 2018).
struct SentencePieceText: Sendable {
  let model: Unigram
  private let characterMap: CharacterMap?
  private let addsPrefix: Bool
  private let removesExtraSpaces: Bool
  private let escapesSpaces: Bool
  private let putsSpacesLast: Bool
  /// The user's pieces, which the map of characters leaves alone.
  private let untouched: TokenFinder
  /// What the pieces are, by id.
  private let kinds: [Unigram.Piece.Kind]

  /// What stands for a space.
  static let space = Array("▁".utf8)

  init(_ file: SentencePieceModel, model: Unigram) {
    self.model = model
    characterMap = file.characterMap
    addsPrefix = file.addsPrefix
    removesExtraSpaces = file.removesExtraSpaces
    escapesSpaces = file.escapesSpaces
    putsSpacesLast = file.putsSpacesLast
    kinds = file.pieces.map(\.kind)
    untouched = TokenFinder(
      file.pieces.enumerated().filter { $1.kind == .userDefined }.map { (Array($1.text.utf8), $0) })
  }

  /// The ids of a text in UTF-8.
  func encode(_ text: [UInt8]) -> [Int] {
    var ids: [Int] = []
    normalized(text).withUnsafeBufferPointer { model.encode($0, into: &ids) }
    return ids
  }

  // MARK: Normalization

  private func normalized(_ text: [UInt8]) -> [UInt8] {
    var index = 0
    while removesExtraSpaces, index < text.count {
      let (part, length) = nextPart(text, at: index)
      guard part.elementsEqual(CollectionOfOne(0x20)) else { break }
      index += length
    }
    guard index < text.count else { return [] }
    let space = escapesSpaces ? Self.space : [0x20]
    var result: [UInt8] = []
    result.reserveCapacity(text.count + 3)
    if addsPrefix, !putsSpacesLast { result.append(contentsOf: space) }
    var isAfterSpace = removesExtraSpaces
    while index < text.count {
      var (part, length) = nextPart(text, at: index)
      while isAfterSpace, part.first == 0x20 { part = part.dropFirst() }
      if !part.isEmpty {
        for byte in part {
          if byte == 0x20 { result.append(contentsOf: space) } else { result.append(byte) }
        }
        isAfterSpace = part.last == 0x20
      }
      index += length
      if !removesExtraSpaces { isAfterSpace = false }
    }
    while removesExtraSpaces, result.count >= space.count, result.suffix(space.count).elementsEqual(space) {
      result.removeLast(space.count)
    }
    if addsPrefix, putsSpacesLast { result.append(contentsOf: space) }
    return result
  }

  /// What the text becomes at a place, and how many bytes of it.
  private func nextPart(_ text: [UInt8], at index: Int) -> (part: ArraySlice<UInt8>, length: Int) {
    if !untouched.isEmpty, let (_, length) = untouched.longestMatch(in: text, at: index) {
      return (text[index..<(index + length)], length)
    }
    if let (replacement, length) = characterMap?.longestReplacement(in: text, at: index) {
      return (replacement, length)
    }
    let length = text.scalar(at: index).length
    return (text[index..<(index + length)], length)
  }

  // MARK: Decoding

  /// What unknown text is shown as.
  private static let unknownText = " \u{2047} "

  /// The text of ids.
  func decode(_ ids: [Int]) -> String {
    var text: [UInt8] = []
    var bytes: [UInt8] = []
    func flush() {
      var index = 0
      while index < bytes.count {
        let length = (1...4).first {
          index + $0 <= bytes.count && String(validating: bytes[index..<(index + $0)], as: UTF8.self) != nil
        }
        text.append(contentsOf: length == nil ? Array("\u{FFFD}".utf8) : Array(bytes[index..<(index + (length ?? 1))]))
        index += length ?? 1
      }
      bytes.removeAll()
    }
    var isAtStart = true
    var hasSeenSpace = false
    for id in ids where kinds.indices.contains(id) {
      let piece = Array((model.vocabulary.token(for: id) ?? "").utf8)
      if kinds[id] == .byte {
        // "<0xE6>"
        bytes.append(UInt8(String(decoding: piece.dropFirst(3).prefix(2), as: UTF8.self), radix: 16) ?? 0)
        continue
      }
      flush()
      if hasSeenSpace || !text.isEmpty { isAtStart = false }
      hasSeenSpace = false
      switch kinds[id] {
      case .control: break
      case .unknown: text.append(contentsOf: Self.unknownText.utf8)
      default:
        var rest = piece[...]
        if isAtStart, addsPrefix || removesExtraSpaces, rest.starts(with: Self.space) {
          rest = rest.dropFirst(Self.space.count)
          hasSeenSpace = !removesExtraSpaces
        }
        while let byte = rest.first {
          if rest.starts(with: Self.space) {
            text.append(0x20)
            rest = rest.dropFirst(Self.space.count)
          } else {
            text.append(byte)
            rest = rest.dropFirst()
          }
        }
      }
    }
    flush()
    return String(decoding: text, as: UTF8.self)
  }
}
