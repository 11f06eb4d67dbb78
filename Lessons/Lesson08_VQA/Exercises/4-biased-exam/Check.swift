import Datasets
import Evaluation
import Exercises
import Pretrained
import Tensors
import Training

@main enum Check: ExerciseCheck {
  static func check() throws {
    let scenes = Scenes(split: .heldOut, seed: 7)
    let pool = (0..<400).map { scenes.question(at: $0, type: .existence) }
    try property("An exam has the wanted number of questions and the wanted share of yes") {
      for _ in 0..<10 {
        let (count, share) = (Int.draw(in: 10...100), Double(Int.draw(in: 0...10)) / 10)
        let exam = biased(pool, count: count, yesShare: share)
        try expectEqual(exam.count, count, "the number of questions of biased(pool, count: \(count), …)")
        let yes = Int((Double(count) * share).rounded())
        try expectEqual(
          exam.count { $0.answer == "yes" }, yes,
          "the questions with the answer yes, of \(count) with a share of \(share)")
      }
    }
    try property("The questions are different ones of the pool, in its order") {
      let exam = biased(pool, count: 80, yesShare: 0.7)
      var rest = pool[...]
      for question in exam {
        guard let place = rest.firstIndex(of: question) else {
          return try expect(
            false, "a question stands twice, before one that precedes it in the pool, or is not of the pool")
        }
        rest = rest[(place + 1)...]
      }
    }
    try property("The most frequent answer is the most frequent, and the first of the alphabet on ties") {
      for _ in 0..<20 {
        let (count, share) = (2 * Int.draw(in: 3...40), [0.3, 0.5, 0.8][Int.draw(in: 0...2)])
        let exam = exam(pool, count, share)
        let yes = exam.count { $0.answer == "yes" }
        try expectEqual(
          mostFrequentAnswer(exam), yes > count - yes ? "yes" : "no", "the answer for \(yes) yes and \(count - yes) no")
      }
    }
    try property("Both right needs both: a judge that is right about one of two pictures has 0") {
      let pairs = (0..<40).map { scenes.counterfactual(at: $0, type: .existence) }
      try expectEqual(bothRight(pairs) { $0.answer }, 1, within: 0, "the share for right answers only")
      try expectEqual(bothRight(pairs) { _ in "yes" }, 0, within: 0, "the share for yes to everything")
      try expectEqual(bothRight(pairs) { _ in "no" }, 0, within: 0, "the share for no to everything")
    }

    let vilt = try QuestionAnswering(directory: try ShippedCheckpoint.vqa.directory)
    let evaluation = VQAEvaluation(model: vilt.model, tokenizer: vilt.tokenizer)
    let (fair, yes) = (biased(pool, count: 150, yesShare: 0.5), biased(pool, count: 150, yesShare: 0.9))
    try property("A biased exam lifts the answer that never looks, and hardly moves ViLT") {
      for (exam, expected, name) in [(fair, 0.5, "fair"), (yes, 0.9, "biased")] {
        let answer = mostFrequentAnswer(exam)
        try expectEqual(
          exam.accuracy(of: exam.map { _ in answer }), expected, within: 0.01, "the baseline on the \(name) exam")
      }
      let scores = try [fair, yes].map { $0.accuracy(of: try evaluation.answers($0)) }
      // Two standard errors of the difference of two shares near 97 % of 150.
      try expectEqual(scores[1], scores[0], within: 0.04, "ViLT on the biased exam, beside the fair one")
    }
    try property("On counterfactual pairs the baseline stays at 0, ViLT does not") {
      let pairs = (0..<60).map { scenes.counterfactual(at: $0, type: .existence) }
      let always = mostFrequentAnswer(yes)
      try expectEqual(bothRight(pairs) { _ in always }, 0, within: 0, "both right for the most frequent answer")
      let questions = pairs.flatMap { [$0.original, $0.changed] }
      let answers = try evaluation.answers(questions)
      let share = bothRight(pairs) { question in questions.firstIndex(of: question).map { answers[$0] } ?? "" }
      try expect(share >= 0.8, "ViLT has both right in \(share) of the pairs; expected is at least 0.8")
    }
  }

  /// An exam with a share of yes, to test what is counted on it.
  private static func exam(_ pool: [SceneQuestion], _ count: Int, _ share: Double) -> [SceneQuestion] {
    let yes = Int((Double(count) * share).rounded())
    return Array(pool.filter { $0.answer == "yes" }.prefix(yes))
      + Array(pool.filter { $0.answer == "no" }.prefix(count - yes))
  }
}
