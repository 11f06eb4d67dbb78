import Checkpoints
import Foundation
import TestSupport
import Testing
import Training
import Verification

/// Published models against what transformers computed, through the code behind `course verify`.
@Suite struct PretrainedVerificationTests {
  /// A tenth of what users are promised.
  private let tolerance = 1e-5

  @Test(arguments: ["clip_eos2", "clip_eosN"], ["model.safetensors", "pytorch_model.bin"])
  func clipAgreesFromBothFormats(fixture: String, weights: String) throws {
    let verification = try verify(fixture, weights: weights)
    #expect(verification.comparisons.count == 13)
    #expect(verification.comparisons.contains { $0.name == "logits_per_image_fp64" })
    #expect(verification.comparisons.contains { $0.name == "pooled_positions" })
    #expect(verification.notComputed == [])
  }

  /// What open_clip computed; its directories have no `config.json`.
  @Test(arguments: ["vit", "quick", "resnet"]) func openCLIPAgrees(name: String) throws {
    let verification = try ModelVerification(directory: Fixture.url("open_clip/\(name)").path)
    #expect(verification.comparisons.count == (name == "resnet" ? 11 : 6))
    #expect(verification.passes(tolerance: tolerance), "\(verification.report(tolerance: tolerance))")
    #expect(verification.modelType == (name == "resnet" ? "clip_resnet" : "clip"))
  }

  @Test func siglipAgrees() throws {
    let verification = try verify("siglip", weights: "model.safetensors")
    #expect(verification.comparisons.count == 11)
    #expect(verification.notComputed == [])
  }

  @Test func aStepOfADrawingAgrees() throws {
    let verification = try verify("dit_scenes", weights: "model.safetensors")
    #expect(verification.comparisons.count == 7)
    #expect(verification.notComputed == [])
  }

  /// Lines of PyTorch that read the shipped painter's file compute its drawing's step (`dit_scenes/make_dit.py record`).
  @Test func aStepOfTheShippedPaintersDrawingAgrees() throws {
    let folder = try copy(of: "painter_scenes")
    for file in ["config.json", "model.safetensors"] {
      try FileManager.default.createSymbolicLink(
        at: folder.url.appending(path: file),
        withDestinationURL: URL(filePath: ShippedCheckpoint.painter.directory).appending(path: file))
    }
    let verification = try ModelVerification(directory: folder.url.path)
    #expect(verification.passes(), "\(verification.report())")
    #expect(verification.comparisons.count == 7)
  }

  @Test(arguments: ["model.safetensors", "pytorch_model.bin"])
  func viltAgreesOnSquareWideTallAndPaddedImages(weights: String) throws {
    let verification = try verify("vilt_vqa", weights: weights)
    for batch in ["square", "wide_96", "tall_plus16", "padded_batch"] {
      for quantity in ["logits", "answers"] {
        #expect(verification.comparisons.contains { $0.name == "cases.\(batch).\(quantity)" })
      }
    }
    #expect(verification.comparisons.count == 16)
    #expect(verification.notComputed == [])
  }

