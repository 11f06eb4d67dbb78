import Datasets
import Evaluation
import Notebook
import Pretrained
import Tensors

/// Rows of a table: what the model reads at each place of a caption, what is asked for, and how likely it finds that.
func forcingRows(_ captioner: Captioner, _ ids: [Int], _ probabilities: Tensor) -> [[Cell]] {
  zip([captioner.bound] + ids, ids + [captioner.bound]).enumerated().map { place, pair in
    let (read, asked) = pair
    return [
      .text(captioner.word(read)), .integer(read), .text(captioner.word(asked)), .integer(asked),
      .percent(probabilities[place][asked].item, decimals: 1),
    ]
  }
}

/// The causal mask of a caption's first tokens: a line for each token that looks and a square for each that it sees.
func causalMask(_ captioner: Captioner, _ ids: [Int]) -> String {
  ids.indices.map { row in
    captioner.word(ids[row]) + DisplayWidth.padding(of: captioner.word(ids[row]), to: 8)
      + ids.indices.map { $0 <= row ? " ■" : " ·" }.joined()
  }.joined(separator: "\n")
}

/// A row of a table: the best caption that a search finds for a scene, with its log-probability.
func searchRow(_ captioner: Captioner, _ scene: Scene, _ name: String, beams: Int) -> [Cell] {
  let caption = captioner([scene], captioner.options(beams))[0][0]
  return [.text(name), .fixed(lengthScore(caption, 0), decimals: 2), .text(caption.text)]
}

/// Rows of a table: 50 captions drawn at each of some settings.
///
/// - Parameter usual: what greedy search writes.
func samplingRows(_ captioner: Captioner, _ scene: Scene, usual: String) -> [[Cell]] {
  [
    samplingRow(captioner, scene, usual: usual, "temperature 0.5", temperature: 0.5),
    samplingRow(captioner, scene, usual: usual, "temperature 1", temperature: 1),
    samplingRow(captioner, scene, usual: usual, "temperature 2", temperature: 2),
    samplingRow(captioner, scene, usual: usual, "temperature 2, top 5", temperature: 2, topK: 5),
    samplingRow(captioner, scene, usual: usual, "temperature 2, top-p 0.9", temperature: 2, topP: 0.9),
    samplingRow(captioner, scene, usual: usual, "temperature 4", temperature: 4),
  ]
}

/// A row of a table: how many of 50 drawn captions differ, how many are `usual`, and one of them that is not.
private func samplingRow(
  _ captioner: Captioner, _ scene: Scene, usual: String, _ name: String, temperature: Double, topK: Int = 0,
  topP: Double = 1
) -> [Cell] {
  let options = captioner.sampling(temperature: temperature, topK: topK, topP: topP, count: 50)
  let texts = captioner([scene], options)[0].map(\.text)
  let other = texts.first { $0 != usual } ?? usual
  return [.text(name), .integer(Set(texts).count), .integer(texts.count { $0 == usual }), .text(other.printable)]
}

/// Rows of a table: captions with their ranks by log p / nᵅ, a column for each power α.
func rankRows(_ captions: [Captioning.Caption], powers: [Double]) -> [[Cell]] {
  let scores = powers.map { power in captions.map { lengthScore($0, power) } }
  return captions.indices.map { index in
    let (caption, ranks) = (captions[index], scores.map { scores in 1 + scores.count { $0 > scores[index] } })
    return [.text(caption.text), .integer(caption.ids.count - 1), .fixed(lengthScore(caption, 0), decimals: 2)]
      + ranks.map { .integer($0) }
  }
}

/// The log-probability of a caption divided by a power of its length.
func lengthScore(_ caption: Captioning.Caption, _ power: Double) -> Double {
  let count = Double(caption.ids.count - 1)
  return Double(caption.score) * count / ElementaryDouble.pow(count, power)
}

/// A row of a table: exact matches and BLEU-1 to 4 of all captions, and the exact matches of each list of them.
func scoreRow(_ name: String, _ said: [[String]], _ wanted: [[String]]) -> [Cell] {
  let (all, references) = (said.flatMap { $0 }, wanted.flatMap { $0 })
  let bleu = BLEU(all, references: references)
  let each = zip(said, wanted).map { Format.percent(exactMatch($0, references: $1), decimals: 1) }
  return [.text(name), .percent(exactMatch(all, references: references), decimals: 1)]
    + (1...4).map { .fixed(bleu.score($0), decimals: 3) } + [.text(each.joined(separator: "  "))]
}

/// How many captions of scenes are among some, and among more, by the number of things: rows of a table.
func overlapRows(_ name: String, _ scenes: [Scene], _ some: Set<String>, _ more: Set<String>) -> [[Cell]] {
  (1...3).map { count in
    let captions = scenes.filter { $0.objects.count == count }.map(\.canonicalCaption)
    return [
      .text(name), .integer(count), .integer(captions.count), .integer(captions.count(where: some.contains)),
      .integer(captions.count(where: more.contains)),
    ]
  }
}

/// What is true of two things: the relations that hold, each said from left to right or from top to bottom.
func truths(_ scene: Scene) -> String {
  let pairs = [(scene.objects[0], scene.objects[1]), (scene.objects[1], scene.objects[0])]
  return [SceneRelation.leftOf, .above].flatMap { relation in
    pairs.filter { relation.holds($0, $1) == true }.map { "the \($0.combination) is \(relation) the \($1.combination)" }
  }.joined(separator: ", ")
}

extension Captioner {
  /// A token as this lesson shows it: without the space that a GPT-2 token carries in front of its word.
  func word(_ token: Int) -> String { token == bound ? "⏎" : spelling(token).trimmingSpaces }
}

extension String {
  /// The first sixty characters, with a dot for each that is no letter, digit, comma or space.
  var printable: String {
    String(prefix(60).map { $0.isASCII && ($0.isLetter || $0.isNumber || " ,".contains($0)) ? $0 : "·" })
  }
}
