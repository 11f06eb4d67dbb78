import Checkpoints
import Images
import Layers
import Support
import Tensors
import Tokenizers

/// Draws what a text says, with the course's painter.
///
/// ```swift
/// let painter = try TextToImage(directory: ShippedCheckpoint.painter.directory)
/// let pictures = try painter.draw(["a large red circle on the left"], seeds: [0])
/// ```
/// B stands for the number of drawings; C, H, W for channels, height and width of a picture.
public struct TextToImage {
  /// How a picture is drawn.
  public struct Options: Equatable, Sendable {
    /// How many times the network looks at the picture.
    public var steps: Int
    /// How far the text leads: 1 as in training, more for less variety that fits the text better.
    public var guidance: Double
    /// How noise turns into a picture.
    public var sampler: DiffusionSampler

    /// Options for the course's painter.
    public init(steps: Int = 8, guidance: Double = 2, sampler: DiffusionSampler = .ddim) {
      self.steps = steps
      self.guidance = guidance
      self.sampler = sampler
    }
  }

  /// A look at drawings while they are made.
  public struct Moment {
    /// The time, from 1, which is noise alone, to 0.
    public let time: Double
    /// The noisy pictures at this time, `[B, C, H, W]`.
    public let noisy: Tensor
    /// What the network expects the pictures to be, `[B, C, H, W]`, samples from -1 to 1 and sometimes beyond; at time
    /// 0 the pictures themselves.
    public let estimate: Tensor
  }

  /// The text tower and the transformer.
  public let model: DiTPainterModel
  /// Makes tokens of texts.
  public let tokenizer: any Tokenizer
  /// What was found in the file with the weights; `nil` for a model that was not read from a file.
  public let loadReport: LoadReport?
  private let directory: String?
  private let knownWords: Set<String>

  /// Drawings that are made at a time, to bound memory.
  private static let drawingsAtATime = 32

  /// Reads model and tokenizer.
  ///
  /// - Throws: an error in one line that names the file and the reason.
  public init(directory path: String) throws {
    let directory = try ModelDirectory(readable: path)
    guard let settings = directory.configuration as? DiTConfiguration else {
      throw WrongModelType(directory, needed: [DiTConfiguration.modelType])
    }
    if settings.channelCount != 3 {
      throw DataError(
        .mismatch, file: directory.settingsFile, place: "num_channels",
        reason: "is \(settings.channelCount), but the pictures have 3 channels, red, green and blue")
    }
    _ = try directory.require(["tokenizer.json", DiTConfiguration.vocabularyFile], purpose: "tokenizer")
    let tokenizer = try loadTokenizer(directory: path)
    var report: LoadReport?
    let model = try DiTPainterModel(directory) { report = $0 }
    self.init(model, tokenizer, directory: path, report)
  }

  /// Puts the parts together, for a model that is in memory.
  public init(model: DiTPainterModel, tokenizer: any Tokenizer) {
    self.init(model, tokenizer, directory: nil, nil)
  }

  private init(
    _ model: DiTPainterModel, _ tokenizer: any Tokenizer, directory: String?, _ report: LoadReport?
  ) {
    (self.model, self.tokenizer, self.directory, loadReport) = (model, tokenizer, directory, report)
    knownWords = Set(model.configuration.knownWords)
  }

  // MARK: Texts

  /// Texts as the transformer is given them.
  ///
  /// - Throws: `DataError` for a text with a word that no text of the training had, or with too many tokens.
  public func encode(_ prompts: [String]) throws -> TextStates {
    model.encode(IntTensor(try prompts.map(tokens)))
  }

  /// A text's tokens, filled up to the length that all texts have.
  private func tokens(of prompt: String) throws -> [Int] {
    let settings = model.configuration
    try requireKnownWords(prompt)
    let encoding = try tokenizer.tokens(
      of: [prompt], vocabularySize: settings.text.vocabularySize, positionCount: settings.textLength,
      directory: directory)[0]
    guard let end = settings.text.eosTokenID, encoding.ids.contains(end) else {
      throw DataError(
        .mismatch, file: directory,
        reason: "the tokenizer does not end texts with the token eos_token_id of text_config: it is another model's")
    }
    return encoding.ids + .init(repeating: end, count: settings.textLength - encoding.count)
  }

  private func requireKnownWords(_ prompt: String) throws {
    guard !knownWords.isEmpty, let stranger = wordsAndSigns(of: prompt).first(where: { !knownWords.contains($0) })
    else {
      return
    }
    throw DataError(
      .unsupported,
      reason:
        "the text \(quoted(prompt.prefix(60))) has the word \(quoted(stranger)); the painter has learned from texts with "
        + "the words \(model.configuration.knownWords.joined(separator: ", "))")
  }

  // MARK: Drawing

