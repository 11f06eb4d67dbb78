import Pretrained
import Support
import Tensors

// What is computed of the models that write, under the names in which the results are recorded.

extension ComputedResults {
  /// The encoder's states, the scores of given captions, and captions by greedy and by beam search.
  mutating func add(_ model: VisionEncoderDecoderModel) throws {
    let (encoder, decoder) = (model.configuration.encoder, model.configuration.decoder)
    let size = encoder.imageSize
    let pixels = try recorded.images(
      "pixel_values", channels: encoder.channelCount, heights: size.height...size.height,
      widths: size.width...size.width)
    let captions = try recorded.tokens(
      "decoder_input_ids", vocabulary: decoder.vocabularySize, longest: decoder.positionCount)
    guard captions.shape[0].isMultiple(of: pixels.shape[0]) else {
      throw recorded.missing(["decoder_input_ids"], "\(captions.shape[0]) captions of \(pixels.shape[0]) images")
    }
    compare("encoder_last_hidden", to: model.encoder(pixels))
    compare("logits", to: model(pixels, captions: captions))
    if let start = model.configuration.decoderStartTokenID, (0..<decoder.vocabularySize).contains(start) {
      let first = model(pixels[0..<1], captions: IntTensor([[start]]))
      compare("greedy", "step0_scores", to: first[0][0])
    }
    let endTokens = model.configuration.eosTokenIDs
    try compareSearches(
      images: pixels.shape[0], endTokens: endTokens, padding: model.configuration.padTokenID ?? endTokens.first ?? 0
    ) { try model.generate(pixels, $0) }
  }

  /// The image encoder's states, the scores of given captions, and captions with and without a beginning.
  mutating func add(_ model: BLIPForConditionalGeneration) throws {
    let text = model.configuration.text
    let pixels = try pixels(of: model.configuration)
    let captions = try recorded.tokens(
      "decoder_input_ids", vocabulary: text.vocabularySize, longest: text.positionCount)
    let prompts = try recorded.tokens("input_ids", vocabulary: text.vocabularySize, longest: text.positionCount)
    let images = pixels.shape[0]
    guard captions.shape[0].isMultiple(of: images) else {
      throw recorded.missing(["decoder_input_ids"], "\(captions.shape[0]) captions of \(images) images")
    }
    compare("vision_last_hidden", to: model.visionModel(pixels))
    compare("logits", to: model(pixels, captions: captions))
    let beginnings = try (0..<prompts.shape[0]).map { try model.prompt(prompts[$0].scalars) }
    for (prefix, prompts) in [("", nil), ("prompted_", beginnings)] {
      try compareSearches(prefix, images: images, endTokens: text.endTokens, padding: text.padTokenID ?? 0) {
        try model.generate(pixels, prompts: prompts, $0)
      }
    }
  }

  /// The image encoder's states, those of questions, the scores of given answers, and answers.
  mutating func add(_ model: BLIPForQuestionAnswering) throws {
    let text = model.configuration.text
    let pixels = try pixels(of: model.configuration)
    let answers = try recorded.tokens("decoder_input_ids", vocabulary: text.vocabularySize, longest: text.positionCount)
    let questions = try recorded.tokens("input_ids", vocabulary: text.vocabularySize, longest: text.positionCount)
    let mask = try recorded.mask("attention_mask", for: questions)
    guard questions.shape[0].isMultiple(of: pixels.shape[0]), answers.shape[0] == questions.shape[0] else {
      throw recorded.missing(
        ["input_ids"],
        "\(questions.shape[0]) questions with \(answers.shape[0]) answers about \(pixels.shape[0]) images")
    }
    let images = model.visionModel(pixels)
    compare("vision_last_hidden", to: images)
    compare("question_last_hidden", to: model.read(questions, attended: mask, images: images))
    compare("logits", to: model(pixels, questions: questions, attended: mask, answers: answers))
    let asked = (0..<questions.shape[0]).map { row in
      zip(questions[row].scalars, mask[row].scalars).filter { $0.1 != 0 }.map { $0.0 }
    }
    try compareSearches(images: questions.shape[0], endTokens: text.endTokens, padding: text.padTokenID ?? 0) {
      try model.generate(images: images, questions: asked, $0)
    }
  }

