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

/// SigLIP as transformers runs it (`siglip`, in double precision).
@Suite struct SigLIPTests {
  private let recorded: Fixture
  private let model: SigLIPModel
  private let images: Tensor
  private let ids: IntTensor

  init() throws {
    recorded = try Fixture("siglip/expected.json")
    model = try SigLIPModel(checkpoint: fixturePath("siglip"))
    images = try fixtureImages("siglip")
    ids = recordedIDs(recorded["input_ids"])
  }

  @Test func towersAndLogitsAreThoseOfTransformers() {
    noGrad {
      func compare(_ name: String, _ ours: Tensor) {
        expectClose(name, ours.scalars, recorded[name]["data"].floats, tolerance: 1e-5)
      }
      compare("image_embeds", model.encodeImage(images))
      compare("text_embeds", model.encodeText(ids))
      compare("text_pooler", model.textFeatures(ids))
      compare("vision_pooler", model.imageFeatures(images))
      let logits = model(images, ids)
      compare("logits_per_image", logits)
      compare("probs", model.comparison.probabilities(logits))
      compare("masked_logits_per_image", model(images, ids, attentionMask: recordedIDs(recorded["attention_mask"])))
      let short = IntTensor((0..<ids.shape[0]).map { Array(ids[$0].scalars.prefix(5)) })
      compare("short_logits_per_image", model(images, short))
    }
  }

  /// Only what is read off is computed in the last block, and nothing changes by it.
  @Test func summariesAreThePooledStatesToTheByte() {
    let mask = recordedIDs(recorded["attention_mask"])
    noGrad {
      for mask in [mask, nil] {
        let states = model.textModel(ids, attentionMask: mask)
        #expect(model.textModel.summary(ids, attentionMask: mask).scalars == model.textModel.pooled(states).scalars)
      }
    }
  }

  @Test func aRowHasTheSameBytesAloneAndAmongOthers() {
    noGrad {
      let (pictures, texts) = (model.encodeImage(images), model.encodeText(ids))
      for row in 0..<images.shape[0] {
        #expect(model.encodeImage(images[row..<row + 1]).scalars == pictures[row].scalars)
      }
      for row in 0..<ids.shape[0] {
        #expect(model.encodeText(IntTensor([ids[row].scalars])).scalars == texts[row].scalars)
      }
    }
  }

  @Test func everyWeightIsUsedAndTrainable() throws {
    let trained = try SigLIPModel(checkpoint: fixturePath("siglip"), memory: .trainable)
    trained(images, ids).sum().backward()
    // Keys' biases change no attention weight: their gradients are zero up to rounding.
    for (name, parameter) in trained.namedParameters() where !name.hasSuffix("k_proj.bias") {
      #expect(try #require(parameter.grad, "\(name)").scalars.contains { $0 != 0 }, "\(name)")
    }
    let checkpoint = try Checkpoint(path: fixturePath("siglip") + "/model.safetensors")
    #expect(Set(trained.namedParameters().map(\.name)) == Set(checkpoint.names))
  }

  /// `make_siglip.py check` loads such a directory with transformers.
  @Test func whatIsSavedIsReadBackTheSame() throws {
    let folder = try TemporaryFolder()
    try model.save(to: folder.url.path)
    let again = try SigLIPModel(checkpoint: folder.url.path)
    #expect(again.configuration == model.configuration)
    #expect(noGrad { again(images, ids).scalars } == noGrad { model(images, ids).scalars })
    if let keep = ProcessInfo.processInfo.environment["SAVE_MODELS"] { try model.save(to: keep + "/siglip") }
  }

