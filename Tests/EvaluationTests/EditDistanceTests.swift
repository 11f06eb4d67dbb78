import TestSupport
import Testing

@testable import Evaluation

/// Edit distances of texts and of trees against their recursive definitions and against recorded ones.
@Suite struct EditDistanceTests {
  /// The definition, from the ends: without a table, so only for short sequences.
  private func byDefinition(_ first: ArraySlice<Int>, _ second: ArraySlice<Int>) -> Int {
    guard let last = first.last, let other = second.last else { return first.count + second.count }
    return min(
      byDefinition(first.dropLast(), second.dropLast()) + (last == other ? 0 : 1),
      byDefinition(first.dropLast(), second) + 1, byDefinition(first, second.dropLast()) + 1)
  }

  @Test func editDistanceIsItsRecursiveDefinition() {
    var draws = SystemDraws(seed: 1)
    for _ in 0..<200 {
      let first = (0..<draws.below(6)).map { _ in draws.below(3) }
      let second = (0..<draws.below(6)).map { _ in draws.below(3) }
      #expect(editDistance(first, second) == byDefinition(first[...], second[...]), "\(first) \(second)")
    }
  }

  @Test func textsHaveTheRecordedDistances() throws {
    let texts = try Fixture("documents/measures.json")["texts"]
    #expect(texts.count == 81)
    for index in 0..<texts.count {
      let (first, second) = (texts[index]["first"].text, texts[index]["second"].text)
      #expect(editDistance(first, second) == texts[index]["distance"].integers[0], "\(first) \(second)")
    }
  }

  @Test func characterErrorsAreCountedOverAllTexts() {
    #expect(characterErrorRate(["12.50"], references: ["12.50"]) == 0)
    // One substitution and two insertions in 5 + 5 characters.
    #expect(characterErrorRate(["12.80", "north"], references: ["12.50", "nrt"]) == 3.0 / 8)
    #expect(characterErrorRate(["abcdef", ""], references: ["a", "b"]) == 3)
  }

  private typealias Letters = Tree<String>

  /// What two nodes with these labels cost: letters have sizes, so that a wrong direction or a swapped cost shows.
  private func size(_ label: String) -> Int { label == "a" ? 3 : 1 }
  private func change(_ first: String, _ second: String) -> Int { first == second ? 0 : first < second ? 2 : 1 }

  /// The definition over forests, by their rightmost roots: one is deleted, one is inserted, or they become each other.
  private func byDefinition(_ first: [Letters], _ second: [Letters]) -> Int {
    switch (first.last, second.last) {
    case (nil, nil): return 0
    case (let tree?, nil): return byDefinition(first.dropLast() + tree.children, []) + size(tree.label)
    case (nil, let other?): return byDefinition([], second.dropLast() + other.children) + size(other.label)
    case (let tree?, let other?):
      return min(
        byDefinition(first.dropLast() + tree.children, second) + size(tree.label),
        byDefinition(first, second.dropLast() + other.children) + size(other.label),
        byDefinition(Array(first.dropLast()), Array(second.dropLast()))
          + byDefinition(tree.children, other.children) + change(tree.label, other.label))
    }
  }

  @Test func treeEditDistanceIsItsRecursiveDefinition() {
    var draws = SystemDraws(seed: 2)
    func tree(_ count: Int) -> Letters {
      var rest = count - 1
      var children: [Letters] = []
      while rest > 0 {
        let size = 1 + draws.below(rest)
        children.append(tree(size))
        rest -= size
      }
      return Tree(["a", "b", "c"][draws.below(3)], children)
    }
    var distances: Set<Int> = []
    for _ in 0..<300 {
      let (first, second) = (tree(1 + draws.below(6)), tree(1 + draws.below(6)))
      let distance = treeEditDistance(first, second, size: size, change: change)
      #expect(distance == byDefinition([first], [second]), "\(first) \(second)")
      distances.insert(distance)
    }
    #expect(distances.count > 8, "the trees differ by many distances")
  }

  /// The example of Zhang and Shasha 1989, figure 4: f(d(a, c(b)), e) and f(c(d(a, b)), e) are 2 apart.
  @Test func theTreesOfThePaperAreTwoApart() {
    func node(_ label: String, _ children: Letters...) -> Letters { Tree(label, children) }
    let first = node("f", node("d", node("a"), node("c", node("b"))), node("e"))
    let second = node("f", node("c", node("d", node("a"), node("b"))), node("e"))
    #expect(treeEditDistance(first, second, size: { _ in 1 }, change: { $0 == $1 ? 0 : 1 }) == 2)
  }
}

/// Whole numbers from a seed, the same on every machine (Steele et al. 2014, SplitMix64).
private struct SystemDraws {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((bits ^ (bits >> 31)) % UInt64(bound))
  }
}
