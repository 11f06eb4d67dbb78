import Support
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct PickleTests {
  private func load(_ body: [UInt8]) throws -> Checkpoint {
    try open(PickleBuilder.archive(PickleBuilder.proto + body).build())
  }

  /// Expects a refusal of these opcodes followed by STOP.
  private func expectRefusal(
    _ kind: DataError.Kind, _ fragment: String, _ body: [UInt8],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectError(kind, fragment, sourceLocation: sourceLocation) { try load(body + PickleBuilder.stop) }
  }

  private func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test(arguments: [
    ("posix", "system"), ("os", "system"), ("builtins", "eval"), ("__builtin__", "exec"), ("subprocess", "Popen"),
    ("torch", "load"), ("torch.storage", "_load_from_bytes"), ("torch._utils", "_rebuild_wrapper_subclass"),
    ("collections", "defaultdict"), ("numpy.core.multiarray", "_reconstruct"), ("torch.jit", "Storage"),
  ])
  func importsOfOtherNamesAreRefusedBeforeAnythingIsCalled(_ module: String, _ name: String) {
    let call = PickleBuilder.global(module, name) + PickleBuilder.tuple(PickleBuilder.text("echo")) + ascii("R")
    expectRefusal(.forbidden, "would import \"\(module).\(name)\"; nothing was executed", call)
    let stackGlobal = PickleBuilder.text(module) + PickleBuilder.text(name) + [0x93]
    expectRefusal(.forbidden, "would import \"\(module).\(name)\"; nothing was executed", stackGlobal)
  }

  @Test func opcodesThatConstructObjectsAreRefused() {
    expectRefusal(.forbidden, "INST", ascii("(ios\nsystem\n"))
    expectRefusal(.forbidden, "OBJ", ascii("(ccollections\nOrderedDict\no"))
    expectRefusal(.forbidden, "NEWOBJ", PickleBuilder.global("collections", "OrderedDict") + ascii(")") + [0x81])
    expectRefusal(.forbidden, "NEWOBJ_EX", ascii(")}") + [0x92])
    expectRefusal(.forbidden, "EXT1", [0x82, 1])
    expectRefusal(.forbidden, "EXT2", [0x83, 1, 0])
    expectRefusal(.forbidden, "EXT4", [0x84, 1, 0, 0, 0])
    expectRefusal(.forbidden, "PERSID", ascii("P0\n"))
    expectRefusal(.forbidden, "BUILD", ascii("]}b"))
    expectRefusal(.forbidden, "BUILD", ascii("}]b"))
    expectRefusal(.forbidden, "BUILD", PickleBuilder.global("collections", "OrderedDict") + ascii("}b"))
    expectRefusal(.forbidden, "would call a text", PickleBuilder.text("f") + ascii(")R"))
    expectRefusal(.forbidden, "would call a storage class", PickleBuilder.global("torch", "FloatStorage") + ascii(")R"))
  }

  @Test func unknownOpcodesAndProtocolsAreRefused() {
    expectRefusal(.unsupported, "0x96", [0x96])
    expectRefusal(.unsupported, "0x0", [0x00])
    expectRefusal(.unsupported, "protocol 9", [0x80, 9])
    expectRefusal(.unsupported, "torch.StrangeStorage", PickleBuilder.global("torch", "StrangeStorage"))
    expectRefusal(.unsupported, "torch.storage.LazyStorage", PickleBuilder.global("torch.storage", "LazyStorage"))
    expectRefusal(.forbidden, "torch.float8_e4m3fn()", PickleBuilder.global("torch", "float8_e4m3fn()"))
    expectRefusal(.forbidden, "torch.float", PickleBuilder.global("torch", "float"))
  }

  @Test func stackAndMemoAreGuarded() {
    expectRefusal(.malformed, "the stack is empty", [])
    expectRefusal(.malformed, "the stack is empty", ascii("R"))
    expectRefusal(.malformed, "the stack is empty", ascii("0"))
    expectRefusal(.malformed, "no mark", ascii("t"))
    expectRefusal(.malformed, "no mark", ascii("]e"))
    expectRefusal(.malformed, "a mark stands", ascii("("))
    expectRefusal(.malformed, "a mark stands", ascii("(a"))
    expectRefusal(.malformed, "a mark stands", ascii("(q") + [0])
    expectRefusal(.malformed, "values left over", ascii("NN"))
    expectRefusal(.malformed, "not a list", ascii("}Na"))
    expectRefusal(.malformed, "not a dictionary", ascii("]NNs"))
    expectRefusal(.malformed, "no value", ascii("}(Nu"))
    expectRefusal(.malformed, "entry 7 is not set", ascii("h") + [7])
    expectRefusal(.malformed, "entry 4294967295 is not set", ascii("j") + [255, 255, 255, 255])
    expectRefusal(.malformed, "entry 0 is set twice", ascii("]q") + [0] + ascii("q") + [0])
  }

  @Test func lengthsBeyondTheEndAreRefused() {
    expectRefusal(.malformed, "an integer of -1 bytes", [0x8B, 255, 255, 255, 255])
    expectRefusal(.malformed, "truncated", [0x8B, 255, 255, 255, 127])
    expectRefusal(.tooLarge, "a text of", ascii("X") + [255, 255, 255, 255])
    expectRefusal(.tooLarge, "a text of", [0x8D] + bytes(UInt64(Int.max)))
    expectRefusal(.malformed, "absurd", [0x8D] + bytes(UInt64.max))
    expectRefusal(.malformed, "truncated", ascii("X") + [100, 0, 0, 0])
    expectRefusal(.malformed, "a line does not end", ascii("ctorch"))
    expectRefusal(.malformed, "not UTF-8", ascii("X") + [1, 0, 0, 0, 0xFF])
    expectError(.malformed, "truncated") { try load([]) }
  }

  @Test func tensorsMustLieInTheirStorage() {
    func expect(
      _ fragment: String, storage: Int = 2, offset: Int = 0, _ shape: [Int], _ strides: [Int],
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let tensor = PickleBuilder.tensor(
        PickleBuilder.storage(count: storage), offset: offset, shape: shape, strides: strides)
      expectRefusal(.malformed, fragment, PickleBuilder.dictionary("w", tensor), sourceLocation: sourceLocation)
    }
    expect("reaches beyond its storage", [3], [1])
    expect("reaches beyond its storage", [2], [2])
    expect("reaches beyond its storage", offset: 1, [2], [1])
    expect("reaches beyond its storage", offset: -1, [1], [1])
    expect("reaches beyond its storage", offset: .max, [1], [1])
    expect("reaches beyond its storage", offset: 3, [0], [1])
    expect("is negative", [-1], [1])
    expect("are negative", [2], [-1])
    expect("has 2 strides", [2], [1, 1])
    expect("overflows", [Int.max, Int.max], [0, 0])
    expect("overflows", [Int.max], [Int.max])
    expect("overflows", [1 << 62, 8], [0, 0])
    expect("repeats its elements too often", [1 << 40], [0])
    expect("a storage of -2 elements", storage: -2, [2], [1])
    expect("a storage of 9223372036854775807", storage: .max, [2], [1])
    expect("65 dimensions", [Int](repeating: 1, count: 65), [Int](repeating: 1, count: 65))
  }

  @Test func descriptionsOfTensorsMustBeComplete() {
    let rebuild = PickleBuilder.global("torch._utils", "_rebuild_tensor_v2")
    expectRefusal(.malformed, "description of a tensor", rebuild + ascii(")R"))
    expectRefusal(.malformed, "no tuple", rebuild + ascii("NR"))
    expectRefusal(.malformed, "not that of a storage", ascii(")Q"))
    expectRefusal(.malformed, "not that of a storage", ascii("NQ"))
    expectRefusal(.malformed, "no tensor", PickleBuilder.global("torch._utils", "_rebuild_parameter") + ascii(")R"))
    let pair = PickleBuilder.global("collections", "OrderedDict") + ascii("]Na") + [0x85] + ascii("R")
    expectRefusal(.malformed, "no pair", pair)
    let view = PickleBuilder.tuple(
      PickleBuilder.text("storage"), PickleBuilder.global("torch", "FloatStorage"), PickleBuilder.text("0"),
      PickleBuilder.text("cpu"), PickleBuilder.integer(2), ascii(")"))
    expectRefusal(.unsupported, "view of another storage", view + ascii("Q"))
  }

  @Test func aTensorWithoutADictionaryIsNamedTensor() throws {
    let tensor = PickleBuilder.tensor(PickleBuilder.storage(count: 2), shape: [2], strides: [1])
    #expect(try load(tensor + PickleBuilder.stop).float32("tensor") == [0, 1])
  }

  @Test func equalNamesAreRefused() {
    let tensor = PickleBuilder.tensor(PickleBuilder.storage(count: 2), shape: [2], strides: [1])
    let body =
      ascii("}") + (PickleBuilder.text("w") + tensor + ascii("s")) + (PickleBuilder.text("w") + tensor + ascii("s"))
    expectRefusal(.malformed, "\"w\": the tensor occurs twice", body)
  }

  @Test func containersThatHoldThemselvesOrNestDeeplyEnd() throws {
    expectRefusal(.tooLarge, "nest deeper", ascii("]q") + [0] + ascii("h") + [0] + ascii("a"))
    expectRefusal(.tooLarge, "nest deeper", ascii("}q") + [0] + PickleBuilder.text("k") + ascii("h") + [0] + ascii("s"))
    let tower = ascii(")") + [UInt8](repeating: 0x85, count: 1_000_000)
    expectRefusal(.tooLarge, "nest deeper", tower)
    #expect(try load(tower + ascii("0N") + PickleBuilder.stop).names.isEmpty)
  }

  @Test func fewBytesCannotStandForManyPaths() {
    // Each list holds the one before it a hundred times: 100⁸ paths in two kilobytes.
    var body = ascii("]q") + [0]
    for level in UInt8(1)...8 {
      body += ascii("](") + [UInt8]((0..<100).flatMap { _ in ascii("h") + [level - 1] }) + ascii("eq") + [level]
    }
    // The lists below stay on the stack; a tuple gathers them.
    expectRefusal(.tooLarge, "too many", ascii("(") + body + ascii("t"))
  }

  @Test func longNamesOfManyTensorsCannotFillTheMemory() {
    // 30,000 paths to one list, each with the 4,000 bytes of its key in front: 120 MB of names.
    var body = ascii("]q") + [0] + ascii("0")
    body += ascii("](") + [UInt8]((0..<100).flatMap { _ in ascii("h") + [0] }) + ascii("eq") + [1] + ascii("0")
    body += ascii("](") + [UInt8]((0..<300).flatMap { _ in ascii("h") + [1] }) + ascii("eq") + [2] + ascii("0")
    let long = PickleBuilder.dictionary(String(repeating: "x", count: 4000), ascii("h") + [2])
    expectRefusal(.tooLarge, "too long paths", body + long)
    #expect(throws: Never.self) {
      try load(body + PickleBuilder.dictionary("x", ascii("h") + [2]) + PickleBuilder.stop)
    }
  }

  @Test func thereIsALimitOfValues() {
    expectRefusal(.tooLarge, "more than 2000000 values", [UInt8](repeating: UInt8(ascii: ")"), count: 2_100_000))
    expectRefusal(.tooLarge, "more than 2000000 values", [UInt8](repeating: UInt8(ascii: "("), count: 2_100_000))
    expectRefusal(.tooLarge, "more than 2000000 values", ascii("N") + [UInt8](repeating: 0x94, count: 2_100_000))
  }
}

