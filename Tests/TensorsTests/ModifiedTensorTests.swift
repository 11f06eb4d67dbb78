import Foundation
import Tensors
import TestSupport
import Testing

/// A gradient that needs numbers that were overwritten since is refused; one that does not is right.
@Suite struct ModifiedTensorTests {
  private static func leaf(_ shape: [Int] = [2, 3]) -> Tensor { Tensor.full(shape, 0.5).requiringGrad() }

  /// A call on a leaf of an operation whose gradient needs that leaf: it is overwritten before `backward()`.
  private static func input(
    _ name: String, _ shape: [Int] = [2, 3], shown: [Int]? = nil, _ call: @escaping @Sendable (Tensor) -> Tensor
  ) -> WrongCall {
    WrongCall("\(name) of a changed tensor", ["error: \(name):", "\(shown ?? shape)", "modified by an in-place"]) {
      let x = leaf(shape)
      let y = call(x)
      x.assign(.ones(shape))
      y.sum().backward()
    }
  }

  /// The same for one whose gradient needs its result.
  private static func result(_ name: String, _ call: @escaping @Sendable (Tensor) -> Tensor) -> WrongCall {
    WrongCall("\(name) with a changed result", ["error: \(name):", "[2, 3]", "modified by an in-place"]) {
      let y = call(leaf())
      y.assign(.ones([2, 3]))
      y.sum().backward()
    }
  }

  static let calls: [WrongCall] = [
    input("*") { $0 * $0 },
    input("*") { $0 * leaf([3]) },
    input("/") { 1 / $0 },
    input("maximum") { .maximum($0, Tensor(0)) },
    input("log") { $0.log() }, input("abs") { $0.abs() }, input("pow") { $0.pow(2) }, input("erf") { $0.erf() },
    input("sin") { $0.sin() }, input("cos") { $0.cos() }, input("logSigmoid") { $0.logSigmoid() },
    input("clamp") { $0.clamp(0, 1) },
    input("max") { $0.max() }, input("min") { $0.min() },
    input("l2Normalized") { $0.l2Normalized() },
    input("layerNorm") { $0.layerNorm() },
    input("layerNorm", [3]) { leaf().layerNorm(weight: $0) },
    input("matmul") { $0.matmul(leaf([3, 4])) },
    input("matmul") { leaf([4, 2]).matmul($0) },
    input("matmul", [3], shown: [3, 1]) { leaf().matmul($0) },
    input("linear") { $0.linear(weight: leaf([4, 3])) },
    input("linear") { leaf([5, 3]).linear(weight: $0, bias: leaf([2])) },
    input("conv2d", [4, 2, 3, 3], shown: [4, 18]) { leaf([1, 2, 5, 5]).conv2d(weight: $0) },
    input("selfAttention", [1, 4, 12], shown: [1, 2, 4, 2]) { .selfAttention($0, headCount: 2) },
    input("scaledDotProductAttention", [1, 1, 4, 2]) {
      .scaledDotProductAttention(query: $0, key: leaf([1, 1, 5, 2]), value: leaf([1, 1, 5, 2]))
    },
    input("scaledDotProductAttention", [1, 1, 5, 2]) {
      .scaledDotProductAttention(query: leaf([1, 1, 4, 2]), key: $0, value: leaf([1, 1, 5, 2]))
    },
    input("scaledDotProductAttention", [1, 1, 5, 3]) {
      .scaledDotProductAttention(query: leaf([1, 1, 4, 2]), key: leaf([1, 1, 5, 2]), value: $0)
    },
    result("exp") { $0.exp() }, result("sqrt") { $0.sqrt() }, result("tanh") { $0.tanh() },
    result("sigmoid") { $0.sigmoid() }, result("relu") { $0.relu() },
    result("softmax") { $0.softmax(dim: -1) }, result("logSoftmax") { $0.logSoftmax(dim: -1) },
    WrongCall("attention weights that were changed", ["scaledDotProductAttention:", "[1, 1, 4, 5]", "modified"]) {
      let (query, key) = (leaf([1, 1, 4, 2]), leaf([1, 1, 5, 2]))
      let (output, weights) = Tensor.scaledDotProductAttentionWithWeights(query: query, key: key, value: key)
      weights.assign(.zeros(weights.shape))
      output.sum().backward()
    },
    WrongCall("a change through a view", ["*:", "[2, 3]", "modified"]) {
      let x = leaf()
      let y = x * x
      x[1].assign(.zeros([3]))
      y.sum().backward()
    },
    WrongCall("a change of what a view shows", ["*:", "[3, 2]", "modified"]) {
      let x = leaf()
      let y = x.T * x.T
      x.assign(.zeros([2, 3]))
      y.sum().backward()
    },
    WrongCall("a change of a constant factor", ["*:", "[3]", "modified"]) {
      let factor = Tensor.ones([3])
      let y = leaf() * factor
      factor.assign(.zeros([3]))
      y.sum().backward()
    },
    WrongCall("a change without recording", ["*:", "[2, 3]", "modified"]) {
      let x = leaf()
      let y = x * x
      noGrad { x.assign(x * 2) }
      y.sum().backward()
    },
  ]

