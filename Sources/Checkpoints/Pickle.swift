import Support

/// A restricted interpreter for Python's pickle format, protocols 2 to 5.
///
/// A pickle is a program for a stack machine that may import and call anything. This interpreter knows plain
/// values, containers and PyTorch's way to describe a tensor, and executes nothing: the first opcode or name
/// beyond that ends it with an error of kind `forbidden`.
struct Pickle {
  /// The result of the program.
  let root: PickleValue
  /// The containers that ``root`` refers to.
  let heap: PickleHeap
  /// All storages that the program named, in its order.
  let storages: [PickleStorage]
  /// Where the byte after STOP is.
  let end: Int

  /// The longest pickle that is read; that of a model with 100,000 tensors has some 20 MB.
  static let byteLimit = 64 << 20
  /// The most values that stack, memo and containers may hold.
  static let valueLimit = 2_000_000

  /// Runs the program in `bytes`, beginning at `offset`.
  ///
  /// - Throws: `DataError` whose place is the byte of the offending opcode.
  init(_ bytes: UnsafeRawBufferPointer, file: String, offset: Int = 0) throws {
    var machine = PickleMachine(reader: try ByteReader(bytes, file: file, offset: offset))
    root = try machine.run()
    heap = machine.heap
    storages = machine.storages
    end = machine.reader.offset
  }
}

struct PickleMachine {
  var reader: ByteReader
  var heap = PickleHeap()
  var storages: [PickleStorage] = []
  private var stack: [PickleValue] = []
  private var memo: [Int: PickleValue] = [:]
  private var valueCount = 0
  private var opcodePosition = 0

  init(reader: ByteReader) { self.reader = reader }

  mutating func run() throws -> PickleValue {
    let start = reader.offset
    while true {
      opcodePosition = reader.offset
      guard reader.offset - start < Pickle.byteLimit else {
        throw failure(.tooLarge, "the pickle is longer than \(Pickle.byteLimit) bytes")
      }
      let opcode = try reader.integer(UInt8.self)
      if opcode == UInt8(ascii: ".") {
        let result = try pop()
        guard stack.isEmpty else { throw failure("the pickle stops with values left over") }
        return result
      }
      if try executeScalar(opcode) { continue }
      if try executeContainer(opcode) { continue }
      if try executeObject(opcode) { continue }
      throw refusal(opcode)
    }
  }

  // MARK: Errors

  func failure(_ kind: DataError.Kind, _ reason: String) -> DataError {
    DataError(kind, file: reader.file, place: "pickle byte \(opcodePosition)", reason: reason)
  }

  func failure(_ reason: String) -> DataError { failure(.malformed, reason) }

  private func refusal(_ opcode: UInt8) -> DataError {
    let forbidden: [UInt8: String] = [
      0x69: "INST", 0x6F: "OBJ", 0x81: "NEWOBJ", 0x92: "NEWOBJ_EX", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4",
      0x50: "PERSID",
    ]
    if let name = forbidden[opcode] {
      return failure(.forbidden, "the opcode \(name) would construct an object; nothing was executed")
    }
    return failure(.unsupported, "the opcode 0x\(String(opcode, radix: 16)) is not part of a tensor file")
  }

  // MARK: Stack and memo

  mutating func push(_ value: PickleValue) throws {
    try count(1)
    stack.append(value)
  }

  /// Counts values against the limit.
  mutating func count(_ values: Int) throws {
    valueCount += values
    guard valueCount <= Pickle.valueLimit else { throw failure(.tooLarge, "more than \(Pickle.valueLimit) values") }
  }

  /// The topmost value, which must not be a mark.
  mutating func pop() throws -> PickleValue {
    guard let value = stack.popLast() else { throw failure("the stack is empty") }
    if case .mark = value { throw failure("a mark stands where a value is expected") }
    return value
  }

  func top() throws -> PickleValue {
    guard let value = stack.last else { throw failure("the stack is empty") }
    if case .mark = value { throw failure("a mark stands where a value is expected") }
    return value
  }

  mutating func pop(_ count: Int) throws -> [PickleValue] {
    var values: [PickleValue] = []
    for _ in 0..<count { values.append(try pop()) }
    return values.reversed()
  }

  /// All values above the topmost mark; the mark is removed too.
  mutating func popToMark() throws -> [PickleValue] {
    let mark = stack.lastIndex { if case .mark = $0 { true } else { false } }
    guard let mark else { throw failure("no mark is on the stack") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[(mark + 1)...])
  }

  private mutating func remember(_ index: Int) throws {
    let value = try top()
    try count(1)
    guard memo.updateValue(value, forKey: index) == nil else { throw failure("the memo entry \(index) is set twice") }
  }

  private mutating func recall(_ index: Int) throws {
    guard let value = memo[index] else { throw failure("the memo entry \(index) is not set") }
    try push(value)
  }

  // MARK: Plain values, and the memo

