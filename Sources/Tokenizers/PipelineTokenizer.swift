import Support

/// A tokenizer made of the stages that `tokenizer.json` files name: added tokens are cut out, the text between is
/// normalized and split into words, the model encodes the words, and a template adds special tokens.
struct PipelineTokenizer: Tokenizer {
  let model: TokenModel
  let normalizer: Normalizer?
  let preTokenizer: PreTokenizer?
  var addedTokens = AddedTokens()
  var template = SequenceTemplate.plain
  var decoder = TokenDecoder.spaced
  var specialTokens = SpecialTokens()
  var modelMaxLength: Int?
  /// The directory that it was read from, for messages.
  var directory: String?
  var paddingSide = Side.right
  var truncationSide = Side.right
  /// What the files ask a processor for; see ``processorTruncation(isPadding:)``.
  var processorLimits = ProcessorLimits()
  /// Whether ``TokenDecoder/cleanUp(_:)`` is applied to decoded text.
  var cleansUpSpaces = false
  /// SigLIP's own way, which takes the place of the stages.
  var siglip: SiglipTokenizer?
  /// Whether the template leaves out a special token after a text that ends with it (SigLIP).
  var skipsRepeatedTokens = false
  /// What ends a word in decoded text and becomes a space (CLIP); white space around the text is then dropped.
  var decodedWordEnd: String?

  init(model: TokenModel, normalizer: Normalizer?, preTokenizer: PreTokenizer?) {
    self.model = model
    self.normalizer = normalizer
    self.preTokenizer = preTokenizer
  }

  var vocabularySize: Int { model.vocabulary.count + addedTokens.countBeyond(model.vocabulary) }

  func id(of token: String) -> Int? {
    addedTokens.id(of: token) ?? model.vocabulary.id(of: token)
  }

  func token(for id: Int) -> String? {
    addedTokens.token(for: id) ?? model.vocabulary.token(for: id)
  }

  /// The special token with the given text.
  func specialToken(_ text: String) -> SpecialToken? {
    id(of: text).map { SpecialToken(text: text, id: $0) }
  }

  // MARK: Encoding

  func encode(_ text: String, pair: String?, addSpecialTokens: Bool) -> Encoding {
    assemble(
      tokenize(text), pair.map(tokenize), addSpecialTokens ? template : template.withoutSpecialTokens)
  }

  func encode(
    _ text: String, pair: String?, addSpecialTokens: Bool, truncation: Truncation
  ) throws(DataError) -> Encoding {
    var first = tokenize(text)
    var second = pair.map(tokenize)
    let isPair = second != nil
    let template = addSpecialTokens ? self.template : self.template.withoutSpecialTokens

    let limit: Int? =
      switch truncation {
      case .none: nil
      case .modelMaxLength: modelMaxLength
      case .length(let length): length
      }
    if let limit {
      let specialCount = template.specialTokenCount(isPair: isPair)
      guard limit >= specialCount else {
        throw DataError(
          file: directory,
          reason: "a text cannot be cut to \(limit) tokens: the special tokens around it are \(specialCount)")
      }
      truncate(&first, &second, to: limit - specialCount)
    }
    return assemble(first, second, template)
  }

  /// A token of the text: its id and how it is spelled.
  private typealias Token = (id: Int, text: String)

  private func tokenize(_ text: String) -> [Token] {
    if let siglip { return tokenize(text, siglip) }
    var tokens: [Token] = []
    var ids: [Int] = []
    let text = Array(text.utf8)
    for segment in addedTokens.split(text, isNormalized: false) {
      if let id = segment.id {
        tokens.append((id, String(decoding: text[segment.range], as: UTF8.self)))
        continue
      }
      var normalized = Array(text[segment.range])
      let losesFirst = normalizer?.normalize(&normalized) ?? false
      let isAtStart = segment.range.lowerBound == 0 && !losesFirst
      for segment in addedTokens.split(normalized, isNormalized: true) {
        if let id = segment.id {
          tokens.append((id, String(decoding: normalized[segment.range], as: UTF8.self)))
          continue
        }
        ids.removeAll(keepingCapacity: true)
        encodeWords(
          Array(normalized[segment.range]), isAtStart: isAtStart && segment.range.lowerBound == 0, into: &ids)
        for id in ids { tokens.append((id, model.vocabulary.token(for: id) ?? "")) }
      }
    }
    return tokens
  }

  private func tokenize(_ text: String, _ siglip: SiglipTokenizer) -> [Token] {
    var tokens: [Token] = []
    let text = SiglipTokenizer.marked(text)
    // A first space that stands alone before a special token is dropped.
    var isSecondSpecial = false
    for segment in addedTokens.splitAtAll(text) {
      let ids = segment.id.map { [$0] } ?? siglip.encode(text[segment.range])
      if tokens.count == 1, let id = segment.id { isSecondSpecial = addedTokens.isSpecial(token(for: id) ?? "") }
      for id in ids { tokens.append((id, token(for: id) ?? "")) }
    }
    if isSecondSpecial, tokens[0].text.utf8.elementsEqual(SentencePieceText.space) { tokens.removeFirst() }
    return tokens
  }

  /// The words that the model would encode, in UTF-8; nothing is taken for a special token.
  func words(_ text: String) -> [[UInt8]] {
    var normalized = Array(text.utf8)
    normalizer?.normalize(&normalized)
    var words = PreTokenizer.Words(normalized)
    preTokenizer?.split(&words)
    return words.ranges.map { Array(words.text[$0]) }
  }

  private func encodeWords(_ text: [UInt8], isAtStart: Bool, into ids: inout [Int]) {
    var words = PreTokenizer.Words(text, isAtStart: isAtStart)
    preTokenizer?.split(&words)
    words.text.withUnsafeBufferPointer { bytes in
      for range in words.ranges {
        model.encode(UnsafeBufferPointer(rebasing: bytes[range]), into: &ids)
      }
    }
  }

