import Foundation
import Testing

@testable import Tokenizers

/// Ids and decoded texts equal those that transformers' fast tokenizers gave.
struct RecordedTests {
  static let toys = [
    "added_tokens", "bert_cased", "bert_files", "blip2_saved", "clip_as_written", "clip_files", "clip_saved",
    "gpt2_files", "gpt2_prefix_space", "opt_files",
  ]

  @Test func everyToyIsTested() throws {
    let present = try FileManager.default.contentsOfDirectory(atPath: fixtures.appendingPathComponent("toys").path)
    #expect(present.sorted() == Self.toys)
  }

  @Test(arguments: toys) func toysEqualTransformers(_ name: String) throws {
    let tokenizer = try loadTokenizer(directory: fixtures.appendingPathComponent("toys/\(name)").path)
    try check(tokenizer, try decoded(Recording.self, "toys/\(name)/expected.json"))
  }

  @Test func clipEqualsTransformersOnItsOwnVocabulary() throws {
    try check(try CLIPTokenizer.openAI(), try decoded(Recording.self, "openai.json"))
  }

  private func check(_ tokenizer: any Tokenizer, _ recording: Recording) throws {
    let texts = try decoded([String].self, "sentences.json")
    #expect(tokenizer.vocabularySize == recording.vocabularySize)
    #expect(recording.single.count >= 70)
    for expected in recording.single {
      let text = texts[expected.text]
      let encoding = tokenizer.encode(text)
      #expect(encoding.ids == expected.ids, "\(text.debugDescription)")
      #expect(encoding.attentionMask == expected.ids.map { _ in 1 })
      if let decoded = expected.decoded {
        #expect(scalars(tokenizer.decode(encoding.ids)) == scalars(decoded), "\(text.debugDescription)")
      }
      if let tokens = expected.tokens {
        #expect(encoding.ids.map { tokenizer.token(for: $0) } == tokens, "\(text.debugDescription)")
        #expect(tokens.map { tokenizer.id(of: $0) } == expected.tokenIDs, "\(text.debugDescription)")
      }
      if let tokens = expected.encodingTokens {
        #expect(encoding.tokens.map(scalars) == tokens.map(scalars), "\(text.debugDescription)")
      }
      if let skipped = expected.skipped {
        let decoded = tokenizer.decode(encoding.ids, skipSpecialTokens: true)
        #expect(scalars(decoded) == scalars(skipped), "\(text.debugDescription)")
      }
      if let bare = expected.bare {
        #expect(tokenizer.encode(text, addSpecialTokens: false).ids == bare, "\(text.debugDescription)")
      }
    }
    for expected in recording.pairs {
      let encoding = try tokenizer.encode(
        texts[expected.first], pair: texts[expected.second], addSpecialTokens: true,
        truncation: expected.maxLength.map { .length($0) } ?? .none)
      #expect(encoding.ids == expected.ids, "\(expected)")
      #expect(encoding.typeIDs == expected.types, "\(expected)")
      #expect(encoding.specialTokensMask == expected.special, "\(expected)")
    }
    for expected in recording.batches { try check(tokenizer, expected, texts) }
    for expected in recording.decodes {
      let text = tokenizer.decode(expected.ids, skipSpecialTokens: expected.skip)
      #expect(scalars(text) == scalars(expected.text), "\(expected.ids)")
    }
  }

  private func check(_ tokenizer: any Tokenizer, _ expected: Recording.Batch, _ texts: [String]) throws {
    var padding: Padding =
      switch expected.padding {
      case "longest": .longest
      case "max_length": expected.maxLength.map { .length($0) } ?? .modelMaxLength
      default: .none
      }
    padding.multiple = expected.multiple ?? 1
    padding.side = expected.side.flatMap { Side(rawValue: $0) }
    let truncation: Truncation =
      expected.truncation ? expected.maxLength.map { .length($0) } ?? .modelMaxLength : .none
    let encodings = try tokenizer.encode(
      batch: expected.texts.map { texts[$0] }, padding: padding, truncation: truncation)
    #expect(encodings.map(\.ids) == expected.ids, "\(expected)")
    #expect(encodings.map(\.attentionMask) == expected.mask, "\(expected)")
    #expect(encodings.map(\.typeIDs) == expected.types, "\(expected)")
  }
}
