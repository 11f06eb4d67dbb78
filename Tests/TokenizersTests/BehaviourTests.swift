import Foundation
import Support
import Testing

@testable import Tokenizers

/// What holds for every text, and what the interface promises.
struct BehaviorTests {
  private func toy(_ name: String) throws -> any Tokenizer {
    try loadTokenizer(directory: fixtures.appendingPathComponent("toys/\(name)").path)
  }

  @Test func byteLevelTokenizersGiveEveryTextBack() throws {
    let tokenizer = try toy("gpt2_files")
    var random = SplitMix(seed: 11)
    for text in try decoded([String].self, "sentences.json") + (0..<400).map({ _ in random.text() }) {
      #expect(scalars(tokenizer.decode(tokenizer.encode(text).ids)) == scalars(text), "\(text.debugDescription)")
    }
  }

  @Test func bytesThatAreNotUTF8DecodeToReplacementCharacters() throws {
    let tokenizer = try toy("gpt2_files")
    // The first two bytes of a dog's four, then a letter.
    let ids = Array(tokenizer.encode("🐕").ids.prefix(2)) + tokenizer.encode("a").ids
    #expect(tokenizer.decode(ids) == "\u{FFFD}a")
  }

  @Test func theMergesOfCLIPMakeItsVocabulary() throws {
    let tokenizer = try CLIPTokenizer.openAI()
    let merges = try CLIPTokenizer.openAIMerges()
    #expect(merges.count == 48_894)
    #expect(merges.first.map { $0.left + $0.right } == "in")
    for (rank, merge) in merges.enumerated() where tokenizer.id(of: merge.left + merge.right) != 512 + rank {
      Issue.record("merge \(rank) of \(merge.left) and \(merge.right) is not token \(512 + rank)")
    }
  }

  @Test func idsOutsideTheVocabularyArePassedOver() throws {
    let tokenizer = try CLIPTokenizer.openAI()
    #expect(tokenizer.decode([-1, 1929, 49408, .max], skipSpecialTokens: false) == "dog")
    #expect(tokenizer.token(for: 49408) == nil)
    #expect(tokenizer.token(for: -1) == nil)
    #expect(tokenizer.id(of: "dog</w>") == 1929)
    #expect(tokenizer.id(of: "no such token") == nil)
  }

  @Test func clipKeepsTheLastPlaceForTheEnd() throws {
    let tokenizer = try CLIPTokenizer.openAI()
    #expect(tokenizer.vocabularySize == 49408)
    #expect(tokenizer.modelMaxLength == 77)
    let texts = ["a dog", String(repeating: "a very long text ", count: 50)]
    let encodings = try tokenizer.encode(batch: texts, padding: .modelMaxLength, truncation: .modelMaxLength)
    #expect(encodings.map(\.count) == [77, 77])
    #expect(encodings[0].ids == [49406, 320, 1929] + Array(repeating: 49407, count: 74))
    #expect(encodings[0].attentionMask == [1, 1, 1, 1] + Array(repeating: 0, count: 73))
    #expect(encodings[1].ids.last == 49407)
    #expect(encodings[1].attentionMask.allSatisfy { $0 == 1 })
  }

  @Test func specialTokensAreThoseOfTheFiles() throws {
    let opt = try toy("opt_files").specialTokens
    #expect(opt.beginning == SpecialToken(text: "</s>", id: 2))
    #expect(opt.padding == SpecialToken(text: "<pad>", id: 1))
    #expect(opt.classifier == nil)
    let bert = try toy("bert_files").specialTokens
    #expect(bert.classifier == SpecialToken(text: "[CLS]", id: 2))
    #expect(bert.separator?.id == 3)
    #expect(bert.mask?.id == 4)
    #expect(bert.beginning == nil)
    #expect(try toy("gpt2_files").specialTokens.padding == nil)
  }

  @Test func theSecondTextOfAPairIsOfTypeOne() throws {
    let encoding = try toy("bert_files").encode("a dog", pair: "a cat")
    #expect(encoding.typeIDs == [0, 0, 0, 0, 1, 1, 1])
    #expect(encoding.specialTokensMask == [1, 0, 0, 1, 0, 0, 1])
    let batch = try toy("bert_files").encode(batch: [("a dog", "a cat"), ("dog", "cat")], padding: .longest)
    #expect(batch[0] == encoding)
    #expect(batch[1].typeIDs == [0, 0, 0, 1, 1, 0, 0])
    #expect(batch[1].attentionMask == [1, 1, 1, 1, 1, 0, 0])
  }

  @Test func whatCannotBeDoneIsAnError() throws {
    let gpt2 = try toy("gpt2_files")
    let padding = #expect(throws: DataError.self) {
      try gpt2.encode(batch: ["a", "a dog"], padding: .longest)
    }
    let directory = fixtures.appendingPathComponent("toys/gpt2_files").path
    #expect(
      padding?.description == "\(directory): the tokenizer has no padding token, so a batch cannot be padded")
    let truncation = #expect(throws: DataError.self) {
      try CLIPTokenizer.openAI().encode(batch: ["a"], truncation: .length(1))
    }
    #expect(
      truncation?.description == "a text cannot be cut to 1 tokens: the special tokens around it are 2")
  }

  @Test func anEmptyBatchStaysEmpty() throws {
    #expect(try CLIPTokenizer.openAI().encode(batch: [String](), padding: .longest).isEmpty)
  }

  @Test func manyTasksEncodeAlike() async throws {
    let tokenizer = try CLIPTokenizer.openAI()
    let texts = try decoded([String].self, "sentences.json")
    let expected = try CLIPTokenizer.openAI().encode(batch: texts)
    await withTaskGroup(of: [Encoding].self) { group in
      for _ in 0..<8 { group.addTask { texts.map { tokenizer.encode($0) } } }
      for await encodings in group { #expect(encodings == expected) }
    }
  }

  @Test func canonicallyEquivalentTokensAreDifferentTokens() throws {
    var vocabulary = Vocabulary()
    try vocabulary.insert("\u{E9}", id: 0)
    try vocabulary.insert("e\u{301}", id: 1)
    #expect(vocabulary.count == 2)
    #expect(vocabulary.id(of: "\u{E9}") == 0)
    #expect(vocabulary.id(of: "e\u{301}") == 1)
  }

  @Test func theHashTableKeepsEveryEntry() {
    var table = ByteStringTable()
    for number in 0..<5000 { #expect(table.insert("\(number * 7)") == number) }
    for number in 0..<5000 { #expect(table.entry("\(number * 7)") == number) }
    #expect(table.insert("7") == 1)
    #expect(table.entry("") == nil)
    #expect(table.count == 5000)
  }

  @Test func bytesAndTheirCharactersAreOneToOne() {
    #expect(Set(ByteCharacters.characters).count == 256)
    for byte in 0...UInt8.max { #expect(ByteCharacters.byte(ByteCharacters.characters[Int(byte)]) == byte) }
    #expect(ByteCharacters.characters[0x20] == "Ġ")
    #expect(ByteCharacters.byte(" ") == nil)
    #expect(ByteCharacters.byte("日") == nil)
  }
}

/// Random numbers and texts that are the same in each run.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Up to twenty characters from anywhere in Unicode, half of them ASCII.
  mutating func text() -> String {
    var scalars = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...20, using: &self) {
      let limit: UInt32 = Bool.random(using: &self) ? 0x80 : 0x11_0000
      if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &self)) { scalars.append(scalar) }
    }
    return String(scalars)
  }
}
