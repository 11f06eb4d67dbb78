import Datasets
import Exercises
import Images
import Pretrained
import Tensors
import Training

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("At least the share passes, and a larger threshold would keep fewer") {
      for _ in 0..<30 {
        let scores = Tensor.randn([Int.draw(in: 1...40)]).scalars
        let share = Double(Float.draw(in: 0.05...1))
        let limit = threshold(keeping: share, of: scores)
        let passing = scores.count { $0 >= limit }
        try expect(
          Double(passing) >= share * Double(scores.count),
          "\(passing) of \(scores.count) scores reach \(limit), but the share to keep is \(share)")
        let above = scores.count { $0 > limit }
        try expect(
          Double(above) < share * Double(scores.count),
          "\(above) of \(scores.count) scores are above \(limit), so a larger one would keep a share of \(share), too"
        )
      }
    }
    try property("Each row gives its largest place, or nil below the threshold") {
      for _ in 0..<30 {
        let cosines = Tensor.rand([Int.draw(in: 1...8), Int.draw(in: 1...6)])
        let limit = Float.draw(in: 0...1)
        for (row, answer) in answers(cosines, threshold: limit).enumerated() {
          let numbers = cosines[row].scalars
          let largest = numbers.max() ?? 0
          let expected = largest >= limit ? numbers.firstIndex(of: largest) : nil
          try expect(
            answer == expected,
            "\(numbers) with the threshold \(limit): the answer is \(words(answer)), expected is \(words(expected))")
        }
      }
    }
    try photographs()
  }

  private static func words(_ answer: Int?) -> String { answer.map { "text \($0)" } ?? "none of these" }

  /// The lesson's CLIP, its 46 texts, and pictures of which none is true.
  private static func photographs() throws {
    let clip = try ZeroShot(directory: try ShippedCheckpoint.clip.directory)
    let texts =
      SceneWorld.sixBySix.combinations.map { kind in "a photo of a \(kind)".replacing("a orange", with: "an orange") }
      + DigitCaption.names.map { "a photo of the digit \($0)" }
    let classes = try clip.encode(texts: texts)
    func cosines(_ images: [Image]) throws -> Tensor { try clip.encode(images: images).matmul(classes.T) }
    let digits = try Digits.load().writerSplit
    func known(_ seed: Int, _ digits: Digits) throws -> Tensor {
      let scenes = Scenes(split: .heldOut, objectCounts: 1...1, seed: seed).prefix(100).map { $0.image() }
      return try cosines(scenes + (0..<100).map(digits.image(at:)))
    }
    let (calibration, test) = (try known(0, digits.training), try known(1, digits.test))
    let photo = try Photos.cat
    let pieces = try cosines(
      (0..<32).map { photo.cropped(to: Rectangle(x: $0 % 8 * 50, y: $0 / 8 * 50, width: 100, height: 100)) })
    let noise = try cosines((0..<50).map { _ in Image(Tensor.rand([3, 32, 32])) })
    let scale = clip.model.logitScale.exp()
    func refused(_ cosines: Tensor, isProbability: Bool) -> Double {
      func scores(_ cosines: Tensor) -> Tensor { isProbability ? (cosines * scale).softmax(dim: 1) : cosines }
      let limit = threshold(keeping: 0.95, of: scores(calibration).max(dim: 1).values.scalars)
      let given = answers(scores(cosines), threshold: limit)
      return Double(given.count { $0 == nil }) / Double(given.count)
    }
    try property("With a threshold from known pictures, most other known pictures still get an answer") {
      let share = refused(test, isProbability: false)
      try expect(share < 0.25, "a share of \(share) is refused, although something is true of each")
    }
    try property("The cosine refuses more pictures of nothing than the probability does") {
      for (name, cosines) in [("noise", noise), ("pieces of the cat", pieces)] {
        let (cosine, probability) = (refused(cosines, isProbability: false), refused(cosines, isProbability: true))
        try expect(cosine > probability, "\(name): refused by cosine \(cosine), by probability \(probability)")
      }
    }
  }
}
