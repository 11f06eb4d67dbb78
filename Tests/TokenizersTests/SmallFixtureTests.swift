import Foundation
import Testing

@testable import Tokenizers

/// The small recordings beside the larger ones: single files of vocabularies, and CLIP's real ids.
struct SmallFixtureTests {
  private struct ClipCase: Decodable {
    let text: String
    let hfIDs: [Int]
    let hfTruncated: [Int]?
    let hfDecoded: String

    enum CodingKeys: String, CodingKey {
      case text
      case hfIDs = "hf_ids"
      case hfTruncated = "hf_trunc77"
      case hfDecoded = "hf_decoded"
    }
  }

  @Test func clipGivesTheIDsOfTheNotebooksTokenizer() throws {
    let tokenizer = try CLIPTokenizer.openAI()
    let cases = try decoded([ClipCase].self, "clip_bpe.json")
    #expect(cases.count > 30)
    for expected in cases {
      let ids = tokenizer.encode(expected.text).ids
      #expect(ids == expected.hfIDs, "\(expected.text.debugDescription)")
      let text = tokenizer.decode(ids, skipSpecialTokens: true)
      // The recording holds the first 200 characters.
      #expect(scalars(text).prefix(200) == scalars(expected.hfDecoded)[...], "\(expected.text.debugDescription)")
      if let truncated = expected.hfTruncated {
        let encodings = try tokenizer.encode(batch: [expected.text], truncation: .modelMaxLength)
        #expect(encodings[0].ids == truncated)
        #expect(truncated.count == 77 && truncated.last == 49407)
      }
    }
  }

  private struct ToyCase: Decodable {
    let text: String
    let gpt2: [Int]
    let gpt2Decoded: String
    let opt: [Int]
    let bert: [Int]
    let bertTokens: [String]

    enum CodingKeys: String, CodingKey {
      case text, gpt2, opt, bert
      case gpt2Decoded = "gpt2_decoded"
      case bertTokens = "bert_tokens"
    }
  }

  /// A directory in which fixture files have the names that published tokenizers give them.
  private func directory(_ files: [String: String]) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    for (name, fixture) in files {
      try directory.write(Data(contentsOf: fixtures.appendingPathComponent(fixture)), name)
    }
    return directory
  }

  @Test func toyFilesGiveTheRecordedIDs() throws {
    let folders = try [
      directory(["tokenizer.json": "gpt2_toy_tokenizer.json"]),
      directory(["vocab.json": "gpt2_toy-vocab.json", "merges.txt": "gpt2_toy-merges.txt"]),
      directory(["tokenizer.json": "opt_toy_tokenizer.json"]),
      directory(["tokenizer.json": "bert_toy_tokenizer.json"]),
      directory(["vocab.txt": "bert_toy-vocab.txt"]),
    ]
    let tokenizers = try folders.map { try loadTokenizer(directory: $0.path) }
    for expected in try decoded([ToyCase].self, "toy_expected.json") {
      let ids = tokenizers.map { $0.encode(expected.text).ids }
      #expect(ids == [expected.gpt2, expected.gpt2, expected.opt, expected.bert, expected.bert], "\(expected.text)")
      #expect(tokenizers[0].decode(ids[0], skipSpecialTokens: true) == expected.gpt2Decoded)
      for tokenizer in tokenizers[3...] {
        #expect(tokenizer.encode(expected.text).tokens == expected.bertTokens)
      }
    }
  }

  @Test func aModelConfigurationAloneTellsTheFamily() throws {
    let directory = try directory(["vocab.json": "gpt2_toy-vocab.json", "merges.txt": "gpt2_toy-merges.txt"])
    try directory.write(Data(#"{"model_type": "opt"}"#.utf8), "config.json")
    #expect(try loadTokenizer(directory: directory.path).encode("a dog").ids == [65, 286])
  }
}
