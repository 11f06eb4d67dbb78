import Datasets
import Images
import Pretrained
import Support
import Tensors
import TestSupport
import Testing
import Tokenizers

/// From PNG files and texts to numbers, tokens and words: what transformers answers, for several pictures at once.
@Suite struct RecordedAnswersTests {
  private func pictures() throws -> [Image] {
    try TaskFixture.pictures.map { try ImageFile(contentsOf: $0).upright }
  }

  // MARK: CLIP

  @Test(arguments: ["clip_eos2", "clip_eosN"])
  func zeroShotComparesEveryPictureWithEveryText(name: String) throws {
    let (folder, expected) = (try TaskFixture.directory(name), try TaskFixture.expected())
    let texts = expected["texts"].texts
    let clip = try ZeroShot(directory: folder.url.path)
    let answer = try clip(images: pictures(), texts: texts)
    #expect(answer.logitsPerImage.shape == [3, 4])
    let theirs = expected[name]
    expectClose("logits", answer.logitsPerImage.scalars, theirs["logits_per_image"].floats, tolerance: 1e-4)
    expectClose("probabilities", answer.probabilities.scalars, theirs["probs"].floats, tolerance: 1e-5)
    let padded = try clip.tokenizer.pad(texts.map { clip.tokenizer.encode($0) }, to: .longest)
    #expect(padded.map(\.ids) == theirs["input_ids"].rows)
  }

  @Test func aPictureAndATextGiveTheSameBytesAloneAndAmongOthers() throws {
    let folder = try TaskFixture.directory("clip_eosN")
    let clip = try ZeroShot(directory: folder.url.path)
    let (images, texts) = (try pictures(), try TaskFixture.expected()["texts"].texts)
    let together = try clip(images: images, texts: texts).logitsPerImage.scalars
    for (row, image) in images.enumerated() {
      for (column, text) in texts.enumerated() {
        let alone = try clip(images: [image], texts: [text]).logitsPerImage.item
        #expect(alone == together[row * texts.count + column], "picture \(row), text \(column)")
      }
    }
  }

