import Checkpoints
import Foundation
import Images
import Layers
import Tensors
import TestSupport
import Testing

@testable import Pretrained

/// The classifier, from PNG files to labels and to a map of its attention.
@Suite struct ViTTests {
  private func pictures() throws -> [Image] {
    try TaskFixture.pictures.map { try ImageFile(contentsOf: $0).upright }
  }

  /// The fixture with other settings of its image processor, or without tensors or settings.
  private func copy(
    processor: String? = nil, settings: (String) -> String = { $0 }, renaming rename: (String) -> String? = { $0 }
  ) throws -> TemporaryFolder {
    let folder = try TaskFixture.directory("vit_classifier")
    if let processor { try folder.write(processor, to: "preprocessor_config.json") }
    try folder.write(settings(String(contentsOfFile: folder.path("config.json"), encoding: .utf8)), to: "config.json")
    let source = try Checkpoint(path: Fixture.url("vit_classifier/model.safetensors").path)
    let tensors = try source.names.compactMap { name in
      try rename(name).map { TensorToWrite(try source.entry(name), name: $0) }
    }
    try SafetensorsWriter.write(tensors, to: folder.path("model.safetensors"))
    return folder
  }

  @Test func picturesGetTheirRecordedScoresAndLabels() throws {
    let folder = try TaskFixture.directory("vit_classifier")
    let classifier = try ImageClassification(directory: folder.url.path)
    let answer = try classifier(pictures())
    let theirs = try Fixture("vit_classifier/answers.json")
    expectClose("logits", answer.logits.scalars, theirs["logits"].elements.flatMap(\.floats), tolerance: 1e-4)
    expectClose(
      "probabilities", answer.probabilities.scalars, theirs["probabilities"].elements.flatMap(\.floats), tolerance: 1e-5
    )
    let best = answer.best(5)
    #expect(best.map { $0.map(\.label) } == theirs["labels"].elements.map(\.texts))
    for (row, guesses) in best.enumerated() {
      for guess in guesses {
        #expect(guess.logit == answer.logits[row].scalars[guess.index])
        #expect(guess.probability == answer.probabilities[row].scalars[guess.index])
      }
    }
    #expect(answer.best(100).map(\.count) == [10, 10, 10])
  }

  @Test func aPictureHasTheSameBytesAloneAndAmongOthers() throws {
    let folder = try TaskFixture.directory("vit_classifier")
    let classifier = try ImageClassification(directory: folder.url.path)
    let images = try pictures()
    let many = try classifier((0..<20).map { images[$0 % 3] }).logits
    for (row, image) in images.enumerated() {
      #expect(try classifier([image]).logits.scalars == many[row + 15].scalars)
    }
    #expect(try classifier([]).logits.shape == [0, 10])
  }

