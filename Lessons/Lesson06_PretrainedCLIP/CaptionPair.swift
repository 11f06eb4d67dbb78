import Datasets
import Tensors

/// A caption of a scene of two things beside one that is wrong in one respect.
struct CaptionPair {
  let right, wrong: String

  /// What the two captions differ in.
  enum Respect: String, CaseIterable, CustomStringConvertible {
    case sizes = "which is large"
    case colors = "which has which color"
    case relation = "which is left or above"

    var description: String { rawValue }

    /// The two captions of a scene; nil if exchanging would change nothing.
    func pair(of scene: Scene) -> CaptionPair? {
      let (first, second) = (scene.objects[0], scene.objects[1])
      let right = "a \(first.phrase) and a \(second.phrase)"
      switch self {
      case .sizes:
        guard first.size != second.size else { return nil }
        return CaptionPair(
          right: right, wrong: "a \(second.size) \(first.combination) and a \(first.size) \(second.combination)")
      case .colors:
        guard first.color != second.color, first.shape != second.shape else { return nil }
        return CaptionPair(
          right: right,
          wrong: "a \(first.size) \(second.color) \(first.shape) and a \(second.size) \(first.color) \(second.shape)")
      case .relation:
        // The other relation: `above` for `below`, `to the left of` for `to the right of`.
        let relation = SceneRelation.main(first, second)
        let told = [SceneRelation.leftOf, .above].contains(relation) ? relation : relation.inverse
        let caption = scene.canonicalCaption
        return CaptionPair(right: caption, wrong: caption.replacing("\(told)", with: "\(told.inverse)"))
      }
    }
  }
}

/// Scenes with a right and a wrong caption each.
struct CaptionTest {
  let respect: CaptionPair.Respect
  let pairs: [CaptionPair]
  /// How often the right caption has the larger cosine with its picture, 0 to 1.
  let right: Double

  init(_ respect: CaptionPair.Respect, _ scenes: [Scene], _ encode: Encoder) {
    let chosen = scenes.filter { respect.pair(of: $0) != nil }
    let pairs = chosen.compactMap { respect.pair(of: $0) }
    let pictures = encode(chosen.map { $0.image() })
    let lead = (pictures * (encode(pairs.map(\.right)) - encode(pairs.map(\.wrong)))).sum(dim: 1).scalars
    self.respect = respect
    self.pairs = pairs
    right = Double(lead.count { $0 > 0 }) / Double(lead.count)
  }
}
