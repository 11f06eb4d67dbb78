import Checkpoints
import Pretrained
import Tensors
import TestSupport
import Testing

/// ViT and GPT-2 as transformers runs them (`vit_gpt2`, and `vit_gpt2_proj` with different widths).
@Suite struct CaptioningTests {
  /// A fixture and one of its weight files.
  struct Source: CustomTestStringConvertible {
    let fixture: String
    let weights: String
    var testDescription: String { "\(fixture)/\(weights)" }
  }

  static let sources = [
    Source(fixture: "vit_gpt2", weights: "model.safetensors"),
    Source(fixture: "vit_gpt2", weights: "pytorch_model.bin"),
    Source(fixture: "vit_gpt2_proj", weights: "model.safetensors"),
    Source(fixture: "trocr_base", weights: "model.safetensors"),
    Source(fixture: "trocr_stage1", weights: "model.safetensors"),
  ]

  private func model(_ source: Source, memory: WeightMemory = .mapped) throws -> VisionEncoderDecoderModel {
    let path = fixturePath(source.fixture)
    return try VisionEncoderDecoderModel(ModelDirectory(path), weights: "\(path)/\(source.weights)", memory: memory)
  }

  @Test func captionsDoNotDependOnTheBatch() throws {
    for source in Self.sources {
      let model = try model(source)
      let images = try fixtureImages(source.fixture)
      var options = GenerationOptions(
        .beamSearch(.init(count: 3)), length: .total(12), endTokens: model.configuration.eosTokenIDs)
      options.returnCount = 3
      let together = try model.generate(images, options)
      for index in 0..<images.shape[0] {
        #expect(try model.generate(images[index..<index + 1], options) == [together[index]])
      }
    }
  }

  @Test func optionsOfTheDirectoryAreFollowed() throws {
    let directory = try ModelDirectory(fixturePath("vit_gpt2"))
    let options = try GenerationOptions(directory.generationConfiguration())
    var expected = GenerationOptions(.greedy, length: .unstated, endTokens: [149])
    expected.startToken = 149
    #expect(options == expected)
  }

  @Test func theWrongDirectoryIsNamed() throws {
    #expect {
      try VisionEncoderDecoderModel(checkpoint: fixturePath("blip2_opt"))
    } throws: { error in
      "\(error)".contains("config.json") && "\(error)".contains("vision-encoder-decoder")
    }
  }
}