  /// Draws each text with its seed. A drawing depends on its text, its seed and the options alone, not on what is drawn
  /// beside it.
  ///
  /// - Parameters:
  ///   - prompts: what to draw; an empty text draws anything.
  ///   - seeds: where the noise of each drawing starts, as many as texts.
  ///   - onMoment: called for each step of each group of drawings, and at the end of each, with the group's rows.
  /// - Returns: the pictures.
  /// - Throws: `DataError` as ``encode(_:)``, or for options that cannot be; whatever `onMoment` throws.
  public func draw(
    _ prompts: [String], seeds: [Int], _ options: Options = Options(),
    onMoment: ((_ rows: Range<Int>, Moment) throws -> Void)? = nil
  ) throws -> [Image] {
    try Self.check(prompts.count, seeds, options)
    if prompts.isEmpty { return [] }
    return try draw(encode(prompts), seeds: seeds, options, onMoment: onMoment)
  }

  /// Draws texts that are encoded, each with its seed: also one that is put together from parts of several.
  ///
  /// - Parameters:
  ///   - texts: what to draw, B texts.
  ///   - seeds: where the noise of each drawing starts, B of them.
  ///   - onMoment: called for each step of each group of drawings, and at the end of each, with the group's rows.
  /// - Returns: the pictures.
  /// - Throws: `DataError` for options that cannot be; whatever `onMoment` throws.
  public func draw(
    _ texts: TextStates, seeds: [Int], _ options: Options = Options(),
    onMoment: ((_ rows: Range<Int>, Moment) throws -> Void)? = nil
  ) throws -> [Image] {
    try Self.check(texts.count, seeds, options)
    let empty = try encode([""])
    var pictures: [Image] = []
    try inChunks(seeds, of: Self.drawingsAtATime) { chunk in
      let rows = chunk.indices
      let drawn = try noGrad {
        try draw(texts[Array(rows)], empty, seeds: Array(chunk), options) { try onMoment?(rows, $0) }
      }
      pictures += (0..<rows.count).map { Self.image(drawn[$0]) }
    }
    return pictures
  }

  /// The drawings of one group, `[B, C, H, W]`.
  private func draw(
    _ text: TextStates, _ empty: TextStates, seeds: [Int], _ options: Options, onMoment: (Moment) throws -> Void
  ) rethrows -> Tensor {
    let (settings, sampler) = (model.configuration, options.sampler)
    let generators = seeds.map { Generator(seed: $0) }
    var noisy = noise(generators)  // [B, C, H, W]
    let times = DiffusionSampler.times(steps: options.steps)
    for (time, earlier) in zip(times, times.dropFirst()) {
      let all = [Double](repeating: time, count: seeds.count)
      let output = model.output(noisy, at: all, text, empty: empty, guidance: options.guidance)
      let estimate = settings.target.estimate(output, from: noisy, at: all, settings.schedule)
      try onMoment(Moment(time: time, noisy: noisy, estimate: estimate.clean))
      let fresh = sampler.addsNoise(at: earlier) ? noise(generators) : nil
      noisy = sampler.step(noisy, estimate, from: time, to: earlier, settings.schedule, fresh: fresh)
    }
    try onMoment(Moment(time: 0, noisy: noisy, estimate: noisy))
    return noisy
  }

  /// Standard normal numbers for each drawing from its own generator, `[B, C, H, W]`.
  private func noise(_ generators: [Generator]) -> Tensor {
    let settings = model.configuration
    let shape = [settings.channelCount, settings.imageSize.height, settings.imageSize.width]
    return .stack(generators.map { generator in withGenerator(generator) { .randn(shape) } })
  }

  private static func check(_ textCount: Int, _ seeds: [Int], _ options: Options) throws {
    if textCount != seeds.count {
      reportMisuse("TextToImage", "\(textCount) texts with \(seeds.count) seeds; each drawing has a text and a seed")
    }
    guard (1...1000).contains(options.steps) else {
      throw DataError(reason: "\(options.steps) steps; a drawing takes 1 to 1000")
    }
    guard (0...100).contains(options.guidance) else {
      throw DataError(reason: "a guidance of \(options.guidance); it is from 0 to 100")
    }
  }

  /// The picture of samples from -1 to 1, `[C, H, W]`; what is outside is cut off.
  public static func image(_ samples: Tensor) -> Image { Image(samples * 0.5 + 0.5) }
}

extension AttentionRecorder {
  /// How much each word and patch attends to each word and patch in the blocks of a Diffusion Transformer.
  ///
  /// - Parameters:
  ///   - noisy: `[B, C, H, W]`.
  ///   - times: one for each picture.
  ///   - text: one for each picture; its L tokens come first in the sequence, then the patches row by row.
  public init(_ transformer: DiffusionTransformer, _ noisy: Tensor, at times: [Double], _ text: TextStates) {
    let condition = noGrad { transformer.condition(times, text) }
    self.init(transformer.layers, transformer.tokens(noisy, text)) { layer, x in
      (layer.attentionWeights(x, condition), layer(x, condition))
    }
  }
}
