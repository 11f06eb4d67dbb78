import Checkpoints
import Support
import Tensors
import TestSupport
import Testing

@testable import Pretrained

@Suite struct GenerationTests {
  private let gpt2: GPT2Decoder
  private let opt: OPTDecoder

  init() {
    var small = GPT2Configuration()
    (small.vocabularySize, small.positionCount, small.hiddenSize, small.layerCount, small.headCount) = (
      97, 80, 48, 3, 4
    )
    small.initializerRange = 0.2
    var open = OPTConfiguration()
    (open.vocabularySize, open.positionCount, open.hiddenSize, open.layerCount, open.headCount) = (97, 80, 48, 3, 4)
    open.intermediateSize = 96
    open.initializerRange = 0.2
    let (first, second) = (small, open)
    gpt2 = withGenerator(Generator(seed: 1)) { GPT2Decoder(first).eval() }
    opt = withGenerator(Generator(seed: 2)) { OPTDecoder(second).eval() }
  }

  private var models: [any CausalLanguageModel] { [gpt2, opt] }

  // MARK: Cache

  private func bits(_ logits: Tensor) -> [UInt32] { logits.scalars.map(\.bitPattern) }

  @Test func aCacheGivesTheBytesOfRecomputation() {
    let text = Generator(seed: 3).integers(in: 0..<97, count: 70)
    noGrad {
      let gpt2Whole = gpt2(IntTensor([text]))[0]
      let optWhole = opt(IntTensor([text]))[0]
      for (model, whole) in zip(models, [gpt2Whole, optWhole]) {
        // Token by token, and in pieces of several sizes.
        for pieces in [Array(repeating: 1, count: 70), [5, 1, 30, 2, 32], [69, 1], [3, 67]] {
          let cache = KeyValueCache(rows: 1)
          var end = 0
          for size in pieces {
            let logits = model.nextTokenLogits(after: [Array(text[end..<end + size])], cache: cache)
            end += size
            #expect(bits(logits) == bits(whole[end - 1]), "after \(end) tokens in pieces \(pieces)")
          }
          #expect(cache.lengths == [70])
        }
      }
    }
  }

