import Support

/// Reads the safetensors format: eight bytes with the header's length, a JSON header, the tensors' bytes.
///
/// The rules are those of the reference library (safetensors 0.8): offsets are sorted, start at 0, leave no gap, do not
/// overlap and end with the file; each range has the size that type and shape demand. Its leniencies are followed, too:
/// white space around the header, `null` for `__metadata__`, members of a tensor's entry that it does not know, and of
/// two tensors of one name the last.
enum Safetensors {
  /// The reference library's limit for the header in bytes.
  static let headerLimit = 100_000_000

  /// The header nests three deep: tensors, their fields, and the numbers in those. Members that are not known may nest
  /// as deep as the reference library lets them.
  private static let options = {
    var options = JSON.Options()
    options.byteLimit = headerLimit
    options.depthLimit = 127
    options.duplicates = .kept
    return options
  }()

  static func read(_ file: MappedFile) throws -> CheckpointContents {
    let (header, dataStart) = try parseHeader(file)
    var contents = CheckpointContents(path: file.path)
    let dataCount = file.bytes.count - dataStart
    var described: [String: Described] = [:]
    described.reserveCapacity(header.members.count)
    try requireOnce(["__metadata__"], in: header, file: file.path, place: "byte 8")
    for (name, value) in header.members {
      if name == "__metadata__" {
        contents.metadata = try metadata(value, file: file.path)
      } else {
        described[name] = try describe(name, value, file: file.path, dataCount: dataCount)
      }
    }
    var ranges: [(start: Int, end: Int, name: String)] = []
    ranges.reserveCapacity(described.count)
    for (name, tensor) in described {
      ranges.append((tensor.range.lowerBound, tensor.range.upperBound, name))
      switch tensor.type {
      case .read(let elementType):
        contents.entries[name] = TensorEntry(
          name: name, elementType: elementType, layout: tensor.layout, file: file,
          byteOffset: dataStart + tensor.range.lowerBound)
      case .unread(let type): contents.unread[name] = UnreadTensor(name: name, type: type.rawValue, file: file.path)
      }
    }
    // Empty tensors share their start with the next one, hence the end as second criterion.
    ranges.sort { ($0.start, $0.end, $0.name) < ($1.start, $1.end, $1.name) }
    var position = 0
    for (start, end, name) in ranges {
      guard start == position else {
        let reason =
          start < position
          ? "overlaps another tensor: it starts at \(start), before \(position)"
          : "leaves a gap: it starts at \(start), after \(position)"
        throw DataError(.malformed, file: file.path, place: quoted(name), reason: reason)
      }
      position = end
    }
    guard position == dataCount else {
      throw DataError(
        .malformed, file: file.path,
        reason: "the tensors end at byte \(position) of the data, which has \(dataCount) bytes")
    }
    return contents
  }

  private static func parseHeader(_ file: MappedFile) throws -> (JSON.Object, dataStart: Int) {
    var reader = try ByteReader(file.bytes, file: file.path)
    guard reader.remaining >= 8 else {
      throw DataError(
        .malformed, file: file.path,
        reason: "\(file.bytes.count) bytes are too few for a safetensors file, which begins with 8 bytes of length")
    }
    let stated = try reader.integer(UInt64.self)
    guard stated <= UInt64(headerLimit) else {
      throw DataError(
        .tooLarge, file: file.path,
        reason: "a header of \(stated) bytes exceeds the limit of \(headerLimit), or this is not a safetensors file")
    }
    let length = Int(stated)
    guard length <= reader.remaining else {
      throw DataError(
        .malformed, file: file.path,
        reason: "the header of \(length) bytes ends beyond the file of \(file.bytes.count) bytes; it is truncated")
    }
    let text = try reader.take(length)
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
    guard text.first(where: { !blanks.contains($0) }) == UInt8(ascii: "{") else {
      throw DataError(
        .malformed, file: file.path, place: "byte 8",
        reason: "the header does not begin with a brace; this is not a safetensors file")
    }
    guard case .object(let header) = try JSON(parsing: text, file: file.path, offset: 8, options: options) else {
      throw DataError(.malformed, file: file.path, place: "byte 8", reason: "the header is not an object")
    }
    return (header, 8 + length)
  }

  private static func metadata(_ value: JSON, file: String) throws -> [String: String] {
    if value == .null { return [:] }
    guard case .object(let object) = value else {
      throw DataError(
        .malformed, file: file, place: "__metadata__", reason: "is \(value.kindName), not an object")
    }
    var result: [String: String] = [:]
    for (key, value) in object.members {
      guard case .string(let text) = value else {
        throw DataError(
          .malformed, file: file, place: "__metadata__.\(quoted(key))", reason: "is \(value.kindName), not a text")
      }
      result[key] = text
    }
    return result
  }