  @Test(arguments: calls.indices) func aNeededTensorThatChangedIsRefused(_ index: Int) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
      Self.calls[index].make()
    }
    Self.calls[index].expectLine(result)
  }

  /// Overwriting what a gradient does not need is no mistake.
  private func gradient(_ shape: [Int] = [2, 3], of call: (Tensor) -> Tensor) throws -> [Float] {
    let x = Tensor.full(shape, 2).requiringGrad()
    let y = call(x)
    x.assign(.full(shape, 9))
    y.sum().backward()
    return try #require(x.grad).scalars
  }

  @Test func sumsAndViewsNeedNoNumbers() throws {
    #expect(try gradient { $0 + $0 } == [2, 2, 2, 2, 2, 2])
    #expect(try gradient { -$0 - 1 } == [-1, -1, -1, -1, -1, -1])
    #expect(try gradient { $0 * 3 } == [3, 3, 3, 3, 3, 3])
    #expect(try gradient { $0 / 2 } == [0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
    #expect(try gradient { $0.T[1..<3].mean() } == [0, 0.25, 0.25, 0, 0.25, 0.25])
    #expect(try gradient { $0.pow(0) } == [0, 0, 0, 0, 0, 0])
    #expect(try gradient { $0.cumsum(dim: 1) } == [3, 2, 1, 3, 2, 1])
    #expect(try gradient { .cat([$0, $0], dim: 1) } == [2, 2, 2, 2, 2, 2])
    #expect(try gradient { $0.embedding(IntTensor([1])) } == [0, 0, 0, 1, 1, 1])
    #expect(try gradient { Tensor.where(Tensor([1, 0, 1]), $0, Tensor(0)) } == [1, 0, 1, 1, 0, 1])
  }

  @Test func constantsNeedNothingOfTheirPartners() throws {
    #expect(try gradient { $0.matmul(.ones([3, 4])) } == [4, 4, 4, 4, 4, 4])
    #expect(try gradient { $0.linear(weight: .ones([5, 3])) } == [5, 5, 5, 5, 5, 5])
    #expect(try gradient([2]) { Tensor.ones([4, 3]).linear(weight: .ones([2, 3]), bias: $0) } == [4, 4])
    #expect(try gradient([3]) { Tensor.ones([4, 3]).layerNorm(bias: $0) } == [4, 4, 4])
  }

  @Test func resultsThatNoGradientNeedsCanBeOverwritten() throws {
    let x = Tensor([1, 2]).requiringGrad()
    let y = x * 3
    y.assign(.zeros([2]))
    y.sum().backward()
    #expect(try #require(x.grad).scalars == [3, 3])
  }

  @Test func geluKeepsItsSlopeAndNotItsArgument() throws {
    let slope = Tensor.full([2, 3], 2).requiringGrad()
    slope.gelu().sum().backward()
    #expect(try gradient { $0.gelu() } == (try #require(slope.grad)).scalars)
  }

  @Test func valuesUsedAfterTheChangeHaveTheGradientOfTheNewOnes() throws {
    let w = Tensor([3]).requiringGrad()
    for value in [1, 5] as [Float] {
      w.assign(Tensor([value]))
      w.grad = nil
      (w * w).sum().backward()
      #expect(try #require(w.grad).scalars == [2 * value])
    }
  }

  @Test func aCopyIsNotChanged() throws {
    let x = Tensor([1, 2, 3, 4], shape: [2, 2]).requiringGrad()
    let y = x.T.contiguous() * 1
    let z = y * y
    x.assign(.zeros([2, 2]))
    z.sum().backward()
    #expect(try #require(x.grad).scalars == [2, 4, 6, 8])
  }

  @Test func aLeafThatWasFrozenBeforeBackwardGetsNoGradient() throws {
    let (x, w) = (Tensor([1, 2]).requiringGrad(), Tensor([3, 4]).requiringGrad())
    let loss = (x * w).sum() + w.sum() + w[0..<1].sum()
    w.isFrozen = true
    loss.backward()
    #expect(w.grad == nil)
    #expect(try #require(x.grad).scalars == [3, 4])
  }

  @Test func frozenPartsOfANormalizationChangeNoOtherGradient() throws {
    let values = withGenerator(Generator(seed: 1)) { [Tensor.randn([7, 5]), .randn([5]), .randn([5])] }
    func gradients(_ frozen: Set<Int>) -> [[Float]?] {
      let leaves = values.map { $0.requiringGrad() }
      for index in frozen { leaves[index].isFrozen = true }
      let y = leaves[0].layerNorm(weight: leaves[1], bias: leaves[2])
      (y * .weighting(y.shape)).sum().backward()
      return leaves.map { $0.grad?.scalars }
    }
    let all = gradients([])
    for frozen in [[0], [1], [2], [0, 1], [0, 2], [1, 2]] as [Set<Int>] {
      #expect(gradients(frozen) == all.enumerated().map { frozen.contains($0) ? nil : $1 }, "\(frozen)")
    }
  }

  @Test func aFrozenWeightKeepsNoInput() async {
    await #expect(processExitsWith: .success) {
      let weight = Tensor.ones([8, 1000]).requiringGrad()
      weight.isFrozen = true
      let before = Memory.liveBytes
      let y = (Tensor.ones([1000, 1000]).requiringGrad() + 1).linear(weight: weight)
      let kept = Memory.liveBytes - before
      exit(y.requiresGrad && kept < 1_000_000 ? 0 : 1)
    }
  }
}
