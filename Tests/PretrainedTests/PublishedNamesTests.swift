import Checkpoints
import Foundation
import Pretrained
import Tensors
import TestSupport
import Testing

/// Directories whose weights have other names than ours, are another class's, are quantized or lie elsewhere. What is
/// read is what transformers 5.24 reads.
@Suite struct PublishedNamesTests {
  /// A copy of a fixture with its tensors under other names, and its settings changed.
  private func copy(
    of fixture: String, settings: (String) -> String = { $0 }, file: String = "model.safetensors",
    renaming rename: (String) -> String? = { $0 }
  ) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(
      settings(String(contentsOf: Fixture.url("\(fixture)/config.json"), encoding: .utf8)), to: "config.json")
    let source = try Checkpoint(path: Fixture.url("\(fixture)/model.safetensors").path)
    let tensors = try source.names.compactMap { name in
      try rename(name).map { TensorToWrite(try source.entry(name), name: $0) }
    }
    try SafetensorsWriter.write(tensors, to: folder.path(file))
    return folder
  }

  /// What a model computes of a fixed input.
  private func scores(_ fixture: String, _ path: String) throws -> [Float] {
    let ids = IntTensor([[3, 9, 7, 5]])
    return try withGenerator(Generator(seed: 1)) {
      try noGrad {
        switch fixture {
        case "clip_eosN": try CLIPModel(checkpoint: path)(Tensor.randn([1, 3, 32, 32]), ids).scalars
        case "vilt_vqa": try ViLTForQuestionAnswering(checkpoint: path)(ids, Tensor.randn([1, 3, 64, 64])).scalars
        case "vit_gpt2":
          try VisionEncoderDecoderModel(checkpoint: path)(Tensor.randn([1, 3, 32, 32]), captions: ids).scalars
        case "blip/caption":
          try BLIPForConditionalGeneration(checkpoint: path)(Tensor.randn([1, 3, 32, 32]), captions: ids).scalars
        default: try BLIP2Model(checkpoint: path).imageTokens(Tensor.randn([1, 3, 28, 28])).scalars
        }
      }
    }
  }

  @Test(arguments: [
    ("clip_eosN", "clip."), ("vilt_vqa", "vilt."), ("vit_gpt2", "vision_encoder_decoder."), ("blip2_opt", "blip."),
    ("blip/caption", "blip."),
  ])
  func theNameOfTheBaseModelMayStandInFront(fixture: String, prefix: String) throws {
    let folder = try copy(of: fixture, renaming: { prefix + $0 })
    #expect(try scores(fixture, folder.url.path) == scores(fixture, Fixture.url(fixture).path))
  }

  @Test func theNameOfTheBaseModelMayBeMissing() throws {
    let folder = try copy(of: "vilt_vqa", renaming: { $0.hasPrefix("vilt.") ? String($0.dropFirst(5)) : $0 })
    #expect(try scores("vilt_vqa", folder.url.path) == scores("vilt_vqa", Fixture.url("vilt_vqa").path))
  }

  /// `save_pretrained(…, save_original_format=False)`.
  @Test func aViTIsReadUnderTheNamesOfTransformers5() throws {
    let modern = [
      (".attention.attention.query.", ".attention.q_proj."), (".attention.attention.key.", ".attention.k_proj."),
      (".attention.attention.value.", ".attention.v_proj."), (".attention.output.dense.", ".attention.o_proj."),
      (".intermediate.dense.", ".mlp.fc1."), (".output.dense.", ".mlp.fc2."),
      ("encoder.encoder.layer.", "encoder.layers."),
    ]
    func renamed(_ name: String) -> String {
      guard name.hasPrefix("encoder.") else { return name }
      return modern.reduce(name) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }
    let folder = try copy(of: "vit_gpt2", renaming: renamed)
    let names = try Checkpoint(path: folder.path("model.safetensors")).names
    #expect(
      names.contains("encoder.layers.1.mlp.fc2.weight")
        && !names.contains { $0.contains("dense") && !$0.contains("pooler") })
    #expect(try scores("vit_gpt2", folder.url.path) == scores("vit_gpt2", Fixture.url("vit_gpt2").path))
  }

  @Test func oneTensorUnderTwoNamesIsRefusedWhereTheNumbersDiffer() throws {
    let folder = try copy(of: "clip_eosN")
    let source = try Checkpoint(path: folder.path("model.safetensors"))
    let same = try source.names.map { TensorToWrite(try source.entry($0)) }
    for (number, isSame) in [(try source.float32("logit_scale")[0], true), (7, false)] {
      let twice = same + [TensorToWrite(name: "clip.logit_scale", [number], shape: [])]
      let other = try copy(of: "clip_eosN")
      try SafetensorsWriter.write(twice, to: other.path("model.safetensors"))
      let refusal = message { _ = try CLIPModel(checkpoint: other.url.path) }
      #expect(refusal.isEmpty == isSame, "\(refusal)")
      #expect(isSame || refusal.contains("\"clip.logit_scale\" are the same tensor of the model"), "\(refusal)")
    }
  }

  @Test func aWrapperAroundTheTensorsIsNamed() throws {
    let folder = try copy(of: "clip_eosN", renaming: { "state_dict.model." + $0 })
    let refusal = message { _ = try CLIPModel(checkpoint: folder.url.path) }
    #expect(refusal.contains("lacks 78 tensors of the model: "), "\(refusal)")
    #expect(refusal.contains("the model's tensors stand within \"state_dict.model\""), "\(refusal)")
  }

  // MARK: Other classes

  @Test func theWeightsOfAnotherClassAreNamed() throws {
    let cases: [(fixture: String, stated: String, own: String, kept: (String) -> Bool)] = [
      ("clip_eosN", "CLIPForImageClassification", "CLIPModel", { $0.hasPrefix("vision_model.") }),
      ("vilt_vqa", "ViltModel", "ViltForQuestionAnswering", { $0.hasPrefix("vilt.") }),
      ("blip2_opt", "Blip2ForImageTextRetrieval", "Blip2ForConditionalGeneration", { !$0.hasPrefix("language") }),
    ]
    for (fixture, stated, own, kept) in cases {
      let folder = try copy(
        of: fixture, settings: { $0.replacingOccurrences(of: "\"\(own)\"", with: "\"\(stated)\"") },
        renaming: { kept($0) ? $0 : nil })
      let refusal = message { _ = try scores(fixture, folder.url.path) }
      #expect(
        refusal.contains("config.json: architectures: says that the weights are those of a \"\(stated)\""), "\(refusal)"
      )
      #expect(refusal.contains("\"\(own)\"; ") && refusal.contains("lacks"), "\(refusal)")
      #expect(!refusal.contains("\n"))
    }
    let clip = try copy(
      of: "clip_eosN", settings: { $0.replacingOccurrences(of: "\"CLIPModel\"", with: "\"CLIPVisionModel\"") },
      renaming: { $0.hasPrefix("vision") ? $0 : nil })
    #expect(message { _ = try CLIPModel(checkpoint: clip.url.path) }.contains("needs both towers"))
  }

  /// As transformers does it: the weights decide.
  @Test func theStatedClassDoesNotMatterWhereTheWeightsAreComplete() throws {
    let folder = try copy(
      of: "vilt_vqa", settings: { $0.replacingOccurrences(of: "ForQuestionAnswering", with: "Model") })
    #expect(try scores("vilt_vqa", folder.url.path) == scores("vilt_vqa", Fixture.url("vilt_vqa").path))
  }

  @Test(arguments: ["clip_text_model", "clip_vision_model"]) func oneTowerByItselfIsNamed(type: String) throws {
    let folder = try copy(
      of: "clip_eosN",
      settings: { _ in
        #"{"model_type": "\#(type)", "architectures": ["CLIPTowerWithProjection"], "hidden_size": 64}"#
      })
    let refusal = message { _ = try CLIPModel(checkpoint: folder.url.path) }
    #expect(refusal.contains("config.json: model_type: is \"\(type)\" (\"CLIPTowerWithProjection\")"), "\(refusal)")
    #expect(refusal.contains("needs both towers"), "\(refusal)")
  }

  // MARK: Quantized weights

  @Test(arguments: [
    (#"{"quant_method": "bitsandbytes", "load_in_8bit": true}"#, "\"bitsandbytes\", load_in_8bit"),
    (#"{"quant_method": "gptq", "bits": 4}"#, "\"gptq\""), (#"{"load_in_4bit": true}"#, "load_in_4bit"),
    (#"{"bits": 4}"#, "quant_method is not given"), (#"{"quant_method": "fp8\u001b[2J"}"#, #""fp8\u{1b}[2J""#),
  ])
  func quantizedWeightsAreRefusedByTheirMethod(settings: String, method: String) throws {
    for (fixture, group, place) in [
      ("clip_eosN", "\"model_type\": \"clip\"", "quantization_config"),
      ("blip2_opt", "\"model_type\": \"opt\"", "text_config.quantization_config"),
    ] {
      let folder = try copy(
        of: fixture,
        settings: {
          $0.replacingOccurrences(of: group, with: "\(group), \"quantization_config\": \(settings)")
        })
      #expect(
        message { _ = try scores(fixture, folder.url.path) }
          == "\(folder.path("config.json")): \(place): says that the weights are quantized (\(method)); "
          + "quantized weights are not read")
    }
  }

  @Test(arguments: ["null", "{}"]) func settingsThatNameNoQuantizationDoNotMatter(settings: String) throws {
    let folder = try copy(
      of: "clip_eosN",
      settings: {
        $0.replacingOccurrences(
          of: "\"model_type\": \"clip\"", with: "\"model_type\": \"clip\", \"quantization_config\": \(settings)")
      })
    #expect(try scores("clip_eosN", folder.url.path) == scores("clip_eosN", Fixture.url("clip_eosN").path))
  }

  @Test(arguments: ["vision_model.encoder.layers.0.mlp.fc1.weight", "visual_projection.weight", "logit_scale"])
  func wholeNumbersAreNoWeights(name: String) throws {
    let folder = try copy(of: "clip_eosN")
    let source = try Checkpoint(path: Fixture.url("clip_eosN/model.safetensors").path)
    let tensors = try source.names.map { key in
      let entry = try source.entry(key)
      guard key == name else { return TensorToWrite(entry) }
      return TensorToWrite(name: key, [Int](repeating: 3, count: entry.count), shape: entry.shape)
    }
    try SafetensorsWriter.write(tensors, to: folder.path("model.safetensors"))
    #expect(
      message { _ = try CLIPModel(checkpoint: folder.url.path) }.hasSuffix(
        "model.safetensors: \"\(name)\": holds int64, but a weight is a floating-point number; quantized models are not read"
      ))
  }

  // MARK: Where the weights are

  @Test func theFileThatTheSettingsNameIsRead() throws {
    func folder(naming name: String, file: String) throws -> TemporaryFolder {
      try copy(
        of: "clip_eosN",
        settings: {
          $0.replacingOccurrences(
            of: "\"model_type\": \"clip\"", with: "\"model_type\": \"clip\", \"transformers_weights\": \(name)")
        }, file: file)
    }
    let named = try folder(naming: "\"other.safetensors\"", file: "other.safetensors")
    try named.write("not the weights", to: "model.safetensors")
    #expect(try scores("clip_eosN", named.url.path) == scores("clip_eosN", Fixture.url("clip_eosN").path))
    for (name, reason) in [
      ("\"gone.safetensors\"", "is the text \"gone.safetensors\", but there is no such file"),
      ("\"../model.safetensors\"", "not the name of a file in the directory"),
      ("\"weights.bin\"", "neither a .safetensors file nor"), ("3", "is the number 3, not the name of a file"),
    ] {
      let other = try folder(naming: name, file: "model.safetensors")
      let refusal = message { _ = try CLIPModel(checkpoint: other.url.path) }
      #expect(refusal.contains("config.json: transformers_weights: ") && refusal.contains(reason), "\(refusal)")
    }
  }

  // MARK: Sizes with which no input fits

  @Test func settingsWithWhichNoInputFitsAreNamed() throws {
    for (fixture, old, new, place) in [
      (
        "vilt_vqa", "\"modality_type_vocab_size\": 2", "\"modality_type_vocab_size\": 1",
        "modality_type_vocab_size: is 1"
      ),
      (
        "blip2_opt", "\"max_position_embeddings\": 64", "\"max_position_embeddings\": 4",
        "num_query_tokens: is 4, but text_config.max_position_embeddings says 4"
      ),
      (
        "blip2_opt", "\"word_embed_proj_dim\": 64", "\"word_embed_proj_dim\": 65",
        "text_config.word_embed_proj_dim: is 65"
      ),
    ] {
      let folder = try copy(of: fixture, settings: { $0.replacingOccurrences(of: old, with: new) })
      let refusal = message { _ = try scores(fixture, folder.url.path) }
      #expect(refusal.contains("config.json: \(place)"), "\(refusal)")
    }
  }
}

