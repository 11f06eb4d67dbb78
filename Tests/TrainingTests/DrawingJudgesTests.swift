import Datasets
import Evaluation
import Pretrained
import Testing
import Training

/// Judges of drawings that are models, on scenes of which the truth is known.
struct DrawingJudgesTests {
  private let scenes = Scenes(split: .heldOut, objectCounts: 1...2, seed: 7).prefix(60)

  private func clip() throws -> ZeroShot { try ZeroShot(directory: ShippedCheckpoint.clip.directory) }

  @Test func theScoreIsTheScaledCosine() throws {
    let clip = try clip()
    let (images, captions) = (scenes.map { $0.image() }, scenes.map(\.canonicalCaption))
    let scores = try CLIPScore(clip)(images, captions)
    let logits = try clip(images: [images[3]], texts: [captions[3]]).logitsPerImage.item
    let scale = try clip(images: [images[0]], texts: [captions[0]]).logitsPerImage.item
    // The logits are the cosines times one scale.
    #expect(abs(scores[3] / scores[0] - Double(logits / scale)) < 1e-3)
    #expect(scores.allSatisfy { (0...2.5).contains($0) })
  }

  @Test func theRightCaptionScoresHigherThanThatOfAnotherScene() throws {
    let score = CLIPScore(try clip())
    let (images, captions) = (scenes.map { $0.image() }, scenes.map(\.canonicalCaption))
    let (own, others) = (try score(images, captions), try score(images, Array(captions[1...] + captions[..<1])))
    #expect(zip(own, others).count { $0 > $1 } >= 57)
  }

  @Test func questionsAreAnsweredAsTheCaptionSays() throws {
    let questions = DrawingQuestions(try QuestionAnswering(directory: ShippedCheckpoint.vqa.directory))
    let requests = try scenes.map { try SceneRequest($0.canonicalCaption) }
    let images = scenes.map { $0.image() }
    let (own, others) = (try questions(images, requests), try questions(images, Array(requests[1...]) + requests[..<1]))
    #expect(mean(own) > 0.9)
    #expect(mean(others) < 0.5)
  }

  @Test func theTruthAnswersEveryQuestion() throws {
    for scene in scenes {
      for (query, answer) in DrawingQuestions.questions(try SceneRequest(scene.canonicalCaption)) {
        #expect(query.answer(for: scene) == answer)
      }
    }
  }

  @Test func theNearestPictureOfAKnownCaptionHasThatCaption() throws {
    let known = Scenes(split: .training, objectCounts: 1...2, seed: 7).prefix(300)
    let nearest = try NearestPicture(known, clip: clip())
    let captions = known.prefix(20).map(\.canonicalCaption)
    #expect(try nearest(captions).map(\.canonicalCaption) == captions)
  }
}
