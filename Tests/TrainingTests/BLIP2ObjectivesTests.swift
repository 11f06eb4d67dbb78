import Checkpoints
import Datasets
import Layers
import Pretrained
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Training

/// What the BLIP-2 of Lesson 09 is trained with, and on.
struct BLIP2ObjectivesTests {
  @Test func theImageEncoderSeesAsTheCaptionersDoes() throws {
    let directory = try ModelDirectory(ShippedCheckpoint.captioner.directory)
    guard let settings = directory.configuration as? VisionEncoderDecoderConfiguration else {
      Issue.record("not a captioner")
      return
    }
    let captioner = try VisionEncoderDecoderModel(directory)
    let encoder = ViTEncoder(BLIP2VisionConfiguration(settings.encoder))
    try encoder.adoptWeights(ofCaptioner: directory.checkpoint())
    let pixels = Scene.tensor(Scenes(split: .heldOut).prefix(4))
    let (ours, theirs) = noGrad { (encoder(pixels), captioner.encoder(pixels)) }
    expectClose("states", ours.scalars, theirs.scalars.map { Double($0) }, tolerance: 1e-4)
  }

  @Test func aHardNegativeIsNeverRight() {
    let logits = Tensor((0..<25).map { Float($0 % 7) * 3 }, shape: [5, 5])
    // Captions 0 and 1 say the same.
    let meanings = [0, 0, 1, 2, 3]
    let matches = meanings.flatMap { own in meanings.map { $0 == own } }
    for seed in 0..<20 {
      let pairs = withGenerator(Generator(seed: seed)) { HardNegatives(logits, matches: matches).pairs }
      #expect(pairs.count == 10)
      #expect(pairs.prefix(5).map(\.image) == Array(0..<5))
      #expect(pairs.suffix(5).map(\.text) == Array(0..<5))
      for pair in pairs { #expect(meanings[pair.image] != meanings[pair.text]) }
    }
  }

  @Test func theHarderTheOftener() {
    let logits = Tensor([0, 3, 1, 0, 0, 0, 0, 0, 0], shape: [3, 3])
    let matches = (0..<9).map { $0 % 4 == 0 }
    let texts = (0..<300).map { seed in
      withGenerator(Generator(seed: seed)) { HardNegatives(logits, matches: matches).pairs[0].text }
    }
    let share = Double(texts.count { $0 == 1 }) / 300
    #expect(abs(share - 0.8808) < 0.06)  // e³ / (e³ + e)
  }

  @Test func whereAllIsRightThereAreNoNegatives() {
    #expect(HardNegatives(.zeros([2, 2]), matches: [true, true, true, true]).pairs.isEmpty)
  }

  @Test func onlyWhatStandsBetweenIsTrained() throws {
    let path = try ShippedCheckpoint.blip2.directory
    let model = try BLIP2Model(checkpoint: path, memory: .trainable)
    model.visionModel.setFrozen()
    model.languageModel.setFrozen()
    let objectives = BLIP2Objectives(model, try loadTokenizer(directory: path))
    func bytes() -> [[UInt32]] { model.parameters().map { $0.scalars.map(\.bitPattern) } }
    let before = bytes()
    let scenes = Scenes(split: .training).prefix(4)
    try TrainingLoop(
      TrainingPlan(name: "toy", steps: 2, batchSize: 4, learningRate: 1e-3, warmupSteps: 0), model: model
    ).run { _ in try objectives.stageTwo(scenes) }
    for ((name, old), new) in zip(zip(model.namedParameters().map(\.name), before), bytes()) {
      let isFrozen = name.hasPrefix("vision_model.") || name.hasPrefix("language_model.")
      // A bias of keys moves all scores of a query alike: its gradient is zero but for rounding.
      if !isFrozen && name.hasSuffix("key.bias") { continue }
      #expect((old == new) == isFrozen, "\(name)")
    }
  }

  @Test func theLossesAreThoseOfAModelThatHasLearned() throws {
    let path = try ShippedCheckpoint.blip2.directory
    let model = try BLIP2Model(checkpoint: path)
    let objectives = BLIP2Objectives(model, try loadTokenizer(directory: path))
    let scenes = Scenes(split: .heldOut).prefix(32)
    #expect(try noGrad { try objectives.stageTwo(scenes) }.item < 0.2)
    let losses = try withGenerator(Generator(seed: 0)) {
      try noGrad { try objectives.stageOne(scenes, QFormerPretraining(model)) }
    }
    // The text's parts are not shipped: new ones know nothing.
    #expect(abs(losses.matching.item - 0.6365) < 0.3)  // of one right pair and two wrong ones
    #expect(losses.contrastive.item > 2 && losses.generation.item > 2)
  }
}
