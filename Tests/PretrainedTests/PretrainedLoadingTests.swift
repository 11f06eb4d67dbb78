import Checkpoints
import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@testable import Pretrained

/// How a checkpoint becomes a model's parameters.
@Suite struct PretrainedLoadingTests {
  private let clipPath = Fixture.url("clip_eosN").path

  @Test func weightsStayInTheMappedFile() throws {
    let clip = try CLIPModel(checkpoint: clipPath)
    #expect(clip.parameters().allSatisfy { $0.isFrozen })
    #expect(!clip.isTraining)
    let checkpoint = try Checkpoint(path: clipPath + "/model.safetensors")
    for (name, parameter) in clip.namedParameters() {
      #expect(parameter.scalars == (try checkpoint.float32(name)), "\(name)")
    }
    #expect(clip.namedParameters().count == checkpoint.names.count)
  }

  @Test func trainableWeightsAreOurOwn() throws {
    let clip = try CLIPModel(checkpoint: clipPath, memory: .trainable)
    let (images, texts) = (Tensor.randn([2, 3, 32, 32]), IntTensor([[398, 5, 397], [398, 7, 397]]))
    let before = noGrad { clip(images, texts) }
    let optimizer = AdamW(clip.parameters(), learningRate: 1e-3)
    clipLoss(clip(images, texts)).backward()
    optimizer.step()
    let after = noGrad { clip(images, texts) }
    #expect(before.scalars != after.scalars)
    #expect(clip.namedParameters().allSatisfy { $0.parameter.grad != nil })
    let mapped = try CLIPModel(checkpoint: clipPath)
    #expect(noGrad { mapped(images, texts) }.scalars == before.scalars)
  }

  /// Kernels widen half-size weights to exactly the numbers that were widened before.
  @Test(arguments: [Checkpoints.ElementType.bfloat16, .float16])
  func halfSizeWeightsComputeAsTheirWidenedSelves(type: Checkpoints.ElementType) throws {
    for fixture in [
      "clip_eosN", "siglip", "vilt_vqa", "vit_gpt2_proj", "blip2_opt", "blip/vqa", "vit_classifier", "trocr_base",
    ] {
      let folder = try TemporaryFolder()
      let source = try Checkpoint(path: Fixture.url(fixture).path + "/model.safetensors")
      let half = try folder.write(source.names.map { try narrowed(source.entry($0), to: type) }, "half.safetensors")
      let wide = try folder.write(half.names.map { try widened(half.entry($0)) }, "wide.safetensors")
      #expect(half.names.allSatisfy { (try? half.entry($0).elementType) == type })
      let directory = try ModelDirectory(Fixture.url(fixture).path)
      let (ids, mask) = (IntTensor([[3, 9, 7, 0], [5, 4, 8, 2]]), IntTensor([[1, 1, 1, 0], [1, 1, 1, 1]]))
      func scores(_ path: String) throws -> [Float] {
        try noGrad {
          if fixture == "vit_classifier" {
            let images = withGenerator(Generator(seed: 1)) { Tensor.randn([2, 3, 32, 32]) }
            return try ViTForImageClassification(directory, weights: path)(images).scalars
          }
          if fixture == "vit_gpt2_proj" || fixture == "trocr_base" {
            let images = withGenerator(Generator(seed: 1)) { Tensor.randn([2, 3, 32, 32]) }
            return try VisionEncoderDecoderModel(directory, weights: path)(images, captions: ids).scalars
          }
          if fixture == "blip/vqa" {
            let images = withGenerator(Generator(seed: 1)) { Tensor.randn([2, 3, 32, 32]) }
            let model = try BLIPForQuestionAnswering(directory, weights: path)
            return model(images, questions: ids, attended: mask, answers: ids).scalars
          }
          if fixture == "blip2_opt" {
            let images = withGenerator(Generator(seed: 1)) { Tensor.randn([2, 3, 28, 28]) }
            let model = try BLIP2Model(directory, weights: path)
            let prompts = IntTensor((0..<2).map { model.prompt(ids[$0].scalars) })
            return try model.imageTokens(images).scalars + model(images, ids: prompts).scalars
          }
          if fixture == "vilt_vqa" {
            let images = withGenerator(Generator(seed: 1)) { Tensor.randn([2, 3, 64, 96]) }
            return try ViLTForQuestionAnswering(directory, weights: path)(ids, attentionMask: mask, images).scalars
          }
          let images = withGenerator(Generator(seed: 1)) { Tensor.randn([2, 3, 32, 32]) }
          if fixture == "siglip" { return try SigLIPModel(directory, weights: path)(images, ids).scalars }
          return try CLIPModel(directory, weights: path)(images, ids, attentionMask: mask).scalars
        }
      }
      let (a, b) = (try scores(half.path), try scores(wide.path))
      #expect(a == b)
      #expect(a.allSatisfy { $0.isFinite })
    }
  }

