import Support
import Tensors

/// What forbids, forces or favors tokens whatever the model says, in transformers' order.
struct LogitsRules {
  private let rules: [any ScoreRule]
  /// The length of the longest prompt.
  private let promptLength: Int

  /// - Parameters:
  ///   - promptLength: the length of the longest prompt in tokens.
  ///   - newTokens: the most tokens that are asked for.
  init(_ options: GenerationOptions, promptLength: Int, newTokens: Int = .max) {
    let (settings, endTokens) = (options.rules, options.endTokens)
    self.promptLength = promptLength
    var rules: [any ScoreRule] = []
    if !settings.sequenceBiases.isEmpty { rules.append(SequenceBiasRule(settings.sequenceBiases)) }
    if settings.repetitionPenalty != 1 { rules.append(RepetitionRule(penalty: Float(settings.repetitionPenalty))) }
    if settings.noRepeatLength > 0 { rules.append(NoRepeatRule(length: settings.noRepeatLength)) }
    if !settings.badWords.isEmpty {
      let words = settings.badWords.filter { $0.count > 1 || !endTokens.contains($0[0]) }
      rules.append(SequenceBiasRule(words.map { TokenRules.SequenceBias(tokens: $0, bias: -.infinity) }))
    }
    let fewest = settings.minimumNewTokens ?? (settings.minimumLength - promptLength)
    if fewest > 0 { rules.append(ForbiddenRule(tokens: endTokens, isActive: { $0.written.count < fewest })) }
    if !settings.forcedFirstTokens.isEmpty {
      rules.append(ForcedRule(tokens: settings.forcedFirstTokens, isActive: { $0.length == 1 }))
    }
    if !settings.forcedLastTokens.isEmpty {
      rules.append(ForcedRule(tokens: settings.forcedLastTokens, isActive: { $0.written.count == newTokens - 1 }))
    }
    if settings.replacesInvalidScores { rules.append(ValidScoreRule()) }
    if let decay = settings.lengthDecay { rules.append(LengthDecayRule(decay, endTokens: endTokens)) }
    if !settings.suppressedTokens.isEmpty {
      rules.append(ForbiddenRule(tokens: settings.suppressedTokens, isActive: { _ in true }))
    }
    if !settings.suppressedFirstTokens.isEmpty {
      // Where the first token is forced, the one after it is the first to choose.
      let first = promptLength > 1 || settings.forcedFirstTokens.isEmpty ? 0 : 1
      rules.append(ForbiddenRule(tokens: settings.suppressedFirstTokens, isActive: { $0.written.count == first }))
    }
    if settings.renormalizes { rules.append(RenormalizationRule()) }
    self.rules = rules
  }

  /// Whether nothing is changed at all.
  var areEmpty: Bool { rules.isEmpty }

  /// Changes one row of logits or log-probabilities.
  ///
  /// - Parameters:
  ///   - scores: a number for each token of the vocabulary.
  ///   - prompt: what the text began with.
  ///   - written: what was written since.
  /// - Throws: `DataError` if a score is not a number, so that no token can be chosen.
  func apply(to scores: inout [Float], prompt: [Int], written: [Int]) throws {
    if !areEmpty {
      let text = TextSoFar(tokens: prompt + written, written: written, length: promptLength + written.count)
      for rule in rules { rule.apply(to: &scores, text) }
    }
    if scores.reduce(0, { $0 + ($1.isNaN ? 1 : 0) }) > 0 {
      throw DataError(reason: "the scores of the next token are not numbers (NaN), so none can be chosen")
    }
  }
}

/// A text of which the next token is to be chosen.
struct TextSoFar {
  /// Prompt and new tokens.
  let tokens: [Int]
  /// The new tokens.
  let written: [Int]
  /// How long the text is, had it begun with the longest prompt.
  let length: Int
}

/// Changes the scores of the next token.
protocol ScoreRule {
  /// - Parameter scores: a number for each token of the vocabulary.
  func apply(to scores: inout [Float], _ text: TextSoFar)
}

/// Adds a number to the score of a token where the tokens in front of it are given ones.
struct SequenceBiasRule: ScoreRule {
  private let single: [(token: Int, bias: Float)]
  /// Runs by the number of tokens in front, in the order in which the numbers first occur.
  private let runs: [TokenRules.SequenceBias]

