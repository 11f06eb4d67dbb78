import Datasets
import Evaluation
import Testing

struct NearestCaptionTests {
  private let known = Scenes(split: .training, seed: 2).prefix(60)

  @Test func aKnownPictureGetsItsOwnCaption() {
    #expect(NearestCaption(known)(known) == known.map(\.canonicalCaption))
  }

  @Test func aThingMovedByAPixelIsStillNearest() throws {
    let asked = SceneObject(SceneCombination(.red, .square), size: .large, place: .left)
    let near = SceneObject(SceneCombination(.red, .square), size: .large, place: .left, offsetX: 2)
    let scenes = [try #require(Scene([asked])), try #require(Scene([near]))]
    let others = known.filter { $0.objects.count > 1 }
    #expect(NearestCaption(others + [scenes[1]])([scenes[0]]) == [scenes[1].canonicalCaption])
  }
}
