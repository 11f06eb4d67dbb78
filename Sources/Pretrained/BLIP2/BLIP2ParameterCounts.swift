import Checkpoints
import Layers

/// How many numbers the parts of a BLIP-2 hold.
public struct BLIP2ParameterCounts: Equatable, Sendable {
  /// The image encoder, frozen.
  public let vision: Int
  /// The learned queries.
  public let queries: Int
  /// The Q-Former.
  public let queryTransformer: Int
  /// The projection to the language model's width.
  public let projection: Int
  /// The language model, frozen.
  public let language: Int

  /// What BLIP-2 trains.
  public var trained: Int { queries + queryTransformer + projection }
  /// What it takes as it is.
  public var frozen: Int { vision + language }
  /// Everything.
  public var total: Int { trained + frozen }
}

extension BLIP2Configuration {
  /// The parameters of a model with these settings, counted by their shapes: the published ones have billions.
  public var parameterCounts: BLIP2ParameterCounts {
    let model = Initialization.shapesOnly { BLIP2Model(self) }
    return BLIP2ParameterCounts(
      vision: model.parameterCount(under: "vision_model."), queries: model.parameterCount(under: "query_tokens"),
      queryTransformer: model.parameterCount(under: "qformer."),
      projection: model.parameterCount(under: "language_projection."),
      language: model.parameterCount(under: "language_model."))
  }
}
