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

  /// Tokens `[N, L]` of texts; shorter ones are filled up with the token that ends a text.
  static func tokens(_ texts: [String]) -> IntTensor {
    let rows = texts.map { text in SceneGrammar.words(of: text).map { list.firstIndex(of: $0) ?? unknown } + [end] }
    let longest = rows.map(\.count).max() ?? 0
    return IntTensor(rows.map { $0 + Array(repeating: end, count: longest - $0.count) })
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

  /// How far the shares of right answers of several models lie apart.
  static func spread(_ answers: [Answers]) -> Double {
    let shares = answers.map { $0.shares[0] }
    return (shares.max() ?? 0) - (shares.min() ?? 0)
  }

  /// The means of the shares of several models.
  static func meanShares(_ answers: [Answers]) -> [Double] {
    (0..<3).map { part in answers.map { $0.shares[part] }.reduce(0, +) / Double(answers.count) }
  }
}

/// How strongly a gradient pulls the pairs of the diagonal together, and pushes all others apart.
struct PairForces {
  private let pulls: [Float]
  /// The pushes, the strongest first.
  private let pushes: [Float]

  /// - Parameter gradient: of the loss, by each similarity, `[N, N]`.
  init(_ gradient: Tensor) {
    let (count, numbers) = (gradient.shape[0], gradient.scalars)
    pulls = (0..<count).map { -numbers[$0 * count + $0] }
    pushes = numbers.indices.filter { $0 / count != $0 % count }.map { numbers[$0] }.sorted(by: >)
  }

  var meanPull: Float { pulls.reduce(0, +) / Float(pulls.count) }
  var meanPush: Float { pushes.reduce(0, +) / Float(pushes.count) }
  var strongestPush: Float { pushes.first ?? 0 }

  /// What share of all pushing the strongest pushes have, after none, one, two … of them.
  var cumulativeShares: [Float] {
    let sum = pushes.reduce(0, +)
    var shares: [Float] = [0]
    for push in pushes { shares.append(shares[shares.count - 1] + push / sum) }
    return shares
  }

  /// The share of all pushing that a part of the pairs gets, those that are pushed the hardest.
  func shareOfStrongest(_ part: Double) -> Float { cumulativeShares[Int((Double(pushes.count) * part).rounded())] }
}

/// The cosines of wrong pairs, by what the picture has in common with the caption.
struct SharedHalves {
  /// Cosines of one group.
  struct Group {
    private(set) var cosines: [Float] = []

    var count: Int { cosines.count }
    var mean: Float { cosines.reduce(0, +) / Float(max(count, 1)) }

    mutating func add(_ cosine: Float) { cosines.append(cosine) }
  }

  private(set) var sameColor = Group()
  private(set) var sameShape = Group()
  private(set) var neither = Group()

  /// - Parameter kinds: what the rows, and the columns, are about.
  init(_ cosines: Tensor, _ kinds: [SceneCombination]) {
    for (row, picture) in kinds.enumerated() {
      for (caption, cosine) in zip(kinds, cosines[row].scalars) where picture != caption {
        if picture.color == caption.color {
          sameColor.add(cosine)
        } else if picture.shape == caption.shape {
          sameShape.add(cosine)
        } else {
          neither.add(cosine)
        }
      }
    }
  }
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
