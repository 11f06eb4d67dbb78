import Layers
import Tensors
import TestSupport
import Testing

/// Layers and losses give PyTorch's results and gradients (`Tests/Fixtures/operations/make_layers.py`).
@Suite struct LayerParityTests {
  let fixture: LayerFixture

  init() throws { fixture = try LayerFixture.load() }

  @Test(arguments: LayerUnderTest.names) func isThatOfPyTorch(_ name: String) throws {
    let cases = fixture.layers.filter { $0.given.op == name }
    #expect(!cases.isEmpty)
    for (number, layer) in cases.enumerated() {
      let given = layer.given
      let made = try #require(LayerUnderTest.make(name, LayerArguments(given.arguments)))
      made.module.eval()
      let parameters = made.module.namedParameters()
      #expect(parameters.map { $0.name }.sorted() == layer.values.parameters.keys.sorted())
      for (name, parameter) in parameters { parameter.assign(try #require(layer.values.parameters[name]).tensor) }
      try compare(given, { made.call($0, given) }, "\(name) \(number)")
      for (key, parameter) in parameters {
        let expected = try #require(layer.values.parameterGradients[key])
        let difference = parameter.grad?.difference(
          from: expected.floats, shape: expected.shape, tolerance: given.tolerance ?? 0, "\(name) \(number), \(key)")
        #expect(parameter.grad != nil && difference == nil)
      }
    }
  }

  @Test func dropoutDrawsInThePlacesOfPyTorch() throws {
    for given in fixture.training {
      try withGenerator(Generator(seed: 3)) {
        let made = try #require(LayerUnderTest.make(given.op, LayerArguments(given.arguments)))
        try compare(given, { made.call($0, given) }, "\(given.op) in training")
      }
    }
  }

  @Test func lossesAreThoseOfPyTorch() throws {
    for given in fixture.losses {
      let arguments = LayerArguments(given.arguments)
      try compare(
        given,
        { x in
          switch given.op {
          case "crossEntropy":
            crossEntropy(
              x[0], given.indices(), labelSmoothing: Float(arguments.number("labelSmoothing") ?? 0),
              ignoreIndex: arguments.number("ignoreIndex").map { Int($0) } ?? -100)
          case "binaryCrossEntropyWithLogits": binaryCrossEntropyWithLogits(x[0], x[1])
          default: meanSquaredError(x[0], x[1])
          }
        }, "\(given.op) \(given.indicesText)")
    }
  }

  private func compare(_ given: OperationCase, _ call: ([Tensor]) -> Tensor, _ label: String) throws {
    let (leaves, tensors) = given.makeInputs()
    let output = call(tensors)
    let tolerance = given.tolerance ?? 0
    let difference = output.difference(
      from: given.outputs[0].floats, shape: given.outputs[0].shape, tolerance: tolerance, label)
    #expect(difference == nil)
    (output * .weighting(output.shape)).sum().backward()
    for (place, (leaf, expected)) in zip(leaves, given.gradients).enumerated() {
      guard let expected else { continue }
      let difference = (leaf.grad ?? .zeros(leaf.shape)).difference(
        from: expected.floats, shape: expected.shape, tolerance: tolerance, "\(label), gradient \(place)")
      #expect(difference == nil)
    }
  }

  // MARK: Finite differences

  @Test(arguments: LayerUnderTest.names.filter { $0 != "TransformerEncoder" })
  func gradientsAreTheSlopes(_ name: String) throws {
    for (number, layer) in fixture.layers.filter({ $0.given.op == name }).enumerated() {
      let given = layer.given
      // A kink next to a point would spoil the difference, not the gradient; GELU covers the same code. And a padding
      // row has a slope, but by agreement no gradient.
      if given.text("activation") == "relu" || given.double("paddingIndex") != nil {
        continue
      }
      let made = try #require(
        withGenerator(Generator(seed: 5)) { LayerUnderTest.make(name, LayerArguments(given.arguments)) })
      made.module.eval()
      for (seed, parameter) in made.module.parameters().enumerated() {
        parameter.assign(GradientPoints.anywhere.tensor(parameter.shape, seed: seed) * 0.25)
      }
      let inputs = given.makeInputs().leaves
      var leaves = made.module.namedParameters().map { (name: $0.name, leaf: $0.parameter) }
      for (place, leaf) in inputs.enumerated() where given.gradients[place] != nil {
        leaf.assign(GradientPoints.distinct.tensor(leaf.shape, seed: place) * 0.25)
        leaves.append(("input \(place)", leaf))
      }
      let mismatch = gradientMismatch(leaves, tolerance: 2e-3) {
        [made.call(zip(inputs, given.inputs).map { $1.viewed($0) }, given)]
      }
      #expect(mismatch == nil, "\(name) \(number)")
    }
  }

  @Test func gradientsOfLossesAreTheSlopes() {
    let labels = IntTensor([2, 0, -100, 3])
    let logits = GradientPoints.anywhere.tensor([4, 5], seed: 1).requiringGrad()
    let targets = GradientPoints.anywhere.tensor([4, 5], seed: 2).requiringGrad()
    #expect(gradientMismatch([("logits", logits)]) { [crossEntropy(logits, labels)] } == nil)
    #expect(gradientMismatch([("logits", logits)]) { [crossEntropy(logits, labels, labelSmoothing: 0.2)] } == nil)
    let both = [("prediction", logits), ("targets", targets)]
    #expect(gradientMismatch(both) { [binaryCrossEntropyWithLogits(logits, targets)] } == nil)
    #expect(gradientMismatch(both) { [meanSquaredError(logits, targets)] } == nil)
  }
}

@Suite struct InitializationTests {
  @Test func theBoundsAreThoseOfPyTorchToTheLastBit() {
    // 1 / √768 by the two expressions: here they differ in the last bit.
    #expect(Initialization.kaimingUniformBound(fanIn: 768) == 0x1.279a74590331cp-5)
    #expect(Initialization.biasBound(fanIn: 768) == 0x1.279a74590331dp-5)
    #expect(Initialization.xavierUniformBound(fanIn: 768, fanOut: 2304) == 0x1.6a09e667f3bccp-5)
  }
}

extension OperationCase {
  fileprivate var indicesText: String { ids.map { "\($0.map { $0.ints ?? [] })" } ?? "" }
}
