import Exercises

@main enum Check: ExerciseCheck {
  static func drawn() -> [ReadField] {
    (0..<Int.draw(in: 1...30)).map { _ in
      let percent = Int.draw(in: 1...20) * 5
      return ReadField(probability: Float(percent) / 100, isRight: Int.draw(in: 1...110) <= percent + 10)
    }
  }

  /// How many fields a threshold keeps, and how many of these are wrong.
  static func kept(_ fields: [ReadField], _ threshold: Float) -> (count: Int, wrong: Int) {
    let kept = fields.filter { $0.probability >= threshold }
    return (kept.count, kept.count { !$0.isRight })
  }

  static func check() throws {
    try property("Of the fields kept no larger share is wrong than was asked for") {
      for _ in 0..<300 {
        let (fields, limit) = (drawn(), Double(Int.draw(in: 0...4)) / 10)
        guard let found = threshold(fields, errorRate: limit) else { continue }
        let (count, wrong) = kept(fields, found)
        try expect(
          count > 0 && Double(wrong) <= limit * Double(count),
          "the threshold \(found) keeps \(count) fields, and \(wrong) of them are wrong; \(limit) of them may be")
      }
    }
    try property("No other threshold that will do keeps more") {
      for _ in 0..<300 {
        let (fields, limit) = (drawn(), Double(Int.draw(in: 0...4)) / 10)
        let possible = fields.map(\.probability).filter {
          let (count, wrong) = kept(fields, $0)
          return Double(wrong) <= limit * Double(count)
        }
        let most = possible.map { kept(fields, $0).count }.max() ?? 0
        let found = threshold(fields, errorRate: limit).map { kept(fields, $0).count } ?? 0
        try expectEqual(
          found, most, "the number of fields kept, of \(fields.count), with at most \(limit) of them wrong,")
      }
    }
    try property("Where everything is right everything is kept, and where everything is wrong nothing is") {
      for _ in 0..<50 {
        let fields = drawn()
        let right = fields.map { ReadField(probability: $0.probability, isRight: true) }
        let wrong = fields.map { ReadField(probability: $0.probability, isRight: false) }
        try expectEqual(
          threshold(right, errorRate: 0) ?? -1, right.map(\.probability).min() ?? 0, "the threshold of right fields")
        try expect(threshold(wrong, errorRate: 0.5) == nil, "a threshold was found although every field is wrong")
      }
    }
  }
}
