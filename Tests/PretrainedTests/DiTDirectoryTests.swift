import Checkpoints
import Foundation
import Support
import TestSupport
import Testing

@testable import Pretrained

/// A painter's directory whose settings, weights or tokenizer do not belong together.
@Suite struct DiTDirectoryTests {
  /// The fixture with one setting changed, which stands under a path of keys.
  private func folder(_ path: [String] = [], _ value: Any = 0) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let config = try JSONSerialization.jsonObject(with: Data(contentsOf: Fixture.url("dit_scenes/config.json")))
    try JSONSerialization.data(withJSONObject: replaced(config, path[...], value))
      .write(to: folder.url.appending(path: "config.json"))
    try FileManager.default.createSymbolicLink(
      at: folder.url.appending(path: "model.safetensors"),
      withDestinationURL: Fixture.url("dit_scenes/model.safetensors"))
    return folder
  }

  private func replaced(_ value: Any, _ path: ArraySlice<String>, _ new: Any) -> Any {
    guard let key = path.first, var object = value as? [String: Any] else { return path.isEmpty ? value : new }
    object[key] = path.count == 1 ? new : replaced(object[key] ?? 0, path.dropFirst(), new)
    return object
  }

  /// What is said of the fixture with a setting changed.
  private func refusal(
    of key: String, _ value: Any, _ open: (String) throws -> Void = { _ = try DiTPainterModel(checkpoint: $0) }
  ) throws -> String {
    let folder = try folder(key.split(separator: ".").map(String.init), value)
    return withExtendedLifetime(folder) { message { try open(folder.url.path) } }
  }

  @Test func theFixtureIsRead() throws {
    let model = try DiTPainterModel(checkpoint: Fixture.url("dit_scenes").path)
    #expect(model.configuration.schedule == .cosine && model.configuration.target == .velocity)
    #expect(model.parameterCount == 24_028)
    let saved = try TemporaryFolder()
    try model.save(to: saved.url.path)
    let again = try DiTPainterModel(checkpoint: saved.url.path)
    #expect(again.configuration == model.configuration)
    #expect(again.parameters().map(\.scalars) == model.parameters().map(\.scalars))
  }

  @Test(
    arguments: [
      "patch_size", "num_channels", "hidden_size", "intermediate_size", "num_hidden_layers", "conditioning_size",
      "time_embedding_size", "text_config.vocab_size", "text_config.hidden_size", "text_config.intermediate_size",
      "text_config.num_hidden_layers", "text_config.max_position_embeddings",
    ], [36, 1_999_999_872])
  func aSizeThatTheWeightsHaveNotIsRefused(key: String, size: Int) throws {
    let message = try refusal(of: key, size)
    // The size is named, be it as one that contradicts another setting.
    let name = key.split(separator: ".").last ?? ""
    #expect(message.contains(name) || (key == "patch_size" && message.contains("image_size")), "\(key): \(message)")
    #expect(!message.isEmpty && !message.contains("\n"))
  }

  @Test(arguments: [
    ("image_size", 1_999_999_872 as any Sendable, "at most 64 in a row"), ("patch_size", 3, "does not divide"),
    ("image_size", 1, "no room for a patch"), ("hidden_size", 30, "not as many sines as cosines"),
    ("time_embedding_size", 13, "not as many sines as cosines"), ("text_length", 13, "max_position_embeddings says 12"),
    ("text_length", 1, "at least 2"), ("noise_schedule", "square", "one of cosine, linear"),
    ("prediction_type", 3, "one of clean, noise, velocity"), ("known_words", "red", "not an array of texts"),
    ("known_words", [1], "not an array of texts"), ("num_attention_heads", 5, "do not divide hidden_size"),
    ("text_config.eos_token_id", 50, "none of the 50 tokens"),
    ("text_config.eos_token_id", -1, "none of the 50 tokens"),
    ("text_config.bos_token_id", 99, "none of the 50 tokens"), ("text_config", 5, "not an object"),
    ("model_type", "dit", "known are"),
  ])
  func aSettingThatCannotBeIsNamed(key: String, value: any Sendable, reason: String) throws {
    let message = try refusal(of: key, value)
    #expect(message.contains("config.json: \(key)") && message.contains(reason), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test func missingTensorsAndAnotherKindOfModelAreNamed() throws {
    let folder = try folder()
    let source = try Checkpoint(path: Fixture.url("dit_scenes/model.safetensors").path)
    for missing in ["transformer.output.weight", "text_encoder.final_layer_norm.bias"] {
      try FileManager.default.removeItem(atPath: folder.path("model.safetensors"))
      let kept = try source.names.filter { $0 != missing }.map { TensorToWrite(try source.entry($0)) }
      try SafetensorsWriter.write(kept, to: folder.path("model.safetensors"))
      #expect(message { _ = try DiTPainterModel(checkpoint: folder.url.path) }.contains(missing))
    }
    #expect(throws: WrongModelType.self) { try TextToImage(directory: Fixture.url("clip_eosN").path) }
    #expect(throws: DataError.self) { try CLIPModel(checkpoint: Fixture.url("dit_scenes").path) }
  }

  @Test func aDirectoryWithoutATokenizerOrWithOtherChannelsIsRefused() throws {
    let open = { (path: String) in _ = try TextToImage(directory: path) }
    #expect(try refusal(of: "image_size", 8, open).contains("has no tokenizer"))
    #expect(try refusal(of: "num_channels", 1, open).contains("num_channels: is 1, but"))
  }
}
