/// WordPiece as BERT uses it (Devlin et al. 2019): a word is cut greedily into the longest tokens that fit.
struct WordPiece: Sendable {
  let vocabulary: Vocabulary
  /// What tokens inside a word begin with: `##`.
  let prefix: String
  /// The id of the token for a word that cannot be cut into tokens.
  let unknownID: Int
  /// Words of more characters are unknown without a look.
  let longestWord: Int

  /// Appends the ids of a word, given in UTF-8.
  func encode(_ word: UnsafeBufferPointer<UInt8>, into ids: inout [Int]) {
    let isStart = { (index: Int) in index == word.count || word[index] & 0xC0 != 0x80 }
    let characterCount = word.indices.count(where: isStart)
    guard characterCount <= longestWord else {
      ids.append(unknownID)
      return
    }
    let firstID = ids.count
    var candidate: [UInt8] = []
    var start = 0
    while start < word.count {
      candidate.removeAll(keepingCapacity: true)
      if start > 0 { candidate.append(contentsOf: prefix.utf8) }
      let prefixCount = candidate.count
      var end = min(word.count, start + max(0, vocabulary.longestToken - prefixCount))
      candidate.append(contentsOf: word[start..<end])
      var found: Int?
      while end > start, found == nil {
        if isStart(end) {
          found = candidate.withUnsafeBufferPointer { vocabulary.id(of: $0) }
        }
        if found == nil {
          end -= 1
          candidate.removeLast()
        }
      }
      guard let found else {
        ids.removeSubrange(firstID...)
        ids.append(unknownID)
        return
      }
      ids.append(found)
      start = end
    }
  }
}

/// What turns a word into ids.
enum TokenModel: Sendable {
  case bytePairs(BytePairEncoding)
  case wordPieces(WordPiece)
  case unigram(Unigram)

  var vocabulary: Vocabulary {
    switch self {
    case .bytePairs(let model): model.vocabulary
    case .wordPieces(let model): model.vocabulary
    case .unigram(let model): model.vocabulary
    }
  }

  /// Appends the ids of a word.
  func encode(_ word: UnsafeBufferPointer<UInt8>, into ids: inout [Int]) {
    switch self {
    case .bytePairs(let model): model.encode(word, into: &ids)
    case .wordPieces(let model): model.encode(word, into: &ids)
    case .unigram(let model): model.encode(word, into: &ids)
    }
  }
}
