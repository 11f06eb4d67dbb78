import Layers
import Support
import Tensors

/// BLIP's writer (Li et al. 2022, section 3.2): the transformer over text, and an output layer of BERT's form on top.
///
/// I, B, T, D, V stand for images, rows, tokens, the width of a token and the vocabulary.
public final class BLIPTextDecoder: Module {
  private let configuration: BLIPTextConfiguration
  private let bert: BLIPTextTransformer
  private let head: BLIPTextHead

  public override var keyNames: [String: String] { ["head": "cls.predictions"] }

  /// A decoder with initial values.
  ///
  /// - Parameters:
  ///   - memoryWidth: the width of the tokens that the layers attend to.
  ///   - isTied: whether the output layer is the token embedding.
  init(_ settings: BLIPTextConfiguration, memoryWidth: Int, isTied: Bool) {
    configuration = settings
    bert = BLIPTextTransformer(settings, memoryWidth: memoryWidth)
    head = BLIPTextHead(settings, isTied: isTied)
  }

  /// The keys and values of each layer's cross-attention, which are computed once for each image or question.
  func memory(_ states: Tensor, attended: IntTensor? = nil) -> [CrossAttentionMemory] {
    bert.memory(states, attended: attended)
  }

  /// The logits of every next token of whole texts: `[B, T]` to `[B, T, V]`.
  func callAsFunction(_ ids: IntTensor, memory: [CrossAttentionMemory]) -> Tensor {
    head(bert.decode(ids, memory: memory), table: bert.table)
  }

  /// The token that begins a text.
  ///
  /// - Throws: `DataError` if the settings name none, or none that the model knows.
  func startToken() throws -> Int {
    guard let start = configuration.bosTokenID, (0..<configuration.vocabularySize).contains(start) else {
      let found = configuration.bosTokenID.map { "token \($0), which the model does not know" } ?? "null"
      throw DataError(reason: "text_config.bos_token_id is \(found), so there is no token that a text begins with")
    }
    return start
  }

  /// Writes texts about what is attended to; within `noGrad`.
  ///
  /// - Parameters:
  ///   - prompts: what each text begins with, side by side for each image.
  ///   - memory: of images or questions.
  func generate(
    after prompts: [[Int]], memory: [CrossAttentionMemory], _ options: GenerationOptions, onToken: TokenObserver?
  ) throws -> [[GeneratedText]] {
    try Writer(decoder: self, memory: memory).generate(after: prompts, options, onToken: onToken)
  }

  /// The decoder together with what it attends to.
  private struct Writer: CausalLanguageModel {
    let decoder: BLIPTextDecoder
    let memory: [CrossAttentionMemory]

    var vocabularySize: Int { decoder.configuration.vocabularySize }
    var positionCount: Int { decoder.configuration.positionCount }

    func nextTokenLogits(after tokens: [[Int]], cache: KeyValueCache) -> Tensor {
      let batch = TokenBatch(tokens, after: cache.lengths, limit: positionCount)
      return decoder.head(decoder.bert.decode(batch, cache: cache, memory: memory), table: decoder.bert.table)
    }
  }
}

/// BERT's output layer: one more linear map with an activation function and a normalization, and a score for each token.
final class BLIPTextHead: Module {
  private let dense: Linear
  private let activation: Activation
  private let norm: LayerNorm
  /// `nil` where it is the token embedding.
  private let weight: Tensor?  // [V, D]
  private let bias: Tensor  // [V]
  private let biasName: String

  override var keyNames: [String: String] {
    ["dense": "transform.dense", "norm": "transform.LayerNorm", "weight": "decoder.weight", "bias": biasName]
  }

  init(_ settings: BLIPTextConfiguration, isTied: Bool) {
    let (width, count) = (settings.hiddenSize, settings.vocabularySize)
    dense = Linear(width, width, std: settings.initializerRange)
    activation = settings.activation
    norm = LayerNorm(width, epsilon: Float(settings.layerNormEpsilon))
    weight = isTied ? nil : Initialization.normal([count, width], std: settings.initializerRange)
    bias = Initialization.constant([count], 0)
    biasName = isTied ? "bias" : "decoder.bias"
  }

  /// `[…, D]` to `[…, V]`.
  ///
  /// - Parameter table: the token embedding, `[V, D]`.
  func callAsFunction(_ x: Tensor, table: Tensor) -> Tensor {
    norm(activation(dense(x))).linear(weight: weight ?? table, bias: bias)
  }
}

extension GenerationConfiguration {
  /// The settings with which BLIP writes: transformers gives its decoder three tokens of `text_config`, and asks neither
  /// `generation_config.json` nor the rest of `config.json`.
  init(writer settings: BLIPTextConfiguration) {
    self.init()
    bosTokenID = settings.bosTokenID
    eosTokenIDs = settings.sepTokenID.map { [$0] } ?? []
    padTokenID = settings.padTokenID
  }
}
