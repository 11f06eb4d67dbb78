import Layers
import Tensors
import TestSupport
import Testing

/// Layers, optimizers and schedules that cannot be end the program with one line.
@Suite struct WrongLayerTests {
  static let calls: [WrongCall] = [
    WrongCall("no heads", ["MultiheadAttention:", "8", "0 heads"]) {
      _ = MultiheadAttention(embedDim: 8, headCount: 0)
    },
    WrongCall("a negative stack", ["TransformerEncoder:", "-1"]) {
      _ = TransformerEncoder(TransformerEncoderLayer(embedDim: 8, headCount: 2), layerCount: -1)
    },
    WrongCall("kaimingUniformBound", ["kaimingUniformBound:", "0 inputs"]) {
      _ = Initialization.kaimingUniformBound(fanIn: 0)
    },
    WrongCall("biasBound", ["biasBound:", "0 inputs"]) { _ = Initialization.biasBound(fanIn: 0) },
    WrongCall("xavierUniformBound", ["xavierUniformBound:", "0 outputs"]) {
      _ = Initialization.xavierUniformBound(fanIn: 1, fanOut: 0)
    },
    WrongCall("a loss of a single number", ["clipLoss:", "[]"]) { _ = clipLoss(Tensor(1)) },
    WrongCall("a loss of no square", ["clipLoss:", "[2, 3]"]) { _ = clipLoss(.zeros([2, 3])) },
    WrongCall("a loss of nothing", ["clipLoss:", "[0, 0]"]) { _ = clipLoss(.zeros([0, 0])) },
    WrongCall("another loss of a single number", ["sigmoidLoss:", "[]"]) { _ = sigmoidLoss(Tensor(1)) },
    WrongCall("one number", ["contrastiveLoss:", "[]"]) { _ = contrastiveLoss(Tensor(1), matches: [true]) },
    WrongCall("a vector", ["contrastiveLoss:", "[2]"]) {
      _ = contrastiveLoss(Tensor([1, 2], shape: [2]), matches: [true, true])
    },
    WrongCall("a rectangle", ["contrastiveLoss:", "[2, 3]"]) {
      _ = contrastiveLoss(.zeros([2, 3]), matches: [Bool](repeating: true, count: 6))
    },
    WrongCall("a batch of batches", ["contrastiveLoss:", "[1, 1, 1]"]) {
      _ = contrastiveLoss(.zeros([1, 1, 1]), matches: [true])
    },
    WrongCall("too few matches", ["contrastiveLoss:", "3 matches", "4 pairs"]) {
      _ = contrastiveLoss(.zeros([2, 2]), matches: [true, false, true])
    },
    WrongCall("a picture without a text", ["contrastiveLoss:", "picture 1"]) {
      _ = contrastiveLoss(.zeros([2, 2]), matches: [true, true, false, false])
    },
    WrongCall("a text without a picture", ["contrastiveLoss:", "text 0"]) {
      _ = contrastiveLoss(.zeros([2, 2]), matches: [false, true, false, true])
    },
    WrongCall("no inputs", ["Linear:", "0 inputs"]) { _ = Linear(0, 3) },
    WrongCall("negative outputs", ["Linear:", "-3 outputs"]) { _ = Linear(2, -3) },
    WrongCall("a padding row that is not there", ["Embedding:", "-6", "5 rows"]) {
      _ = Embedding(5, 2, paddingIndex: -6)
    },
    WrongCall("an id beyond the table", ["Embedding:", "id 7", "[2, 2]", "[5, 3]"]) {
      _ = Embedding(5, 3)(IntTensor([[0, 1], [2, 7]]))
    },
    WrongCall("a table of a negative size", ["Embedding:", "[-1, 3]"]) { _ = Embedding(-1, 3) },
    WrongCall("a table of too much", ["Embedding:", "more numbers"]) { _ = Embedding(1 << 40, 1 << 40) },
    WrongCall("rows that do not fit", ["Linear:", "[2, 4]", "[3, 5]"]) { _ = Linear(5, 3)(.ones([2, 4])) },
    WrongCall("more weights than there is memory for", ["Linear:", "[1048576, 1048576]", "no memory"]) {
      _ = Linear(1 << 20, 1 << 20)
    },
    WrongCall("a kernel that is too large", ["Conv2d:", "[1, 1, 2, 2]", "[2, 1, 3, 3]"]) {
      _ = Conv2d(1, 2, kernelSize: 3)(.ones([1, 1, 2, 2]))
    },
    WrongCall("a padding that is too large", ["Conv2d:", "[1, 1, 4, 4]", "[2, 1, 3, 3]"]) {
      _ = Conv2d(1, 2, kernelSize: 3, padding: 1 << 40)(.ones([1, 1, 4, 4]))
    },
    WrongCall("a kernel of nothing", ["Conv2d:", "[2, 1, 0, 0]"]) { _ = Conv2d(1, 2, kernelSize: 0) },
    WrongCall("a kernel of too much", ["Conv2d:", "more numbers"]) { _ = Conv2d(1, 2, kernelSize: 1 << 40) },
    WrongCall("a stride of nothing", ["Conv2d:", "stride 0"]) { _ = Conv2d(1, 2, kernelSize: 1, stride: 0) },
    WrongCall("a width that does not fit", ["LayerNorm:", "[2, 4]", "[5]"]) { _ = LayerNorm(5)(.ones([2, 4])) },
    WrongCall("a negative width", ["LayerNorm:", "[-5]"]) { _ = LayerNorm(-5) },
    WrongCall("attention of a vector", ["MultiheadAttention:", "[8]"]) {
      _ = MultiheadAttention(embedDim: 8, headCount: 2)(.ones([8]))
    },
    WrongCall("attention to a memory of another width", ["MultiheadAttention:", "[1, 4, 8]", "[1, 4, 6]"]) {
      _ = MultiheadAttention(embedDim: 8, headCount: 2)(.ones([1, 4, 8]), memory: .ones([1, 4, 6]))
    },
    WrongCall("weights of the attention of a matrix", ["MultiheadAttention:", "[4, 8]"]) {
      _ = MultiheadAttention(embedDim: 8, headCount: 2).attentionWeights(.ones([4, 8]))
    },
    WrongCall("a mask of another length", ["MultiheadAttention:", "[1, 4, 8]", "[3, 3]"]) {
      _ = MultiheadAttention(embedDim: 8, headCount: 2)(.ones([1, 4, 8]), mask: .zeros([3, 3]))
    },
    WrongCall("attention over 300,000 tokens", ["MultiheadAttention:", "[1, 300000, 8]", "no memory"]) {
      _ = MultiheadAttention(embedDim: 8, headCount: 1)(.ones([1, 300_000, 8]))
    },
    WrongCall("a layer of a width for no heads", ["TransformerEncoderLayer:", "10", "3 heads"]) {
      _ = TransformerEncoderLayer(embedDim: 10, headCount: 3)
    },
    WrongCall("a layer of too much", ["TransformerDecoderLayer:", "no memory"]) {
      _ = TransformerDecoderLayer(embedDim: 1 << 28, headCount: 1)
    },
    WrongCall("a stack of too much", ["TransformerEncoder:", "no memory"]) {
      _ = TransformerEncoder(TransformerEncoderLayer(embedDim: 8, headCount: 2), layerCount: 1 << 40)
    },
    WrongCall("tokens that do not fit", ["TransformerEncoder:", "[2, 4, 6]"]) {
      _ = TransformerEncoder(TransformerEncoderLayer(embedDim: 8, headCount: 2), layerCount: 1)(.ones([2, 4, 6]))
    },
    WrongCall("a memory that does not fit", ["TransformerDecoderLayer:", "[2, 4, 8]", "[2, 5, 6]"]) {
      _ = TransformerDecoderLayer(embedDim: 8, headCount: 2)(.ones([2, 4, 8]), memory: .ones([2, 5, 6]))
    },
    WrongCall("Nesterov without momentum", ["SGD:", "momentum"]) { _ = SGD([], isNesterov: true) },
    WrongCall("Nesterov with dampening", ["SGD:", "dampening"]) {
      _ = SGD([], momentum: 0.9, dampening: 0.1, isNesterov: true)
    },
    WrongCall("a cosine of no steps", ["CosineAnnealing:", "0 steps"]) { _ = CosineAnnealing(initial: 1, steps: 0) },
    WrongCall("a cycle of no steps", ["OneCycle:", "0 steps"]) { _ = OneCycle(peak: 1, totalSteps: 0) },
    WrongCall("a cycle that rises longer than it lasts", ["OneCycle:", "1.5"]) {
      _ = OneCycle(peak: 1, totalSteps: 10, risingShare: 1.5)
    },
    WrongCall("a state of other parameters", ["AdamW:", "2 parameters for 1"]) {
      AdamW([leaf()]).state = [nil, nil]
    },
    WrongCall("moments of another shape", ["AdamW:", "[3]", "[2]"]) {
      let moments = AdamW.Moments(stepCount: 1, mean: .zeros([3]), square: .zeros([2]))
      AdamW([Tensor.ones([2]).requiringGrad()]).state = [moments]
    },
  ]

