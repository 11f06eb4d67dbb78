import Datasets
import Images
import Notebook
import Tensors

/// Pictures of one kind of thing, such as red circles.
struct Kind {
  let combination: SceneCombination
  let pictures: [Scene]

  /// The kind in words: `a red circle`.
  var name: String { Kind.name(combination) }

  /// A combination in words: `a red circle`, `an orange star`.
  static func name(_ combination: SceneCombination) -> String {
    let phrase = "\(combination)"
    return ("aeiou".contains(phrase.prefix(1)) ? "an " : "a ") + phrase
  }

  /// Drawn scenes of single things, sorted by kind; kinds of which none was drawn are left out.
  ///
  /// - Parameter count: how many scenes to draw.
  static func draw(_ combinations: [SceneCombination], _ split: SceneSplit, count: Int, seed: Int) -> [Kind] {
    let scenes = Scenes(split: split, objectCounts: 1...1, seed: seed).prefix(count)
    return combinations.map { combination in
      Kind(combination: combination, pictures: scenes.filter { $0.object(combination) != nil })
    }.filter { !$0.pictures.isEmpty }
  }
}

/// Texts as numbers: a word is its place in the alphabetical list of the scenes' words.
enum WordTokens {
  private static let list = SceneGrammar.vocabulary
  private static let unknown = list.count
  /// The token after each text, where the text tower reads it off.
  static let end = list.count + 1

  /// Tokens `[N, L]` of texts that have the same number of words.
  static func tokens(_ texts: [String]) -> IntTensor {
    IntTensor(texts.map { text in SceneGrammar.words(of: text).map { list.firstIndex(of: $0) ?? unknown } + [end] })
  }
}

/// What a matrix of cosines says of pairs, whose matches stand on the diagonal.
struct PairScores {
  /// The mean cosine of matching pairs, and of all others.
  let matching, others: Float
  /// The share of images whose own text is the nearest.
  let recall: Double

  init(_ cosines: Tensor) {
    let count = cosines.shape[0]
    let diagonal = (cosines * .eye(count)).sum().item
    matching = diagonal / Float(count)
    others = (cosines.sum().item - diagonal) / Float(count * (count - 1))
    let nearest = cosines.argmax(dim: 1).scalars
    recall = Double(nearest.enumerated().count { $0 == $1 }) / Double(count)
  }

  /// A row of a table.
  func row(_ name: String) -> [Cell] {
    [.text(name), .fixed(matching, decimals: 3), .fixed(others, decimals: 3), .percent(recall)]
  }
}

/// What was to be answered, and what was.
struct Answers {
  private let pairs: [(truth: SceneCombination, guess: SceneCombination)]

  init(_ pairs: [(SceneCombination, SceneCombination)]) { self.pairs = pairs.map { (truth: $0, guess: $1) } }

  var count: Int { pairs.count }

  /// The share of answers that are right in some respect, 0 to 1.
  func share(where isRight: (SceneCombination, SceneCombination) -> Bool) -> Double {
    Double(pairs.count { isRight($0.truth, $0.guess) }) / Double(count)
  }

  /// The shares of answers that are right, right in color, and right in shape.
  var shares: [Double] { [share { $0 == $1 }, share { $0.color == $1.color }, share { $0.shape == $1.shape }] }
}

/// Matrices of cosines as pictures with their names.
func cosineMaps(_ stages: [(name: String, cosines: Tensor)]) -> Image {
  let maps = stages.map { _, cosines in
    let (rows, columns) = (cosines.shape[0], cosines.shape[1])
    return Image.heatMap(cosines.scalars, columns: columns, rows: rows, colormap: .diverging, range: -1...1)
  }
  return .grid(maps, columns: stages.count, gap: 6, labels: stages.map(\.name))
}

/// Pictures with the answer to each.
func answerSheet(_ pictures: [Scene], _ answers: [SceneCombination]) -> Image {
  .grid(
    pictures.map { $0.image().enlarged(by: 3) }, columns: 6, gap: 6, background: Color(gray: 220),
    labels: answers.map { "\($0)" })
}
