import Support

extension GenerationConfiguration {
  /// The settings that change what transformers writes and that are not known here, each with the case in which it does
  /// so; whoever has one in its file is told, instead of getting another text.
  ///
  /// Settings that transformers does not have, and those of which nothing depends but speed and what is returned beside
  /// the text, are not among them.
  private static let refusals: [(key: String, applies: @Sendable (JSON, GenerationConfiguration) -> Bool)] = [
    ("guidance_scale", { value, _ in value.pythonNumber != 1 }),
    ("watermarking_config", { _, _ in true }),
    ("constraints", { _, _ in true }),
    ("force_words_ids", { _, _ in true }),
    ("max_time", { _, _ in true }),
    ("stop_strings", { _, _ in true }),
    ("token_healing", { value, _ in isTrue(value) }),
    ("is_assistant", { value, _ in isTrue(value) }),
    // Beam search passes these over.
    ("dola_layers", { _, settings in settings.beamCount == 1 }),
    ("use_mtp", { value, settings in isTrue(value) && settings.beamCount == 1 }),
    ("prompt_lookup_num_tokens", { _, settings in settings.beamCount == 1 }),
    ("assistant_early_exit", { _, settings in settings.beamCount == 1 }),
    (
      "penalty_alpha",
      { value, settings in
        (value.pythonNumber ?? 1) > 0 && settings.beamCount == 1 && !settings.samples && settings.topK > 1
      }
    ),
    // Only beam search has these.
    ("num_beam_groups", { value, settings in (value.pythonNumber ?? 2) > 1 && settings.beamCount > 1 }),
    ("low_memory", { value, settings in isTrue(value) && settings.beamCount > 1 }),
    ("cache_implementation", { value, _ in !exactCaches.contains(value) }),
    // Arguments of `generate` that transformers refuses in a file.
    ("logits_processor", isArgument), ("stopping_criteria", isArgument), ("prefix_allowed_tokens_fn", isArgument),
    ("synced_gpus", isArgument), ("assistant_model", isArgument), ("streamer", isArgument),
    ("negative_prompt_ids", isArgument), ("negative_prompt_attention_mask", isArgument),
  ]

  private static let isArgument = { @Sendable (_: JSON, settings: GenerationConfiguration) in
    !settings.comesFromModel
  }

  /// The caches that hold keys and values as they are.
  private static let exactCaches = [
    "static", "offloaded_static", "dynamic", "offloaded", "sliding_window", "hybrid", "hybrid_chunked",
    "offloaded_hybrid", "offloaded_hybrid_chunked",
  ].map(JSON.string)

  /// Whether Python takes a value for true.
  private static func isTrue(_ value: JSON) -> Bool {
    switch value {
    case .null, .string(""), .array([]): false
    case .object(let object): !object.members.isEmpty
    default: value.pythonFlag ?? true
    }
  }

  /// Keeps the settings that may be refused.
  mutating func bindOthers(_ binder: inout SettingsBinder) throws {
    for key in Self.refusals.map(\.key) + ["_from_model_config", "force_bos_token_to_be_generated"] {
      var value = binder.isReading ? nil : others[key]
      binder.raw(key, &value)
      if binder.isReading, let value, value != .null { others.set(key, value) }
    }
    // An old name, in a model's settings only.
    let forces = others["force_bos_token_to_be_generated"].map(Self.isTrue) ?? false
    if binder.isReading, comesFromModel, forces, let bosTokenID { rules.forcedFirstTokens = [bosTokenID] }
  }

  /// Whether the settings were made of a model's `config.json`, by transformers or here.
  private var comesFromModel: Bool { others["_from_model_config"].map(Self.isTrue) ?? false }

  /// Why no text can be generated with these settings, and `nil` if one can: the file asks for something that changes the
  /// text and is not supported.
  public var refusal: String? {
    for (key, applies) in Self.refusals {
      guard let value = others[key], applies(value, self) else { continue }
      return "\(key) is set, which changes what is written and is not supported"
    }
    if samples && beamCount > 1 {
      return "beam search that samples (do_sample with num_beams above 1) is not supported"
    }
    return nil
  }
}
