import ArgumentParser
import Foundation
import Notebook
import Tokenizers

/// A published tokenizer at work: the side of this project in `make check-tokenizers`.
struct Tokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turns texts into ids and back (make check-tokenizers does).",
    discussion: """
      Takes a JSON array of texts from standard input. Prints one JSON object: the ids of each text, and the texts of \
      these ids with and without special tokens.
      """)

  @Argument(help: "The directory of a model with its tokenizer.")
  var directory: String

  private struct Result: Encodable {
    let size: Int
    let ids: [[Int]]
    let decoded, skipped: [String]
  }

  func validate() throws {
    if directory.isEmpty { throw ValidationError("Missing expected argument '<directory>'") }
  }

  func run() throws {
    let texts = try JSONDecoder().decode([String].self, from: FileHandle.standardInput.readDataToEndOfFile())
    let tokenizer = try loadTokenizer(directory: directory)
    let ids = texts.map { tokenizer.encode($0).ids }
    let result = Result(
      size: tokenizer.vocabularySize, ids: ids, decoded: ids.map { tokenizer.decode($0) },
      skipped: ids.map { tokenizer.decode($0, skipSpecialTokens: true) })
    StandardStreams.write(String(decoding: try JSONEncoder().encode(result), as: UTF8.self) + "\n")
  }
}
