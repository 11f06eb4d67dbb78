import Tensors
import Testing

/// A wrong call ends the program with one line that names the operation, the shapes and the caller's line.
@Suite struct OpFailureTests {
  private func expectLine(_ result: ExitTest.Result?, _ parts: [String], call: Int) throws {
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    // The test runner may say something of its own; of the engine there must be exactly one line.
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("error: ") }
    try #require(lines.count == 1, "\(text)")
    for part in parts { #expect(lines[0].contains(part), "\(lines[0])") }
    // Tests are optimized: the line is the caller's or there is none.
    if lines[0].contains("(at ") {
      #expect(lines[0].hasSuffix("(at TensorsTests/OpFailureTests.swift:\(Wrong.firstLine + call))"), "\(lines[0])")
    }
    #expect(!text.contains("Crash") && !text.contains("Thread 0"), "\(text)")
  }

  @Test func ofMatmul() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { Wrong.ofMatmul() }
    try expectLine(result, ["matmul", "[2, 3]", "[4, 5]", "3 columns", "4 rows"], call: 1)
  }

  @Test func ofAnOperator() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { Wrong.ofAnOperator() }
    try expectLine(result, ["error: +:", "[2, 3]", "[2, 4]", "3 against 4"], call: 2)
  }

  @Test func ofReshape() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { Wrong.ofReshape() }
    try expectLine(result, ["reshape", "[2, 3]", "[4, -1]", "6 numbers"], call: 3)
  }

  @Test func ofCat() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { Wrong.ofCat() }
    try expectLine(result, ["cat", "[2, 3]", "[3, 3]", "dimension 1"], call: 4)
  }

  @Test func ofADimension() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { Wrong.ofADimension() }
    try expectLine(result, ["softmax", "dimension 2", "2 dimensions"], call: 5)
  }

  @Test func ofAnIndex() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { Wrong.ofAnIndex() }
    try expectLine(result, ["embedding", "id 2", "[2, 3]"], call: 6)
  }

  @Test func ofBackwardFromManyNumbers() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      Wrong.ofBackwardFromManyNumbers()
    }
    try expectLine(result, ["backward", "[2, 3]"], call: 7)
  }

  @Test func ofBackwardWithoutLeaves() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      Wrong.ofBackwardWithoutLeaves()
    }
    try expectLine(result, ["backward", "requires gradients"], call: 8)
  }

  @Test func ofASecondBackward() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      Wrong.ofASecondBackward()
    }
    try expectLine(result, ["backward", "second time"], call: 12)
  }
}

/// The wrong calls, in lines counted from `firstLine`. The body of an exit test is moved to a generated file; what is
/// inlined there, or merged with a function that is alike, loses its line.
// swift-format-ignore
private enum Wrong {
  static let firstLine = #line
  @_optimize(none) static func ofMatmul() { _ = Tensor.ones([2, 3]).matmul(.ones([4, 5])) }
  @_optimize(none) static func ofAnOperator() { _ = Tensor.ones([2, 3]) + .ones([2, 4]) }
  @_optimize(none) static func ofReshape() { _ = Tensor.ones([2, 3]).reshape(4, -1) }
  @_optimize(none) static func ofCat() { _ = Tensor.cat([.ones([2, 3]), .ones([3, 3])], dim: 1) }
  @_optimize(none) static func ofADimension() { _ = Tensor.ones([2, 3]).softmax(dim: 2) }
  @_optimize(none) static func ofAnIndex() { _ = Tensor.ones([2, 3]).embedding(IntTensor([0, 2])) }
  @_optimize(none) static func ofBackwardFromManyNumbers() { (Tensor.ones([2, 3]).requiringGrad() * 2).backward() }
  @_optimize(none) static func ofBackwardWithoutLeaves() { Tensor.ones([2, 3]).sum().backward() }
  @_optimize(none) static func ofASecondBackward() {
    let shared = Tensor.ones([2]).requiringGrad() * 2
    shared.sum().backward()
    (shared * 3).sum().backward()
  }
}
