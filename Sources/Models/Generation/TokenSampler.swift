import Tensors

/// Draws tokens at random: temperature, then the `topK` most likely, then the nucleus of `topP` (Holtzman et al. 2020,
/// section 3.1), as transformers' warpers do it.
struct TokenSampler {
  private let settings: GenerationOptions.Sampling
  private let generator: Generator

  init(_ settings: GenerationOptions.Sampling, generator: Generator) {
    self.settings = settings
    self.generator = generator
  }

  /// Draws one token, with one uniform number from the generator.
  func draw(_ logits: [Float]) -> Int {
    let candidates = candidates(logits)
    var remaining = generator.nextUnitDouble() * candidates.reduce(0) { $0 + Double($1.probability) }
    for candidate in candidates {
      remaining -= Double(candidate.probability)
      if remaining < 0 { return candidate.token }
    }
    return candidates.last?.token ?? 0
  }

  /// The tokens that can be drawn with their probabilities, the most likely first; the lower id first on ties.
  func candidates(_ logits: [Float]) -> [(token: Int, probability: Float)] {
    let temperature = Float(settings.temperature)
    let scaled = logits.map { $0 / temperature }
    var order = topIndices(scaled, settings.topK > 0 ? min(settings.topK, scaled.count) : scaled.count)
    order.removeAll { scaled[$0] == -.infinity }
    let probabilities = Tensor(order.map { scaled[$0] }).softmax(dim: 0).scalars
    var kept = order.count
    if settings.topP < 1 {
      // From the least likely on, tokens are left out as long as they have at most 1 - topP together.
      let rest = Float(1 - settings.topP)
      var sum: Float = 0
      while kept > 1 {
        sum += probabilities[kept - 1]
        if sum > rest { break }
        kept -= 1
      }
    }
    return zip(order, probabilities).prefix(kept).map { (token: $0, probability: $1) }
  }
}

/// The indices of the `count` largest numbers, largest first, the lower index first on ties.
///
/// One pass with a short sorted list, which for a few of many is far quicker than sorting all.
func topIndices(_ scores: [Float], _ count: Int) -> [Int] {
  if count >= 64 {
    let order = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
    return Array(order.prefix(count))
  }
  var best: [Int] = []
  best.reserveCapacity(count + 1)
  scores.withUnsafeBufferPointer { scores in
    for index in scores.indices {
      let score = scores[index]
      if best.count == count {
        guard let last = best.last, score > scores[last] else { continue }
        best.removeLast()
      }
      var place = best.count
      while place > 0 && score > scores[best[place - 1]] { place -= 1 }
      best.insert(index, at: place)
    }
  }
  return best
}
