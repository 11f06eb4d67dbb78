import Layers
import Tensors
import Testing

/// A wrong call of a layer ends the program with one line that names the caller's line, not the engine's.
@Suite struct LayerFailureTests {
  private func expectLine(_ result: ExitTest.Result?, _ parts: [String], call: Int) throws {
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("error: ") }
    try #require(lines.count == 1, "\(text)")
    for part in parts { #expect(lines[0].contains(part), "\(lines[0])") }
    // Tests are optimized: the line is the caller's or there is none.
    if lines[0].contains("(at ") {
      #expect(lines[0].hasSuffix("(at LayersTests/LayerFailureTests.swift:\(Wrong.firstLine + call))"), "\(lines[0])")
    }
    #expect(!text.contains("Crash") && !text.contains("Thread 0"), "\(text)")
  }

  @Test func ofALinearLayer() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      Wrong.ofALinearLayer()
    }
    try expectLine(result, ["Linear", "[2, 4]", "[3, 5]"], call: 1)
  }

  @Test func deepWithinATransformer() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      Wrong.deepWithinATransformer()
    }
    try expectLine(result, ["TransformerEncoder", "[2, 4, 6]", "8]"], call: 7)
  }

  @Test func ofALabel() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { Wrong.ofALabel() }
    try expectLine(result, ["crossEntropy", "label 3", "3 classes", "[2, 3]"], call: 2)
  }

  @Test func ofShapesOfALoss() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      Wrong.ofShapesOfALoss()
    }
    try expectLine(result, ["crossEntropy", "[2, 3]", "[1]"], call: 3)
  }

  @Test func ofHeadsThatDoNotDivide() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      Wrong.ofHeadsThatDoNotDivide()
    }
    try expectLine(result, ["MultiheadAttention", "10", "3 heads"], call: 4)
  }
}

/// The wrong calls, in lines counted from `firstLine`. The body of an exit test is moved to a generated file; what is
/// inlined there, or merged with a function that is alike, loses its line.
// swift-format-ignore
private enum Wrong {
  static let firstLine = #line
  @_optimize(none) static func ofALinearLayer() { let layer = Linear(5, 3); _ = layer(.ones([2, 4])) }
  @_optimize(none) static func ofALabel() { _ = crossEntropy(.ones([2, 3]), IntTensor([0, 3])) }
  @_optimize(none) static func ofShapesOfALoss() { _ = crossEntropy(.ones([2, 3]), IntTensor([0])) }
  @_optimize(none) static func ofHeadsThatDoNotDivide() { _ = MultiheadAttention(embedDim: 10, headCount: 3) }
  @_optimize(none) static func deepWithinATransformer() {
    let layer = TransformerEncoderLayer(embedDim: 8, headCount: 2)
    _ = TransformerEncoder(layer, layerCount: 2)(.ones([2, 4, 6]))
  }
}
