import Datasets
import Evaluation
import Foundation
import Images
import Pretrained
import Support
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Training

/// Every trainer, for three batches: the bytes are always the same, and what is written can be read.
struct TrainerTests {
  private struct Interruption: Error {}

  private func train(
    _ trainer: Trainer, in folder: TemporaryFolder, threads: Int, interruptedAfter last: Int? = nil
  ) throws -> String {
    let output = folder.path("\(trainer)-\(threads)")
    let options = TrainingOptions(output: output, steps: 3)
    _ = try Threads.with(threads) {
      try trainer.train(options) { step, _, _ in if step == last { throw Interruption() } }
    }
    return output
  }

  /// The checksum of each `model.safetensors` after three batches. If one changes, so does what `course train` makes: ship
  /// the model that it makes then, with its checksum in `Resources/README.md`.
  private static let checksums: [Trainer: String] = [
    .clip: "b6cceb0b6c338ef60dafb3beb84a20e00b2397d2a6c5b1e223f9d3c58898b3e5",
    .captioner: "a407a9885de8c289a5fbc9d9c3439129d08bf9971630735019de867f25e2ea5f",
    .vqa: "69f737c2bf3f9614b12557d416b9e09f6b314597e696b20cc71abfd507fb665c",
    .blip2: "0c09e1babe44370090947a9176920dfdd050f8d25c1dd63f0f791aca31acf3f7",
    .painter: "4fcf57dada7cce482a8c8433be95fc87788e8914b8dbd413bfc788256b4f3f83",
    .reader: "e82e1832e2e08be361c0dfef752ab44e474bf13163faa6f5c57958edcf242429",
  ]

