import Datasets
import TestSupport
import Testing

/// Captions, words and scenes that cannot be end the program with one line.
@Suite struct WrongDataTests {
  static let calls: [WrongCall] = [
    WrongCall("a digit of two digits", ["DigitCaption:", "10"]) { _ = DigitCaption.text(10) },
    WrongCall("a wording too many", ["DigitCaption:", "9"]) { _ = DigitCaption.text(1, frame: 9) },
    WrongCall("an unknown word", ["WordVocabulary:", "zebra"]) { _ = WordVocabulary.scenes.encode(["zebra"]) },
    WrongCall("a text too long", ["WordVocabulary:", "2 words in rows of 1"]) {
      _ = WordVocabulary.scenes.encode(["a circle"], length: 1)
    },
    WrongCall("a word twice", ["WordVocabulary:", "twice"]) { _ = WordVocabulary(["a", "a"]) },
    WrongCall("too few guesses", ["accuracy:", "1 guesses"]) { _ = try? Digits.load().accuracy(of: [1]) },
    WrongCall("an empty batch", ["shuffledBatches:", "a batch of 0"]) {
      _ = try? Digits.load().shuffledBatches(of: 0, count: 1)
    },
    WrongCall("a digit that is not there", ["Digits:", "-1"]) { _ = try? Digits.load().image(at: -1) },
    WrongCall("a scene of no things", ["Scenes:", "not 0 to 2"]) { _ = Scenes(split: .training, objectCounts: 0...2) },
    WrongCall("a scene of four things", ["Scenes:", "not 1 to 4"]) {
      _ = Scenes(split: .training, objectCounts: 1...4)
    },
    WrongCall("fewer than no scenes", ["Scenes.prefix:", "-1"]) { _ = Scenes(split: .training).prefix(-1) },
    WrongCall("captions of fewer than no scenes", ["Scenes.prefix:", "-1"]) {
      _ = Scenes(split: .training).canonicalCaptions(-1)
    },
    WrongCall("a thing far off", ["SceneObject:", "(4, 0)"]) {
      _ = SceneObject(SceneCombination(.red, .circle), size: .large, place: .middle, offsetX: 4)
    },
    WrongCall("a thing far up", ["SceneObject:", "(0, -4)"]) {
      _ = SceneObject(SceneCombination(.red, .circle), size: .large, place: .middle, offsetY: -4)
    },
    WrongCall("an empty batch of scenes", ["Scene.tensor:", "at least one"]) { _ = Scene.tensor([]) },
    WrongCall("a tiny picture", ["Scene:", "not 31"]) { _ = Scenes(split: .training)[0].image(side: 31) },
    WrongCall("a picture of a negative side", ["Scene:", "not -32"]) {
      _ = Scene.tensor([Scenes(split: .training)[0]], side: -32)
    },
    WrongCall("a huge picture", ["Scene:", "not 9223372036854775807"]) {
      _ = Scene.tensor([Scenes(split: .training)[0]], side: .max)
    },
    WrongCall("a page of nothing", ["Scene.page:", "at least one scene"]) { _ = Scene.page([]) },
    WrongCall("a page without columns", ["Scene.page:", "not 0"]) {
      _ = Scene.page([Scenes(split: .training)[0]], columns: 0)
    },
    WrongCall("a page with a caption too many", ["Scene.page:", "2 captions for 1"]) {
      _ = Scene.page([Scenes(split: .training)[0]], captions: ["a", "b"])
    },
    WrongCall("a page of huge scenes", ["Scene:", "not 65"]) {
      _ = Scene.page([Scenes(split: .training)[0]], side: 65)
    },
    WrongCall("a page enlarged by nothing", ["Scene.page:", "not 0"]) {
      _ = Scene.page([Scenes(split: .training)[0]], factor: 0)
    },
    WrongCall("a frame that is not there", ["Scene.caption:", "0 to 3, not 4"]) {
      _ = Scenes(split: .training)[0].caption(frame: 4)
    },
    WrongCall("a caption of no detail", ["Scenes.caption:", "none"]) {
      _ = Scenes(split: .training).caption(at: 0, details: [])
    },
    WrongCall("a relation of one thing", ["Scenes.question:", "two things"]) {
      _ = Scenes(split: .training, objectCounts: 1...1).question(at: 0, type: .relation)
    },
  ]

  @Test(arguments: calls.map(\.name)) func endsWithOneLine(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }
}
