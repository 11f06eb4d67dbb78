import Support

/// How a text is generated: how tokens are chosen, and when it ends.
public struct GenerationOptions: Equatable, Sendable {
  /// How each token is chosen.
  public enum Method: Equatable, Sendable {
    /// Always the most likely one; the lower id on ties.
    case greedy
    /// Several unfinished texts at a time.
    case beamSearch(BeamSearch)
    /// At random, as likely as the model says.
    case sampling(Sampling)
  }

  /// The longest text.
  public enum Length: Equatable, Sendable {
    /// In tokens, counting the longest prompt: `max_length`.
    case total(Int)
    /// In tokens, not counting the prompt: `max_new_tokens`.
    case new(Int)
    /// 20 tokens, not counting the prompt, but no more than the language model is made for: transformers' default.
    case unstated
  }

  /// The settings of beam search, with transformers' defaults.
  public struct BeamSearch: Equatable, Sendable {
    /// The number of unfinished texts that are kept, `num_beams`.
    public var count: Int
    /// When the search may stop, `early_stopping`.
    public var earlyStopping = GenerationConfiguration.EarlyStopping.heuristic
    /// The power of its length by which a text's score is divided, `length_penalty`.
    public var lengthPenalty = 1.0

    /// The defaults for a number of beams.
    public init(count: Int) { self.count = count }
  }

  /// The settings of sampling, with transformers' defaults.
  public struct Sampling: Equatable, Sendable {
    /// What logits are divided by: below 1 prefers likely tokens, above 1 unlikely ones.
    public var temperature = 1.0
    /// Only so many of the most likely tokens, and those as likely as the last of them, are drawn from; 0 for all.
    public var topK = 50
    /// Only the most likely tokens that reach this probability together are drawn from (Holtzman et al. 2020).
    public var topP = 1.0
    /// Only the most likely tokens that keep this share of the entropy of the hundred most likely ones are drawn from.
    public var topH: Double?
    /// Tokens less likely than this share of the likeliest token's probability are not drawn.
    public var minP: Double?
    /// Only the tokens whose surprise is nearest to the expected one, as many as reach this probability together, are
    /// drawn from; 1 for all (Meister et al. 2022).
    public var typicalP = 1.0
    /// Tokens less likely than this are not drawn, but for the likeliest; 0 for no such rule (Hewitt et al. 2022).
    public var epsilonCutoff = 0.0
    /// The same, but with a lower bound where the model is unsure; 0 for no such rule (Hewitt et al. 2022).
    public var etaCutoff = 0.0

    /// The defaults.
    public init() {}
  }

  /// How each token is chosen.
  public var method: Method
  /// The longest text.
  public var length: Length
  /// The number of texts for each prompt; more than one only by beams or sampling.
  public var returnCount = 1
  /// What forbids, forces or favors tokens.
  public var rules = TokenRules()
  /// The tokens that end a text.
  public var endTokens: [Int]
  /// The token that a text starts with where the model is given none; `nil` for what the model's settings say.
  public var startToken: Int?

  /// Options for a model whose texts end with given tokens.
  public init(_ method: Method = .greedy, length: Length = .new(20), endTokens: [Int]) {
    self.method = method
    self.length = length
    self.endTokens = endTokens
  }

  /// What a model's directory says about generating with it.
  ///
  /// - Throws: `DataError` for settings that change the text and are not supported, such as beam search that
  ///   samples, and for settings that contradict each other; it names the file.
  public init(_ configuration: GenerationConfiguration) throws {
    if let refusal = configuration.refusal { throw DataError(file: configuration.file, reason: refusal) }
    if configuration.samples {
      var sampling = Sampling()
      sampling.temperature = configuration.temperature
      sampling.topK = configuration.topK
      sampling.topP = configuration.topP
      sampling.topH = configuration.topH
      sampling.minP = configuration.minP
      sampling.typicalP = configuration.typicalP
      sampling.epsilonCutoff = configuration.epsilonCutoff
      sampling.etaCutoff = configuration.etaCutoff
      method = .sampling(sampling)
    } else if configuration.beamCount != 1 {
      var search = BeamSearch(count: configuration.beamCount)
      search.earlyStopping = configuration.earlyStopping
      search.lengthPenalty = configuration.lengthPenalty
      method = .beamSearch(search)
    } else {
      method = .greedy
    }
    let total = configuration.maximumLength.map { Length.total($0) }
    length = configuration.maximumNewTokens.map { .new($0) } ?? total ?? .unstated
    returnCount = configuration.returnCount
    rules = configuration.rules
    endTokens = configuration.eosTokenIDs
    startToken = configuration.decoderStartTokenID ?? configuration.bosTokenID
    do {
      try validate()
    } catch let error as DataError {
      throw configuration.file.map(error.naming) ?? error
    }
  }

