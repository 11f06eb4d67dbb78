import TestSupport
import Testing

@testable import Tokenizers

/// CLIP's tokenizer as open_clip runs it (`open_clip/texts.json`, `tokenizers/clip_bpe.json`).
@Suite struct OpenCLIPTokenizerTests {
  @Test func tokensAreThoseOfOpenCLIP() throws {
    let tokenizer = try OpenCLIPTokenizer()
    let recorded = try Fixture("open_clip/texts.json")
    #expect(recorded.count >= 24)
    for place in 0..<recorded.count {
      let (text, ids) = (recorded[place]["text"].text, recorded[place]["ids"].integers)
      let ours = try tokenizer.encode(text, pair: nil, addSpecialTokens: true, truncation: .length(77))
      #expect(ours.ids == ids, "\(text.debugDescription)")
      #expect(ids.count == 77 || tokenizer.encode(text).ids == ids)
    }
  }

  @Test func tokensOfTheRecordedSentencesAreThoseOfOpenCLIP() throws {
    let tokenizer = try OpenCLIPTokenizer()
    let recorded = try Fixture("tokenizers/clip_bpe.json")
    for place in 0..<recorded.count {
      let ids = recorded[place]["open_clip_ids"].integers
      let ours = try tokenizer.encode(
        recorded[place]["text"].text, pair: nil, addSpecialTokens: true, truncation: .length(77))
      #expect(ours.ids == ids, "\(recorded[place]["text"].text.debugDescription)")
    }
  }

  @Test func longTextsAreCutAndKeepTheirEnd() throws {
    let tokenizer = try OpenCLIPTokenizer(contextLength: 5)
    #expect(tokenizer.processorTruncation(isPadding: true) == .modelMaxLength && tokenizer.modelMaxLength == 5)
    let ids = try tokenizer.encode("a b c d e f", pair: nil, addSpecialTokens: true, truncation: .modelMaxLength).ids
    #expect(ids.count == 5 && ids.last == 49407)
  }
}
