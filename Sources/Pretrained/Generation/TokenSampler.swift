import Support
import Tensors

/// Draws tokens at random from those that transformers' warpers leave: temperature, top-h, top-k, the nucleus of top-p
/// (Holtzman et al. 2020, section 3.1), min-p, typical-p and the cutoffs, in this order.
struct TokenSampler {
  private let settings: GenerationOptions.Sampling
  private let generator: Generator

  init(_ settings: GenerationOptions.Sampling, generator: Generator) {
    self.settings = settings
    self.generator = generator
  }

  /// Draws one token, with one uniform number from the generator.
  ///
  /// - Throws: `DataError` if no token has a probability: all are forbidden, or a score is infinite.
  func draw(_ logits: [Float]) throws -> Int {
    let candidates = candidates(logits)
    let whole = candidates.reduce(0) { $0 + Double($1.probability) }
    guard let last = candidates.last, whole > 0, whole.isFinite else {
      throw DataError(
        reason: "no token can be drawn: none is left, or a score is infinite, as a temperature near 0 makes it")
    }
    var remaining = generator.nextUnitDouble() * whole
    for candidate in candidates {
      remaining -= Double(candidate.probability)
      if remaining < 0 { return candidate.token }
    }
    return last.token  // the sum, rounded, fell short
  }

  /// The tokens that can be drawn with their probabilities, the most likely first; the lower id first on ties.
  func candidates(_ logits: [Float]) -> [(token: Int, probability: Float)] {
    let temperature = Float(settings.temperature)
    let scores = temperature == 1 ? logits : logits.map { $0 / temperature }
    var candidates = Candidates(scores, mostLikely: settings.topK, entropyShare: settings.topH)
    if settings.topP < 1 { candidates.keepNucleus(settings.topP) }
    if let minP = settings.minP { candidates.keepLikely(share: minP) }
    if settings.typicalP < 1 { candidates.keepTypical(settings.typicalP) }
    let (epsilon, eta) = (settings.epsilonCutoff, settings.etaCutoff)
    if epsilon > 0 && epsilon < 1 { candidates.keepLikely(atLeast: epsilon) }
    if eta > 0 && eta < 1 { candidates.keepLikely(eta: eta) }
    return zip(candidates.tokens, candidates.probabilities).map { (token: $0, probability: $1) }
  }
}

/// The tokens among which one is drawn, the most likely first; the lower id first on ties.
private struct Candidates {
  private(set) var tokens: [Int]
  private var scores: [Float]
  private(set) var probabilities: [Float]

  /// How many of the likeliest tokens top-h considers.
  private static let entropyTokens = 100

  /// - Parameters:
  ///   - scores: a number for each token of the vocabulary.
  ///   - count: how many of the likeliest tokens are kept, with those as likely as the last of them; 0 for all.
  ///   - share: what share of the entropy of the likeliest tokens is kept, `nil` for all.
  init(_ scores: [Float], mostLikely count: Int, entropyShare share: Double?) {
    var scores = scores
    if let share { scores = Self.keepingEntropy(share, of: scores) }
    var limit = count > 0 ? min(count, scores.count) : scores.count
    var order = topIndices(scores, limit)
    if limit < scores.count, let last = order.last, scores[last] > -.infinity {
      let even = scores.reduce(0) { $0 + ($1 >= scores[last] ? 1 : 0) }
      if even > limit {
        limit = even
        order = topIndices(scores, limit)
      }
    }
    tokens = order.filter { scores[$0] > -.infinity }
    self.scores = tokens.map { scores[$0] }
    probabilities = []
    update()
  }

  private mutating func update() { probabilities = scores.isEmpty ? [] : Tensor(scores).softmax(dim: 0).scalars }

  /// Keeps the candidates at some indices; one, by default the likeliest, always.
  private mutating func keep(always first: Int = 0, _ isKept: (Int) -> Bool) {
    let kept = scores.indices.filter { $0 == first || isKept($0) }
    if kept.count == scores.count { return }
    tokens = kept.map { tokens[$0] }
    scores = kept.map { scores[$0] }
    update()
  }

