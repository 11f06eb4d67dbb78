/// What forbids or disfavours tokens whatever the model says, in transformers' order.
struct LogitsRules {
  private let repetitionPenalty: Float
  private let noRepeatLength: Int
  private let endTokens: [Int]
  /// So many tokens must be written before an end token may be.
  private let fewestNewTokens: Int

  init(_ options: GenerationOptions, promptLength: Int) {
    repetitionPenalty = Float(options.repetitionPenalty)
    noRepeatLength = options.noRepeatLength
    endTokens = options.endTokens
    fewestNewTokens = options.minimumLength - promptLength
  }

  /// Whether nothing is forbidden at all.
  var areEmpty: Bool { repetitionPenalty == 1 && noRepeatLength == 0 && fewestNewTokens <= 0 }

  /// Changes one row of logits or log-probabilities.
  ///
  /// - Parameters:
  ///   - scores: a number for each token of the vocabulary.
  ///   - prompt: what the text began with.
  ///   - written: what was written since.
  func apply(to scores: inout [Float], prompt: [Int], written: [Int]) {
    if areEmpty { return }
    let text = prompt + written
    if repetitionPenalty != 1 {
      for token in Set(text) where scores.indices.contains(token) {  // each on its own: their order does not matter
        scores[token] = scores[token] < 0 ? scores[token] * repetitionPenalty : scores[token] / repetitionPenalty
      }
    }
    if noRepeatLength > 0 && text.count + 1 >= noRepeatLength {
      let tail = text.suffix(noRepeatLength - 1)
      for start in 0..<max(0, text.count - noRepeatLength + 1) {
        let run = text[start..<start + noRepeatLength - 1]
        let next = text[start + noRepeatLength - 1]
        if run.elementsEqual(tail) && scores.indices.contains(next) { scores[next] = -.infinity }
      }
    }
    if written.count < fewestNewTokens {
      for token in endTokens where scores.indices.contains(token) { scores[token] = -.infinity }
    }
  }
}
