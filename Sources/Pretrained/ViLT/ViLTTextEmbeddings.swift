import Checkpoints
import Layers
import Tensors

/// The question's half of ViLT's input (Kim et al. 2021, equation 1): words and their places, embedded as in BERT.
///
/// B, L stand for the number of questions and of words; D for the width of a token.
final class ViLTTextEmbeddings: Module {
  private let wordEmbeddings: Embedding
  private let positionEmbeddings: Embedding
  /// BERT's first and second sentence; questions are always the first.
  private let tokenTypeEmbeddings: Embedding
  private let norm: LayerNorm

  override var keyNames: [String: String] { ["norm": "LayerNorm"] }

  init(_ configuration: ViLTConfiguration) {
    let width = configuration.hiddenSize
    let range = configuration.initializerRange
    let padding = configuration.padTokenID.flatMap { (0..<configuration.vocabularySize).contains($0) ? $0 : nil }
    wordEmbeddings = Embedding(
      configuration.vocabularySize, width, paddingIndex: padding, std: range)
    positionEmbeddings = Embedding(configuration.positionCount, width, std: range)
    tokenTypeEmbeddings = Embedding(configuration.segmentCount, width, std: range)
    norm = LayerNorm(width, epsilon: Float(configuration.layerNormEpsilon))
  }

  /// - Parameter ids: tokens, `[B, L]`.
  /// - Returns: `[B, L, D]`.
  func callAsFunction(_ ids: IntTensor) -> Tensor {
    let (length, most) = (ids.shape[1], positionEmbeddings.weight.shape[0])
    if length > most { reportMisuse("ViLT", "questions of \(length) tokens; at most \(most) have places") }
    let places = positionEmbeddings.weight.slice(0..<length, dim: 0)  // [L, D]
    return norm(wordEmbeddings(ids) + tokenTypeEmbeddings.weight[0] + places)  // [B, L, D]
  }
}
