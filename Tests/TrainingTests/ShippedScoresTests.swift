import Checkpoints
import Datasets
import Evaluation
import Images
import Pretrained
import Tensors
import Testing
import Tokenizers

@testable import Training

/// The shipped models know what the lessons say they know, on data that they have not learned from.
struct ShippedScoresTests {
  @Test func theCLIPFindsScenesAndReadsDigits() throws {
    let evaluation = try CLIPEvaluation(ZeroShot(directory: ShippedCheckpoint.clip.directory))
    for count in 1...2 {
      for (split, least) in [(SceneSplit.heldOut, 0.95), (.heldOutCombinations, 0.6)] {
        let gallery = SceneGallery(Scenes(split: split, objectCounts: count...count, seed: 1), count: 100)
        let similarities = try evaluation.similarities(gallery)
        #expect(RetrievalScores(similarities).recall(at: 1) >= least, "captions, \(count), \(split)")
        #expect(RetrievalScores(similarities.T).recall(at: 1) >= least, "pictures, \(count), \(split)")
      }
    }
    let digits = try Digits.load().writerSplit.test
    #expect(try evaluation.zeroShotAccuracy(digits) { [DigitCaption.text($0)] } >= 0.85)
    #expect(try evaluation.zeroShotAccuracy(digits) { DigitCaption.all(of: $0, .heldOut) } >= 0.85)
  }

  @Test func theCaptionerTellsScenes() throws {
    let evaluation = try CaptionerEvaluation(Captioning(directory: ShippedCheckpoint.captioner.directory))
    let scenes = Scenes(split: .heldOut, seed: 2).prefix(100)
    let (said, wanted) = (try evaluation.captions(scenes), scenes.map(\.canonicalCaption))
    #expect(exactMatch(said, references: wanted) >= 0.9)
    #expect(BLEU(said, references: wanted).score() >= 0.9)
  }

  @Test func theViLTAnswersByLooking() throws {
    let path = try ShippedCheckpoint.vqa.directory
    let evaluation = VQAEvaluation(
      model: try ViLTForQuestionAnswering(checkpoint: path), tokenizer: try loadTokenizer(directory: path))
    let scenes = Scenes(split: .heldOut, seed: 2)
    let questions = (0..<300).map { scenes.question(at: $0) }
    #expect(questions.accuracy(of: try evaluation.answers(questions)) >= 0.9)
    let prior = QuestionPrior(Scenes(split: .training), count: 5000)
    #expect(questions.accuracy(of: questions.map(prior.answer)) <= 0.6)
    #expect(questions.accuracy(of: try evaluation.answers(questions, isBlind: true)) <= 0.6)
    let relations = (0..<200).map { scenes.question(at: $0, type: .relation) }
    #expect(relations.accuracy(of: try evaluation.answers(relations)) >= 0.8)
  }

  @Test func theBLIP2TellsScenesBetterThanALinearBridge() throws {
    let path = try ShippedCheckpoint.blip2.directory
    let model = try BLIP2Model(checkpoint: path)
    let bridge = LinearBridge(model.configuration)
    try bridge.load(Checkpoint(path: path + "/" + LinearBridge.file))
    let evaluation = BLIP2Evaluation(
      model: model, tokenizer: try loadTokenizer(directory: path), processor: try ImageProcessor(directory: path))
    let scenes = Scenes(split: .heldOut, seed: 2).prefix(100)
    let wanted = scenes.map(\.canonicalCaption)
    let said = try evaluation.captions(scenes)
    #expect(exactMatch(said, references: wanted) >= 0.85)
    #expect(BLEU(said, references: wanted).score() >= 0.9)
    let plain = try evaluation.captions(scenes, bridge: bridge)
    #expect(exactMatch(said, references: wanted) > exactMatch(plain, references: wanted) + 0.15)
  }

  @Test func theReaderReadsPages() throws {
    let evaluation = try ReaderEvaluation(Captioning(directory: ShippedCheckpoint.reader.directory))
    let documents = Documents(split: .heldOut, seed: 2).prefix(60)
    let fields = try evaluation.answers(documents, .fields)
    #expect(ReaderEvaluation.exactFields(fields, documents) >= 0.9)
    let lines = (0..<40).map { Documents(split: .heldOut, seed: 2).line(at: $0) }
    let read = try evaluation.answers(lines, .text)
    #expect(characterErrorRate(read, references: lines.map(\.transcript)) <= 0.1)
    // Other pages' fields are no answer: the model reads.
    #expect(ReaderEvaluation.exactFields(fields, Array(documents.dropFirst() + documents.prefix(1))) <= 0.3)
  }

  @Test func thePainterDrawsWhatIsAsked() throws {
    let evaluation = try PainterEvaluation(TextToImage(directory: ShippedCheckpoint.painter.directory))
    for (count, least) in [(1, 0.95), (2, 0.85)] {
      let scenes = Scenes(split: .heldOut, objectCounts: count...count, seed: 2).prefix(60)
      let (asked, other) = (scenes.map(\.canonicalCaption), scenes.reversed().map(\.canonicalCaption))
      let drawings = try evaluation.drawings(asked, seed: 5)
      #expect(try judge(drawings, asked).share() >= least, "\(count)")
      #expect(try judge(drawings, other).share() <= 0.2, "\(count)")
    }
  }
}