  private func pixels(of settings: BLIPConfiguration) throws -> Tensor {
    let size = settings.vision.imageSize
    return try recorded.images(
      "pixel_values", channels: 3, heights: size.height...size.height, widths: size.width...size.width)
  }

  /// Texts by greedy and by beam search.
  ///
  /// - Parameters:
  ///   - prefix: what the names of the recorded searches begin with.
  ///   - images: how many texts are written by greedy search.
  ///   - generate: writes as the options say.
  private mutating func compareSearches(
    _ prefix: String = "", images: Int, endTokens: [Int], padding: Int,
    _ generate: (GenerationOptions) throws -> [[GeneratedText]]
  ) throws {
    let length = GenerationOptions.Length.total(Self.captionLength)
    let greedy = try generate(GenerationOptions(length: length, endTokens: endTokens))
    compare(prefix + "greedy", "ids", to: Self.rows(greedy, padding))
    compare(prefix + "search_lengths", "greedy", to: Self.lengths(greedy, endTokens))
    for name in recorded.keys([]) where name.hasPrefix(prefix + "beam") && recorded.value([name, "ids"]) != nil {
      let search = try beamSearch(name, prefix)
      var options = GenerationOptions(.beamSearch(search), length: length, endTokens: endTokens)
      let count = try recorded.rows(name, "ids").count
      guard count > 0, count.isMultiple(of: images) else {
        throw recorded.missing([name, "ids"], "\(count) texts of \(images) images")
      }
      options.returnCount = count / images
      let texts = try generate(options)
      let scores = recorded.value([name, "sequences_scores"])
      compare(name, "ids", to: Self.rows(texts, padding), scores: scores)
      compare(name, "sequences_scores", to: texts.flatMap { $0 }.map { $0.score ?? .nan })
      // Recorded as counted over the beams of all images.
      let beams = texts.enumerated().map { image, texts in texts.map { $0.beams.map { image * search.count + $0 } } }
      compare(name, "beam_indices", to: Self.filledUp(beams, with: -1), scores: scores)
      if options.returnCount == 1 { compare(prefix + "search_lengths", "beam", to: Self.lengths(texts, endTokens)) }
    }
  }

  /// Every part from the image to the logits, and texts with and without prompts, also of different lengths.
  mutating func add(_ model: BLIP2Model) throws {
    let (size, text) = (model.configuration.vision.imageSize, model.configuration.text)
    let pixels = try recorded.images(
      "pixel_values", channels: 3, heights: size.height...size.height, widths: size.width...size.width)
    let ids = try tokens("input_ids", of: model, count: pixels.shape[0])
    let states = model.visionModel(pixels)
    compare("vision_last_hidden", to: states)
    compare("vision_pooler", to: model.visionModel.pooled(states))
    compare("qformer_output", to: model.queryOutput(pixels))
    compare("language_projection", to: model.imageTokens(pixels))
    compare("logits", to: try model(pixels, ids: ids))

    let padding = text.padTokenID ?? 1
    func texts(_ prompts: [[Int]]?, _ method: GenerationOptions.Method = .greedy) throws -> [[GeneratedText]] {
      let endTokens = text.eosTokenIDs
      return try model.generate(
        pixels, prompts: prompts, GenerationOptions(method, length: .new(Self.answerLength), endTokens: endTokens))
    }
    compare("generate_no_prompt", to: Self.rows(try texts(nil), padding))
    let prompts = (0..<ids.shape[0]).map { ids[$0].scalars }
    let greedy = try texts(prompts)
    compare("generate_prompt", to: Self.rows(greedy, padding))
    let written = Self.filledUp(greedy.map { $0.map(\.tokens) }, with: padding)
    compare("legacy_prepend", "generate_from_inputs_embeds_only", to: written)
    let beams = try texts(prompts, .beamSearch(.init(count: 3)))
    compare("generate_prompt_beam3", to: Self.rows(beams, padding))
    guard recorded.value(["padded"]) != nil else { return }

    // Shorter prompts are recorded with padding in front of them; ours have none.
    let padded = try tokens("padded", "input_ids", of: model, count: pixels.shape[0])
    let mask = try recorded.mask("padded", "attention_mask", for: padded)
    let short = (0..<padded.shape[0]).map { row in
      zip(padded[row].scalars, mask[row].scalars).filter { $0.1 != 0 }.map { $0.0 }
    }
    let last = try short.enumerated().map { row, prompt in
      try model(pixels[row..<row + 1], ids: IntTensor([prompt]))[0][prompt.count - 1]
    }
    compare("padded", "logits_last_position", to: .stack(last))
    let answers = Self.filledUp(try texts(short).map { $0.map(\.tokens) }, with: padding)
    let rows = zip((0..<padded.shape[0]).map { padded[$0].scalars }, answers).map { prompt, answers in
      answers.map { prompt + $0 }
    }
    compare("padded", "generate", to: rows)
  }

