import Support
import TestSupport
import Testing

@testable import Hub

/// Which files of a repository a model needs.
@Suite struct ModelFilesTests {
  /// The names that are chosen from a repository with these files; those with a content can be opened.
  private func names(_ contents: [String: String]) throws -> [String] {
    let folder = try TemporaryFolder()
    for (name, text) in contents { try folder.write(text, to: name) }
    return try ModelFiles.names(
      of: RepositoryName("org/name"), has: { contents[$0] != nil }, open: { folder.path($0) })
  }

  private func files(_ names: String..., settings: String = #"{"model_type": "clip"}"#) -> [String: String] {
    Dictionary(uniqueKeysWithValues: names.map { ($0, "{}") }).merging(["config.json": settings]) { $1 }
  }

  /// The files of openai/clip-vit-base-patch32, as the hub lists them.
  @Test func ofAModelOnlyWhatItNeeds() throws {
    let all = files(
      ".gitattributes", "README.md", "flax_model.msgpack", "merges.txt", "model.safetensors",
      "preprocessor_config.json",
      "pytorch_model.bin", "special_tokens_map.json", "tf_model.h5", "tokenizer.json", "tokenizer_config.json",
      "vocab.json")
    #expect(
      try names(all) == [
        "config.json", "preprocessor_config.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json",
        "merges.txt", "tokenizer.json", "model.safetensors",
      ])
  }

  @Test func weightsInTheirOrder() throws {
    #expect(try names(files("pytorch_model.bin", "model.safetensors")).last == "model.safetensors")
    #expect(try names(files("pytorch_model.bin", "tf_model.h5")).last == "pytorch_model.bin")
    #expect(throws: HubError.self) { try names(files("tf_model.h5", "flax_model.msgpack")) }
  }

  @Test func shardsThatTheIndexNames() throws {
    var all = files("a-1.safetensors", "a-2.safetensors", "a-3.safetensors", "pytorch_model.bin")
    all["model.safetensors.index.json"] =
      #"{"weight_map": {"x": "a-2.safetensors", "y": "a-1.safetensors", "z": "a-2.safetensors"}}"#
    #expect(
      try names(all) == ["config.json", "model.safetensors.index.json", "a-1.safetensors", "a-2.safetensors"])
    for hostile in [
      "../../x.safetensors", "/etc/x.safetensors", "config.json", "a\u{7}.safetensors", "absent.safetensors",
    ] {
      all["model.safetensors.index.json"] = JSON.object(.init([("weight_map", ["x": .string(hostile)])])).text(.line)
      #expect(throws: DataError.self) { try names(all) }
    }
  }

  @Test func weightsThatTheSettingsName() throws {
    let settings = #"{"model_type": "clip", "transformers_weights": "other.safetensors"}"#
    #expect(
      try names(files("model.safetensors", "other.safetensors", settings: settings))
        == ["config.json", "other.safetensors"])
    #expect(throws: HubError.self) { try names(files("model.safetensors", settings: settings)) }
    #expect(throws: HubError.self) {
      try names(files("model.safetensors", settings: #"{"model_type": "clip", "transformers_weights": "../x"}"#))
    }
  }

  @Test func sentencePiece() throws {
    let names = try names(files("model.safetensors", "spiece.model", "sentencepiece.bpe.model", "tokenizer.json"))
    #expect(names == ["config.json", "spiece.model", "tokenizer.json", "model.safetensors"])
    #expect(
      try self.names(files("model.safetensors", "sentencepiece.bpe.model"))
        == ["config.json", "sentencepiece.bpe.model", "model.safetensors"])
  }

  /// open_clip's repositories have its own settings and weights; in some, timm's `config.json` stands beside them, in others
  /// that of transformers, whose files then count.
  @Test func openCLIP() throws {
    let own = [
      "open_clip_config.json": "{}", "open_clip_model.safetensors": "", "open_clip_pytorch_model.bin": "",
      "model.safetensors": "",
    ]
    #expect(try names(own) == ["open_clip_config.json", "open_clip_model.safetensors"])
    #expect(
      try names(own.merging(["config.json": #"{"architecture": "resnet50_clip"}"#]) { $1 })
        == ["config.json", "open_clip_config.json", "open_clip_model.safetensors"])
    #expect(
      try names(own.merging(["config.json": #"{"model_type": "clip"}"#]) { $1 }) == [
        "config.json", "model.safetensors",
      ])
    let onlyTheirs = own.filter { $0.key != "model.safetensors" && $0.key != "open_clip_model.safetensors" }
    #expect(
      try names(onlyTheirs.merging(["config.json": #"{"model_type": "clip"}"#]) { $1 })
        == ["config.json", "open_clip_config.json", "open_clip_pytorch_model.bin"])
  }

  @Test func whatIsNoModel() {
    #expect(throws: HubError.self) { try names(["model.safetensors": "", "README.md": ""]) }
    #expect(throws: DataError.self) { try names(files("model.safetensors", settings: "no JSON")) }
  }
}