  @Test func theNameOfTheBaseModelMayStandInFrontAndPositionsMayBeThere() throws {
    let folder = try TemporaryFolder()
    let source = try Checkpoint(path: fixturePath("siglip") + "/model.safetensors")
    var tensors = try source.names.map { TensorToWrite(try source.entry($0), name: "siglip." + $0) }
    tensors.append(TensorToWrite(name: "text_model.embeddings.position_ids", [0, 1], shape: [1, 2]))
    tensors.append(TensorToWrite(name: "vision_model.embeddings.position_ids", [0, 1], shape: [1, 2]))
    try SafetensorsWriter.write(tensors, to: folder.path("model.safetensors"))
    try FileManager.default.copyItem(atPath: fixturePath("siglip/config.json"), toPath: folder.path("config.json"))
    var report: LoadReport?
    let named = try SigLIPModel(checkpoint: folder.url.path) { report = $0 }
    #expect(report?.summary == nil)
    #expect(noGrad { named(images, ids).scalars } == noGrad { model(images, ids).scalars })
  }

  // MARK: Directories that do not fit

  private func folder(_ changes: [(old: String, new: String)], without missing: String? = nil) throws -> TemporaryFolder
  {
    let folder = try TemporaryFolder()
    var text = try String(contentsOf: Fixture.url("siglip/config.json"), encoding: .utf8)
    for (old, new) in changes {
      #expect(text.contains(old))
      text = text.replacingOccurrences(of: old, with: new)
    }
    try folder.write(text, to: "config.json")
    let source = try Checkpoint(path: fixturePath("siglip") + "/model.safetensors")
    let kept = try source.names.filter { $0 != missing }.map { TensorToWrite(try source.entry($0)) }
    try SafetensorsWriter.write(kept, to: folder.path("model.safetensors"))
    return folder
  }

  @Test(arguments: [
    (
      "\"vision_use_head\": true", "\"vision_use_head\": false",
      "config.json: vision_config.vision_use_head: is false: without its pooling head"
    ),
    (
      "\"projection_size\": 40", "\"projection_size\": 24", "config.json: text_config.projection_size: is 24, but "
    ),
    ("\"projection_size\": 40", "\"projection_size\": null", "config.json: text_config.projection_size: is 32, but "),
    (
      "\"projection_size\": 40", "\"projection_size\": 0",
      "text_config.projection_size: is the number 0, not a positive"
    ),
    ("\"num_attention_heads\": 4", "\"num_attention_heads\": 3", "3 attention heads do not divide hidden_size, 40"),
    ("\"model_type\": \"siglip\"", "\"model_type\": \"siglip2\"", "model_type: is the text \"siglip2\"; known are "),
    (
      "\"model_type\": \"siglip\"", "\"model_type\": \"siglip_text_model\"",
      "is \"siglip_text_model\" (\"SiglipModel\"), the text tower of a SigLIP by itself"
    ),
    (
      "\"SiglipModel\"", "\"SiglipForImageClassification\"", ""
    ),
  ])
  func settingsThatDoNotFitAreNamed(old: String, new: String, reason: String) throws {
    let folder = try folder([(old, new)])
    let refusal = message { _ = try SigLIPModel(checkpoint: folder.url.path) }
    #expect(reason.isEmpty ? refusal.isEmpty : refusal.contains(reason), "\(refusal)")
  }