  /// Shortens the texts to a number of tokens together: the longer one first, then both alike.
  private func truncate(_ first: inout [Token], _ second: inout [Token]?, to limit: Int) {
    guard let pair = second else {
      shorten(&first, to: limit)
      return
    }
    guard first.count + pair.count > limit else { return }
    var shorter = min(first.count, pair.count)
    var longer = shorter > limit ? shorter : max(shorter, limit - shorter)
    if shorter + longer > limit {
      shorter = limit / 2
      longer = shorter + limit % 2
    }
    let firstIsLonger = first.count > pair.count
    shorten(&first, to: firstIsLonger ? longer : shorter)
    var shortenedPair = pair
    shorten(&shortenedPair, to: firstIsLonger ? shorter : longer)
    second = shortenedPair
  }

  private func shorten(_ tokens: inout [Token], to limit: Int) {
    guard tokens.count > limit else { return }
    switch truncationSide {
    case .right: tokens.removeLast(tokens.count - limit)
    case .left: tokens.removeFirst(tokens.count - limit)
    }
  }

  private func assemble(_ first: [Token], _ second: [Token]?, _ template: SequenceTemplate) -> Encoding {
    var encoding = Encoding()
    func append(_ tokens: [Token], typeID: Int, isSpecial: Bool) {
      encoding.ids.append(contentsOf: tokens.lazy.map(\.id))
      encoding.tokens.append(contentsOf: tokens.lazy.map(\.text))
      encoding.typeIDs.append(contentsOf: repeatElement(typeID, count: tokens.count))
      encoding.attentionMask.append(contentsOf: repeatElement(1, count: tokens.count))
      encoding.specialTokensMask.append(contentsOf: repeatElement(isSpecial ? 1 : 0, count: tokens.count))
    }
    var lastOfText: Int?
    for piece in template.pieces(isPair: second != nil) {
      let lastID = lastOfText
      lastOfText = nil
      switch piece {
      case .first(let typeID):
        append(first, typeID: typeID, isSpecial: false)
        lastOfText = first.last?.id
      case .second(let typeID):
        append(second ?? [], typeID: typeID, isSpecial: false)
        lastOfText = second?.last?.id
      case .special(let token, let typeID):
        if skipsRepeatedTokens, lastID == token.id { continue }
        append([(token.id, token.text)], typeID: typeID, isSpecial: true)
      }
    }
    return encoding
  }

  func processorTruncation(isPadding: Bool) -> Truncation { processorLimits.truncation(isPadding: isPadding) }

  // MARK: Padding

  func pad(_ encodings: [Encoding], to padding: Padding) throws(DataError) -> [Encoding] {
    let wanted: Int? =
      switch padding.target {
      case .none: nil
      case .longest: encodings.map(\.count).max()
      case .modelMaxLength: modelMaxLength
      case .length(let length): length
      }
    guard var length = wanted else { return encodings }
    guard let token = specialTokens.padding else {
      throw DataError(
        file: directory, reason: "the tokenizer has no padding token, so a batch cannot be padded")
    }
    if padding.multiple > 1, length % padding.multiple > 0 {
      length += padding.multiple - length % padding.multiple
    }
    let side = padding.side ?? paddingSide
    return encodings.map { encoding in
      guard encoding.count < length else { return encoding }
      let count = length - encoding.count
      func extend<Element>(_ column: [Element], by element: Element) -> [Element] {
        let filling = Array(repeating: element, count: count)
        return side == .right ? column + filling : filling + column
      }
      var padded = Encoding()
      padded.ids = extend(encoding.ids, by: token.id)
      padded.tokens = extend(encoding.tokens, by: token.text)
      padded.typeIDs = extend(encoding.typeIDs, by: 0)
      padded.attentionMask = extend(encoding.attentionMask, by: 0)
      padded.specialTokensMask = extend(encoding.specialTokensMask, by: 1)
      return padded
    }
  }

  // MARK: Decoding

  /// SigLIP's: special tokens as they are, and what is between them as SentencePiece decodes it.
  private func decode(_ ids: [Int], skipSpecialTokens: Bool, _ siglip: SiglipTokenizer) -> String {
    var text = ""
    var part: [Int] = []
    var isAfterSpecial = false
    for id in ids {
      guard let token = addedTokens.token(for: id), addedTokens.isSpecial(token) else {
        part.append(id)
        isAfterSpecial = false
        continue
      }
      if skipSpecialTokens { continue }
      if !isAfterSpecial { text += " " }
      text += siglip.text.decode(part) + token
      part.removeAll()
      isAfterSpecial = true
    }
    return Self.stripped(text + siglip.text.decode(part))
  }

  func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String {
    if let siglip {
      let text = decode(ids, skipSpecialTokens: skipSpecialTokens, siglip)
      return cleansUpSpaces ? TokenDecoder.cleanUp(text) : text
    }
    let tokens = ids.compactMap { token(for: $0) }
    var text = decoder.decode(skipSpecialTokens ? tokens.filter { !addedTokens.isSpecial($0) } : tokens)
    if let decodedWordEnd {
      var bytes = Array(text.utf8)
      TokenDecoder.replace([(decodedWordEnd, " ")], in: &bytes)
      text = Self.stripped(String(decoding: bytes, as: UTF8.self))
    }
    return cleansUpSpaces ? TokenDecoder.cleanUp(text) : text
  }

  /// The text without the white space around it, in Python's sense.
  private static func stripped(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !PythonText.isSpace($0) }),
      let last = scalars.lastIndex(where: { !PythonText.isSpace($0) })
    else { return "" }
    return String(scalars[first...last])
  }
}
