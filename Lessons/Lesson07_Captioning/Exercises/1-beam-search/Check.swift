import Exercises
import Tensors

/// A language model that is a table: random log-probabilities after each beginning.
struct RandomLanguage {
  let vocabulary: Int
  let limit: Int
  private let table: [[Int]: [Float]]

  init(vocabulary: Int, limit: Int) {
    self.vocabulary = vocabulary
    self.limit = limit
    var (table, beginnings) = ([[Int]: [Float]](), [[Int]()])
    for _ in 0..<limit {
      for beginning in beginnings { table[beginning] = (Tensor.randn([vocabulary]) * 1.5).logSoftmax(dim: 0).scalars }
      beginnings = beginnings.flatMap { beginning in (0..<vocabulary).map { beginning + [$0] } }
    }
    self.table = table
  }

  func next(_ tokens: [Int]) -> [Float] { table[tokens] ?? Array(repeating: 0, count: vocabulary) }

  func score(_ tokens: [Int]) -> Float {
    tokens.indices.reduce(0) { $0 + next(Array(tokens[..<$1]))[tokens[$1]] }
  }

  /// The likeliest of all finished texts that begin with some tokens.
  func likeliest(_ beginning: [Int] = []) -> [Int] {
    if beginning.last == 0 || beginning.count == limit { return beginning }
    let texts = (0..<vocabulary).map { likeliest(beginning + [$0]) }
    return texts.reduce(texts[0]) { score($1) > score($0) ? $1 : $0 }
  }

  func greedy() -> [Int] {
    var tokens: [Int] = []
    while tokens.last != 0 && tokens.count < limit {
      let scores = next(tokens)
      tokens.append(scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 })
    }
    return tokens
  }
}

@main enum Check: ExerciseCheck {
  static func check() throws {
    func search(_ language: RandomLanguage, _ width: Int) throws -> [Beam] {
      let beams = beamSearch(next: language.next, width: width, end: 0, limit: language.limit)
      try expect(!beams.isEmpty, "with \(width) beams no text was returned")
      return beams
    }
    try property("With one beam the result is that of greedy search") {
      for _ in 0..<50 {
        let language = RandomLanguage(vocabulary: Int.draw(in: 2...5), limit: Int.draw(in: 1...4))
        try expectEqual(try search(language, 1)[0].tokens, language.greedy(), "the best text with width 1")
      }
    }
    try property("With so many beams that none is dropped the best text is the likeliest of all") {
      for _ in 0..<50 {
        let language = RandomLanguage(vocabulary: 3, limit: 4)
        let (found, likeliest) = (try search(language, 81)[0], language.likeliest())
        try expect(
          found.tokens == likeliest,
          "with 81 beams \(found.tokens) was found, of score \(found.score); "
            + "\(likeliest) has \(language.score(likeliest))."
            + " Each of the \"width\" beams has to be continued by each token")
      }
    }
    try property("Each text is finished, its score is the sum of its log-probabilities, and the best come first") {
      for _ in 0..<20 {
        let language = RandomLanguage(vocabulary: 4, limit: Int.draw(in: 2...4))
        let beams = try search(language, Int.draw(in: 1...4))
        for beam in beams {
          try expect(
            beam.tokens.last == 0 || beam.tokens.count == language.limit, "\(beam.tokens) is not finished, yet returned"
          )
          try expect(
            !beam.tokens.dropLast().contains(0), "\(beam.tokens) goes on behind the end token 0")
          try expectEqual(beam.score, language.score(beam.tokens), within: 1e-4, "the score of \(beam.tokens)")
        }
        try expect(
          zip(beams, beams.dropFirst()).allSatisfy { $0.score >= $1.score }, "the texts are not sorted by their scores")
      }
    }
    try property("No text is likelier than that of exhaustive search, and two beams often beat one") {
      var wins = 0
      for _ in 0..<50 {
        let language = RandomLanguage(vocabulary: 3, limit: 4)
        let (one, two) = (try search(language, 1)[0], try search(language, 2)[0])
        let best = language.score(language.likeliest())
        try expect(two.score <= best + 1e-4, "two beams found \(two.score), but the likeliest text has \(best)")
        if two.score > one.score + 1e-4 { wins += 1 }
      }
      try expect(wins > 0, "in 50 models two beams never found a likelier text than greedy search")
    }
  }
}
