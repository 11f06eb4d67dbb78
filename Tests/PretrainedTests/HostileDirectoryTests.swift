import Checkpoints
import Foundation
import Images
import Support
import TestSupport
import Testing

@testable import Pretrained

/// Directories whose files are sound each by itself but do not belong together.
@Suite struct HostileDirectoryTests {
  private func picture() throws -> Image { try ImageFile(contentsOf: TaskFixture.pictures[2]).upright }

  @Test func aTokenToFillUpWithThatTheModelDoesNotKnowIsRefused() throws {
    let folder = try TaskFixture.directory("clip_eosN")
    try folder.write(
      #"{"tokenizer_class": "CLIPTokenizer", "model_max_length": 20, "pad_token": "<pad>"}"#,
      to: "tokenizer_config.json")
    let clip = try ZeroShot(directory: folder.url.path)
    // Texts of one length need none.
    #expect(message { _ = try clip.encode(texts: ["a dog", "a cat"]) } == "")
    #expect(
      message { _ = try clip.encode(texts: ["a dog", "a photo of a cat"]) }
        == "\(folder.url.path): the tokenizer fills up texts with token 400, but the model knows 0 to 399")
  }

  @Test func aTokenThatTheModelDoesNotKnowIsRefused() throws {
    let folder = try TaskFixture.directory("clip_eosN")
    try folder.write(
      #"{"tokenizer_class": "CLIPTokenizer", "added_tokens_decoder": {"400": {"content": "zebra", "special": false}}}"#,
      to: "tokenizer_config.json")
    let clip = try ZeroShot(directory: folder.url.path)
    #expect(
      message { _ = try clip.encode(texts: ["a zebra"]) }
        == "\(folder.url.path): the tokenizer makes token 400 of \"a zebra\", but the model knows 0 to 399: "
        + "the tokenizer is another model's")
  }

  @Test func aTextWithoutAnyTokenIsTheTokenizersFault() throws {
    let folder = try TaskFixture.directory("clip_eosN")
    try folder.write(
      """
      {"added_tokens": [], "pre_tokenizer": {"type": "ByteLevel"}, "post_processor": {"type": "ByteLevel"},
        "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}
      """, to: "tokenizer.json")
    try folder.write(#"{"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "a"}"#, to: "tokenizer_config.json")
    let clip = try ZeroShot(directory: folder.url.path)
    for text in ["", "zebr"] {
      #expect(
        message { _ = try clip.encode(texts: [text]) }
          == "\(folder.url.path): the tokenizer makes no token of \"\(text)\"")
    }
  }

  /// Known before the picture is made, whatever its size would be.
  @Test(arguments: [64, 13_000]) func picturesOfAnotherSizeThanTheModelsAreRefused(side: Int) throws {
    let folder = try TaskFixture.directory("clip_eosN")
    try folder.write(
      #"{"image_processor_type": "CLIPImageProcessor", "crop_size": \#(side)}"#, to: "preprocessor_config.json")
    let clip = try ZeroShot(directory: folder.url.path)
    #expect(
      message { _ = try clip.encode(images: [picture()]) }
        == "\(folder.url.path): the image processor makes pictures of \(side)×\(side), but the model takes 32×32: "
        + "preprocessor_config.json and config.json do not belong together")
  }

  @Test func aFileThatNamesNoTokenToStartWithIsNamed() throws {
    let folder = try TaskFixture.directory("vit_gpt2")
    try folder.write("{}", to: "generation_config.json")
    let captioner = try Captioning(directory: folder.url.path)
    #expect(
      message { _ = try captioner.options(beams: 1, maximumLength: 9) }
        == folder.path("generation_config.json")
        + ": names no token that a caption starts with (decoder_start_token_id or bos_token_id)")
  }

  // MARK: How a captioner is asked to write

  /// As transformers' `generate` with `num_beams` and `max_length`: what is not asked for is as the model's files say.
  @Test func theFilesOfACaptionerHoldUnlessSomethingElseIsAskedFor() throws {
    let folder = try TaskFixture.directory("vit_gpt2")
    func options(_ settings: String, beams: Int? = nil, length: Int? = nil) throws -> GenerationOptions {
      try folder.write("{\"decoder_start_token_id\": 149, " + settings + "}", to: "generation_config.json")
      return try Captioning(directory: folder.url.path).options(beams: beams, maximumLength: length)
    }
    #expect(try options(#""num_beams": 2"#).method == .beamSearch(.init(count: 2)))
    #expect(try options(#""num_beams": 2"#, beams: 1).method == .greedy)
    #expect(try options(#""num_beams": 2"#, beams: 3).method == .beamSearch(.init(count: 3)))
    #expect(try options(#""eos_token_id": 149"#).method == .greedy)
    #expect(try options(#""eos_token_id": 149"#).length == .unstated)
    #expect(try options(#""max_length": 9"#).length == .total(9))
    #expect(try options(#""max_length": 9"#, length: 7).length == .total(7))
    #expect(try options(#""max_new_tokens": 5"#, length: 7).length == .new(5))
    #expect(throws: DataError.self) { try options(#""num_beams": 2"#, beams: 0) }
    // With the beams asked for, a setting may be without effect, or have one.
    #expect(throws: DataError.self) { try options(#""penalty_alpha": 0.6"#) }
    #expect(throws: Never.self) { try options(#""penalty_alpha": 0.6"#, beams: 2) }
  }

  @Test func theConfigurationOfACaptionerHoldsWhereThereIsNoFileForGeneration() throws {
    let folder = try TaskFixture.directory("vit_gpt2")
    try FileManager.default.removeItem(atPath: folder.path("generation_config.json"))
    let file = folder.path("config.json")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try folder.write(
      text.replacingOccurrences(of: "\"n_layer\"", with: "\"num_beams\": 3, \"n_layer\""), to: "config.json")
    #expect(try Captioning(directory: folder.url.path).options().method == .beamSearch(.init(count: 3)))
  }

  // MARK: BLIP-2

  /// A BLIP-2 with one change in each of some files.
  private func blip(_ changes: [(file: String, old: String, new: String)]) throws -> TemporaryFolder {
    let folder = try TaskFixture.directory("blip2_opt")
    for (file, old, new) in changes {
      let text = try String(contentsOfFile: folder.path(file), encoding: .utf8)
      let changed = text.replacingOccurrences(of: old, with: new)
      #expect(changed != text, "\(file) has no \(old)")
      try folder.write(changed, to: file)
    }
    return folder
  }

  private static let prompts = ["Question: What is in the image? Answer:", "a photo of"]

  /// The rows about two pictures, each with a prompt of its own; the second one alone; and one without a prompt.
  private func rows(
    _ folder: TemporaryFolder
  ) throws -> (both: [[Int]], second: [Int], caption: [Int], text: [String]) {
    let blip = try BLIP2(directory: folder.url.path)
    let options = try blip.options(maximumNewTokens: 6)
    let pictures = try TaskFixture.pictures.map { try ImageFile(contentsOf: $0).upright }
    let both = try blip([(pictures[0], Self.prompts[0]), (pictures[1], Self.prompts[1])], options).map { $0[0] }
    let second = try blip([(pictures[1], Self.prompts[1])], options).map { $0[0] }
    let caption = try blip([(pictures[0], nil)], options).map { $0[0] }
    return (blip.rows(both), blip.rows(second)[0], blip.rows(caption)[0], both.map(\.text))
  }

  /// What makes `<image>` special in the fixture's `tokenizer_config.json`.
  private static let imageToken = """
    ,
    "139": {
    "content": "<image>",
    "lstrip": false,
    "normalized": false,
    "rstrip": false,
    "single_word": false,
    "special": true
    }
    """

  /// `<image>` in `vocab.json` alone is made special by the processor, and where it is missing there it is the next token.
  /// The ids are those of transformers 5.24 (`padding_side` left), which writes 63 63 63 63 63 87 after the second prompt.
  @Test(arguments: [
    [],
    [(file: "tokenizer_config.json", old: imageToken, new: "")],
    [
      (
        file: "tokenizer_config.json", old: imageToken,
        new: imageToken.replacingOccurrences(of: "\"special\": true", with: "\"special\": false")
      )
    ],
    [
      (file: "tokenizer_config.json", old: imageToken, new: ""),
      (file: "vocab.json", old: ",\n\"<image>\": 139", new: ""),
    ],
    [(file: "tokenizer_config.json", old: "\"left\"", new: "\"right\"")],
    [(file: "config.json", old: "\"pad_token_id\": 1", new: "\"pad_token_id\": null")],
  ])
  func everyRowIsThatOfItsPromptAlone(changes: [(file: String, old: String, new: String)]) throws {
    let rows = try rows(blip(changes))
    let text = [139, 139, 139, 139, 2, 3, 57, 0, 18, 9, 63, 63, 63, 63, 63, 87]
    #expect(rows.second == text)
    #expect(rows.both[1] == text.prefix(4) + Array(repeating: 1, count: 30) + text.dropFirst(4))
    #expect(rows.caption == [139, 139, 139, 139, 2, 49, 126, 32, 108, 38, 63])
    #expect(rows.text[1] == "a photo ofunused3unused3unused3unused3unused3unused27")
  }

  /// Texts are filled up with token 0 inside; here it holds the image's places.
  @Test func theImagesTokenMayBeTheFirstOne() throws {
    let rows = try rows(
      blip([
        ("config.json", "\"image_token_index\": 139", "\"image_token_index\": 0"),
        ("tokenizer_config.json", "\"139\"", "\"0\""), ("vocab.json", "\"<image>\": 139", "\"Ġ\": 139"),
        ("vocab.json", "\"Ġ\": 0", "\"<image>\": 0"),
      ]))
    let text = [0, 0, 0, 0, 2, 3, 57, 139, 18, 9, 63, 63, 63, 63, 63, 87]
    #expect(rows.second == text)
    #expect(rows.both[1] == text.prefix(4) + Array(repeating: 1, count: 30) + text.dropFirst(4))
    #expect(rows.caption == [0, 0, 0, 0, 2, 49, 126, 32, 108, 38, 63])
  }

  @Test(arguments: [
    ("config.json", "\"image_token_index\": 139", "\"image_token_index\": 100", "token 139"),
    ("processor_config.json", "4", "3", "num_query_tokens"), ("processor_config.json", "4", "null", "num_query_tokens"),
    ("vocab.json", "\"<image>\": 139", "\"zz\": 139", "token 140"),
  ])
  func filesThatDisagreeAboutTheImagesPlacesAreNamedWhereAPromptIsGiven(
    file: String, old: String, new: String, reason: String
  ) throws {
    var changes = [(file: file, old: old, new: new)]
    if file == "vocab.json" { changes.append(("tokenizer_config.json", "\"<image>\"", "\"zz\"")) }
    let folder = try blip(changes)
    let blip = try BLIP2(directory: folder.url.path)
    let refusal = message { _ = try blip([(picture(), "a photo of")], blip.options()) }
    #expect(refusal.contains(reason) && !refusal.contains("\n"), "\(refusal)")
    // A caption needs no processor: the model itself puts the places.
    #expect(try blip([(picture(), nil)], blip.options(maximumNewTokens: 2))[0][0].newIDs.count == 2)
  }

  @Test func aBLIP2WithoutAProcessorsFileRefusesPrompts() throws {
    let folder = try TaskFixture.directory("blip2_opt")
    try FileManager.default.removeItem(atPath: folder.path("processor_config.json"))
    let blip = try BLIP2(directory: folder.url.path)
    let refusal = message { _ = try blip([(picture(), "a photo of")], blip.options()) }
    #expect(refusal.contains("has no processor_config.json"), "\(refusal)")
  }

  @Test func aCaptionNeedsATokenToBeginWith() throws {
    let folder = try blip([("config.json", "\"bos_token_id\": 2", "\"bos_token_id\": null")])
    let blip = try BLIP2(directory: folder.url.path)
    let refusal = message { _ = try blip([(picture(), nil)], blip.options()) }
    #expect(refusal.contains("bos_token_id is null"), "\(refusal)")
  }

  /// transformers asks BLIP-2's language model alone how to write.
  @Test func theGenerationFileOfABLIP2IsNotAsked() throws {
    let folder = try TaskFixture.directory("blip2_opt")
    try folder.write(#"{"num_beams": 3, "eos_token_id": 7, "max_new_tokens": 3}"#, to: "generation_config.json")
    let options = try BLIP2(directory: folder.url.path).options()
    #expect(options.method == .greedy)
    #expect(options.length == .unstated)
    #expect(options.endTokens == [5])
  }

  @Test func aPictureOfMorePatchesThanTheLimitIsRefused() throws {
    let folder = try TaskFixture.directory("vilt_vqa")
    let file = folder.path("config.json")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try folder.write(
      text.replacingOccurrences(of: "\"max_image_length\": -1", with: "\"max_image_length\": 2"), to: "config.json")
    let vilt = try QuestionAnswering(directory: folder.url.path)
    let refusal = message { _ = try vilt(images: [picture()], questions: ["what is it?"]) }
    #expect(refusal.contains("image 1: it has ") && refusal.contains("max_image_length"), "\(refusal)")
  }

  /// A file's sizes ask for any number of patches, and attention takes a time that grows with its square.
  @Test(.timeLimit(.minutes(30))) func aPictureOfMorePatchesThanCanBeReadIsRefusedBeforeItIsMade() throws {
    let folder = try TaskFixture.directory("vilt_vqa")
    for (edge, refusal) in [
      (1024, "image 1: resized to 1376×1024 pixels it has 5504 patches of 16×16; at most 4096 are read"),
      (
        16384,
        "image 1: 50×37 would be resized to 22128×16384, over the limit of 178956970 pixels and 1000000 a side"
      ),
    ] {
      try folder.write(
        #"{"image_processor_type": "ViltImageProcessor", "size": {"shortest_edge": \#(edge)}, "size_divisor": 16}"#,
        to: "preprocessor_config.json")
      let vilt = try QuestionAnswering(directory: folder.url.path)
      #expect(message { _ = try vilt(images: [picture()], questions: ["what is it?"]) } == refusal)
    }
  }

  /// Their kinds differ in defaults, not in what a captioner with a ViT takes.
  @Test func aCaptionerTakesTheProcessorsOfOtherTransformersForPictures() throws {
    let folder = try TaskFixture.directory("vit_gpt2")
    var pixels: [String: [Int]] = [:]
    for name in [
      "ViTImageProcessor", "ViTFeatureExtractor", "DeiTFeatureExtractor", "DeiTImageProcessor", "BeitImageProcessor",
      "BeitFeatureExtractor", "BeitImageProcessorFast",
    ] {
      try folder.write(
        #"{"image_processor_type": "\#(name)", "size": 36, "crop_size": 32, "do_center_crop": true}"#,
        to: "preprocessor_config.json")
      let captioner = try Captioning(directory: folder.url.path)
      let captions = try captioner([picture()], captioner.options(beams: 1, maximumLength: 6))
      let caption = try #require(captions.first?.first)
      pixels[name, default: []] += caption.ids
    }
    #expect(pixels.count == 7)
    #expect(pixels["DeiTFeatureExtractor"] == pixels["DeiTImageProcessor"])
    #expect(pixels["BeitFeatureExtractor"] == pixels["BeitImageProcessorFast"])
  }

  /// The processors make three channels, so no picture fits.
  @Test(arguments: [1, 4]) func aModelForOtherPicturesThanColoredOnesIsRefused(count: Int) throws {
    for (fixture, key) in [
      ("clip_eosN", "vision_config.num_channels"), ("vilt_vqa", "num_channels"), ("vit_gpt2", "encoder.num_channels"),
    ] {
      let folder = try TaskFixture.directory(fixture)
      let text = try String(contentsOfFile: folder.path("config.json"), encoding: .utf8)
      try folder.write(
        text.replacingOccurrences(of: "\"num_channels\": 3", with: "\"num_channels\": \(count)"), to: "config.json")
      let refusal = message {
        switch fixture {
        case "clip_eosN": _ = try ZeroShot(directory: folder.url.path)
        case "vilt_vqa": _ = try QuestionAnswering(directory: folder.url.path)
        default: _ = try Captioning(directory: folder.url.path)
        }
      }
      #expect(
        refusal == folder.path("config.json")
          + ": \(key) is \(count), but the pictures have 3 channels, red, green and blue")
    }
  }

  /// A directory of one tower has no tokenizer; that it is one tower is what the reader has to know.
  @Test func anotherClassIsToldBeforeAMissingTokenizer() throws {
    let folder = try TaskFixture.directory("clip_eosN")
    let text = try String(contentsOfFile: folder.path("config.json"), encoding: .utf8)
    try folder.write(
      text.replacingOccurrences(of: "\"CLIPModel\"", with: "\"CLIPForImageClassification\""), to: "config.json")
    let source = try Checkpoint(path: folder.path("model.safetensors"))
    try SafetensorsWriter.write(
      source.names.filter { $0.hasPrefix("vision_model.") }.map { TensorToWrite(try source.entry($0)) },
      to: folder.path("model.safetensors"))
    for file in ["tokenizer.json", "vocab.json", "merges.txt"] {
      try? FileManager.default.removeItem(atPath: folder.path(file))
    }
    let refusal = message { _ = try ZeroShot(directory: folder.url.path) }
    #expect(refusal.hasPrefix(folder.path("config.json") + ": architectures: says that the weights are those of a "))
    #expect(
      refusal.contains("\"CLIPForImageClassification\", but zero-shot classification needs both towers"), "\(refusal)")
  }
}