  /// Text and image towers of different widths make no common space, even if the weights are so.
  @Test func towersWithoutACommonSpaceAreRefused() throws {
    let folder = try folder([("\"projection_size\": 40", "\"projection_size\": 24")], without: "text_model.head.weight")
    let source = try Checkpoint(path: folder.path("model.safetensors"))
    var tensors = try source.names.filter { $0 != "text_model.head.bias" }.map { TensorToWrite(try source.entry($0)) }
    tensors.append(
      TensorToWrite(name: "text_model.head.weight", [Float](repeating: 0, count: 24 * 32), shape: [24, 32]))
    tensors.append(TensorToWrite(name: "text_model.head.bias", [Float](repeating: 0, count: 24), shape: [24]))
    try SafetensorsWriter.write(tensors, to: folder.path("model.safetensors"))
    #expect(
      message { _ = try SigLIPModel(checkpoint: folder.url.path) }
        == "\(folder.path("config.json")): text_config.projection_size: is 24, but vision_config.hidden_size says 40: "
        + "texts and pictures have no common space")
  }

  @Test(arguments: ["logit_bias", "vision_model.head.attention.in_proj_weight", "text_model.head.bias"])
  func aMissingTensorIsNamed(name: String) throws {
    let folder = try folder([], without: name)
    #expect(message { _ = try SigLIPModel(checkpoint: folder.url.path) }.hasSuffix("of the model: \"\(name)\""))
  }

  // MARK: Zero-shot

  /// A SigLIP that takes the tokens of a small tokenizer.
  private func zeroShot() throws -> ZeroShot {
    var settings = SigLIPConfiguration()
    settings.text.vocabularySize = 400
    settings.text.positionCount = 16
    (settings.text.hiddenSize, settings.text.projectionSize, settings.vision.hiddenSize) = (32, 32, 32)
    (settings.text.headCount, settings.vision.headCount) = (2, 2)
    (settings.text.layerCount, settings.vision.layerCount) = (2, 2)
    (settings.text.intermediateSize, settings.vision.intermediateSize) = (40, 40)
    (settings.vision.imageSize, settings.vision.patchSize) = (Extent(16), Extent(8))
    let folder = try TaskFixture.directory("clip_eosN")
    let processor = try ImageProcessorConfiguration(
      json: Array(#"{"image_processor_type": "ViTImageProcessor", "size": 16}"#.utf8))
    return ZeroShot(
      model: withGenerator(Generator(seed: 4)) { SigLIPModel(settings).eval() },
      tokenizer: try loadTokenizer(directory: folder.url.path), processor: ImageProcessor(processor))
  }

  /// From pictures and texts, by the published form of tokenizer and processor.
  @Test func theWholePipelineAnswersAsTransformersDoes() throws {
    let recorded = try Fixture("siglip/answers.json")
    let classifier = try ZeroShot(directory: fixturePath("siglip"))
    let texts = recorded["texts"].texts
    let (ids, mask) = try classifier.tokens(of: texts)
    #expect((0..<texts.count).map { ids[$0].scalars } == recorded["ids"].rows && mask == nil)
    let pictures = try recorded["pictures"].texts.map { name in
      try ImageFile(contentsOf: fixturePath("processors/" + name)).upright
    }
    let answer = try classifier(images: pictures, texts: texts)
    expectClose("logits", answer.logitsPerImage.scalars, recorded["logits_per_image"]["data"].floats, tolerance: 1e-5)
    expectClose("probs", answer.probabilities.scalars, recorded["probs"]["data"].floats, tolerance: 1e-6)
  }

  @Test func eachTextIsAskedAboutByItself() throws {
    let classifier = try zeroShot()
    let pictures = try TaskFixture.pictures.map { try ImageFile(contentsOf: $0).upright.converted(to: .rgb) }
    let texts = ["a photo of a cat", "a dog", String(repeating: "a red dog and ", count: 9)]
    let answer = try classifier(images: pictures, texts: texts)
    #expect(answer.logitsPerImage.shape == [3, 3])
    for (logit, probability) in zip(answer.logitsPerImage.scalars, answer.probabilities.scalars) {
      #expect(abs(Double(probability) - 1 / (1 + exp(-Double(logit)))) < 1e-6)
    }
    // A text's answer depends neither on the other texts nor on the other pictures.
    for (column, text) in texts.enumerated() {
      let alone = try classifier(images: [pictures[1]], texts: [text])
      #expect(alone.probabilities.scalars == [answer.probabilities[1].scalars[column]])
    }
  }

  /// Padding counts as text, and a text that is too long is cut, as transformers' pipeline asks for.
  @Test func everyTextHasTheFullLength() throws {
    let classifier = try zeroShot()
    let tokenizer = classifier.tokenizer
    let text = String(repeating: "a red dog and ", count: 9)
    let cut = try tokenizer.encode(text, pair: nil, addSpecialTokens: true, truncation: .length(16))
    let short = try tokenizer.pad([tokenizer.encode("a dog")], to: .length(16))[0]
    #expect(cut.ids.count == 16 && short.ids.count == 16 && short.attentionMask.contains(0))
    let ours = try classifier.encode(texts: [text, "a dog"])
    let expected = noGrad { classifier.model.encodeText(IntTensor([cut.ids, short.ids])) }
    #expect(ours.scalars == expected.scalars)
  }
}