@Suite struct TorchLegacyTests {
  private let magic: [UInt8] = [
    0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  private func file(
    version: Int = 1001, littleEndian: UInt8 = 0x88, tensorCount: Int = 2, keys: [String] = ["k"], count: Int = 2,
    data: [UInt8] = [0, 0, 0, 0, 0, 0, 128, 63]
  ) -> [UInt8] {
    let storage =
      PickleBuilder.tuple(
        PickleBuilder.text("storage"), PickleBuilder.global("torch", "FloatStorage"), PickleBuilder.text("k"),
        PickleBuilder.text("cpu"), PickleBuilder.integer(tensorCount), Array("N".utf8)) + Array("Q".utf8)
    let state = PickleBuilder.dictionary("w", PickleBuilder.tensor(storage, shape: [2], strides: [1]))
    let list = Array("](".utf8) + keys.flatMap(PickleBuilder.text) + Array("e".utf8)
    let parts = [
      PickleBuilder.integer(version), PickleBuilder.dictionary("little_endian", [littleEndian]), state, list,
    ]
    return magic + parts.flatMap { PickleBuilder.proto + $0 + PickleBuilder.stop } + bytes(Int64(count)) + data
  }

  @Test func theOldFormatIsRead() throws {
    #expect(try open(file()).float32("w") == [0, 1])
  }

  @Test func damagedFilesOfTheOldFormatAreRefused() {
    expectError(.unsupported, "version") { try open(file(version: 1000)) }
    expectError(.unsupported, "big-endian") { try open(file(littleEndian: 0x89)) }
    expectError(.malformed, "not the 12 that its tensors expect") { try open(file(tensorCount: 3)) }
    expectError(.malformed, "belongs to no tensor") { try open(file(keys: ["other"])) }
    expectError(.malformed, "is missing") { try open(file(keys: [], count: 0, data: []).dropLast(8)) }
    expectError(.malformed, "truncated") { try open(file(count: 3)) }
    expectError(.malformed, "overflows") { try open(file(count: Int.max)) }
    expectError(.malformed, "absurd") { try open(file(count: -1)) }
    expectError(.malformed, "follow the last storage") { try open(file(data: [UInt8](repeating: 0, count: 9))) }
    expectError(.unsupported, "not one that torch.save wrote") { try open([0x80, 2, 0x8A, 1, 7, 0x2E]) }
  }

  @Test func truncatedFilesAreRefusedAtEveryLength() {
    let whole = file()
    for count in 1..<whole.count {
      #expect(throws: DataError.self, "\(count) bytes") { try open(Array(whole.prefix(count))) }
    }
  }
}

private func open(_ bytes: ArraySlice<UInt8>) throws -> Checkpoint { try open(Array(bytes)) }
