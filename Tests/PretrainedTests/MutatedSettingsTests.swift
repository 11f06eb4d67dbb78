import Checkpoints
import Images
import Support
import TestSupport
import Testing

@testable import Pretrained

/// Thousands of random changes to the settings of models: each is read, or refused with a typed error of one line. A trap
/// would end the test run, endless work would stall it.
@Suite struct MutatedSettingsTests {
  private static let pieces = [
    "{", "}", "[", "]", ",", ":", "\"", "-1", "0", "1e308", "9223372036854775807", "16384", "null", "true",
    "\"size\"", "\"crop_size\"", "\"shortest_edge\"", "\"longest_edge\"", "\"pad_size\"", "\"default_to_square\"",
    "\"hidden_size\"", "\"num_hidden_layers\"", "\"image_size\"",
  ].map { Array($0.utf8) }

  /// Changes `text` in one to four places.
  private func mutate(_ text: inout [UInt8], with generator: inout SplitMix64) {
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      guard !text.isEmpty else { return }
      let position = Int.random(in: 0..<text.count, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: text[position] = UInt8.random(in: 0...255, using: &generator)
      case 1: text[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: text.insert(contentsOf: Self.pieces.randomElement(using: &generator) ?? [0], at: position)
      case 3: text.remove(at: position)
      default: text.removeLast(Int.random(in: 0...min(16, text.count), using: &generator))
      }
    }
  }

  @Test(arguments: [
    "blip/vqa", "blip2_opt", "clip_eos2", "dit_scenes", "siglip", "trocr_stage1", "vilt_vqa", "vit_classifier",
    "vit_gpt2",
  ])
  func settingsOfModelsNeverTrap(_ model: String) throws {
    let original = try fixtureBytes("\(model)/config.json")
    var generator = SplitMix64(state: 6)
    var accepted = 0
    for _ in 0..<2_500 {
      var text = original
      mutate(&text, with: &generator)
      do {
        let json = try text.withUnsafeBytes { try JSON(parsing: $0, file: "config.json") }
        guard let object = json.members else { continue }
        _ = try ModelConfiguration.read(object, file: "config.json")
        _ = try GenerationConfiguration(modelConfiguration: object, file: "config.json")
        accepted += 1
      } catch let error as DataError {
        #expect(!error.description.contains { $0.isNewline })
      }
    }
    #expect(accepted > 0)
  }

  @Test func settingsOfImageProcessorsNeverTrap() throws {
    let originals = try ["clip_eosN", "vit_gpt2", "vilt_vqa", "blip2_opt"].map {
      try fixtureBytes("\($0)/preprocessor_config.json")
    }
    var generator = SplitMix64(state: 3)
    var (accepted, refused) = (0, 0)
    for round in 0..<10_000 {
      var text = originals[round % originals.count]
      mutate(&text, with: &generator)
      do {
        try read(text)
        accepted += 1
      } catch let error as DataError {
        refused += 1
        #expect(!error.description.contains { $0.isNewline }, "round \(round)")
      }
    }
    #expect(accepted > 0 && refused > 1_000)
  }

  /// Settings that are read are written so that they are read alike, and give sizes or refuse to.
  private func read(_ text: [UInt8]) throws {
    let configuration = try ImageProcessorConfiguration(json: text)
    let again = try ImageProcessorConfiguration(json: Array(configuration.json().utf8))
    #expect(again == configuration)
    for (height, width) in [(1, 1), (3, 2000), (1_000_000, 1)] {
      guard let size = try? configuration.outputSize(height: height, width: width) else { continue }
      #expect(size.height > 0 && size.width > 0)
    }
  }
}
