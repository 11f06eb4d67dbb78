import Foundation
import Support
import Testing

@testable import Tokenizers

/// The folder with the recorded tokenizers.
let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("../Fixtures/tokenizers").standardizedFileURL

func decoded<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
  try JSONDecoder().decode(type, from: Data(contentsOf: fixtures.appendingPathComponent(path)))
}

/// What `make_tokenizer_fixtures.py` recorded of one tokenizer.
struct Recording: Decodable {
  struct Single: Decodable {
    let text: Int
    let ids: [Int]
    /// The tokens as the vocabulary spells them, and the ids of these spellings.
    let tokens: [String]?
    let tokenIDs: [Int?]?
    /// The tokens as the encoding spells them.
    let encodingTokens: [String]?
    let decoded: String?
    let skipped: String?
    let bare: [Int]?
  }
  struct Pair: Decodable {
    let first: Int
    let second: Int
    let maxLength: Int?
    let ids: [Int]
    let types: [Int]
    let special: [Int]
  }
  struct Batch: Decodable {
    let texts: [Int]
    let padding: String?
    let multiple: Int?
    let side: String?
    let maxLength: Int?
    let truncation: Bool
    let ids: [[Int]]
    let mask: [[Int]]
    let types: [[Int]]
  }
  struct Decode: Decodable {
    let ids: [Int]
    let skip: Bool
    let text: String
  }
  let vocabularySize: Int
  let single: [Single]
  let pairs: [Pair]
  let batches: [Batch]
  let decodes: [Decode]
}

/// A directory of its own with the given files, removed when the value goes.
final class TemporaryDirectory {
  let path: String

  init(_ files: [String: String] = [:]) throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("tokenizers-\(UUID().uuidString)")
    path = url.path
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (name, text) in files { try write(Data(text.utf8), name) }
  }

  /// A copy of a recorded tokenizer's directory.
  init(copyOf name: String) throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("tokenizers-\(UUID().uuidString)")
    path = url.path
    try FileManager.default.copyItem(at: fixtures.appendingPathComponent("toys/\(name)"), to: url)
  }

  func write(_ data: Data, _ name: String) throws {
    try data.write(to: URL(fileURLWithPath: path).appendingPathComponent(name))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Texts compared by their scalars: Swift's `==` takes canonically equivalent texts for equal.
func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }

/// The message of the error that a load throws.
func loadError(_ directory: String) throws -> String {
  let error = #expect(throws: DataError.self) { try loadTokenizer(directory: directory) }
  return try #require(error).description
}

/// A JSON text as the node of a file "t".
func node(_ text: String) throws -> JSONNode { JSONNode(try JSON(parsing: Array(text.utf8), file: "t"), file: "t") }