  @Test func rowsOfDifferentLengthsGiveTheBytesOfEachAlone() {
    let generator = Generator(seed: 4)
    let texts = [3, 17, 9, 40].map { generator.integers(in: 0..<97, count: $0 + 6) }
    noGrad {
      for model in models {
        let cache = KeyValueCache(rows: 4)
        var ends = [3, 17, 9, 40]
        var together = [model.nextTokenLogits(after: zip(texts, ends).map { Array($0[..<$1]) }, cache: cache)]
        for more in [1, 3, 1, 1] {
          together.append(
            model.nextTokenLogits(after: zip(texts, ends).map { Array($0[$1..<$1 + more]) }, cache: cache))
          ends = ends.map { $0 + more }
        }
        for row in 0..<4 {
          let alone = KeyValueCache(rows: 1)
          var end = [3, 17, 9, 40][row]
          #expect(
            bits(model.nextTokenLogits(after: [Array(texts[row][..<end])], cache: alone)) == bits(together[0][row]))
          for (step, more) in [1, 3, 1, 1].enumerated() {
            let logits = model.nextTokenLogits(after: [Array(texts[row][end..<end + more])], cache: alone)
            #expect(bits(logits) == bits(together[step + 1][row]), "row \(row), step \(step)")
            end += more
          }
        }
      }
    }
  }

  @Test func reorderedRowsGoOnFromTheirParents() {
    noGrad {
      for model in models {
        let cache = KeyValueCache(rows: 2)
        _ = model.nextTokenLogits(after: [[1, 2, 3], [4, 5]], cache: cache)
        cache.reorder([1, 1, 0])
        #expect(cache.lengths == [2, 2, 3])
        let logits = model.nextTokenLogits(after: [[6], [7], [8]], cache: cache)
        for (row, text) in [[4, 5, 6], [4, 5, 7], [1, 2, 3, 8]].enumerated() {
          let whole = model.nextTokenLogits(after: [text], cache: KeyValueCache(rows: 1))
          #expect(bits(whole) == bits(logits[row]))
        }
      }
    }
  }

  // MARK: Search

  @Test func oneBeamIsGreedySearch() throws {
    for model in models {
      let prompts = [[1, 2, 3], [4], [5, 6]]
      let greedy = try model.generate(after: prompts, GenerationOptions(length: .new(12), endTokens: []))
      let beam = try model.generate(
        after: prompts, GenerationOptions(.beamSearch(.init(count: 1)), length: .new(12), endTokens: []))
      #expect(greedy.map { $0.map(\.ids) } == beam.map { $0.map(\.ids) })
    }
  }

  @Test func enoughBeamsFindTheMostLikelyText() throws {
    // All 2-token texts fit among 97 beams, so the search is exhaustive.
    let found = try gpt2.generate(
      after: [[1, 2]], GenerationOptions(.beamSearch(.init(count: 97)), length: .new(2), endTokens: []))[0][0]
    let best = noGrad {
      let first = gpt2(IntTensor([[1, 2]]))[0][1].logSoftmax(dim: 0).scalars
      return (0..<97).map { token in
        let second = gpt2(IntTensor([[1, 2, token]]))[0][2].logSoftmax(dim: 0)
        let last = second.argmax(dim: 0).scalars[0]
        return (score: first[token] + second.scalars[last], tokens: [token, last])
      }.max { $0.score < $1.score }
    }
    #expect(found.tokens == best?.tokens)
    expectClose("score", [found.score ?? 0], [Double(best?.score ?? 0) / 2], tolerance: 1e-6)
  }

  @Test func equalScoresAreBrokenTowardsTheLowerToken() throws {
    let indifferent = Indifferent()
    let greedy = try indifferent.generate(after: [[4]], GenerationOptions(length: .new(3), endTokens: []))
    #expect(greedy[0][0].tokens == [0, 0, 0])
    var options = GenerationOptions(.beamSearch(.init(count: 3)), length: .new(2), endTokens: [])
    options.returnCount = 3
    let beams = try indifferent.generate(after: [[4]], options)
    #expect(beams[0].map(\.tokens) == [[0, 0], [0, 1], [0, 2]])
  }

  @Test func topIndicesAreThoseOfASort() {
    let generator = Generator(seed: 9)
    let scores = generator.integers(in: 0..<40, count: 500).map { Float($0) }
    let sorted = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
    for count in [0, 1, 5, 63, 64, 200, 500] { #expect(topIndices(scores, count) == Array(sorted.prefix(count))) }
  }

  // MARK: Rules

  @Test func rulesChangeScoresAsInTransformers() throws {
    var options = GenerationOptions(endTokens: [5])
    options.rules.repetitionPenalty = 2
    var scores: [Float] = [1, -1, 3, 4, -5, 6]
    try LogitsRules(options, promptLength: 2).apply(to: &scores, prompt: [0, 1], written: [4, 4])
    #expect(scores == [0.5, -2, 3, 4, -10, 6])

    options = GenerationOptions(endTokens: [5])
    options.rules.noRepeatLength = 2
    options.rules.minimumLength = 7
    scores = [1, 1, 1, 1, 1, 1]
    try LogitsRules(options, promptLength: 2).apply(to: &scores, prompt: [0, 1], written: [0, 2, 0])
    #expect(scores == [1, -.infinity, -.infinity, 1, 1, -.infinity])
    scores = [1, 1, 1, 1, 1, 1]
    try LogitsRules(options, promptLength: 2).apply(to: &scores, prompt: [0, 1], written: [2, 3, 4, 4, 3])
    #expect(scores == [1, 1, 1, 1, -.infinity, 1])
  }

  @Test func noRunOfTwoTokensComesTwice() throws {
    for method in [GenerationOptions.Method.greedy, .beamSearch(.init(count: 3))] {
      var options = GenerationOptions(method, length: .new(30), endTokens: [])
      options.rules.noRepeatLength = 2
      let ids = try opt.generate(after: [[1]], options)[0][0].ids
      let pairs = zip(ids, ids.dropFirst()).map { [$0, $1] }
      #expect(Set(pairs).count == pairs.count)
    }
  }

  // MARK: Sampling

  private func sampled(_ settings: GenerationOptions.Sampling, seed: Int, copies: Int = 4) throws -> [[Int]] {
    var options = GenerationOptions(.sampling(settings), length: .new(15), endTokens: [7])
    options.returnCount = copies
    return try withGenerator(Generator(seed: seed)) {
      try opt.generate(after: [[1, 2], [3]], options).flatMap { $0 }.map(\.ids)
    }
  }

  @Test func aSeedGivesTheSameTextsOnAnyNumberOfThreads() throws {
    let settings = GenerationOptions.Sampling()
    let texts = try sampled(settings, seed: 5)
    #expect(Set(texts).count > 4)
    #expect(try sampled(settings, seed: 6) != texts)
    for threads in [1, 2, 3, 8] {
      #expect(try Threads.with(threads) { try sampled(settings, seed: 5) } == texts)
    }
  }

  @Test func oneCandidateIsGreedySearch() throws {
    var settings = GenerationOptions.Sampling()
    settings.topK = 1
    let greedy = try opt.generate(after: [[1, 2], [3]], GenerationOptions(length: .new(15), endTokens: [7]))
    #expect(try sampled(settings, seed: 5, copies: 1) == greedy.flatMap { $0 }.map(\.ids))
    settings = .init()
    settings.topP = 1e-6
    #expect(try sampled(settings, seed: 5, copies: 1) == greedy.flatMap { $0 }.map(\.ids))
  }

  @Test func candidatesAreThoseOfTransformersWarpers() {
    // Probabilities 0.1, 0.4, 0.2, 0.25, 0.05.
    let logits: [Float] = [0.1, 0.4, 0.2, 0.25, 0.05].map { Tensor(Float($0)).log().item }
    var settings = GenerationOptions.Sampling()
    func tokens() -> [Int] { TokenSampler(settings, generator: .current).candidates(logits).map { $0.token } }
    #expect(tokens() == [1, 3, 2, 0, 4])
    settings.topP = 0.6
    #expect(tokens() == [1, 3])
    settings.topP = 0.7
    #expect(tokens() == [1, 3, 2])
    settings.topP = 1
    settings.topK = 2
    let two = TokenSampler(settings, generator: .current).candidates(logits)
    expectClose("probabilities", two.map { $0.probability }, [0.4 / 0.65, 0.25 / 0.65], tolerance: 1e-6)
    settings.temperature = 0.5
    let sharper = TokenSampler(settings, generator: .current).candidates(logits)
    expectClose("sharper", sharper.map { $0.probability }, [0.16 / 0.2225, 0.0625 / 0.2225], tolerance: 1e-6)
  }

  @Test func tokensAreDrawnAsOftenAsTheirProbabilitySays() throws {
    let logits: [Float] = [0.1, 0.4, 0.2, 0.25, 0.05].map { Tensor(Float($0)).log().item }
    let sampler = TokenSampler(GenerationOptions.Sampling(), generator: Generator(seed: 8))
    var counts = [Float](repeating: 0, count: 5)
    for _ in 0..<20_000 { counts[try sampler.draw(logits)] += 1 / 20_000 }
    expectClose("frequencies", counts, [0.1, 0.4, 0.2, 0.25, 0.05], tolerance: 0.012)
  }

  // MARK: Streaming and errors

  @Test func everyTokenIsStreamedOnce() throws {
    for method in [GenerationOptions.Method.greedy, .sampling(.init()), .beamSearch(.init(count: 2))] {
      var streamed: [Int: [Int]] = [:]
      let texts = try gpt2.generate(
        after: [[1], [2, 3]], GenerationOptions(method, length: .new(9), endTokens: [11])
      ) { streamed[$0, default: []].append($1) }
      #expect(texts.flatMap { $0 }.map(\.tokens) == [streamed[0], streamed[1]])
    }
  }

  @Test func optionsThatContradictThemselvesAreRefused() {
    var options = GenerationOptions(.beamSearch(.init(count: 2)), endTokens: [])
    options.returnCount = 3
    var cold = GenerationOptions.Sampling()
    cold.temperature = 0
    let refused: [([[Int]], GenerationOptions)] = [
      ([[1]], options),
      ([[1]], GenerationOptions(.beamSearch(.init(count: 0)), endTokens: [])),
      ([[1]], GenerationOptions(.beamSearch(.init(count: 1025)), endTokens: [])),
      ([[1]], GenerationOptions(.sampling(cold), endTokens: [])),
      ([[1, 2]], GenerationOptions(length: .total(2), endTokens: [])),
      ([[1], []], GenerationOptions(endTokens: [])),
      ([[97]], GenerationOptions(endTokens: [])),
      ([Array(repeating: 1, count: 81)], GenerationOptions(endTokens: [])),
    ]
    for (prompts, options) in refused {
      #expect(throws: DataError.self) { try gpt2.generate(after: prompts, options) }
    }
  }

  /// transformers adds 20 tokens where no length is stated, but makes the whole no longer than the model's positions;
  /// with a stated length one token more fits, which is only written.
  @Test func textsOfNoStatedLengthEndWithThePositions() throws {
    for (count, total) in [(2, 22), (60, 80), (70, 80)] {
      let prompt = (0..<count).map { $0 % 90 + 1 }
      let text = try gpt2.generate(after: [prompt], GenerationOptions(length: .unstated, endTokens: []))[0][0]
      #expect(text.ids.count == total, "a prompt of \(count)")
    }
    #expect(throws: DataError.self) {
      try gpt2.generate(after: [Array(repeating: 1, count: 80)], GenerationOptions(length: .unstated, endTokens: []))
    }
  }

  @Test func aTextEndsWhereTheModelCanReadNoFurther() throws {
    let text = try gpt2.generate(after: [[1, 2]], GenerationOptions(length: .new(500), endTokens: []))[0][0]
    #expect(text.ids.count == 81)
  }
}

/// Finds all five tokens equally likely.
private struct Indifferent: CausalLanguageModel {
  let vocabularySize = 5
  let positionCount = 50

  func nextTokenLogits(after tokens: [[Int]], cache: KeyValueCache) -> Tensor {
    cache.advance(by: tokens.map(\.count))
    return .zeros([tokens.count, vocabularySize])
  }
}
