import Support

/// How text is generated: `generation_config.json`, with the defaults that transformers 5 generates with.
public struct GenerationConfiguration: SettingsGroup {
  /// When beam search may stop before all beams are longer than allowed, `early_stopping`.
  public enum EarlyStopping: Equatable, Sendable {
    /// When no running beam is likely to beat the finished ones: `false`, and the numbers 0 and 1.
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
  /// The share of the entropy that the tokens drawn from keep, `top_h`.
  public var topH: Double?
  /// The least probability of a token that is drawn, as a share of the likeliest token's, `min_p`.
  public var minP: Double?
  /// Only the most typical tokens that reach this probability together are drawn from, `typical_p`.
  public var typicalP = 1.0
  /// The least probability of a token that is drawn, `epsilon_cutoff`; 0 for none.
  public var epsilonCutoff = 0.0
  /// The same, but less where the model is unsure, `eta_cutoff`; 0 for none.
  public var etaCutoff = 0.0
  /// What forbids, forces or favors tokens.
  public var rules = TokenRules()
  /// The token at the start of a text, `bos_token_id`.
  public var bosTokenID: Int?
  /// The tokens that end a text, `eos_token_id`.
  public var eosTokenIDs: [Int] = []
  /// The padding token, `pad_token_id`.
  public var padTokenID: Int?
  /// The token that a decoder starts with, `decoder_start_token_id`; where none is given, ``bosTokenID``.
  public var decoderStartTokenID: Int?
  /// Settings of ways to generate that this project does not have, as they stand in the file; see ``refusal``.
  var others = JSON.Object()
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

  /// The most beams, and texts of an input, that a file may ask for; each takes memory for its states.
  private static let countLimit = 1024

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.pythonLength("max_length", &maximumLength)
    try binder.pythonLength("max_new_tokens", &maximumNewTokens)
    try binder.pythonCount("num_beams", &beamCount, maximum: Self.countLimit)
    try binder.pythonCount("num_return_sequences", &returnCount, maximum: Self.countLimit)
    try bindEarlyStopping(&binder)
    try binder.pythonNumber("length_penalty", &lengthPenalty)
    try binder.python(
      "do_sample", &samples, expected: "true or false", decode: \.pythonFlag, encode: { .bool($0) })
    try binder.pythonNumber("temperature", &temperature)
    try binder.pythonInteger("top_k", &topK)
    try binder.pythonNumber("top_p", &topP)
    try binder.pythonOptionalNumber("top_h", &topH)
    try binder.pythonOptionalNumber("min_p", &minP)
    try binder.pythonNumber("typical_p", &typicalP, usually: 1)
    try binder.pythonNumber("epsilon_cutoff", &epsilonCutoff, usually: 0)
    try binder.pythonNumber("eta_cutoff", &etaCutoff, usually: 0)
    try rules.bind(&binder)
    try binder.pythonToken("bos_token_id", &bosTokenID)
    try binder.pythonTokens("eos_token_id", &eosTokenIDs, written: true)
    try binder.pythonToken("pad_token_id", &padTokenID)
    try binder.pythonToken("decoder_start_token_id", &decoderStartTokenID)
    try bindOthers(&binder)
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
    case nil, .null, .bool(false): earlyStopping = .heuristic
    case .bool(true): earlyStopping = .whenEnoughFinished
    case .string("never"): earlyStopping = .never
    // transformers lets 1 pass for true, but then asks whether the value `is True`, which 1 is not.
    case .some(let other) where other.pythonNumber == 0 || other.pythonNumber == 1: earlyStopping = .heuristic
    case .some(let other):
      throw binder.failure("early_stopping", "is \(other.kindName), not true, false or \"never\"")
    }
  }

  /// Reads the `generation_config.json` at `path`.
  ///
  /// - Throws: `DataError` for a file that is not JSON or a value of the wrong type (with its key path).
  public init(contentsOf path: String) throws {
    guard case .object(let object) = try JSON(contentsOf: path) else {
      throw DataError(.malformed, file: path, reason: "is JSON, but not an object")
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
  /// - Throws: `DataError` for a value of the wrong type.
  public init(modelConfiguration object: JSON.Object, file: String) throws {
    var merged = object.withoutNulls
    for key in ["decoder", "text_config"] {
      guard case .object(let decoder)? = merged[key] else { continue }
      for (key, value) in decoder.withoutNulls.members where key != "force_bos_token_to_be_generated" {
        _ = merged.append(key, value)  // what is there already stays
      }
      break
    }
    merged.set("_from_model_config", .bool(true))
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
