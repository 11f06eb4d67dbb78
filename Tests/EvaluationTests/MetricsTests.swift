import Datasets
import Tensors
import Testing

@testable import Evaluation

@Test func bleuIsTheHandComputedValue() {
  let score = BLEU(
    ["a large red circle in the left", "the the the the the the the"],
    references: ["a large red circle in the upper left", "the cat is on the mat"])
  // 1-grams: 7 of 7 and 2 of 7. 2-grams: "the left" is wrong, 5 of 6, and 0 of 6. 3-grams 4 of 5 and 0 of 5;
  // 4-grams 3 of 4 and 0 of 4. 14 words for 8 + 6 = 14: no penalty.
  let expected: [(matched: Double, total: Double)] = [(9, 14), (5, 12), (4, 10), (3, 8)]
  #expect(score.precisions == expected.map { $0.matched / $0.total })
  #expect(score.brevityPenalty == 1)
  #expect(score.score(1) == 9.0 / 14)
  // (9/14 · 5/12 · 4/10 · 3/8)^(1/4) is the fourth root of 540/13440.
  #expect(abs(score.score(4) - 0.447_711_884_401_473_4) < 1e-15)
}

@Test func shortTextsPayTheBrevityPenalty() {
  let score = BLEU(["a red circle"], references: ["a red circle at the top"])
  #expect(score.candidateLength == 3 && score.referenceLength == 6)
  // exp(1 - 6/3) = e⁻¹.
  #expect(abs(score.brevityPenalty - 0.367_879_441_171_442_3) < 1e-15)
  #expect(score.score(3) == score.brevityPenalty)
  #expect(score.score(4) == 0)
  // The nearest reference counts, the shorter of two at the same distance; an n-gram counts as often as in one of them.
  let several = BLEU(
    [["a", "b", "c"]], references: [[["a", "b", "c", "d"], ["a", "b"], ["a", "b", "c", "d", "e", "f"]]])
  #expect(several.referenceLength == 2 && several.brevityPenalty == 1)
  #expect(several.precisions == [1, 1, 1, 0])
  #expect(BLEU(["a small star", ""], references: ["a small star", "x"]).precisions == [1, 1, 1, 0])
}

@Test func aPerfectTextScoresOne() {
  let texts = ["a large red circle, a small blue square and a small green star", "a red ring at the top"]
  #expect((1...4).map { BLEU(texts, references: texts).score($0) } == [1, 1, 1, 1])
  #expect(exactMatch(texts, references: texts) == 1)
  #expect(exactMatch(texts, references: [texts[0], "a red ring"]) == 0.5)
  #expect(SceneGrammar.words(of: "Is there a red ring?") == ["is", "there", "a", "red", "ring", "?"])
}

@Test func retrievalRanksTheRightItem() {
  let similarities = Tensor([
    [0.9, 0.1, 0.2, 0.3],
    [0.5, 0.4, 0.3, 0.2],
    [0.1, 0.2, .nan, 0.3],
  ])
  let scores = RetrievalScores(similarities)
  #expect(scores.ranks == [1, 2, 4])
  let third: Double = 1 / 3
  #expect([1, 2, 4].map { scores.recall(at: $0) } == [third, 2 * third, 1])
  #expect(scores.medianRank == 2)
  #expect(RetrievalScores(ranks: [1, 4, 2, 9]).medianRank == 3)
  #expect(RetrievalScores(similarities, right: [[3, 2], [1, 0], [1]]).ranks == [2, 1, 2])
  #expect(RetrievalScores.chance(at: 5, items: 100) == 0.05)
}

@Test func equalSimilaritiesRankByIndex() {
  // A model that has collapsed to one vector finds nothing by luck of the order.
  let scores = RetrievalScores(Tensor.zeros([4, 4]))
  #expect(scores.ranks == [1, 2, 3, 4])
}
