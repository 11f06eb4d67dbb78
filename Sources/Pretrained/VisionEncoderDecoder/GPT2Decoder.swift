import Layers
import Support
import Tensors

/// GPT-2 (Radford et al. 2019), which here may also attend to an encoder's output in every layer.
///
/// I, B, T, S, D, V stand for images, rows, tokens, the encoder's tokens, the width of a token and the vocabulary.
public final class GPT2Decoder: Module {
  /// What the model was made from.
  public let configuration: GPT2Configuration
  private let tokens: Embedding
  private let positions: Embedding
  private let layers: [GPT2Block]
  private let norm: LayerNorm
  /// The output layer; `nil` where it is the token embedding.
  private let lmHead: Linear?

  public override var keyNames: [String: String] {
    [
      "tokens": "transformer.wte", "positions": "transformer.wpe", "layers": "transformer.h",
      "norm": "transformer.ln_f",
    ]
  }

  /// A decoder with initial values.
  public init(_ configuration: GPT2Configuration) {
    self.configuration = configuration
    let width = configuration.hiddenSize
    let range = configuration.initializerRange
    tokens = Embedding(configuration.vocabularySize, width, std: range)
    positions = Embedding(configuration.positionCount, width, std: range)
    layers = (0..<configuration.layerCount).map { GPT2Block(configuration, layer: $0) }
    norm = LayerNorm(width, epsilon: Float(configuration.layerNormEpsilon))
    lmHead =
      configuration.tiesWordEmbeddings
      ? nil : Linear(width, configuration.vocabularySize, bias: false, std: range)
  }

  public func callAsFunction(_ ids: IntTensor, encoderStates states: Tensor?) -> Tensor {
    head(norm(layers(embed(ids), cache: nil, states.map(memory))))
  }

  /// Teacher forcing with a second result: where the first head of the last layer looks in the image.
  ///
  /// - Parameters:
  ///   - ids: `[B, T]`.
  ///   - states: an encoder's output for the images that the texts are about, `[I, S, D]`. The decoder has
  ///     cross-attention.
  /// - Returns: the logits of the token after each, `[B, T, V]`, and the scores of that head before the softmax,
  ///   `[B, T, S]`; gradients pass through both.
  public func scored(_ ids: IntTensor, encoderStates states: Tensor) -> (logits: Tensor, scores: Tensor) {
    let memory = memory(states)
    let before = Array(layers.dropLast())(embed(ids), cache: nil, memory)
    guard let lastMemory = memory.last, let (output, scores) = layers.last?.scored(before, lastMemory) else {
      reportMisuse("GPT2Decoder.scored", "a decoder without cross-attention looks at no image")
    }
    return (head(norm(output)), scores)
  }

  public func memory(_ states: Tensor) -> [CrossAttentionMemory] { layers.memory(states) }

  public func nextTokenLogits(
    after rows: [[Int]], cache: KeyValueCache, memory: [CrossAttentionMemory]?
  ) -> Tensor {
    let batch = TokenBatch(rows, after: cache.lengths, limit: configuration.positionCount)
    let states = layers(tokens(batch.ids) + positions(batch.positions), cache: cache, memory)
    cache.advance(by: batch.counts)
    return head(norm(batch.last(states)))
  }

  public func crossAttention(_ ids: IntTensor, _ memory: [CrossAttentionMemory]) -> AttentionRecorder {
    layers.crossAttention(embed(ids), memory)
  }

  /// Whole texts as vectors with their positions: `[B, T]` to `[B, T, D]`.
  private func embed(_ ids: IntTensor) -> Tensor { tokens(ids) + positions(.places(of: ids)) }

  /// `[…, D]` to `[…, V]`.
  private func head(_ states: Tensor) -> Tensor { lmHead?(states) ?? states.linear(weight: tokens.weight) }
}

extension GPT2Decoder: TextDecoder {
  /// The number of tokens that it knows.
  public var vocabularySize: Int { configuration.vocabularySize }
  /// The longest text that it can read, in tokens.
  public var positionCount: Int { configuration.positionCount }
}

extension GPT2Decoder: PretrainedModel {
  public static let architecture = "GPT2LMHeadModel"
  public static let requirement = "writing needs the output layer of a language model"
}
