import Checkpoints
import Foundation
import Support
import Tensors
import TestSupport
import Testing

@testable import Pretrained

/// What forbids, forces or favors tokens, and what ends a search: as transformers does it, setting by setting
/// (`Tests/Fixtures/generation/make_rules.py`).
@Suite struct GenerationRulesTests {
  /// Settings, and what transformers writes with them.
  struct Case: CustomTestStringConvertible {
    let settings: Data
    let ids: [[[Int]]]
    var testDescription: String { String(decoding: settings, as: UTF8.self) }
  }

  static let cases: [Case] = {
    let file = Fixture.url("generation/rules.json")
    let list = (try? JSONSerialization.jsonObject(with: Data(contentsOf: file))) as? [[String: Any]]
    return list?.compactMap { recorded in
      guard let settings = recorded["settings"], let ids = recorded["ids"] as? [[[Int]]],
        let data = try? JSONSerialization.data(withJSONObject: settings, options: .sortedKeys)
      else { return nil }
      return Case(settings: data, ids: ids)
    } ?? []
  }()

  @Test func allCasesAreThere() { #expect(Self.cases.count == 38) }

  @Test(arguments: cases) func everySettingDoesWhatItDoesInTransformers(recorded: Case) throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "generation_config.json")
    try recorded.settings.write(to: file)
    let options = try GenerationOptions(GenerationConfiguration(contentsOf: file.path))
    let model = try VisionEncoderDecoderModel(checkpoint: fixturePath("vit_gpt2"))
    let texts = try model.generate(fixtureImages("vit_gpt2"), options)
    #expect(texts.map { padded($0, with: 149) } == recorded.ids)
  }

  // MARK: Refusals

  private func refusal(_ settings: String) throws -> String {
    let folder = try TemporaryFolder()
    try folder.write(settings, to: "generation_config.json")
    let file = folder.path("generation_config.json")
    do {
      _ = try GenerationOptions(GenerationConfiguration(contentsOf: file))
      return ""
    } catch {
      let text = "\(error)"
      #expect(text.hasPrefix(file + ": ") && !text.contains("\n"), "\(text)")
      return String(text.dropFirst(file.count + 2))
    }
  }

  @Test(arguments: [
    #""watermarking_config": {"bias": 2.5}"#, #""guidance_scale": 1.5"#, #""penalty_alpha": 0.6"#,
    #""dola_layers": "high""#, #""prompt_lookup_num_tokens": 3"#, #""constraints": []"#, #""stop_strings": "a""#,
    #""max_time": 10"#, #""force_words_ids": [[3]]"#, #""token_healing": true"#, #""use_mtp": true"#,
    #""num_beams": 2, "num_beam_groups": 2"#, #""num_beams": 2, "low_memory": true"#,
    #""cache_implementation": "quantized""#, #""assistant_early_exit": 2"#, #""streamer": 1"#,
    #""num_beams": 2, "do_sample": true"#,
  ])
  func aSettingThatChangesTheTextAndIsNotKnownIsRefusedByName(setting: String) throws {
    let refusal = try refusal("{\(setting)}")
    let names = setting.split(separator: "\"").map(String.init).filter { !$0.contains(":") && !$0.contains(",") }
    #expect(refusal.hasSuffix("not supported") && names.contains(where: refusal.contains), "\(refusal)")
  }

  @Test(arguments: [
    #""guidance_scale": 1, "num_beam_groups": 4, "low_memory": true, "diversity_penalty": 0.5"#,
    #""num_beams": 2, "penalty_alpha": 0.6, "dola_layers": "low", "prompt_lookup_num_tokens": 3"#,
    #""do_sample": true, "penalty_alpha": 0.6"#, #""top_k": 1, "penalty_alpha": 0.6"#,
    #""watermarking_config": null, "max_time": null, "token_healing": false"#,
    #""transformers_version": "5.0", "output_scores": true, "return_dict_in_generate": true, "use_cache": false"#,
    #""cache_implementation": "static", "disable_compile": true, "a_setting_of_my_own": [1, 2]"#,
    #""temperature": 0, "top_k": -1, "top_p": 7, "min_p": 9, "typical_p": -1"#,
    #""_from_model_config": true, "streamer": 1"#, #""min_length": -1, "eos_token_id": -1"#,
    #""encoder_repetition_penalty": 2.0, "encoder_no_repeat_ngram_size": 2"#,
  ])
  func aSettingWithoutEffectIsPassedOver(setting: String) throws {
    #expect(try refusal("{\(setting)}") == "")
  }

  @Test(arguments: [
    (#""bad_words_ids": []"#, "bad_words_ids: is an array, not an array of arrays of token ids"),
    (#""bad_words_ids": [3]"#, "bad_words_ids: is an array, not an array of arrays of token ids"),
    (#""bad_words_ids": [[3]], "eos_token_id": 3"#, "bad_words_ids holds end tokens only"),
    (#""sequence_bias": {"3": 1.0}"#, "sequence_bias: is an object, not an array of pairs of token ids and a number"),
    (#""suppress_tokens": 3"#, "suppress_tokens: is the number 3, not an array of token ids"),
    (
      #""suppress_tokens": [3, 4], "forced_bos_token_id": 3"#,
      "forced_bos_token_id: is also in suppress_tokens, so no token would be left"
    ),
    (#""exponential_decay_length_penalty": [3, 1.5]"#, "exponential_decay_length_penalty needs an end token"),
    (#""do_sample": true, "top_k": -1"#, "top-k must be at least 0, not -1"),
    (#""do_sample": true, "min_p": 1.5"#, "min-p must be from 0 to 1, not 1.5"),
    (
      #""do_sample": true, "temperature": 1e-50"#,
      "the temperature must be above 0 in single precision, not 1e-50; greedy search is the limit"
    ),
    (#""repetition_penalty": 1e-60"#, "the repetition penalty must be above 0 in single precision, not 1e-60"),
  ])
  func aSettingThatMakesNoSenseIsRefusedInOneLine(setting: String, reason: String) throws {
    #expect(try refusal("{\(setting)}") == reason)
  }

  @Test func aTokenThatTheModelDoesNotKnowIsRefusedByTheNameOfItsSetting() throws {
    let model = try VisionEncoderDecoderModel(checkpoint: fixturePath("vit_gpt2"))
    let images = try fixtureImages("vit_gpt2")
    for change: (key: String, apply: (inout TokenRules) -> Void) in [
      ("bad_words_ids", { $0.badWords = [[1, 150]] }), ("forced_bos_token_id", { $0.forcedFirstTokens = [150] }),
      ("forced_eos_token_id", { $0.forcedLastTokens = [-1] }),
      ("sequence_bias", { $0.sequenceBiases = [.init(tokens: [150], bias: 1)] }),
    ] {
      var options = GenerationOptions(endTokens: [149])
      options.startToken = 149
      change.apply(&options.rules)
      #expect {
        try model.generate(images, options)
      } throws: { error in
        "\(error)".hasPrefix(change.key + " names token ") && error is DataError
      }
    }
  }

  // MARK: Scores of which none can be chosen

  @Test func scoresThatAreNotNumbersEndTheWritingWithAnError() throws {
    let sick = Constant(logits: [1, .nan, 0])
    for method in [GenerationOptions.Method.greedy, .sampling(.init()), .beamSearch(.init(count: 2))] {
      #expect(throws: DataError.self) {
        try sick.generate(after: [[0]], GenerationOptions(method, length: .new(3), endTokens: []))
      }
    }
    var options = GenerationOptions(length: .new(3), endTokens: [])
    options.rules.replacesInvalidScores = true
    #expect(try sick.generate(after: [[0]], options)[0][0].tokens == [0, 0, 0])
  }

  @Test func nothingIsDrawnWhereNoTokenIsLeft() throws {
    var options = GenerationOptions(.sampling(.init()), length: .new(3), endTokens: [])
    options.rules.suppressedTokens = [0, 1, 2]
    #expect(throws: DataError.self) {
      try Constant(logits: [1, 2, 0]).generate(after: [[0]], options)
    }
    var cold = GenerationOptions.Sampling()
    cold.temperature = 1e-38
    #expect(throws: DataError.self) {
      try Constant(logits: [100, 200, 0]).generate(after: [[0]], GenerationOptions(.sampling(cold), endTokens: []))
    }
  }

  // MARK: Warpers

  /// The tokens that are left of probabilities 0.4, 0.25, 0.2, 0.1, 0.05 and two of 10⁻⁴, as transformers' warpers leave
  /// them:
  ///
  ///     scores = torch.tensor([[0.1, 0.4, 0.2, 0.25, 0.05, 1e-4, 1e-4]]).log()
  ///     MinPLogitsWarper(0.45)(None, scores).isfinite().nonzero()
  @Test func tokensAreLeftOutAsByTransformersWarpers() {
    let logits: [Float] = [0.1, 0.4, 0.2, 0.25, 0.05, 1e-4, 1e-4].map { Tensor(Float($0)).log().item }
    func tokens(_ change: (inout GenerationOptions.Sampling) -> Void) -> [Int] {
      var settings = GenerationOptions.Sampling()
      settings.topK = 0
      change(&settings)
      return TokenSampler(settings, generator: .current).candidates(logits).map(\.token)
    }
    #expect(tokens { $0.minP = 0.45 } == [1, 3, 2])
    #expect(tokens { $0.minP = 0.2 } == [1, 3, 2, 0])
    #expect(tokens { $0.typicalP = 0.3 } == [3, 2])
    #expect(tokens { $0.typicalP = 0.9 } == [1, 3, 2, 0])
    #expect(tokens { $0.epsilonCutoff = 0.15 } == [1, 3, 2])
    #expect(tokens { $0.epsilonCutoff = 0.9 } == [1])
    #expect(tokens { $0.etaCutoff = 0.2 } == [1, 3, 2])
    #expect(tokens { $0.etaCutoff = 0.01 } == [1, 3, 2, 0, 4])
    #expect(tokens { $0.topH = 0.5 } == [1])
    #expect(tokens { $0.topH = 0.9 } == [1, 3, 2, 0])
    #expect(tokens { $0.topP = 0 } == [1])
    // As likely as the last of the six likeliest is the seventh.
    #expect(tokens { $0.topK = 6 } == [1, 3, 2, 0, 4, 5, 6])
  }
}

/// Finds its tokens always equally likely.
private struct Constant: CausalLanguageModel {
  let logits: [Float]
  let positionCount = 50
  var vocabularySize: Int { logits.count }

  func nextTokenLogits(after tokens: [[Int]], cache: KeyValueCache) -> Tensor {
    cache.advance(by: tokens.map(\.count))
    return Tensor(tokens.flatMap { _ in logits }, shape: [tokens.count, logits.count])
  }
}
