import Datasets
import Notebook
import Tensors

/// A caption of a scene of two things beside one that is wrong in one respect.
struct CaptionPair {
  let right, wrong: String

  /// What the captions may differ in.
  static let kinds: [(name: String, make: (Scene) -> CaptionPair?)] = [
    ("which is large", sizes), ("which has which color", colors), ("which is left or above", relation),
  ]

  /// How often the right caption lies nearer to its picture than the wrong one: a row of a table.
  ///
  /// - Parameters:
  ///   - pair: the captions of a scene; scenes for which there are none are left out.
  static func row(
    _ respect: String, _ scenes: [Scene], _ encode: Encoder, _ pair: (Scene) -> CaptionPair?
  ) -> [Cell] {
    let chosen = scenes.compactMap { scene in pair(scene).map { (scene: scene, captions: $0) } }
    let pictures = encode(chosen.map { $0.scene.image() })
    let (right, wrong) = (encode(chosen.map { $0.captions.right }), encode(chosen.map { $0.captions.wrong }))
    let lead = (pictures * (right - wrong)).sum(dim: 1).scalars
    return [.text(respect), .integer(chosen.count), .percent(Double(lead.count { $0 > 0 }) / Double(chosen.count))]
  }

  /// The other relation: `above` for `below`, `to the left of` for `to the right of`.
  nonisolated static func relation(_ scene: Scene) -> CaptionPair? {
    let relation = SceneRelation.main(scene.objects[0], scene.objects[1])
    let told = [SceneRelation.leftOf, .above].contains(relation) ? relation : relation.inverse
    let right = scene.canonicalCaption
    return CaptionPair(right: right, wrong: right.replacing("\(told)", with: "\(told.inverse)"))
  }

  /// The colors exchanged; nil if colors or shapes are the same, for then nothing is wrong.
  nonisolated static func colors(_ scene: Scene) -> CaptionPair? {
    let (first, second) = (scene.objects[0], scene.objects[1])
    guard first.color != second.color, first.shape != second.shape else { return nil }
    return CaptionPair(
      right: "a \(first.phrase) and a \(second.phrase)",
      wrong: "a \(first.size) \(second.color) \(first.shape) and a \(second.size) \(first.color) \(second.shape)")
  }

  /// The sizes exchanged; nil if they are the same.
  nonisolated static func sizes(_ scene: Scene) -> CaptionPair? {
    let (first, second) = (scene.objects[0], scene.objects[1])
    guard first.size != second.size else { return nil }
    return CaptionPair(
      right: "a \(first.phrase) and a \(second.phrase)",
      wrong: "a \(second.size) \(first.combination) and a \(first.size) \(second.combination)")
  }
}
