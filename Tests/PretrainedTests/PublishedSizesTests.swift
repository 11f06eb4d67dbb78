import Checkpoints
import Pretrained
import Testing

/// The sizes of published models, as their checkpoints have them.
struct PublishedSizesTests {
  /// `Salesforce/blip2-opt-2.7b`: the image encoder's and the language model's counts are those of its two parts.
  @Test func blip2OPTHasThePublishedParameters() {
    let counts = BLIP2Configuration.blip2OPT27B.parameterCounts
    #expect(counts.vision == 985_952_256)
    #expect(counts.queries == 32 * 768 && counts.projection == 768 * 2560 + 2560)
    #expect(counts.language == 2_651_678_720)
    #expect(counts.total == 3_744_761_856)
    // The language model, by hand: tokens, places with two spare rows, 32 blocks, and the last normalization.
    let block = 4 * (2560 * 2560 + 2560) + 2 * 2560 * 10_240 + 10_240 + 2560 + 4 * 2560
    #expect(counts.language == 50_304 * 2560 + 2050 * 2560 + 32 * block + 2 * 2560)
  }
}
