import Checkpoints

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
  /// The parameters of a model with these settings, counted without making one: the published ones have billions.
  public var parameterCounts: BLIP2ParameterCounts {
    let (queryWidth, output) = (queryTransformer.hiddenSize, text.hiddenSize)
    return BLIP2ParameterCounts(
      vision: vision.parameterCount, queries: queryCount * queryWidth,
      queryTransformer: queryTransformer.parameterCount, projection: linear(queryWidth, output),
      language: text.parameterCount)
  }
}

private func linear(_ input: Int, _ output: Int, bias: Bool = true) -> Int { input * output + (bias ? output : 0) }
private func norm(_ width: Int) -> Int { 2 * width }

extension BLIP2VisionConfiguration {
  fileprivate var parameterCount: Int {
    let (d, inner) = (hiddenSize, intermediateSize)
    let patches = 3 * patchSize.height * patchSize.width
    let places = imageSize.patchCount(patchSize) + 1
    let layer = 2 * norm(d) + linear(d, 3 * d, bias: hasAttentionBias) + linear(d, d) + linear(d, inner)
    return d + places * d + linear(patches, d) + layerCount * (layer + linear(inner, d)) + norm(d)
  }
}

extension QFormerConfiguration {
  fileprivate var parameterCount: Int {
    let (d, inner) = (hiddenSize, intermediateSize)
    let selfAttention = 4 * linear(d, d) + norm(d)
    let crossAttention = 2 * linear(d, d) + 2 * linear(encoderHiddenSize, d) + norm(d)
    let feedForward = linear(d, inner) + linear(inner, d) + norm(d)
    let looking = (layerCount + crossAttentionFrequency - 1) / crossAttentionFrequency
    return norm(d) + layerCount * (selfAttention + feedForward) + looking * crossAttention
  }
}

extension OPTConfiguration {
  fileprivate var parameterCount: Int {
    let (d, inner, outer) = (hiddenSize, intermediateSize, embeddingSize)
    let normalization = hasNormParameters ? norm(d) : 0
    let layer =
      4 * linear(d, d, bias: hasBias) + linear(d, inner, bias: hasBias) + linear(inner, d, bias: hasBias)
      + 2 * normalization
    let positions = (positionCount + 2) * d
    let projections = outer == d ? 0 : 2 * outer * d
    let last = normalizesBefore && !omitsFinalNorm ? normalization : 0
    let head = tiesWordEmbeddings ? 0 : outer * vocabularySize
    return vocabularySize * outer + positions + projections + layerCount * layer + last + head
  }
}
