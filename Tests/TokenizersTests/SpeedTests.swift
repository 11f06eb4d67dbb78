import Foundation
import Testing

@testable import Tokenizers

/// Time grows as the text does; measured as ratios, since machines differ.
@Suite(.serialized) struct SpeedTests {
  /// The shortest of several times that this thread spent on the processor, in seconds: waiting for other tests and
  /// programs does not count.
  private func time(_ work: () -> Void) -> Double {
    func processorTime() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
    return (0..<3).map { _ in
      let start = processorTime()
      work()
      return processorTime() - start
    }.min() ?? 0
  }

  /// Texts of a kind, by length.
  static let texts: [(String, @Sendable (Int) -> String)] = [
    ("one letter", { String(repeating: "a", count: $0) }),
    (
      "random letters",
      { count in
        var random = SplitMix(seed: 1)
        return String(decoding: (0..<count).map { _ in UInt8.random(in: 97...122, using: &random) }, as: UTF8.self)
      }
    ),
    ("spaces", { String(repeating: " ", count: $0) + "x" }),
    ("punctuation", { String(repeating: "!?", count: $0 / 2) }),
    ("accents", { "e" + String(repeating: "\u{301}", count: $0 / 2) }),
    ("marks in turn", { "e" + String(repeating: "\u{345}\u{323}", count: $0 / 4) }),
    ("letters with accents", { String(repeating: "é", count: $0 / 2) }),
    ("syllables in parts", { String(repeating: "\u{1100}\u{1161}\u{11A8}", count: $0 / 9) }),
    ("lines", { String(repeating: "\n", count: $0) }),
    ("added tokens and spaces", { String(repeating: "<ctrl>   ", count: $0 / 9) }),
    ("ideographs", { String(repeating: "日本", count: $0 / 6) }),
    ("special tokens", { String(repeating: "<|endoftext|>", count: $0 / 13) }),
    ("sentences", { String(repeating: "a photo of a dog, ", count: $0 / 18) }),
  ]

  /// Each of many tokens that take the white space after them begins in one long run of it.
  @Test func tokensOfWhiteSpaceTakeLinearTime() {
    var tokens = AddedTokens()
    let model = TokenModel.wordPieces(WordPiece(vocabulary: Vocabulary(), prefix: "##", unknownID: 0, longestWord: 100))
    tokens.add(
      [AddedToken(content: "  ", isSpecial: true, stripsLeft: true, stripsRight: true)], model: model, normalizer: nil)
    let (short, long) = (Array(repeating: UInt8(ascii: " "), count: 50_000), [UInt8](repeating: 32, count: 200_000))
    var ratio = Double.infinity
    for _ in 0..<6 where ratio > 9 {
      ratio = min(
        ratio,
        time { _ = tokens.split(long, isNormalized: false) } / time { _ = tokens.split(short, isNormalized: false) })
    }
    #expect(ratio <= 9)
  }

  /// A file may list as many special tokens as it likes.
  @Test func manySpecialTokensTakeLinearTimeToRead() throws {
    func load(_ count: Int) throws -> Double {
      let list = (0..<count).map { "\"<\($0)>\"" }.joined(separator: ",")
      let directory = try TemporaryDirectory([
        "vocab.txt": "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n",
        "tokenizer_config.json": #"{"tokenizer_class": "BertTokenizer", "extra_special_tokens": [\#(list)]}"#,
      ])
      return time { _ = try? loadTokenizer(directory: directory.path) }
    }
    var ratio = Double.infinity
    for _ in 0..<6 where ratio > 9 { ratio = min(ratio, try load(20_000) / load(5_000)) }
    #expect(ratio <= 9)
  }

  @Test(arguments: ["clip_files", "gpt2_files", "bert_files", "added_tokens"])
  func timeIsNotQuadraticInTheLengthOfTheText(_ name: String) throws {
    let tokenizer = try loadTokenizer(directory: fixtures.appendingPathComponent("toys/\(name)").path)
    for (kind, make) in Self.texts {
      let (short, long) = (make(25_000), make(100_000))
      // Linear time gives 4, quadratic time 16. A busy neighbor in the same cache can disturb some measurements.
      var ratio = Double.infinity
      for _ in 0..<6 where ratio > 9 {
        ratio = min(ratio, time { _ = tokenizer.encode(long) } / time { _ = tokenizer.encode(short) })
      }
      #expect(ratio <= 9, "\(kind): four times the text takes \(ratio) times as long")
    }
  }
}