  /// Only the class token is computed in the last block, and nothing changes by it.
  @Test func theSummaryIsTheClassTokenToTheByte() throws {
    let model = try ViTForImageClassification(checkpoint: fixturePath("vit_classifier"))
    let pixels = try fixtureImages("vit_classifier")
    noGrad { #expect(model.vit.summary(pixels).scalars == model.vit(pixels).select(0, dim: 1).contiguous().scalars) }
  }

  @Test func equalScoresAreInTheOrderOfTheClasses() {
    let answer = ImageClassification.Answer(
      logits: Tensor([1, 3, 3, 2], shape: [1, 4]), labels: Labels(["a", "b", "c", "d"]))
    #expect(answer.best(3)[0].map(\.label) == ["b", "c", "d"])
  }

  @Test func attentionIsThatOfEveryLayer() throws {
    let folder = try TaskFixture.directory("vit_classifier")
    let classifier = try ImageClassification(directory: folder.url.path)
    let image = try pictures()[0]
    let recorder = try classifier.attention(image)
    #expect(recorder.weights.map(\.shape) == [[1, 4, 17, 17], [1, 4, 17, 17]])
    let map = try classifier.rollout(image)
    #expect(map.shares == Array(recorder.rollout()[0][0].scalars.dropFirst()))
    #expect(map.columns == 4 && map.rows == 4 && map.seen == image)
  }

  /// A processor that cuts shows the model the middle only.
  @Test func theMapLiesOnWhatTheModelSaw() throws {
    let cutting = try copy(
      processor: """
        {"image_processor_type": "DeiTImageProcessor", "size": 64, "crop_size": 32, "do_center_crop": true}
        """)
    let image = Image(width: 40, height: 20, format: .rgb, color: .white)
    let seen = try ImageClassification(directory: cutting.url.path).rollout(image).seen
    #expect(seen.width == 20 && seen.height == 10)
    let adding = try copy(
      processor: """
        {"image_processor_type": "DeiTImageProcessor", "size": 16, "crop_size": 32, "do_center_crop": true}
        """)
    let padded = try ImageClassification(directory: adding.url.path).rollout(image).seen
    #expect(padded.width == 32 && padded.height == 32)
  }

  // MARK: Names and settings

  /// Those of transformers 5's own parts, and a file without the base model's name.
  @Test func tensorsMayHaveOtherNames() throws {
    let modern = [
      (".attention.attention.query.", ".attention.q_proj."), (".attention.attention.key.", ".attention.k_proj."),
      (".attention.attention.value.", ".attention.v_proj."), (".attention.output.dense.", ".attention.o_proj."),
      (".intermediate.dense.", ".mlp.fc1."), (".output.dense.", ".mlp.fc2."), ("vit.encoder.layer.", "vit.layers."),
    ]
    let renamings: [(String) -> String] = [
      { name in modern.reduce(name) { $0.replacingOccurrences(of: $1.0, with: $1.1) } },
      { $0.hasPrefix("vit.") ? String($0.dropFirst(4)) : $0 },
    ]
    let pixels = try fixtureImages("vit_classifier")
    let original = try ViTForImageClassification(checkpoint: fixturePath("vit_classifier"))
    for rename in renamings {
      let folder = try copy(renaming: rename)
      let model = try ViTForImageClassification(checkpoint: folder.url.path)
      #expect(noGrad { model(pixels).scalars } == noGrad { original(pixels).scalars })
    }
  }

  /// `google/vit-base-patch16-224-in21k` is a `ViTModel`, with a pooler and without a classifier.
  @Test func aViTWithoutAClassifierIsNamed() throws {
    let folder = try copy(
      settings: { $0.replacingOccurrences(of: "ViTForImageClassification", with: "ViTModel") },
      renaming: { $0.hasPrefix("vit.") ? String($0.dropFirst(4)) : nil })
    let refusal = message { _ = try ImageClassification(directory: folder.url.path) }
    #expect(refusal.contains("are those of a \"ViTModel\", but naming what a picture shows needs a classifier"))
    #expect(refusal.contains("lacks 2 tensors") && !refusal.contains("\n"), "\(refusal)")
  }

  @Test func anotherNumberOfLabelsThanTheWeightsHaveIsRefused() throws {
    let folder = try copy(settings: {
      $0.replacingOccurrences(of: "\"9\": \"velvet\"", with: "\"9\": \"velvet\",\"10\":\"x\"")
    })
    let refusal = message { _ = try ImageClassification(directory: folder.url.path) }
    #expect(refusal.contains("\"classifier.bias\": has the shape [10], but the model expects [11]"), "\(refusal)")
  }

  @Test func noTokenizerIsNeededButAnImageProcessorIs() throws {
    let folder = try TaskFixture.directory("vit_classifier")
    #expect(!FileManager.default.fileExists(atPath: folder.path("vocab.json")))
    try FileManager.default.removeItem(atPath: folder.path("preprocessor_config.json"))
    #expect(message { _ = try ImageClassification(directory: folder.url.path) }.contains("preprocessor_config.json"))
  }

  @Test func aModelOfAnotherKindIsNamed() throws {
    let error = #expect(throws: WrongModelType.self) {
      _ = try ImageClassification(directory: fixturePath("trocr_base"))
    }
    #expect(error?.found == "vision-encoder-decoder" && error?.needed == ["vit"])
  }

  /// As `google/vit-base-patch16-224` has them: 86,567,656 parameters.
  @Test func thePublishedClassifierHasItsParameters() {
    var settings = ViTConfiguration()
    settings.labels = Labels((0..<1000).map { "\($0)" })
    #expect(Initialization.shapesOnly { ViTForImageClassification(settings) }.parameterCount == 86_567_656)
  }
}
