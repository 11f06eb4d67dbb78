import Tensors
import TestSupport
import Testing

/// The line about a wrong call names what was called, not what it is made of, and all shapes that it was called with.
@Suite struct OperationNameTests {
  static let calls: [WrongCall] = [
    WrongCall("a row", ["subscript:", "index 5", "[3, 2]"]) { _ = Tensor.ones([3, 2])[5] },
    WrongCall("a row of whole numbers", ["subscript:", "row 5", "[3]"]) { _ = IntTensor([1, 2, 3])[5] },
    WrongCall("rows", ["subscript:", "2..<5", "[3, 2]"]) { _ = Tensor.ones([3, 2])[2..<5] },
    WrongCall("T", ["T:", "[3]"]) { _ = Tensor.ones([3]).T },
    WrongCall("stack of nothing", ["stack:", "no tensors"]) { _ = Tensor.stack([]) },
    WrongCall("stack along no dimension", ["stack:", "[2, 3]", "7"]) { _ = Tensor.stack([.ones([2, 3])], dim: 7) },
    WrongCall("mean", ["mean:", "[2, 3]", "4"]) { _ = Tensor.ones([2, 3]).mean(dim: 4) },
    WrongCall("variance", ["variance:", "[2, 3]", "4"]) { _ = Tensor.ones([2, 3]).variance(dims: [4]) },
    WrongCall("standardDeviation", ["standardDeviation:", "[2, 3]"]) {
      _ = Tensor.ones([2, 3]).standardDeviation(dims: [4])
    },
    WrongCall("argmin", ["argmin:", "[0]"]) { _ = Tensor.zeros([0]).argmin() },
    WrongCall("argmax along a dimension", ["argmax:", "[2, 3]"]) { _ = Tensor.ones([2, 3]).argmax(dim: 2) },
    WrongCall("indexSelect", ["indexSelect:", "index 9", "[2, 3]"]) {
      _ = Tensor.ones([2, 3]).indexSelect([0, 9], dim: 1)
    },
    WrongCall("flip", ["flip:", "[2, 3]"]) { _ = Tensor.ones([2, 3]).flip(dims: [3]) },
    WrongCall("l2Normalized", ["l2Normalized:", "[2, 3]"]) { _ = Tensor.ones([2, 3]).l2Normalized(dim: 2) },
    WrongCall("minimum", ["minimum:", "[2, 3]", "[4]"]) { _ = Tensor.minimum(.ones([2, 3]), .ones([4])) },
    WrongCall("less", [".<:", "[2, 3]", "[4]"]) { use(Tensor.ones([2, 3]) .< Tensor.ones([4])) },
    WrongCall("less or equal", [".<=:", "[2, 3]", "[4]"]) { use(Tensor.ones([2, 3]) .<= Tensor.ones([4])) },
    WrongCall("other", [".!=:", "[2, 3]", "[4]"]) { use(Tensor.ones([2, 3]) .!= Tensor.ones([4])) },
    WrongCall("plus in place", ["+=:", "[2, 3]", "[4]"]) {
      var x = Tensor.ones([2, 3])
      x += .ones([4])
    },
    WrongCall("where", ["where:", "[5]", "[2, 3]", "[2, 1]"]) {
      _ = Tensor.where(.ones([5]), .ones([2, 3]), .ones([2, 1]))
    },
    WrongCall("conv2d", ["conv2d:", "[1, 1, 2, 2]", "[4, 1, 3, 3]"]) {
      _ = Tensor.ones([1, 1, 2, 2]).conv2d(weight: .ones([4, 1, 3, 3]))
    },
    WrongCall("batches of matrices", ["matmul:", "[2, 3, 4]", "[5, 4, 6]"]) {
      _ = Tensor.ones([2, 3, 4]).matmul(.ones([5, 4, 6]))
    },
    WrongCall("unsqueeze", ["unsqueeze:", "[2]", "5"]) { _ = Tensor.ones([2]).unsqueeze(5) },
  ]

  private static func use(_ x: Tensor) {}

  @Test(arguments: calls.map(\.name)) func isWhatWasCalled(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }

  @Test func isForgottenWhenTheCallIsDone() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.ones([2, 3]).mean(dim: 1)
      _ = Tensor.ones([2, 3]).sum(dim: 7)
    }
    WrongCall("sum behind mean", ["sum:", "[2, 3]"]) {}.expectLine(result)
  }

  @Test func nothingOfNothingIsNoMistake() {
    #expect(Tensor.ones([2, 0, 4]).topK(0).values.shape == [2, 0, 0])
    #expect(Tensor.zeros([0]).chunk(3).map(\.shape) == [[0], [0], [0]])
  }
}
