import Support
import Synchronization

/// Byte pair encoding (Sennrich et al. 2016) on bytes (Radford et al. 2019) or on characters.
///
/// A word begins as its single bytes or characters. The pair of neighbors that was learned first is merged, the leftmost of
/// equals, until no pair of neighbors was ever learned. A heap of the pairs makes that O(n log n), so a word of
/// a hundred thousand letters is no trap.
final class BytePairEncoding: Sendable {
  let vocabulary: Vocabulary
  /// For each byte the id of its token, and the same at the end of a word; `nil` where the vocabulary has none.
  private let byteIDs: [Int?]
  private let lastByteIDs: [Int?]
  private let merges: [UInt64: Merge]
  /// Stands for a byte that has no token; without it such bytes are dropped.
  private let unknownID: Int?
  /// Whether neighboring unknown bytes make one token.
  private let fusesUnknown: Bool
  /// Whether a word that is itself a token is taken whole, whatever the merges.
  private let ignoresMerges: Bool
  private let wordEnd: String
  private let spelling: Spelling
  /// The tokens `<0x00>` to `<0xFF>`, if characters are spelled by them.
  private let fallbackIDs: [Int?]
  private let cache = Mutex(WordCache())

  private struct Merge {
    /// The place in the list of merges: the lower, the earlier it was learned.
    let rank: UInt32
    /// The token that the pair becomes.
    let id: Int32
  }

  /// What the single symbols are that a word begins as.
  enum Spelling: Sendable, Equatable {
    /// Its bytes, in the spelling of ``ByteCharacters``.
    case bytes
    /// Its characters; those that are no tokens are spelled by tokens for their bytes, such as `<0xE6>`, or unknown.
    case characters(fallsBackToBytes: Bool)
  }

  struct Options {
    var spelling = Spelling.bytes
    /// The suffix of tokens that end a word (`</w>` in CLIP), or empty.
    var wordEnd = ""
    var unknownToken: String?
    var fusesUnknown = false
    var ignoresMerges = false
  }