  /// From the least likely on, tokens are left out as long as they have at most `1 - probability` together.
  mutating func keepNucleus(_ probability: Double) {
    let rest = Float(1 - probability)
    var (kept, sum) = (scores.count, 0.0)
    while kept > 1 {
      sum += Double(probabilities[kept - 1])
      if Float(sum) > rest { break }
      kept -= 1
    }
    keep { $0 < kept }
  }

  /// Leaves out tokens less likely than a share of the likeliest one's probability.
  mutating func keepLikely(share: Double) {
    let probabilities = probabilities
    keep { probabilities[$0] >= Float(share) * probabilities[0] }
  }

  /// Leaves out tokens less likely than a number; those as likely as the likeliest stay.
  mutating func keepLikely(atLeast bound: Double) { keepLikely(atLeast: Float(bound)) }

  /// The same with a bound that falls with the entropy.
  mutating func keepLikely(eta: Double) {
    let eta = Float(eta)
    let falling = Tensor([-entropy]).exp().item * eta.squareRoot()
    keepLikely(atLeast: min(eta, falling))
  }

  private mutating func keepLikely(atLeast bound: Float) {
    let (scores, probabilities) = (scores, probabilities)
    keep { probabilities[$0] >= bound || scores[$0] == scores[0] }
  }

  private var logProbabilities: [Float] { scores.isEmpty ? [] : Tensor(scores).logSoftmax(dim: 0).scalars }

  private var entropy: Float {
    Float(-zip(logProbabilities, probabilities).reduce(0.0) { $0 + ($1.1 > 0 ? Double($1.0) * Double($1.1) : 0) })
  }

  /// Keeps the tokens whose surprise is nearest to the expected one until they have a probability together.
  mutating func keepTypical(_ mass: Double) {
    let expected = entropy
    let distances = logProbabilities.map { abs(-$0 - expected) }
    let order = distances.indices.sorted {
      distances[$0] != distances[$1] ? distances[$0] < distances[$1] : tokens[$0] < tokens[$1]
    }
    guard let first = order.first else { return }
    var sum = 0.0
    var bound = distances[order[order.count - 1]]
    for index in order {
      sum += Double(probabilities[index])
      if !(Float(sum) < Float(mass)) {
        bound = distances[index]
        break
      }
    }
    // Here the most typical token always stays, not the likeliest.
    keep(always: first) { distances[$0] <= bound }
  }

  /// Scores of which only the likeliest tokens are left whose entropy together is a share of the whole (of a hundred).
  private static func keepingEntropy(_ share: Double, of scores: [Float]) -> [Float] {
    let order = topIndices(scores, min(entropyTokens, scores.count))
    let logProbabilities = Tensor(order.map { scores[$0] }).logSoftmax(dim: 0)
    let probabilities = logProbabilities.exp().scalars
    let terms = zip(logProbabilities.scalars, probabilities).map { $1 > 0 ? -Double($0) * Double($1) : .nan }
    let budget = Float(Float(terms.reduce(0.0) { $0 + ($1.isNaN ? 0 : $1) }) * Float(share))
    var result = [Float](repeating: -.infinity, count: scores.count)
    var sum = 0.0
    for (index, token) in order.enumerated() {
      sum += terms[index]
      if index == 0 || Float(sum) <= budget { result[token] = scores[token] }
    }
    return result
  }
}

/// The indices of the `count` largest numbers, largest first, the lower index first on ties.
///
/// One pass with a short sorted list, which for a few of many is far quicker than sorting all.
func topIndices(_ scores: [Float], _ count: Int) -> [Int] {
  if count >= 64 {
    let order = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
    return Array(order.prefix(count))
  }
  var best: [Int] = []
  best.reserveCapacity(count + 1)
  scores.withUnsafeBufferPointer { scores in
    for index in scores.indices {
      let score = scores[index]
      if best.count == count {
        guard let last = best.last, score > scores[last] else { continue }
        best.removeLast()
      }
      var rank = best.count
      while rank > 0 && score > scores[best[rank - 1]] { rank -= 1 }
      best.insert(index, at: rank)
    }
  }
  return best
}
