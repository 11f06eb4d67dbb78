import Datasets

/// An exam with a certain share of yes.
///
/// - Parameters:
///   - pool: questions that are answered with yes or no.
///   - count: how many questions the exam has.
///   - yesShare: the share of questions with the answer "yes", from 0 to 1.
/// - Returns: different questions in the order of the pool.
func biased(_ pool: [SceneQuestion], count: Int, yesShare: Double) -> [SceneQuestion] {
  var yes = Int((Double(count) * yesShare).rounded())
  var no = count - yes
  return pool.filter { question in
    let isYes = question.answer == "yes"
    guard isYes ? yes > 0 : no > 0 else { return false }
    if isYes { yes -= 1 } else { no -= 1 }
    return true
  }
}

/// The answer that is right most often; the first in alphabetical order on ties.
func mostFrequentAnswer(_ questions: [SceneQuestion]) -> String {
  let answers = questions.map(\.answer)
  // Sorted, because a set has no order; `max` keeps the first of equal ones.
  return Set(answers).sorted().max { first, second in
    answers.count { $0 == first } < answers.count { $0 == second }
  } ?? ""
}

/// The share of pairs of which `answer` gives both right answers, 0 to 1.
func bothRight(_ pairs: [SceneCounterfactual], _ answer: (SceneQuestion) -> String) -> Double {
  let right = pairs.count {
    answer($0.original) == $0.original.answer && answer($0.changed) == $0.changed.answer
  }
  return Double(right) / Double(pairs.count)
}
