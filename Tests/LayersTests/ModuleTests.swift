import Layers
import Tensors
import TestSupport
import Testing

@Suite struct ModuleTests {
  @Test func newLayersHaveTheBitsOfPyTorch() throws {
    for given in try LayerFixture.load().initial {
      try withGenerator(Generator(seed: 3)) {
        let made = try #require(LayerUnderTest.make(given.name, LayerArguments(given.arguments)))
        let parameters = made.module.namedParameters()
        #expect(parameters.map { $0.name } == given.parameters.map { $0.name }, "\(given.name)")
        for (ours, theirs) in zip(parameters, given.parameters) {
          #expect(ours.parameter.shape == theirs.shape, "\(given.name) \(ours.name)")
          #expect(crc32(ours.parameter.scalars) == theirs.crc32, "\(given.name) \(ours.name)")
        }
        // The generator stands where PyTorch's does.
        #expect(Tensor.rand([1]).scalars == given.next.floats, "\(given.name)")
      }
    }
  }

  @Test func everyParameterIsListedOnce() {
    let model = Sequential(Linear(4, 6), Activation.relu, Sequential(LayerNorm(6), Linear(6, 2, bias: false)))
    #expect(model.namedParameters().map { $0.name } == ["0.weight", "0.bias", "2.0.weight", "2.0.bias", "2.1.weight"])
    #expect(model.parameterCount == 4 * 6 + 6 + 6 + 6 + 12)
  }

  @Test func aSharedParameterIsListedOnceAndHasTwoNames() {
    let shared = Linear(4, 4)
    let model = Sequential(shared, Activation.relu, shared)
    #expect(model.namedParameters().map { $0.name } == ["0.weight", "0.bias", "2.weight", "2.bias"])
    #expect(model.namedParameters(removingDuplicates: true).map { $0.name } == ["0.weight", "0.bias"])
    #expect(model.parameters().count == 2)
    #expect(model.parameterCount == 4 * 4 + 4)
  }

  @Test func aNegativePaddingIndexCountsFromTheEnd() {
    let table = Embedding(5, 2, paddingIndex: -1)
    #expect(table.weight[4].scalars == [0, 0])
    table(IntTensor([4, 0, 4])).sum().backward()
    #expect(table.weight.grad?.scalars == [1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func causalAttentionWeightsLookBackOnly() {
    let attention = MultiheadAttention(embedDim: 8, headCount: 2).eval()
    let x = Tensor.randn([1, 5, 8])
    let weights = attention.attentionWeights(x, isCausal: true)
    #expect(weights.shape == [1, 2, 5, 5])
    #expect(weights.triu(diagonal: 1).scalars.allSatisfy { $0 == 0 })
    let mask = Tensor.attentionMask(visible: Tensor.ones([5, 5]).tril())
    #expect(weights.scalars == attention.attentionWeights(x, mask: mask).scalars)
  }

  @Test func stackedLayersBeginEqualAndGoTheirOwnWays() {
    let layer = TransformerEncoderLayer(embedDim: 8, headCount: 2, feedForwardDim: 12)
    let model = TransformerEncoder(layer.eval(), layerCount: 2)
    #expect(!model.layers[0].isTraining, "a copy is in its original's mode")
    let (first, second) = (model.layers[0].parameters(), model.layers[1].parameters())
    for (a, b) in zip(first, second) { #expect(a.scalars == b.scalars) }
    first[0].assign(.zeros(first[0].shape))
    #expect(first[0].scalars != second[0].scalars && second[0].scalars == layer.parameters()[0].scalars)
  }

  @Test func skippedInitializationDrawsNothing() {
    withGenerator(Generator(seed: 4)) {
      let next = withGenerator(Generator(seed: 4)) { Tensor.rand([1]).item }
      let layer = Initialization.skipped { TransformerDecoderLayer(embedDim: 8, headCount: 2) }
      #expect(layer.parameters().allSatisfy { $0.requiresGrad })
      #expect(Tensor.rand([1]).item == next)
    }
  }

  @Test func evaluationReachesEverySubmodule() {
    let model = Sequential(Linear(4, 4), Dropout(0.9), Sequential(Dropout(0.9)))
    let x = Tensor.ones([64, 4])
    #expect(model(x).scalars != model(x).scalars)
    model.eval()
    #expect(model(x).scalars == model(x).scalars)
    #expect(model.train().isTraining)
  }

  @Test func thePaddingRowIsNotTrained() {
    let table = Embedding(4, 3, paddingIndex: 1)
    #expect(table.weight[1].scalars == [0, 0, 0])
    table(IntTensor([1, 2, 1, 2])).sum().backward()
    #expect(table.weight.grad?.scalars == [0, 0, 0, 0, 0, 0, 2, 2, 2, 0, 0, 0])
  }

  @Test func attentionWeightsAreThoseOfTheOutput() {
    let attention = MultiheadAttention(embedDim: 8, headCount: 2)
    let x = withGenerator(Generator(seed: 1)) { Tensor.randn([2, 5, 8]) }
    let weights = attention.eval().attentionWeights(x)  // [B, H, T, T]
    let value = x.linear(weight: attention.inProjWeight[16..<24]).reshape(2, 5, 2, 4).transpose(1, 2)
    let output = attention.outProj(weights.matmul(value).transpose(1, 2).flatten(from: 2))
    #expect(output.difference(from: attention(x).scalars, shape: [2, 5, 8], tolerance: 1e-6, "attention") == nil)
    #expect(
      weights.sum(dim: -1).difference(
        from: Array(repeating: 1, count: 20), shape: [2, 2, 5], tolerance: 1e-6, "sums") == nil)
  }
}