  init(_ biases: [TokenRules.SequenceBias]) {
    single = biases.filter { $0.tokens.count == 1 }.map { ($0.tokens[0], Float($0.bias)) }
    var lengths: [Int] = []
    for length in biases.map(\.tokens.count) where length > 1 && !lengths.contains(length) { lengths.append(length) }
    runs = lengths.flatMap { length in biases.filter { $0.tokens.count == length } }
  }

  func apply(to scores: inout [Float], _ text: TextSoFar) {
    var sums: [Int: Float] = [:]  // each token's on its own: their order does not matter
    for (token, bias) in single { sums[token] = bias }
    for run in runs where text.tokens.count >= run.tokens.count - 1 {
      guard text.tokens.suffix(run.tokens.count - 1).elementsEqual(run.tokens.dropLast()) else { continue }
      sums[run.tokens[run.tokens.count - 1], default: 0] += Float(run.bias)
    }
    for (token, bias) in sums { scores[token] += bias }
  }
}

/// Makes tokens that occurred less likely.
struct RepetitionRule: ScoreRule {
  let penalty: Float

  func apply(to scores: inout [Float], _ text: TextSoFar) {
    for token in Set(text.tokens) where scores.indices.contains(token) {  // each on its own: no order matters
      scores[token] = scores[token] < 0 ? scores[token] * penalty : scores[token] / penalty
    }
  }
}

/// Forbids tokens that would complete a run of tokens that occurred.
struct NoRepeatRule: ScoreRule {
  let length: Int

  func apply(to scores: inout [Float], _ text: TextSoFar) {
    let tokens = text.tokens
    if tokens.count < length { return }
    let tail = tokens.suffix(length - 1)
    for start in 0...tokens.count - length {
      let next = tokens[start + length - 1]
      if tokens[start..<start + length - 1].elementsEqual(tail) && scores.indices.contains(next) {
        scores[next] = -.infinity
      }
    }
  }
}

/// Forbids tokens at some positions.
struct ForbiddenRule: ScoreRule {
  let tokens: [Int]
  let isActive: (TextSoFar) -> Bool

  func apply(to scores: inout [Float], _ text: TextSoFar) {
    if !isActive(text) { return }
    for token in tokens where scores.indices.contains(token) { scores[token] = -.infinity }
  }
}

/// Forbids all tokens but some at some positions.
struct ForcedRule: ScoreRule {
  let tokens: [Int]
  let isActive: (TextSoFar) -> Bool

  func apply(to scores: inout [Float], _ text: TextSoFar) {
    if !isActive(text) { return }
    for token in scores.indices { scores[token] = -.infinity }
    for token in tokens { scores[token] = 0 }
  }
}

/// Replaces scores that are no finite numbers.
struct ValidScoreRule: ScoreRule {
  func apply(to scores: inout [Float], _ text: TextSoFar) {
    for token in scores.indices where !scores[token].isFinite {
      scores[token] =
        scores[token].isNaN ? 0 : (scores[token] > 0 ? 1 : -1) * Float.greatestFiniteMagnitude
    }
  }
}

/// Makes end tokens likelier with each token after a number of them.
struct LengthDecayRule: ScoreRule {
  private let decay: TokenRules.LengthDecay
  private let endTokens: [Int]

  init(_ decay: TokenRules.LengthDecay, endTokens: [Int]) {
    self.decay = decay
    self.endTokens = endTokens
  }

  func apply(to scores: inout [Float], _ text: TextSoFar) {
    let late = text.written.count - decay.start
    if late <= 0 { return }
    let factor = Float(power(decay.factor, late) - 1)
    for token in Set(endTokens) {  // each on its own: no order matters
      let addend = abs(scores[token]) * factor
      scores[token] += scores[token].isFinite ? addend : 0
    }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    if base == 0 { return 0 }
    let size = ElementaryDouble.pow(abs(base), Double(exponent))
    return base < 0 && !exponent.isMultiple(of: 2) ? -size : size
  }
}

/// Makes scores log-probabilities again.
struct RenormalizationRule: ScoreRule {
  func apply(to scores: inout [Float], _ text: TextSoFar) { scores = Tensor(scores).logSoftmax(dim: 0).scalars }
}
