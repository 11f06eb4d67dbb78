import Foundation
import Support
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct CheckpointTests {
  /// Every file that `make_checkpoints.py` describes in `expected.json`.
  static let described = [
    "types.safetensors", "types.bin", "views.bin", "legacy.bin", "state_dict.bin", "nested.bin",
    "sharded/model.safetensors.index.json", "sharded/pytorch_model.bin.index.json",
  ]

  @Test(arguments: described)
  func tensorsHaveTheNamesTypesShapesAndValuesThatPythonSaved(_ name: String) throws {
    let expected = try #require(
      JSON(contentsOf: fixture("checkpoints/expected.json")).members?[name]?.members, "no record of \(name)")
    let checkpoint = try Checkpoint(path: fixture("checkpoints/\(name)"))
    #expect(checkpoint.names == expected.members.map(\.key).sorted())
    for (key, description) in expected.members {
      let entry = try checkpoint.entry(key)
      #expect(entry.elementType.description == description.members?["dtype"]?.string)
      #expect(entry.shape == description.members?["shape"]?.elements?.compactMap(\.integer))
      let values = try #require(description.members?["values"]?.elements)
      let floats = entry.float32()
      #expect(floats.count == values.count)
      for (index, (ours, theirs)) in zip(floats, values).enumerated() {
        let wanted = Float(try #require(theirs.double))
        #expect(
          ours.bitPattern == wanted.bitPattern || (ours.isNaN && wanted.isNaN),
          "\(name) \(key)[\(index)]: ours \(ours), theirs \(wanted)")
      }
      if !entry.elementType.isFloatingPoint {
        let wanted = values.map { $0.integer ?? Int($0.double ?? .nan) }
        #expect(try entry.integers() == wanted)
      }
    }
  }

  /// `make_unread.py` made the files.
  @Test func tensorsOfTypesThatAreNotReadDoNotMatterUnlessTheyAreNeeded() throws {
    let file = try Checkpoint(path: fixture("checkpoints/unread.safetensors"))
    #expect(file.names == ["F32"])
    #expect(
      file.unreadNames == [
        "C64", "F4", "F6_E2M3", "F6_E3M2", "F8_E4M3", "F8_E4M3FNUZ", "F8_E5M2", "F8_E5M2FNUZ", "F8_E8M0", "U16", "U32",
        "U64",
      ])
    expectError(.unsupported, "unread.safetensors: \"F8_E4M3\": holds F8_E4M3, which is not read") {
      try file.entry("F8_E4M3")
    }
    let report = try LoadReport(expected: [ExpectedTensor("F32", [2, 4])], checkpoint: file)
    #expect(report.missing.isEmpty && report.unexpected == file.unreadNames)
    expectError(.unsupported, "\"U16\": holds U16") {
      try LoadReport(expected: [ExpectedTensor("U16", [2, 4])], checkpoint: file)
    }
  }

  @Test(arguments: ["unread.bin", "unread_legacy.bin"])
  func pyTorchTensorsThatAreNotReadDoNotMatterUnlessTheyAreNeeded(name: String) throws {
    let file = try Checkpoint(path: fixture("checkpoints/\(name)"))
    #expect(file.names == ["buffer", "parameter_with_state", "tensor_with_attribute", "weight"])
    for name in file.names {
      #expect(try file.float32(name) == [0, 1, 2, 3, 4, 5], "\(name)")
    }
    var types = [
      "complex64": "complex64", "complex128": "complex128", "sparse": "a sparse tensor",
      "sparse_rows": "a sparse tensor", "quantized": "a quantized tensor", "quantized_rows": "a quantized tensor",
      "meta": "a tensor without numbers (meta)", "negated": "float32 with a pending change of sign",
    ]
    if name == "unread.bin" {
      for type in [
        "float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu", "uint16", "uint32", "uint64", "complex32", "bits8",
      ] { types[type] = type }
      types["float8_parameter"] = "float8_e4m3fn"
    }
    #expect(file.unreadNames == types.keys.sorted())
    for (name, type) in types {
      expectError(.unsupported, "\"\(name)\": holds \(type), which is not read") { try file.entry(name) }
    }
  }

  @Test func theFixturesOfPythonAreAllTested() throws {
    let expected = try #require(JSON(contentsOf: fixture("checkpoints/expected.json")).members)
    #expect(Set(expected.members.map(\.key)) == Set(Self.described))
  }

  @Test(arguments: ["clip_eos2", "clip_eosN", "vit_gpt2"])
  func safetensorsAndPyTorchFilesHoldEqualTensors(_ model: String) throws {
    let first = try Checkpoint(path: fixture("\(model)/model.safetensors"))
    let second = try Checkpoint(path: fixture("\(model)/pytorch_model.bin"))
    #expect(first.names == second.names)
    #expect(first.names.count > 70)
    for name in first.names {
      let (left, right) = (try first.entry(name), try second.entry(name))
      #expect(left.shape == right.shape)
      #expect(left.elementType == right.elementType)
      let same = left.withUnsafeBytes { leftBytes in
        right.withUnsafeBytes { rightBytes in leftBytes.elementsEqual(rightBytes) }
      }
      #expect(same, "\(name) differs")
    }
  }

  @Test func tensorsAreViewsIntoTheMappedFileAndKeepItAlive() throws {
    var checkpoint: Checkpoint? = try Checkpoint(path: fixture("clip_eos2/pytorch_model.bin"))
    let name = "text_model.embeddings.token_embedding.weight"
    let entry = try #require(checkpoint?[name])
    let values = try #require(try checkpoint?.float32(name))
    weak let owner = checkpoint
    checkpoint = nil
    #expect(owner == nil)
    #expect(entry.float32() == values)
    let external = entry.external
    let start = try #require(external.pointer)
    let mapping = try #require(entry.file.bytes.baseAddress)
    #expect(start >= mapping && start + external.span * 4 <= mapping + entry.file.bytes.count)
    #expect(external.span == 400 * 64)
    #expect(start.loadUnaligned(as: Float.self) == values[0])
  }

  @Test func viewsOfOneStorageAreNotCopied() throws {
    let checkpoint = try Checkpoint(path: fixture("checkpoints/views.bin"))
    let base = try checkpoint.entry("base")
    let transposed = try checkpoint.entry("transposed")
    #expect(base.byteOffset == transposed.byteOffset)
    #expect(transposed.strides == [1, 6])
    #expect(base.isContiguous && !transposed.isContiguous)
    #expect(try checkpoint.entry("column").byteOffset == base.byteOffset + 2 * 4)
    #expect(try checkpoint.entry("repeated").strides == [1, 0])
    #expect(try checkpoint.entry("repeated").byteCount == 2 * 4)
  }

  @Test func widensEveryHalfAsTheStandardSays() {
    for bits in UInt16.min...UInt16.max {
      let sign: Double = bits & 0x8000 == 0 ? 1 : -1
      let exponent = Int(bits >> 10 & 0x1F)
      let fraction = Double(bits & 0x3FF) / 1024
      var widened: Float = 0
      withUnsafeBytes(of: bits.littleEndian) { bytes in
        guard let base = bytes.baseAddress else { return }
        ElementType.float16.widen(base, step: 1, count: 1, into: &widened)
      }
      if exponent == 31 {
        #expect(fraction == 0 ? widened == Float(sign) * .infinity : widened.isNaN)
        continue
      }
      let magnitude = exponent == 0 ? scalbn(fraction, -14) : scalbn(1 + fraction, exponent - 15)
      let expected = Float(sign * magnitude)
      if widened.bitPattern != expected.bitPattern {
        Issue.record("0x\(String(bits, radix: 16)): ours \(widened), truth \(expected)")
      }
    }
  }

  @Test func asksForTensorsByNameAndShape() throws {
    let checkpoint = try Checkpoint(path: fixture("clip_eos2/model.safetensors"))
    #expect(try checkpoint.tensor("visual_projection.weight", shape: [40, 64]).shape == [40, 64])
    expectError(.mismatch, "has the shape [40, 64], but the model expects [64, 40]") {
      try checkpoint.tensor("visual_projection.weight", shape: [64, 40])
    }
    expectError(.notFound, "has no tensor \"nothing\"") { try checkpoint.tensor("nothing") }
    expectError(.notFound, "there is \"visual_projection.weight\"") {
      try checkpoint.float32("clip.visual_projection.weight")
    }
    expectError(.mismatch, "holds float32, not integers") { try checkpoint.integers("logit_scale") }
  }

  @Test func filesThatAreNoCheckpointsSayWhatTheyAre() throws {
    expectError(.notFound, "no such file") { try Checkpoint(path: "/nonexistent/model.safetensors") }
    expectError(.inputOutput, "is not a regular file") { try Checkpoint(path: fixture("checkpoints")) }
    expectError(.malformed, "the file is empty") { try open([]) }
    expectError(.malformed, "is a Git LFS pointer") {
      try open(Array("version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 34\n".utf8))
    }
    expectError(.malformed, "is a web page") { try open(Array("<!DOCTYPE html><html></html>".utf8)) }
    expectError(.malformed, "is gzip-compressed") { try open([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0]) }
    expectError(.tooLarge, "this is not a safetensors file") { try open(Array("A plain text, nothing else.".utf8)) }
  }

  @Test func bigEndianFilesAreRefused() {
    expectError(.unsupported, "big-endian") { try Checkpoint(path: fixture("checkpoints/big_endian.bin")) }
  }
}

