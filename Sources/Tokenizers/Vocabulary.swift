import Support

/// The tokens of a model and their ids.
struct Vocabulary: Sendable {
  private var table: ByteStringTable
  /// The id of each entry of the table.
  private var ids: [Int32] = []
  /// The entry of the table with each id, or -1 where an id is not used.
  private var entries: [Int32] = []
  /// The length of the longest token in bytes.
  private(set) var longestToken = 0

  /// Ids must stay under this, so that a damaged file cannot ask for all memory.
  static let idLimit = 1 << 24

  init(minimumCapacity: Int = 8) {
    table = ByteStringTable(minimumCapacity: minimumCapacity)
    ids.reserveCapacity(minimumCapacity)
    entries.reserveCapacity(minimumCapacity)
  }

  /// The number of tokens.
  var count: Int { table.count }

  /// Gives a token its id. A token that was there already loses its former one, as in Hugging Face's loaders.
  ///
  /// - Throws: `DataError` without file or place if the id is out of range or has another token already.
  mutating func insert(_ token: String, id: Int) throws(DataError) {
    guard id >= 0, id < Self.idLimit else {
      throw DataError(reason: "token \(quoted(token)) has id \(id), which is not in 0..<\(Self.idLimit)")
    }
    let entry = table.insert(token)
    if id < entries.count, entries[id] >= 0, entries[id] != Int32(entry) {
      let other = String(decoding: table[Int(entries[id])], as: UTF8.self)
      throw DataError(reason: "tokens \(quoted(other)) and \(quoted(token)) have the same id \(id)")
    }
    if entry == ids.count {
      ids.append(Int32(id))
    } else {
      entries[Int(ids[entry])] = -1
      ids[entry] = Int32(id)
    }
    if id >= entries.count {
      entries.append(contentsOf: repeatElement(-1, count: id + 1 - entries.count))
    }
    entries[id] = Int32(entry)
    longestToken = max(longestToken, token.utf8.count)
  }

  /// The id of a token.
  func id(of token: UnsafeBufferPointer<UInt8>) -> Int? {
    table.entry(token).map { Int(ids[$0]) }
  }

  /// The id of a token.
  func id(of token: String) -> Int? {
    table.entry(token).map { Int(ids[$0]) }
  }

  /// The token with an id.
  func token(for id: Int) -> String? {
    guard entries.indices.contains(id), entries[id] >= 0 else { return nil }
    return String(decoding: table[Int(entries[id])], as: UTF8.self)
  }

  /// Whether any token satisfies a condition on its bytes.
  func containsToken(where condition: (ArraySlice<UInt8>) -> Bool) -> Bool {
    (0..<count).contains { condition(table[$0]) }
  }
}
