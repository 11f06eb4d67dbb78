import Datasets
import Evaluation
import Testing

struct QuestionPriorTests {
  private let scenes = Scenes(split: .training, seed: 7)

  @Test func itAnswersWhatWasMostOftenRightForTheseWords() {
    let prior = QuestionPrior(scenes, count: 500)
    let question = scenes.question(at: 0)
    let same = (0..<500).map { scenes.question(at: $0) }.filter { $0.text == question.text }
    let counts = same.reduce(into: [String: Int]()) { $0[$1.answer, default: 0] += 1 }
    #expect(counts[prior.answer(question)] == counts.values.max())
  }

  @Test func anUnknownQuestionGetsTheAnswerOfItsType() {
    let prior = QuestionPrior(scenes, count: 500)
    let strange = Scenes(split: .heldOut, wordings: .heldOut, seed: 1)
    for type in SceneQuestionType.allCases {
      #expect(prior.answer(strange.question(at: 4, type: type)) == prior.majority(type))
    }
    #expect(["yes", "no"].contains(prior.majority(.relation)) && ["yes", "no"].contains(prior.majority))
  }
}
