import Layers
import Tensors

/// ViLT (Kim et al. 2021, figure 3) with a head that answers questions about pictures: one transformer over the words
/// of the question and the patches of the picture.
///
/// B, L stand for the number of pairs and of words; C, H, W for channels, height and width of the images; D for the
/// width of a token; A for the number of answers.
public final class ViLTForQuestionAnswering: Module, PretrainedModel {
  /// What the model was made from.
  public let configuration: ViLTConfiguration
  fileprivate let vilt: ViLTEncoder
  private let classifier: Sequential

  public static let architecture = "ViltForQuestionAnswering"
  public static let requirement = "answering questions needs a head that scores answers"

  /// A model with initial values.
  public init(_ configuration: ViLTConfiguration) {
    self.configuration = configuration
    vilt = ViLTEncoder(configuration)
    let width = configuration.hiddenSize
    classifier = Sequential(
      Linear(width, 2 * width, std: configuration.initializerRange), LayerNorm(2 * width), Activation.gelu,
      Linear(2 * width, configuration.labels.count, std: configuration.initializerRange))
  }

  /// Scores each answer.
  ///
  /// - Parameters:
  ///   - ids: the questions' tokens, `[B, L]`.
  ///   - attentionMask: 1 for tokens, 0 for padding, `[B, L]`; all are tokens by default.
  ///   - pixelValues: images as the processor prepares them, `[B, C, H, W]`, of any size.
  ///   - pixelMask: 1 for pixels, 0 for padding at the right and at the bottom, `[B, H, W]`; all are pixels by default.
  /// - Returns: `[B, A]`, unnormalized.
  public func callAsFunction(
    _ ids: IntTensor, attentionMask: IntTensor? = nil, _ pixelValues: Tensor, pixelMask: Tensor? = nil
  ) -> Tensor {
    scores(pooled(ids, attentionMask: attentionMask, pixelValues, pixelMask: pixelMask))  // [B, A]
  }

  /// The head alone: the scores of ``pooled(_:attentionMask:_:pixelMask:)``, `[B, D]` to `[B, A]`.
  public func scores(_ pooled: Tensor) -> Tensor { classifier(pooled) }

  /// The input of the head, `[B, D]`; the parameters are those of a call.
  public func pooled(
    _ ids: IntTensor, attentionMask: IntTensor? = nil, _ pixelValues: Tensor, pixelMask: Tensor? = nil
  ) -> Tensor {
    vilt(embedded(ids, attentionMask: attentionMask, pixelValues, pixelMask: pixelMask))
  }

  /// The input of the transformer; the parameters are those of a call.
  public func embedded(
    _ ids: IntTensor, attentionMask: IntTensor? = nil, _ pixelValues: Tensor, pixelMask: Tensor? = nil
  ) -> MaskedTokens {
    vilt.embedded(ids, attentionMask: attentionMask, pixelValues, pixelMask: pixelMask)
  }

  /// The picture's part of the transformer's input, before it is marked as a picture.
  public func embeddedImages(_ pixelValues: Tensor, pixelMask: Tensor? = nil) -> MaskedTokens {
    vilt.imageEmbeddings(pixelValues, pixelMask: pixelMask)
  }

  /// The best answer for each row of scores `[B, A]`.
  public func answers(_ logits: Tensor) -> [String] {
    logits.argmax(dim: 1).scalars.map { configuration.labels[$0] }
  }
}

/// Tokens, and which of them count.
public struct MaskedTokens {
  /// `[B, T, D]`.
  public let tokens: Tensor
  /// 1 for tokens, 0 for padding, `[B, T]`.
  public let mask: IntTensor
}

extension AttentionRecorder {
  /// The attention of every layer: of T tokens to T tokens, first L words, then the picture's extra token, then its patches.
  ///
  /// - Parameters:
  ///   - ids: questions of the same length, `[B, L]`.
  ///   - pixelValues: `[B, C, H, W]`.
  public init(_ model: ViLTForQuestionAnswering, _ ids: IntTensor, _ pixelValues: Tensor) {
    self.init(model.vilt.layers, model.embedded(ids, pixelValues).tokens) { layer, x in
      (layer.attentionWeights(x), layer(x))
    }
  }
}
