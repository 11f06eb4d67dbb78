import Foundation
import Tensors
import Testing

@Suite struct OpAutogradTests {
  @Test func twoBackwardsAddUpUntilTheGradientIsForgotten() {
    let x = Tensor([1, 2, 3]).requiringGrad()
    (x * x).sum().backward()
    #expect(x.grad?.scalars == [2, 4, 6])
    (x * 3).sum().backward()
    #expect(x.grad?.scalars == [5, 7, 9])
    x.grad = nil
    x.sum().backward()
    #expect(x.grad?.scalars == [1, 1, 1])
  }

  @Test func gradientsOfSharedMemoryStayApart() {
    // Both leaves get the same gradient tensor; adding to one must not change the other.
    let a = Tensor([1, 2]).requiringGrad()
    let b = Tensor([3, 4]).requiringGrad()
    (a + b).sum().backward()
    (a * 2).sum().backward()
    (a * 2).sum().backward()
    #expect(a.grad?.scalars == [5, 5])
    #expect(b.grad?.scalars == [1, 1])
  }

  @Test func aDiamondCountsBothPaths() {
    let x = Tensor([2, -1]).requiringGrad()
    let y = x * 3
    let z = y * y + y.relu() + y
    z.sum().backward()
    // 9 x² + relu(3x) + 3x
    #expect(x.grad?.scalars == [42, -15])
  }

