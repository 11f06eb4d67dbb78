import Exercises

@main enum Check: ExerciseCheck {
  static let letters = Array("ab1")

  static func drawn(_ lengths: ClosedRange<Int>) -> String {
    String((0..<Int.draw(in: lengths)).map { _ in letters[Int.draw(in: 0...2)] })
  }

  /// The distance by its definition, from the ends.
  static func searched(_ first: Substring, _ second: Substring) -> Int {
    guard let last = first.last, let other = second.last else { return first.count + second.count }
    return min(
      searched(first.dropLast(), second.dropLast()) + (last == other ? 0 : 1),
      searched(first.dropLast(), second) + 1, searched(first, second.dropLast()) + 1)
  }

  static func check() throws {
    try property("A text has the distance 0 to itself, and its length to the empty text") {
      for _ in 0..<50 {
        let text = drawn(0...9)
        try expectEqual(edits(from: text, to: text), 0, "the distance of \"\(text)\" to itself")
        try expectEqual(edits(from: text, to: ""), text.count, "the distance of \"\(text)\" to the empty text")
        try expectEqual(edits(from: "", to: text), text.count, "the distance of the empty text to \"\(text)\"")
      }
    }
    try property("One character that is missing counts once, wherever it stood") {
      for _ in 0..<100 {
        var shorter = Array(drawn(1...12))
        let text = String(shorter)
        shorter.remove(at: Int.draw(in: 0...shorter.count - 1))
        let found = edits(from: text, to: String(shorter))
        try expectEqual(found, 1, "the distance of \"\(text)\" to \"\(String(shorter))\", one deletion,")
      }
    }
    try property("Both directions are equally far, and no detour is shorter") {
      for _ in 0..<100 {
        let (a, b, c) = (drawn(0...8), drawn(0...8), drawn(0...8))
        try expectEqual(edits(from: a, to: b), edits(from: b, to: a), "the distance of \"\(b)\" to \"\(a)\" read back")
        let (straight, detour) = (edits(from: a, to: c), edits(from: a, to: b) + edits(from: b, to: c))
        try expect(straight <= detour, "\"\(a)\" to \"\(c)\" has \(straight), but over \"\(b)\" only \(detour)")
      }
    }
    try property("The distance is that of a search through all ways to edit") {
      for _ in 0..<100 {
        let (a, b) = (drawn(0...6), drawn(0...6))
        try expectEqual(edits(from: a, to: b), searched(a[...], b[...]), "the distance of \"\(a)\" to \"\(b)\"")
      }
    }
    try property("The rate adds up all edits and all characters before it divides") {
      for _ in 0..<50 {
        let references = (0..<4).map { _ in drawn(1...12) }
        let texts = references.map { Bool.draw() ? $0 : drawn(0...12) }
        let wrong = zip(texts, references).reduce(0) { $0 + searched($1.0.prefix(6), $1.1.prefix(6)) }
        let wanted = Double(wrong) / Double(references.reduce(0) { $0 + min($1.count, 6) })
        let found = errorRate(texts.map { String($0.prefix(6)) }, references: references.map { String($0.prefix(6)) })
        try expectEqual(found, wanted, within: 1e-12, "the rate of four texts, \(wrong) edits in all,")
      }
    }
  }
}
