import Datasets
import Evaluation
import Images
import Support
import Tensors
import TestSupport
import Testing

/// Examples, labels and ranks that cannot be end the program with one line.
@Suite struct WrongEvaluationTests {
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
    WrongCall("no ranks", ["RetrievalScores:", "at least one"]) { _ = RetrievalScores(ranks: []) },
    WrongCall("similarities of one number", ["RetrievalScores:", "[]"]) { _ = RetrievalScores(Tensor(1)) },
    WrongCall("a right item that is not there", ["RetrievalScores:", "item 5", "query 0"]) {
      _ = RetrievalScores(.ones([1, 2]), right: [[5]])
    },
    WrongCall("a prior of no questions", ["QuestionPrior:", "0"]) {
      _ = QuestionPrior(Scenes(split: .training), count: 0)
    },
    WrongCall("a text without references", ["BLEU:", "1 texts", "for 0"]) { _ = BLEU([["a"]], references: []) },
    WrongCall("a text with no reference", ["BLEU:", "text 1"]) {
      _ = BLEU([["a"], ["b"]], references: [[["a"]], []])
    },
    WrongCall("BLEU-0", ["BLEU.score:", "not 0"]) { _ = BLEU(["a"], references: ["a"]).score(0) },
    WrongCall("BLEU-5", ["BLEU.score:", "not 5"]) { _ = BLEU(["a"], references: ["a"]).score(5) },
    WrongCall("a match of nothing", ["exactMatch:", "0 texts"]) { _ = exactMatch([], references: []) },
    WrongCall("a match too few", ["exactMatch:", "1 texts and 2 references"]) {
      _ = exactMatch(["a"], references: ["a", "b"])
    },
    WrongCall("a character error rate of nothing", ["characterErrorRate:", "1 references of 0 characters"]) {
      _ = characterErrorRate(["a"], references: [""])
    },
    WrongCall("documents too few", ["FieldScores:", "1 documents", "for 0"]) {
      _ = FieldScores([[:]], references: [])
    },
    WrongCall("data of a document that is not there", ["exactFields:", "1 documents", "for 0"]) {
      _ = ReaderEvaluation.exactFields([[:] as JSON], [])
    },
    WrongCall("a drawing of another size", ["SceneReader:", "33×32"]) {
      _ = SceneReader()(Image(width: 33, height: 32))
    },
    WrongCall("a drawing without a caption", ["judge:", "1 drawings", "0 captions"]) {
      _ = try? judge([Image(width: 32, height: 32)], [])
    },
    WrongCall("pictures of another size", ["PixelNeighbors:", "[1, 3, 8, 8]"]) {
      _ = PixelNeighbors(Scenes(split: .training).prefix(1))(.zeros([1, 3, 8, 8]))
    },
  ]

  @Test(arguments: calls.map(\.name)) func endsWithOneLine(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }
}
