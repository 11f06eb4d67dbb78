import Checkpoints
import Foundation
import Images
import Layers
import Support
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Pretrained

/// CLIPs in the form of open_clip, against what open_clip computes in double precision (`open_clip`).
@Suite struct OpenCLIPTests {
  private static func path(_ name: String) -> String { fixturePath("open_clip/" + name) }

  private func model(_ name: String) throws -> any TwoTowers {
    let directory = try ModelDirectory(Self.path(name))
    return name == "resnet" ? try CLIPResNetModel(directory) : try CLIPModel(directory)
  }

  @Test(arguments: ["vit", "quick", "resnet"]) func towersAndLogitsAreThoseOfOpenCLIP(name: String) throws {
    let recorded = try Fixture("open_clip/\(name)/expected.json")
    let images = try fixtureImages("open_clip/\(name)")
    let (ids, mask) = (recordedIDs(recorded["input_ids"]), recordedIDs(recorded["attention_mask"]))
    let model = try model(name)
    noGrad {
      func compare(_ name: String, _ ours: Tensor) {
        expectClose(name, ours.scalars, recorded[name]["data"].floats, tolerance: 1e-5)
      }
      compare("vision_pooler", model.imageFeatures(images))
      compare("text_pooler", model.textFeatures(ids, attentionMask: nil))
      compare("image_embeds", model.encodeImage(images))
      compare("text_embeds", model.encodeText(ids, attentionMask: mask))
      let logits = model(images, ids)
      compare("logits_per_image", logits)
      compare("probs", model.comparison.probabilities(logits))
      for row in 0..<images.shape[0] {
        #expect(model.encodeImage(images[row..<row + 1]).scalars == model.encodeImage(images)[row].scalars)
      }
    }
  }

  @Test func everyStageOfTheResNetIsThatOfOpenCLIP() throws {
    let recorded = try Fixture("open_clip/resnet/expected.json")
    let model = try CLIPResNetModel(checkpoint: Self.path("resnet"))
    let features = try noGrad { model.visionModel.features(try fixtureImages("open_clip/resnet")) }
    for (name, ours) in zip(["stem", "layer1", "layer2", "layer3", "layer4"], features) {
      let planes = ours.permute(0, 3, 1, 2)
      #expect(planes.shape == recorded[name]["shape"].integers)
      expectClose(name, Array(planes.scalars.prefix(64)), recorded[name]["first"].floats, tolerance: 1e-5)
      #expect(abs(Double(planes.sum().item) - recorded[name]["sum"].number) < 1e-4 * recorded[name]["l2"].number)
    }
  }

  /// The folded filters follow the weights.
  @Test func theResNetFollowsItsWeights() throws {
    let images = try fixtureImages("open_clip/resnet")
    let mapped = try CLIPResNetModel(checkpoint: Self.path("resnet"))
    let model = try CLIPResNetModel(ModelDirectory(Self.path("resnet")), memory: .trainable)
    let before = noGrad { model.imageFeatures(images).scalars }
    #expect(before == noGrad { mapped.imageFeatures(images).scalars })
    model.imageFeatures(images).sum().backward()
    let vision = model.visionModel.namedParameters()
    for (name, parameter) in vision where !name.contains("running_") && !name.hasSuffix("k_proj.bias") {
      #expect(try #require(parameter.grad, "\(name)").scalars.contains { $0 != 0 }, "\(name)")
    }
    #expect(vision.filter { $0.name.contains("running_") }.allSatisfy { $0.parameter.grad == nil })
    model.setFrozen()
    #expect(noGrad { model.imageFeatures(images).scalars } == before)
    vision[0].parameter.assign(vision[0].parameter * 2)
    #expect(noGrad { model.imageFeatures(images).scalars } != before)
  }

  @Test func theNamesOfTheResNetAreThoseOfOpenCLIP() throws {
    let model = try CLIPResNetModel(checkpoint: Self.path("resnet"))
    let checkpoint = try Checkpoint(path: Self.path("resnet") + "/open_clip_model.safetensors")
    let theirs = checkpoint.names.filter { $0.hasPrefix("visual.") && !$0.hasSuffix("num_batches_tracked") }
    #expect(Set(model.visionModel.namedParameters().map { "visual." + $0.name }) == Set(theirs))
    var report: LoadReport?
    _ = try CLIPResNetModel(checkpoint: Self.path("resnet")) { report = $0 }
    #expect(report?.summary == nil)
    #expect(message { try model.save(to: NSTemporaryDirectory()) }.contains("a CLIP with a ResNet is not written"))
  }

