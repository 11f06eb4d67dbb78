import Datasets
import Images
import Testing

@testable import Evaluation

struct DrawingJudgementTests {
  private let reader = SceneReader()

  private func judgement(_ scene: Scene, _ caption: String) throws -> DrawingJudgement {
    DrawingJudgement(reader(scene.image()), try SceneRequest(caption))
  }

  @Test func aSceneIsRightForEachOfItsCaptions() throws {
    for split in SceneSplit.allCases {
      for scene in Scenes(split: split, seed: 12).prefix(60) {
        let reading = reader(scene.image())
        for caption in SceneWordings.allCases.flatMap(scene.captions) {
          let judgement = DrawingJudgement(reading, try SceneRequest(caption.text))
          #expect(judgement.isRight && judgement.mistakes.isEmpty, "\(caption.text)")
          #expect(judgement.isRight(.size) == (caption.detail == .brief ? nil : true), "\(caption.text)")
        }
      }
    }
  }

  @Test func eachChangeOfASceneIsSeen() throws {
    for scene in Scenes(split: .heldOut, seed: 13).prefix(30) {
      for aspect in [SceneAspect.color, .shape, .size, .number] {
        for variant in scene.variants(aspect).prefix(6) {
          let judgement = try judgement(variant, scene.canonicalCaption)
          #expect(!judgement.isRight, "\(scene.canonicalCaption), drawn: \(variant.canonicalCaption)")
          // A thing that is missing has no aspect right.
          if variant.objects.count >= scene.objects.count {
            #expect(judgement.isRight(aspect) == false, "\(aspect): \(variant.canonicalCaption)")
          }
        }
      }
      if scene.objects.count == 1 {
        for variant in scene.variants(.place) {
          #expect(try judgement(variant, scene.canonicalCaption).mistakes == [.place])
        }
      }
      if scene.objects.count == 2 {
        for variant in scene.variants(.relation) {
          #expect(try judgement(variant, scene.canonicalCaption).isRight(.relation) == false)
        }
      }
    }
  }

  @Test func exchangedColorsAreWrongInColor() throws {
    let scene = try #require(
      Scene([
        SceneObject(SceneCombination(.red, .circle), size: .small, place: .left),
        SceneObject(SceneCombination(.blue, .star), size: .small, place: .right),
      ]))
    let right = try judgement(scene, "a red circle and a blue star")
    #expect(right.isRight && right.isRight(.relation) == nil && right.isRight(.place) == nil)
    let exchanged = try judgement(scene, "a blue circle and a red star")
    #expect(exchanged.mistakes.count == 1 && exchanged.isRight(.number) == true)
    let inverse = try judgement(scene, "a small red circle to the right of a small blue star")
    #expect(inverse.mistakes == [.relation])
  }

  @Test func whatIsMissingIsWrongInAllThatIsAsked() throws {
    let judgement = DrawingJudgement(
      reader(Image(width: 32, height: 32)), try SceneRequest("a small red circle on the left"))
    #expect(judgement.mistakes == [.color, .shape, .size, .place, .number])
    #expect(judgement.drawn == [nil])
  }

  @Test func sharesCountWhatIsAsked() throws {
    let scene = try #require(Scene([SceneObject(SceneCombination(.red, .circle), size: .small, place: .left)]))
    let judged = try ["a red circle", "a large red circle", "a small red circle at the top", "a blue circle"].map {
      try judgement(scene, $0)
    }
    #expect(judged.share() == 0.25)
    #expect(judged.share(.color) == 0.75 && judged.share(.size) == 0.5 && judged.share(.place) == 0)
    #expect(judged.share(.relation) == nil)
    #expect([DrawingJudgement]().share() == 0)
    #expect(
      try judge([scene.image(), scene.image()], ["a red circle", "a red ring"]).map(\.isRight) == [true, false])
  }
}

struct DrawingVarietyTests {
  private func readings(_ offsets: [(Int, Int)]) -> [SceneReading] {
    offsets.map { x, y in
      let thing = SceneObject(SceneCombination(.red, .circle), size: .small, place: .left, offsetX: x, offsetY: y)
      return SceneReading(marks: [SceneReading.Mark(nearest: thing, error: 0)], hasStrayInk: false)
    }
  }

  @Test func equalDrawingsHaveNoVariety() {
    let variety = DrawingVariety(readings([(1, 2), (1, 2), (1, 2), (1, 2)]))
    #expect(variety.distinctShare == 0.25 && variety.offsetVariance == 0)
  }

  @Test func evenOffsetsHaveTheirVariance() throws {
    let all = (-3...3).flatMap { x in (-3...3).map { (x, $0) } }
    let variety = DrawingVariety(readings(all))
    #expect(variety.distinctShare == 1)
    // Of the 49 places the sum of squares is 49 · 4 in each direction, over 48 degrees of freedom.
    #expect(abs(try #require(variety.offsetVariance) - 49 * 4.0 / 48) < 1e-12)
    #expect(DrawingVariety(readings([(0, 0)])).offsetVariance == nil)
    #expect(DrawingVariety([]).distinctShare == 0)
  }
}
