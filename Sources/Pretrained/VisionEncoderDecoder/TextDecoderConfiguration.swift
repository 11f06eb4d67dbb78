import Support

/// The settings of the text decoder of a ``VisionEncoderDecoderModel``: `model_type` says which kind it is.
public enum TextDecoderConfiguration: SettingsGroup {
  /// GPT-2, which captions pictures.
  case gpt2(GPT2Configuration)
  /// TrOCR's decoder, which reads a line of text.
  case trocr(TrOCRConfiguration)

  /// The default GPT-2, with cross-attention.
  public init() {
    var decoder = GPT2Configuration()
    decoder.hasCrossAttention = true
    self = .gpt2(decoder)
  }

  /// The known values of `model_type`, for messages.
  static let knownTypes = "gpt2, trocr"

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    if binder.isReading {
      var type: JSON?
      binder.raw("model_type", &type)
      switch type {
      case .string("gpt2"): self = .gpt2(GPT2Configuration())
      case .string("trocr"): self = .trocr(TrOCRConfiguration())
      default:
        throw binder.failure(
          "model_type", "is \(type?.kindName ?? "missing"); known here: \(Self.knownTypes)", .unsupported)
      }
    }
    switch self {
    case .gpt2(var settings):
      try settings.bind(&binder)
      self = .gpt2(settings)
    case .trocr(var settings):
      try settings.bind(&binder)
      self = .trocr(settings)
    }
  }

  /// A decoder with initial values.
  func makeDecoder() -> any TextDecoder {
    switch self {
    case .gpt2(let settings): GPT2Decoder(settings)
    case .trocr(let settings): TrOCRDecoder(settings)
    }
  }

  // MARK: What all kinds have

  /// The number of tokens.
  public var vocabularySize: Int {
    switch self {
    case .gpt2(let settings): settings.vocabularySize
    case .trocr(let settings): settings.vocabularySize
    }
  }

  /// The longest text in tokens.
  public var positionCount: Int {
    switch self {
    case .gpt2(let settings): settings.positionCount
    case .trocr(let settings): settings.positionCount
    }
  }

  /// The width of the residual stream.
  public var hiddenSize: Int {
    switch self {
    case .gpt2(let settings): settings.hiddenSize
    case .trocr(let settings): settings.hiddenSize
    }
  }

  /// The number of layers.
  public var layerCount: Int {
    switch self {
    case .gpt2(let settings): settings.layerCount
    case .trocr(let settings): settings.layerCount
    }
  }

  /// The token at the start of a text.
  public var bosTokenID: Int? {
    switch self {
    case .gpt2(let settings): settings.bosTokenID
    case .trocr(let settings): settings.bosTokenID
    }
  }

  /// Whether each layer also attends to an encoder.
  var hasCrossAttention: Bool {
    switch self {
    case .gpt2(let settings): settings.hasCrossAttention
    case .trocr: true
    }
  }

  /// The width of the encoder that cross-attention takes; `nil` for the decoder's own.
  var crossAttentionSize: Int? {
    switch self {
    case .gpt2: nil
    case .trocr(let settings): settings.crossAttentionSize
    }
  }

  /// The names of the token embedding and the output layer, where the settings say that both are one matrix.
  var tiedOutput: TiedOutput? {
    switch self {
    case .gpt2(let settings): settings.tiedOutput
    case .trocr(let settings): settings.tiedOutput
    }
  }

  /// The settings with these two apart.
  var untied: Self {
    switch self {
    case .gpt2(let settings): return .gpt2(settings.untied)
    case .trocr(var settings):
      settings.tiesWordEmbeddings = false
      return .trocr(settings)
    }
  }
}
