import Checkpoints
import Foundation
import Pretrained
import TestSupport
import Testing

/// Sizes in `config.json` that the checkpoint has not: refused before a model of that size is made.
@Suite struct DeclaredSizesTests {
  /// Every size that a configuration declares, each blown up in turn.
  @Test(arguments: [
    "clip_eosN", "siglip", "vit_gpt2", "vit_gpt2_proj", "vilt_vqa", "blip2_opt", "blip/caption", "blip/vqa",
    "vit_classifier", "trocr_base",
  ])
  func everyAbsurdSizeIsRefused(fixture: String) throws {
    let config = try JSONSerialization.jsonObject(with: Data(contentsOf: Fixture.url(fixture + "/config.json")))
    let folder = try TemporaryFolder()
    for file in try FileManager.default.contentsOfDirectory(atPath: Fixture.url(fixture).path)
    where file != "config.json" {
      try FileManager.default.createSymbolicLink(
        at: folder.url.appending(path: file), withDestinationURL: Fixture.url(fixture).appending(path: file))
    }
    let paths = sizes(config)
    #expect(paths.count >= 6)
    for path in paths {
      for size in [12, 1_999_999_872] {
        try JSONSerialization.data(withJSONObject: replaced(config, path[...], size))
          .write(to: folder.url.appending(path: "config.json"))
        let message = message { try load(folder.url.path) }
        let key = path.joined(separator: ".")
        // The size is named, be it as one that contradicts another setting.
        let named = message.contains("config.json: \(key): ") || message.contains(", but \(key) says ")
        #expect(named, "\(fixture), \(key) = \(size): '\(message)'")
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

  // MARK: Checkpoints made to fit absurd settings

  /// The CLIP with a changed number of layers in its settings, and other tensors beside or instead of its own.
  private func clip(
    layers: Int? = nil, _ settings: [(String, String)] = [], without missing: Set<String> = [],
    with tensors: [TensorToWrite] = []
  ) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var text = try String(contentsOf: Fixture.url("clip_eosN/config.json"), encoding: .utf8)
    if let layers {
      text = text.replacingOccurrences(of: "\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": \(layers)")
    }
    for (old, new) in settings {
      #expect(text.contains(old))
      text = text.replacingOccurrences(of: old, with: new)
    }
    try folder.write(text, to: "config.json")
    let source = try Checkpoint(path: Fixture.url("clip_eosN/model.safetensors").path)
    let kept = try source.names.filter { !missing.contains($0) }.map { TensorToWrite(try source.entry($0)) }
    try SafetensorsWriter.write(kept + tensors, to: folder.path("model.safetensors"))
    return folder
  }

  /// An index at the end of all numbers, and few layers far apart, stand for no more layers than there are.
  @Test func layersAreCountedAndNotTheirNumbers() throws {
    let names = ["9223372036854775807", "99999999999999999999", "2147483646", "-1", "007", "٣"]
    let strangers = names.map {
      TensorToWrite(name: "text_model.encoder.layers.\($0).mlp.fc1.weight", [Float(1)], shape: [1])
    }
    let same = try clip(with: strangers)
    #expect(message { try load(same.url.path) } == "")
    for layers in [3, 4, 2_147_483_647] {
      let folder = try clip(layers: layers, with: strangers)
      let message = message { try load(folder.url.path) }
      #expect(
        message.contains("text_config.num_hidden_layers: is \(layers), but ")
          && message.contains(layers < 5 ? "lacks \"text_model.encoder.layers.2." : " tensors in all"), "\(message)")
    }
    let gap = try clip(
      layers: 3, with: [TensorToWrite(name: "text_model.encoder.layers.3.mlp.fc1.weight", [Float(1)], shape: [1])])
    #expect(message { try load(gap.url.path) }.contains("text_config.num_hidden_layers: is 3, but "))
  }

  /// A single tensor that is missing from a layer says nothing about the number of layers.
  @Test func aLayerThatLacksATensorIsNotOneLayerTooMany() throws {
    let folder = try clip(without: ["vision_model.encoder.layers.1.mlp.fc1.bias"])
    #expect(
      message { try load(folder.url.path) }.hasSuffix(
        "model.safetensors: lacks 1 tensors of the model: \"vision_model.encoder.layers.1.mlp.fc1.bias\""))
  }

  /// A size that only a later layer has otherwise is that of the tensor, not the number of layers.
  @Test func aLaterLayerOfAnotherSizeNamesTheSize() throws {
    let name = "vision_model.encoder.layers.1.mlp.fc1.weight"
    let folder = try clip(
      without: [name], with: [TensorToWrite(name: name, [Float](repeating: 0, count: 64 * 64), shape: [64, 64])])
    #expect(
      message { try load(folder.url.path) }.contains("config.json: vision_config.intermediate_size: is 192, but "))
  }