  /// Padding on the left would move a text's tokens to other positions, and a filling token of the largest id would be
  /// taken for the end where the configuration is an old one.
  @Test(
    arguments: ["clip_eos2", "clip_eosN"],
    [
      #""padding_side": "left""#, #""pad_to_multiple_of": 16, "padding_side": "left""#,
      #""pad_token": "<|endoftext|>", "eos_token": "a</w>""#,
    ])
  func aTextIsTheSameAloneAndAmongOthersWhateverTheFilesSayOfPadding(name: String, settings: String) throws {
    let folder = try TaskFixture.directory(name)
    try folder.write(#"{"tokenizer_class": "CLIPTokenizer", \#(settings)}"#, to: "tokenizer_config.json")
    let clip = try ZeroShot(directory: folder.url.path)
    let texts = try TaskFixture.expected()["texts"].texts
    let together = try clip.encode(texts: texts)
    for (row, text) in texts.enumerated() {
      #expect(try clip.encode(texts: [text]).scalars == Array(together[row].scalars), "text \(row)")
    }
  }

  @Test func aProcessorCutsTextsAsTheFilesSay() throws {
    let folder = try TaskFixture.directory("clip_eosN")
    let (long, short) = ("a photo of a dog", "a photo")
    let whole = try ZeroShot(directory: folder.url.path)
    let length = whole.tokenizer.encode(short).count
    try folder.write(
      #"{"tokenizer_class": "CLIPTokenizer", "truncation": true, "max_length": \#(length)}"#,
      to: "tokenizer_config.json")
    let cutting = try ZeroShot(directory: folder.url.path)
    #expect(try cutting.encode(texts: [long]).scalars == whole.encode(texts: [short]).scalars)
    #expect(try whole.encode(texts: [long]).scalars != whole.encode(texts: [short]).scalars)
  }

  @Test func morePicturesThanFitInOneGoKeepTheirOrder() throws {
    let folder = try TaskFixture.directory("clip_eosN")
    let clip = try ZeroShot(directory: folder.url.path)
    let images = try pictures()
    let three = try clip.encode(images: images).scalars
    let many = try clip.encode(images: (0..<20).map { images[$0 % 3] })
    #expect(many.size(0) == 20)
    let width = many.size(1)
    for row in 0..<20 {
      #expect(Array(many[row].scalars) == Array(three[row % 3 * width..<(row % 3 + 1) * width]), "picture \(row)")
    }
  }

  @Test func noPicturesAndNoTextsGiveAnEmptyTable() throws {
    let folder = try TaskFixture.directory("clip_eosN")
    let clip = try ZeroShot(directory: folder.url.path)
    #expect(try clip(images: [], texts: ["a photo of a dog"]).logitsPerImage.shape == [0, 1])
    #expect(try clip(images: pictures(), texts: []).logitsPerImage.shape == [3, 0])
  }

  @Test func aTextLongerThanTheModelReadsIsRefused() throws {
    let folder = try TaskFixture.directory("clip_eosN")
    let clip = try ZeroShot(directory: folder.url.path)
    let limit = clip.model.textLimits.positionCount
    let text = Array(repeating: "dog", count: limit).joined(separator: " ")
    let error = #expect(throws: DataError.self) { try clip.encode(texts: [text]) }
    #expect(error?.description.hasSuffix("has \(limit + 2) tokens; the model reads at most \(limit)") == true)
  }

  // MARK: ViT-GPT2

  @Test(arguments: ["vit_gpt2", "vit_gpt2_proj"], ["beams1", "beams3", "beams4"])
  func captionsHaveTheTokensWordsAndScores(name: String, search: String) throws {
    let (folder, expected) = (try TaskFixture.directory(name), try TaskFixture.expected()[name][search])
    let captioner = try Captioning(directory: folder.url.path)
    let (beams, length) = (Int(expected["beams"].number), Int(expected["max_length"].number))
    let options = try captioner.options(beams: beams, maximumLength: length)
    let captions = try captioner(pictures(), options).flatMap { $0 }
    let longest = captions.map(\.ids.count).max() ?? 0
    let rows = captions.map {
      $0.ids + Array(repeating: captioner.paddingToken(options), count: longest - $0.ids.count)
    }
    #expect(rows == expected["ids"].rows)
    #expect(captions.map(\.text) == expected["captions"].texts)
    if beams > 1 { expectClose("scores", captions.map(\.score), expected["scores"].floats, tolerance: 1e-4) }
  }

  @Test func theLastWordsToldOfAreTheCaption() throws {
    let folder = try TaskFixture.directory("vit_gpt2_proj")
    let captioner = try Captioning(directory: folder.url.path)
    var told: [Int: String] = [:]
    let captions = try captioner(pictures(), captioner.options(beams: 1, maximumLength: 12)) { told[$0] = $1 }
    for (index, caption) in captions.enumerated() { #expect(told[index] == caption[0].text) }
  }

  // MARK: ViLT

  @Test func everyQuestionAboutEveryPictureIsAnswered() throws {
    let (folder, expected) = (try TaskFixture.directory("vilt_vqa"), try TaskFixture.expected())
    let vilt = try QuestionAnswering(directory: folder.url.path)
    let logits = try vilt(images: pictures(), questions: expected["questions"].texts)
    #expect(logits.shape == [9, 10])
    expectClose("logits", logits.scalars, expected["vilt_vqa"]["logits"].floats, tolerance: 1e-4)
    #expect(vilt.answers(logits) == expected["vilt_vqa"]["answers"].texts)
  }

  @Test func aPairHasTheSameBytesAloneAndAmongOthers() throws {
    let folder = try TaskFixture.directory("vilt_vqa")
    let vilt = try QuestionAnswering(directory: folder.url.path)
    let questions = try TaskFixture.expected()["questions"].texts
    let pairs = try pictures().flatMap { image in questions.map { (image: image, question: $0) } }
    let together = try vilt(pairs)
    for (row, pair) in pairs.enumerated() {
      #expect(try vilt([pair]).scalars == together[row].scalars, "pair \(row)")
    }
  }

  // MARK: BLIP-2

  @Test func withoutPromptsPicturesAreCaptioned() throws {
    let (folder, expected) = (try TaskFixture.directory("blip2_opt"), try TaskFixture.expected()["blip2_opt"])
    let blip = try BLIP2(directory: folder.url.path)
    let texts = try blip(pictures().map { ($0, nil) }, blip.options()).flatMap { $0 }
    #expect(blip.rows(texts) == expected["captions"]["ids"].rows)
    #expect(texts.map(\.text) == expected["captions"]["text"].texts)
  }

  @Test func promptsOfSeveralLengthsAreContinuedTogether() throws {
    let (folder, expected) = (try TaskFixture.directory("blip2_opt"), try TaskFixture.expected())
    let blip = try BLIP2(directory: folder.url.path)
    let prompts = expected["prompts"].texts
    let requests = try pictures().flatMap { image in prompts.map { (image: image, prompt: Optional($0)) } }
    let texts = try blip(requests, blip.options(maximumNewTokens: 8)).flatMap { $0 }
    let theirs = expected["blip2_opt"]["prompted"]
    #expect(blip.rows(texts) == theirs["ids"].rows)
    #expect(texts.map(\.text) == theirs["text"].texts)
    for (text, request) in zip(texts, requests) { #expect(text.text == (request.prompt ?? "") + text.answer) }
  }

  @Test func onePromptIsContinuedByTwentyTokens() throws {
    let (folder, expected) = (try TaskFixture.directory("blip2_opt"), try TaskFixture.expected())
    let blip = try BLIP2(directory: folder.url.path)
    let texts = try blip([(pictures()[0], expected["prompts"][0].text)], blip.options())
    let theirs = expected["blip2_opt"]["single"]
    #expect(blip.rows(texts[0]) == theirs["ids"].rows)
    #expect(texts[0].map(\.text) == theirs["text"].texts)
  }
}
