import Checkpoints
import Layers
import Tensors
import TestSupport
import Testing

@testable import Pretrained

/// Texts that were generated with a cache, gone through again without one: every choice must follow, to the byte, from
/// the logits of the whole text read at once.
@Suite struct RecomputationTests {
  /// A model with all that its texts depend on.
  struct Writer: CustomTestStringConvertible {
    let testDescription: String
    let endTokens: [Int]
    /// Goes on from the prompts.
    let generate: (GenerationOptions) throws -> [[GeneratedText]]
    /// The logits after each token of a text that belongs to a prompt, `[T, V]`.
    let logits: (_ prompt: Int, _ text: [Int]) throws -> Tensor
  }

  static func writers() throws -> [Writer] {
    let captioner = try VisionEncoderDecoderModel(checkpoint: fixturePath("vit_gpt2"))
    let projected = try VisionEncoderDecoderModel(checkpoint: fixturePath("vit_gpt2_proj"))
    let blip = try BLIP2Model(checkpoint: fixturePath("blip2_opt"))
    let blipImages = try fixtureImages("blip2_opt")
    let blipPrompts = [blip.prompt([2, 20]), blip.prompt([2, 30, 31, 32, 33])]
    let (learned, computed) = (
      try VisionEncoderDecoderModel(checkpoint: fixturePath("trocr_base")),
      try VisionEncoderDecoderModel(checkpoint: fixturePath("trocr_stage1"))
    )
    let captioners = try [
      (captioner, "vit_gpt2"), (projected, "vit_gpt2_proj"), (learned, "trocr_base"), (computed, "trocr_stage1"),
    ].map { model, name in
      let images = try fixtureImages(name)
      return Writer(
        testDescription: name, endTokens: model.configuration.eosTokenIDs, generate: { try model.generate(images, $0) },
        logits: { prompt, text in model(images[prompt..<prompt + 1], captions: IntTensor([text]))[0] })
    }
    return try captioners + [
      alone("GPT-2", captioner.decoder, whole: { captioner.decoder($0) }),
      alone("TrOCR", computed.decoder, whole: { computed.decoder($0) }),
      alone("OPT", blip.languageModel, whole: { blip.languageModel($0) }),
      Writer(
        testDescription: "BLIP-2", endTokens: blip.configuration.text.eosTokenIDs,
        generate: { try blip.generate(blipImages, prompts: blipPrompts, $0) },
        logits: { prompt, text in try blip(blipImages[prompt..<prompt + 1], ids: IntTensor([text]))[0] }),
    ]
  }

  private static func alone(
    _ name: String, _ model: some CausalLanguageModel, whole: @escaping (IntTensor) -> Tensor
  ) throws -> Writer {
    let prompts = [[1, 2, 3], [4], [5, 6, 7, 8, 9]]
    return Writer(
      testDescription: name, endTokens: [11], generate: { try model.generate(after: prompts, $0) },
      logits: { _, text in whole(IntTensor([text]))[0] })
  }

  /// The logits from which each token of a text was chosen, recomputed.
  private func choices(_ writer: Writer, _ prompt: Int, _ text: GeneratedText) throws -> [[Float]] {
    let logits = try noGrad { try writer.logits(prompt, text.ids) }
    return (0..<text.tokens.count).map { logits[text.prompt.count - 1 + $0].scalars }
  }

  @Test func greedyChoicesFollowFromRecomputedLogits() throws {
    for writer in try Self.writers() {
      let texts = try writer.generate(GenerationOptions(length: .new(12), endTokens: writer.endTokens))
      for (prompt, text) in texts.enumerated() {
        for (token, row) in zip(text[0].tokens, try choices(writer, prompt, text[0])) {
          #expect(row.firstIndex(of: row.max() ?? 0) == token, "\(writer)")
        }
      }
    }
  }

  @Test(arguments: [1.0, 0.0, 2.0]) func beamScoresAreTheBytesOfRecomputedOnes(lengthPenalty: Double) throws {
    for writer in try Self.writers() {
      var search = GenerationOptions.BeamSearch(count: 4)
      search.lengthPenalty = lengthPenalty
      var options = GenerationOptions(.beamSearch(search), length: .new(11), endTokens: writer.endTokens)
      options.returnCount = 4
      for (prompt, texts) in try writer.generate(options).enumerated() {
        #expect(texts.count == 4)
        #expect(Set(texts.map(\.tokens)).count == 4)
        for text in texts {
          let rows = try choices(writer, prompt, text)
          let sum = zip(text.tokens, rows).reduce(Float(0)) { sum, step in
            Tensor(step.1).logSoftmax(dim: 0).scalars[step.0] + sum
          }
          let score = sum / Float(ElementaryDouble.pow(Double(text.tokens.count), lengthPenalty))
          #expect(text.score?.bitPattern == score.bitPattern, "\(writer): \(text.score ?? 0), \(score)")
        }
      }
    }
  }

  @Test func sampledTokensAreThoseDrawnFromRecomputedLogits() throws {
    var settings = GenerationOptions.Sampling()
    settings.temperature = 1.3
    settings.topK = 20
    settings.topP = 0.9
    for writer in try Self.writers() {
      // The texts take turns, one number for each that is unfinished.
      let texts = try withGenerator(Generator(seed: 12)) {
        try writer.generate(GenerationOptions(.sampling(settings), length: .new(12), endTokens: writer.endTokens))
      }.map { $0[0] }
      #expect(Set(texts.map(\.tokens)).count > 1)
      let rows = try texts.enumerated().map { try choices(writer, $0, $1) }
      let sampler = TokenSampler(settings, generator: Generator(seed: 12))
      for step in 0..<12 {
        for (text, rows) in zip(texts, rows) where step < text.tokens.count {
          #expect(try sampler.draw(rows[step]) == text.tokens[step], "\(writer), token \(step)")
        }
      }
    }
  }
}
