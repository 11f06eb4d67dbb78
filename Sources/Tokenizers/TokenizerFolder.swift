import Foundation

/// The folder of a published tokenizer: reads its files.
struct TokenizerFolder {
  let path: String

  init(path: String) throws(TokenizerError) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw TokenizerError(file: path, reason: "there is no such directory")
    }
    guard isDirectory.boolValue else {
      throw TokenizerError(file: path, reason: "this is a file; the directory with the tokenizer's files is wanted")
    }
    self.path = path
  }

  /// The path of a file in the folder.
  func path(of name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

  /// Whether the folder has anything of that name: a link that leads nowhere counts, and is refused when it is read.
  func contains(_ name: String) -> Bool { (try? FileManager.default.attributesOfItem(atPath: path(of: name))) != nil }

  /// The content of a file, which must be UTF-8.
  func text(_ name: String) throws(TokenizerError) -> [UInt8] {
    try Self.text(path(of: name))
  }

  /// The content of a JSON file.
  func json(_ name: String) throws(TokenizerError) -> JSONNode {
    try JSONParser.parse(try text(name), file: path(of: name))
  }

  /// The content of a JSON file, or an empty object if there is no such file.
  func jsonIfPresent(_ name: String) throws(TokenizerError) -> JSONNode {
    guard contains(name) else { return JSONNode(value: .object([]), file: path(of: name), path: "") }
    let node = try json(name)
    _ = try node.members()
    return node
  }

  /// The largest file that is read: 64 MB, several times what any published tokenizer has.
  private static let sizeLimit = 64 << 20

  /// The content of a file, which must be UTF-8.
  static func text(_ path: String) throws(TokenizerError) -> [UInt8] {
    var status = stat()
    guard stat(path, &status) == 0 else { throw TokenizerError(file: path, reason: "there is no such file") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw TokenizerError(file: path, reason: "this is not a regular file")
    }
    guard status.st_size <= sizeLimit else {
      throw TokenizerError(file: path, reason: "\(status.st_size) bytes exceed the limit of \(sizeLimit)")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw TokenizerError(file: path, reason: "the file cannot be read")
    }
    let bytes = [UInt8](data)
    if String(validating: bytes, as: UTF8.self) != nil { return bytes }
    let line = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .firstIndex { String(validating: $0, as: UTF8.self) == nil }
    throw TokenizerError(file: path, place: line.map { "line \($0 + 1)" }, reason: "the text is not UTF-8")
  }
}

/// Readers of the vocabulary files that are not `tokenizer.json`.
enum VocabularyFile {
  /// A `vocab.json`: an object of tokens and their ids.
  static func vocabulary(_ node: JSONNode) throws(TokenizerError) -> Vocabulary {
    let members = try node.members()
    var vocabulary = Vocabulary(minimumCapacity: members.count)
    for (token, value) in members {
      guard case .number(let number) = value, let id = Int(exactly: number) else {
        throw node.error("token \(quoted(token)): an id is wanted, \(value.kind) was found")
      }
      do throws(TokenizerError) {
        try vocabulary.insert(token, id: id)
      } catch {
        throw node.error(error.reason)
      }
    }
    return vocabulary
  }

  /// A `merges.txt`: a pair of tokens a line, the first learned first.
  static func merges(_ bytes: [UInt8], file: String) throws(TokenizerError) -> [(pair: (String, String), line: Int)] {
    var merges: [(pair: (String, String), line: Int)] = []
    for (index, line) in lines(bytes).enumerated() where !line.starts(with: "#version".utf8) {
      guard let pair = pair(line) else {
        let text = String(decoding: line, as: UTF8.self)
        throw TokenizerError(
          file: file, place: "line \(index + 1)",
          reason: "two tokens with one space between them are wanted, \(quoted(text)) was found")
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
  static func vocabulary(lines bytes: [UInt8], file: String) throws(TokenizerError) -> Vocabulary {
    var vocabulary = Vocabulary(minimumCapacity: bytes.count / 8)
    for (id, line) in lines(bytes).enumerated() {
      var scalars = String(decoding: line, as: UTF8.self).unicodeScalars
      while let last = scalars.last, ScalarClass.isSpace(last) { scalars.removeLast() }
      do throws(TokenizerError) {
        try vocabulary.insert(String(scalars), id: id)
      } catch {
        throw TokenizerError(file: file, place: "line \(id + 1)", reason: error.reason)
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