  /// Prompts with places for an image, one for each image.
  private func tokens(_ path: String..., of model: BLIP2Model, count: Int) throws -> IntTensor {
    let text = model.configuration.text
    let tokens = try recorded.tokens(
      path, vocabulary: text.vocabularySize, or: model.placeholder, longest: text.positionCount)
    guard tokens.shape[0] == count else {
      throw recorded.missing(path, "\(tokens.shape[0]) prompts for \(count) images")
    }
    return tokens
  }

  /// The longest caption in tokens, its first one counted, as the course's notebook asks for it.
  private static let captionLength = 16
  /// As many beams as any search may have.
  private static let beamLimit = 1024
  /// The longest answer in tokens.
  private static let answerLength = 10

  /// The settings under `args`, and the number in the name behind its prefix: `beam4_…`.
  private func beamSearch(_ name: String, _ prefix: String) throws -> GenerationOptions.BeamSearch {
    guard let count = Int(name.dropFirst(prefix.count + 4).prefix { $0.isNumber }), (1...Self.beamLimit).contains(count)
    else {
      throw recorded.missing([name], "names no number of beams from 1 to \(Self.beamLimit)")
    }
    var search = GenerationOptions.BeamSearch(count: count)
    search.lengthPenalty = recorded.value([name, "args", "length_penalty"])?.doubleValue ?? search.lengthPenalty
    switch recorded.value([name, "args", "early_stopping"]) {
    case .bool(true): search.earlyStopping = .whenEnoughFinished
    case .string("never"): search.earlyStopping = .never
    default: break
    }
    return search
  }

  /// Prompts with what was written, filled up behind the end to the longest of all.
  private static func rows(_ texts: [[GeneratedText]], _ padding: Int) -> [[[Int]]] {
    filledUp(texts.map { $0.map(\.ids) }, with: padding)
  }

  private static func filledUp(_ rows: [[[Int]]], with padding: Int) -> [[[Int]]] {
    let longest = rows.joined().map(\.count).max() ?? 0
    return rows.map { $0.map { $0 + Array(repeating: padding, count: longest - $0.count) } }
  }

  /// How many tokens the first text of each image has, end tokens not counted.
  private static func lengths(_ texts: [[GeneratedText]], _ endTokens: [Int]) -> [JSON] {
    texts.map { .integer($0[0].tokens.count { !endTokens.contains($0) }) }
  }
}

extension BLIPTextConfiguration {
  /// The tokens that end a text.
  fileprivate var endTokens: [Int] { sepTokenID.map { [$0] } ?? [] }
}
