import Foundation
import Testing

@testable import Tokenizers

/// Special and added tokens come from several files, brought together as transformers does.
struct SpecialTokenTests {
  /// What `make_special_tokens.py` recorded of one directory.
  struct Case: Decodable, CustomTestStringConvertible, Sendable {
    let name: String
    let files: [String: String]
    let size: Int
    let texts: [String]
    let ids: [[Int]]
    let tokens: [[String]]
    let skipped: [String]
    /// The first text and the third as a pair, with special tokens and without.
    let pairs: [[Int]]
    let types: [[Int]]

    var testDescription: String { name }
  }

  static let cases = (try? decoded([Case].self, "special_tokens.json")) ?? []

  @Test func thereAreCases() { #expect(Self.cases.count > 20) }

  @Test(arguments: cases) func specialTokensAreThoseOfTransformers(_ expected: Case) throws {
    let directory = try TemporaryDirectory(expected.files)
    let tokenizer = try loadTokenizer(directory: directory.path)
    #expect(tokenizer.vocabularySize == expected.size)
    for (index, text) in expected.texts.enumerated() {
      let encoding = tokenizer.encode(text)
      #expect(encoding.ids == expected.ids[index], "\(text.debugDescription)")
      #expect(encoding.tokens == expected.tokens[index], "\(text.debugDescription)")
      let decoded = tokenizer.decode(encoding.ids, skipSpecialTokens: true)
      #expect(decoded == expected.skipped[index], "\(text.debugDescription)")
    }
    for (index, addSpecialTokens) in [true, false].enumerated() {
      let pair = tokenizer.encode(expected.texts[0], pair: expected.texts[2], addSpecialTokens: addSpecialTokens)
      #expect(pair.ids == expected.pairs[index])
      #expect(pair.typeIDs == expected.types[index])
    }
  }

  @Test(arguments: ["bos_token", "eos_token"]) func clipCannotDoWithoutItsEnds(_ role: String) throws {
    let directory = try TemporaryDirectory(copyOf: "clip_files")
    try directory.write(
      Data(#"{"tokenizer_class": "CLIPTokenizer", "\#(role)": null, "added_tokens_decoder": {}}"#.utf8),
      "tokenizer_config.json")
    #expect(
      try loadError(directory.path)
        == "\(directory.path)/tokenizer_config.json: \(role): CLIP's tokenizer needs this token")
  }

  /// The files' keys of a processor's call, and what is cut without padding and with it.
  static let limits: [(configuration: String, json: String, alone: Truncation, padded: Truncation)] = [
    ("", "", .none, .none),
    (#""truncation": true, "max_length": 8"#, "", .length(8), .length(8)),
    (#""truncation": "longest_first", "max_length": 8"#, "", .length(8), .length(8)),
    (#""truncation": true"#, "", .modelMaxLength, .modelMaxLength),
    (#""truncation": false, "max_length": 8"#, "", .none, .none),
    (#""max_length": 8"#, "", .length(8), .none),
    (#""max_length": 8, "padding": "longest""#, "", .none, .none),
    ("", #""truncation": {"max_length": 6}"#, .length(6), .none),
    (#""truncation": true"#, #""truncation": {"max_length": 6}"#, .length(6), .length(6)),
    (#""truncation": true"#, #""padding": {"strategy": {"Fixed": 5}}"#, .length(5), .length(5)),
  ]

  @Test(arguments: limits) func aProcessorCutsAsTheFilesSay(
    _ configuration: String, _ json: String, _ alone: Truncation, _ padded: Truncation
  ) throws {
    let limits = try ProcessorLimits(
      configuration: node("{\(configuration)}"), tokenizerJSON: TokenizerJSON(node("{\(json)}")))
    #expect(limits.truncation(isPadding: false) == alone)
    #expect(limits.truncation(isPadding: true) == padded)
  }
}
