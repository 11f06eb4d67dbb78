import Layers
import Tensors
import TestSupport
import Testing

@testable import Pretrained

struct AttentionTests {
  private static var settings: ViTConfiguration {
    var settings = ViTConfiguration()
    settings.hiddenSize = 8
    settings.headCount = 2
    return settings
  }

  @Test func weightsAreSharesThatMakeTheOutput() throws {
    try withGenerator(Generator(seed: 5)) {
      let attention = Attention(Self.settings, memoryWidth: 6, std: (0.5, 0.5), names: EncoderNames.bert)
      let (x, memory) = (Tensor.randn([2, 5, 8]), Tensor.randn([2, 3, 6]))
      let weights = attention.weights(x, memory: memory)
      #expect(weights.shape == [2, 2, 5, 3])
      #expect((weights.sum(dim: -1) - 1).abs().max().item < 1e-6)
      let parts = Dictionary(uniqueKeysWithValues: attention.namedParameters().map { ($0.name, $0.parameter) })
      func projected(_ x: Tensor, _ name: String) throws -> Tensor {
        x.linear(weight: try #require(parts["\(name).weight"]), bias: parts["\(name).bias"])
      }
      let value = try projected(memory, "attention.value").reshape(2, 3, 2, 4).transpose(1, 2)
      let expected = try projected(weights.matmul(value).transpose(1, 2).flatten(from: 2), "output.dense")
      #expect((attention(x, memory: memory) - expected).abs().max().item < 1e-5)
    }
  }

  /// One matrix for queries, keys and values computes what three do.
  @Test func aJoinedProjectionGivesTheSameBits() {
    withGenerator(Generator(seed: 6)) {
      let apart = Attention(Self.settings, std: (0.5, 0.5), names: EncoderNames.bert)
      let joined = Attention(Self.settings, std: (0.5, 0.5), isJoined: true, names: EncoderNames.blip.attention)
      let parts = apart.parameters()  // weights and biases of queries, keys, values and the output
      let own = joined.parameters()
      #expect(own.map(\.shape) == [[24, 8], [24], [8, 8], [8]])
      own[0].assign(.cat([parts[0], parts[2], parts[4]], dim: 0))
      own[1].assign(.cat([parts[1], parts[3], parts[5]], dim: 0))
      own[2].assign(parts[6])
      own[3].assign(parts[7])
      let x = Tensor.randn([2, 5, 8])
      let memory = Tensor.randn([2, 3, 8])
      #expect(joined(x).scalars == apart(x).scalars)
      #expect(joined(x, isCausal: true).scalars == apart(x, isCausal: true).scalars)
      #expect(joined(x, memory: memory).scalars == apart(x, memory: memory).scalars)
      #expect(joined.weights(x).scalars == apart.weights(x).scalars)
    }
  }

  @Test func theWeightsOfACaptionMakeTheLayersOutput() throws {
    var configuration = VisionEncoderDecoderConfiguration()
    configuration.encoder.imageSize = Extent(16)
    configuration.encoder.patchSize = Extent(8)
    configuration.encoder.hiddenSize = 8
    configuration.encoder.headCount = 2
    configuration.encoder.layerCount = 1
    configuration.encoder.intermediateSize = 8
    var decoder = GPT2Configuration()
    decoder.hasCrossAttention = true
    decoder.vocabularySize = 11
    decoder.positionCount = 6
    decoder.hiddenSize = 8
    decoder.headCount = 2
    decoder.layerCount = 2
    decoder.innerSize = 8
    decoder.initializerRange = 0.5
    configuration.decoder = .gpt2(decoder)
    try withGenerator(Generator(seed: 3)) {
      let model = VisionEncoderDecoderModel(configuration)
      model.eval()
      let pixels = Tensor.randn([2, 3, 16, 16])
      let ids = IntTensor([[1, 2, 3], [4, 5, 6]])
      let weights = AttentionRecorder(model, pixels, captions: ids).weights
      #expect(weights.map(\.shape) == [[2, 2, 3, 5], [2, 2, 3, 5]])
      for layer in weights {
        #expect(layer.scalars.allSatisfy { $0 >= 0 })
        #expect((layer.sum(dim: -1) - 1).abs().max().item < 1e-6)
      }
      // The scores that a training supervises are those of the last layer's first head, also for two texts an image.
      let texts = IntTensor([[1, 2, 3], [4, 5, 6], [7, 8, 9], [1, 1, 1]])
      let written = try #require(model.decoder as? GPT2Decoder)
      let (logits, scores) = written.scored(texts, encoderStates: model.encode(pixels))
      #expect(logits.scalars == written(texts, encoderStates: model.encode(pixels)).scalars)
      let looked = scores.softmax(dim: -1)
      #expect(looked.shape == [4, 3, 5])
      let first = AttentionRecorder(model, pixels, captions: IntTensor([[1, 2, 3], [7, 8, 9]])).weights[1]
      #expect((looked.slice(0..<1, dim: 0) - first.slice(0..<1, dim: 0).select(0, dim: 1)).abs().max().item < 1e-6)
      #expect((looked.slice(2..<3, dim: 0) - first.slice(1..<2, dim: 0).select(0, dim: 1)).abs().max().item < 1e-6)
      // A layer's weights, applied to its values, are its output.
      let attention = GPT2CrossAttention(decoder, layer: 0)
      let memory = attention.memory(Tensor.randn([2, 5, 8]))
      let x = Tensor.randn([2, 3, 8])
      let projection = try #require(attention.namedParameters().first { $0.name == "c_proj.weight" }).parameter
      let expected = attention.weights(x, memory).matmul(memory.value).joinHeads().matmul(projection)
      let bias = try #require(attention.namedParameters().first { $0.name == "c_proj.bias" }).parameter
      #expect((attention(x, memory) - (expected + bias)).abs().max().item < 1e-5)
    }
  }
}
