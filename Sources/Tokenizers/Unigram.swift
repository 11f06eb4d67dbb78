import Support

/// A unigram language model over pieces of text (Kudo 2018), as SentencePiece trains it: of all ways to cut a text
/// into pieces the most probable one, where a text's probability is the product of its pieces'.
///
/// The best way is found from left to right (Viterbi): for each place in the text the best way to get there is kept.
/// Of equally good ways the first one counts: the one whose last piece begins furthest to the left.
struct Unigram: Sendable {
  /// How a model came to us, which decides how numbers are added up.
  enum Source: Sendable {
    /// A `tokenizer.json`: as Hugging Face's tokenizers, in double precision; every piece can be found in a text.
    case tokenizerJSON
    /// A SentencePiece file: as SentencePiece itself, where sums are kept in single precision, and only normal and
    /// user's pieces can be found in a text.
    case sentencePiece
  }

  /// A piece of a vocabulary.
  struct Piece: Sendable {
    enum Kind: Int, Sendable {
      case normal = 1
      case unknown, control, userDefined, unused, byte
    }

    let text: String
    /// The logarithm of its probability.
    let score: Double
    var kind = Kind.normal
  }

  let vocabulary: Vocabulary
  private let source: Source
  private let finder: TokenFinder
  /// The logarithm of each piece's probability, by id.
  private let scores: [Double]
  /// The id for what no piece spells.
  let unknownID: Int
  private let unknownScore: Double
  /// The ids of the pieces `<0x00>` to `<0xFF>`, if unknown characters are spelled by their bytes.
  private let byteIDs: [Int?]?

  /// How much less probable than the least probable piece an unknown character is, as a logarithm.
  private static let unknownPenalty = 10.0

  /// No published piece has more bytes; a text takes time by its length times that of the longest piece.
  private static let longestPiece = 1024

  /// - Parameters:
  ///   - pieces: the vocabulary in order of ids.
  ///   - unknownID: the id of the piece for what no piece spells.
  ///   - fallsBackToBytes: whether unknown characters are spelled by their bytes.
  ///   - complaint: makes the error for the piece with a given number, or for the whole where there is none.
  init(
    _ pieces: [Piece], unknownID: Int, fallsBackToBytes: Bool, source: Source,
    complaint: (Int?, String) -> DataError
  ) throws(DataError) {
    guard !pieces.isEmpty else { throw complaint(nil, "the vocabulary is empty") }
    guard pieces.indices.contains(unknownID) else {
      throw complaint(nil, "the piece for unknown text is number \(unknownID), but there are \(pieces.count) pieces")
    }
    var vocabulary = Vocabulary(minimumCapacity: pieces.count)
    var minimum = Double.infinity
    // SentencePiece's largest score is never below the smallest positive number.
    var maximum = Double(Float.leastNormalMagnitude)
    for (id, piece) in pieces.enumerated() {
      guard piece.score.isFinite else { throw complaint(id, "the score is not a finite number") }
      guard piece.text.utf8.count <= Self.longestPiece else {
        throw complaint(id, "the piece has \(piece.text.utf8.count) bytes, more than \(Self.longestPiece)")
      }
      if source == .sentencePiece {
        guard !piece.text.isEmpty else { throw complaint(id, "the piece is empty") }
        guard vocabulary.id(of: piece.text) == nil else {
          throw complaint(id, "the piece \(quoted(piece.text)) is there twice")
        }
      }
      do throws(DataError) {
        try vocabulary.insert(piece.text, id: id)
      } catch {
        throw complaint(id, error.reason)
      }
      if source == .tokenizerJSON || piece.kind == .normal {
        minimum = min(minimum, piece.score)
        maximum = max(maximum, piece.score)
      }
    }
    self.vocabulary = vocabulary
    self.source = source
    var found: [(text: [UInt8], id: Int)] = []
    var scores = pieces.map(\.score)
    for (id, piece) in pieces.enumerated() {
      let isFound = source == .tokenizerJSON || piece.kind == .normal || piece.kind == .userDefined
      // Of a piece that is there twice the later id counts.
      if isFound, vocabulary.id(of: piece.text) == id { found.append((Array(piece.text.utf8), id)) }
      if source == .sentencePiece, piece.kind == .userDefined {
        // A user's piece wins over all that could spell the same.
        scores[id] = Double(Float(maximum) * Float(piece.text.utf8.count)) - 0.1
      }
    }
    self.scores = scores
    finder = TokenFinder(found)
    self.unknownID = unknownID
    unknownScore = minimum - Self.unknownPenalty
    byteIDs =
      fallsBackToBytes
      ? (0...255).map { vocabulary.id(of: Self.byteSpelling($0)) } : nil
  }

