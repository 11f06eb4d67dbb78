import Foundation
import Layers
import Support
import TestSupport
import Testing

@testable import Checkpoints
@testable import Pretrained

@Suite struct ConfigurationTests {
  private static func cases(_ group: String) throws -> [JSON.Object] {
    let file = try JSON(contentsOf: fixture("checkpoints/configurations.json"))
    let more = group == "models" ? try JSON(contentsOf: fixture("siglip/configurations.json")).elements ?? [] : []
    return try (#require(file.members?[group]?.elements) + more).compactMap(\.members)
  }

  /// Compares all that ours states with theirs; whole and real numbers of equal value are equal.
  private func expectEqual(_ ours: JSON, _ theirs: JSON?, _ path: String) {
    switch (ours, theirs) {
    case (.object(let left), .object(let right)?):
      // transformers derives label2id where it is missing, but writes null; ours is the inverse of id2label.
      for (key, value) in left.members where !(key == "label2id" && right[key] == .null) {
        expectEqual(value, right[key], "\(path).\(key)")
      }
    case (.integer, .number?), (.number, .integer?), (.number, .number?):
      #expect(ours.double == theirs?.double, "\(path)")
    default: #expect(ours == theirs, "\(path)")
    }
  }

  @Test func settingsAndDefaultsAreThoseOfTransformers() throws {
    let cases = try Self.cases("models")
    #expect(cases.count >= 20)
    for record in cases {
      let input = try #require(record["input"]?.members)
      let configuration = try ModelConfiguration.read(input, file: "config.json")
      var ours = try configuration.json()
      if var settings = configuration as? OPTConfiguration {  // transformers writes the resolved width
        settings.wordEmbeddingSize = settings.embeddingSize
        ours = try settings.json()
      } else if var settings = configuration as? BLIP2Configuration {
        settings.text.wordEmbeddingSize = settings.text.embeddingSize
        ours = try settings.json()
      }
      #expect(ours.members.count >= 4)
      expectEqual(.object(ours), record["output"], configuration.modelType)
      let labels = record["labels"]?.elements?.compactMap(\.string)
      if let settings = configuration as? ViTConfiguration { #expect(settings.labels.names == labels) }
      if let settings = configuration as? ViLTConfiguration { #expect(settings.labels.names == labels) }
    }
  }

  private func isEqual<Settings: PretrainedConfiguration>(_ left: any PretrainedConfiguration, _ right: Settings)
    -> Bool
  {
    left as? Settings == right
  }

  @Test func everySettingWrittenIsReadBack() throws {
    for record in try Self.cases("models") {
      let input = try #require(record["input"]?.members)
      let configuration = try ModelConfiguration.read(input, file: "config.json")
      try withTemporaryDirectory { directory in
        let path = "\(directory)/config.json"
        try configuration.write(to: path, architecture: "SomeModel")
        #expect(try isEqual(ModelConfiguration.read(contentsOf: path), configuration))
      }
    }
  }

  @Test func generationWithoutAFileFollowsTheModel() throws {
    for record in try Self.cases("generation") {
      let input = try #require(record["input"]?.members)
      let ours = try GenerationConfiguration(modelConfiguration: input, file: "config.json").json()
      let theirs = try #require(record["output"]?.members)
      for (key, value) in theirs.members { expectEqual(try #require(ours[key]), value, key) }
    }
  }

  @Test func generationDefaultsAreThoseOfTransformers() throws {
    let file = try JSON(contentsOf: fixture("checkpoints/configurations.json"))
    let theirs = try #require(file.members?["generation_defaults"]?.members)
    let ours = try GenerationConfiguration().json()
    var compared = 0
    // Its 20 of `max_length` are new tokens, where an explicit 20 counts the prompt: ours says that none is given.
    for (key, value) in ours.members where theirs[key] != nil && key != "max_length" {
      expectEqual(value, theirs[key], key)
      compared += 1
    }
    #expect(compared >= 10)
    #expect(theirs["max_length"] == .integer(20))
    #expect(ours["max_length"] == .null)
  }

  @Test func generationSettingsAreRead() throws {
    let settings = try GenerationConfiguration(
      object(
        """
        {"max_length": 16, "num_beams": 4, "early_stopping": "never", "length_penalty": 2, "do_sample": true,
         "temperature": 0.7, "top_k": 0, "top_p": 0.9, "eos_token_id": [1, 2], "decoder_start_token_id": 3}
        """), file: "generation_config.json")
    #expect(settings.maximumLength == 16)
    #expect(settings.beamCount == 4)
    #expect(settings.earlyStopping == .never)
    #expect(settings.lengthPenalty == 2)
    #expect(settings.samples)
    #expect(settings.temperature == 0.7)
    #expect(settings.topK == 0)
    #expect(settings.topP == 0.9)
    #expect(settings.eosTokenIDs == [1, 2])
    #expect(settings.decoderStartTokenID == 3)
    #expect(settings.padTokenID == nil)
    #expect(try GenerationConfiguration(settings.json(), file: "") == settings)
    expectError(.mismatch, "early_stopping: is the text \"maybe\"") {
      try GenerationConfiguration(object(#"{"early_stopping": "maybe"}"#), file: "generation_config.json")
    }
  }

  /// transformers takes Python's numbers: `true` is 1, 3.0 is 3, and 1 is true, but not where it asks `is True`.
  @Test func settingsOfGenerationAreReadAsPythonReadsThem() throws {
    func read(_ text: String) throws -> GenerationConfiguration {
      try GenerationConfiguration(object(text), file: "generation_config.json")
    }
    for value in ["0", "1", "0.0", "1.0", "false"] {
      #expect(try read(#"{"early_stopping": \#(value)}"#).earlyStopping == .heuristic, "\(value)")
    }
    #expect(try read(#"{"early_stopping": true}"#).earlyStopping == .whenEnoughFinished)
    expectError(.mismatch, "early_stopping: is the number 2") { try read(#"{"early_stopping": 2}"#) }
    let settings = try read(
      """
      {"num_beams": 3.0, "max_length": 9.0, "max_new_tokens": 1e30, "length_penalty": true, "do_sample": 1, "top_k": 7.0,
       "temperature": 2, "repetition_penalty": false, "eos_token_id": [5.0, true, -1], "pad_token_id": 0.0,
       "renormalize_logits": 1, "min_length": -3}
      """)
    #expect(settings.beamCount == 3)
    #expect(settings.maximumLength == 9)
    #expect(settings.maximumNewTokens == Int(Int32.max))
    #expect(settings.lengthPenalty == 1)
    #expect(settings.samples)
    #expect(settings.topK == 7)
    #expect(settings.temperature == 2)
    #expect(settings.rules.repetitionPenalty == 0)
    #expect(settings.eosTokenIDs == [5, 1, -1])
    #expect(settings.padTokenID == 0)
    #expect(!settings.rules.renormalizes)
    #expect(settings.rules.minimumLength == -3)
    for text in [#"{"num_beams": 2.5}"#, #"{"do_sample": "yes"}"#, #"{"max_length": 0}"#, #"{"top_p": [1]}"#] {
      #expect(throws: DataError.self) { try read(text) }
    }
  }

  @Test func rulesOfGenerationAreWrittenAndReadBack() throws {
    let text = """
      {"sequence_bias": [[[3], 1.5], [[4, 5], -2.0], [[3], 2.5]], "bad_words_ids": [[1], [2, 3]], "min_new_tokens": 4,
       "forced_bos_token_id": 6, "forced_eos_token_id": [7, 8], "suppress_tokens": [9], "begin_suppress_tokens": [9, 1],
       "exponential_decay_length_penalty": [2, 1.5], "renormalize_logits": true, "remove_invalid_values": true,
       "min_p": 0.25, "top_h": 0.5, "typical_p": 0.75, "eta_cutoff": 0.125, "watermarking_config": {"bias": 2.5}}
      """
    let settings = try GenerationConfiguration(object(text), file: "generation_config.json")
    #expect(settings.rules.sequenceBiases == [.init(tokens: [3], bias: 2.5), .init(tokens: [4, 5], bias: -2)])
    #expect(settings.rules.badWords == [[1], [2, 3]])
    #expect(settings.rules.forcedLastTokens == [7, 8])
    #expect(settings.rules.lengthDecay == .init(start: 2, factor: 1.5))
    #expect(settings.refusal?.hasPrefix("watermarking_config is set") == true)
    #expect(try GenerationConfiguration(settings.json(), file: "") == settings)
    // What is not set is not written.
    #expect(try GenerationConfiguration().json()["bad_words_ids"] == nil)
  }

  /// transformers sets the model's own name first and its alias (`attribute_map`) after it, wherever they stand.
  @Test func theSecondNameOfASettingWins() throws {
    let settings = try ModelConfiguration.read(
      object(
        """
        {"model_type": "gpt2", "num_attention_heads": 2, "n_head": 4, "n_embd": 64, "hidden_size": 32, "n_layer": 3,
         "num_hidden_layers": 5, "max_position_embeddings": 20, "n_positions": 30}
        """), file: "config.json")
    guard let gpt2 = settings as? GPT2Configuration else {
      Issue.record("not a GPT-2")
      return
    }
    #expect(gpt2.headCount == 2)
    #expect(gpt2.hiddenSize == 32)
    #expect(gpt2.layerCount == 5)
    #expect(gpt2.positionCount == 20)
    let other = try ModelConfiguration.read(
      object(#"{"model_type": "blip-2", "image_token_index": 3, "image_token_id": 4}"#), file: "config.json")
    guard let blip = other as? BLIP2Configuration else {
      Issue.record("not a BLIP-2")
      return
    }
    #expect(blip.imageTokenID == 4)
  }

  @Test func anImageTokenThatTheLanguageModelDoesNotKnowIsRefused() {
    for token in [-1, 50_272] {
      expectError(.mismatch, "image_token_index: is token \(token), but text_config.vocab_size says") {
        try ModelConfiguration.read(
          object(#"{"model_type": "blip-2", "image_token_index": \#(token)}"#), file: "config.json")
      }
    }
  }

  @Test func theFixturesAreRead() throws {
    guard let clip = try ModelConfiguration.read(contentsOf: fixture("clip_eosN/config.json")) as? CLIPConfiguration
    else {
      Issue.record("not a CLIP")
      return
    }
    #expect(clip.text.eosTokenID == 397)
    #expect(clip.vision.imageSize == Extent(32))
    #expect(clip.projectionSize == 40)
    guard let vilt = try ModelConfiguration.read(contentsOf: fixture("vilt_vqa/config.json")) as? ViLTConfiguration
    else {
      Issue.record("not a ViLT")
      return
    }
    #expect(vilt.labels.names == ["yes", "no", "dog", "cat", "red", "blue", "sitting", "standing", "2", "outside"])
    #expect(vilt.layerNormEpsilon == 1e-12)
    guard let blip = try ModelConfiguration.read(contentsOf: fixture("blip2_opt/config.json")) as? BLIP2Configuration
    else {
      Issue.record("not a BLIP-2")
      return
    }
    #expect(blip.imageTokenID == 139)
    #expect(blip.queryTransformer.encoderHiddenSize == 64)
    #expect(blip.text.eosTokenIDs == [5])
    let captioner = try ModelDirectory(fixture("vit_gpt2"))
    let generation = try captioner.generationConfiguration()
    #expect(generation.decoderStartTokenID == 149)
    #expect(generation.maximumLength == nil)
    #expect(generation.file == fixture("vit_gpt2") + "/generation_config.json")
  }

  @Test(arguments: [
    (#"{"model_type":"clip","text_config":{"hidden_size":"64"}}"#, "text_config.hidden_size: is the text \"64\""),
    (#"{"model_type":"clip","text_config":{"hidden_size":64.0}}"#, "text_config.hidden_size: is the number 64.0"),
    (#"{"model_type":"clip","text_config":{"hidden_size":null}}"#, "text_config.hidden_size: is null"),
    (#"{"model_type":"clip","text_config":{"hidden_size":true}}"#, "text_config.hidden_size: is true"),
    (#"{"model_type":"clip","text_config":{"hidden_size":0}}"#, "text_config.hidden_size: is the number 0"),
    (#"{"model_type":"clip","text_config":{"hidden_size":1e9}}"#, "text_config.hidden_size: is the number"),
    (#"{"model_type":"clip","text_config":[]}"#, "text_config: is an array, not an object"),
    (#"{"model_type":"clip","projection_dim":99999999999}"#, "projection_dim: is the number 99999999999"),
    (#"{"model_type":"clip","text_config":{"hidden_act":"swish2"}}"#, "not one of gelu, gelu_new"),
    (
      #"{"model_type":"clip","text_config":{"num_attention_heads":5}}"#,
      "5 attention heads do not divide hidden_size, 512"
    ),
    (#"{"model_type":"clip","vision_config":{"image_size":[1,2,3]}}"#, "vision_config.image_size: is an array"),
    (#"{"model_type":"vit","qkv_bias":1}"#, "qkv_bias: is the number 1, not true or false"),
    (#"{"model_type":"vit","id2label":{"0":"a","2":"b"}}"#, "has the key \"2\", but its keys must be 0 to 1"),
    (#"{"model_type":"vit","id2label":{"0":1.5}}"#, "id2label.0: is the number 1.5, not a text"),
    (#"{"model_type":"vilt","id2label":{}}"#, "id2label: names no answers"),
    (#"{"model_type":"vit","num_labels":-1}"#, "num_labels: is the number -1"),
    (#"{"model_type":"gpt2","eos_token_id":[1,"a"]}"#, "eos_token_id: is an array"),
    (#"{"model_type":"vit","layer_norm_eps":"1e-5"}"#, "layer_norm_eps: is the text \"1e-5\", not a number"),
  ])
  func wrongTypesNameTheirKeyPath(_ text: String, _ fragment: String) {
    expectError(.mismatch, fragment) { try ModelConfiguration.read(object(text), file: "config.json") }
  }

  @Test func wholeNumbersAreLabels() throws {
    let settings = try ModelConfiguration.read(
      object(#"{"model_type":"vilt","id2label":{"0":3,"1":"two"}}"#), file: "config.json")
    guard let vilt = settings as? ViLTConfiguration else {
      Issue.record("not a ViLT")
      return
    }
    #expect(vilt.labels.names == ["3", "two"])
  }

  /// Each is the same function in transformers.
  @Test(arguments: [("swish", Activation.silu), ("gelu_fast", .geluTanh), ("gelu_python", .gelu)])
  func otherNamesOfActivationsAreKnown(_ name: String, _ activation: Activation) throws {
    let settings = try ModelConfiguration.read(object(#"{"model_type":"vit","hidden_act":"\#(name)"}"#), file: "c")
    guard let vit = settings as? ViTConfiguration else {
      Issue.record("not a ViT")
      return
    }
    #expect(vit.activation == activation)
  }

  @Test(arguments: ["num_beams", "num_return_sequences"]) func countsFromFilesAreBounded(key: String) throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/generation_config.json"
      for count in [1025, 2_147_483_647] {
        try JSON.object(object(#"{"\#(key)": \#(count)}"#)).write(to: path)
        expectError(.mismatch, "generation_config.json: \(key): is the number \(count), not a whole number from 1 to") {
          try GenerationConfiguration(contentsOf: path)
        }
      }
      try JSON.object(object(#"{"\#(key)": 1024}"#)).write(to: path)
      #expect(throws: Never.self) { try GenerationConfiguration(contentsOf: path) }
    }
  }

  /// Each is read by transformers 5.24, and changes nothing of what the model computes.
  @Test func settingsWithoutEffectMayHaveAnyValue() throws {
    let texts = [
      #"{"model_type":"clip","initializer_factor":null,"logit_scale_init_value":null,"text_config":{"#
        + #""attention_dropout":null,"projection_dim":null,"initializer_factor":null,"bos_token_id":-7},"#
        + #""vision_config":{"attention_dropout":null,"projection_dim":0}}"#,
      #"{"model_type":"clip","logit_scale_init_value":NaN,"vision_config":{"projection_dim":-1},"#
        + #""text_config":{"projection_dim":100000000000000000000}}"#,
      #"{"model_type":"vit","hidden_dropout_prob":Infinity,"attention_probs_dropout_prob":-1}"#,
      #"{"model_type":"gpt2","resid_pdrop":1e400,"eos_token_id":-1,"pad_token_id":-5,"bos_token_id":null}"#,
      #"{"model_type":"opt","eos_token_id":[-1,5],"dropout":2}"#,
      #"{"model_type":"vilt","num_images":-7,"pad_token_id":-1}"#,
      #"{"model_type":"blip-2","image_text_hidden_size":0,"qformer_config":{"vocab_size":-1,"#
        + #""max_position_embeddings":0,"encoder_hidden_size":0}}"#,
      #"{"model_type":"blip","projection_dim":null,"logit_scale_init_value":NaN,"text_config":{"encoder_hidden_size":0,"#
        + #""label_smoothing":null,"eos_token_id":[1,2]},"vision_config":{"num_channels":9,"attention_dropout":null}}"#,
    ]
    for text in texts {
      let json = try parse(text)
      _ = try ModelConfiguration.read(#require(json.members), file: "config.json")
    }
    let clip = try CLIPConfiguration(#require(parse(texts[0]).members), file: "c")
    #expect(clip.text.projectionSize == 512 && clip.text.attentionDropout == 0 && clip.initialLogitScale == 2.6592)
  }

  @Test func settingsWithEffectMayNot() {
    for (text, fragment) in [
      (#"{"model_type":"clip","projection_dim":null}"#, "projection_dim: is null"),
      (#"{"model_type":"clip","text_config":{"layer_norm_eps":null}}"#, "text_config.layer_norm_eps: is null"),
      (#"{"model_type":"vit","hidden_size":64.0}"#, "hidden_size: is the number 64.0"),
      (#"{"model_type":"vit","hidden_dropout_prob":"0"}"#, "hidden_dropout_prob: is the text"),
      (#"{"model_type":"gpt2","n_embd":100000000000000000000}"#, "n_embd: is the number 1e+20"),
    ] {
      expectError(.mismatch, fragment) { try ModelConfiguration.read(object(text), file: "config.json") }
    }
  }

  @Test func captionsThatIgnoreTheImageAreRefused() {
    for setting in ["", #","add_cross_attention":false"#] {
      expectError(.unsupported, "decoder.add_cross_attention: is not true") {
        try ModelConfiguration.read(
          object(#"{"model_type":"vision-encoder-decoder","decoder":{"model_type":"gpt2"\#(setting)}}"#), file: "c")
      }
    }
  }

  @Test func aLimitOfNoPatchesIsRefusedAndOthersAreUsedWhereTheyChangeNothing() throws {
    expectError(.unsupported, "max_image_length: is 0") {
      try ModelConfiguration.read(object(#"{"model_type":"vilt","max_image_length":0}"#), file: "c")
    }
    var vilt = ViLTConfiguration()
    #expect(vilt.problem(height: 2048, width: 2048) == nil)
    #expect(
      vilt.problem(height: 2080, width: 2048)
        == "resized to 2048×2080 pixels it has 4160 patches of 32×32; at most 4096 are read")
    vilt.imageSize = Extent(1280)
    #expect(vilt.problem(height: 2080, width: 2048) == nil && vilt.patchLimit == 6400)
    #expect(vilt.problem(height: 31, width: 64) == "64×31 pixels are left of it, less than one patch of the model")
    vilt.maximumImageLength = 6
    #expect(vilt.problem(height: 64, width: 127) == nil)
    #expect(vilt.problem(height: 64, width: 128)?.contains("8 patches, of which max_image_length") == true)
  }

  @Test func unknownModelsAreAnsweredWithThoseKnown() {
    let known = "known are blip, blip-2, clip, dit-scenes, gpt2, opt, siglip, vilt, vision-encoder-decoder, vit"
    expectError(.unsupported, "model_type: is the text \"bert\"; \(known)") {
      try ModelConfiguration.read(object(#"{"model_type": "bert"}"#), file: "config.json")
    }
    expectError(.malformed, "model_type: is missing; \(known)") { try ModelConfiguration.read(object("{}"), file: "c") }
    expectError(.unsupported, "encoder.model_type: is the text \"swin\"; known here: vit") {
      try ModelConfiguration.read(
        object(
          #"{"model_type":"vision-encoder-decoder","encoder":{"model_type":"swin"},"decoder":{"model_type":"gpt2"}}"#),
        file: "config.json")
    }
    expectError(.unsupported, "decoder.model_type: is missing; known here: gpt2, trocr") {
      try ModelConfiguration.read(object(#"{"model_type": "vision-encoder-decoder"}"#), file: "config.json")
    }
    expectError(.unsupported, "text_config.model_type: is the text \"t5\"; known here: opt") {
      try ModelConfiguration.read(object(#"{"model_type":"blip-2","text_config":{"model_type":"t5"}}"#), file: "c")
    }
  }

  /// Numbers that Python writes and JSON has not are refused where they are a setting, and ignored where they are none.
  @Test func numbersThatJSONHasNotAreNoSettings() throws {
    for number in ["NaN", "Infinity", "1e999"] {
      let settings = try #require(try parse(#"{"model_type":"vit","layer_norm_eps":\#(number)}"#).members)
      expectError(.mismatch, "layer_norm_eps: is the number") { try ModelConfiguration.read(settings, file: "c") }
    }
    let unread = try #require(try parse(#"{"model_type":"vit","layerdrop":NaN}"#).members)
    #expect(try ModelConfiguration.read(unread, file: "c") as? ViTConfiguration == ViTConfiguration())
  }
}
