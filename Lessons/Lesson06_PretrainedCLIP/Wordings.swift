import Datasets

/// A way to put a digit into words, or several of which the mean is taken; `_` stands for the digit's name.
struct DigitWording {
  let name: String
  let frames: [String]
  /// Whether it is true of the digits, in words that the model has learned.
  var isTrue = true
}

/// The wordings that section 6.7 compares.
let digitWordings: [DigitWording] = {
  let (learned, kept) = (DigitCaption.frames(.training), DigitCaption.frames(.heldOut))
  let (canonical, new) = (learned[0], kept[kept.count - 1])
  let misleading = "a photo of a red _"
  return [
    .init(name: "a wording it learned from", frames: [canonical]), .init(name: "the name alone", frames: ["_"]),
    .init(name: "a new wording", frames: [new]), .init(name: "no grammar", frames: ["_ digit the of photo a"]),
    .init(name: "words it never met", frames: ["a photo of the number: _."], isTrue: false),
    .init(name: "a false word", frames: [misleading], isTrue: false),
    .init(name: "all \(learned.count) it learned from", frames: learned),
    .init(name: "all \(kept.count) new wordings", frames: kept),
    .init(name: "true and false together", frames: learned + kept + [misleading], isTrue: false),
  ]
}()

/// The wording of scenes that this lesson uses, `a photo of _`: an index of `SceneGrammar.frames(.training)`.
let photoFrame = 1

/// Ways to put a color and a shape into words, by the example of the red circle.
let sceneWordings: [(name: String, texts: (SceneCombination) -> [String])] = [
  ("a photo of a red circle", { [brief($0)] }),
  ("red circle", { ["\($0)"] }),
  ("a photo of a large red circle", { [alone($0).caption(.sized, frame: photoFrame).text] }),
  ("a photo of a large red circle in the middle", { [alone($0).caption(.full, frame: photoFrame).text] }),
  (
    "mean of 2 sizes × 9 places",
    { kind in
      SceneSize.allCases.flatMap { size in
        ScenePlace.allCases.map { alone(kind, size, $0).caption(.full, frame: photoFrame).text }
      }
    }
  ),
]

/// A thing alone, to be drawn or put into words.
func alone(_ kind: SceneCombination, _ size: SceneSize = .large, _ place: ScenePlace = .middle) -> Scene {
  guard let scene = Scene([SceneObject(kind, size: size, place: place)]) else {
    preconditionFailure("one thing is always a scene")
  }
  return scene
}

/// `a photo of a red circle`.
func brief(_ kind: SceneCombination) -> String { alone(kind).caption(.brief, frame: photoFrame).text }

/// Six texts of which the first alone is true of a thing: the others have another size, color or shape, or several.
func nearMisses(of thing: SceneObject) -> [String] {
  func next<Kind: CaseIterable & Equatable>(_ kind: Kind) -> Kind {
    let all = Array(Kind.allCases)
    return all[((all.firstIndex(of: kind) ?? 0) + 1) % all.count]
  }
  let (size, color, shape) = (thing.size, thing.color, thing.shape)
  return [
    "a photo of a \(size) \(color) \(shape)", "a photo of a \(next(size)) \(color) \(shape)",
    "a photo of a \(size) \(color) \(next(shape))", "a photo of a \(size) \(next(color)) \(shape)",
    "\(next(color)) \(next(shape))", "a photo of the digit seven",
  ]
}