  @Test(arguments: Trainer.allCases)
  func theBytesAreTheRecordedOnesWithAnyThreads(trainer: Trainer) throws {
    let folder = try TemporaryFolder()
    let (one, three) = (try train(trainer, in: folder, threads: 1), try train(trainer, in: folder, threads: 3))
    let names = try FileManager.default.contentsOfDirectory(atPath: one).sorted()
    #expect(try FileManager.default.contentsOfDirectory(atPath: three).sorted() == names)
    #expect(names.contains("model.safetensors") && names.contains("tokenizer.json"))
    #expect(try SHA256.hexadecimal(ofFile: one + "/model.safetensors") == Self.checksums[trainer])
    for name in names {
      #expect(
        FileManager.default.contentsEqual(atPath: "\(one)/\(name)", andPath: "\(three)/\(name)"), "\(name) differs")
    }
    // Neither an unfinished directory nor a state is left beside the two.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 2)
  }

  @Test(arguments: Trainer.allCases)
  func aTrainerCanBeInterruptedAfterItsLastStep(trainer: Trainer) throws {
    let folder = try TemporaryFolder()
    let whole = try SHA256.hexadecimal(ofFile: train(trainer, in: folder, threads: 2) + "/model.safetensors")
    #expect(throws: Interruption.self) {
      _ = try train(trainer, in: folder, threads: 1, interruptedAfter: 3)
    }
    let resumed = try train(trainer, in: folder, threads: 1)
    #expect(try SHA256.hexadecimal(ofFile: resumed + "/model.safetensors") == whole)
  }

  @Test func aWrittenReaderIsReadBack() throws {
    let folder = try TemporaryFolder()
    let path = try train(.reader, in: folder, threads: 1)
    let reader = try Captioning(directory: path)
    let document = Documents(split: .heldOut)[0]
    let pixels = try ImageProcessor(directory: path)([document.image()]).pixelValues
    let same = zip(pixels.scalars, Document.tensor([document]).scalars).allSatisfy { abs($0 - $1) < 1e-6 }
    #expect(same)
    let evaluation = try ReaderEvaluation(reader)
    let (fields, text) = (try evaluation.options(.fields), try evaluation.options(.text))
    #expect(fields.startToken == reader.model.configuration.decoderStartTokenID && text.startToken != fields.startToken)
    // Characters and tags are tokens, and nothing is longer than the decoder can write.
    for document in Documents(split: .training).prefix(300) {
      for task in DocumentTask.allCases {
        let tokens = document.tokens(task)
        let ids = reader.tokenizer.encode(document.target(task), addSpecialTokens: false).ids
        #expect(ids.count == tokens.count && ids.count < reader.model.configuration.decoder.positionCount)
      }
    }
  }

  /// Whether a processor makes of a scene what the trainer made of it, up to the rounding of a division.
  private func seesWhatTheTrainerSaw(_ pixels: Tensor, _ scene: Scene) -> Bool {
    zip(pixels.scalars, Scene.tensor([scene]).scalars).allSatisfy { abs($0 - $1) < 1e-6 }
  }

  @Test func aWrittenCLIPIsReadBack() throws {
    let folder = try TemporaryFolder()
    let path = try train(.clip, in: folder, threads: 1)
    let model = try CLIPModel(checkpoint: path)
    let tokenizer = try loadTokenizer(directory: path)
    let processor = try ImageProcessor(directory: path)
    let scene = Scenes(split: .heldOut)[0]
    let pixels = try processor([scene.image()]).pixelValues
    #expect(seesWhatTheTrainerSaw(pixels, scene))
    let logits = noGrad { model(pixels, IntTensor([tokenizer.encode(scene.canonicalCaption).ids])) }
    #expect(logits.item.isFinite)
    #expect(tokenizer.vocabularySize == model.configuration.text.vocabularySize)
    #expect(tokenizer.specialTokens.end?.id == model.configuration.text.eosTokenID)
  }

  @Test func aWrittenCaptionerIsReadBack() throws {
    let folder = try TemporaryFolder()
    let path = try train(.captioner, in: folder, threads: 1)
    let model = try VisionEncoderDecoderModel(checkpoint: path)
    let processor = try ImageProcessor(directory: path)
    let scene = Scenes(split: .heldOut)[0]
    let pixels = try processor([scene.image()]).pixelValues
    #expect(seesWhatTheTrainerSaw(pixels, scene))
    let options = try GenerationOptions(ModelDirectory(path).generationConfiguration())
    #expect(options.endTokens == model.configuration.eosTokenIDs)
    #expect(try model.generate(pixels, options)[0].count == 1)
  }

  @Test func aWrittenViLTIsReadBack() throws {
    let folder = try TemporaryFolder()
    let path = try train(.vqa, in: folder, threads: 1)
    let model = try ViLTForQuestionAnswering(checkpoint: path)
    #expect(model.configuration.labels.names == SceneQuery.answers)
    let question = Scenes(split: .heldOut).question(at: 0)
    let inputs = try ImageProcessor(directory: path)([question.scene.image()])
    #expect(seesWhatTheTrainerSaw(inputs.pixelValues, question.scene))
    let ids = IntTensor([try loadTokenizer(directory: path).encode(question.text).ids])
    let (masked, plain) = noGrad {
      (model(ids, inputs.pixelValues, pixelMask: inputs.pixelMask), model(ids, inputs.pixelValues))
    }
    #expect(masked.shape == [1, SceneQuery.answers.count] && masked.scalars == plain.scalars)
  }

  @Test func aWrittenPainterIsReadBack() throws {
    let folder = try TemporaryFolder()
    let painter = try TextToImage(directory: train(.painter, in: folder, threads: 1))
    let clip = try CLIPModel(checkpoint: ShippedCheckpoint.clip.directory)
    let ids = IntTensor([try loadTokenizer(directory: ShippedCheckpoint.clip.directory).encode("a red circle").ids])
    let (own, clips) = noGrad { (painter.model.encode(ids).states, clip.textModel(ids)) }
    let width = clips.shape[2]
    #expect(own.slice(width..<2 * width, dim: 2).scalars == clips.scalars)
    #expect(painter.loadReport?.summary == nil)
    #expect(try painter.draw(["a red circle"], seeds: [0], .init(steps: 1)).count == 1)
  }

  @Test func aDirectoryThatIsThereIsReplaced() throws {
    let folder = try TemporaryFolder()
    let path = try train(.captioner, in: folder, threads: 1)
    #expect(try train(.captioner, in: folder, threads: 1) == path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 1)
  }

  @Test func everyWordOfACaptionIsOneToken() throws {
    let folder = try TemporaryFolder()
    let captions = Scenes(split: .heldOut, wordings: .heldOut).prefix(50).flatMap { $0.captions(.heldOut).map(\.text) }
    let tokenizer = try loadTokenizer(directory: try train(.clip, in: folder, threads: 1))
    for caption in captions + (0..<10).map({ DigitCaption.text($0) }) {
      #expect(tokenizer.encode(caption, addSpecialTokens: false).count == SceneGrammar.words(of: caption).count)
    }
  }
}
