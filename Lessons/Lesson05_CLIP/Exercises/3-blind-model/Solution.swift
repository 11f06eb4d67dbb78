/// The expected recall@1 of a model that does not see some attributes and is perfect otherwise.
///
/// - Parameters:
///   - captions: each a list of as many attributes.
///   - attributes: the indices of those that are not seen.
/// - Returns: 0 to 1.
func expectedRecall(_ captions: [[String]], ignoring attributes: [Int]) -> Double {
  let seen = captions.map { caption in
    caption.indices.filter { !attributes.contains($0) }.map { caption[$0] }
  }
  // Of k captions that look alike the right one comes first in one case of k.
  let chances = seen.map { one in 1 / Double(seen.count { $0 == one }) }
  return chances.reduce(0, +) / Double(chances.count)
}