  /// What an entry of the header says of a tensor.
  private struct Described {
    let type: FileType
    let layout: TensorLayout
    let range: Range<Int>
  }

  /// Refuses an object in which one of these keys, whose values all count, stands twice.
  private static func requireOnce(_ keys: [String], in object: JSON.Object, file: String, place: String) throws {
    for key in keys where object.members.count(where: { $0.key == key }) > 1 {
      throw DataError(.malformed, file: file, place: place, reason: "the key \(quoted(key)) occurs twice")
    }
  }

  private static func describe(_ name: String, _ value: JSON, file: String, dataCount: Int) throws -> Described {
    func failure(_ reason: String, _ kind: DataError.Kind = .malformed) -> DataError {
      DataError(kind, file: file, place: quoted(name), reason: reason)
    }
    guard case .object(let fields) = value else { throw failure("is \(value.kindName), not an object") }
    try requireOnce(["dtype", "shape", "data_offsets"], in: fields, file: file, place: quoted(name))
    guard case .string(let typeName)? = fields["dtype"] else { throw failure("has no dtype") }
    guard let type = FileType(typeName) else {
      let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw failure("has the element type \(quoted(typeName)); those read are \(known)", .unsupported)
    }
    guard let shape = naturals(fields["shape"]) else { throw failure("has no shape of natural numbers") }
    guard let offsets = naturals(fields["data_offsets"]), offsets.count == 2 else {
      throw failure("has no pair of natural numbers as data_offsets")
    }
    guard offsets[0] <= offsets[1] else { throw failure("ends at \(offsets[1]), before its start at \(offsets[0])") }
    guard offsets[1] <= dataCount else {
      throw failure("ends at byte \(offsets[1]) of the data, which has \(dataCount) bytes; the file is truncated")
    }
    let layout: TensorLayout
    switch TensorLayout.contiguous(shape) {
    case .success(let valid): layout = valid
    case .failure(let reason): throw failure(reason.text)
    }
    let (bits, overflow) = layout.count.multipliedReportingOverflow(by: type.bitCount)
    guard !overflow, bits.isMultiple(of: 8) else {
      throw failure("\(typeName) of shape \(shapeText(shape)) does not fill whole bytes")
    }
    guard bits / 8 == offsets[1] - offsets[0] else {
      throw failure(
        "\(type) of shape \(shapeText(shape)) needs \(bits / 8) bytes, "
          + "but its range has \(offsets[1] - offsets[0])")
    }
    return Described(type: type, layout: layout, range: offsets[0]..<offsets[1])
  }

  private static func naturals(_ value: JSON?) -> [Int]? {
    guard case .array(let elements)? = value else { return nil }
    var result: [Int] = []
    result.reserveCapacity(elements.count)
    for element in elements {
      guard case .integer(let number) = element, number >= 0 else { return nil }
      result.append(number)
    }
    return result
  }
}

/// The type of a tensor in a safetensors file, which may be one that is not read.
private enum FileType: CustomStringConvertible {
  case read(ElementType)
  case unread(UnreadElementType)

  init?(_ name: String) {
    if let type = ElementType(rawValue: name) {
      self = .read(type)
    } else if let type = UnreadElementType(rawValue: name) {
      self = .unread(type)
    } else {
      return nil
    }
  }

  var bitCount: Int {
    switch self {
    case .read(let type): 8 * type.byteCount
    case .unread(let type): type.bitCount
    }
  }

  var description: String {
    switch self {
    case .read(let type): type.description
    case .unread(let type): type.rawValue
    }
  }
}

/// The types that the format knows beyond those that are read. A tensor of such a type may be in a file, if the model
/// does not need it.
private enum UnreadElementType: String {
  case float4 = "F4"
  case float6E2M3 = "F6_E2M3"
  case float6E3M2 = "F6_E3M2"
  case float8E5M2 = "F8_E5M2"
  case float8E4M3 = "F8_E4M3"
  case float8E8M0 = "F8_E8M0"
  case float8E4M3FNUZ = "F8_E4M3FNUZ"
  case float8E5M2FNUZ = "F8_E5M2FNUZ"
  case uint16 = "U16"
  case uint32 = "U32"
  case uint64 = "U64"
  case complex64 = "C64"

  var bitCount: Int {
    switch self {
    case .float4: 4
    case .float6E2M3, .float6E3M2: 6
    case .float8E5M2, .float8E4M3, .float8E8M0, .float8E4M3FNUZ, .float8E5M2FNUZ: 8
    case .uint16: 16
    case .uint32: 32
    case .uint64, .complex64: 64
    }
  }
}