/// BLIP-2s whose OPT has rarer switches (`blip2_variants`, whose script is beside them).
@Suite struct OPTVariantTests {
  @Test(arguments: ["narrow", "bare"]) func theRarerSwitchesOfOPTComputeWhatTransformersComputes(name: String) throws {
    let path = "blip2_variants/\(name)"
    let model = try BLIP2Model(checkpoint: Fixture.url(path).path)
    let pixels = Tensor((0..<192).map { Float($0 * 7919 % 1000) / 500 - 1 }, shape: [1, 3, 8, 8])
    let recorded = try Fixture("\(path)/expected.json")
    #expect(recorded.count == 2)
    for index in 0..<recorded.count {
      let prompt = model.prompt(recorded[index]["prompt"].integers)
      let logits = try noGrad { try model(pixels, ids: IntTensor([prompt])) }
      expectClose("\(name) \(index)", logits.scalars, recorded[index]["logits"].floats, tolerance: 2e-5, relative: 1e-5)
      let options = GenerationOptions(.greedy, length: .new(8), endTokens: model.configuration.text.eosTokenIDs)
      let texts = try model.generate(pixels, prompts: [prompt], options)
      #expect(texts[0][0].ids == recorded[index]["greedy"].integers)
    }
  }

  /// transformers reads the tokens of all images of a batch as one run of numbers; here each image keeps its own.
  @Test func imagesInFrontOfNarrowEmbeddingsDoNotMix() throws {
    let model = try BLIP2Model(checkpoint: Fixture.url("blip2_variants/narrow").path)
    let pixels = withGenerator(Generator(seed: 3)) { Tensor.randn([2, 3, 8, 8]) }
    let ids = model.prompt([2, 7])
    let both = try noGrad { try model(pixels, ids: IntTensor([ids, ids])) }
    for row in 0..<2 {
      let alone = try noGrad { try model(pixels[row..<row + 1], ids: IntTensor([ids])) }
      expectClose("\(row)", both[row].scalars, alone.scalars.map(Double.init), tolerance: 1e-6)
    }
    #expect(both[0].scalars != both[1].scalars)
  }
}
