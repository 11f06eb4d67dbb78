import Testing

@testable import Datasets

/// What a caption claims, read from its words alone.
private struct Reading {
  var things: [(size: String?, color: String, shape: String)] = []
  var relation: String?
  var place: String?

  init(_ text: String) {
    let words = text.split { " ,".contains($0) }.map(String.init)
    let colors: Set = ["red", "green", "blue", "yellow", "purple", "orange"]
    for (index, word) in words.enumerated() where colors.contains(word) {
      let before = words[index - 1]
      things.append((["small", "large"].contains(before) ? before : nil, word, words[index + 1]))
    }
    for relation in ["to the left of", "to the right of", "above", "below"] where text.contains(" \(relation) a") {
      self.relation = relation
    }
    for place in [
      "in the upper left", "at the top", "in the upper right", "on the left", "in the middle", "on the right",
      "in the lower left", "at the bottom", "in the lower right",
    ] where text.contains(" \(place)") && !text.contains("\(place) of a") { self.place = place }
  }

  func isTrue(of scene: Scene) -> Bool {
    let found = things.compactMap { thing in
      scene.objects.first {
        "\($0.color)" == thing.color && "\($0.shape)" == thing.shape
          && (thing.size == nil || thing.size == ($0.size == .small ? "small" : "large"))
      }
    }
    guard found.count == things.count, found.count == scene.objects.count else { return false }
    if let relation {
      let (first, second) = (found[0], found[1])
      let reach = first.size.radius + second.size.radius
      switch relation {
      case "to the left of": guard second.centerX - first.centerX >= reach else { return false }
      case "to the right of": guard first.centerX - second.centerX >= reach else { return false }
      case "above": guard second.centerY - first.centerY >= reach else { return false }
      default: guard first.centerY - second.centerY >= reach else { return false }
      }
    }
    if let place {
      let columns = [0: "left", 2: "right"]
      let column = columns[min(found[0].centerX * 3 / 64, 2)]
      let row = [0: "upper", 2: "lower"][min(found[0].centerY * 3 / 64, 2)]
      let expected =
        switch (row, column) {
        case (let row?, let column?): "in the \(row) \(column)"
        case (nil, let column?): "on the \(column)"
        case (let row?, nil): row == "upper" ? "at the top" : "at the bottom"
        case (nil, nil): "in the middle"
        }
      return place == expected
    }
    return true
  }
}

@Test func everyCaptionIsTrueOfItsScene() {
  for split in SceneSplit.allCases {
    let scenes = Scenes(split: split, seed: 11).prefix(400)
    for (index, scene) in scenes.enumerated() {
      for wordings in SceneWordings.allCases {
        for caption in scene.captions(wordings) {
          let reading = Reading(caption.text)
          #expect(reading.isTrue(of: scene), "\(caption.text)")
          #expect((reading.things[0].size != nil) == (caption.detail != .brief))
          #expect((reading.relation != nil) == (caption.detail == .full && scene.objects.count == 2))
          #expect((reading.place != nil) == (caption.detail == .full && scene.objects.count == 1), "\(caption.text)")
        }
      }
      // The check itself tells scenes apart: another scene's full caption is false unless it is the same text.
      let other = scenes[(index + 1) % scenes.count].canonicalCaption
      if other != scene.canonicalCaption, scene.objects.count < 3 { #expect(!Reading(other).isTrue(of: scene)) }
    }
  }
}

@Test func captionsReadAsWritten() throws {
  let circle = SceneObject(SceneCombination(.red, .circle), size: .large, place: .upperLeft)
  let ring = SceneObject(SceneCombination(.orange, .ring), size: .small, place: .right)
  let one = try #require(Scene([circle]))
  let two = try #require(Scene([ring, circle]))
  let star = SceneObject(SceneCombination(.green, .star), size: .small, place: .lowerLeft)
  let three = try #require(Scene([star, ring, circle]))
  #expect(one.canonicalCaption == "a large red circle in the upper left")
  #expect(two.canonicalCaption == "a large red circle to the left of a small orange ring")
  #expect(three.canonicalCaption == "a large red circle, a small orange ring and a small green star")
  #expect(one.caption(.brief, frame: 1).text == "a photo of a red circle")
  #expect(one.caption(.sized, frame: 3).text == "there is a large red circle in the picture")
  #expect(one.caption(.full, frame: 3).text == "there is a large red circle in the upper left of the picture")
  #expect(one.caption(.full, frame: 0, wordings: .heldOut).text == "a picture of a large red circle in the upper left")
  #expect(
    two.caption(.full, frame: 2, swapped: true).text
      == "the picture shows a small orange ring to the right of a large red circle")
  #expect(
    two.caption(.brief, frame: 2, wordings: .heldOut, swapped: true).text
      == "there is an orange ring and a red circle in the photo")
}

@Test func heldOutWordingsAreNewButTheirWordsAreNot() {
  var training: (texts: Set<String>, words: Set<String>) = ([], [])
  let scenes = Scenes(split: .training, seed: 2)
  for index in 0..<1500 {
    let texts = scenes[index].captions(.training).map(\.text) + scenes.question(at: index).query.texts(.training)
    training.texts.formUnion(texts)
    training.words.formUnion(texts.flatMap(SceneGrammar.words))
  }
  for index in 0..<1500 {
    let scene = scenes[index]
    let texts = scene.captions(.heldOut).map(\.text) + scenes.question(at: index).query.texts(.heldOut)
    #expect(training.texts.isDisjoint(with: texts))
    #expect(training.words.isSuperset(of: texts.flatMap(SceneGrammar.words)))
  }
  let vocabulary = Set(SceneGrammar.vocabulary)
  #expect(training.words.isSubset(of: vocabulary))
  // Beside the captions' and questions' words there are only those of answers and digits.
  let rest = Set(SceneQuery.answers + DigitCaption.names + ["handwritten", "digit"])
  #expect(vocabulary.subtracting(training.words).isSubset(of: rest))
  #expect(SceneGrammar.vocabulary.count == 73 && SceneGrammar.vocabulary == SceneGrammar.vocabulary.sorted())
}

@Test func digitCaptionsNameTheDigit() {
  #expect(DigitCaption.text(3) == "a photo of the digit three")
  #expect(DigitCaption.text(8, frame: 0, wordings: .heldOut) == "a handwritten eight")
  let training = (0..<10).flatMap { DigitCaption.all(of: $0, .training) }
  let heldOut = (0..<10).flatMap { DigitCaption.all(of: $0, .heldOut) }
  #expect(Set(training + heldOut).count == 70)
  #expect(Set(training.flatMap(SceneGrammar.words)).isSuperset(of: heldOut.flatMap(SceneGrammar.words)))
}
