import Layers
import Support

/// The settings of the course's painter, a Diffusion Transformer that is led by a CLIP's text tower: `model_type`
/// `dit-scenes`. transformers has no such model; the names are those of other transformers there.
public struct DiTConfiguration: SettingsGroup {
  /// The size of the pictures, `image_size`.
  public var imageSize = Extent(32)
  /// The size of the patches, `patch_size`.
  public var patchSize = Extent(4)
  /// The number of color channels, `num_channels`.
  public var channelCount = 3
  /// The width of the residual stream, `hidden_size`.
  public var hiddenSize = 128
  /// The width inside the feed-forward layers, `intermediate_size`.
  public var intermediateSize = 384
  /// The number of blocks, `num_hidden_layers`.
  public var layerCount = 4
  /// The number of attention heads, `num_attention_heads`.
  public var headCount = 4
  /// The width of the vector of time and text that leads all blocks, `conditioning_size`.
  public var conditioningSize = 64
  /// How many cosines and sines stand for the time, `time_embedding_size`.
  public var timeEmbeddingSize = 64
  /// The feed-forward layers' activation function, `hidden_act`.
  public var activation = Activation.geluTanh
  /// The ε of layer normalization, `layer_norm_eps`.
  public var layerNormEpsilon = 1e-6
  /// How a picture turns into noise, `noise_schedule`.
  public var schedule = NoiseSchedule.linear
  /// What the network computes, `prediction_type`.
  public var target = DenoisingTarget.velocity
  /// How many tokens every text is filled up to, `text_length`.
  public var textLength = 24
  /// The words of the texts in training, `known_words`; a text with another word is refused. Empty: all are taken.
  public var knownWords: [String] = []
  /// The text tower, `text_config`.
  public var text = CLIPTextConfiguration()

  /// The sizes of a small painter; the text tower's are those of `openai/clip-vit-base-patch32`.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("dit-scenes")
    try binder.extent("image_size", &imageSize)
    try binder.extent("patch_size", &patchSize)
    try binder.requirePatch(in: imageSize, patchSize)
    try binder.size("num_channels", &channelCount)
    try binder.size("hidden_size", &hiddenSize)
    try binder.size("intermediate_size", &intermediateSize)
    try binder.layerCount("num_hidden_layers", &layerCount)
    try binder.size("num_attention_heads", &headCount)
    try binder.requireHeads(headCount, divide: hiddenSize, "num_attention_heads", "hidden_size")
    try binder.size("conditioning_size", &conditioningSize)
    try binder.size("time_embedding_size", &timeEmbeddingSize)
    try binder.activation("hidden_act", &activation)
    try binder.number("layer_norm_eps", &layerNormEpsilon)
    try binder.choice("noise_schedule", &schedule)
    try binder.choice("prediction_type", &target)
    try binder.integer("text_length", &textLength, minimum: 2)
    try binder.texts("known_words", &knownWords)
    try binder.group("text_config", &text)
    if binder.isReading { try requireSizesThatFit(binder) }
  }

  private static let patchLimit = 64

  private func requireSizesThatFit(_ binder: SettingsBinder) throws {
    if imageSize.height % patchSize.height != 0 || imageSize.width % patchSize.width != 0 {
      throw binder.failure("patch_size", "\(patchSize.text) does not divide image_size, \(imageSize.text)")
    }
    // The weights fit any number of patches.
    let (rows, columns) = (imageSize.height / patchSize.height, imageSize.width / patchSize.width)
    if max(rows, columns) > Self.patchLimit {
      throw binder.failure(
        "image_size",
        "is \(imageSize.text), \(rows) × \(columns) patches; at most \(Self.patchLimit) in a row are drawn")
    }
    if !hiddenSize.isMultiple(of: 4) {
      throw binder.failure("hidden_size", "is \(hiddenSize), not as many sines as cosines for rows and for columns")
    }
    if !timeEmbeddingSize.isMultiple(of: 2) {
      throw binder.failure("time_embedding_size", "is \(timeEmbeddingSize), not as many sines as cosines")
    }
    if textLength > text.positionCount {
      throw binder.failure(
        "text_length", "is \(textLength), but text_config.max_position_embeddings says \(text.positionCount)")
    }
    for (key, token) in [("bos_token_id", text.bosTokenID), ("eos_token_id", text.eosTokenID)] {
      guard let token, (0..<text.vocabularySize).contains(token) else {
        throw binder.failure(
          "text_config.\(key)",
          "is \(token.map { "\($0)" } ?? "null"), which is none of the \(text.vocabularySize) tokens of vocab_size")
      }
    }
  }
}

extension DiTConfiguration: EncoderSettings {}

// MARK: Names in checkpoints

extension DiTConfiguration: PretrainedConfiguration {
  /// The value of `model_type`.
  public static let modelType = "dit-scenes"
  /// Files have the model's own names.
  public static let names = PublishedNames(base: "painter", whole: ["text_encoder", "transformer"])
}
