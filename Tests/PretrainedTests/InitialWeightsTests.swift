import Layers
import Pretrained
import Tensors
import Testing

/// New models start as those of transformers do: by their `_init_weights`.
struct InitialWeightsTests {
  /// The parameters of a model with a name's end, and the spread of their numbers.
  private func spread(_ model: Module, _ ending: String) throws -> Double {
    let scalars = model.namedParameters().filter { $0.name.hasSuffix(ending) }.flatMap(\.parameter.scalars)
    try #require(scalars.count >= 1000, "\(ending) has \(scalars.count) numbers")
    let mean = scalars.reduce(0) { $0 + Double($1) } / Double(scalars.count)
    let variance = scalars.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(scalars.count)
    return variance.squareRoot()
  }

  private func isNear(_ value: Double, _ expected: Double) -> Bool { abs(value / expected - 1) < 0.06 }

  /// Whether all biases of linear maps are zero and all normalizations do nothing.
  private func startsNeutral(_ model: Module) -> Bool {
    model.namedParameters().filter { $0.parameter.shape.count == 1 && $0.name.hasSuffix("bias") }
      .allSatisfy { $0.parameter.scalars.allSatisfy { $0 == 0 } }
  }

  @Test(arguments: [1.0, 2.0])
  func clipStartsByWidthAndDepth(factor: Double) throws {
    var configuration = CLIPConfiguration()
    configuration.initializerFactor = factor
    configuration.projectionSize = 48
    configuration.text.vocabularySize = 300
    configuration.text.hiddenSize = 64
    configuration.text.intermediateSize = 128
    configuration.text.layerCount = 3
    configuration.vision.hiddenSize = 96
    configuration.vision.intermediateSize = 192
    configuration.vision.layerCount = 2
    configuration.vision.imageSize = Extent(64)
    configuration.vision.patchSize = Extent(8)
    let model = withGenerator(Generator(seed: 1)) { CLIPModel(configuration) }
    #expect(startsNeutral(model))
    for (tower, width, layers) in [("text_model", 64.0, 3.0), ("vision_model", 96.0, 2.0)] {
      let part = tower == "text_model" ? model.textModel as Module : model.visionModel
      let root = width.squareRoot()
      for name in ["q_proj.weight", "k_proj.weight", "v_proj.weight", "mlp.fc2.weight"] {
        #expect(isNear(try spread(part, name), factor / (root * (2 * layers).squareRoot())), "\(tower) \(name)")
      }
      #expect(isNear(try spread(part, "out_proj.weight"), factor / root))
      #expect(isNear(try spread(part, "mlp.fc1.weight"), factor / (2 * width).squareRoot()))
    }
    #expect(isNear(try spread(model, "token_embedding.weight"), 0.02 * factor))
    #expect(isNear(try spread(model, "patch_embedding.weight"), 0.02 * factor))
    #expect(isNear(try spread(model, "text_projection.weight"), factor / 8))
    #expect(isNear(try spread(model, "visual_projection.weight"), factor / 96.0.squareRoot()))
  }

  @Test func captionersStartWithTheConfiguredSpread() throws {
    var configuration = VisionEncoderDecoderConfiguration()
    configuration.encoder.hiddenSize = 48
    configuration.encoder.headCount = 4
    configuration.encoder.intermediateSize = 96
    configuration.encoder.layerCount = 2
    configuration.encoder.imageSize = Extent(32)
    configuration.encoder.initializerRange = 0.05
    var decoder = GPT2Configuration()
    decoder.hasCrossAttention = true
    decoder.hiddenSize = 40
    decoder.headCount = 4
    decoder.layerCount = 2
    decoder.vocabularySize = 200
    decoder.positionCount = 30
    decoder.initializerRange = 0.03
    configuration.decoder = .gpt2(decoder)
    let model = withGenerator(Generator(seed: 1)) { VisionEncoderDecoderModel(configuration) }
    #expect(startsNeutral(model))
    #expect(isNear(try spread(model.encoder, "attention.query.weight"), 0.05))
    #expect(isNear(try spread(model.encoder, "patch_embeddings.projection.weight"), 0.05))
    #expect(isNear(try spread(model.decoder, "c_attn.weight"), 0.03))
    #expect(isNear(try spread(model.decoder, "mlp.c_proj.weight"), 0.03 / 2))
  }
}
