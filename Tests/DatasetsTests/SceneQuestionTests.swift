import Images
import Testing

@testable import Datasets

/// Answers a question from its words and the list of things, without the grammar that made it.
private func readAnswer(_ text: String, _ scene: Scene) -> String? {
  let words = text.split { " ,?".contains($0) }.map(String.init)
  let colors = ["red", "green", "blue", "yellow", "purple", "orange"]
  func things(_ color: String?, _ shape: String?) -> [SceneObject] {
    scene.objects.filter {
      (color == nil || "\($0.color)" == color) && (shape == nil || "\($0.shape)" == shape)
    }
  }
  let asked = words.filter { colors.contains($0) }
  if words.contains("color") {
    let shapes = ["circle", "square", "triangle", "cross", "star", "ring"]
    let found = things(nil, words.first { shapes.contains($0) })
    return found.count == 1 ? "\(found[0].color)" : nil
  }
  if words.contains("shape") {
    let found = things(asked[0], nil)
    return found.count == 1 ? "\(found[0].shape)" : nil
  }
  if words.starts(with: ["how", "many"]) {
    if words[2] == "objects" { return "\(scene.objects.count)" }
    if let color = asked.first { return "\(things(color, nil).count)" }
    return "\(things(nil, words[2] == "crosses" ? "cross" : String(words[2].dropLast())).count)"
  }
  let places = words.indices.filter { colors.contains(words[$0]) }
  let named = places.map { things(words[$0], words[$0 + 1]) }
  if named.count == 1 { return named[0].isEmpty ? "no" : "yes" }
  guard let first = named[0].first, let second = named[1].first else { return nil }
  let (right, down) = (second.centerX - first.centerX, second.centerY - first.centerY)
  let way = words[places[0] + 2] == "to" ? words[places[0] + 4] : words[places[0] + 2]
  let distance = ["left": right, "right": -right, "above": down, "below": -down][way]
  guard let distance, abs(distance) >= first.size.radius + second.size.radius else { return nil }
  return distance > 0 ? "yes" : "no"
}

@Test func everyAnswerIsTrueOfItsScene() {
  for world in [SceneWorld.sixBySix, .fourByFour] {
    for split in SceneSplit.allCases {
      for counts in [1...1, 2...3, 1...3] {
        for wordings in SceneWordings.allCases {
          let scenes = Scenes(world: world, split: split, objectCounts: counts, wordings: wordings, seed: 4)
          for index in 0..<300 {
            let question = scenes.question(at: index)
            #expect(readAnswer(question.text, question.scene) == question.answer, "\(question.text)")
            #expect(SceneQuery.answers[question.answerIndex] == question.answer)
            #expect(question.query.texts(wordings).contains(question.text))
            #expect(world.split(of: question.scene) == split && counts.contains(question.scene.objects.count))
            #expect(counts != 1...1 || question.type != .relation)
          }
        }
      }
    }
  }
  #expect(SceneQuery.answers.count == 18 && Set(SceneQuery.answers).count == 18)
}

@Test func theQuestionAloneDoesNotGiveTheAnswer() {
  let training = Scenes(split: .training)
  // What is most often right for a question's text, and for its type, among 20,000 training questions.
  var byText: [String: [String: Int]] = [:]
  var byType: [SceneQuestionType: [String: Int]] = [:]
  for index in 0..<20_000 {
    let question = training.question(at: index)
    byText[question.text, default: [:]][question.answer, default: 0] += 1
    byType[question.type, default: [:]][question.answer, default: 0] += 1
  }
  func guess(_ counts: [String: Int]?) -> String? {
    SceneQuery.answers.max { (counts?[$0] ?? 0) < (counts?[$1] ?? 0) }
  }
  let count = 5000
  let heldOut = (0..<count).map { Scenes(split: .heldOut).question(at: $0) }
  let textGuesses = heldOut.count { guess(byText[$0.text]) == $0.answer }
  let typeGuesses = heldOut.count { guess(byType[$0.type]) == $0.answer }
  #expect(Double(textGuesses) / Double(count) <= 0.45, "\(textGuesses) of \(count)")
  #expect(Double(typeGuesses) / Double(count) <= 0.45, "\(typeGuesses) of \(count)")
  for type in SceneQuestionType.allCases {
    let questions = heldOut.filter { $0.type == type }
    #expect(abs(questions.count - count / 5) < 120)
    let right = Double(questions.count { guess(byText[$0.text]) == $0.answer }) / Double(questions.count)
    print("BALANCE", type, questions.count, right)
    #expect(right <= (type == .existence || type == .relation ? 0.56 : 0.4), "\(type): \(right)")
  }
  print("BALANCE", textGuesses, typeGuesses)
  for type in [SceneQuestionType.existence, .relation] {
    let counts = byType[type, default: [:]]
    let share = Double(counts["yes"] ?? 0) / Double((counts["yes"] ?? 0) + (counts["no"] ?? 0))
    #expect(abs(share - 0.5) < 0.03)
  }
}

@Test func aCounterfactualChangesOneThingOrTwoPlacesAndTheAnswer() {
  for split in SceneSplit.allCases {
    let scenes = Scenes(split: split, seed: 9)
    for index in 0..<60 {
      for type in SceneQuestionType.allCases {
        let pair = scenes.counterfactual(at: index, type: type)
        let (original, changed) = (pair.original, pair.changed)
        #expect(original.text == changed.text && original.answer != changed.answer && original.type == type)
        #expect(readAnswer(original.text, original.scene) == original.answer)
        #expect(readAnswer(changed.text, changed.scene) == changed.answer)
        let (before, after) = (Set(original.scene.objects), Set(changed.scene.objects))
        let (gone, new) = (before.subtracting(after), after.subtracting(before))
        if type == .relation {
          // Two things are where the other one was, and nothing else is new.
          #expect(gone.count == 2 && Set(gone.map(\.phrase)) == Set(new.map(\.phrase)))
          #expect(Set(gone.map { [$0.centerX, $0.centerY] }) == Set(new.map { [$0.centerX, $0.centerY] }))
        } else {
          #expect(gone.count <= 1 && new.count <= 1)
        }
        let part = SceneWorld.sixBySix.split(of: changed.scene)
        #expect(part == split || (split == .heldOutCombinations && part == .heldOut))
      }
    }
  }
}

@Test func amongAllTypesOfCounterfactualsNoneIsRare() {
  let scenes = Scenes(split: .heldOut)
  let types = (0..<200).map { scenes.counterfactual(at: $0).original.type }
  for type in SceneQuestionType.allCases { #expect(types.count { $0 == type } >= 20, "\(type)") }
}