  @Test func aTensorUsedManyTimesGetsTheSum() {
    let x = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]).requiringGrad()
    let y = x.matmul(x.T) + x.sum() + x.sum(dim: 1, keepDims: true)
    y.sum().backward()
    // Σ (x xᵀ): twice the column sums; the sums add 4 and 2.
    #expect(x.grad?.scalars == [16, 20, 24, 16, 20, 24])
  }

  @Test func viewsOfViewsLeadBackToTheLeaf() {
    let x = Tensor.arange(24).reshape(2, 3, 4).requiringGrad()
    let y = x.transpose(0, 2)[1..<3].select(-1, dim: -1).T.reshape(-1)  // x[1, :, 1..<3]
    #expect(y.scalars == [13, 14, 17, 18, 21, 22])
    (y * Tensor([1, 2, 3, 4, 5, 6])).sum().backward()
    var expected = [Float](repeating: 0, count: 24)
    for (place, index) in [13, 14, 17, 18, 21, 22].enumerated() { expected[index] = Float(place + 1) }
    #expect(x.grad?.scalars == expected)
  }

  @Test(arguments: [0, 1, 2, -1]) func piecesFillTheGradientOfTheWhole(_ dim: Int) {
    let x = Tensor.arange(6 * 3 * 9).reshape(6, 3, 9).requiringGrad()
    let parts = x.chunk(3, dim: dim)
    (parts[0] * 1 + parts[1] * 2 + parts[2] * 3).sum().backward()
    let expected = Tensor.cat(parts.enumerated().map { .full($1.shape, Float($0 + 1)) }, dim: dim)
    #expect(x.grad?.scalars == expected.scalars)
  }

  @Test func overlappingSlicesAddUp() {
    let x = Tensor.arange(5).requiringGrad()
    (x[0..<3].sum() + x[2..<5].sum() * 10 + x[2] * 100 + x.sum() * 1000).backward()
    #expect(x.grad?.scalars == [1001, 1001, 1111, 1010, 1010])
  }

  @Test func everySliceOfOneColumnReachesItsColumn() {
    let x = Tensor.arange(35).reshape(5, 7).requiringGrad()
    (0..<7).reduce(Tensor(0)) { $0 + x.select($1, dim: 1).sum() * Float($1) }.backward()
    #expect(x.grad?.scalars == (0..<35).map { Float($0 % 7) })
  }

  @Test func noGradRecordsNothing() {
    let x = Tensor([1, 2]).requiringGrad()
    let y = noGrad { x * x }
    #expect(!y.requiresGrad)
    #expect(noGrad { x.requiresGrad })
    let z = x.detached() * 2
    #expect(!z.requiresGrad)
    (x * y.detached()).sum().backward()
    #expect(x.grad?.scalars == [1, 4])
  }

  @Test func frozenLeavesGetNoGradient() {
    let x = Tensor([1, 2]).requiringGrad()
    let w = Tensor([3, 4]).requiringGrad()
    w.isFrozen = true
    #expect(!w.requiresGrad && !(w * 2).requiresGrad)
    (x * w).sum().backward()
    #expect(w.grad == nil)
    #expect(x.grad?.scalars == [3, 4])
    w.isFrozen = false
    (x * w).sum().backward()
    #expect(w.grad?.scalars == [1, 2])
  }

  @Test func aGivenGradientStartsAnywhere() {
    let x = Tensor([1, 2, 3]).requiringGrad()
    (x * x).backward(from: Tensor([1, 10, 100]))
    #expect(x.grad?.scalars == [2, 40, 600])
  }

  @Test func aMaskSaysWhatIsSeen() {
    let mask = Tensor.attentionMask(visible: Tensor([1, 0, -2, 0]).requiringGrad())
    #expect(mask.scalars == [0, -.infinity, 0, -.infinity])
    #expect(!mask.requiresGrad)
  }

  @Test func gradientsAreNotRecordedThemselves() {
    let x = Tensor([1, 2]).requiringGrad()
    (x * x * x).sum().backward()
    #expect(x.grad?.requiresGrad == false)
  }

  // A thread of the test runner has half a MiB of stack: 100,000 frames of anything do not fit.
  static let deep = 100_000

  @Test func aDeepChainPassesItsGradientBack() {
    let x = Tensor([1, 2]).requiringGrad()
    var y = x
    for _ in 0..<Self.deep { y = y + 1 }
    y.sum().backward()
    #expect(x.grad?.scalars == [1, 1])
  }

  @Test func aDeepChainIsFreedWithoutRecursion() {
    let x = Tensor([1, 2]).requiringGrad()
    var y = x
    for _ in 0..<Self.deep { y = y * x + y }
    #expect(y.requiresGrad)
    y = x
    for _ in 0..<Self.deep { y = y.tanh().reshape(2, 1).T.reshape(2) }
    #expect(y.requiresGrad)
  }

  @Test func anUnusedDeepBranchIsFreedByBackward() {
    let x = Tensor([1]).requiringGrad()
    var branch = x
    for _ in 0..<Self.deep { branch = branch.exp() * 0 }
    (branch.sum() + x.sum()).backward()
    #expect(x.grad?.scalars == [1])
  }

  // Memory is counted for the whole process, so these run in one of their own.

  @Test func backwardFreesWhatWasKept() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor.ones([1000, 100]).requiringGrad()
      let before = Memory.liveBytes
      do {
        let loss = (0..<10).reduce(x) { y, _ in y.tanh() * 2 }.sum()
        // Ten tensors of 400 kB are kept, and freed with the gradients in between while `loss` still lives.
        guard Memory.liveBytes - before > 9 * 400_000 else { exit(1) }
        loss.backward()
        guard Memory.liveBytes - before < 2 * 500_000, loss.item > 0 else { exit(2) }
      }
      x.grad = nil
      exit(Memory.liveBytes == before ? 0 : 3)
    }
  }

  @Test func memoryThatWaitsCanBeGivenBack() async {
    await #expect(processExitsWith: .success) {
      _ = Tensor.ones([1000, 100])
      guard Memory.pooledBytes >= 400_000 else { exit(1) }
      Memory.trim()
      let x = Tensor.ones([1000, 100])
      exit(Memory.pooledBytes == 0 && x.sum().item == 100_000 ? 0 : 2)
    }
  }

  @Test func noGradFreesAtOnce() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor.ones([1000, 100]).requiringGrad()
      let before = Memory.liveBytes
      let y = noGrad { (0..<10).reduce(x) { y, _ in y.tanh() * 2 } }
      exit(Memory.liveBytes - before < 500_000 && y.count == 100_000 ? 0 : 1)
    }
  }
}
