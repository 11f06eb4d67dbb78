/// A token that is recognized in the text before anything else happens to it.
struct AddedToken: Sendable, Equatable {
  var content: String
  /// Whether decoding can leave it out.
  var isSpecial = false
  /// Whether it is looked for in the normalized text, where the files tell it.
  var statedNormalization: Bool?
  /// Whether white space before it belongs to it.
  var stripsLeft = false
  /// Whether white space after it belongs to it.
  var stripsRight = false
  /// Whether it counts only where no letter or digit touches it.
  var isSingleWord = false

  /// Whether it is looked for in the normalized text; else in the text as it is. Special tokens are not by default.
  var isNormalized: Bool { statedNormalization ?? !isSpecial }

  /// Whether it has exactly this text: Swift's strings are equal when they are only canonically equivalent.
  func spells(_ text: String) -> Bool { content.utf8.elementsEqual(text.utf8) }
}

/// The added tokens of a tokenizer: finds them in a text.
struct AddedTokens: Sendable {
  // Keys are bytes: Swift's strings are equal when they are only canonically equivalent.
  private var ids: [[UInt8]: Int] = [:]
  private var tokens: [Int: AddedToken] = [:]
  /// How ids are spelled: a token that is looked for in normalized text is spelled as that.
  private var spellings: [Int: String] = [:]
  private var largestID: Int?
  private var specialTexts: Set<[UInt8]> = []
  private var asIs = TokenFinder([])
  private var normalized = TokenFinder([])
  private var all = TokenFinder([])
  /// Whether special tokens in a text are left as text.
  var ignoresSpecialTokens = false

  /// Adds tokens in order. A token that the model has keeps its id; others get the next free ones, as in
  /// Hugging Face's tokenizers, whatever id a file gives them.
  mutating func add(_ newTokens: [AddedToken], model: TokenModel, normalizer: Normalizer?) {
    var nextID = max(largestID.map { $0 + 1 } ?? 0, model.vocabulary.count)
    for token in newTokens where !token.content.isEmpty {
      let id: Int
      if let known = self.id(of: token.content) ?? model.vocabulary.id(of: token.content) {
        id = known
      } else {
        id = nextID
        nextID += 1
      }
      largestID = max(id, largestID ?? id)
      ids[Array(token.content.utf8)] = id
      tokens[id] = token
      if token.isNormalized {
        var text = Array(token.content.utf8)
        normalizer?.normalize(&text)
        spellings[id] = String(decoding: text, as: UTF8.self)
      }
      if token.isSpecial { specialTexts.insert(Array(token.content.utf8)) }
    }
    var asIs: [(text: [UInt8], id: Int)] = []
    var normalized: [(text: [UInt8], id: Int)] = []
    for (id, token) in tokens {
      var text = Array(token.content.utf8)
      if token.isNormalized {
        normalizer?.normalize(&text)
        normalized.append((text, id))
      } else {
        asIs.append((text, id))
      }
    }
    self.asIs = TokenFinder(asIs)
    self.normalized = TokenFinder(normalized)
    all = TokenFinder(tokens.map { (Array($1.content.utf8), $0) })
  }

  /// The id of an added token.
  func id(of text: String) -> Int? { ids[Array(text.utf8)] }

  /// The added token with an id.
  func token(for id: Int) -> String? { spellings[id] ?? tokens[id]?.content }

  /// Whether decoding can leave the token out.
  func isSpecial(_ text: String) -> Bool { specialTexts.contains(Array(text.utf8)) }

  /// The number of added tokens that the vocabulary does not have itself.
  func countBeyond(_ vocabulary: Vocabulary) -> Int {
    tokens.values.count { vocabulary.id(of: $0.content) == nil }
  }

  /// A part of a text: an added token, or what stands between two of them.
  struct Segment {
    let range: Range<Int>
    let id: Int?
  }

  /// Splits a text at the added tokens in it.
  ///
  /// - Parameters:
  ///   - text: in UTF-8.
  ///   - isNormalized: whether the text has been normalized, which tells what tokens to look for.
  func split(_ text: [UInt8], isNormalized: Bool) -> [Segment] {
    let finder = isNormalized ? normalized : asIs
    guard !finder.isEmpty else { return text.isEmpty ? [] : [Segment(range: 0..<text.count, id: nil)] }
    var segments: [Segment] = []
    // Where the segments so far end; a token that takes white space may have been overtaken by one that begins in it.
    var done = 0
    var index = 0
    var spaceEnds = SpaceEnds()
    while index < text.count {
      guard let match = finder.longestMatch(in: text, at: index), let token = tokens[match.id] else {
        index += 1
        continue
      }
      var start = index
      var end = index + match.length
      index = end
      if ignoresSpecialTokens, isSpecial(token.content) { continue }
      if token.isSingleWord, touchesWord(text, start..<end) { continue }
      if token.stripsLeft {
        while start > done, ScalarClass.isSpace(text.scalar(at: text.scalarStart(before: start)).scalar) {
          start = text.scalarStart(before: start)
        }
        start = max(start, done)
      }
      // The white space on the right is searched for added tokens all the same.
      if token.stripsRight { end = spaceEnds.end(text, after: end) }
      if done < start { segments.append(Segment(range: done..<start, id: nil)) }
      if start < end { segments.append(Segment(range: start..<end, id: match.id)) }
      done = end
    }
    if done < text.count { segments.append(Segment(range: done..<text.count, id: nil)) }
    return segments
  }

  /// Splits a text at all added tokens as they are spelled, whatever their flags say: transformers' own splitting.
  func splitAtAll(_ text: [UInt8]) -> [Segment] {
    var segments: [Segment] = []
    var done = 0
    var index = 0
    while index < text.count {
      guard let match = all.longestMatch(in: text, at: index), !ignoresSpecialTokens else {
        index += 1
        continue
      }
      if done < index { segments.append(Segment(range: done..<index, id: nil)) }
      segments.append(Segment(range: index..<(index + match.length), id: match.id))
      index += match.length
      done = index
    }
    if done < text.count { segments.append(Segment(range: done..<text.count, id: nil)) }
    return segments
  }

  /// Where runs of white space end. Many tokens may begin in one run; it is walked through once.
  private struct SpaceEnds {
    private var known = 0..<0

    mutating func end(_ text: [UInt8], after start: Int) -> Int {
      if known.contains(start) { return known.upperBound }
      var end = start
      while end < text.count {
        let (scalar, length) = text.scalar(at: end)
        guard ScalarClass.isSpace(scalar) else { break }
        end += length
      }
      known = start..<end
      return end
    }
  }

  private func touchesWord(_ text: [UInt8], _ range: Range<Int>) -> Bool {
    func isWord(_ scalar: Unicode.Scalar) -> Bool { ScalarClass.properties(scalar).contains(.word) }
    if range.lowerBound > 0,
      isWord(text.scalar(at: text.scalarStart(before: range.lowerBound)).scalar)
    {
      return true
    }
    return range.upperBound < text.count && isWord(text.scalar(at: range.upperBound).scalar)
  }
}
