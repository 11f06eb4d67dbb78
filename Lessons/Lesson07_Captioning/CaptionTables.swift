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

/// A row of a table: a caption with its log-probability and its probability.
func searchRow(_ name: String, _ logProbability: Float, _ text: String) -> [Cell] {
  [
    .text(name), .fixed(logProbability, decimals: 2), .fixed(Tensor([logProbability]).exp().item, decimals: 2),
    .text(text),
  ]
}

/// Rows of a table: texts with their ranks by log p / nᵅ, a column for each power α.
func rankRows(_ texts: [(text: String, count: Int, logProbability: Float)], powers: [Double]) -> [[Cell]] {
  let scores = powers.map { power in
    texts.map { Double($0.logProbability) / ElementaryDouble.pow(Double($0.count), power) }
  }
  return texts.enumerated().map { index, text in
    [.text(text.text), .integer(text.count), .fixed(text.logProbability, decimals: 2)]
      + scores.map { scores in .integer(1 + scores.count { $0 > scores[index] }) }
  }
}

/// Two widths of beam search on the same pictures, both ranking by the log-probability of the whole caption.
struct SearchComparison {
  let count: Int
  /// How many captions differ; how many of these are likelier with the wider search, and with the narrower one.
  private(set) var changed = 0, gained = 0, lost = 0
  private var sums = (narrow: 0.0, wide: 0.0)

  /// - Parameter pixels: `[B, C, H, W]`.
  init(_ captioner: Captioner, _ pixels: Tensor, widths: (narrow: Int, wide: Int)) {
    count = pixels.shape[0]
    func written(_ width: Int) -> [[Int]] {
      var options = captioner.options(width)
      if case .beamSearch(var search) = options.method {
        search.lengthPenalty = 0
        options.method = .beamSearch(search)
      }
      return captioner.written(pixels, options)
    }
    for (index, texts) in zip(written(widths.narrow), written(widths.wide)).enumerated() {
      let picture = pixels.slice(index..<index + 1, dim: 0)
      let narrow = captioner.logProbability(texts.0, picture)
      let wide = texts.0 == texts.1 ? narrow : captioner.logProbability(texts.1, picture)
      sums = (sums.narrow + Double(narrow), sums.wide + Double(wide))
      changed += texts.0 == texts.1 ? 0 : 1
      gained += wide > narrow ? 1 : 0
      lost += wide < narrow ? 1 : 0
    }
  }

  /// A row of a table.
  func row(_ name: String) -> [Cell] {
    [.text(name), .integer(count), .integer(count - changed), .integer(gained), .integer(lost)]
      + [sums.narrow, sums.wide].map { .fixed($0 / Double(count), decimals: 2) }
  }
}

/// How tokens are drawn.
struct Sampler {
  var temperature: Float
  var topK: Int?
  var topP: Float = 1

  var name: String {
    "temperature \(Format.significant(temperature, digits: 2))" + (topK.map { ", top \($0)" } ?? "")
      + (topP < 1 ? ", top-p \(Format.significant(topP, digits: 2))" : "")
  }
}

/// Many captions drawn for a scene.
struct Draws {
  /// The exact probability of the greedy caption.
  let exact: Float
  /// The share of captions that say only what the scene has.
  let trueShare: Double
  /// A row of a table: exact and counted share of the greedy caption, how many captions differ, how many are true, and one
  /// that is not the greedy one.
  let row: [Cell]

  init(_ captioner: Captioner, _ scene: Scene, _ sampler: Sampler, usual: String, count: Int, exact: Float) {
    let options = captioner.sampling(
      temperature: Double(sampler.temperature), topK: sampler.topK ?? 0, topP: Double(sampler.topP), count: count)
    let texts = captioner([scene], options)[0].map(\.text)
    trueShare = Double(texts.count { CaptionMeaning($0).holds(for: scene) == true }) / Double(count)
    self.exact = exact
    row = [
      .text(sampler.name), .percent(exact, decimals: 1),
      .percent(Double(texts.count { $0 == usual }) / Double(count), decimals: 1), .integer(Set(texts).count),
      .percent(trueShare, decimals: 1), .text((texts.first { $0 != usual } ?? usual).printable),
    ]
  }
}

/// A row of a table: exact matches and BLEU-1 to 4 of all captions, and the exact matches of each list of them.
func scoreRow(_ name: String, _ said: [[String]], _ wanted: [[String]]) -> [Cell] {
  let (all, references) = (said.flatMap { $0 }, wanted.flatMap { $0 })
  let bleu = BLEU(all, references: references)
  let each = zip(said, wanted).map { Format.percent(exactMatch($0, references: $1), decimals: 1) }
  return [.text(name), .percent(exactMatch(all, references: references), decimals: 1)]
    + (1...4).map { .fixed(bleu.score($0), decimals: 3) } + [.text(each.joined(separator: "  "))]
}
