import Checkpoints
import Notebook
import Pretrained

/// What a GPT-2 with cross-attention multiplies to write a caption, counted from its sizes.
struct DecodingCost {
  private let settings: GPT2Configuration
  private let imageTokens: Int

  /// - Parameter imageTokens: how many tokens the encoder makes of a picture.
  init(_ settings: GPT2Configuration, imageTokens: Int) {
    self.settings = settings
    self.imageTokens = imageTokens
  }

  private var width: Int { settings.hiddenSize }

  /// All matrices, for one token: queries, keys, values and projection; query and projection of cross-attention; the
  /// feed-forward part; and the output layer. And scores and weighted mean over the picture's tokens.
  private var perToken: Int {
    settings.layerCount * (6 * width * width + 2 * width * settings.intermediateSize + 2 * width * imageTokens)
      + width * settings.vocabularySize
  }

  /// Scores and weighted mean over the words, for each word.
  private var perPair: Int { settings.layerCount * 2 * width }

  /// Keys and values of the picture.
  private var memory: Int { settings.layerCount * 2 * imageTokens * width * width }

  /// With a cache: each token goes through the model once.
  func cached(_ tokens: Int) -> Int { memory + tokens * perToken + tokens * (tokens + 1) / 2 * perPair }

  /// Without: the model reads everything again for each token.
  func rereading(_ tokens: Int) -> Int {
    let parts = parts(tokens)
    return parts.linear + parts.square + parts.cubic
  }

  /// The work without a cache in three parts, which grow with the number of tokens, its square and its cube.
  func parts(_ tokens: Int) -> (linear: Int, square: Int, cubic: Int) {
    let reads = tokens * (tokens + 1) / 2  // 1 + 2 + … + T tokens
    let pairs = tokens * (tokens + 1) * (tokens + 2) / 6  // the sum of t (t + 1) / 2 pairs
    return (tokens * memory, reads * perToken, pairs * perPair)
  }

  /// The numbers that a cache holds of words: in each layer a key and a value of each token and beam.
  func wordCacheSize(_ tokens: Int, beams: Int) -> Int { settings.layerCount * 2 * width * tokens * beams }

  /// The numbers that it holds of the picture, which all beams share.
  var pictureCacheSize: Int { settings.layerCount * 2 * width * imageTokens }

  /// How many times the work of one length is that of another, with a cache and without.
  func growth(from short: Int, to long: Int) -> (cached: Double, rereading: Double) {
    (Double(cached(long)) / Double(cached(short)), Double(rereading(long)) / Double(rereading(short)))
  }

  /// A row of the table of costs, in millions.
  func row(_ name: String, _ tokens: Int) -> [Cell] {
    let (with, without) = (Double(cached(tokens)), Double(rereading(tokens)))
    return [
      .text(name), .integer(tokens), .fixed(with / 1e6, decimals: 1), .fixed(without / 1e6, decimals: 1),
      .fixed(without / with, decimals: 1),
    ]
  }
}

extension DecodingCost {
  /// A row of a table: the three parts of the work without a cache, in millions.
  func partsRow(_ tokens: Int) -> [Cell] {
    let parts = parts(tokens)
    return [.integer(tokens)]
      + [parts.linear, parts.square, parts.cubic].map { .fixed(Double($0) / 1e6, decimals: 1) }
  }

  /// A row of a table: numbers, and the megabytes that they take as float32.
  func memoryRow(_ name: String, _ count: Int) -> [Cell] {
    [.text(name), .integer(count), .fixed(Double(4 * count) / 1e6, decimals: 1)]
  }
}

/// How many tokens a Vision Transformer makes of a picture: its patches and the class token.
func imageTokenCount(_ settings: ViTConfiguration) -> Int {
  1 + settings.imageSize.height / settings.patchSize.height * (settings.imageSize.width / settings.patchSize.width)
}

/// Rows of a table: the parameters of each part of two models, and their shares.
func partRows(_ ours: VisionEncoderDecoderModel, _ theirs: VisionEncoderDecoderModel) -> [[Cell]] {
  let names = ["encoder", "decoder without cross-attention", "cross-attention", "all"]
  let (ours, theirs) = (partSizes(ours), partSizes(theirs))
  return names.enumerated().map { index, name in
    [.text(name)]
      + [ours, theirs].flatMap { sizes in
        [Cell.integer(sizes[index]), .percent(Double(sizes[index]) / Double(sizes[3]), decimals: 1)]
      }
  }
}

/// The parameters of the encoder, of the decoder without its cross-attention, of that, and of all.
private func partSizes(_ model: VisionEncoderDecoderModel) -> [Int] {
  let crossed = model.decoder.namedParameters().filter { $0.name.contains("cross") }
    .reduce(0) { $0 + $1.parameter.shape.reduce(1, *) }
  return [model.encoder.parameterCount, model.decoder.parameterCount - crossed, crossed, model.parameterCount]
}