  /// What PyTorch's optimizers refuse, and a learning rate that is no number, which its SGD takes.
  static let optimizerCalls: [WrongCall] = [
    WrongCall("Muon of nothing", ["Muon:", "no parameters"]) { _ = Muon([]) },
    WrongCall("Muon of a vector", ["Muon:", "parameter 1", "[2]", "no matrix"]) {
      _ = Muon([Tensor.ones([2, 2]).requiringGrad(), leaf()])
    },
    WrongCall("Muon that steps back", ["Muon:", "learning rate", "-0.1"]) {
      _ = Muon([Tensor.ones([2, 2]).requiringGrad()], learningRate: -0.1)
    },
    WrongCall("Muon with a momentum of one", ["Muon:", "momentum", "1.0"]) {
      _ = Muon([Tensor.ones([2, 2]).requiringGrad()], momentum: 1)
    },
    WrongCall("a state of Muon of other parameters", ["Muon:", "2 parameters for 1"]) {
      Muon([Tensor.ones([2, 2]).requiringGrad()]).state = [nil, nil]
    },
    WrongCall("a mean of Muon of another shape", ["Muon:", "[3, 2]", "[2, 2]"]) {
      Muon([Tensor.ones([2, 2]).requiringGrad()]).state = [.zeros([3, 2])]
    },
    WrongCall("AdamW of nothing", ["AdamW:", "no parameters"]) { _ = AdamW([]) },
    WrongCall("SGD of nothing", ["SGD:", "no parameters"]) { _ = SGD([]) },
    WrongCall("AdamW of one parameter twice", ["AdamW:", "0 and 2", "[2]", "the same"]) {
      let twice = leaf()
      _ = AdamW([twice, leaf(), twice])
    },
    WrongCall("SGD of one parameter twice", ["SGD:", "0 and 1", "[3, 2]", "the same"]) {
      let layer = Linear(2, 3, bias: false)
      _ = SGD(layer.parameters() + layer.parameters())
    },
    WrongCall("AdamW of a result", ["AdamW:", "parameter 1", "[3]", "computation"]) {
      _ = AdamW([leaf(), Tensor.ones([3]).requiringGrad() * 2])
    },
    WrongCall("SGD of a view", ["SGD:", "parameter 0", "[2, 4]", "computation"]) {
      _ = SGD([Tensor.ones([4, 2]).requiringGrad().T])
    },
    WrongCall(
      "AdamW of a result whose gradient has passed",
      ["AdamW:", "parameter 0", "[2]", "computation"]
    ) {
      let y = leaf() * 2
      y.sum().backward()
      _ = AdamW([y])
    },
    WrongCall("AdamW that steps back", ["AdamW:", "learning rate", "-0.1"]) {
      _ = AdamW([leaf()], learningRate: -0.1)
    },
    WrongCall("AdamW without a rate", ["AdamW:", "learning rate", "nan"]) {
      _ = AdamW([leaf()], learningRate: .nan)
    },
    WrongCall("SGD that steps back", ["SGD:", "learning rate", "-1.0"]) {
      _ = SGD([leaf()], learningRate: -1)
    },
    WrongCall("SGD without a rate", ["SGD:", "learning rate", "nan"]) {
      _ = SGD([leaf()], learningRate: .nan)
    },
    WrongCall("a rate that becomes negative", ["AdamW:", "learning rate", "-1.0"]) {
      AdamW([leaf()]).learningRate = -1
    },
    WrongCall("a rate that becomes no number", ["SGD:", "learning rate", "nan"]) {
      SGD([leaf()]).learningRate *= .nan
    },
    WrongCall("a first beta of one", ["AdamW:", "first beta", "1.0"]) {
      _ = AdamW([leaf()], betas: (1, 0.9))
    },
    WrongCall("a negative second beta", ["AdamW:", "second beta", "-0.5"]) {
      _ = AdamW([leaf()], betas: (0.9, -0.5))
    },
    WrongCall("a second beta that is no number", ["AdamW:", "second beta"]) {
      _ = AdamW([leaf()], betas: (0.9, .nan))
    },
    WrongCall("a negative epsilon", ["AdamW:", "epsilon", "-1.0"]) {
      _ = AdamW([leaf()], epsilon: -1)
    },
    WrongCall("AdamW that grows weights", ["AdamW:", "weight decay", "-0.1"]) {
      _ = AdamW([leaf()], weightDecay: -0.1)
    },
    WrongCall("SGD that grows weights", ["SGD:", "weight decay", "-0.1"]) {
      _ = SGD([leaf()], weightDecay: -0.1)
    },
    WrongCall("a negative momentum", ["SGD:", "momentum", "-0.9"]) {
      _ = SGD([leaf()], momentum: -0.9)
    },
    WrongCall("a dampening that is no number", ["SGD:", "dampening"]) {
      _ = SGD([leaf()], momentum: 0.9, dampening: .nan)
    },
    WrongCall("a negative norm", ["clipGradNorm:", "-1.0"]) { clipGradNorm([leaf()], maxNorm: -1) },
    WrongCall("a norm that is no number", ["clipGradNorm:", "nan"]) {
      clipGradNorm([leaf()], maxNorm: .nan)
    },
  ]

