import Checkpoints
import Tensors
import Testing

@testable import Pretrained

struct ViLTAttentionTests {
  @Test func weightsAreSharesThatMakeTheLayersOutput() throws {
    withGenerator(Generator(seed: 5)) {
      let shape = EncoderShape(
        width: 8, headCount: 2, feedForwardWidth: 8, activation: .gelu, epsilon: 1e-6, spread: InitialSpread(0.5))
      let attention = EncoderAttention(shape, names: .vit)
      let x = Tensor.randn([2, 5, 8])
      let weights = attention.weights(x)
      #expect(weights.shape == [2, 2, 5, 5])
      #expect((weights.sum(dim: -1) - 1).abs().max().item < 1e-6)
      var parts: [String: Tensor] = [:]
      for (name, parameter) in attention.namedParameters() { parts[name] = parameter }
      let value = x.linear(weight: parts["attention.value.weight"]!, bias: parts["attention.value.bias"]!)
        .reshape(2, 5, 2, 4).transpose(1, 2)
      let mixed = weights.matmul(value).transpose(1, 2).flatten(from: 2)
      let expected = mixed.linear(weight: parts["output.dense.weight"]!, bias: parts["output.dense.bias"]!)
      #expect((attention(x) - expected).abs().max().item < 1e-5)
    }
  }
}
