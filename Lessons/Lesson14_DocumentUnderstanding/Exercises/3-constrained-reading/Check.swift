import Exercises

/// A model with drawn scores and a grammar with drawn rules; what follows depends on the last token and the length.
struct Drawn {
  let vocabulary: Int
  private let scores: [[Float]]
  private let rules: [Set<Int>]

  init(vocabulary: Int, allowing share: Int) {
    self.vocabulary = vocabulary
    // Few different scores, so that some are equal.
    scores = (0..<60).map { _ in (0..<vocabulary).map { _ in Float(Int.draw(in: 0...9)) } }
    rules = (0..<60).map { _ in
      let kept = Set((0..<vocabulary).filter { _ in Int.draw(in: 1...10) <= share })
      return kept.isEmpty ? [Int.draw(in: 0...vocabulary - 1)] : kept
    }
  }

  private func place(_ tokens: [Int]) -> Int { tokens.reduce(7) { ($0 * 31 + $1 + 1) % 60 } }
  func next(_ tokens: [Int]) -> [Float] { scores[place(tokens)] }
  func allowed(_ tokens: [Int]) -> Set<Int> { rules[place(tokens)] }
}

@main enum Check: ExerciseCheck {
  static func check() throws {
    func written(_ model: Drawn, limit: Int) throws -> [Int] {
      let tokens = constrained(next: model.next, allowed: model.allowed, end: 0, limit: limit)
      try expect(!tokens.isEmpty && tokens.count <= limit, "\(tokens.count) tokens were written, 1 to \(limit) may be")
      return tokens
    }
    try property("Where everything is allowed, it is greedy search") {
      for _ in 0..<50 {
        let model = Drawn(vocabulary: 5, allowing: 10)
        for (place, token) in try written(model, limit: 12).enumerated() {
          let before = Array(try written(model, limit: 12)[..<place])
          let scores = model.next(before)
          let best = scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
          try expectEqual(token, best, "token \(place + 1) after \(before)")
        }
      }
    }
    try property("Each token is allowed after those before it") {
      for _ in 0..<100 {
        let model = Drawn(vocabulary: 6, allowing: 4)
        let tokens = try written(model, limit: 15)
        for place in tokens.indices {
          let before = Array(tokens[..<place])
          try expect(
            model.allowed(before).contains(tokens[place]),
            "after \(before) came \(tokens[place]), allowed are \(model.allowed(before).sorted())")
        }
      }
    }
    try property("It is the best of those that are allowed; of equal ones the lower number") {
      for _ in 0..<100 {
        let model = Drawn(vocabulary: 6, allowing: 5)
        let tokens = try written(model, limit: 15)
        for place in tokens.indices {
          let before = Array(tokens[..<place])
          let (scores, allowed) = (model.next(before), model.allowed(before).sorted())
          let best = allowed.reduce(allowed[0]) { scores[$1] > scores[$0] ? $1 : $0 }
          try expectEqual(tokens[place], best, "the token after \(before), of \(allowed)")
        }
      }
    }
    try property("It stops at the end token, and goes on without one up to the limit") {
      for _ in 0..<100 {
        let model = Drawn(vocabulary: 4, allowing: 6)
        let tokens = try written(model, limit: 10)
        try expect(!tokens.dropLast().contains(0), "\(tokens) goes on behind the end token 0")
        try expect(tokens.last == 0 || tokens.count == 10, "\(tokens) stops without the end token 0")
      }
    }
  }
}
