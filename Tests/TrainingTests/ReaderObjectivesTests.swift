import Datasets
import Layers
import Pretrained
import Tensors
import Testing

@testable import Training

/// What helps the reader while it learns.
struct ReaderObjectivesTests {
  private func tokens(_ documents: [Document]) -> [[DocumentToken]] {
    documents.flatMap { document in DocumentTask.allCases.map(document.tokens) }
  }

  private func reader(seed: Int) throws -> ReaderWithAids {
    try withGenerator(Generator(seed: seed)) {
      ReaderWithAids(
        VisionEncoderDecoderModel(ReaderTraining.settings(try ReaderTraining.learnedTokenizer()).configuration))
    }
  }

  @Test func allThreeLossesReachWhatTheyAreToTeach() throws {
    let trained = try reader(seed: 1)
    let documents = Documents(split: .training).prefix(2)
    let texts = ReaderTraining.texts(tokens(documents), try ReaderTraining.learnedTokenizer())
    trained.loss(documents, tokens(documents), texts).backward()
    for (name, parameter) in trained.namedParameters() {
      #expect(parameter.grad?.abs().max().item ?? 0 > 0, "\(name)")
    }
  }

  @Test func atFirstTheEncoderLearnsAlone() throws {
    let trained = try reader(seed: 1)
    let documents = Documents(split: .training).prefix(2)
    trained.seenLoss(documents).backward()
    for (name, parameter) in trained.namedParameters() {
      let isDecoders = name.hasPrefix("model.decoder")
      #expect((parameter.grad == nil) == isDecoders, "\(name)")
    }
    let plan = ReaderTraining.plan
    #expect((1..<plan.steps / 2).contains(ReaderTraining.namingSteps(of: plan)))
  }

  @Test func thePatchesThatAreLookedAtAreThoseOfTheCharacters() throws {
    let trained = try reader(seed: 1)
    for document in Documents(split: .training).prefix(50) {
      let row = document.tokens(.text)
      let places = trained.places([row], length: row.count + 1).scalars
      #expect(places.count == row.count + 1 && places.last == CaptionBatch.ignored)
      for (token, place) in zip(row, places) {
        guard let middle = token.middle else {
          #expect(place == CaptionBatch.ignored)
          continue
        }
        #expect((place - 1) % 14 == middle.x / 8 && (place - 1) / 14 == middle.y / 8)
      }
    }
  }

  @Test func nearlyEveryCharacterIsInAPartOfAPatchOfItsOwn() throws {
    let trained = try reader(seed: 1)
    var (printed, named) = (0, 0)
    for document in Documents(split: .training).prefix(200) {
      printed += document.tokens(.text).count { $0.middle != nil && $0.text != " " }
      named += trained.seen([document]).scalars.count { $0 != 0 }
    }
    #expect(named <= printed && named * 100 >= printed * 97)
  }

  @Test func pagesGetMoreDifficultUntilTheyAreAsDrawn() {
    let training = ReaderTraining.plan
    let difficulties = (0..<training.steps).map { ReaderTraining.difficulty(at: $0, of: training) }
    #expect(difficulties.first == 0 && zip(difficulties, difficulties.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(difficulties[training.steps / 2] == 100 && difficulties.count { $0 == 0 } >= training.steps / 20)
  }
}
