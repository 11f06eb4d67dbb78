/// The words of a question in another order, each with its own place.
///
/// - Parameters:
///   - ids: the question's tokens.
///   - order: which old token comes to stand at each position; the first stays first.
/// - Returns: the tokens, and for each the number of the place that is added to it.
func shuffledTogether(_ ids: [Int], by order: [Int]) -> (ids: [Int], places: [Int]) {
  // The old position is the number of the place that the word had, and keeps.
  (order.map { ids[$0] }, order)
}

/// The words of a question in another order; the places stay as they are.
///
/// - Parameters:
///   - ids: the question's tokens.
///   - order: which old token comes to stand at each position; the first stays first.
/// - Returns: the tokens, and for each the number of the place that is added to it.
func shuffledAlone(_ ids: [Int], by order: [Int]) -> (ids: [Int], places: [Int]) {
  (order.map { ids[$0] }, Array(ids.indices))
}
