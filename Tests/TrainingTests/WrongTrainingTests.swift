import Tensors
import TestSupport
import Testing
import Training

/// Logits, matches and shares that cannot be end the program with one line.
@Suite struct WrongTrainingTests {
  static let calls: [WrongCall] = [
    WrongCall("one number", ["contrastiveLoss:", "not []"]) { _ = contrastiveLoss(Tensor(1), matches: [true]) },
    WrongCall("a vector", ["contrastiveLoss:", "not [2]"]) {
      _ = contrastiveLoss(Tensor([1, 2], shape: [2]), matches: [true, true])
    },
    WrongCall("a rectangle", ["contrastiveLoss:", "not [2, 3]"]) {
      _ = contrastiveLoss(.zeros([2, 3]), matches: [Bool](repeating: true, count: 6))
    },
    WrongCall("a batch of batches", ["contrastiveLoss:", "not [1, 1, 1]"]) {
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
    WrongCall("a share above all", ["TrainingReport:", "right", "1.5"]) { add(1.5) },
    WrongCall("a negative share", ["TrainingReport:", "right", "-0.1"]) { add(-0.1) },
    WrongCall("an infinite share", ["TrainingReport:", "right", "inf"]) { add(.infinity) },
  ]

  private static func add(_ share: Double) {
    var report = TrainingReport()
    report.add(share: share, "right")
  }

  @Test(arguments: calls.map(\.name)) func endsWithOneLine(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }
}
