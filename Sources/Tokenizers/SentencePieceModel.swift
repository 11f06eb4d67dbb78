import Support

/// A SentencePiece file (`spiece.model`, `sentencepiece.bpe.model`): pieces with scores, and how a text is normalized.
///
/// The file is a message of Protocol Buffers; what is not needed here is passed over.
struct SentencePieceModel {
  private(set) var pieces: [Unigram.Piece] = []
  /// Whether it is a unigram model; the other kinds are not supported.
  private(set) var isUnigram = true
  private(set) var fallsBackToBytes = false
  private(set) var characterMap: CharacterMap?
  private(set) var addsPrefix = true
  private(set) var removesExtraSpaces = true
  private(set) var escapesSpaces = true
  private(set) var putsSpacesLast = false
  /// The id of the piece for what no piece spells.
  let unknownID: Int
  let file: String

  /// A SentencePiece file has a few megabytes.
  private static let sizeLimit = 64 << 20

  /// Reads a file.
  ///
  /// - Throws: `DataError` naming the file, and the byte where it is damaged.
  init(contentsOf path: String) throws(DataError) {
    try self.init(try FileSystem.read(path, limit: Self.sizeLimit), file: path)
  }

  /// Reads the bytes of a file.
  init(_ bytes: [UInt8], file: String) throws(DataError) {
    self.file = file
    var message = Message(bytes: bytes[...], file: file)
    var map: [UInt8] = []
    while let (field, value) = try message.next() {
      switch (field, value) {
      case (1, .bytes(let content)):
        guard pieces.count < Vocabulary.idLimit else {
          throw DataError(file: file, reason: "there are too many pieces")
        }
        pieces.append(try Self.piece(content, file: file))
      case (2, .bytes(let content)):
        var spec = Message(bytes: content, file: file)
        while let (field, value) = try spec.next() {
          switch (field, value) {
          case (3, .number(let kind)): isUnigram = kind == 1
          case (24, .number(let flag)): putsSpacesLast = flag != 0
          case (35, .number(let flag)): fallsBackToBytes = flag != 0
          default: break
          }
        }
      case (3, .bytes(let content)):
        var spec = Message(bytes: content, file: file)
        while let (field, value) = try spec.next() {
          switch (field, value) {
          case (2, .bytes(let content)): map = Array(content)
          case (3, .number(let flag)): addsPrefix = flag != 0
          case (4, .number(let flag)): removesExtraSpaces = flag != 0
          case (5, .number(let flag)): escapesSpaces = flag != 0
          default: break
          }
        }
      default: break
      }
    }
    guard isUnigram else { throw DataError(file: file, reason: "only unigram models of SentencePiece are supported") }
    guard let unknownID = pieces.firstIndex(where: { $0.kind == .unknown }) else {
      throw DataError(file: file, reason: "there is no piece for unknown text")
    }
    if let second = pieces[(unknownID + 1)...].firstIndex(where: { $0.kind == .unknown }) {
      throw DataError(file: file, place: "piece \(second)", reason: "there is a piece for unknown text already")
    }
    self.unknownID = unknownID
    if !map.isEmpty { characterMap = try CharacterMap(map, complaint: { DataError(file: file, reason: $0) }) }
  }

  private static func piece(_ bytes: ArraySlice<UInt8>, file: String) throws(DataError) -> Unigram.Piece {
    var message = Message(bytes: bytes, file: file)
    var text = ""
    var score: Float = 0
    var kind = Unigram.Piece.Kind.normal
    while let (field, value) = try message.next() {
      switch (field, value) {
      case (1, .bytes(let content)):
        guard let valid = String(validating: content, as: UTF8.self) else {
          throw DataError(file: file, place: "byte \(content.startIndex)", reason: "a piece is not UTF-8")
        }
        text = valid
      case (2, .fixed(let bits)): score = Float(bitPattern: bits)
      case (3, .number(let number)):
        guard let known = Int(exactly: number).flatMap(Unigram.Piece.Kind.init) else {
          throw DataError(file: file, place: "byte \(bytes.startIndex)", reason: "a piece is of unknown kind \(number)")
        }
        kind = known
      default: break
      }
    }
    return Unigram.Piece(text: text, score: Double(score), kind: kind)
  }

  /// The model, with sums as SentencePiece makes them.
  func unigram() throws(DataError) -> Unigram {
    try Unigram(
      pieces, unknownID: unknownID, fallsBackToBytes: fallsBackToBytes, source: .sentencePiece,
      complaint: { index, reason in
        DataError(file: file, place: index.map { "piece \($0)" }, reason: reason)
      })
  }
}

// MARK: Protocol Buffers

/// The fields of a message, one after the other.
private struct Message {
  enum Value {
    case number(UInt64)
    case fixed(UInt32)
    case bytes(ArraySlice<UInt8>)
    case other
  }

  var bytes: ArraySlice<UInt8>
  let file: String

  private func damaged(_ reason: String) -> DataError {
    DataError(file: file, place: "byte \(bytes.startIndex)", reason: "this is no SentencePiece model: \(reason)")
  }

  /// The next field and its value, or `nil` at the end.
  mutating func next() throws(DataError) -> (field: Int, value: Value)? {
    guard !bytes.isEmpty else { return nil }
    let tag = try number()
    let field = Int(truncatingIfNeeded: tag >> 3)
    guard field > 0 else { throw damaged("a field has number 0") }
    switch tag & 7 {
    case 0: return (field, .number(try number()))
    case 1:
      _ = try take(8)
      return (field, .other)
    case 2:
      let length = try number()
      return (field, .bytes(try take(length)))
    case 5:
      let content = try take(4)
      return (field, .fixed(content.reversed().reduce(0) { $0 << 8 | UInt32($1) }))
    default: throw damaged("a field is of unknown type \(tag & 7)")
    }
  }

  private mutating func take(_ count: UInt64) throws(DataError) -> ArraySlice<UInt8> {
    guard count <= UInt64(bytes.count) else { throw damaged("\(count) bytes are expected, \(bytes.count) are left") }
    defer { bytes = bytes.dropFirst(Int(count)) }
    return bytes.prefix(Int(count))
  }

  private mutating func number() throws(DataError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64, let byte = bytes.first {
      bytes = bytes.dropFirst()
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw damaged("a number does not end")
  }
}
