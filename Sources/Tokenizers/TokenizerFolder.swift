import Support

/// The folder of a published tokenizer: reads its files.
struct TokenizerFolder {
  let path: String

  init(path: String) throws(DataError) {
    switch FileSystem.item(at: path) {
    case .directory: self.path = path
    case nil: throw DataError(.notFound, file: path, reason: "no such directory")
    default: throw DataError(.inputOutput, file: path, reason: "is not a directory")
    }
  }

  /// The path of a file in the folder.
  func path(of name: String) -> String { FileSystem.join(path, name) }

  /// Whether the folder has anything of that name: a link that leads nowhere counts, and is refused when it is read.
  func contains(_ name: String) -> Bool { FileSystem.exists(path(of: name)) }

  /// The content of a JSON file: of equal keys the last one counts, and what Python writes beyond JSON is read.
  func json(_ name: String) throws(DataError) -> JSONNode {
    var options = JSON.Options()
    options.depthLimit = 256
    // Gemma's tokenizer.json, which SigLIP 2 has, holds 256 thousand tokens and 580 thousand pairs.
    options.valueLimit = 4_000_000
    options.duplicates = .kept
    options.acceptsNonFinite = true
    options.acceptsByteOrderMark = true
    return JSONNode(try JSON(contentsOf: path(of: name), options: options), file: path(of: name))
  }

  /// The content of a JSON file, or an empty object if there is no such file.
  func jsonIfPresent(_ name: String) throws(DataError) -> JSONNode {
    guard contains(name) else { return JSONNode([:], file: path(of: name)) }
    let node = try json(name)
    _ = try node.members()
    return node
  }

  /// The content of a file of text, which must be UTF-8.
  func text(_ name: String) throws(DataError) -> [UInt8] { try Self.text(path(of: name)) }

  /// The content of a file of text, which must be UTF-8 and have at most 64 MB: several times what any published
  /// tokenizer has.
  static func text(_ path: String) throws(DataError) -> [UInt8] {
    Array(try FileSystem.readText(path, limit: 64 << 20).utf8)
  }
}

/// Readers of the vocabulary files that are not `tokenizer.json`.
enum VocabularyFile {
  /// A `vocab.json`: an object of tokens and their ids.
  static func vocabulary(_ node: JSONNode) throws(DataError) -> Vocabulary {
    let members = try node.members()
    var vocabulary = Vocabulary(minimumCapacity: members.count)
    for (token, value) in members {
      guard let id = value.wholeNumber else {
        throw node.error("token \(quoted(token)): an id is expected, \(value.kindName) was found")
      }
      do throws(DataError) {
        try vocabulary.insert(token, id: id)
      } catch {
        throw node.error(error.reason)
      }
    }
    return vocabulary
  }

  /// A `merges.txt`: a pair of tokens a line, the first learned first.
  static func merges(_ bytes: [UInt8], file: String) throws(DataError) -> [(pair: (String, String), line: Int)] {
    var merges: [(pair: (String, String), line: Int)] = []
    for (index, line) in lines(bytes).enumerated() where !line.starts(with: "#version".utf8) {
      guard let pair = pair(line) else {
        let text = String(decoding: line, as: UTF8.self)
        throw DataError(
          file: file, place: "line \(index + 1)",
          reason: "two tokens with one space between them are expected, \(quoted(text)) was found")
      }
      merges.append((pair, index + 1))
    }
    return merges
  }

  /// The two columns of a merge.
  static func pair(_ line: some Collection<UInt8>) -> (String, String)? {
    let columns = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard columns.count == 2, !columns[0].isEmpty, !columns[1].isEmpty else { return nil }
    return (String(decoding: columns[0], as: UTF8.self), String(decoding: columns[1], as: UTF8.self))
  }

  /// A `vocab.txt`: a token a line; the line's number, from 0, is its id.
  ///
  /// Of a token that is there twice the later id counts, as in tokenizers.
  static func vocabulary(lines bytes: [UInt8], file: String) throws(DataError) -> Vocabulary {
    var vocabulary = Vocabulary(minimumCapacity: bytes.count / 8)
    for (id, line) in lines(bytes).enumerated() {
      var scalars = String(decoding: line, as: UTF8.self).unicodeScalars
      while let last = scalars.last, ScalarClass.isSpace(last) { scalars.removeLast() }
      do throws(DataError) {
        try vocabulary.insert(String(scalars), id: id)
      } catch {
        throw DataError(file: file, place: "line \(id + 1)", reason: error.reason)
      }
    }
    return vocabulary
  }

  /// The lines without their ends; a last line end ends the text.
  private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
  }
}
