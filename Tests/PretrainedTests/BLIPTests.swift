import Checkpoints
import Foundation
import Images
import Layers
import Support
import Tensors
import TestSupport
import Testing

@testable import Pretrained

/// BLIP from pictures and words to words, as transformers 5.24 answers (`Tests/Fixtures/blip`).
@Suite struct BLIPTests {
  private func pictures() throws -> [Image] {
    try TaskFixture.pictures.map { try ImageFile(contentsOf: $0).upright }
  }

  private func filled(_ texts: [ScoredText], with filler: Int) -> [[Int]] {
    let longest = texts.map(\.ids.count).max() ?? 0
    return texts.map { $0.ids + Array(repeating: filler, count: longest - $0.ids.count) }
  }

  /// A fixture with one change in each of some files.
  private func directory(_ name: String, _ changes: [(old: String, new: String)] = []) throws -> TemporaryFolder {
    let folder = try TaskFixture.directory(name)
    for (old, new) in changes {
      let text = try String(contentsOfFile: folder.path("config.json"), encoding: .utf8)
      let changed = text.replacingOccurrences(of: old, with: new)
      #expect(changed != text, "config.json has no \(old)")
      try folder.write(changed, to: "config.json")
    }
    return folder
  }

  // MARK: Captions

  @Test(arguments: ["", "prompted_"], ["default", "beams3"])
  func captionsHaveTheTokensWordsAndScores(prefix: String, settings: String) throws {
    let expected = try Fixture("blip/caption/expected_answers.json")
    let captioner = try BLIPCaptioning(directory: fixturePath("blip/caption"))
    let options =
      settings == "default" ? try captioner.options() : try captioner.options(beams: 3, maximumLength: 10)
    let prompt = prefix.isEmpty ? nil : expected["prompt"].text
    let captions = try captioner.captions(of: pictures(), prompt: prompt, options).flatMap { $0 }
    let theirs = expected[prefix + settings]
    #expect(filled(captions, with: 0) == theirs["ids"].rows)
    #expect(captions.map(\.text) == theirs["text"].texts)
    expectClose("scores", captions.map(\.score), theirs["scores"].floats, tolerance: 1e-4)
  }

  @Test func aCaptionIsTheSameAloneAndAmongOthersAndToldOfAsItGrows() throws {
    let captioner = try BLIPCaptioning(directory: fixturePath("blip/caption"))
    let images = try pictures()
    var told: [Int: String] = [:]
    let together = try captioner.captions(of: images, captioner.options()) { told[$0] = $1 }
    for (index, image) in images.enumerated() {
      #expect(try captioner.captions(of: [image], captioner.options()) == [together[index]])
      #expect(told[index] == together[index][0].text)
    }
  }

  /// With the cache and without it: the scores of greedy search are those of teacher forcing.
  @Test func theCacheChangesNothing() throws {
    let model = try BLIPForConditionalGeneration(checkpoint: fixturePath("blip/caption"))
    let images = try fixtureImages("blip/caption")
    let written = try model.generate(images, GenerationOptions(length: .new(12), endTokens: []))
    for (row, texts) in written.enumerated() {
      let ids = texts[0].ids
      let logits = noGrad { model(images[row..<row + 1], captions: IntTensor([Array(ids.dropLast())])) }
      #expect(logits[0].argmax(dim: 1).scalars == texts[0].tokens)
    }
  }

