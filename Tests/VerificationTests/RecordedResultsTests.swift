import Foundation
import Pretrained
import Support
import TestSupport
import Testing

@testable import Verification

/// Damaged `expected.json` files: refused in one line that names the file and the place.
@Suite struct RecordedResultsTests {
  /// A checkpoint, where in its record something else is written, what, and words of the message.
  struct Damage: CustomTestStringConvertible {
    let fixture: String
    let path: [String]
    /// JSON.
    let value: String
    let words: String

    init(_ fixture: String, _ path: [String], _ value: String, _ words: String) {
      self.fixture = fixture
      self.path = path
      self.value = value
      self.words = words
    }

    var testDescription: String { "\(fixture): \(path.joined(separator: ".")) = \(value)" }
  }

  private static let zeros = "[" + [String](repeating: "0", count: 32).joined(separator: ",") + "]"
  private static let other = #"{"file": "model.safetensors", "tensor": "#

  static let damages = [
    Damage("clip_eos2", ["input_ids", "shape"], "[4611686018427387904, 4]", "input_ids: no whole numbers with their"),
    Damage("clip_eos2", ["input_ids", "shape"], "[-4, -8]", "input_ids: no whole numbers with their shape"),
    Damage("clip_eos2", ["input_ids"], #"{"shape": [0, 8], "data": []}"#, "input_ids: no whole numbers with their"),
    Damage("clip_eos2", ["input_ids", "shape"], "[32]", "input_ids: the shape [32] is not that of texts of 1 to"),
    Damage("clip_eos2", ["input_ids", "shape"], "[1, 32]", "the shape [1, 32] is not that of texts of 1 to 20 tokens"),
    Damage("clip_eos2", ["input_ids"], #"{"shape": [1, 2], "data": [3, 400]}"#, "holds token 400, but the model"),
    Damage("clip_eos2", ["input_ids"], #"{"shape": [1, 2], "data": [3, -1]}"#, "holds token -1"),
    Damage("clip_eos2", ["attention_mask", "data"], zeros, "attention_mask: masks all of text 1"),
    Damage("clip_eos2", ["attention_mask", "shape"], "[8, 4]", "attention_mask: is no mask of zeros and ones for"),
    Damage("clip_eos2", ["pixel_values"], other + #""logit_scale"}"#, "pixel_values: the shape [] is not that of any"),
    Damage("vilt_vqa", ["cases", "wide_96", "pixel_mask_sizes"], "[[64, 96], [0, 0]]", "are not the sizes of"),
    Damage("vilt_vqa", ["cases", "wide_96", "pixel_mask_sizes"], "[[64, 96], [64, 97]]", "are not the sizes of"),
    Damage("vilt_vqa", ["cases", "wide_96", "pixel_mask_sizes"], "[[64, 96]]", "are not the sizes of images"),
    Damage(
      "vilt_vqa", ["cases", "wide_96", "pixel_values"], other + #""vilt.embeddings.cls_token"}"#,
      "cases.wide_96.pixel_values: the shape [1, 1, 64] is not that of 2"),
    Damage("vit_gpt2", ["decoder_input_ids"], #"{"shape": [2, 1], "data": [3, 4]}"#, "2 captions of 3 images"),
    Damage("vit_gpt2", ["beam1025_x"], #"{"ids": [[1], [2], [3]]}"#, "beam1025_x: names no number of beams from 1"),
    Damage("vit_gpt2", ["beam0_x"], #"{"ids": [[1], [2], [3]]}"#, "beam0_x: names no number of beams from 1 to 1024"),
    Damage("vit_gpt2", ["beam99999999999999999999"], #"{"ids": [[1]]}"#, "names no number of beams from 1 to 1024"),
    Damage("vit_gpt2", ["beam2_x"], #"{"ids": []}"#, "beam2_x.ids: 0 texts of 3 images"),
    Damage("vit_gpt2", ["beam2_x"], #"{"ids": [[1], [2], [3], [4]]}"#, "beam2_x.ids: 4 texts of 3 images"),
    Damage(
      "vit_gpt2", ["beam2_x"], #"{"ids": [[1], [1], [1], [1], [1], [1], [1], [1], [1]]}"#,
      "expected.json: 3 texts for each prompt cannot be returned from 2"),
    Damage("blip2_opt", ["input_ids"], #"{"shape": [1, 2], "data": [2, 20]}"#, "1 prompts for 2 images"),
    Damage(
      "blip2_opt", ["input_ids"], #"{"shape": [2, 1], "data": [2, 2]}"#,
      "expected.json: a prompt has 0 placeholders for the image"),
    Damage("blip2_opt", ["padded", "attention_mask", "data"], "[0, 0]", "padded.attention_mask: no whole numbers"),
  ]

  @Test(arguments: damages) func damageIsNamed(damage: Damage) throws {
    let folder = try copy(of: damage.fixture)
    let file = folder.url.appending(path: "expected.json")
    let root = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    let value = try JSONSerialization.jsonObject(with: Data(damage.value.utf8), options: .fragmentsAllowed)
    try JSONSerialization.data(withJSONObject: replaced(root, damage.path[...], value)).write(to: file)
    do {
      _ = try ModelVerification(directory: folder.url.path)
      Issue.record("was accepted")
    } catch {
      let message = "\(error)"
      #expect(message.hasPrefix(file.path + ": ") && message.contains(damage.words), "\(message)")
      #expect(!message.contains("\n"))
    }
  }

  /// Ten thousand random changes to records: of each the inputs are read, of every hundredth all is computed too.
  @Test(arguments: ["clip_eos2", "vilt_vqa", "vit_gpt2", "blip2_opt", "vit_classifier", "trocr_base"])
  func changedRecordsNeverTrap(fixture: String) throws {
    let folder = try copy(of: fixture)
    let file = folder.url.appending(path: "expected.json")
    let original = [UInt8](try Data(contentsOf: file))
    let model = try ModelDirectory(folder.url.path)
    var random = SplitMix64(state: 11)
    var (refused, verified) = (0, 0)
    let rounds = 2_500
    for round in 0..<rounds {
      var text = original
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        // The inputs stand in front, apart from those of a group.
        let end = Bool.random(using: &random) ? min(text.count, 1_500) : text.count
        let position = Int.random(in: 0..<end, using: &random)
        let piece = Self.pieces.randomElement(using: &random) ?? []
        switch Int.random(in: 0..<4, using: &random) {
        case 0: text[position] = UInt8.random(in: 0x20...0x7E, using: &random)
        case 1: text.remove(at: position)
        case 2: text.insert(contentsOf: piece, at: position)
        default: text.replaceSubrange(position..<min(position + 1, text.count), with: piece)
        }
      }
      try Data(text).write(to: file)
      do {
        try read(RecordedResults(model))
        if round.isMultiple(of: 100) {
          _ = try ModelVerification(directory: folder.url.path)
          verified += 1
        }
      } catch {
        #expect(error is DataError, "round \(round): \(error)")
        #expect(!"\(error)".contains { $0.isNewline }, "round \(round)")
        refused += 1
      }
    }
    #expect(refused > rounds / 10 && refused < rounds)
    #expect(verified > 0)
  }

  private static let pieces = [
    "-", "0", "9", "99999", "-1", "9223372036854775807", "1e308", "null", "[]", "{}", ",", ":", "\"", "[", "]",
  ].map { Array($0.utf8) }

  /// Reads every kind of input, as the models' comparisons do.
  private func read(_ recorded: RecordedResults) throws {
    _ = recorded.results
    let ids = recorded.value(["input_ids"]) == nil ? "decoder_input_ids" : "input_ids"
    if recorded.directory.configuration is ViTConfiguration {  // which has no words
      _ = try recorded.images("pixel_values", channels: 3, heights: 32...32, widths: 32...32)
      return
    }
    let tokens = try recorded.tokens([ids], vocabulary: 400, or: nil, longest: 64)
    if recorded.value(["attention_mask"]) != nil { _ = try recorded.mask("attention_mask", for: tokens) }
    if recorded.value(["pixel_values"]) != nil {
      _ = try recorded.images("pixel_values", channels: 3, heights: 28...32, widths: 28...32)
    }
    for name in recorded.keys(["cases"]) {
      let images = try recorded.images(
        "cases", name, "pixel_values", count: tokens.shape[0], channels: 3, heights: 16...256, widths: 16...256)
      _ = try recorded.sizes("cases", name, "pixel_mask_sizes", of: images, atLeast: Extent(16))
    }
    for name in recorded.keys([]) where name.hasPrefix("beam") && recorded.value([name, "ids"]) != nil {
      _ = try recorded.rows(name, "ids")
    }
  }

  private func copy(of fixture: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in ["config.json", "expected.json", "inputs.safetensors", "model.safetensors"] {
      try FileManager.default.copyItem(
        at: Fixture.url(fixture).appending(path: file), to: folder.url.appending(path: file))
    }
    return folder
  }

  private func replaced(_ value: Any, _ path: ArraySlice<String>, _ new: Any) -> Any {
    guard let key = path.first else { return new }
    var object = value as? [String: Any] ?? [:]
    object[key] = replaced(object[key] ?? [String: Any](), path.dropFirst(), new)
    return object
  }
}

/// A small generator of random numbers with a seed (Steele, Lea and Flood 2014).
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