@Suite struct ShardTests {
  private func index(_ map: String, in directory: String) throws -> String {
    let path = "\(directory)/model.safetensors.index.json"
    try Data("{\"metadata\": {}, \"weight_map\": \(map)}".utf8).write(to: URL(filePath: path))
    return path
  }

  @Test func aMissingShardIsNamed() throws {
    try withTemporaryDirectory { directory in
      let path = try index(#"{"a": "model-00001-of-00001.safetensors"}"#, in: directory)
      expectError(.notFound, "model-00001-of-00001.safetensors: this shard") { try Checkpoint(path: path) }
    }
  }

  @Test func aTensorThatItsShardLacksIsNamed() throws {
    try withTemporaryDirectory { directory in
      try SafetensorsWriter.write([TensorToWrite(name: "a", [Float(1)], shape: [1])], to: "\(directory)/one")
      let path = try index(#"{"a": "one", "b": "one"}"#, in: directory)
      expectError(.malformed, "weight_map.\"b\": is not in the shard \"one\"") { try Checkpoint(path: path) }
    }
  }

  /// transformers 5.24 reads all files in the order of their names and asks the index for nothing else.
  @Test func ofATensorInTwoShardsTheLastCounts() throws {
    try withTemporaryDirectory { directory in
      // "c" is not in the index.
      for (file, number) in [("b", Float(1)), ("a", 2), ("c", 3)] {
        let names = file == "a" ? ["x", "of a"] : ["x", "of b"]
        try SafetensorsWriter.write(
          names.map { TensorToWrite(name: $0, [number], shape: [1]) }, to: "\(directory)/\(file)")
      }
      let checkpoint = try Checkpoint(path: index(#"{"x": "a", "of b": "b"}"#, in: directory))
      #expect(try checkpoint.float32("x") == [1])
      #expect(try checkpoint.float32("of a") == [2])
    }
  }

  @Test func aShardInAFolderBesideTheIndexIsRead() throws {
    try withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(atPath: "\(directory)/sub", withIntermediateDirectories: false)
      try SafetensorsWriter.write([TensorToWrite(name: "a", [Float(4)], shape: [1])], to: "\(directory)/sub/one")
      #expect(try Checkpoint(path: index(#"{"a": "sub/one"}"#, in: directory)).float32("a") == [4])
    }
  }

  @Test(arguments: ["../one", "/etc/passwd", "..", "", "sub/../one", "sub//one", "./one", "sub/"])
  func anIndexCannotLeaveItsDirectory(_ name: String) throws {
    try withTemporaryDirectory { directory in
      let path = try index("{\"a\": \"\(name)\"}", in: directory)
      expectError(.malformed, "not the name of a file beside the index") { try Checkpoint(path: path) }
    }
  }

  @Test func anIndexThatIsNoneSaysSo() throws {
    try withTemporaryDirectory { directory in
      let path = try index("3", in: directory)
      expectError(.malformed, "has no object weight_map") { try Checkpoint(path: path) }
    }
  }
}