  /// How the piece for a byte is spelled.
  static func byteSpelling(_ byte: Int) -> String {
    let digits = Array("0123456789ABCDEF")
    return "<0x\(digits[byte >> 4])\(digits[byte & 15])>"
  }

  /// Appends the ids of a text in UTF-8.
  func encode(_ text: UnsafeBufferPointer<UInt8>, into ids: inout [Int]) {
    for piece in pieces(of: text) { append(text, piece, to: &ids) }
  }

  /// A part of a text that became one piece, or a run of characters that no piece spells.
  struct Part {
    var range: Range<Int>
    let isUnknown: Bool
  }

  /// The most probable way to cut a text, with neighboring unknown characters together.
  func pieces(of text: UnsafeBufferPointer<UInt8>) -> [Part] {
    var parts: [Part] = []
    for part in bestPath(text) {
      // SentencePiece spells unknown characters by their bytes one by one.
      let joins = part.isUnknown && parts.last?.isUnknown == true && (source == .tokenizerJSON || byteIDs == nil)
      if joins {
        parts[parts.count - 1].range = parts[parts.count - 1].range.lowerBound..<part.range.upperBound
      } else {
        parts.append(part)
      }
    }
    return parts
  }

  /// Appends the id of a part, or those of its bytes.
  func append(_ text: UnsafeBufferPointer<UInt8>, _ part: Part, to ids: inout [Int]) {
    let bytes = UnsafeBufferPointer(rebasing: text[part.range])
    // What is unknown may, put together, be a piece after all.
    let known = vocabulary.id(of: bytes)
    if let byteIDs, part.isUnknown, known == nil || source == .sentencePiece,
      bytes.allSatisfy({ byteIDs[Int($0)] != nil })
    {
      ids.append(contentsOf: bytes.compactMap { byteIDs[Int($0)] })
    } else {
      ids.append(known ?? unknownID)
    }
  }

  private func bestPath(_ text: UnsafeBufferPointer<UInt8>) -> [Part] {
    let count = text.count
    guard count > 0 else { return [] }
    // For each place: the best sum of scores, where its last piece begins, and that piece's id.
    var sums = [Double](repeating: 0, count: count + 1)
    var starts = [Int32](repeating: -1, count: count + 1)
    var ids = [Int32](repeating: 0, count: count + 1)
    var start = 0
    while start < count {
      let length = Self.characterLength(text[start])
      let sum = sums[start]
      func total(_ score: Double) -> Double {
        source == .tokenizerJSON ? score + sum : Double(Float(score) + Float(sum))
      }
      func offer(_ id: Int, _ candidate: Double, endingAt end: Int) {
        guard starts[end] < 0 || candidate > sums[end] else { return }
        sums[end] = candidate
        starts[end] = Int32(truncatingIfNeeded: start)
        ids[end] = Int32(truncatingIfNeeded: id)
      }
      var hasCharacter = false
      finder.forEachMatch(in: text, at: start) { id, matchLength in
        offer(id, total(scores[id]), endingAt: start + matchLength)
        if matchLength == length { hasCharacter = true }
      }
      if !hasCharacter {
        offer(unknownID, total(unknownScore), endingAt: min(start + length, count))
      }
      start += length
    }
    var parts: [Part] = []
    var end = count
    while end > 0 {
      let start = Int(starts[end])
      parts.append(Part(range: start..<end, isUnknown: Int(ids[end]) == unknownID))
      end = start
    }
    return parts.reversed()
  }

  private static func characterLength(_ first: UInt8) -> Int {
    first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
  }
}