  /// - Parameters:
  ///   - vocabulary: the tokens, in the spelling of ``ByteCharacters``.
  ///   - mergeList: the pairs of tokens in the order in which they were learned.
  ///   - options: what models differ in.
  ///   - complaint: makes the error for the pair with a given number.
  init(
    vocabulary: Vocabulary, merges mergeList: [(String, String)], options: Options = Options(),
    complaint: (Int, String) -> DataError
  ) throws(DataError) {
    var merges: [UInt64: Merge] = [:]
    merges.reserveCapacity(mergeList.count)
    for (rank, (left, right)) in mergeList.enumerated() {
      guard let leftID = vocabulary.id(of: left) else {
        throw complaint(rank, "the vocabulary has no token \(quoted(left))")
      }
      guard let rightID = vocabulary.id(of: right) else {
        throw complaint(rank, "the vocabulary has no token \(quoted(right))")
      }
      guard let id = vocabulary.id(of: left + right) else {
        throw complaint(rank, "the vocabulary has no token \(quoted(left + right))")
      }
      merges[Self.key(Int32(leftID), Int32(rightID))] = Merge(rank: UInt32(rank), id: Int32(id))
    }
    self.merges = merges
    self.vocabulary = vocabulary
    byteIDs = ByteCharacters.characters.map { vocabulary.id(of: String($0)) }
    lastByteIDs = ByteCharacters.characters.map { vocabulary.id(of: String($0) + options.wordEnd) }
    unknownID = options.unknownToken.flatMap { vocabulary.id(of: $0) }
    fusesUnknown = options.fusesUnknown
    ignoresMerges = options.ignoresMerges
    wordEnd = options.wordEnd
    spelling = options.spelling
    fallbackIDs =
      spelling == .characters(fallsBackToBytes: true)
      ? (0...255).map { vocabulary.id(of: Unigram.byteSpelling($0)) } : []
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// Words longer than this are not kept for the next time.
  private static let longestCachedWord = 64

  /// Appends the ids of a word, given as bytes.
  func encode(_ word: UnsafeBufferPointer<UInt8>, into ids: inout [Int]) {
    guard word.count <= Self.longestCachedWord else {
      ids.append(contentsOf: mergedSymbols(word).map(Int.init))
      return
    }
    if cache.withLock({ $0.append(word, to: &ids) }) { return }
    let symbols = mergedSymbols(word)
    ids.append(contentsOf: symbols.map(Int.init))
    cache.withLock { $0.insert(word, symbols) }
  }

  /// The tokens of single characters that a word begins as.
  private func characterSymbols(_ word: UnsafeBufferPointer<UInt8>) -> [Int32] {
    var symbols: [Int32] = []
    symbols.reserveCapacity(word.count)
    // An unknown character waits for the next known one, as in Hugging Face's tokenizers: bytes may come before it.
    var isUnknownWaiting = false
    var start = 0
    while start < word.count {
      var end = start + 1
      while end < word.count, word[end] & 0xC0 == 0x80 { end += 1 }
      let character = UnsafeBufferPointer(rebasing: word[start..<end])
      let isLast = end == word.count
      start = end
      let id =
        isLast && !wordEnd.isEmpty
        ? vocabulary.id(of: String(decoding: character, as: UTF8.self) + wordEnd) : vocabulary.id(of: character)
      if let id {
        if isUnknownWaiting, let unknownID { symbols.append(Int32(unknownID)) }
        isUnknownWaiting = false
        symbols.append(Int32(id))
      } else if !fallbackIDs.isEmpty, character.allSatisfy({ fallbackIDs[Int($0)] != nil }) {
        for byte in character { if let id = fallbackIDs[Int(byte)] { symbols.append(Int32(id)) } }
      } else if let unknownID {
        if isUnknownWaiting, !fusesUnknown { symbols.append(Int32(unknownID)) }
        isUnknownWaiting = true
      }
    }
    if isUnknownWaiting, let unknownID { symbols.append(Int32(unknownID)) }
    return symbols
  }

  /// The tokens of single bytes that a word begins as.
  private func byteSymbols(_ word: UnsafeBufferPointer<UInt8>) -> [Int32] {
    var symbols: [Int32] = []
    symbols.reserveCapacity(word.count)
    var isAfterUnknown = false
    for (index, byte) in word.enumerated() {
      let known = (index == word.count - 1 ? lastByteIDs : byteIDs)[Int(byte)]
      if let known {
        symbols.append(Int32(known))
      } else if let unknownID, !(fusesUnknown && isAfterUnknown) {
        symbols.append(Int32(unknownID))
      }
      isAfterUnknown = known == nil
    }
    return symbols
  }

  /// The tokens that remain when all merges are done.
  private func mergedSymbols(_ word: UnsafeBufferPointer<UInt8>) -> [Int32] {
    if ignoresMerges, let whole = wholeWord(word) { return [whole] }
    var symbols = spelling == .bytes ? byteSymbols(word) : characterSymbols(word)
    // The symbols are a linked list over the array; a symbol merged into its left neighbor is -1.
    var previous = symbols.indices.map { $0 - 1 }
    var next = symbols.indices.map { $0 + 1 }
    var heap = MinHeap()

    func offer(_ left: Int) {
      guard left >= 0, next[left] < symbols.count else { return }
      if let merge = merges[Self.key(symbols[left], symbols[next[left]])] {
        heap.push(UInt64(merge.rank) << 32 | UInt64(left))
      }
    }
    for index in symbols.indices { offer(index) }
    while let best = heap.pop() {
      let left = Int(best & 0xFFFF_FFFF)
      let right = next[left]
      // An entry may be out of date: one of its symbols has been merged with another neighbor since.
      guard symbols[left] >= 0, right < symbols.count,
        let merge = merges[Self.key(symbols[left], symbols[right])], UInt64(merge.rank) == best >> 32
      else { continue }
      symbols[left] = merge.id
      symbols[right] = -1
      next[left] = next[right]
      if next[left] < symbols.count { previous[next[left]] = left }
      offer(previous[left])
      offer(left)
    }
    symbols.removeAll { $0 < 0 }
    return symbols
  }

  private func wholeWord(_ word: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard spelling == .bytes else { return vocabulary.id(of: word).map(Int32.init) }
    var spelling = String.UnicodeScalarView()
    for byte in word { spelling.append(ByteCharacters.characters[Int(byte)]) }
    return vocabulary.id(of: String(spelling)).map(Int32.init)
  }
}

/// The tokens of words seen before; when it is full, new words are no longer kept.
private struct WordCache {
  private var words = ByteStringTable()
  private var ids: [Int32] = []
  private var ends: [Int] = [0]
  private static let capacity = 16_384

  /// Appends the ids of a word if it is here, and tells whether it is.
  func append(_ word: UnsafeBufferPointer<UInt8>, to result: inout [Int]) -> Bool {
    guard let entry = words.entry(word) else { return false }
    for index in ends[entry]..<ends[entry + 1] { result.append(Int(ids[index])) }
    return true
  }

  mutating func insert(_ word: UnsafeBufferPointer<UInt8>, _ symbols: [Int32]) {
    // Another thread may have been quicker.
    guard words.count < Self.capacity, words.entry(word) == nil else { return }
    words.insert(word)
    ids.append(contentsOf: symbols)
    ends.append(ids.count)
  }
}

/// A binary heap of numbers with the smallest on top.
private struct MinHeap {
  private var elements: [UInt64] = []

  mutating func push(_ element: UInt64) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard elements[child] < elements[parent] else { break }
      elements.swapAt(child, parent)
      child = parent
    }
  }

  mutating func pop() -> UInt64? {
    guard let top = elements.first, let last = elements.popLast() else { return nil }
    guard !elements.isEmpty else { return top }
    elements[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < elements.count else { break }
      if child + 1 < elements.count, elements[child + 1] < elements[child] { child += 1 }
      guard elements[child] < elements[parent] else { break }
      elements.swapAt(child, parent)
      parent = child
    }
    return top
  }
}
