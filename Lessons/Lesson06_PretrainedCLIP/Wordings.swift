import Datasets

/// Ways to put a digit into words; `_` stands for its name.
let digitWordings: [(name: String, frames: [String])] = {
  let (learned, kept) = (DigitCaption.frames(.training), DigitCaption.frames(.heldOut))
  let misleading = "a photo of a red _"
  return [
    ("a wording it learned from", [learned[0]]), ("the name alone", ["_"]), ("a new wording", [kept[2]]),
    ("no grammar", ["_ digit the of photo a"]), ("words it never met", ["a photo of the number: _."]),
    ("a false word", [misleading]), ("all \(learned.count) it learned from", learned),
    ("all \(kept.count) new wordings", kept), ("true and false together", learned + kept + [misleading]),
  ]
}()

/// Ways to put a colour and a shape into words, by the example of the red circle.
let sceneWordings: [(name: String, texts: (SceneCombination) -> [String])] = [
  ("a photo of a red circle", { [brief($0)] }),
  ("red circle", { ["\($0)"] }),
  ("a photo of a large red circle", { [alone($0).caption(.sized, frame: 1).text] }),
  ("a photo of a large red circle in the middle", { [alone($0).caption(.full, frame: 1).text] }),
  (
    "mean of 2 sizes × 9 places",
    { kind in
      SceneSize.allCases.flatMap { size in
        ScenePlace.allCases.map { alone(kind, size, $0).caption(.full, frame: 1).text }
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
func brief(_ kind: SceneCombination) -> String { alone(kind).caption(.brief, frame: 1).text }
