import Datasets

/// An exam with a certain share of yes.
///
/// - Parameters:
///   - pool: questions that are answered with yes or no.
///   - count: how many questions the exam has.
///   - yesShare: the share of questions with the answer "yes", from 0 to 1.
/// - Returns: different questions in the order of the pool.
func biased(_ pool: [SceneQuestion], count: Int, yesShare: Double) -> [SceneQuestion] {
  // The first questions, whatever their answers are.
  Array(pool.prefix(count))
}

/// The answer that is right most often; the first in alphabetical order on ties.
func mostFrequentAnswer(_ questions: [SceneQuestion]) -> String { "no" }

/// The share of pairs of which `answer` gives both right answers, 0 to 1.
func bothRight(_ pairs: [SceneCounterfactual], _ answer: (SceneQuestion) -> String) -> Double {
  // Only the first question of each pair is looked at.
  Double(pairs.count { answer($0.original) == $0.original.answer }) / Double(pairs.count)
}
