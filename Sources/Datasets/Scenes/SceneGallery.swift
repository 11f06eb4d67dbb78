/// Scenes for retrieval: no two have the same caption, so that each picture has one right text and each text one
/// right picture.
public struct SceneGallery: Sendable {
  /// The scenes.
  public let scenes: [Scene]
  /// Their captions, pairwise distinct.
  public let captions: [String]

  /// The first scenes of a list whose captions are pairwise distinct.
  ///
  /// A list of single things has few different captions (in the 6 × 6 world 420 in training, 120 held out and 108 with
  /// held-out combinations): the gallery is smaller than `count` if none is left.
  ///
  /// - Parameters:
  ///   - count: how many scenes, at most.
  ///   - frame: the wording of all captions, an index of ``SceneGrammar/frames(_:)`` for the list's wordings.
  public init(_ scenes: Scenes, count: Int, detail: SceneDetail = .full, frame: Int = 0) {
    var chosen: [Scene] = []
    var captions: [String] = []
    var seen: Set<String> = []
    var (index, sinceLast) = (0, 0)
    // Among a thousand captions, one that comes up once in a thousand scenes is missed by chance e⁻²⁰.
    while chosen.count < count, sinceLast < 20_000 {
      let scene = scenes[index]
      let caption = scene.caption(detail, frame: frame, wordings: scenes.wordings).text
      (index, sinceLast) = (index + 1, sinceLast + 1)
      guard seen.insert(caption).inserted else { continue }
      chosen.append(scene)
      captions.append(caption)
      sinceLast = 0
    }
    self.scenes = chosen
    self.captions = captions
  }

  /// The places of equal captions in a batch, for captions that occur twice or more, in order of their first place.
  ///
  /// CLIP's loss takes the others of a group for wrong, although they are right: false negatives.
  public static func duplicates(in captions: [String]) -> [[Int]] {
    var places: [String: Int] = [:]
    var groups: [[Int]] = []
    for (index, caption) in captions.enumerated() {
      if let group = places[caption] {
        groups[group].append(index)
      } else {
        places[caption] = groups.count
        groups.append([index])
      }
    }
    return groups.filter { $0.count > 1 }
  }

  /// How many of a batch's N · (N - 1) negative pairs have equal captions.
  public static func falseNegatives(in captions: [String]) -> Int {
    duplicates(in: captions).reduce(0) { $0 + $1.count * ($1.count - 1) }
  }
}