  @Test func bothSidesOfAPatchAreSaid() throws {
    let folder = try clip([("\"patch_size\": 8", "\"patch_size\": [8, 4]")])
    #expect(message { try load(folder.url.path) }.contains("config.json: vision_config.patch_size: is [8, 4], but "))
  }

  /// A tensor without elements has any size at no cost.
  @Test func aTensorWithoutElementsFitsNoSize() throws {
    let table = "text_model.embeddings.token_embedding.weight"
    let folder = try clip(
      [("\"vocab_size\": 400", "\"vocab_size\": 2147483647")], without: [table],
      with: [TensorToWrite(name: table, [Float](), shape: [2_147_483_647, 0])])
    let message = message { try load(folder.url.path) }
    #expect(message.contains("config.json: text_config.hidden_size: is 64, but \"\(table)\""), "\(message)")
    #expect(message.hasSuffix("has the shape [2147483647, 0]"), "\(message)")
  }

  /// Two thin matrices do not vouch for a thick one.
  @Test func eachSizeIsComparedInAWholeShape() throws {
    let expand = "vision_model.encoder.layers.1.mlp.fc1.weight"
    let wide = 1 << 20
    let thin = try clip(
      [("\"intermediate_size\": 192", "\"intermediate_size\": \(wide)")],
      without: [expand, "vision_model.encoder.layers.0.mlp.fc1.weight"],
      with: [0, 1].map {
        TensorToWrite(
          name: "vision_model.encoder.layers.\($0).mlp.fc1.weight", [Float](repeating: 0, count: wide),
          shape: [wide, 1])
      })
    #expect(message { try load(thin.url.path) }.contains("vision_config.hidden_size: is 64, but "))
    // The same in a layer behind the first.
    let later = try clip(without: [expand], with: [TensorToWrite(name: expand, [Float(1)], shape: [1])])
    #expect(message { try load(later.url.path) }.contains("\"\(expand)\" in \(later.url.path)/model.safetensors has"))
  }

  /// In a PyTorch file a view can repeat one number millions of times.
  @Test func aTensorThatRepeatsItsNumbersIsRefused() throws {
    let folder = try clip()
    let source = try Checkpoint(path: folder.path("model.safetensors"))
    let table = "text_model.embeddings.token_embedding.weight"
    let tensor = PickleBuilder.tensor(PickleBuilder.storage(count: 2), shape: [400, 64], strides: [0, 0])
    let body = PickleBuilder.proto + PickleBuilder.dictionary(table, tensor) + PickleBuilder.stop
    try Data(PickleBuilder.archive(body).build()).write(to: folder.url.appending(path: "repeated.bin"))
    #expect(try source.entry(table).shape == [400, 64])
    let directory = try ModelDirectory(folder.url.path)
    #expect(
      message { _ = try CLIPModel(directory, weights: folder.path("repeated.bin")) }
        == "\(folder.path("repeated.bin")): \"\(table)\": repeats its numbers, as no weight does")
  }

  @Test func anImageWithoutOnePatchIsRefused() throws {
    let places = "vision_model.embeddings.position_embedding.weight"
    let folder = try clip(
      [("\"image_size\": 32", "\"image_size\": 7")], without: [places],
      with: [TensorToWrite(name: places, [Float](repeating: 0, count: 64), shape: [1, 64])])
    #expect(
      message { try load(folder.url.path) }.hasSuffix(
        "config.json: vision_config.image_size: is 7, but vision_config.patch_size says 8: an image has no room for a patch"
      ))
  }

  private func load(_ path: String) throws {
    let directory = try ModelDirectory(path)
    switch directory.configuration {
    case is CLIPConfiguration: _ = try CLIPModel(directory)
    case is SigLIPConfiguration: _ = try SigLIPModel(directory)
    case is ViTConfiguration: _ = try ViTForImageClassification(directory)
    case is ViLTConfiguration: _ = try ViLTForQuestionAnswering(directory)
    case is VisionEncoderDecoderConfiguration: _ = try VisionEncoderDecoderModel(directory)
    case is BLIP2Configuration: _ = try BLIP2Model(directory)
    case is BLIPConfiguration where directory.architectures == [BLIPForQuestionAnswering.architecture]:
      _ = try BLIPForQuestionAnswering(directory)
    case is BLIPConfiguration: _ = try BLIPForConditionalGeneration(directory)
    default: Issue.record("no model of these settings is loaded")
    }
  }

  /// Keys whose values become sizes of tensors.
  private static let keys: Set<String> = [
    "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "max_position_embeddings", "image_size",
    "patch_size", "num_channels", "n_embd", "n_layer", "n_positions", "n_inner", "type_vocab_size",
    "modality_type_vocab_size", "num_query_tokens", "ffn_dim", "word_embed_proj_dim", "projection_size", "d_model",
    "decoder_layers", "decoder_ffn_dim",
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
