import Datasets
import Evaluation
import Exercises
import Tensors

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("A model that sees all attributes of different captions has recall@1 of 1") {
      let captions = drawn()
      try expectEqual(expectedRecall(captions, ignoring: []), 1, within: 1e-12, "\(captions.count) different captions")
    }
    try property("A model that sees nothing guesses among all") {
      let captions = drawn()
      try expectEqual(
        expectedRecall(captions, ignoring: [0, 1, 2]), 1 / Double(captions.count), within: 1e-12,
        "\(captions.count) captions")
    }
    try property("Picking at random among those that look alike comes to it, within four standard errors") {
      for ignored in [[0], [1], [2], [0, 2]] {
        let captions = drawn()
        let expected = expectedRecall(captions, ignoring: ignored)
        let trials = 300
        let hits = (0..<trials).reduce(0) { sum, _ in sum + guess(captions, ignored) }
        let count = Double(trials * captions.count)
        let measured = Double(hits) / count
        let error = 4 * (0.25 / count).squareRoot()
        try expect(
          abs(measured - expected) < error,
          "\(captions.count) captions without attributes \(ignored): expected \(expected), but \(trials) trials found "
            + "\(measured) (standard error at most \(error / 4))")
      }
    }
    try property("A search by cosines that knows all else, with ties to the lower index, reaches it for drawn scenes") {
      for split in [SceneSplit.heldOut, .heldOutCombinations] {
        let scenes = Scenes(world: .fourByFour, split: split, objectCounts: 1...1, seed: 1)
        let things = SceneGallery(scenes, count: 1000).scenes.map { $0.objects[0] }
        let captions = things.map { ["\($0.size)", "\($0.color)", "\($0.shape)", "\($0.place)"] }
        let seen = Tensor.cat(
          [
            Tensor.oneHot(things.map(\.size.rawValue), classes: 2),
            Tensor.oneHot(things.map(\.color.rawValue), classes: 6),
            Tensor.oneHot(things.map(\.shape.rawValue), classes: 6),
          ], dim: 1)
        let recall = RetrievalScores(seen.matmul(seen.T)).recall(at: 1)
        try expectEqual(
          expectedRecall(captions, ignoring: [3]), recall, within: 1e-9, "the place unseen, \(split)")
      }
    }
  }

  /// Different captions of three attributes.
  private static func drawn() -> [[String]] {
    var captions: [[String]] = []
    for _ in 0..<Int.draw(in: 12...25) {
      let caption = ["size", "color", "place"].map { "\($0) \(Int.draw(in: 0...3))" }
      if !captions.contains(caption) { captions.append(caption) }
    }
    return captions
  }

  /// How many captions are found first when one of those that look alike is picked at random.
  private static func guess(_ captions: [[String]], _ ignored: [Int]) -> Int {
    captions.indices.count { own in
      let alike = captions.indices.filter { other in
        captions[own].indices.allSatisfy { ignored.contains($0) || captions[own][$0] == captions[other][$0] }
      }
      return alike[Int.draw(in: 0...alike.count - 1)] == own
    }
  }
}
