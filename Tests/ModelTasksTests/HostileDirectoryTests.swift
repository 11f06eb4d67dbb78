import Checkpoints
import Foundation
import Images
import Models
import TestSupport
import Testing

@testable import ModelTasks

/// Directories whose files are sound each by itself but do not belong together.
@Suite struct HostileDirectoryTests {
  private func picture() throws -> Image { try ImageFile(contentsOf: TaskFixture.pictures[2]).upright }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch {
      return "\(error)"
    }
  }

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
  @Test(.timeLimit(.minutes(1))) func aPictureOfMorePatchesThanCanBeReadIsRefusedBeforeItIsMade() throws {
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

  @Test func aLabelCannotSteerTheTerminal() {
    #expect(JSONLine.string("a\u{1B}[2J\u{9B}\u{202E}é👩‍👧\"\\") == #""a\u001b[2J\u009b\u202eé👩‍👧\"\\""#)
  }

  @Test func anAnswerInATableStandsOnOneLine() {
    #expect(onOneLine(" a dog\n") == "a dog")
    #expect(onOneLine("a\r\ndog\n\non  grass") == "a dog on grass")
    #expect(onOneLine("\n") == "")
  }
}
