import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Pretrained

struct CaptionAttentionTests {
  @Test func weightsAreSharesThatMakeTheLayersOutput() throws {
    var configuration = VisionEncoderDecoderConfiguration()
    configuration.encoder.imageSize = Extent(16)
    configuration.encoder.patchSize = Extent(8)
    configuration.encoder.hiddenSize = 8
    configuration.encoder.headCount = 2
    configuration.encoder.layerCount = 1
    configuration.encoder.intermediateSize = 8
    configuration.decoder.vocabularySize = 11
    configuration.decoder.positionCount = 6
    configuration.decoder.hiddenSize = 8
    configuration.decoder.headCount = 2
    configuration.decoder.layerCount = 2
    configuration.decoder.innerSize = 8
    configuration.decoder.initializerRange = 0.5
    try withGenerator(Generator(seed: 3)) {
      let model = VisionEncoderDecoderModel(configuration)
      model.eval()
      let pixels = Tensor.randn([2, 3, 16, 16])
      let ids = IntTensor([[1, 2, 3], [4, 5, 6]])
      let weights = CaptionAttention(model, pixels, captions: ids).weights
      #expect(weights.map(\.shape) == [[2, 2, 3, 5], [2, 2, 3, 5]])
      for layer in weights {
        #expect(layer.scalars.allSatisfy { $0 >= 0 })
        #expect((layer.sum(dim: -1) - 1).abs().max().item < 1e-6)
      }
      // A layer's weights, applied to its values, are its output.
      let attention = GPT2CrossAttention(configuration.decoder, layer: 0)
      let memory = attention.memory(Tensor.randn([2, 5, 8]))
      let x = Tensor.randn([2, 3, 8])
      let projection = try #require(attention.namedParameters().first { $0.name == "c_proj.weight" }).parameter
      let expected = attention.weights(x, memory).matmul(memory.value).joinHeads().matmul(projection)
      let bias = try #require(attention.namedParameters().first { $0.name == "c_proj.bias" }).parameter
      #expect((attention(x, memory) - (expected + bias)).abs().max().item < 1e-5)
    }
  }
}
