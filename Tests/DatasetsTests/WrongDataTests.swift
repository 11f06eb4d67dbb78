import Datasets
import Tensors
import TestSupport
import Testing

/// Examples, labels and ranks that cannot be end the program with one line.
@Suite struct WrongDataTests {
  static let calls: [WrongCall] = [
    WrongCall("numbers that do not divide", ["LogisticRegression:", "3 numbers", "2 examples"]) {
      _ = LogisticRegression(features: [1, 2, 3], labels: [0, 1], classCount: 2)
    },
    WrongCall("a label too large", ["LogisticRegression:", "label 2", "2 classes"]) {
      _ = LogisticRegression(features: [1, 2], labels: [0, 2], classCount: 2)
    },
    WrongCall("no examples", ["NearestCentroid:", "0 examples"]) { _ = NearestCentroid(features: [], labels: []) },
    WrongCall("a negative label", ["NearestCentroid:", "label -1"]) {
      _ = NearestCentroid(features: [1], labels: [-1])
    },
    WrongCall("a class without examples", ["NearestCentroid:", "class 0"]) {
      _ = NearestCentroid(features: [1], labels: [1])
    },
    WrongCall("examples of another width", ["NearestCentroid:", "3 numbers"]) {
      _ = NearestCentroid(features: [1, 2], labels: [0]).predict([1, 2, 3])
    },
    WrongCall("a digit of two digits", ["DigitCaption:", "10"]) { _ = DigitCaption.text(10) },
    WrongCall("a wording too many", ["DigitCaption:", "9"]) { _ = DigitCaption.text(1, frame: 9) },
    WrongCall("an unknown word", ["WordVocabulary:", "zebra"]) { _ = WordVocabulary.scenes.encode(["zebra"]) },
    WrongCall("a text too long", ["WordVocabulary:", "2 words in rows of 1"]) {
      _ = WordVocabulary.scenes.encode(["a circle"], length: 1)
    },
    WrongCall("a word twice", ["WordVocabulary:", "twice"]) { _ = WordVocabulary(["a", "a"]) },
    WrongCall("no ranks", ["RetrievalScores:", "at least one"]) { _ = RetrievalScores(ranks: []) },
    WrongCall("similarities of one number", ["RetrievalScores:", "[]"]) { _ = RetrievalScores(Tensor(1)) },
    WrongCall("a right item that is not there", ["RetrievalScores:", "item 5", "query 0"]) {
      _ = RetrievalScores(.ones([1, 2]), right: [[5]])
    },
    WrongCall("too few guesses", ["accuracy:", "1 guesses"]) { _ = try? Digits.load().accuracy(of: [1]) },
    WrongCall("an empty batch", ["shuffledBatches:", "a batch of 0"]) {
      _ = try? Digits.load().shuffledBatches(of: 0, count: 1)
    },
    WrongCall("a digit that is not there", ["Digits:", "-1"]) { _ = try? Digits.load().image(at: -1) },
    WrongCall("a prior of no questions", ["QuestionPrior:", "0"]) {
      _ = QuestionPrior(Scenes(split: .training), count: 0)
    },
  ]

  @Test(arguments: calls.map(\.name)) func endsWithOneLine(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }
}
