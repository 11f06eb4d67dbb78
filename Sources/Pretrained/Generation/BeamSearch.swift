import Tensors

/// Beam search over several prompts at once, to the letter as transformers 5 does it.
///
/// Every prompt keeps a number of running beams and as many finished texts. Scores are sums of
/// log-probabilities in single precision; a score of about -10⁹ marks what does not count.
struct BeamSearchState {
  private let prompts: [[Int]]
  private let settings: GenerationOptions.BeamSearch
  private let endTokens: [Int]
  /// The most tokens that are written.
  private let newTokens: Int
  /// The most tokens that were requested; the model may have fewer positions.
  private let requestedTokens: Int
  private var groups: [Group]

  /// What does not count is lowered by this much.
  private static let exclusion: Float = -1e9

  /// A text in the making, or finished.
  private struct Beam {
    var tokens: [Int]
    var score: Float
    /// For each token the index of the running beam that it was added to.
    var parents: [Int] = []
    var isFinished = false
  }

  /// The beams of one prompt.
  private struct Group {
    var running: [Beam]
    var finished: [Beam]
    /// Whether a running beam may still beat the finished ones; never true again once it was false.
    var mayImprove = true
    var isFull: Bool { finished.allSatisfy(\.isFinished) }
  }

  init(
    prompts: [[Int]], settings: GenerationOptions.BeamSearch, endTokens: [Int], newTokens: Int, requestedTokens: Int
  ) {
    self.prompts = prompts
    self.settings = settings
    self.endTokens = endTokens
    self.newTokens = newTokens
    self.requestedTokens = requestedTokens
    // All beams begin alike, so at first only one of them counts.
    let running = (0..<settings.count).map { Beam(tokens: [], score: $0 == 0 ? 0 : Self.exclusion) }
    let finished = running.map { _ in Beam(tokens: [], score: Self.exclusion) }
    groups = prompts.map { _ in Group(running: running, finished: finished) }
  }

  /// Searches to the end.
  ///
  /// - Parameters:
  ///   - first: the logits after the prompts, `[prompts, V]`.
  ///   - cache: the prompts, read.
  /// - Returns: for each prompt its finished texts, best first; the running ones if none was finished.
  mutating func run(
    _ model: some CausalLanguageModel, _ first: Tensor, _ cache: KeyValueCache, _ rules: LogitsRules
  ) throws -> [[GeneratedText]] {
    let owners = prompts.indices.flatMap { Array(repeating: $0, count: settings.count) }
    cache.reorder(owners)
    var logProbabilities = first.logSoftmax(dim: -1).indexSelect(owners)  // [prompts · beams, V]
    var length = 0
    while true {
      length += 1
      let isOver = try advance(logProbabilities.scalars, model.vocabularySize, rules, length)
      if isOver { break }
      let beams = groups.flatMap(\.running)
      cache.reorder(zip(owners, beams).map { owner, beam in owner * settings.count + beam.parents[length - 1] })
      logProbabilities = model.nextTokenLogits(after: beams.map { [$0.tokens[length - 1]] }, cache: cache)
        .logSoftmax(dim: -1)
    }
    return zip(prompts, groups).map { prompt, group in
      let beams = group.finished.contains(where: \.isFinished) ? group.finished : group.running
      return beams.map { GeneratedText(prompt: prompt, tokens: $0.tokens, score: $0.score, beams: $0.parents) }
    }
  }

  /// Adds one token to every beam.
  ///
  /// - Parameter length: the number of tokens written, this one included.
  /// - Returns: whether the search is over.
  private mutating func advance(
    _ logProbabilities: [Float], _ vocabulary: Int, _ rules: LogitsRules, _ length: Int
  ) throws -> Bool {
    var everyCandidateEnds = true
    let perGroup = settings.count * vocabulary
    for index in groups.indices {
      let part = logProbabilities[index * perGroup..<(index + 1) * perGroup]
      let candidates = try candidates(Array(part), vocabulary, rules, index, length)
      everyCandidateEnds = everyCandidateEnds && candidates.allSatisfy(\.isFinished)
      finish(candidates, in: index, length)
      groups[index].running = best(
        candidates.map { candidate in
          var beam = candidate
          beam.score += candidate.isFinished ? Self.exclusion : 0
          return beam
        })
      updateProspects(of: index, length)
    }
    let isEveryGroupFull = settings.earlyStopping == .whenEnoughFinished && groups.allSatisfy(\.isFull)
    return everyCandidateEnds || isEveryGroupFull || !groups.contains(where: \.mayImprove)
  }

  /// The most likely continuations of a prompt's beams: so many that beams remain even if all others end.
  private func candidates(
    _ logProbabilities: [Float], _ vocabulary: Int, _ rules: LogitsRules, _ index: Int, _ length: Int
  ) throws -> [Beam] {
    var scores = logProbabilities
    let running = groups[index].running
    for (rank, beam) in running.enumerated() {
      let range = rank * vocabulary..<(rank + 1) * vocabulary
      var row = Array(scores[range])
      try rules.apply(to: &row, prompt: prompts[index], written: beam.tokens)
      if !rules.areEmpty { scores.replaceSubrange(range, with: row) }
      for position in range { scores[position] += beam.score }
    }
    let kept = min(max(2, 1 + endTokens.count) * settings.count, scores.count)
    return topIndices(scores, kept).map { position in
      let (parent, token) = position.quotientAndRemainder(dividingBy: vocabulary)
      return Beam(
        tokens: running[parent].tokens + [token], score: scores[position],
        parents: running[parent].parents + [parent],
        isFinished: endTokens.contains(token) || length == newTokens)
    }
  }

  /// Adds candidates that end to the finished texts, if they are among the best and good enough.
  private mutating func finish(_ candidates: [Beam], in index: Int, _ length: Int) {
    let group = groups[index]
    let isClosed = settings.earlyStopping == .whenEnoughFinished && group.isFull
    let divisor = lengthPenalty(length)
    let newcomers = candidates.enumerated().map { rank, candidate in
      var beam = candidate
      beam.isFinished = candidate.isFinished && rank < settings.count
      beam.score /= divisor
      beam.score += isClosed ? Self.exclusion : 0
      beam.score += group.mayImprove ? 0 : Self.exclusion
      beam.score += beam.isFinished ? 0 : Self.exclusion
      return beam
    }
    groups[index].finished = best(group.finished + newcomers)
  }

  /// Decides whether the best running beam may still beat the worst finished text.
  private mutating func updateProspects(of index: Int, _ length: Int) {
    let group = groups[index]
    let isHopeful = settings.earlyStopping == .never && settings.lengthPenalty > 0
    let bestRunning = group.running[0].score / lengthPenalty(isHopeful ? requestedTokens : length)
    let worst = group.finished.map(\.score).min() ?? Self.exclusion
    let canBeat = group.finished.contains { bestRunning > ($0.isFinished ? worst : Self.exclusion) }
    groups[index].mayImprove = group.mayImprove && canBeat
  }

  /// As many as there are beams, best first; those in front on ties.
  private func best(_ beams: [Beam]) -> [Beam] {
    topIndices(beams.map(\.score), settings.count).map { beams[$0] }
  }

  private func lengthPenalty(_ length: Int) -> Float {
    Float(ElementaryDouble.pow(Double(length), settings.lengthPenalty))
  }
}