  private mutating func executeScalar(_ opcode: UInt8) throws -> Bool {
    switch opcode {
    case 0x80:  // PROTO
      let version = try reader.integer(UInt8.self)
      guard (2...5).contains(version) else { throw failure(.unsupported, "the pickle protocol \(version) is unknown") }
    case 0x95: _ = try reader.length()  // FRAME: how much to read ahead, of no use here
    case UInt8(ascii: "N"): try push(.none)
    case 0x88: try push(.bool(true))
    case 0x89: try push(.bool(false))
    case UInt8(ascii: "J"): try push(.integer(Int(try reader.integer(Int32.self))))
    case UInt8(ascii: "K"): try push(.integer(Int(try reader.integer(UInt8.self))))
    case UInt8(ascii: "M"): try push(.integer(Int(try reader.integer(UInt16.self))))
    case 0x8A: try pushLong(byteCount: Int(try reader.integer(UInt8.self)))  // LONG1
    case 0x8B:  // LONG4
      let count = Int(try reader.integer(Int32.self))
      guard count >= 0 else { throw failure("an integer of \(count) bytes") }
      try pushLong(byteCount: count)
    case UInt8(ascii: "G"):  // BINFLOAT, the one big-endian number
      try push(.number(Double(bitPattern: try reader.integer(UInt64.self).byteSwapped)))
    case UInt8(ascii: "X"): try pushText(byteCount: Int(try reader.integer(UInt32.self)))  // BINUNICODE
    case 0x8C: try pushText(byteCount: Int(try reader.integer(UInt8.self)))  // SHORT_BINUNICODE
    case 0x8D: try pushText(byteCount: try reader.length())  // BINUNICODE8
    case UInt8(ascii: "T"): try pushText(byteCount: Int(try reader.integer(UInt32.self)))  // BINSTRING of Python 2
    case UInt8(ascii: "U"): try pushText(byteCount: Int(try reader.integer(UInt8.self)))  // SHORT_BINSTRING
    case UInt8(ascii: "q"): try remember(Int(try reader.integer(UInt8.self)))
    case UInt8(ascii: "r"): try remember(Int(try reader.integer(UInt32.self)))
    case 0x94: try remember(memo.count)  // MEMOIZE
    case UInt8(ascii: "h"): try recall(Int(try reader.integer(UInt8.self)))
    case UInt8(ascii: "j"): try recall(Int(try reader.integer(UInt32.self)))
    default: return false
    }
    return true
  }

  private mutating func pushLong(byteCount: Int) throws {
    let bytes = try reader.take(byteCount)
    guard byteCount <= 8 else { return try push(.largeInteger) }
    var pattern: UInt64 = bytes.last.map { $0 >= 0x80 ? .max : 0 } ?? 0  // two's complement
    for byte in bytes.reversed() { pattern = pattern << 8 | UInt64(byte) }
    try push(.integer(Int(Int64(bitPattern: pattern))))
  }

  private mutating func pushText(byteCount: Int) throws {
    guard byteCount <= 1 << 20 else { throw failure(.tooLarge, "a text of \(byteCount) bytes") }
    try push(.string(try reader.text(try reader.take(byteCount), at: opcodePosition)))
  }

  // MARK: Containers

  private mutating func executeContainer(_ opcode: UInt8) throws -> Bool {
    switch opcode {
    case UInt8(ascii: "("): try push(.mark)
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: ")"): try push(heap.add(.tuple))
    case 0x85: try push(heap.add(.tuple, try pop(1)))
    case 0x86: try push(heap.add(.tuple, try pop(2)))
    case 0x87: try push(heap.add(.tuple, try pop(3)))
    case UInt8(ascii: "t"): try push(heap.add(.tuple, try popToMark()))
    case UInt8(ascii: "]"): try push(heap.add(.list))
    case UInt8(ascii: "l"): try push(heap.add(.list, try popToMark()))
    case UInt8(ascii: "}"): try push(heap.add(.dictionary))
    case UInt8(ascii: "d"): try push(heap.add(.dictionary, try pairs(popToMark())))
    case UInt8(ascii: "a"): try append(try pop(1), to: .list)
    case UInt8(ascii: "e"): try append(try popToMark(), to: .list)
    case UInt8(ascii: "s"): try append(try pop(2), to: .dictionary)
    case UInt8(ascii: "u"): try append(pairs(try popToMark()), to: .dictionary)
    default: return false
    }
    return true
  }

  private func pairs(_ values: [PickleValue]) throws -> [PickleValue] {
    guard values.count.isMultiple(of: 2) else { throw failure("a dictionary key has no value") }
    return values
  }

  private mutating func append(_ values: [PickleValue], to kind: PickleHeap.Kind) throws {
    guard case .container(let index) = try top(), heap.kinds[index] == kind else {
      throw failure("items are added to what is not a \(kind)")
    }
    heap.append(values, to: index)
  }
}
