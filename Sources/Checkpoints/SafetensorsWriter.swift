import Support

/// A tensor to be written: its name, type and shape, and a way to get its bytes in row-major order.
public struct TensorToWrite {
  /// The tensor's name.
  public let name: String
  /// The type of the elements.
  public let elementType: ElementType
  /// The size of each dimension.
  public let shape: [Int]
  /// Hands its bytes, piece by piece and little-endian, to the function it is given.
  let forEachPiece: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

  /// Describes a tensor whose bytes `forEachPiece` will hand over when it is written.
  public init(
    name: String, elementType: ElementType, shape: [Int],
    forEachPiece: @escaping ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
    self.forEachPiece = forEachPiece
  }

  /// A single-precision tensor.
  public init(name: String, _ scalars: [Float], shape: [Int]) {
    self.init(name: name, elementType: .float32, shape: shape) { body in
      try scalars.map(\.bitPattern.littleEndian).withUnsafeBytes(body)
    }
  }

  /// An integer tensor of 64 bits.
  public init(name: String, _ integers: [Int], shape: [Int]) {
    self.init(name: name, elementType: .int64, shape: shape) { body in
      try integers.map(\.littleEndian).withUnsafeBytes(body)
    }
  }

  /// A tensor of another checkpoint, copied in its own type.
  ///
  /// - Parameter name: the new name; that of the entry if it is `nil`.
  public init(_ entry: TensorEntry, name: String? = nil) {
    self.init(
      name: name ?? entry.name, elementType: entry.elementType, shape: entry.shape,
      forEachPiece: entry.forEachPiece)
  }
}

/// Writes safetensors files, byte for byte as the reference library does.
public enum SafetensorsWriter {
  /// Writes tensors into a file that appears complete or not at all.
  ///
  /// Wider types come first, then names in order of their UTF-8 bytes, so the same tensors give the same bytes in
  /// whatever order they are passed, and every tensor is aligned to its element's size.
  ///
  /// - Parameters:
  ///   - tensors: with different names, none of them `__metadata__`.
  ///   - metadata: text pairs; transformers expects `format` to be `pt`.
  /// - Throws: `DataError` for an unusable name or shape, for bytes that do not fit the shape, or if the
  ///   file cannot be written.
  public static func write(
    _ tensors: [TensorToWrite], to path: String, metadata: [String: String] = ["format": "pt"]
  ) throws {
    let sorted = tensors.sorted { precedes($0, $1) }
    let (header, sizes) = try header(sorted, path: path, metadata: metadata)
    let file = try AtomicFile(path)
    try Swift.withUnsafeBytes(of: UInt64(header.count).littleEndian, file.append)
    try file.append(header)
    for (tensor, size) in zip(sorted, sizes) {
      var written = 0
      try tensor.forEachPiece { piece in
        written += piece.count
        try file.append(piece)
      }
      guard written == size else {
        throw DataError(
          .mismatch, file: path, place: quoted(tensor.name),
          reason: "\(tensor.elementType) of shape \(shapeText(tensor.shape)) needs \(size) bytes, not \(written)")
      }
    }
    try file.commit()
  }

  private static func precedes(_ left: TensorToWrite, _ right: TensorToWrite) -> Bool {
    let ranks = (rank(left.elementType), rank(right.elementType))
    return ranks.0 == ranks.1 ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8) : ranks.0 < ranks.1
  }

  /// The reference library's order of types: the widest first.
  private static func rank(_ type: ElementType) -> Int {
    switch type {
    case .int64: 0
    case .float64: 1
    case .float32: 2
    case .int32: 3
    case .bfloat16: 4
    case .float16: 5
    case .int16: 6
    case .int8: 7
    case .uint8: 8
    case .bool: 9
    }
  }

  private static func header(
    _ tensors: [TensorToWrite], path: String, metadata: [String: String]
  ) throws -> (bytes: [UInt8], sizes: [Int]) {
    var names: Set<String> = ["__metadata__"]
    var members: [String] = []
    var sizes: [Int] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(JSON.literal($0.key)):\(JSON.literal($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var position = 0
    for tensor in tensors {
      guard names.insert(tensor.name).inserted else {
        throw DataError(.malformed, file: path, place: quoted(tensor.name), reason: "the name is taken")
      }
      let layout: TensorLayout
      switch TensorLayout.contiguous(tensor.shape) {
      case .success(let valid): layout = valid
      case .failure(let reason):
        throw DataError(.malformed, file: path, place: quoted(tensor.name), reason: reason.text)
      }
      let size = layout.count * tensor.elementType.byteCount
      let (end, overflow) = position.addingReportingOverflow(size)
      guard !overflow else {
        throw DataError(.tooLarge, file: path, place: quoted(tensor.name), reason: "the file would be too long")
      }
      let shape = tensor.shape.map { "\($0)" }.joined(separator: ",")
      members.append(
        "\(JSON.literal(tensor.name)):{\"dtype\":\"\(tensor.elementType.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(position),\(end)]}")
      sizes.append(size)
      position = end
    }
    var bytes = Array("{\(members.joined(separator: ","))}".utf8)
    while bytes.count % 8 != 0 { bytes.append(UInt8(ascii: " ")) }
    guard bytes.count <= Safetensors.headerLimit else {
      throw DataError(.tooLarge, file: path, reason: "the header exceeds \(Safetensors.headerLimit) bytes")
    }
    return (bytes, sizes)
  }
}
