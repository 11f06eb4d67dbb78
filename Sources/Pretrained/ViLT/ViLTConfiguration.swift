import Layers

/// The settings of ViLT (Kim et al. 2021): `model_type` `vilt`.
public struct ViLTConfiguration: SettingsGroup {
  /// The number of tokens, `vocab_size`.
  public var vocabularySize = 30522
  /// The number of text segments told apart, `type_vocab_size`.
  public var segmentCount = 2
  /// The number of modalities told apart, `modality_type_vocab_size`.
  public var modalityCount = 2
  /// The longest text in tokens, `max_position_embeddings`.
  public var positionCount = 40
  /// The width of the residual stream, `hidden_size`.
  public var hiddenSize = 768
  /// The number of layers, `num_hidden_layers`.
  public var layerCount = 12
  /// The number of attention heads, `num_attention_heads`.
  public var headCount = 12
  /// The width inside the feed-forward layers, `intermediate_size`.
  public var intermediateSize = 3072
  /// The feed-forward layers' activation function, `hidden_act`.
  public var activation = Activation.gelu
  /// The dropout of hidden states in training, `hidden_dropout_prob`.
  public var hiddenDropout = 0.0
  /// The dropout of attention weights in training, `attention_probs_dropout_prob`.
  public var attentionDropout = 0.0
  /// The width of random initial weights, `initializer_range`.
  public var initializerRange = 0.02
  /// The ε of layer normalization, `layer_norm_eps`.
  public var layerNormEpsilon = 1e-12
  /// The size of the images whose patches have a position of their own, `image_size`.
  public var imageSize = Extent(384)
  /// The size of the patches, `patch_size`.
  public var patchSize = Extent(32)
  /// The number of color channels, `num_channels`.
  public var channelCount = 3
  /// Whether queries, keys and values have a bias, `qkv_bias`.
  public var hasAttentionBias = true
  /// The most patches of an image that are used; not positive for all, `max_image_length`.
  public var maximumImageLength = -1
  /// The number of images of a question in visual reasoning; −1 where it does not apply, `num_images`.
  public var imageCount = -1
  /// The padding token, `pad_token_id`.
  public var padTokenID: Int?
  /// The answers by class index, `id2label`.
  public var labels = Labels()

  /// The settings of `dandelin/vilt-b32-mlm`.
  public init() {}

  /// The most patches of an image that are read: four times as many as have learned places, and at least 4096.
  ///
  /// The learned places can be stretched over any number of patches, and a file's sizes ask for any number. Attention
  /// takes a time that grows with the square of it. ViLT-B/32 learned 144 places and meets about 240 patches.
  public var patchLimit: Int {
    max(4 * (imageSize.height / patchSize.height) * (imageSize.width / patchSize.width), 4096)
  }

  /// Why an image cannot be used, or `nil` if it can.
  ///
  /// Of an image with more patches than ``maximumImageLength`` transformers keeps so many at random, in evaluation too,
  /// so there is no answer to agree with. Images of more patches than ``patchLimit`` are not read either.
  ///
  /// - Parameters:
  ///   - height: the height in pixels of what the model is to see.
  ///   - width: its width.
  public func problem(height: Int, width: Int) -> String? {
    if height < patchSize.height || width < patchSize.width {
      return "\(width)×\(height) pixels are left of it, less than one patch of the model"
    }
    let count = (height / patchSize.height) * (width / patchSize.width)
    if count > patchLimit {
      return "resized to \(width)×\(height) pixels it has \(count) patches of \(patchSize.width)×\(patchSize.height); "
        + "at most \(patchLimit) are read"
    }
    guard maximumImageLength > 0, count > maximumImageLength else { return nil }
    return "it has \(count) patches, of which max_image_length in config.json would keep \(maximumImageLength) at "
      + "random; that is not supported, and -1 keeps all"
  }

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("vilt")
    try binder.size("vocab_size", &vocabularySize)
    try binder.size("type_vocab_size", &segmentCount)
    try binder.size("modality_type_vocab_size", &modalityCount)
    try binder.size("max_position_embeddings", &positionCount)
    try binder.size("hidden_size", &hiddenSize)
    try binder.layerCount("num_hidden_layers", &layerCount)
    try binder.size("num_attention_heads", &headCount)
    try binder.size("intermediate_size", &intermediateSize)
    try binder.activation("hidden_act", &activation)
    try binder.trainingNumber("hidden_dropout_prob", &hiddenDropout)
    try binder.trainingNumber("attention_probs_dropout_prob", &attentionDropout)
    try binder.trainingNumber("initializer_range", &initializerRange)
    try binder.number("layer_norm_eps", &layerNormEpsilon)
    try binder.extent("image_size", &imageSize)
    try binder.extent("patch_size", &patchSize)
    try binder.requirePatch(in: imageSize, patchSize)
    try binder.size("num_channels", &channelCount)
    try binder.flag("qkv_bias", &hasAttentionBias)
    try binder.integer("max_image_length", &maximumImageLength, minimum: -1)
    if binder.isReading && maximumImageLength == 0 {
      throw binder.failure("max_image_length", "is 0, so nothing of an image would be seen", .unsupported)
    }
    try binder.integer("num_images", &imageCount, minimum: Int(Int32.min))
    if binder.isReading && modalityCount < 2 {
      throw binder.failure(
        "modality_type_vocab_size",
        "is \(modalityCount), but the model tells two kinds of token apart, words and patches")
    }
    try binder.token("pad_token_id", &padTokenID)
    try binder.labels(&labels)
    if binder.isReading && labels.count == 0 { throw binder.failure("id2label", "names no answers") }
    try binder.requireHeads(headCount, divide: hiddenSize, "num_attention_heads", "hidden_size")
  }
}

// MARK: Names in checkpoints

extension ViLTConfiguration: PretrainedConfiguration {
  /// The value of `model_type`.
  public static let modelType = "vilt"
  /// That of BERT.
  public static let vocabularyFile = "vocab.txt"
  /// How published files name the tensors.
  public static let names = PublishedNames(
    base: "vilt", whole: ["vilt", "classifier"], own: ["embeddings", "encoder", "layernorm", "pooler"],
    ignored: ["*.position_ids", "mlm_score.*", "itm_score.*"])
}
