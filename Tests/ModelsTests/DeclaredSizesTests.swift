import Checkpoints
import Foundation
import Models
import TestSupport
import Testing

/// Sizes in `config.json` that the checkpoint has not: refused before a model of that size is made.
@Suite struct DeclaredSizesTests {
  /// Every size that a configuration declares, each blown up in turn.
  @Test(arguments: ["clip_eosN", "vit_gpt2", "vit_gpt2_proj", "vilt_vqa", "blip2_opt"])
  func everyAbsurdSizeIsRefused(fixture: String) throws {
    let config = try JSONSerialization.jsonObject(with: Data(contentsOf: Fixture.url(fixture + "/config.json")))
    let folder = try TemporaryFolder()
    for file in try FileManager.default.contentsOfDirectory(atPath: Fixture.url(fixture).path)
    where file != "config.json" {
      try FileManager.default.createSymbolicLink(
        at: folder.url.appending(path: file), withDestinationURL: Fixture.url(fixture).appending(path: file))
    }
    let paths = sizes(config)
    #expect(paths.count >= 10)
    for path in paths {
      for size in [12, 1_999_999_872] {
        try JSONSerialization.data(withJSONObject: replaced(config, path[...], size))
          .write(to: folder.url.appending(path: "config.json"))
        let message = message { try load(folder.url.path) }
        let key = path.joined(separator: ".")
        #expect(message.contains("config.json: \(key): "), "\(fixture), \(key) = \(size): '\(message)'")
        #expect(!message.contains("\n"))
      }
    }
  }

  @Test func theMessageNamesKeySizeTensorAndShape() throws {
    let folder = try TemporaryFolder()
    for file in ["model.safetensors", "config.json"] {
      try FileManager.default.copyItem(
        at: Fixture.url("clip_eosN/" + file), to: folder.url.appending(path: file))
    }
    let text = try String(contentsOf: folder.url.appending(path: "config.json"), encoding: .utf8)
    try folder.write(
      text.replacingOccurrences(of: "\"vocab_size\": 400", with: "\"vocab_size\": 2000000000"), to: "config.json")
    #expect(
      message { try load(folder.url.path) }
        == "\(folder.url.path)/config.json: text_config.vocab_size: is 2000000000, but "
        + "\"text_model.embeddings.token_embedding.weight\" in \(folder.url.path)/model.safetensors has the shape [400, 64]"
    )
  }

  private func load(_ path: String) throws {
    let directory = try ModelDirectory(path)
    switch directory.configuration {
    case .clip: _ = try CLIPModel(directory)
    case .vilt: _ = try ViLTForQuestionAnswering(directory)
    case .visionEncoderDecoder: _ = try VisionEncoderDecoderModel(directory)
    case .blip2: _ = try BLIP2Model(directory)
    case .vit, .gpt2, .opt: break
    }
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch {
      return "\(error)"
    }
  }

  /// Keys whose values become sizes of tensors.
  private static let keys: Set<String> = [
    "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "max_position_embeddings", "image_size",
    "patch_size", "num_channels", "n_embd", "n_layer", "n_positions", "n_inner", "type_vocab_size",
    "modality_type_vocab_size", "num_query_tokens", "ffn_dim", "word_embed_proj_dim",
  ]

  private func sizes(_ value: Any, under path: [String] = []) -> [[String]] {
    guard let object = value as? [String: Any] else { return [] }
    return object.keys.sorted().flatMap { key -> [[String]] in
      // The Q-Former's own vocabulary is used by variants with text only.
      if path.last == "qformer_config" && ["vocab_size", "max_position_embeddings"].contains(key) { return [] }
      return Self.keys.contains(key) ? [path + [key]] : sizes(object[key] ?? 0, under: path + [key])
    }
  }

  private func replaced(_ value: Any, _ path: ArraySlice<String>, _ size: Int) -> Any {
    guard let key = path.first, var object = value as? [String: Any] else { return size }
    object[key] = replaced(object[key] ?? 0, path.dropFirst(), size)
    return object
  }
}
