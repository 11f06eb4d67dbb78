import Datasets
import Testing

/// Texts as ids of whole words.
@Suite struct WordVocabularyTests {
  @Test func idsCountFromOneAndShortTextsAreFilledUp() {
    let words = WordVocabulary(["a", "red", "circle", "?"])
    #expect(words.count == 5)
    let ids = words.encode(["a red circle", "Circle?"])
    #expect(ids.shape == [2, 3])
    #expect(ids.scalars == [1, 2, 3, 3, 4, WordVocabulary.padding])
    #expect(words.encode(["red"], length: 4).scalars == [2, 0, 0, 0])
  }

  @Test func everyCaptionOfScenesCanBeEncoded() {
    for wordings in SceneWordings.allCases {
      let captions = Scenes(split: .training).prefix(50).flatMap { $0.captions(wordings).map(\.text) }
      let ids = WordVocabulary.scenes.encode(captions)
      #expect(ids.shape[0] == captions.count)
      #expect(ids.scalars.allSatisfy { $0 >= 0 && $0 < WordVocabulary.scenes.count })
      // Different captions have different ids.
      let rows = (0..<captions.count).map { Array(ids.scalars[$0 * ids.shape[1]..<($0 + 1) * ids.shape[1]]) }
      #expect(Set(rows).count == Set(captions).count)
    }
  }
}
