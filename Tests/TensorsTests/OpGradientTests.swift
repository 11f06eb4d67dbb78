import Tensors
import TestSupport
import Testing

/// The gradients of every operation are the slopes that finite differences show, whatever PyTorch says.
@Suite struct OpGradientTests {
  /// Where a function is smooth enough to be differentiated by differences; anywhere, if it is not listed.
  static let points: [String: [GradientPoints]] = [
    "relu": [.betweenHalves], "abs": [.betweenHalves], "clamp": [.betweenHalves], "l2Normalized": [.betweenHalves],
    "log": [.positive], "sqrt": [.positive], "pow": [.positive], "divide": [.anywhere, .positive],
    "max": [.distinct], "min": [.distinct], "maxAll": [.distinct], "minAll": [.distinct], "sort": [.distinct],
    "topK": [.distinct], "maximum": [.distinct], "minimum": [.distinct], "layerNorm": [.distinct, .anywhere],
    "variance": [.distinct], "standardDeviation": [.distinct],
  ]

  /// What gives no gradient, and why nothing is to be checked: comparisons, positions, and what is made of no tensor.
  static let withoutGradient: Set<String> = [
    "gt", "ge", "lt", "le", "eq", "ne", "argmax", "argmin", "argmaxAll", "argminAll", "oneHot", "linspace", "arange",
    "eye", "rand", "uniform",
    "randn", "normal", "bernoulli", "bernoulliOf", "randint", "randperm",
  ]

  @Test(arguments: OpCatalog.calls.keys.filter { !withoutGradient.contains($0) }.sorted())
  func isTheSlope(_ name: String) throws {
    var checked = 0
    for (number, given) in (OpParityTests.cases[name] ?? []).enumerated()
    where given.gradients.contains(where: { $0 != nil }) {
      let inputs = given.makeInputs().leaves
      var leaves: [(name: String, leaf: Tensor)] = []
      for (place, leaf) in inputs.enumerated() where given.gradients[place] != nil {
        let choice = Self.points[name] ?? [.anywhere]
        leaf.assign((place < choice.count ? choice[place] : choice[choice.count - 1]).tensor(leaf.shape, seed: place))
        leaves.append(("input \(place)", leaf))
      }
      let mismatch = gradientMismatch(leaves) {
        let tensors = zip(inputs, given.inputs).map { $1.viewed($0) }
        return (OpCatalog.call(given, tensors) ?? []).compactMap { output in
          if case .tensor(let tensor) = output { tensor } else { nil }
        }
      }
      #expect(mismatch == nil, "\(name) \(number) \(given.inputs.map { $0.shape })")
      checked += 1
    }
    #expect(checked > 0, "\(name) has no case with a gradient")
  }

  @Test func attentionThatKeepsItsWeightsHasTheSameSlopes() {
    let shapes = [[2, 2, 3, 4], [2, 2, 5, 4], [2, 2, 5, 3]]
    let leaves = zip(["query", "key", "value"], shapes).enumerated().map { place, part in
      (name: part.0, leaf: GradientPoints.anywhere.tensor(part.1, seed: place).requiringGrad())
    }
    let mask = Tensor.attentionMask(visible: Tensor.ones([3, 5]).tril(diagonal: 2))
    let mismatch = gradientMismatch(leaves) {
      [
        Tensor.scaledDotProductAttentionWithWeights(
          query: leaves[0].leaf, key: leaves[1].leaf, value: leaves[2].leaf, mask: mask
        ).output
      ]
    }
    #expect(mismatch == nil)
  }

  @Test func selfAttentionHasTheSameSlopes() {
    let leaf = GradientPoints.anywhere.tensor([2, 5, 3 * 2 * 4], seed: 1).requiringGrad()
    let mask = Tensor.attentionMask(visible: Tensor.ones([5, 5]).tril(diagonal: 2))
    let mismatch = gradientMismatch([(name: "projections", leaf: leaf)]) {
      [.selfAttention(leaf, headCount: 2, mask: mask, scale: 0.7)]
    }
    #expect(mismatch == nil)
  }

  /// Its numbers and gradients are those of attention between the three parts, whatever the masks and dropout.
  @Test(arguments: [(false, false, 0.0), (true, false, 0), (false, true, 0), (true, true, 0.2)])
  func selfAttentionIsAttentionBetweenItsParts(isMasked: Bool, isCausal: Bool, dropout: Double) throws {
    let (b, t, h, d) = (3, 17, 4, 8)
    let values = withGenerator(Generator(seed: 7)) { Tensor.randn([b, t, 3 * h * d]) }
    let weights = withGenerator(Generator(seed: 8)) { Tensor.randn([b, t, h * d]) }
    let mask = isMasked ? Tensor.attentionMask(visible: Tensor.ones([t, t]).tril(diagonal: 9)) : nil
    func run(_ attention: (Tensor) -> Tensor) throws -> (output: [Float], gradient: [Float]) {
      let leaf = values.requiringGrad()
      let output = withGenerator(Generator(seed: 9)) { attention(leaf) }
      (output * weights).sum().backward()
      return (output.scalars, try #require(leaf.grad).scalars)
    }
    let whole = try run {
      .selfAttention($0, headCount: h, mask: mask, isCausal: isCausal, dropout: dropout, scale: 0.3)
    }
    let parts = try run { x in
      let heads = x.chunk(3, dim: -1).map { $0.reshape(b, t, h, d).transpose(1, 2) }
      return Tensor.scaledDotProductAttention(
        query: heads[0], key: heads[1], value: heads[2], mask: mask, isCausal: isCausal, dropout: dropout, scale: 0.3
      ).transpose(1, 2).reshape(b, t, h * d)
    }
    #expect(whole.output == parts.output)
    #expect(whole.gradient == parts.gradient)
  }

  @Test func operationsWithoutGradientsAreKnown() {
    #expect(Self.withoutGradient.isSubset(of: OpCatalog.calls.keys))
    for name in Self.withoutGradient {
      let cases = OpParityTests.cases[name] ?? []
      #expect(cases.allSatisfy { $0.gradients.allSatisfy { $0 == nil } }, "\(name) has gradients in PyTorch")
    }
  }
}