  /// More unfinished texts at a time than make sense; each takes memory for its states.
  private static let choiceLimit = 1024

  /// Checks that the options make sense together.
  func validate() throws {
    if case .beamSearch(let search) = method { try search.validate(limit: Self.choiceLimit) }
    if case .sampling(let sampling) = method { try sampling.validate() }
    let choices =
      switch method {
      case .greedy: 1
      case .beamSearch(let search): search.count
      case .sampling: Int.max
      }
    if returnCount > Self.choiceLimit {
      throw DataError(reason: "\(returnCount) texts for each prompt are more than the limit of \(Self.choiceLimit)")
    }
    if returnCount < 1 || returnCount > choices {
      throw DataError(reason: "\(returnCount) texts for each prompt cannot be returned from \(choices)")
    }
    if case .new(let count) = length, count < 1 { throw DataError(reason: "\(count) new tokens are no text") }
    if !isPositive(rules.repetitionPenalty) {
      throw DataError(
        reason: "the repetition penalty must be above 0 in single precision, not \(rules.repetitionPenalty)")
    }
    if rules.lengthDecay != nil && endTokens.isEmpty {
      throw DataError(reason: "exponential_decay_length_penalty needs an end token")
    }
    if !rules.badWords.isEmpty && rules.badWords.allSatisfy({ $0.count == 1 && endTokens.contains($0[0]) }) {
      throw DataError(reason: "bad_words_ids holds end tokens only")
    }
  }

  /// Checks that the tokens named are the model's.
  ///
  /// - Parameter vocabularySize: the number of tokens that it knows.
  func requireTokens(below vocabularySize: Int) throws {
    // Suppressed tokens, and end tokens that only end, may be any.
    let named: [(key: String, tokens: [Int])] = [
      ("sequence_bias", rules.sequenceBiases.flatMap(\.tokens)), ("bad_words_ids", rules.badWords.flatMap { $0 }),
      ("forced_bos_token_id", rules.forcedFirstTokens), ("forced_eos_token_id", rules.forcedLastTokens),
      ("exponential_decay_length_penalty with eos_token_id", rules.lengthDecay == nil ? [] : endTokens),
    ]
    for (key, tokens) in named {
      guard let stranger = tokens.first(where: { !(0..<vocabularySize).contains($0) }) else { continue }
      throw DataError(reason: "\(key) names token \(stranger), but the model knows 0 to \(vocabularySize - 1)")
    }
  }
}

/// Whether a number is positive in single precision, in which scores are.
private func isPositive(_ number: Double) -> Bool { Float(number) > 0 && number.isFinite }

extension GenerationOptions.BeamSearch {
  fileprivate func validate(limit: Int) throws {
    if !(1...limit).contains(count) {
      throw DataError(reason: "the number of beams must be from 1 to \(limit), not \(count)")
    }
    if !lengthPenalty.isFinite { throw DataError(reason: "the length penalty must be a finite number") }
  }
}

extension GenerationOptions.Sampling {
  fileprivate func validate() throws {
    if !isPositive(temperature) {
      throw DataError(
        reason: "the temperature must be above 0 in single precision, not \(temperature); greedy search is the limit")
    }
    if topK < 0 { throw DataError(reason: "top-k must be at least 0, not \(topK)") }
    if !(topP >= 0) { throw DataError(reason: "top-p must be at least 0, not \(topP)") }
    if let topH, !(topH > 0 && topH <= 1) {
      throw DataError(reason: "top-h must be above 0 and at most 1, not \(topH)")
    }
    if let minP, !(minP >= 0 && minP <= 1) { throw DataError(reason: "min-p must be from 0 to 1, not \(minP)") }
    if !(typicalP > 0) { throw DataError(reason: "typical-p must be above 0, not \(typicalP)") }
    if epsilonCutoff.isNaN || etaCutoff.isNaN { throw DataError(reason: "a cutoff must be a number") }
  }
}