  /// Shares that are none.
  static let shareCalls: [WrongCall] = [
    WrongCall("a layer that drops less than nothing", ["Dropout:", "-0.5"]) { _ = Dropout(-0.5) },
    WrongCall("a layer that drops no number", ["Dropout:", "nan"]) { _ = Dropout(.nan) },
    WrongCall("a layer that comes to drop too much", ["Dropout:", "1.5"]) {
      Dropout().probability = 1.5
    },
    WrongCall("attention that drops less than nothing", ["MultiheadAttention:", "-0.5"]) {
      _ = MultiheadAttention(embedDim: 4, headCount: 2, dropout: -0.5)
    },
    WrongCall("attention that comes to drop too much", ["MultiheadAttention:", "2.0"]) {
      MultiheadAttention(embedDim: 4, headCount: 2).dropout = 2
    },
    WrongCall("an encoder layer that drops less than nothing", ["-0.5", "dropout"]) {
      _ = TransformerEncoderLayer(embedDim: 4, headCount: 2, dropout: -0.5)
    },
    WrongCall("a decoder layer that drops too much", ["1.5", "dropout"]) {
      _ = TransformerDecoderLayer(embedDim: 4, headCount: 2, dropout: 1.5)
    },
    WrongCall("smoothing by less than nothing", ["crossEntropy:", "-0.1"]) {
      _ = crossEntropy(.zeros([1, 2]), IntTensor([0]), labelSmoothing: -0.1)
    },
    WrongCall("smoothing by no number", ["crossEntropy:", "nan"]) {
      _ = crossEntropy(.zeros([1, 2]), IntTensor([0]), labelSmoothing: .nan)
    },
  ]

  private static func leaf() -> Tensor { Tensor.ones([2]).requiringGrad() }

  @Test(arguments: optimizerCalls.map(\.name)) func anOptimizerThatCannotTrainEndsWithOneLine(
    _ name: String
  ) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [name] in
      Self.optimizerCalls.first { $0.name == name }?.make()
    }
    try #require(Self.optimizerCalls.first { $0.name == name }).expectLine(result)
  }

  @Test(arguments: shareCalls.map(\.name)) func aShareBeyondItsBoundsEndsWithOneLine(_ name: String)
    async throws
  {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [name] in
      Self.shareCalls.first { $0.name == name }?.make()
    }
    try #require(Self.shareCalls.first { $0.name == name }).expectLine(result)
  }

  @Test(arguments: calls.map(\.name)) func endsWithOneLine(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }
}
