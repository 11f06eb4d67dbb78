import Layers
import Tensors
import Testing

/// Losses of nothing are NaN, as in PyTorch:
///
///     x = torch.randn(3, 4, requires_grad=True)
///     loss = F.cross_entropy(x, torch.tensor([-100] * 3), label_smoothing=s); loss.backward()   # nan; zeros
///     F.cross_entropy(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long))                      # nan
///     F.mse_loss(torch.zeros(0), torch.zeros(0))                                                # nan
///     F.binary_cross_entropy_with_logits(torch.zeros(0), torch.zeros(0))                        # nan
///     torch.zeros(0, 3).mean(0), torch.zeros(0).var(), torch.zeros(1).var()                     # nan
@Suite struct EmptyLossTests {
  @Test(arguments: [0, 0.1] as [Float]) func ofLabelsThatAreAllIgnored(_ smoothing: Float) throws {
    let logits = withGenerator(Generator(seed: 1)) { Tensor.randn([3, 4]) }.requiringGrad()
    let loss = crossEntropy(logits, IntTensor([-100, -100, -100]), labelSmoothing: smoothing)
    #expect(loss.item.isNaN)
    loss.backward()
    #expect(try #require(logits.grad).scalars == [Float](repeating: 0, count: 12))
  }

  @Test func ofNoExamples() {
    #expect(crossEntropy(.zeros([0, 4]), IntTensor([], shape: [0])).item.isNaN)
    #expect(meanSquaredError(.zeros([0]), .zeros([0])).item.isNaN)
    #expect(binaryCrossEntropyWithLogits(.zeros([0]), .zeros([0])).item.isNaN)
  }

  @Test func meansAndDeviationsOfNothing() {
    #expect(Tensor.zeros([0]).mean().item.isNaN)
    #expect(Tensor.zeros([0, 3]).mean(dim: 0).scalars.map { $0.isNaN } == [true, true, true])
    #expect(Tensor.zeros([0]).variance().item.isNaN)
    #expect(Tensor.zeros([1]).variance().item.isNaN)
    #expect(Tensor.zeros([1]).variance(unbiased: false).item == 0)
    #expect(Tensor.zeros([1]).standardDeviation().item.isNaN)
  }
}
