/// How text is generated: `generation_config.json`, with the defaults that transformers 5.23 generates with.
public struct GenerationConfiguration: SettingsGroup {
  /// When beam search may stop before all beams are longer than allowed, `early_stopping`.
  public enum EarlyStopping: Equatable, Sendable {
    /// When no running beam is likely to beat the finished ones: `false`.
    case heuristic
    /// As soon as there are as many finished beams as asked for: `true`.
    case whenEnoughFinished
    /// Only when no running beam can beat the finished ones: `"never"`.
    case never
  }

  /// The longest text in tokens with the prompt, `max_length`; where neither length is given, 20 new tokens are.
  public var maximumLength: Int?
  /// The longest text in tokens without the prompt, `max_new_tokens`; wins over ``maximumLength``.
  public var maximumNewTokens: Int?
  /// The shortest text in tokens with the prompt, `min_length`.
  public var minimumLength = 0
  /// The number of beams; 1 is greedy search or plain sampling, `num_beams`.
  public var beamCount = 1
  /// The number of texts to return for an input, `num_return_sequences`.
  public var returnCount = 1
  /// When beam search stops, `early_stopping`.
  public var earlyStopping = EarlyStopping.heuristic
  /// The power of its length by which a beam's score is divided, `length_penalty`.
  public var lengthPenalty = 1.0
  /// Whether tokens are drawn at random, `do_sample`.
  public var samples = false
  /// What scores are divided by before a token is drawn, `temperature`.
  public var temperature = 1.0
  /// Only so many of the most likely tokens are drawn from; 0 for all, `top_k`.
  public var topK = 50
  /// Only the most likely tokens that reach this probability together are drawn from, `top_p`.
  public var topP = 1.0
  /// What scores of tokens that occurred are divided by, `repetition_penalty`.
  public var repetitionPenalty = 1.0
  /// No run of so many tokens occurs twice; 0 for no such rule, `no_repeat_ngram_size`.
  public var noRepeatLength = 0
  /// The token at the start of a text, `bos_token_id`.
  public var bosTokenID: Int?
  /// The tokens that end a text, `eos_token_id`.
  public var eosTokenIDs: [Int] = []
  /// The padding token, `pad_token_id`.
  public var padTokenID: Int?
  /// The token that a decoder starts with, `decoder_start_token_id`; where none is given, ``bosTokenID``.
  public var decoderStartTokenID: Int?
  /// The file that the settings were read from, for messages; no setting itself.
  public private(set) var file: String?

  /// The defaults: greedy search of at most 20 new tokens.
  public init() {}

  /// The settings with which BLIP-2 writes, which are those that its language model has of itself: transformers asks
  /// neither `generation_config.json` nor the rest of `config.json`.
  public init(languageModel settings: OPTConfiguration) {
    bosTokenID = settings.bosTokenID
    eosTokenIDs = settings.eosTokenIDs
    padTokenID = settings.padTokenID
  }

  /// More beams, and more texts of an input, than any file asks for in earnest; each takes memory for its states.
  private static let countLimit = 1024

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.optionalSize("max_length", &maximumLength)
    try binder.optionalSize("max_new_tokens", &maximumNewTokens)
    try binder.integer("min_length", &minimumLength)
    try binder.size("num_beams", &beamCount, maximum: Self.countLimit)
    try binder.size("num_return_sequences", &returnCount, maximum: Self.countLimit)
    try bindEarlyStopping(&binder)
    try binder.number("length_penalty", &lengthPenalty)
    try binder.flag("do_sample", &samples)
    try binder.number("temperature", &temperature)
    try binder.integer("top_k", &topK)
    try binder.number("top_p", &topP)
    try binder.number("repetition_penalty", &repetitionPenalty)
    try binder.integer("no_repeat_ngram_size", &noRepeatLength)
    try binder.token("bos_token_id", &bosTokenID)
    try binder.tokens("eos_token_id", &eosTokenIDs)
    try binder.token("pad_token_id", &padTokenID)
    try binder.token("decoder_start_token_id", &decoderStartTokenID)
  }

  private mutating func bindEarlyStopping(_ binder: inout SettingsBinder) throws {
    var value: JSON? =
      switch earlyStopping {
      case .heuristic: .bool(false)
      case .whenEnoughFinished: .bool(true)
      case .never: .string("never")
      }
    binder.raw("early_stopping", &value)
    switch value {
    case nil, .bool(false): earlyStopping = .heuristic
    case .bool(true): earlyStopping = .whenEnoughFinished
    case .string("never"): earlyStopping = .never
    case .some(let other):
      throw binder.failure("early_stopping", "is \(other.kindName), not true, false or \"never\"")
    }
  }

  /// Reads the `generation_config.json` at `path`.
  ///
  /// - Throws: ``CheckpointError`` for a file that is not JSON or a value of the wrong type (with its key path).
  public init(contentsOf path: String) throws {
    guard case .object(let object) = try JSON(contentsOf: path) else {
      throw CheckpointError(.malformed, file: path, reason: "is JSON, but not an object")
    }
    try self.init(object.withoutNulls, file: path)  // null means that the default holds
    file = path
  }

  /// The settings for a model without `generation_config.json`: those written in its `config.json`, and where that has
  /// none those written for its text decoder. What is not written there is not set, whatever the model's own defaults.
  ///
  /// - Parameters:
  ///   - object: the contents of `config.json`.
  ///   - file: stands in messages.
  /// - Throws: ``CheckpointError`` for a value of the wrong type.
  public init(modelConfiguration object: JSON.Object, file: String) throws {
    var merged = object.withoutNulls
    for key in ["decoder", "text_config"] {
      guard case .object(let decoder)? = merged[key] else { continue }
      for (key, value) in decoder.withoutNulls.members { _ = merged.append(key, value) }  // what is there already stays
      break
    }
    try self.init(merged, file: file)
    self.file = file
  }
}

extension JSON.Object {
  /// The members whose value is not `null`.
  var withoutNulls: JSON.Object {
    var result = JSON.Object()
    for (key, value) in members where value != .null { _ = result.append(key, value) }
    return result
  }
}
