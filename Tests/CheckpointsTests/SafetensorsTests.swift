import Foundation
import Support
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct SafetensorsTests {
  /// A file with this header and so many bytes of data.
  private func file(_ header: String, data: Int = 0) -> [UInt8] {
    bytes(UInt64(header.utf8.count)) + Array(header.utf8) + [UInt8](repeating: 0, count: data)
  }

  private func tensor(_ name: String, _ shape: String, _ offsets: String, type: String = "F32") -> String {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  private func expectMalformed(
    _ fragment: String, _ members: String..., data: Int = 0, kind: DataError.Kind = .malformed,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectError(kind, fragment, sourceLocation: sourceLocation) {
      try open(file("{\(members.joined(separator: ","))}", data: data))
    }
  }

  @Test func aFileWithoutTensorsIsValid() throws {
    #expect(try open(file("{}")).names.isEmpty)
    let checkpoint = try open(file("{\"__metadata__\":{\"format\":\"pt\"}}   "))
    #expect(checkpoint.metadata == ["format": "pt"])
  }

  @Test func headersThatDoNotFitTheFileAreRefused() {
    expectError(.malformed, "too few") { try open([1, 2, 3]) }
    expectError(.tooLarge, "10000000000 bytes exceeds") { try open(bytes(UInt64(10_000_000_000)) + [0x7B]) }
    expectError(.tooLarge, "exceeds the limit") { try open(bytes(UInt64.max) + [0x7B, 0x7D]) }
    expectError(.malformed, "truncated") { try open(bytes(UInt64(50_000_000)) + [0x7B, 0x7D]) }
    expectError(.malformed, "does not begin with a brace") { try open(file("[]")) }
    expectError(.malformed, "byte 9") { try open(file("{\u{0}}")) }
    expectError(.malformed, "not UTF-8") { try open(bytes(UInt64(4)) + [0x7B, 0x22, 0xFF, 0x22]) }
  }

  @Test func rangesMustTileTheData() {
    expectMalformed("data, which has 7 bytes; the file is truncated", tensor("a", "[2]", "[0,8]"), data: 7)
    expectMalformed("end at byte 8 of the data, which has 9", tensor("a", "[2]", "[0,8]"), data: 9)
    expectMalformed("overlaps", tensor("a", "[2]", "[0,8]"), tensor("b", "[2]", "[4,12]"), data: 12)
    expectMalformed("leaves a gap", tensor("a", "[1]", "[0,4]"), tensor("b", "[1]", "[8,12]"), data: 12)
    expectMalformed("leaves a gap", tensor("a", "[1]", "[4,8]"), data: 8)
    expectMalformed("before its start", tensor("a", "[1]", "[8,4]"), data: 8)
    expectMalformed("no pair of natural numbers", tensor("a", "[1]", "[-4,0]"), data: 8)
    expectMalformed("no pair of natural numbers", tensor("a", "[1]", "[0,4,8]"), data: 8)
    expectMalformed("no pair of natural numbers", tensor("a", "[1]", "[0,18446744073709551616]"), data: 8)
    expectMalformed("which has 8 bytes", tensor("a", "[1]", "[0,9223372036854775807]"), data: 8)
  }

  @Test func shapesMustFitTheirRange() {
    expectMalformed("needs 8 bytes, but its range has 4", tensor("a", "[2]", "[0,4]"), data: 4)
    expectMalformed("overflows", tensor("a", "[4294967296,4294967296]", "[0,4]"), data: 4)
    expectMalformed("overflows", tensor("a", "[9223372036854775807,2]", "[0,4]"), data: 4)
    expectMalformed("overflows", tensor("a", "[2305843009213693952]", "[0,0]", type: "F64"))
    expectMalformed("no shape of natural numbers", tensor("a", "[-1]", "[0,4]"), data: 4)
    expectMalformed("no shape of natural numbers", tensor("a", "[1.0]", "[0,4]"), data: 4)
    expectMalformed("no shape of natural numbers", tensor("a", "1", "[0,4]"), data: 4)
    let ones = "[\([String](repeating: "1", count: 65).joined(separator: ","))]"
    expectMalformed("65 dimensions", tensor("a", ones, "[0,4]"), data: 4)
  }

  @Test func fieldsMustBeTheKnownOnes() {
    expectMalformed("\"F7_E1M1\"", tensor("a", "[1]", "[0,1]", type: "F7_E1M1"), data: 1, kind: .unsupported)
    expectMalformed("has no dtype", "\"a\":{\"shape\":[],\"data_offsets\":[0,4]}", data: 4)
    expectMalformed("not an object", "\"a\":3")
    expectMalformed("__metadata__: is an array", "\"__metadata__\":[]")
    expectMalformed("not a text", "\"__metadata__\":{\"a\":1}")
  }

  @Test func duplicateKeysAndDeepNestingAreRefused() {
    let one = tensor("a", "[1]", "[0,4]")
    expectMalformed("occurs twice", "\"__metadata__\":{}", one, "\"__metadata__\":{}", data: 4)
    expectMalformed("occurs twice", "\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}")
    let deep = String(repeating: "[", count: 1_000_000)
    expectMalformed("deeper than 127", "\"a\":\(deep)", kind: .tooLarge)
    let many = "[" + String(repeating: "0,", count: 2_100_000) + "0]"
    expectMalformed("JSON values", "\"a\":{\"shape\":\(many)}", kind: .tooLarge)
  }

  /// All of these are read by `safetensors.safe_open` (0.8).
  @Test func whatTheReferenceLibraryReadsIsRead() throws {
    let one = tensor("a", "[1]", "[0,4]")
    let unknown = "\"a\":{\"x\":[1,{\"y\":null}],\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":{}}"
    let headers = [
      " {\(one)}", "\n\t{\(one)} \n", "{\"__metadata__\":null,\(one)}", "{\(unknown)}",
      "{\"__metadata__\":{\"f\":\"a\",\"f\":\"b\"},\(one)}",
      // Of two entries of one name the last counts; what the first says of the data does not matter.
      "{\(tensor("a", "[4]", "[0,4]", type: "U8")),\(one)}",
    ]
    for header in headers {
      let checkpoint = try open(file(header, data: 4))
      #expect(checkpoint.names == ["a"], "\(header)")
      #expect(try checkpoint.entry("a").elementType == .float32, "\(header)")
    }
    #expect(try open(file(headers[2], data: 4)).metadata.isEmpty)
    #expect(try open(file(headers[4], data: 4)).metadata == ["f": "b"])
  }

  @Test func whatTheReferenceLibraryRefusesIsRefused() {
    let one = tensor("a", "[1]", "[0,4]")
    let headers = [
      "{\(one)}\0", "\u{FEFF}{\(one)}", "{\(one),}", "{\"a\":null}", "{\"__metadata__\":{\"x\":null},\(one)}",
    ]
    for header in headers {
      #expect(throws: DataError.self, "\(header)") { try open(file(header, data: 4)) }
    }
    expectMalformed("does not fill whole bytes", tensor("a", "[3]", "[0,2]", type: "F4"), data: 2)
    expectMalformed("F6_E2M3 of shape [8] needs 6 bytes", tensor("a", "[8]", "[0,8]", type: "F6_E2M3"), data: 8)
  }

  @Test func theWriterWritesTheBytesOfThePythonLibrary() throws {
    let path = fixture("checkpoints/types.safetensors")
    let checkpoint = try Checkpoint(path: path)
    try withTemporaryDirectory { directory in
      let copy = "\(directory)/copy.safetensors"
      try SafetensorsWriter.write(checkpoint.names.reversed().map { TensorToWrite(try checkpoint.entry($0)) }, to: copy)
      #expect(try Data(contentsOf: URL(filePath: copy)) == Data(contentsOf: URL(filePath: path)))
    }
  }

  @Test func theWriterWritesTheBytesOfAModelOfTransformers() throws {
    let path = fixture("vit_gpt2/model.safetensors")
    let checkpoint = try Checkpoint(path: path)
    try withTemporaryDirectory { directory in
      let copy = "\(directory)/model.safetensors"
      try SafetensorsWriter.write(checkpoint.names.map { TensorToWrite(try checkpoint.entry($0)) }, to: copy)
      #expect(try Data(contentsOf: URL(filePath: copy)) == Data(contentsOf: URL(filePath: path)))
      let files = try FileManager.default.contentsOfDirectory(atPath: directory)
      #expect(files == ["model.safetensors"], "a temporary file is left")
    }
  }

  @Test func stridedTensorsAreWrittenInRowMajorOrder() throws {
    let views = try Checkpoint(path: fixture("checkpoints/views.bin"))
    try withTemporaryDirectory { directory in
      let path = "\(directory)/views.safetensors"
      try SafetensorsWriter.write(views.names.map { TensorToWrite(try views.entry($0), name: "x.\($0)") }, to: path)
      let copy = try Checkpoint(path: path)
      for name in views.names {
        #expect(try copy.float32("x.\(name)") == views.float32(name), "\(name)")
        #expect(try copy.entry("x.\(name)").isContiguous)
      }
    }
  }

  @Test func whatCannotBeWrittenLeavesTheOldFile() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/a.safetensors"
      try SafetensorsWriter.write([TensorToWrite(name: "a", [Float(1), 2], shape: [2])], to: path)
      expectError(.mismatch, "needs 12 bytes, not 8") {
        try SafetensorsWriter.write([TensorToWrite(name: "a", [Float(3), 4], shape: [3])], to: path)
      }
      expectError(.malformed, "the name is taken") {
        try SafetensorsWriter.write(
          [TensorToWrite(name: "a", [Float(3)], shape: [1]), TensorToWrite(name: "a", [4], shape: [1])], to: path)
      }
      expectError(.malformed, "the name is taken") {
        try SafetensorsWriter.write([TensorToWrite(name: "__metadata__", [Float(3)], shape: [1])], to: path)
      }
      expectError(.malformed, "negative") {
        try SafetensorsWriter.write([TensorToWrite(name: "a", [Float](), shape: [-1])], to: path)
      }
      #expect(try Checkpoint(path: path).float32("a") == [1, 2])
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a.safetensors"])
      expectError(.inputOutput, "cannot be written") {
        try SafetensorsWriter.write([], to: "\(directory)/none/a.safetensors")
      }
    }
  }
}
