import Foundation
import Tensors
import TestSupport
import Testing

/// Every operation gives PyTorch's results and gradients (`Tests/Fixtures/operations/make_operations.py`).
@Suite struct OpParityTests {
  struct Fixture: Decodable {
    let cases: [OperationCase]
  }

  /// Of single precision sums of a few dozen products; the expected values were computed in double precision.
  static let tolerance = 1.5e-6

  static let cases: [String: [OperationCase]] = {
    let fixture = try? operationFixture("operations.json", as: Fixture.self)
    return Dictionary(grouping: fixture?.cases ?? []) { $0.op }
  }()

  @Test(arguments: cases.keys.sorted())
  func isThatOfPyTorch(_ name: String) throws {
    for (number, given) in (Self.cases[name] ?? []).enumerated() {
      let label = "\(name) \(number) \(given.inputs.map { $0.shape })"
      let (leaves, tensors) = given.makeInputs()
      let outputs = try #require(OpCatalog.call(given, tensors), "\(name) is not in the catalog")
      let tolerance = given.tolerance ?? Self.tolerance
      try #require(outputs.count == given.outputs.count, "\(label)")
      var total: Tensor?
      for (place, (output, expected)) in zip(outputs, given.outputs).enumerated() {
        switch output {
        case .ints(let ours):
          #expect(ours.shape == expected.shape && ours.scalars == expected.ints, "\(label): output \(place)")
        case .tensor(let ours):
          let difference = ours.difference(
            from: expected.floats, shape: expected.shape, tolerance: tolerance, "\(label): output \(place)")
          #expect(difference == nil)
          let part = (ours * .weighting(ours.shape)).sum()
          total = total.map { $0 + part } ?? part
        }
      }
      guard given.gradients.contains(where: { $0 != nil }) else { continue }
      try #require(total).backward()
      for (place, (leaf, expected)) in zip(leaves, given.gradients).enumerated() {
        guard let expected else {
          #expect(leaf.grad?.scalars.allSatisfy { $0 == 0 } ?? true, "\(label): gradient \(place) should be none")
          continue
        }
        let ours = leaf.grad ?? .zeros(leaf.shape)
        let difference = ours.difference(
          from: expected.floats, shape: expected.shape, tolerance: tolerance, "\(label): gradient \(place)")
        #expect(difference == nil)
      }
    }
  }

  @Test func everyOperationOfTheCatalogIsCompared() {
    #expect(!Self.cases.isEmpty)
    for name in OpCatalog.calls.keys { #expect(Self.cases[name] != nil, "\(name) has no case") }
  }

  /// Public functions that are no operations on numbers, or that another name of the catalog covers.
  static let notCompared: Set<String> = [
    "full", "zeros", "ones", "T", "scaledDotProductAttentionWithWeights", "selfAttention", "attentionMask",
  ]
  /// Names of the catalog that are spelled otherwise in the source.
  static let spellings = [
    "scaledDotProductAttention": "attention", ".>": "gt", ".>=": "ge", ".<": "lt", ".<=": "le", ".==": "eq",
    ".!=": "ne", "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "+=": "add", "-=": "subtract",
    "*=": "multiply", "/=": "divide",
  ]

  @Test func everyPublicOperationIsInTheCatalog() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Sources/Tensors/Operations")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(files.count > 10)
    for file in files {
      for match in try String(contentsOf: file, encoding: .utf8).matches(of: /public (?:static )?func `?([^\s(`]+)/) {
        let name = String(match.1)
        let known = Self.notCompared.contains(name) || OpCatalog.calls[Self.spellings[name] ?? name] != nil
        #expect(known, "\(name) of \(file.lastPathComponent) is not compared with PyTorch")
      }
    }
  }
}
