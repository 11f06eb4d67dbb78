import Layers

/// The settings of the Vision Transformer (Dosovitskiy et al. 2021): `model_type` `vit`.
public struct ViTConfiguration: SettingsGroup {
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
  /// The size of the images, `image_size`.
  public var imageSize = Extent(224)
  /// The size of the patches, `patch_size`.
  public var patchSize = Extent(16)
  /// The number of color channels, `num_channels`.
  public var channelCount = 3
  /// Whether queries, keys and values have a bias, `qkv_bias`.
  public var hasAttentionBias = true
  /// The names of the classes, `id2label`.
  public var labels = Labels()

  /// The settings of `google/vit-base-patch16-224`.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("vit")
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
    try binder.labels(&labels)
    try binder.requireHeads(headCount, divide: hiddenSize, "num_attention_heads", "hidden_size")
  }
}

// MARK: Names in checkpoints

extension ViTConfiguration: PretrainedConfiguration {
  /// The value of `model_type`.
  public static let modelType = "vit"
  /// How published files name the tensors.
  public static let names = PublishedNames(
    base: "vit", whole: ["vit", "classifier"], own: ["embeddings", "encoder", "layers", "layernorm", "pooler"],
    vit: "vit.", ignored: ["*.position_ids", "vit.pooler.*"])
}
