import Support

/// Which wordings to choose from: those of training, or those that are kept for evaluation.
public enum SceneWordings: Sendable, CaseIterable {
  case training
  case heldOut
}

/// Which details a caption has.
public enum SceneDetail: Int, Sendable, CaseIterable {
  /// Colors and shapes: `a red circle`.
  case brief
  /// Sizes, too: `a large red circle`.
  case sized
  /// All details: also the position of a single thing, or the relation of two.
  case full
}

/// A caption of a scene and how it was made.
public struct SceneCaption: Sendable, Hashable {
  /// The words, in small letters, without a full stop.
  public let text: String
  /// Which details it has.
  public let detail: SceneDetail
  /// The wording, an index of ``SceneGrammar/frames(_:)``.
  public let frame: Int
}

/// The small grammar of captions: a description of the things, inside a frame.
public enum SceneGrammar {
  /// The frames around a description, which stands for `_`; the first one of training is the canonical.
  ///
  /// Held-out frames have no word that training frames have not.
  public static func frames(_ wordings: SceneWordings) -> [String] {
    switch wordings {
    case .training: ["_", "a photo of _", "the picture shows _", "there is _ in the picture"]
    case .heldOut: ["a picture of _", "the photo shows _", "there is _ in the photo"]
    }
  }

  /// Puts a description into a frame: one that ends with a place is in the place *of* the picture.
  static func text(_ description: String, frame: String, endsWithPlace: Bool) -> String {
    frame.split(separator: " ").map { word in
      if word == "_" { return description }
      return word == "in" && endsWithPlace ? "of" : String(word)
    }.joined(separator: " ")
  }

  /// Words of a text, in small letters, commas and question marks as words of their own.
  public static func words(of text: String) -> [String] { wordsAndSigns(of: text) }

  /// `a red circle`, `an orange ring`.
  static func withArticle(_ phrase: String) -> String {
    (phrase.first.map { "aeiou".contains($0) } == true ? "an " : "a ") + phrase
  }
}

extension Scene {
  /// The reference caption of a captioner: all details, in the first wording.
  ///
  /// One thing with its place; two with their relation, the left or upper one first; three in reading order.
  public var canonicalCaption: String { description(.full, order: objects, swapped: false) }

  /// Whether a description with a detail ends with a place.
  private func endsWithPlace(_ detail: SceneDetail) -> Bool { objects.count == 1 && detail == .full }

  /// A caption of a scene.
  ///
  /// - Parameters:
  ///   - frame: an index of ``SceneGrammar/frames(_:)``.
  ///   - swapped: whether the right or lower one of two things comes first.
  public func caption(
    _ detail: SceneDetail = .full, frame: Int = 0, wordings: SceneWordings = .training, swapped: Bool = false
  ) -> SceneCaption {
    let frames = SceneGrammar.frames(wordings)
    if !frames.indices.contains(frame) {
      reportMisuse("Scene.caption", "there are frames 0 to \(frames.count - 1), not \(frame)")
    }
    let text = SceneGrammar.text(
      description(detail, order: objects, swapped: swapped), frame: frames[frame],
      endsWithPlace: endsWithPlace(detail))
    return SceneCaption(text: text, detail: detail, frame: frame)
  }

  /// All captions of the scene that the grammar has, each text once.
  public func captions(_ wordings: SceneWordings) -> [SceneCaption] {
    var result: [SceneCaption] = []
    for detail in SceneDetail.allCases {
      for frame in SceneGrammar.frames(wordings).indices {
        for swapped in objects.count == 2 ? [false, true] : [false] {
          result.append(caption(detail, frame: frame, wordings: wordings, swapped: swapped))
        }
      }
    }
    return result
  }

  private func description(_ detail: SceneDetail, order: [SceneObject], swapped: Bool) -> String {
    func phrase(_ object: SceneObject) -> String {
      SceneGrammar.withArticle(detail == .brief ? "\(object.combination)" : object.phrase)
    }
    switch order.count {
    case 1: return detail == .full ? "\(phrase(order[0])) \(order[0].place)" : phrase(order[0])
    case 2:
      let relation = SceneRelation.main(order[0], order[1])
      let isOrdered = relation == .leftOf || relation == .above
      let (first, second) = isOrdered != swapped ? (order[0], order[1]) : (order[1], order[0])
      let link = detail == .full ? "\(SceneRelation.main(first, second))" : "and"
      return "\(phrase(first)) \(link) \(phrase(second))"
    default:
      return order.dropLast().map(phrase).joined(separator: ", ") + " and " + phrase(order[order.count - 1])
    }
  }
}

extension Scenes {
  /// The canonical captions of the first scenes.
  public func canonicalCaptions(_ count: Int) -> [String] { prefix(count).map(\.canonicalCaption) }

  /// One of the captions of the scene at an index, each equally likely.
  ///
  /// - Parameters:
  ///   - details: which of them it may have.
  ///   - epoch: another number may choose another caption for the same scene.
  public func caption(at index: Int, details: [SceneDetail] = SceneDetail.allCases, epoch: Int = 0) -> SceneCaption {
    if details.isEmpty { reportMisuse("Scenes.caption", "a caption has one of several details; none was given") }
    let scene = self[index]
    let generator = generator(index &+ epoch &* 0x1_0000_0000, .caption)
    let captions = scene.captions(wordings).filter { details.contains($0.detail) }
    return generator.element(of: captions)
  }
}
