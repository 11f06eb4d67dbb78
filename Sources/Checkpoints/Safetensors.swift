/// Reads the safetensors format: eight bytes with the header's length, a JSON header, the tensors' bytes.
///
/// The rules are those of the reference library: offsets are sorted, start at 0, leave no gap, do not overlap and
/// end with the file; each range has the size that type and shape demand.
enum Safetensors {
  /// The reference library's limit for the header in bytes.
  static let headerLimit = 100_000_000

  /// The header nests three deep: tensors, their fields, and the numbers in those.
  static let limits = JSON.Limits(byteCount: headerLimit, depth: 4, valueCount: 2_000_000)

  static func read(_ file: MappedFile) throws -> CheckpointContents {
    let (header, dataStart) = try parseHeader(file)
    var contents = CheckpointContents(path: file.path)
    var ranges: [(start: Int, end: Int, name: String)] = []
    ranges.reserveCapacity(header.members.count)
    let dataCount = file.bytes.count - dataStart
    for (name, value) in header.members {
      if name == "__metadata__" {
        contents.metadata = try metadata(value, file: file.path)
        continue
      }
      let (entry, range) = try tensor(name, value, file: file, dataStart: dataStart, dataCount: dataCount)
      contents.entries[name] = entry
      ranges.append((range.lowerBound, range.upperBound, name))
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
        throw CheckpointError(.malformed, file: file.path, place: quoted(name), reason: reason)
      }
      position = end
    }
    guard position == dataCount else {
      throw CheckpointError(
        .malformed, file: file.path,
        reason: "the tensors end at byte \(position) of the data, which has \(dataCount) bytes")
    }
    return contents
  }

  private static func parseHeader(_ file: MappedFile) throws -> (JSON.Object, dataStart: Int) {
    var reader = try ByteReader(file.bytes, file: file.path)
    guard reader.remaining >= 8 else {
      throw CheckpointError(
        .malformed, file: file.path,
        reason: "\(file.bytes.count) bytes are too few for a safetensors file, which begins with 8 bytes of length")
    }
    let stated = try reader.integer(UInt64.self)
    guard stated <= UInt64(headerLimit) else {
      throw CheckpointError(
        .tooLarge, file: file.path,
        reason: "a header of \(stated) bytes exceeds the limit of \(headerLimit), or this is not a safetensors file")
    }
    let length = Int(stated)
    guard length <= reader.remaining else {
      throw CheckpointError(
        .malformed, file: file.path,
        reason: "the header of \(length) bytes ends beyond the file of \(file.bytes.count) bytes; it is truncated")
    }
    let text = try reader.take(length)
    guard text.first == UInt8(ascii: "{") else {
      throw CheckpointError(
        .malformed, file: file.path, place: "byte 8",
        reason: "the header does not begin with a brace; this is not a safetensors file")
    }
    guard case .object(let header) = try JSON(parsing: text, file: file.path, offset: 8, limits: limits) else {
      throw CheckpointError(.malformed, file: file.path, place: "byte 8", reason: "the header is not an object")
    }
    return (header, 8 + length)
  }

  private static func metadata(_ value: JSON, file: String) throws -> [String: String] {
    guard case .object(let object) = value else {
      throw CheckpointError(
        .malformed, file: file, place: "__metadata__", reason: "is \(value.kindName), not an object")
    }
    var result: [String: String] = [:]
    for (key, value) in object.members {
      guard case .string(let text) = value else {
        throw CheckpointError(
          .malformed, file: file, place: "__metadata__.\(quoted(key))", reason: "is \(value.kindName), not a text")
      }
      result[key] = text
    }
    return result
  }

  private static func tensor(
    _ name: String, _ value: JSON, file: MappedFile, dataStart: Int, dataCount: Int
  ) throws -> (TensorEntry, Range<Int>) {
    func failure(_ reason: String, _ kind: CheckpointError.Kind = .malformed) -> CheckpointError {
      CheckpointError(kind, file: file.path, place: quoted(name), reason: reason)
    }
    guard case .object(let fields) = value else { throw failure("is \(value.kindName), not an object") }
    for (key, _) in fields.members where !["dtype", "shape", "data_offsets"].contains(key) {
      throw failure("has the unknown field \(quoted(key))")
    }
    guard case .string(let typeName)? = fields["dtype"] else { throw failure("has no dtype") }
    guard let elementType = ElementType(rawValue: typeName) else {
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
    guard layout.count * elementType.byteCount == offsets[1] - offsets[0] else {
      throw failure(
        "\(elementType) of shape \(shapeText(shape)) needs \(layout.count * elementType.byteCount) bytes, "
          + "but its range has \(offsets[1] - offsets[0])")
    }
    let entry = TensorEntry(
      name: name, elementType: elementType, layout: layout, file: file, byteOffset: dataStart + offsets[0])
    return (entry, offsets[0]..<offsets[1])
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
