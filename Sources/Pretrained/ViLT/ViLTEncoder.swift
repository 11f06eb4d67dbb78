import Layers
import Support
import Tensors

/// ViLT's single stream (Kim et al. 2021, section 3.1): "a transformer encoder over the concatenated embeddings".
///
/// B, L, N stand for the number of pairs, of words and of patches; T = L + N + 1; D for the width of a token.
final class ViLTEncoder: Module {
  private let words: ViLTTextEmbeddings
  private let image: ViLTImageEmbeddings
  /// A vector for words and one for patches, `[2, D]`.
  private let modalities: Embedding
  let layers: [EncoderBlock]
  private let norm: LayerNorm
  private let pooler: Linear

  override var keyNames: [String: String] {
    [
      "words": "embeddings.text_embeddings", "image": "embeddings",
      "modalities": "embeddings.token_type_embeddings", "layers": "encoder.layer", "norm": "layernorm",
      "pooler": "pooler.dense",
    ]
  }

  init(_ configuration: ViLTConfiguration) {
    let (width, std) = (configuration.hiddenSize, configuration.initializerRange)
    words = ViLTTextEmbeddings(configuration)
    image = ViLTImageEmbeddings(configuration)
    modalities = Embedding(configuration.modalityCount, width, std: std)
    layers = (0..<configuration.layerCount).map { _ in EncoderBlock(configuration, std: BlockStd(std), names: .vit) }
    norm = LayerNorm(width, epsilon: Float(configuration.layerNormEpsilon))
    pooler = Linear(width, width, std: std)
  }

  /// Words, then patches, each with the vector that marks words or patches (equations 1 to 3).
  func embedded(
    _ ids: IntTensor, attentionMask: IntTensor?, _ pixelValues: Tensor, pixelMask: Tensor?
  ) -> MaskedTokens {
    guard ids.shape.count == 2, pixelValues.rank == 4, ids.shape[0] == pixelValues.shape[0] else {
      reportMisuse("ViLT", "questions of shape \(ids.shape) and images of shape \(pixelValues.shape) do not pair up")
    }
    let picture = image(pixelValues, pixelMask: pixelMask)
    let text = words(ids) + modalities.weight[0]  // [B, L, D]
    let mask = attentionMask ?? IntTensor([Int](repeating: 1, count: ids.count), shape: ids.shape)
    guard mask.shape == ids.shape else {
      reportMisuse("ViLT", "an attention mask of shape \(mask.shape) for questions of shape \(ids.shape)")
    }
    return MaskedTokens(
      tokens: .cat([text, picture.tokens + modalities.weight[1]], dim: 1),  // [B, T, D]
      mask: IntTensor((0..<ids.shape[0]).map { mask[$0].scalars + picture.mask[$0].scalars }))
  }

  /// The picture's tokens alone, without the vector that marks patches.
  func imageEmbeddings(_ pixelValues: Tensor, pixelMask: Tensor?) -> MaskedTokens {
    image(pixelValues, pixelMask: pixelMask)
  }

  /// The normalized state of the first word, `[CLS]`, behind the last block (equations 4 to 6), which is computed for it
  /// alone, through the pooler (equation 7): `[B, D]`.
  func callAsFunction(_ input: MaskedTokens) -> Tensor {
    let mask = paddingMask(input.mask)  // [B, 1, 1, T]
    let states = layers.dropLast().reduce(input.tokens) { $1($0, mask: mask) }  // [B, T, D]
    let first = layers.last?(states, at: Array(repeating: 0, count: states.shape[0]), mask: mask)  // [B, D]
    return pooler(norm(first ?? states.select(0, dim: 1))).tanh()
  }
}