  /// `make_open_clip.py check` loads such a directory with transformers.
  @Test func aViTIsSavedInTheFormOfTransformers() throws {
    let model = try CLIPModel(checkpoint: Self.path("vit"))
    let folder = try TemporaryFolder()
    try model.save(to: folder.url.path)
    let again = try CLIPModel(checkpoint: folder.url.path)
    #expect(again.configuration == model.configuration)
    let (images, ids) = (try fixtureImages("open_clip/vit"), IntTensor([[97, 3, 98, 0]]))
    #expect(noGrad { again(images, ids).scalars } == noGrad { model(images, ids).scalars })
    if let keep = ProcessInfo.processInfo.environment["SAVE_MODELS"] { try model.save(to: keep + "/open_clip") }
  }

  @Test func settingsAreThoseOfThePublishedModels() throws {
    // `model_cfg` of laion/CLIP-ViT-B-32-laion2B-s34B-b79K and of timm/vit_large_patch14_clip_224.openai.
    let text = #""text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 512, "heads": 8, "layers": 12}"#
    let base = try settings(
      #"{"embed_dim": 512, "vision_cfg": {"image_size": 224, "layers": 12, "width": 768, "patch_size": 32}, \#(text)}"#)
    var expected = CLIPConfiguration()
    (expected.text.activation, expected.vision.activation, expected.text.eosTokenID) = (.gelu, .gelu, 2)
    #expect(base as? CLIPConfiguration == expected)
    let large = try settings(
      """
      {"embed_dim": 768, "quick_gelu": true, "vision_cfg": {"image_size": 224, "layers": 24, "width": 1024,
       "patch_size": 14}, "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 768, "heads": 12,
       "layers": 12, "hf_tokenizer_name": null, "tokenizer_kwargs": {}}}
      """)
    guard let clip = large as? CLIPConfiguration else {
      Issue.record("not a CLIP")
      return
    }
    #expect(clip.vision.headCount == 16 && clip.vision.intermediateSize == 4096 && clip.vision.activation == .quickGELU)
    #expect(clip.text.headCount == 12 && clip.text.intermediateSize == 3072 && clip.projectionSize == 768)
    // ViT-bigG-14's ratio is no whole number.
    let giant = try settings(
      """
      {"embed_dim": 1280, "vision_cfg": {"image_size": 224, "layers": 48, "width": 1664, "head_width": 104,
       "mlp_ratio": 4.9231, "patch_size": 14}, \(text)}
      """)
    #expect((giant as? CLIPConfiguration)?.vision.intermediateSize == 8192)
    let resNet = try settings(
      #"{"embed_dim": 1024, "vision_cfg": {"image_size": 224, "layers": [3, 4, 6, 3], "width": 64, "patch_size": null}, "#
        + text + "}")
    var expectedResNet = CLIPResNetConfiguration()
    expectedResNet.text.activation = .gelu
    #expect(resNet as? CLIPResNetConfiguration == expectedResNet)
  }

  private func settings(_ model: String) throws -> any PretrainedConfiguration {
    let folder = try TemporaryFolder()
    try folder.write("{\"model_cfg\": \(model)}", to: "open_clip_config.json")
    return try ModelDirectory(folder.url.path).configuration
  }

  // MARK: What is refused

  @Test(arguments: [
    (
      #""embed_dim": 20"#, #""embed_dim": 20, "multimodal_cfg": {"layers": 2}"#,
      "multimodal_cfg: is given: this is a CoCa"
    ),
    (
      #""embed_dim": 20"#, #""embed_dim": 20, "init_logit_bias": -10"#,
      "init_logit_bias: is given: a model trained with"
    ),
    (
      #""layers": 2,"#, #""timm_model_name": "convnext_base", "layers": 2,"#,
      "vision_cfg.timm_model_name: is the text \"convnext_base\": image towers of timm are not read"
    ),
    (
      #""context_length""#, #""hf_model_name": "xlm-roberta-base", "context_length""#,
      "text_cfg.hf_model_name: is the text \"xlm-roberta-base\": text towers of transformers are not read"
    ),
    (
      #""context_length""#, #""hf_tokenizer_name": "bert-base-uncased", "context_length""#,
      "text_cfg.hf_tokenizer_name: is the text \"bert-base-uncased\": texts are made tokens by CLIP's own"
    ),
    (#""head_width": 8"#, #""head_width": 8, "no_ln_pre": true"#, "vision_cfg.no_ln_pre: is true, which is not read"),
    (
      #""head_width": 8"#, #""head_width": 8, "pool_type": "avg""#,
      "vision_cfg.pool_type: is the text \"avg\", which is"
    ),
    (#""head_width": 8"#, #""head_width": 8, "ls_init_value": 1e-5"#, "vision_cfg.ls_init_value: is the number 1e-05"),
    (
      #""head_width": 8"#, #""head_width": 8, "attentional_pool": "parallel""#,
      "vision_cfg.attentional_pool: is the text"
    ),
    (#""head_width": 8"#, #""head_width": 10"#, "vision_cfg.head_width: is 10, and heads of that width do not divide"),
    (#""head_width": 8"#, #""head_width": 80"#, "vision_cfg.head_width: is 80, and heads of that width do not divide"),
    (#""mlp_ratio": 2.5"#, #""mlp_ratio": 1e300"#, "vision_cfg.mlp_ratio: is 1e+300: the feed-forward layers"),
    (#""mlp_ratio": 2.5"#, #""mlp_ratio": -1"#, "vision_cfg.mlp_ratio: is -1.0: the feed-forward layers"),
    (#""mlp_ratio": 2.5"#, #""mlp_ratio": 3.5"#, "model_cfg.vision_cfg.mlp_ratio × width: is 112, but "),
    (#""width": 24"#, #""width": 24, "no_causal_mask": true"#, "text_cfg.no_causal_mask: is true, which is not read"),
    (
      #""width": 24"#, #""width": 24, "pool_type": "last""#,
      "text_cfg.pool_type: is the text \"last\", which is not read"
    ),
    (
      #""width": 24"#, #""width": 24, "tokenizer_kwargs": {"clean": "canonicalize"}"#,
      "text_cfg.tokenizer_kwargs: is an"
    ),
    (#""width": 24"#, #""width": 24, "norm_kwargs": {"eps": "x"}"#, "text_cfg.norm_kwargs.eps: is the text \"x\""),
    (#""width": 24"#, #""width": 24, "norm_kwargs": 3"#, "text_cfg.norm_kwargs: is the number 3, not an object"),
    (
      #""width": 24"#, #""width": 24, "act_kwargs": {"approximate": 1}"#,
      "text_cfg.act_kwargs.approximate: is the number"
    ),
    (#""width": 24"#, #""width": 48"#, "model_cfg.text_cfg.width: is 48, but \"token_embedding.weight\" in "),
    (#""embed_dim": 20"#, #""embed_dim": 10"#, "model_cfg.embed_dim: is 10, but \""),
    (#""layers": 2,"#, #""layers": 3,"#, "model_cfg.vision_cfg.layers: is 3, but "),
    (#""layers": 2,"#, #""layers": 2147483647,"#, "model_cfg.vision_cfg.layers: is 2147483647, but "),
    (#""layers": 2,"#, #""layers": [1, 2],"#, "vision_cfg.layers: has 2 numbers, but a ResNet has four stages"),
    (#""layers": 2,"#, #""layers": [1, 0, 1, 1],"#, "vision_cfg.layers: is the number 0, not a number of layers"),
    (#""layers": 2,"#, #""layers": "2","#, "vision_cfg.layers: is the text \"2\", not a number of layers"),
    (
      #""patch_size": 8"#, #""patch_size": 64"#,
      "vision_cfg.image_size: is 32, but model_cfg.vision_cfg.patch_size says 64"
    ),
    (
      #""mean": ["#, #""resize_mode": "longest", "mean": ["#,
      "preprocess_cfg.resize_mode: is \"longest\", which is not done"
    ),
    (
      #""mean": ["#, #""interpolation": "nearest", "mean": ["#,
      "preprocess_cfg.interpolation: is \"nearest\"; known are"
    ),
    (#""mean": ["#, #""mode": "L", "mean": ["#, "preprocess_cfg.mode: is \"L\", but pictures are read as"),
    (#""std": ["#, #""std": [0, 1, 1], "_": ["#, "preprocess_cfg.std: holds a zero"),
    (#""model_cfg""#, #""model""#, "open_clip_config.json: model_cfg: is missing, or not an object"),
  ])
  func settingsThatAreNotReadAreNamed(old: String, new: String, reason: String) throws {
    let folder = try TemporaryFolder()
    let text = try String(contentsOf: Fixture.url("open_clip/vit/open_clip_config.json"), encoding: .utf8)
    let compact = text.replacingOccurrences(of: #"\s+"#, with: " ", options: .regularExpression)
    #expect(compact.contains(old))
    let range = try #require(compact.range(of: old))
    try folder.write(compact.replacingCharacters(in: range, with: new), to: "open_clip_config.json")
    let weights = "open_clip_model.safetensors"
    try FileManager.default.copyItem(atPath: Self.path("vit/" + weights), toPath: folder.path(weights))
    let refusal = message {
      let directory = try ModelDirectory(folder.url.path)
      switch directory.configuration {
      case is CLIPResNetConfiguration: _ = try CLIPResNetModel(directory)
      default: _ = try CLIPModel(directory)
      }
    }
    #expect(refusal.hasPrefix(folder.path("open_clip_config.json") + ": "), "\(refusal)")
    #expect(refusal.contains(reason) && !refusal.contains("\n"), "\(refusal)")
  }

  /// Each is read by open_clip, and changes nothing of what these models compute.
  @Test func settingsWithoutEffectMayHaveAnyValue() throws {
    let read = try settings(
      """
      {"embed_dim": 20, "custom_text": true, "init_logit_scale": 3, "quick_gelu": false, "output_dict": true,
       "vision_cfg": {"width": 32, "head_width": 8, "patch_dropout": 0.5, "timm_pool": "avg", "attn_pooler_heads": 3, "pool_type": "tok",
        "final_ln_after_pool": true, "output_tokens": false, "act_kwargs": null, "norm_kwargs": {"eps": 1e-6}},
       "text_cfg": {"eos_id": 5, "pad_id": 1, "pool_type": "argmax", "proj_type": "linear", "hf_tokenizer_name": "",
        "act_kwargs": {"approximate": "tanh"}, "ls_init_value": null}}
      """)
    guard let clip = read as? CLIPConfiguration else {
      Issue.record("not a CLIP")
      return
    }
    #expect(clip.vision.layerNormEpsilon == 1e-6 && clip.text.layerNormEpsilon == 1e-5)
    #expect(clip.vision.activation == .gelu && clip.text.activation == .geluTanh)
  }

  @Test func tensorsOfAnotherFormAreNamed() throws {
    for (name, shape, reason) in [
      ("visual.proj", [20], "\"visual.proj\": has the shape [20], but a projection is a matrix"),
      (
        "transformer.resblocks.0.attn.in_proj_weight", [71, 24],
        "\"transformer.resblocks.0.attn.in_proj_weight\": has the shape [71, 24], which is not that of queries, keys and"
      ),
    ] {
      let folder = try TemporaryFolder()
      let config = "open_clip_config.json"
      try FileManager.default.copyItem(atPath: Self.path("vit/" + config), toPath: folder.path(config))
      let source = try Checkpoint(path: Self.path("vit/open_clip_model.safetensors"))
      var tensors = try source.names.filter { $0 != name }.map { TensorToWrite(try source.entry($0)) }
      tensors.append(
        TensorToWrite(name: name, [Float](repeating: 0, count: shape.reduce(1, *)), shape: shape))
      try SafetensorsWriter.write(tensors, to: folder.path("open_clip_model.safetensors"))
      let refusal = message { _ = try CLIPModel(checkpoint: folder.url.path) }
      #expect(refusal.contains(reason), "\(refusal)")
    }
  }

  // MARK: Which form is read

  @Test func theFormOfTransformersIsReadWhereAConfigurationAndWeightsOfItAreThere() throws {
    let folder = try TaskFixture.directory("clip_eosN")
    let config = "open_clip_config.json"
    try FileManager.default.copyItem(atPath: Self.path("vit/" + config), toPath: folder.path(config))
    try FileManager.default.copyItem(
      atPath: Self.path("vit/open_clip_model.safetensors"), toPath: folder.path("open_clip_model.safetensors"))
    #expect(try ModelDirectory(folder.url.path).settingsFile == folder.path("config.json"))
    try FileManager.default.removeItem(atPath: folder.path("model.safetensors"))
    #expect(try ModelDirectory(folder.url.path).settingsFile == folder.path(config))
    // A directory of timm has another model's config.json, and its weights.
    try folder.write(#"{"architecture": "resnet50_clip", "num_classes": 0}"#, to: "config.json")
    try folder.write("not a CLIP's", to: "model.safetensors")
    let directory = try ModelDirectory(folder.url.path)
    #expect(
      directory.settingsFile == folder.path(config) && directory.weightFiles.first == "open_clip_model.safetensors")
    #expect((try CLIPModel(directory)).configuration.projectionSize == 20)
    #expect(
      message {
        try FileManager.default.removeItem(atPath: folder.path("open_clip_model.safetensors"))
        _ = try CLIPModel(checkpoint: folder.url.path)
      }.hasSuffix(
        "has no weights: looked for open_clip_model.safetensors, open_clip_pytorch_model.safetensors or "
          + "open_clip_pytorch_model.bin"))
  }

  @Test func otherTasksRefuseIt() throws {
    let refusal = message { _ = try Captioning(directory: Self.path("vit")) }
    #expect(refusal.contains("open_clip_config.json says model_type 'clip', but "), "\(refusal)")
    let resNet = message { _ = try CLIPModel(checkpoint: Self.path("resnet")) }
    #expect(resNet.contains("open_clip_config.json: model_type: is \"clip_resnet\", but a CLIPModel needs \"clip\""))
  }

  // MARK: Pictures and texts

  @Test func picturesArePreparedAsByOpenCLIP() throws {
    let recorded = try Fixture("open_clip/preprocessing.json")
    #expect(recorded.count == 12)
    for place in 0..<recorded.count {
      let given = recorded[place]
      let keys = given["settings"].keys
      let side = given["settings"]["size"].integers[0]
      var text: [String] = []
      for key in ["interpolation", "resize_mode"] where keys.contains(key) {
        text.append("\"\(key)\": \"\(given["settings"][key].text)\"")
      }
      for key in ["mean", "std"] where keys.contains(key) {
        text.append("\"\(key)\": \(given["settings"][key].floats)")
      }
      let folder = try TemporaryFolder()
      try folder.write(
        "{\"model_cfg\": {\"vision_cfg\": {\"image_size\": \(side)}}, \"preprocess_cfg\": {\(text.joined(separator: ", "))}}",
        to: "open_clip_config.json")
      let processor = try #require(try ModelDirectory(folder.url.path).openCLIP).processor
      let picture = try ImageFile(contentsOf: fixturePath("processors/" + given["picture"].text)).upright
      let pixels = try ImagePreparation(processor)(picture)
      #expect(Array(pixels.shape.dropFirst()) == given["shape"].integers)
      #expect(crc32(pixels.scalars) == given["crc32"].text, "\(given["picture"].text) \(text) \(side)")
    }
  }

  @Test func theWholePipelineAnswers() throws {
    let folder = try TemporaryFolder()
    for file in ["open_clip_config.json", "open_clip_model.safetensors"] {
      try FileManager.default.copyItem(atPath: Self.path("vit/" + file), toPath: folder.path(file))
    }
    // The fixture's text tower takes 99 tokens, CLIP's own tokenizer has 49,408.
    #expect(
      message { _ = try ZeroShot(directory: folder.url.path) }.contains(
        "has no tokenizer, and its text tower takes 99 tokens where CLIP's own tokenizer has 49408"))
    try folder.write(
      """
      {"added_tokens": [], "pre_tokenizer": {"type": "ByteLevel"}, "post_processor": {"type": "ByteLevel"}, "model":
       {"type": "BPE", "vocab": {"a": 1, "b": 2, "a</w>": 3, "b</w>": 4, "<|startoftext|>": 97, "<|endoftext|>": 98},
        "merges": []}}
      """, to: "tokenizer.json")
    try folder.write(#"{"tokenizer_class": "CLIPTokenizer"}"#, to: "tokenizer_config.json")
    let clip = try ZeroShot(directory: folder.url.path)
    let (ids, _) = try clip.tokens(of: ["ab", "A &amp; b", String(repeating: "a b ", count: 20)])
    #expect(ids[0].scalars.prefix(4) == [97, 1, 4, 98])
    #expect(ids[2].scalars == [97, 3, 4, 3, 4, 3, 4, 3, 4, 3, 4, 98])
    let picture = try ImageFile(contentsOf: TaskFixture.pictures[0]).upright
    let answer = try clip(images: [picture], texts: ["a b", "b"])
    #expect(abs(answer.probabilities.sum().item - 1) < 1e-5)
  }
}
