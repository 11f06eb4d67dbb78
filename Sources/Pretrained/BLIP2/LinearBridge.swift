import Checkpoints
import Layers
import Tensors

/// The plainest bridge from an image encoder to a language model, to compare the Q-Former with: every token of the
/// encoder through one linear layer (Frozen, Tsimpoukelli et al. 2021; LLaVA, Liu et al. 2023).
///
/// B, S, D stand for images, the encoder's tokens and the language model's width.
public final class LinearBridge: Module {
  private let projection: Linear

  /// The file beside a model's own that holds the bridge which was trained to compare with it.
  public static let file = "linear_bridge.safetensors"

  /// A bridge for a model's encoder and language model, with initial values.
  public init(_ configuration: BLIP2Configuration) {
    projection = Linear(
      configuration.vision.hiddenSize, configuration.text.embeddingSize,
      std: configuration.initializerRange)
  }

  /// - Parameter image: what the image encoder returned, `[B, S, its width]`.
  /// - Returns: tokens of the language model, `[B, S, D]`.
  public func callAsFunction(_ image: Tensor) -> Tensor { projection(image) }
}
