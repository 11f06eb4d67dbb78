import Exercises

@main enum Check: ExerciseCheck {
  /// Bytes of few values, so that pairs repeat.
  static func randomText() -> [UInt8] {
    let letters = Int.draw(in: 2...5)
    return (0..<Int.draw(in: 1...60)).map { _ in UInt8(97 + Int.draw(in: 0...letters - 1)) }
  }

  /// The text after some merges, by brute force.
  static func applied(_ text: [UInt8], _ merges: some Sequence<Pair>) -> [Int] {
    var tokens = text.map(Int.init)
    for (number, pair) in merges.enumerated() {
      var place = 0
      while place + 1 < tokens.count {
        if tokens[place] == pair.left, tokens[place + 1] == pair.right {
          tokens.replaceSubrange(place...place + 1, with: [256 + number])
        }
        place += 1
      }
    }
    return tokens
  }

  static func counts(_ tokens: [Int]) -> [Pair: Int] {
    var counts: [Pair: Int] = [:]
    for (left, right) in zip(tokens, tokens.dropFirst()) { counts[Pair(left: left, right: right), default: 0] += 1 }
    return counts
  }

  static func check() throws {
    try property("Each merge is a most frequent pair of the text after the merges before it") {
      for _ in 0..<50 {
        let text = randomText()
        let merges = learnMerges(text, count: 12)
        for (number, pair) in merges.enumerated() {
          let found = counts(applied(text, merges.prefix(number)))
          let most = found.values.max() ?? 0
          try expect(
            found[pair, default: 0] == most && most > 1,
            "in \(String(decoding: text, as: UTF8.self)), merge \(number) is (\(pair.left), \(pair.right)), which "
              + "occurs \(found[pair, default: 0]) times by then; the most frequent pair occurs \(most) times. "
              + "Count again after each merge.")
          let earlier = found.keys.contains {
            found[$0] == most && ($0.left, $0.right) < (pair.left, pair.right)
          }
          try expect(!earlier, "of pairs that occur \(most) times, take the one with the lower left, then right token")
        }
      }
    }
    try property("Learning goes on until no pair occurs twice, or there are enough merges") {
      for _ in 0..<50 {
        let text = randomText()
        let merges = learnMerges(text, count: 8)
        let left = counts(applied(text, merges)).values.max() ?? 0
        try expect(merges.count <= 8, "\(merges.count) merges, at most 8 were asked for")
        try expect(
          merges.count == 8 || left < 2, "stopped after \(merges.count) merges, but a pair occurs \(left) times")
      }
    }
    try property("Encoding replays the merges in their order") {
      for _ in 0..<50 {
        let merges = learnMerges(randomText(), count: 10)
        let other = randomText()
        let expected = applied(other, merges)
        try expect(
          encode(other, merges) == expected,
          "\(String(decoding: other, as: UTF8.self)) becomes \(encode(other, merges)), expected is \(expected)")
      }
    }
    try property("Decoding undoes encoding, for any bytes") {
      for _ in 0..<50 {
        let merges = learnMerges(randomText(), count: 10)
        let texts = [randomText(), Array("naïve 🐕 大".utf8), (0..<20).map { _ in UInt8(Int.draw(in: 0...255)) }]
        for text in texts {
          let back = decode(encode(text, merges), merges)
          try expect(back == text, "\(text) comes back as \(back)")
        }
      }
    }
    try property("More merges never make an encoding longer") {
      for _ in 0..<20 {
        let text = randomText()
        let merges = learnMerges(text, count: 12)
        let lengths = (0...merges.count).map { encode(text, Array(merges.prefix($0))).count }
        try expect(
          zip(lengths, lengths.dropFirst()).allSatisfy { $0 > $1 }, "lengths \(lengths): each merge shortens its corpus"
        )
      }
    }
  }
}
