import Tensors

/// A text that a model wrote, in words.
public struct ScoredText: Equatable, Sendable {
  /// Its tokens, with those that begin it and the one that ends it.
  public let ids: [Int]
  /// Its words, without special tokens.
  public let text: String
  /// The sum of its new tokens' log-probabilities, divided by a power of their number: what beam search ranks by.
  public let score: Float
}

extension GeneratedText {
  /// The score of beam search, also for a text that was written otherwise.
  ///
  /// - Parameters:
  ///   - options: how the text was written.
  ///   - logits: computes the logits of every next token under teacher forcing, of ids `[1, T]` to `[1, T, V]`.
  func score(_ options: GenerationOptions, logits: (IntTensor) -> Tensor) -> Float {
    if let score { return score }
    let logProbabilities = noGrad { logits(IntTensor([Array(ids.dropLast())])).logSoftmax(dim: -1)[0] }  // [T, V]
    let first = prompt.count - 1
    let sum = tokens.enumerated().reduce(Float(0)) { sum, token in
      sum + logProbabilities[first + token.offset][token.element].item
    }
    let penalty = if case .beamSearch(let search) = options.method { search.lengthPenalty } else { 1.0 }
    return sum / Float(ElementaryDouble.pow(Double(tokens.count), penalty))
  }
}

extension GenerationConfiguration {
  /// How to generate with these settings, but with these beams and this length where they are given.
  ///
  /// - Throws: `DataError` for settings that are not supported or contradict each other.
  func options(beams: Int?, maximumLength: Int?) throws -> GenerationOptions {
    var settings = self
    if let beams { settings.beamCount = beams }
    if let maximumLength { settings.maximumLength = maximumLength }
    return try GenerationOptions(settings)
  }

  /// The token that fills up the shorter texts of a batch, as transformers chooses it.
  func paddingToken(_ options: GenerationOptions) -> Int {
    let stated = padTokenID ?? options.endTokens.first ?? 0
    // Beam search takes 0 for no token.
    if case .beamSearch = options.method, stated == 0 { return options.endTokens.first ?? 0 }
    return stated
  }
}
