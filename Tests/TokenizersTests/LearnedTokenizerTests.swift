import Foundation
import Support
import TestSupport
import Testing

@testable import Tokenizers

/// Tokenizers that are learned from a corpus, and the files that they are written to.
struct LearnedTokenizerTests {
  private struct Learned: Decodable {
    let corpus: [String]
    let merges: [[String]]
    let vocabulary: [String]
  }

  private func recorded() throws -> Learned { try decoded(Learned.self, "learned.json") }

  private func reloaded(_ learned: LearnedTokenizer) throws -> any Tokenizer {
    let folder = try TemporaryFolder()
    try learned.write(to: folder.url.path)
    return try loadTokenizer(directory: folder.url.path)
  }

  @Test func tagsStayInDecodedTextAndPromptsDoNot() throws {
    let learned = try LearnedTokenizer.gpt2(
      corpus: [], vocabularySize: 257, maxLength: 32, prompts: ["<fields>"],
      tags: ["<s_total>", "</s_total>", "<sep/>"])
    #expect(
      learned.vocabularySize == 261 && learned.tokens.suffix(4) == ["<fields>", "<s_total>", "</s_total>", "<sep/>"])
    let tokenizer = try reloaded(learned)
    let text = "<fields><s_total>4.50</s_total> <sep/><s_tot"
    let ids = tokenizer.encode(text, addSpecialTokens: false).ids
    #expect(ids.prefix(2) == [257, 258] && ids.count == 2 + 4 + 1 + 1 + 1 + 6)
    #expect(tokenizer.decode(ids, skipSpecialTokens: false) == text)
    #expect(tokenizer.decode(ids, skipSpecialTokens: true) == String(text.dropFirst("<fields>".count)))
  }

  @Test func bytePairsAreThoseThatHuggingFaceLearns() throws {
    let recorded = try recorded()
    let learned = try LearnedTokenizer.gpt2(
      corpus: recorded.corpus, vocabularySize: recorded.vocabulary.count + 1, maxLength: 32)
    #expect(learned.merges.map { [$0.0, $0.1] } == recorded.merges)
    #expect(learned.tokens == recorded.vocabulary + ["<|endoftext|>"])
  }

  @Test func theOrderOfTheCorpusDoesNotMatter() throws {
    let corpus = try recorded().corpus
    let forward = try LearnedTokenizer.clip(corpus: corpus, vocabularySize: 600, maxLength: 32)
    let backward = try LearnedTokenizer.clip(corpus: corpus.reversed(), vocabularySize: 600, maxLength: 32)
    #expect(forward.tokens == backward.tokens)
    #expect(
      try LearnedTokenizer.bert(corpus: corpus, vocabularySize: 90, maxLength: 32).tokens
        == LearnedTokenizer.bert(corpus: corpus.reversed(), vocabularySize: 90, maxLength: 32).tokens)
  }

  @Test func aCLIPTokenizerReadsItsCorpusInFewTokens() throws {
    let learned = try LearnedTokenizer.clip(corpus: recorded().corpus, vocabularySize: 600, maxLength: 32)
    let tokenizer = try reloaded(learned)
    #expect(tokenizer.vocabularySize == learned.vocabularySize)
    #expect(tokenizer.modelMaxLength == 32)
    let encoding = tokenizer.encode("A red CIRCLE")
    #expect(encoding.tokens == ["<|startoftext|>", "a</w>", "red</w>", "circle</w>", "<|endoftext|>"])
    #expect(encoding.ids.last == learned.vocabularySize - 1)
    #expect(tokenizer.decode(tokenizer.encode("zebra 数字").ids, skipSpecialTokens: true) == "zebra 数字")
    let padded = try tokenizer.encode(batch: ["a circle", "a"], padding: .longest)
    #expect(padded.map(\.attentionMask) == [[1, 1, 1, 1], [1, 1, 1, 0]])
  }

  @Test func anOPTTokenizerBeginsTextsAndPadsWithATokenOfItsOwn() throws {
    let learned = try LearnedTokenizer.opt(
      corpus: recorded().corpus, vocabularySize: 330, maxLength: 32, imageToken: "<image>")
    let tokenizer = try reloaded(learned)
    let text = "  two  blue circles\n"
    let ids = tokenizer.encode(text).ids
    #expect(ids.first == 2)
    #expect(tokenizer.decode(ids, skipSpecialTokens: true) == text)
    #expect(tokenizer.specialTokens.padding?.id == 1)
    #expect(tokenizer.encode("<image>a", addSpecialTokens: false).ids.first == learned.vocabularySize - 1)
    #expect(learned.tokens.last == "<image>")
  }

  @Test func aGPT2TokenizerGivesEveryTextBack() throws {
    let tokenizer = try reloaded(
      LearnedTokenizer.gpt2(corpus: recorded().corpus, vocabularySize: 300, maxLength: 32))
    for text in try decoded([String].self, "sentences.json") {
      #expect(scalars(tokenizer.decode(tokenizer.encode(text).ids)) == scalars(text))
    }
    #expect(tokenizer.specialTokens.end?.id == 299)
  }

  @Test func aBERTTokenizerSplitsWhatItDoesNotKnow() throws {
    let learned = try LearnedTokenizer.bert(corpus: recorded().corpus, vocabularySize: 200, maxLength: 32)
    let tokenizer = try reloaded(learned)
    #expect(
      tokenizer.encode("The RED circles?", pair: "How blue").tokens
        == ["[CLS]", "the", "red", "circle", "##s", "?", "[SEP]", "h", "##ow", "blue", "[SEP]"])
    #expect(tokenizer.encode("Ω").ids == [2, 1, 3])
  }

  @Test func aVocabularyWithoutRoomForTheBytesIsRefused() {
    #expect(throws: DataError.self) {
      try LearnedTokenizer.clip(corpus: ["a"], vocabularySize: 513, maxLength: 8)
    }
    #expect(throws: DataError.self) { try LearnedTokenizer.gpt2(corpus: ["a"], vocabularySize: 256, maxLength: 8) }
  }

  @Test func aCorpusWithoutRepetitionTeachesNothing() throws {
    #expect(try LearnedTokenizer.gpt2(corpus: ["abc"], vocabularySize: 400, maxLength: 8).vocabularySize == 257)
  }
}
