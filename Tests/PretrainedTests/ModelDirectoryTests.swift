import Foundation
import TestSupport
import Testing

@testable import Checkpoints
@testable import Pretrained

@Suite struct ModelDirectoryTests {
  private func write(_ text: String, _ path: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }

  @Test(arguments: ["clip_eos2", "clip_eosN", "vit_gpt2", "vit_gpt2_proj", "vilt_vqa", "blip2_opt"])
  func modelFixturesOpenWithTheirInputs(_ model: String) throws {
    let directory = try ModelDirectory(fixture(model))
    #expect(try !directory.checkpoint().names.isEmpty)
    #expect(try !Checkpoint(path: fixture("\(model)/inputs.safetensors")).names.isEmpty)
    _ = try directory.generationConfiguration()
  }

  @Test func whatIsMissingIsNamed() throws {
    expectError(.notFound, "no such directory") { try ModelDirectory("/nonexistent") }
    expectError(.notFound, "is not a directory") { try ModelDirectory(fixture("clip_eos2/config.json")) }
    try withTemporaryDirectory { directory in
      expectError(.notFound, "has no config.json") { try ModelDirectory(directory) }
      try write("{", "\(directory)/config.json")
      expectError(.malformed, "config.json") { try ModelDirectory(directory) }
      try write("[]", "\(directory)/config.json")
      expectError(.malformed, "not an object") { try ModelDirectory(directory) }
      try write(#"{"model_type": "clip"}"#, "\(directory)/config.json")
      let model = try ModelDirectory(directory)
      #expect(model.configuration as? CLIPConfiguration == CLIPConfiguration())
      expectError(
        .notFound,
        "has no weights: looked for model.safetensors, model.safetensors.index.json, pytorch_model.bin or pytorch_model"
      ) { try model.checkpoint() }
      #expect(model.find("vocab.json") == nil)
    }
  }

  @Test func weightsAreFoundInTheirOrder() throws {
    try withTemporaryDirectory { directory in
      try write(#"{"model_type": "gpt2"}"#, "\(directory)/config.json")
      let model = try ModelDirectory(directory)
      for name in ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"] {
        try FileManager.default.copyItem(atPath: fixture("checkpoints/sharded/\(name)"), toPath: "\(directory)/\(name)")
      }
      let index = "pytorch_model.bin.index.json"
      try FileManager.default.copyItem(atPath: fixture("checkpoints/sharded/\(index)"), toPath: "\(directory)/\(index)")
      #expect(try model.checkpoint().path.hasSuffix(index))
      #expect(try model.checkpoint().files.count == 2)
      try FileManager.default.copyItem(
        atPath: fixture("checkpoints/types.bin"), toPath: "\(directory)/pytorch_model.bin")
      #expect(try model.checkpoint().path.hasSuffix("pytorch_model.bin"))
      try SafetensorsWriter.write(
        [TensorToWrite(name: "a", [Float(2)], shape: [])], to: "\(directory)/model.safetensors")
      #expect(try model.checkpoint().float32("a") == [2])
    }
  }

  /// A pipe without a writer must not be waited for, and nothing that has the name of a file is passed over.
  @Test(.timeLimit(.minutes(30)), arguments: ["pipe", "folder", "device", "socket", "nowhere", "unreadable"])
  func whatIsNoRegularFileIsNamed(kind: String) throws {
    if kind == "unreadable" && getuid() == 0 { return }  // root may read everything
    for name in ["config.json", "generation_config.json", "model.safetensors", "shard.safetensors"] {
      try withTemporaryDirectory { directory in
        try write(#"{"model_type": "gpt2"}"#, "\(directory)/config.json")
        try write("{}", "\(directory)/generation_config.json")
        if name.hasPrefix("shard") {
          try write(
            #"{"metadata": {}, "weight_map": {"a": "shard.safetensors"}}"#,
            "\(directory)/model.safetensors.index.json")
        }
        let path = "\(directory)/\(name)"
        try? FileManager.default.removeItem(atPath: path)
        switch kind {
        case "pipe": try #require(mkfifo(path, 0o600) == 0)
        case "folder": try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        case "device": try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero")
        case "socket": try #require(bindSocket(path))
        case "nowhere": try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "gone")
        default:
          try write("{}", path)
          try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        }
        let reason =
          switch kind {
          case "nowhere": "is a link that leads nowhere"
          case "unreadable": "cannot be opened"
          default: "is not a regular file"
          }
        expectError(kind == "nowhere" ? .notFound : .inputOutput, "\(name): \(reason)") {
          let model = try ModelDirectory(directory)
          _ = try model.generationConfiguration()
          _ = try model.checkpoint()
        }
      }
    }
  }

  /// Binds a socket to a path, which then is a file that nobody can open.
  private func bindSocket(_ path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    #if canImport(Glibc)
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
    #endif
    defer { close(descriptor) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }

  @Test func aTruncatedModelNamesItsFile() throws {
    try withTemporaryDirectory { directory in
      try write(#"{"model_type": "clip"}"#, "\(directory)/config.json")
      let whole = try fixtureBytes("clip_eos2/model.safetensors")
      try Data(whole.prefix(100_000)).write(to: URL(filePath: "\(directory)/model.safetensors"))
      expectError(.malformed, "\(directory)/model.safetensors: ") { try ModelDirectory(directory).checkpoint() }
    }
  }
}

@Suite struct LoadReportTests {
  private func checkpoint(_ names: [String], in directory: String) throws -> Checkpoint {
    let path = "\(directory)/model.safetensors"
    try SafetensorsWriter.write(names.map { TensorToWrite(name: $0, [Float(1), 2], shape: [2]) }, to: path)
    return try Checkpoint(path: path)
  }

  @Test func differencesAreSortedIntoMissingUnexpectedAndIgnored() throws {
    try withTemporaryDirectory { directory in
      let names = ["b.weight", "a.weight", "text_model.embeddings.position_ids", "x.extra"]
      let checkpoint = try checkpoint(names, in: directory)
      let expected = ["c.bias", "a.weight", "b.weight", "a.bias"].map { ExpectedTensor($0, [2]) }
      let report = try LoadReport(
        expected: expected, checkpoint: checkpoint, rules: CLIPConfiguration().keyRules)
      #expect(report.found == ["a.weight": "a.weight", "b.weight": "b.weight"])
      #expect(report.missing == ["a.bias", "c.bias"])
      #expect(report.unexpected == ["x.extra"])
      #expect(report.ignored == ["text_model.embeddings.position_ids"])
      #expect(report.description == "2 found, 2 missing, 1 unexpected, 1 ignored")
      expectError(.notFound, "lacks 2 tensors of the model: \"a.bias\", \"c.bias\"; it has \"x.extra\"") {
        try report.requireComplete()
      }
    }
  }

  @Test func aShapeMismatchNamesKeyShapesAndFile() throws {
    try withTemporaryDirectory { directory in
      let checkpoint = try checkpoint(["a.weight"], in: directory)
      expectError(
        .mismatch, "model.safetensors: \"a.weight\": has the shape [2], but the model expects [2, 3]"
      ) { try LoadReport(expected: [ExpectedTensor("a.weight", [2, 3])], checkpoint: checkpoint) }
    }
  }

  @Test func tiedAndRenamedTensorsAreFound() throws {
    try withTemporaryDirectory { directory in
      let names = ["decoder.transformer.wte.weight", "a.LayerNorm.gamma", "a.LayerNorm.beta"]
      let model = VisionEncoderDecoderConfiguration()
      let checkpoint = try type(of: model).named(checkpoint(names, in: directory))
      let rules = model.keyRules
      let expected = [
        "decoder.transformer.wte.weight", "decoder.lm_head.weight", "a.LayerNorm.weight", "a.LayerNorm.bias",
      ]
      let report = try LoadReport(
        expected: expected.map { ExpectedTensor($0, [2]) }, checkpoint: checkpoint, rules: rules)
      #expect(report.missing.isEmpty && report.unexpected.isEmpty)
      #expect(report.found["decoder.lm_head.weight"] == "decoder.transformer.wte.weight")
      #expect(report.found["a.LayerNorm.bias"] == "a.LayerNorm.bias")
      #expect(try checkpoint.entry("a.LayerNorm.bias").name == "a.LayerNorm.beta")
    }
  }

  /// Where the file has only the output layer, it is the token embedding too.
  @Test func aTiedTableIsFoundUnderTheNameOfTheOutputLayer() throws {
    try withTemporaryDirectory { directory in
      let checkpoint = try checkpoint(["lm_head.weight"], in: directory)
      let rules = GPT2Configuration().keyRules
      let report = try LoadReport(
        expected: [ExpectedTensor("transformer.wte.weight", [2])], checkpoint: checkpoint, rules: rules)
      #expect(report.found == ["transformer.wte.weight": "lm_head.weight"])
      #expect(report.unexpected == [])
    }
  }

  @Test func anOutputLayerThatDiffersFromTheTableIsNotTied() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/model.safetensors"
      let tied = GPT2Configuration()
      for (head, isTied) in [([Float(1), 2], true), ([1, 3], false)] {
        try SafetensorsWriter.write(
          [
            TensorToWrite(name: "transformer.wte.weight", [Float(1), 2], shape: [2]),
            TensorToWrite(name: "lm_head.weight", head, shape: [2]),
          ], to: path)
        #expect(try tied.fitted(to: Checkpoint(path: path)).tiesWordEmbeddings == isTied)
      }
    }
  }

  @Test func anUntiedModelMissesItsOutputLayer() throws {
    try withTemporaryDirectory { directory in
      let checkpoint = try checkpoint(["transformer.wte.weight"], in: directory)
      var settings = GPT2Configuration()
      let expected = [ExpectedTensor("transformer.wte.weight", [2]), ExpectedTensor("lm_head.weight", [2])]
      let tied = try LoadReport(expected: expected, checkpoint: checkpoint, rules: settings.keyRules)
      #expect(tied.missing.isEmpty && tied.unexpected.isEmpty)
      settings.tiesWordEmbeddings = false
      let report = try LoadReport(expected: expected, checkpoint: checkpoint, rules: settings.keyRules)
      #expect(report.missing == ["lm_head.weight"])
    }
  }

  @Test func buffersOfOlderCheckpointsAreIgnoredAndNothingElse() {
    let rules = VisionEncoderDecoderConfiguration().keyRules
    #expect(rules.ignores("decoder.transformer.h.0.attn.bias"))
    #expect(rules.ignores("decoder.transformer.h.11.attn.masked_bias"))
    #expect(rules.ignores("decoder.transformer.h.11.crossattention.masked_bias"))
    #expect(rules.ignores("encoder.pooler.dense.weight"))
    #expect(rules.ignores("encoder.embeddings.position_ids"))
    #expect(!rules.ignores("decoder.transformer.h..attn.bias"))
    #expect(!rules.ignores("decoder.transformer.h.x.attn.bias"))
    #expect(!rules.ignores("decoder.transformer.h.0.attn.bias.more"))
    #expect(!rules.ignores("decoder.transformer.h.0.attn.c_attn.bias"))
    #expect(!rules.ignores("encoder.poolerdense"))
    #expect(!rules.ignores("position_ids"))
  }
}
