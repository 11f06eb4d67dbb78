import Layers
import Support
import Tensors

/// A text that a model wrote.
public struct GeneratedText: Equatable, Sendable {
  /// The tokens that it continues.
  public let prompt: [Int]
  /// The tokens that it wrote, with the end token if it came to one.
  public let tokens: [Int]
  /// The sum of its tokens' log-probabilities, divided by a power of its length; of beam search only.
  public let score: Float?
  /// For each token which of its prompt's running beams it was added to; of beam search only.
  public var beams: [Int] = []

  /// Prompt and new tokens.
  public var ids: [Int] { prompt + tokens }
}

/// Told of each token as it is chosen: the number of the text, and the token.
public typealias TokenObserver = (_ text: Int, _ token: Int) -> Void

extension CausalLanguageModel {
  /// Continues prompts.
  ///
  /// Sampling draws from `Generator.current`, one number for each unfinished text and token, in the order of the texts.
  ///
  /// - Parameters:
  ///   - prompts: token ids, at least one each; they need not be equally long.
  ///   - options: how to choose tokens.
  ///   - onToken: called with each token as soon as it is final: at once, but with beam search only at the end.
  /// - Returns: for each prompt as many texts as asked for, best first.
  /// - Throws: `DataError` for options that contradict each other, an empty prompt, unknown tokens, a prompt that
  ///   leaves no room, or scores of which none can be chosen.
  public func generate(
    after prompts: [[Int]], _ options: GenerationOptions, onToken: TokenObserver? = nil
  ) throws -> [[GeneratedText]] {
    if prompts.isEmpty { return [] }
    let length = try checkedLength(prompts, options)
    return try noGrad {
      let cache = KeyValueCache(rows: prompts.count)
      let logits = nextTokenLogits(after: prompts, cache: cache)
      let rules = LogitsRules(
        options, promptLength: prompts.map(\.count).max() ?? 0, newTokens: length.wanted)
      switch options.method {
      case .greedy:
        return try decode(prompts, logits, cache, rules, options, length.possible, onToken) { argmax($0) }
      case .sampling(let sampling):
        let sampler = TokenSampler(sampling, generator: .current)
        return try decode(prompts, logits, cache, rules, options, length.possible, onToken) { try sampler.draw($0) }
      case .beamSearch(let settings):
        var search = BeamSearchState(
          prompts: prompts, settings: settings, endTokens: options.endTokens, newTokens: length.possible,
          requestedTokens: length.wanted)
        let texts = try search.run(self, logits, cache, rules).map { Array($0.prefix(options.returnCount)) }
        for (index, text) in texts.joined().enumerated() {
          for token in text.tokens { onToken?(index, token) }
        }
        return texts
      }
    }
  }

  /// How many tokens are written where no number is given.
  private static var defaultNewTokens: Int { 20 }

  /// The most new tokens: as many as requested, and as many of these as the model has positions for.
  private func checkedLength(
    _ prompts: [[Int]], _ options: GenerationOptions
  ) throws -> (wanted: Int, possible: Int) {
    try options.validate()
    try options.requireTokens(below: vocabularySize)
    let longest = prompts.map(\.count).max() ?? 0
    if prompts.contains(where: \.isEmpty) { throw DataError(reason: "a prompt has no tokens") }
    if let stranger = prompts.joined().first(where: { !accepts($0) }) {
      throw DataError(reason: "a prompt holds token \(stranger), but the model knows 0 to \(vocabularySize - 1)")
    }
    let wanted =
      switch options.length {
      case .total(let count): count - longest
      case .new(let count): count
      case .unstated: min(Self.defaultNewTokens, (unstatedLimit ?? .max) - longest)
      }
    if wanted < 1 {
      throw DataError(reason: "a prompt of \(longest) tokens leaves no room for new ones: \(options.length)")
    }
    // The last token is only written, never read.
    let room = positionCount + 1 - longest
    if room < 1 {
      throw DataError(
        reason: "a prompt of \(longest) tokens is longer than the \(positionCount) that the model can read")
    }
    return (wanted, min(wanted, room))
  }

  /// Greedy search and sampling: one token after the other, each text on its own.
  private func decode(
    _ prompts: [[Int]], _ first: Tensor, _ cache: KeyValueCache, _ rules: LogitsRules, _ options: GenerationOptions,
    _ newTokens: Int, _ onToken: TokenObserver?, choose: (_ logits: [Float]) throws -> Int
  ) throws -> [[GeneratedText]] {
    let copies = options.returnCount
    let owners = prompts.indices.flatMap { Array(repeating: $0, count: copies) }
    cache.reorder(owners)
    var logits = first.indexSelect(owners)  // [texts, V]
    var written = [[Int]](repeating: [], count: owners.count)
    var isFinished = [Bool](repeating: false, count: owners.count)
    for step in 0..<newTokens {
      if step > 0 { logits = nextTokenLogits(after: written.map { [$0[step - 1]] }, cache: cache) }
      let rows = logits.scalars
      for text in written.indices {
        if isFinished[text] {
          written[text].append(0)  // finished texts go on unheard, to keep the batch in shape
          continue
        }
        var row = Array(rows[text * vocabularySize..<(text + 1) * vocabularySize])
        try rules.apply(to: &row, prompt: prompts[owners[text]], written: written[text])
        let token = try choose(row)
        written[text].append(token)
        onToken?(text, token)
        isFinished[text] = options.endTokens.contains(token)
      }
      if isFinished.allSatisfy({ $0 }) { break }
    }
    let texts = zip(owners, written).map { owner, tokens in
      let end = tokens.firstIndex(where: options.endTokens.contains).map { $0 + 1 } ?? tokens.count
      return GeneratedText(prompt: prompts[owner], tokens: Array(tokens.prefix(end)), score: nil)
    }
    return prompts.indices.map { Array(texts[$0 * copies..<($0 + 1) * copies]) }
  }

  /// The index of the largest number; the lower one on ties.
  private func argmax(_ row: [Float]) -> Int {
    row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
  }
}