  @Test func aPromptLosesItsFirstAndLastToken() throws {
    let model = try BLIPForConditionalGeneration(checkpoint: fixturePath("blip/caption"))
    #expect(try model.prompt([2, 7, 8, 3]) == [76, 7, 8])
    #expect(try model.prompt([2, 3]) == [76])
    #expect(try model.prompt() == [76])
    #expect(
      message { _ = try model.prompt([2]) } == "a prompt has 1 tokens, but the first and the last one are not its own")
    let images = try fixtureImages("blip/caption")
    let options = GenerationOptions(length: .new(2), endTokens: [3])
    #expect(
      message { _ = try model.generate(images, prompts: [[76]], options) }
        == "1 prompts do not fit 2 images: one for each is needed")
  }

  // MARK: Answers

  @Test(arguments: ["default", "beams3"]) func answersHaveTheTokensWordsAndScores(settings: String) throws {
    let expected = try Fixture("blip/vqa/expected_answers.json")
    let blip = try BLIPQuestionAnswering(directory: fixturePath("blip/vqa"))
    let questions = expected["questions"].texts
    let theirs = expected[settings]
    if settings == "default" {
      let answered = try blip.ask(questions, about: pictures())
      #expect(answered.basis == .ids(theirs["ids"].rows))
      #expect(answered.answers == theirs["text"].texts)
      expectClose("scores", answered.scores, theirs["scores"].floats, tolerance: 1e-4)
    } else {
      let options = try blip.options(beams: 3, maximumLength: 10)
      let answers = try blip.answers(about: pictures(), to: questions, options).flatMap { $0 }
      #expect(filled(answers, with: 0) == theirs["ids"].rows)
      #expect(answers.map(\.text) == theirs["text"].texts)
      expectClose("scores", answers.map(\.score), theirs["scores"].floats, tolerance: 1e-4)
    }
  }

  /// The questions have several lengths.
  @Test func anAnswerIsTheSameAloneAndAmongOthers() throws {
    let blip = try BLIPQuestionAnswering(directory: fixturePath("blip/vqa"))
    let (images, questions) = (try pictures(), try Fixture("blip/vqa/expected_answers.json")["questions"].texts)
    #expect(Set(questions.map { blip.tokenizer.encode($0).count }).count == 3)
    for options in [try blip.options(), try blip.options(beams: 3, maximumLength: 10)] {
      let together = try blip.answers(about: images, to: questions, options)
      for (i, image) in images.enumerated() {
        for (q, question) in questions.enumerated() {
          #expect(try blip.answers(about: [image], to: [question], options) == [together[i * questions.count + q]])
        }
      }
    }
    // More than go through the model at a time.
    let many = try blip.ask((0..<20).map { questions[$0 % 3] }, about: [images[0]])
    #expect(many.answers == (0..<20).map { many.answers[$0 % 3] })
  }

  @Test func whatFillsUpAQuestionCountsNowhere() throws {
    let model = try BLIPForQuestionAnswering(checkpoint: fixturePath("blip/vqa"))
    let images = try fixtureImages("blip/vqa")
    let (short, answer) = (IntTensor([[2, 12, 20, 10, 3]]), IntTensor([[76, 7, 7, 12]]))
    let alone = noGrad { model(images[0..<1], questions: short, answers: answer) }
    let filled = noGrad {
      model(
        images[0..<1], questions: IntTensor([[2, 12, 20, 10, 3, 0, 9]]), attended: IntTensor([[1, 1, 1, 1, 1, 0, 0]]),
        answers: answer)
    }
    #expect(alone.scalars == filled.scalars)
    let counted = noGrad { model(images[0..<1], questions: IntTensor([[2, 12, 20, 10, 3, 0, 9]]), answers: answer) }
    #expect(alone.scalars != counted.scalars)
  }

  // MARK: Settings

  /// transformers 5 takes three tokens of `text_config` for generating, and nothing else of any file.
  @Test func otherSettingsForGeneratingAreNotAsked() throws {
    let folder = try directory(
      "blip/caption", [(#""num_beams": 1"#, #""num_beams": 3"#), (#""max_length": 20"#, #""max_length": 5"#)])
    try folder.write(#"{"num_beams": 3, "eos_token_id": 7, "max_new_tokens": 3}"#, to: "generation_config.json")
    let options = try BLIPCaptioning(directory: folder.url.path).options()
    #expect(options.method == .greedy && options.length == .unstated && options.endTokens == [3])
    let endless = try directory("blip/caption", [(#""sep_token_id": 3"#, #""sep_token_id": null"#)])
    #expect(try BLIPCaptioning(directory: endless.url.path).options().endTokens == [])
  }

  @Test(arguments: [("null", "null"), ("78", "token 78, which the model does not know"), ("-1", "token -1")])
  func aTextNeedsATokenToBeginWith(value: String, words: String) throws {
    for name in ["blip/caption", "blip/vqa"] {
      let folder = try directory(name, [(#""bos_token_id": 76"#, #""bos_token_id": \#(value)"#)])
      let refusal = message {
        if name == "blip/caption" {
          let captioner = try BLIPCaptioning(directory: folder.url.path)
          _ = try captioner.captions(of: pictures(), captioner.options())
        } else {
          _ = try BLIPQuestionAnswering(directory: folder.url.path).ask(["what is it?"], about: pictures())
        }
      }
      #expect(refusal.hasPrefix("text_config.bos_token_id is \(words)"), "\(refusal)")
    }
  }

  @Test func aTextThatIgnoresTheImageIsRefused() throws {
    let folder = try directory("blip/caption", [(#""is_decoder": true"#, #""is_decoder": false"#)])
    #expect(
      message { _ = try BLIPCaptioning(directory: folder.url.path) }
        == folder.path("config.json") + ": text_config.is_decoder: is false, so a text would not depend on the image")
  }

  @Test func anAnswerIsNotWrittenAboutTokensOfAnotherWidth() throws {
    let folder = try directory("blip/caption", [("BlipForConditionalGeneration", "BlipForQuestionAnswering")])
    let refusal = message { _ = try BLIPForQuestionAnswering(checkpoint: folder.url.path) }
    #expect(
      refusal.hasPrefix(
        folder.path("config.json") + ": vision_config.hidden_size: is 40, but text_config.hidden_size says 32"),
      "\(refusal)")
  }

  @Test func aQuestionLongerThanTheModelReadsIsRefused() throws {
    let blip = try BLIPQuestionAnswering(directory: fixturePath("blip/vqa"))
    let question = Array(repeating: "dog", count: 23).joined(separator: " ")
    #expect(
      message { _ = try blip.ask([question], about: pictures()) }
        .hasSuffix("has 25 tokens; the model reads at most 24"))
  }

  // MARK: Kinds and classes

  /// The captioner's tensors are all in the answerer's file, under the same names.
  @Test func theTwoClassesAreNotTakenForEachOther() throws {
    let (caption, vqa) = (fixturePath("blip/caption"), fixturePath("blip/vqa"))
    #expect(
      message { _ = try BLIPForConditionalGeneration(checkpoint: vqa) }
        == "\(vqa)/config.json: architectures: says that the weights are those of a \"BlipForQuestionAnswering\", but "
        + "captioning needs an image encoder and a text decoder, a \"BlipForConditionalGeneration\"")
    #expect(
      message { _ = try BLIPForQuestionAnswering(checkpoint: caption) }.hasPrefix(
        "\(caption)/config.json: architectures: says that the weights are those of a \"BlipForConditionalGeneration\""))
    let refusal = message { _ = try PipelineChoice.captioners.open(vqa) }
    #expect(
      refusal
        == "\(vqa)/config.json says model_type 'blip' and class 'BlipForQuestionAnswering', but another class is needed"
    )
    let clip = fixturePath("clip_eosN")
    #expect(
      message { _ = try PipelineChoice.answerers.open(clip) }
        == "\(clip)/config.json says model_type 'clip', but 'vilt' or 'blip' is needed")
  }

  @Test func theDirectoryDecidesWhatOpensIt() throws {
    #expect(try PipelineChoice.captioners.open(fixturePath("blip/caption")).task is BLIPCaptioning)
    #expect(try PipelineChoice.answerers.open(fixturePath("blip/vqa")).task is BLIPQuestionAnswering)
    let (vit, vilt) = (try TaskFixture.directory("vit_gpt2"), try TaskFixture.directory("vilt_vqa"))
    let captioner = try PipelineChoice.captioners.open(vit.url.path).task
    #expect(captioner is Captioning)
    #expect(try PipelineChoice.answerers.open(vilt.url.path).task is QuestionAnswering)
    let refusal = message {
      _ = try captioner.captions(
        of: pictures(), prompt: "a photo of", captioner.options(beams: nil, maximumLength: nil), onText: nil)
    }
    #expect(refusal.hasSuffix("a VisionEncoderDecoderModel takes no prompt; a BlipForConditionalGeneration does"))
    // Without a stated class the weights decide.
    let folder = try directory("blip/caption", [(#""architectures""#, #""architecture_names""#)])
    #expect(try PipelineChoice.captioners.open(folder.url.path).task is BLIPCaptioning)
  }

  // MARK: Names of the output layer

  private let table = "text_decoder.bert.embeddings.word_embeddings.weight"
  private let head = "text_decoder.cls.predictions.decoder.weight"
  private let bias = "text_decoder.cls.predictions.bias"
  private let headBias = "text_decoder.cls.predictions.decoder.bias"

  /// The logits of a fixed caption, with other tensors in the file.
  private func logits(
    _ changes: [(old: String, new: String)] = [], without missing: Set<String> = [],
    with tensors: [TensorToWrite] = []
  ) throws -> [Float] {
    let folder = try directory("blip/caption", changes)
    let source = try Checkpoint(path: fixturePath("blip/caption/model.safetensors"))
    let kept = try source.names.filter { !missing.contains($0) }.map { TensorToWrite(try source.entry($0)) }
    try SafetensorsWriter.write(kept + tensors, to: folder.path("model.safetensors"))
    let model = try BLIPForConditionalGeneration(checkpoint: folder.url.path)
    return try noGrad { try model(fixtureImages("blip/caption"), captions: IntTensor([[76, 5], [76, 9]])).scalars }
  }

  @Test func theOutputLayerIsTheTokenEmbeddingUnderAnyOfItsNames() throws {
    let source = try Checkpoint(path: fixturePath("blip/caption/model.safetensors"))
    let (words, shift) = (try source.entry(table), try source.entry(bias))
    let own = try logits()
    #expect(try logits(with: [TensorToWrite(words, name: head), TensorToWrite(shift, name: headBias)]) == own)
    #expect(try logits(without: [bias], with: [TensorToWrite(shift, name: headBias)]) == own)
    #expect(try logits(without: [table], with: [TensorToWrite(words, name: head)]) == own)
    // Either of the two settings is enough.
    let (whole, text) = ("\n \"tie_word_embeddings\": true", "\n  \"tie_word_embeddings\": true")
    #expect(try logits([(text, text.replacingOccurrences(of: "true", with: "false"))]) == own)
    #expect(try logits([(whole + ",", whole.replacingOccurrences(of: "true", with: "false") + ",")]) == own)
    let both = [
      (text, text.replacingOccurrences(of: "true", with: "false")), (whole + ",", "\n \"tie_word_embeddings\": false,"),
    ]
    let refusal = message { _ = try logits(both) }
    #expect(refusal.contains("lacks 2 tensors of the model: \"\(headBias)\", \"\(head)\""), "\(refusal)")
  }

  /// Where both are in the file and differ, they are two, whatever the settings say.
  @Test func anOutputLayerOfItsOwnIsReadAsSuch() throws {
    let source = try Checkpoint(path: fixturePath("blip/caption/model.safetensors"))
    let (words, shift) = (try source.entry(table), try source.entry(bias))
    let own = try logits()
    let doubled = TensorToWrite(name: head, words.float32().map { 2 * $0 }, shape: words.shape)
    let sameBias = TensorToWrite(shift, name: headBias)
    let other = try logits(with: [doubled, sameBias])
    let biases = shift.float32()
    for (index, (a, b)) in zip(own, other).enumerated() {
      let b0 = biases[index % 78]
      #expect(abs((b - b0) - 2 * (a - b0)) < 1e-4)
    }
    let raised = TensorToWrite(name: headBias, biases.map { $0 + 1 }, shape: shift.shape)
    let shifted = try logits(with: [TensorToWrite(words, name: head), raised])
    expectClose("bias", shifted, own.map { Double($0) + 1 }, tolerance: 1e-5)
  }

  // MARK: Sizes

  /// The published files hold the token embedding twice: 247,414,076 and 384,672,572 numbers.
  @Test func theSettingsOfThePublishedModelsHaveTheirParameters() {
    var settings = BLIPConfiguration()
    settings.text.headCount = 12
    let table = 30_524 * 768
    let (captioner, answerer) = Initialization.shapesOnly {
      (BLIPForConditionalGeneration(settings), BLIPForQuestionAnswering(settings))
    }
    #expect(captioner.parameterCount + table == 247_414_076)
    #expect(answerer.parameterCount + table == 384_672_572)
  }

  @Test func newModelsStartWithTheConfiguredSpread() {
    var settings = BLIPConfiguration()
    settings.text.vocabularySize = 300
    settings.text.positionCount = 20
    settings.text.layerCount = 1
    settings.text.initializerRange = 0.05
    settings.vision.layerCount = 1
    settings.vision.imageSize = Extent(32)
    settings.vision.initializerRange = 0.03
    let model = withGenerator(Generator(seed: 1)) { BLIPForConditionalGeneration(settings) }
    for (name, std) in [("text_decoder.", Float(0.05)), ("vision_model.", 0.03)] {
      for (key, parameter) in model.namedParameters() where key.hasPrefix(name) && parameter.shape.count == 2 {
        let deviation = (parameter * parameter).mean().item.squareRoot()
        #expect(abs(deviation / std - 1) < 0.06, "\(key) \(deviation)")
      }
    }
    let padding = model.namedParameters().first { $0.name.hasSuffix("word_embeddings.weight") }?.parameter[0]
    #expect(padding?.scalars.allSatisfy { $0 == 0 } == true)
  }
}