  @Test(arguments: ["vit_gpt2", "vit_gpt2_proj"], ["model.safetensors", "pytorch_model.bin"])
  func captionsAgree(fixture: String, weights: String) throws {
    let verification = try verify(fixture, weights: weights)
    let names = Set(verification.comparisons.map(\.name))
    #expect(
      names.isSuperset(of: ["encoder_last_hidden", "logits", "logits_fp64", "greedy.ids", "greedy.step0_scores"]))
    let searches = names.filter { $0.hasPrefix("beam4_") && $0.hasSuffix(".ids") }
    #expect(searches.count == 7)
    #expect(names.count { $0.hasSuffix(".sequences_scores") } == 7)
    #expect(names.count { $0.hasSuffix(".beam_indices") } == 6)
    #expect(verification.notComputed == [])
  }

  @Test(arguments: ["trocr_base", "trocr_stage1"], ["model.safetensors", "pytorch_model.bin"])
  func readersOfTextAgree(fixture: String, weights: String) throws {
    // With multiplied embeddings transformers' own logits differ by 1.0e-5 between single and double precision.
    let verification = try verify(fixture, weights: weights, tolerance: 3e-5)
    #expect(verification.failures(tolerance: tolerance).allSatisfy { $0.name == "logits" })
    let names = Set(verification.comparisons.map(\.name))
    #expect(
      names.isSuperset(of: ["encoder_last_hidden", "logits", "logits_fp64", "greedy.ids", "greedy.step0_scores"]))
    #expect(names.count { $0.hasPrefix("beam4_") && $0.hasSuffix(".ids") } == 4)
    #expect(names.count { $0.hasSuffix(".sequences_scores") } == 4)
    #expect(names.count { $0.hasSuffix(".beam_indices") } == 4)
    #expect(verification.notComputed == [])
  }

  @Test(arguments: ["model.safetensors", "pytorch_model.bin"])
  func classifiersAgreeWithTheirAttention(weights: String) throws {
    let verification = try verify("vit_classifier", weights: weights)
    #expect(
      verification.comparisons.map(\.name) == [
        "last_hidden", "logits", "logits_fp64", "answers", "attention.0", "attention.1", "rollout",
      ])
    #expect(verification.notComputed == [])
  }

  @Test(arguments: ["model.safetensors", "pytorch_model.bin"]) func blip2Agrees(weights: String) throws {
    let verification = try verify("blip2_opt", weights: weights)
    let names = Set(verification.comparisons.map(\.name))
    #expect(names.isSuperset(of: ["qformer_output", "logits", "generate_prompt", "generate_prompt_beam3"]))
    #expect(names.isSuperset(of: ["padded.generate", "padded.logits_last_position", "generate_no_prompt"]))
    #expect(names.count == 11)
    #expect(verification.notComputed == [])
  }

  @Test(arguments: ["model.safetensors", "pytorch_model.bin"]) func blipCaptionsAgree(weights: String) throws {
    let verification = try verify("blip/caption", weights: weights)
    let names = Set(verification.comparisons.map(\.name))
    #expect(names.isSuperset(of: ["vision_last_hidden_fp64", "logits_fp64", "greedy.ids", "prompted_greedy.ids"]))
    #expect(names.count { $0.hasPrefix("prompted_beam") } == 6)
    #expect(names.count == 16)
    #expect(verification.notComputed == [])
  }

  @Test func blipAnswersAgree() throws {
    let verification = try verify("blip/vqa", weights: "model.safetensors")
    let names = Set(verification.comparisons.map(\.name))
    #expect(names.isSuperset(of: ["question_last_hidden_fp64", "logits_fp64", "greedy.ids", "beam4_length.ids"]))
    #expect(names.count == 10)
    #expect(verification.notComputed == [])
  }

  @Test func whatIsRecordedAndNotComputedDoesNotPass() throws {
    let folder = try copy(of: "blip2_opt")
    let record = try Record(folder)
    let strangers: [(key: String, value: Any, name: String)] = [
      ("list", [1, 2], "padded.list"), ("number", 0.5, "padded.number"),
      ("group", ["inner": [[3]]], "padded.group.inner"), ("tensor", ["shape": [0], "data": []], "padded.tensor"),
    ]
    for stranger in strangers {
      try record.write(stranger.value, under: "padded", stranger.key)
      let verification = try ModelVerification(directory: folder.url.path)
      #expect(verification.failures().isEmpty)
      #expect(!verification.passes())
      #expect(verification.notComputed == [stranger.name])
      #expect(verification.report().contains("1 recorded, but not computed: \(stranger.name)"))
    }
    try record.write("words", under: "padded", "note")
    #expect(try ModelVerification(directory: folder.url.path).passes())
  }

  @Test func ranksMaySwapOnlyAsFarAsTheirScoresAreClose() throws {
    let folder = try copy(of: "vit_gpt2")
    let record = try Record(folder)
    let name = try #require(record.root.keys.first { $0.hasPrefix("beam4_default") })
    let group = try #require(record.root[name] as? [String: Any])
    var ids = try #require(group["ids"] as? [[Int]])
    let scores = try #require(group["sequences_scores"] as? [Double])
    ids.swapAt(0, 1)
    try record.write(ids, under: name, "ids")
    let near = try ModelVerification(directory: folder.url.path).comparisons.first { $0.name == name + ".ids" }
    #expect(near?.difference == abs(scores[0] - scores[1]) / 2)
    #expect((near?.difference ?? 1) < ModelVerification.defaultTolerance)
    ids.swapAt(0, 1)
    ids.swapAt(0, 3)
    try record.write(ids, under: name, "ids")
    let far = try ModelVerification(directory: folder.url.path)
    #expect(far.failures().map(\.name) == [name + ".ids"])
    ids.swapAt(0, 3)
    ids.swapAt(0, 4)  // another image's
    try record.write(ids, under: name, "ids")
    #expect(try ModelVerification(directory: folder.url.path).failures().first?.difference == .infinity)
  }

  /// The recorded results of a copied directory, to be changed.
  private struct Record {
    let root: [String: Any]
    private let file: URL

    init(_ folder: TemporaryFolder) throws {
      file = folder.url.appending(path: "expected.json")
      root = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    }

    func write(_ value: Any, under group: String, _ key: String) throws {
      var changed = root
      var inner = try #require(root[group] as? [String: Any])
      inner[key] = value
      changed[group] = inner
      try JSONSerialization.data(withJSONObject: changed).write(to: file)
    }
  }

  @Test func differencesAreFoundAndNamed() throws {
    let folder = try copy(of: "clip_eos2")
    let expected = try String(contentsOf: folder.url.appending(path: "expected.json"), encoding: .utf8)
    let changed = expected.replacingOccurrences(of: "-2.20773119", with: "-2.20873119")
    #expect(changed != expected)
    try folder.write(changed, to: "expected.json")
    let verification = try ModelVerification(directory: folder.url.path)
    #expect(verification.failures().map(\.name) == ["logits_per_image_fp64"])
    #expect(abs((verification.failures().first?.difference ?? 0) - 1e-3) < 1e-5)
    #expect(verification.report().contains("1 of 13 past 1.0e-04"))
    #expect(verification.failures(tolerance: 2e-3).isEmpty)
  }

  @Test func damagedDirectoriesAreRefusedInOneLine() throws {
    let truncated = try copy(of: "clip_eos2", without: ["pytorch_model.bin"])
    let file = truncated.url.appending(path: "model.safetensors")
    try Data(contentsOf: file).prefix(500_000).write(to: file)
    expectRefusal(truncated, "model.safetensors")

    let foreign = try copy(of: "clip_eos2", without: ["config.json"])
    try FileManager.default.copyItem(
      at: Fixture.url("vilt_vqa/config.json"), to: foreign.url.appending(path: "config.json"))
    expectRefusal(foreign, "expected.json", "lacks", "model.safetensors")

    expectRefusal(try copy(of: "clip_eos2", without: ["model.safetensors", "pytorch_model.bin"]), "has no weights")
    expectRefusal(try copy(of: "clip_eos2", without: ["expected.json"]), "has no recorded results")
    expectRefusal(try copy(of: "clip_eos2", without: ["inputs.safetensors"]), "has no inputs")
    expectRefusal(try copy(of: "clip_eos2", without: ["config.json"]), "has no config.json")

    let unknown = try copy(of: "clip_eos2")
    try unknown.write(#"{"model_type": "gpt2"}"#, to: "config.json")
    expectRefusal(unknown, "gpt2 cannot be verified", "clip, vilt")
  }

  private func verify(_ fixture: String, weights: String, tolerance: Double? = nil) throws -> ModelVerification {
    let folder = try copy(of: fixture)
    if !FileManager.default.fileExists(atPath: folder.path(weights)) {
      // Not all checkpoints are kept in both formats; here the other one is made.
      let source = try Checkpoint(path: folder.path("model.safetensors"))
      let tensors = try source.names.map { name in
        (name: name, shape: try source.entry(name).shape, values: try source.float32(name))
      }
      try Data(PickleBuilder.stateDictionary(tensors).build()).write(to: folder.url.appending(path: weights))
    }
    let verification = try ModelVerification(directory: folder.url.path, weights: weights)
    #expect(verification.weights == folder.path(weights))
    for failure in verification.failures(tolerance: tolerance ?? self.tolerance) {
      Issue.record("\(fixture): \(failure.name): \(failure.difference) \(failure.remark ?? "")")
    }
    return verification
  }

  private func copy(of fixture: String, without missing: [String] = []) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in try FileManager.default.contentsOfDirectory(atPath: Fixture.url(fixture).path)
    where !missing.contains(file) {
      try FileManager.default.copyItem(
        at: Fixture.url(fixture).appending(path: file), to: folder.url.appending(path: file))
    }
    return folder
  }

  /// One of `words` must be in the message, which must be a single line that names the directory.
  private func expectRefusal(
    _ folder: TemporaryFolder, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do {
      _ = try ModelVerification(directory: folder.url.path)
      Issue.record("was accepted", sourceLocation: sourceLocation)
    } catch {
      let message = "\(error)"
      #expect(message.contains(folder.url.path), sourceLocation: sourceLocation)
      #expect(!message.contains("\n"), sourceLocation: sourceLocation)
      #expect(words.contains { message.contains($0) }, "\(message)", sourceLocation: sourceLocation)
    }
  }
}
