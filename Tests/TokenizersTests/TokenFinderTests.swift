import Testing

@testable import Tokenizers

struct TokenFinderTests {
  /// The longest string at a place, found by trying all.
  private func expected(_ tokens: [(text: [UInt8], id: Int)], _ text: [UInt8], _ index: Int) -> [Int]? {
    let matches = tokens.filter { !$0.text.isEmpty && text[index...].starts(with: $0.text) }
    let longest = matches.map(\.text.count).max() ?? 0
    return matches.filter { $0.text.count == longest }.map(\.id).min().map { [$0, longest] }
  }

  @Test func theLongestMatchIsFoundAsByTryingAll() {
    var random = SplitMix(seed: 1)
    var found = 0
    for _ in 0..<300 {
      let tokens = (0..<Int.random(in: 0...30, using: &random)).map { id in
        (text: (0..<Int.random(in: 0...5, using: &random)).map { _ in UInt8.random(in: 0...2, using: &random) }, id: id)
      }
      let finder = TokenFinder(tokens)
      let text = (0..<20).map { _ in UInt8.random(in: 0...2, using: &random) }
      #expect(finder.isEmpty == tokens.allSatisfy(\.text.isEmpty))
      for index in text.indices {
        let match = finder.longestMatch(in: text, at: index).map { [$0.id, $0.length] }
        #expect(match == expected(tokens, text, index))
        found += match == nil ? 0 : 1
      }
    }
    #expect(found > 1000)
  }

  /// Fifty thousand tokens that begin alike, and a text that begins like all of them at every place.
  @Test func manyTokensThatBeginAlikeTakeNoLongerThanFew() {
    let tokens = (0..<50_000).map { (text: Array("aaaa\($0)".utf8), id: $0) }
    let finder = TokenFinder(tokens)
    let text = Array(repeating: UInt8(ascii: "a"), count: 100_000) + Array("49999".utf8)
    let matches = text.indices.compactMap { finder.longestMatch(in: text, at: $0) }
    #expect(matches.map(\.id) == [49_999])
  }
}
