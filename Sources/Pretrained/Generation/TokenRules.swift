import Support

/// Rules that forbid, force or favor tokens whatever the model says: the part of `generation_config.json` that
/// transformers makes logits processors of.
public struct TokenRules: Equatable, Sendable {
  /// A number that is added to the score of a token where the tokens in front of it are these.
  public struct SequenceBias: Equatable, Sendable {
    /// The tokens in front, and the one whose score is changed.
    public var tokens: [Int]
    /// What is added.
    public var bias: Double

    /// A bias for a run of tokens.
    public init(tokens: [Int], bias: Double) {
      self.tokens = tokens
      self.bias = bias
    }
  }

  /// End tokens become likelier with each token after a number of them.
  public struct LengthDecay: Equatable, Sendable {
    /// So many new tokens are written before.
    public var start: Int
    /// With the n-th token after, the size of an end token's score times this to the power of n, less one, is added to it.
    public var factor: Double

    /// A decay from a number of new tokens on.
    public init(start: Int, factor: Double) {
      self.start = start
      self.factor = factor
    }
  }

  /// What scores of runs of tokens are raised by, `sequence_bias`.
  public var sequenceBiases: [SequenceBias] = []
  /// What scores of tokens that occurred are divided by; 1 for no such rule (Keskar et al. 2019), `repetition_penalty`.
  public var repetitionPenalty = 1.0
  /// No run of so many tokens occurs twice; 0 for no such rule, `no_repeat_ngram_size`.
  public var noRepeatLength = 0
  /// Runs of tokens that are not written, `bad_words_ids`; an end token alone is passed over.
  public var badWords: [[Int]] = []
  /// The shortest text in tokens with the longest prompt, `min_length`.
  public var minimumLength = 0
  /// The shortest text in tokens without the prompt, `min_new_tokens`; wins over ``minimumLength``.
  public var minimumNewTokens: Int?
  /// The only tokens that may follow a prompt of one token, `forced_bos_token_id`; empty for any.
  public var forcedFirstTokens: [Int] = []
  /// The only tokens that may be the last one of the longest text, `forced_eos_token_id`; empty for any.
  public var forcedLastTokens: [Int] = []
  /// Whether scores that are no finite numbers are replaced, `remove_invalid_values`.
  public var replacesInvalidScores = false
  /// How end tokens become likelier, `exponential_decay_length_penalty`.
  public var lengthDecay: LengthDecay?
  /// Tokens that are not written, `suppress_tokens`.
  public var suppressedTokens: [Int] = []
  /// Tokens that are not written first, `begin_suppress_tokens`.
  public var suppressedFirstTokens: [Int] = []
  /// Whether scores become log-probabilities again after all rules, `renormalize_logits`.
  public var renormalizes = false

  /// No rules.
  public init() {}

  /// Passes every setting with its key to the binder.
  mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.pythonInteger("min_length", &minimumLength)
    try binder.python(
      "min_new_tokens", &minimumNewTokens, expected: "a whole number or null",
      decode: { $0.pythonInteger.map(Optional.some) }, encode: { $0.map(JSON.integer) })
    try binder.pythonNumber("repetition_penalty", &repetitionPenalty)
    try binder.pythonInteger("no_repeat_ngram_size", &noRepeatLength)
    try binder.pythonTokens("forced_bos_token_id", &forcedFirstTokens, written: false)
    try binder.pythonTokens("forced_eos_token_id", &forcedLastTokens, written: false)
    try bindTokens("suppress_tokens", &suppressedTokens, &binder)
    try bindTokens("begin_suppress_tokens", &suppressedFirstTokens, &binder)
    try bindExactFlag("remove_invalid_values", &replacesInvalidScores, &binder)
    try bindExactFlag("renormalize_logits", &renormalizes, &binder)
    try binder.python(
      "bad_words_ids", &badWords, expected: "an array of arrays of token ids", decode: Self.runs,
      encode: { $0.isEmpty ? nil : .array($0.map { .array($0.map(JSON.integer)) }) })
    try binder.python(
      "sequence_bias", &sequenceBiases, expected: "an array of pairs of token ids and a number", decode: Self.biases,
      encode: { biases in
        biases.isEmpty
          ? nil : .array(biases.map { .array([.array($0.tokens.map(JSON.integer)), .number($0.bias)]) })
      })
    try binder.python(
      "exponential_decay_length_penalty", &lengthDecay, expected: "an array of a number of tokens and a factor",
      decode: { json in
        guard case .array(let pair) = json, pair.count >= 2, let start = pair[0].pythonInteger,
          let factor = pair[1].pythonNumber
        else { return nil }
        return .some(LengthDecay(start: start, factor: factor))
      }, encode: { $0.map { .array([.integer($0.start), .number($0.factor)]) } })
    if binder.isReading { try requireSense(binder) }
  }

  /// Token ids that must stand in an array.
  private func bindTokens(_ key: String, _ value: inout [Int], _ binder: inout SettingsBinder) throws {
    try binder.python(
      key, &value, expected: "an array of token ids",
      decode: { if case .array = $0 { $0.pythonIntegers } else { nil } },
      encode: { $0.isEmpty ? nil : .array($0.map(JSON.integer)) })
  }

  /// A flag of which only `true` counts, not the number 1: transformers compares it with `is True`.
  private func bindExactFlag(_ key: String, _ value: inout Bool, _ binder: inout SettingsBinder) throws {
    try binder.python(
      key, &value, expected: "true or false", decode: { $0.pythonFlag == nil ? nil : $0 == .bool(true) },
      encode: { $0 ? .bool(true) : nil })
  }

  /// Runs of token ids, at least one; each has at least one token.
  private static func runs(_ json: JSON) -> [[Int]]? {
    guard case .array(let elements) = json, !elements.isEmpty else { return nil }
    let runs = elements.compactMap { element -> [Int]? in
      guard case .array = element, let run = element.pythonIntegers else { return nil }
      return run.isEmpty || run.contains(where: { $0 < 0 }) ? nil : run
    }
    return runs.count == elements.count ? runs : nil
  }

  /// Biases; of a run that is given twice the last one counts, in the place of the first.
  private static func biases(_ json: JSON) -> [SequenceBias]? {
    guard case .array(let elements) = json, !elements.isEmpty else { return nil }
    var biases: [SequenceBias] = []
    for element in elements {
      guard case .array(let pair) = element, pair.count >= 2, case .array = pair[0],
        let tokens = pair[0].pythonIntegers, !tokens.contains(where: { $0 < 0 }), let bias = pair[1].pythonNumber
      else { return nil }
      if let place = biases.firstIndex(where: { $0.tokens == tokens }) {
        biases[place].bias = bias
      } else {
        biases.append(SequenceBias(tokens: tokens, bias: bias))
      }
    }
    return biases
  }

  /// Refuses what transformers refuses when it reads the file.
  private func requireSense(_ binder: SettingsBinder) throws {
    for (key, forced) in [("forced_bos_token_id", forcedFirstTokens), ("forced_eos_token_id", forcedLastTokens)]
    where !forced.isEmpty && forced.allSatisfy(suppressedTokens.contains) {
      throw binder.failure(key, "is also in suppress_tokens, so no token would be left")
    }
  }
}
