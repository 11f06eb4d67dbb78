import Checkpoints

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
    /// Only so many of the most likely tokens are drawn from; 0 for all.
    public var topK = 50
    /// Only the most likely tokens that reach this probability together are drawn from (Holtzman et al. 2020).
    public var topP = 1.0

    /// The defaults.
    public init() {}
  }

  /// How each token is chosen.
  public var method: Method
  /// The longest text.
  public var length: Length
  /// The shortest text in tokens, counting the longest prompt: no end token comes before.
  public var minimumLength = 0
  /// The number of texts for each prompt; more than one only by beams or sampling.
  public var returnCount = 1
  /// What logits of tokens that occurred are divided by; 1 for no such rule (Keskar et al. 2019).
  public var repetitionPenalty = 1.0
  /// No run of so many tokens occurs twice; 0 for no such rule.
  public var noRepeatLength = 0
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
  /// - Throws: ``GenerationError`` for beam search that samples and for settings that contradict each other; it names
  ///   the file.
  public init(_ configuration: GenerationConfiguration) throws {
    if configuration.samples && configuration.beamCount > 1 {
      throw GenerationError(
        "beam search that samples (do_sample with num_beams above 1) is not supported", file: configuration.file)
    }
    if configuration.samples {
      var sampling = Sampling()
      sampling.temperature = configuration.temperature
      sampling.topK = configuration.topK
      sampling.topP = configuration.topP
      method = .sampling(sampling)
    } else if configuration.beamCount > 1 {
      var search = BeamSearch(count: configuration.beamCount)
      search.earlyStopping = configuration.earlyStopping
      search.lengthPenalty = configuration.lengthPenalty
      method = .beamSearch(search)
    } else {
      method = .greedy
    }
    let total = configuration.maximumLength.map { Length.total($0) }
    length = configuration.maximumNewTokens.map { .new($0) } ?? total ?? .unstated
    minimumLength = configuration.minimumLength
    returnCount = configuration.returnCount
    repetitionPenalty = configuration.repetitionPenalty
    noRepeatLength = configuration.noRepeatLength
    endTokens = configuration.eosTokenIDs
    startToken = configuration.decoderStartTokenID ?? configuration.bosTokenID
    do {
      try validate()
    } catch let error as GenerationError {
      throw GenerationError(error.description, file: configuration.file)
    }
  }

  /// More unfinished texts at a time than make sense; each takes memory for its states.
  private static let choiceLimit = 1024

  /// Checks that the options make sense together.
  func validate() throws {
    let choices =
      switch method {
      case .greedy: 1
      case .beamSearch(let search): search.count
      case .sampling: Int.max
      }
    if case .beamSearch(let search) = method, !(1...Self.choiceLimit).contains(search.count) {
      throw GenerationError("the number of beams must be from 1 to \(Self.choiceLimit), not \(search.count)")
    }
    if returnCount > Self.choiceLimit {
      throw GenerationError("\(returnCount) texts for each prompt are more than the limit of \(Self.choiceLimit)")
    }
    if returnCount < 1 || returnCount > choices {
      throw GenerationError("\(returnCount) texts for each prompt cannot be returned from \(choices)")
    }
    if !(repetitionPenalty > 0) { throw GenerationError("the repetition penalty must be above 0") }
    if noRepeatLength < 0 { throw GenerationError("the length of runs that must not repeat is below 0") }
    if case .sampling(let sampling) = method {
      if !(sampling.temperature > 0) {
        throw GenerationError("the temperature must be above 0; greedy search is the limit")
      }
      if sampling.topK < 0 { throw GenerationError("top-k must be at least 0") }
      if !(sampling.topP > 0 && sampling.topP <= 1) { throw GenerationError("top-p must be above 0 and at most 1") }
    }
  }
}