  @Test func paddingChangesNothing() throws {
    let clip = try CLIPModel(checkpoint: clipPath)
    let short = noGrad { clip.encodeText(IntTensor([[398, 5, 397]])) }
    let padded = noGrad {
      clip.encodeText(IntTensor([[398, 5, 397, 1, 1]]), attentionMask: IntTensor([[1, 1, 1, 0, 0]]))
    }
    expectClose("right", padded.scalars, short.scalars.map(Double.init), tolerance: 1e-6)
    // On the left, the first rows have nothing to look at and must still not spoil the others.
    let left = noGrad {
      clip.encodeText(IntTensor([[1, 398, 5, 397]]), attentionMask: IntTensor([[0, 1, 1, 1]]))
    }
    #expect(left.scalars.allSatisfy { $0.isFinite })
  }

  /// Only what is read off is computed in the last block, and nothing changes by it.
  @Test func summariesAreThePooledStatesToTheByte() throws {
    for fixture in ["clip_eos2", "clip_eosN"] {
      let clip = try CLIPModel(checkpoint: Fixture.url(fixture).path)
      let images = withGenerator(Generator(seed: 1)) { Tensor.randn([3, 3, 32, 32]) }
      let ids = IntTensor([[398, 5, 9, 30, 399, 1, 1], [398, 7, 399, 1, 1, 1, 1], [398, 8, 3, 4, 1, 1, 1]])
      // Only padding behind the ends is hidden, or a text's first token, too.
      let masks = [0, 1].map { first in
        IntTensor([[1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 0, 0], [1 - first, 1, 1, 1, 0, 0, 0]])
      }
      noGrad {
        #expect(clip.visionModel.summary(images).scalars == clip.visionModel.pooled(clip.visionModel(images)).scalars)
        for mask in masks + [nil] {
          let states = clip.textModel(ids, attentionMask: mask)
          #expect(
            clip.textModel.summary(ids, attentionMask: mask).scalars == clip.textModel.pooled(states, ids).scalars)
        }
      }
      // With gradients the texts are filled up, without them they are not.
      let new = CLIPModel(clip.configuration)
      let learning = new.textModel.summary(ids, attentionMask: masks[0])
      #expect(learning.requiresGrad)
      #expect(learning.scalars == noGrad { new.textModel.summary(ids, attentionMask: masks[0]) }.scalars)
    }
  }

  @Test func everyModelRefusesTheConfigurationOfAnother() throws {
    #expect(
      message { _ = try CLIPModel(checkpoint: Fixture.url("vilt_vqa").path) }.hasSuffix(
        #"vilt_vqa/config.json: model_type: is "vilt", but a CLIPModel needs "clip""#))
    #expect(
      message { _ = try ViLTForQuestionAnswering(checkpoint: clipPath) }.hasSuffix(
        #"is "clip", but a ViLTForQuestionAnswering needs "vilt""#))
  }

  @Test func missingAndMisshapenTensorsAreNamed() throws {
    let directory = try ModelDirectory(clipPath)
    let vilt = Fixture.url("vilt_vqa").path + "/model.safetensors"
    let missing = message { _ = try CLIPModel(directory, weights: vilt) }
    #expect(missing.contains("vilt_vqa/model.safetensors: lacks 78 tensors of the model: \"logit_scale\""))
    let bare = Initialization.skipped { CLIPModel(CLIPConfiguration()) }
    let counted = message { try bare.load(Checkpoint(path: vilt)) }
    #expect(counted.contains("lacks 398 tensors of the model: \"logit_scale\""), "\(counted)")

    var settings = CLIPConfiguration()
    if let own = directory.configuration as? CLIPConfiguration { settings = own }
    settings.text.vocabularySize += 1
    let model = Initialization.skipped { CLIPModel(settings) }
    let misshapen = message { try model.load(directory.checkpoint()) }
    #expect(misshapen.contains("token_embedding.weight") && misshapen.contains("[400, 64]"), "\(misshapen)")
    #expect(misshapen.contains("[401, 64]"))
  }

  @Test func whatIsLeftOverIsReportedInOneLine() throws {
    let folder = try TemporaryFolder()
    let source = try Checkpoint(path: clipPath + "/model.safetensors")
    var tensors = try source.names.map { TensorToWrite(try source.entry($0)) }
    try FileManager.default.copyItem(atPath: clipPath + "/config.json", toPath: folder.path("config.json"))
    var reports: [LoadReport] = []
    try SafetensorsWriter.write(tensors, to: folder.path("model.safetensors"))
    _ = try CLIPModel(checkpoint: folder.url.path) { reports.append($0) }
    tensors += ["a", "b", "c", "d"].map { TensorToWrite(name: "extra.\($0)", [1], shape: [1]) }
    tensors.append(TensorToWrite(name: "text_model.embeddings.position_ids", [0, 1], shape: [2]))
    try SafetensorsWriter.write(tensors, to: folder.path("model.safetensors"))
    _ = try CLIPModel(checkpoint: folder.url.path) { reports.append($0) }
    #expect(
      reports.map(\.summary) == [
        nil,
        folder.path("model.safetensors")
          + #": 4 tensors are not part of the model: "extra.a", "extra.b", "extra.c", …"#,
      ])
  }

  /// A model that was written is the model that was read, and its settings say the same.
  @Test func writtenModelsAreReadBack() throws {
    func check<Model: PretrainedModel & Module>(_ type: Model.Type, _ fixture: String) throws {
      let folder = try TemporaryFolder()
      let model = try Model(checkpoint: fixturePath(fixture))
      try model.save(to: folder.url.path)
      let (directory, original) = (try ModelDirectory(folder.url.path), try ModelDirectory(fixturePath(fixture)))
      #expect(
        directory.configuration as? Model.Configuration == original.configuration as? Model.Configuration
          && directory.configuration is Model.Configuration)
      let copy = try Model(directory)
      let pairs = zip(model.namedParameters(), copy.namedParameters())
      for (one, other) in pairs { #expect(one.name == other.name && one.parameter.scalars == other.parameter.scalars) }
      #expect(try Checkpoint(path: folder.path("model.safetensors")).names.count == model.parameters().count)
    }
    try check(CLIPModel.self, "clip_eosN")
    try check(ViLTForQuestionAnswering.self, "vilt_vqa")
    try check(VisionEncoderDecoderModel.self, "vit_gpt2_proj")
    try check(BLIP2Model.self, "blip2_opt")
    try check(BLIPForConditionalGeneration.self, "blip/caption")
    try check(BLIPForQuestionAnswering.self, "blip/vqa")
    try check(ViTForImageClassification.self, "vit_classifier")
    try check(VisionEncoderDecoderModel.self, "trocr_base")
    try check(VisionEncoderDecoderModel.self, "trocr_stage1")
  }

  /// Of an image with more patches transformers keeps some at random.
  @Test func aLimitOnPatchesChangesNothingWhereNoImageReachesIt() throws {
    let folder = try TemporaryFolder()
    let text = try String(contentsOf: Fixture.url("vilt_vqa/config.json"), encoding: .utf8)
    try folder.write(
      text.replacingOccurrences(of: "\"max_image_length\": -1", with: "\"max_image_length\": 16"), to: "config.json")
    let weights = Fixture.url("vilt_vqa/model.safetensors").path
    let images = withGenerator(Generator(seed: 1)) { Tensor.randn([1, 3, 64, 64]) }
    let ids = IntTensor([[3, 9, 7]])
    let scores = try [folder.url.path, Fixture.url("vilt_vqa").path].map { path in
      let vilt = try ViLTForQuestionAnswering(ModelDirectory(path), weights: weights)
      return noGrad { vilt(ids, images).scalars }
    }
    #expect(scores[0] == scores[1])
  }

  private func narrowed(_ entry: TensorEntry, to type: Checkpoints.ElementType) -> (
    String, [Int], [UInt8], Checkpoints.ElementType
  ) {
    let bytes = entry.float32().flatMap { value -> [UInt8] in
      // bfloat16 cuts; half precision is built from the sign, the exponent and ten digits of values of ordinary size.
      let bits = value.bitPattern
      let exponent = Int(bits >> 23 & 0xFF) - 127 + 15
      let half =
        type == .bfloat16
        ? UInt16(bits >> 16)
        : UInt16(bits >> 16 & 0x8000) | (exponent > 0 ? UInt16(exponent) << 10 | UInt16(bits >> 13 & 0x3FF) : 0)
      return [UInt8(half & 0xFF), UInt8(half >> 8)]
    }
    return (entry.name, entry.shape, bytes, type)
  }

  private func widened(_ entry: TensorEntry) -> (String, [Int], [UInt8], Checkpoints.ElementType) {
    (
      entry.name, entry.shape, entry.float32().flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) },
      .float32
    )
  }
}

extension TemporaryFolder {
  /// Writes a safetensors file whose tensors begin one byte off any alignment when `type` is half-size.
  fileprivate func write(
    _ tensors: [(name: String, shape: [Int], bytes: [UInt8], type: Checkpoints.ElementType)], _ name: String
  ) throws -> Checkpoint {
    var header: [String] = []
    var data = Data()
    for tensor in tensors {
      header.append(
        "\"\(tensor.name)\":{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(tensor.shape.map(String.init).joined(separator: ","))],"
          + "\"data_offsets\":[\(data.count),\(data.count + tensor.bytes.count)]}")
      data.append(contentsOf: tensor.bytes)
    }
    var text = "{" + header.joined(separator: ",") + "}"
    while text.utf8.count % 2 == 0 { text += " " }
    let count = UInt64(text.utf8.count)
    let length = withUnsafeBytes(of: count.littleEndian) { Data($0) }
    let file = url.appending(path: name)
    try (length + Data(text.utf8) + data).write(to: file)
    return try Checkpoint(path: file.path)
  }
}
