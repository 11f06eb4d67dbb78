import Support

/// One tensor of a checkpoint: its name, type and shape, and where its elements lie in a mapped file.
///
/// Nothing is read or copied until the elements are asked for, and the file stays mapped while an entry exists.
/// All positions were checked against the file when the checkpoint was opened.
public struct TensorEntry: Sendable {
  /// The tensor's name in the checkpoint, such as `text_model.final_layer_norm.weight`.
  public let name: String
  /// The type of the elements in the file.
  public let elementType: ElementType
  /// The size of each dimension; empty for a scalar.
  public let shape: [Int]
  /// The distance between neighbors along each dimension, in elements.
  public let strides: [Int]
  /// The file that holds the elements.
  public let file: MappedFile
  /// Where the first element is in the file, in bytes.
  public let byteOffset: Int
  /// The number of bytes from the first to the end of the last element; 0 if there is none.
  public let byteCount: Int
  /// The number of elements that shape and strides describe.
  public let count: Int

  /// Describes a tensor whose bounds the caller has checked (``TensorLayout``).
  init(name: String, elementType: ElementType, layout: TensorLayout, file: MappedFile, byteOffset: Int) {
    self.name = name
    self.elementType = elementType
    shape = layout.shape
    strides = layout.strides
    self.file = file
    self.byteOffset = byteOffset
    byteCount = layout.span * elementType.byteCount
    count = layout.count
  }

  /// Whether the elements lie one after another in row-major order.
  public var isContiguous: Bool {
    guard count > 0 else { return true }
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      guard stride == expected else { return false }
      expected *= size
    }
    return true
  }

  /// Calls `body` with the mapped bytes from the first to the last element, in the order of the file.
  ///
  /// For a contiguous tensor these are exactly its elements; otherwise ``strides`` tells where each one is.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    defer { withExtendedLifetime(file) {} }
    return try body(UnsafeRawBufferPointer(rebasing: file.bytes[byteOffset..<(byteOffset + byteCount)]))
  }

  /// Calls `body` with the offset, in elements, of the start of each run along the last dimension, in row-major
  /// order.
  private func forEachRow(_ body: (_ offset: Int, _ step: Int, _ length: Int) throws -> Void) rethrows {
    guard count > 0 else { return }
    guard !isContiguous else { return try body(0, 1, count) }
    let outer = shape.count - 1
    var index = [Int](repeating: 0, count: outer)
    var offset = 0
    while true {
      try body(offset, strides[outer], shape[outer])
      var dimension = outer - 1
      while dimension >= 0 {
        index[dimension] += 1
        offset += strides[dimension]
        if index[dimension] < shape[dimension] { break }
        offset -= strides[dimension] * shape[dimension]
        index[dimension] = 0
        dimension -= 1
      }
      if dimension < 0 { return }
    }
  }

  /// The elements in row-major order, converted to single precision.
  ///
  /// `float16` and `bfloat16` are widened exactly, `float64` and large integers rounded to nearest; `bool` gives 0
  /// or 1.
  public func float32() -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = count
      guard var target = buffer.baseAddress else { return }
      withUnsafeBytes { bytes in
        guard let source = bytes.baseAddress else { return }
        forEachRow { offset, step, length in
          elementType.widen(source + offset * elementType.byteCount, step: step, count: length, into: target)
          target += length
        }
      }
    }
  }

  /// The elements of an integer or `bool` tensor in row-major order.
  ///
  /// - Throws: `DataError` for floating-point elements.
  public func integers() throws -> [Int] {
    guard !elementType.isFloatingPoint else {
      throw DataError(
        .mismatch, file: file.path, place: quoted(name), reason: "holds \(elementType), not integers")
    }
    var result: [Int] = []
    result.reserveCapacity(count)
    withUnsafeBytes { bytes in
      guard let source = bytes.baseAddress else { return }
      forEachRow { offset, step, length in
        for index in 0..<length {
          let position = (offset + index * step) * elementType.byteCount
          if let value = elementType.integer(source + position) { result.append(value) }
        }
      }
    }
    return result
  }

  /// Calls `body` with the bytes of the elements in row-major order, piece by piece.
  ///
  /// A contiguous tensor comes as one piece straight from the mapping; others are gathered a row at a time.
  public func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    try withUnsafeBytes { bytes in
      guard !isContiguous else { return try body(bytes) }
      let size = elementType.byteCount
      var row: [UInt8] = []
      try forEachRow { offset, step, length in
        row.removeAll(keepingCapacity: true)
        for index in 0..<length {
          let position = (offset + index * step) * size
          row.append(contentsOf: bytes[position..<(position + size)])
        }
        try row.withUnsafeBytes(body)
      }
    }
  }
}

/// A shape with strides, checked so that no later arithmetic on it can overflow.
struct TensorLayout {
  let shape: [Int]
  let strides: [Int]
  /// The number of elements.
  let count: Int
  /// The number of elements from the first to the last in memory, both included; 0 if there are none.
  let span: Int

  /// More dimensions than any real tensor has.
  static let dimensionLimit = 64
  /// How many elements a tensor that repeats memory (a stride of 0, or overlapping rows) may describe.
  static let repetitionLimit = 1 << 24

  /// Row-major strides for `shape`; the reason if the shape is impossible.
  static func contiguous(_ shape: [Int]) -> Result<TensorLayout, Reason> {
    var strides = [Int](repeating: 1, count: shape.count)
    var step = 1
    for dimension in shape.indices.reversed() {
      strides[dimension] = step
      let (product, overflow) = step.multipliedReportingOverflow(by: max(shape[dimension], 1))
      guard !overflow else { return .failure(Reason("the shape \(shapeText(shape)) overflows")) }
      step = product
    }
    return strided(shape, strides)
  }

  /// Checks a shape with strides; the reason if they are impossible.
  static func strided(_ shape: [Int], _ strides: [Int]) -> Result<TensorLayout, Reason> {
    guard shape.count <= dimensionLimit else {
      return .failure(Reason("\(shape.count) dimensions exceed the limit of \(dimensionLimit)"))
    }
    guard shape.count == strides.count else {
      return .failure(Reason("the shape \(shapeText(shape)) has \(strides.count) strides"))
    }
    guard !shape.contains(where: { $0 < 0 }) else {
      return .failure(Reason("the shape \(shapeText(shape)) is negative"))
    }
    guard !strides.contains(where: { $0 < 0 }) else {
      return .failure(Reason("the strides \(shapeText(strides)) are negative"))
    }
    if shape.contains(0) { return .success(TensorLayout(shape: shape, strides: strides, count: 0, span: 0)) }
    var count = 1
    var last = 0
    for (size, stride) in zip(shape, strides) {
      let (product, productOverflow) = count.multipliedReportingOverflow(by: size)
      let (reach, reachOverflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, sumOverflow) = last.addingReportingOverflow(reach)
      guard !productOverflow, !reachOverflow, !sumOverflow, product <= Int.max / 8, sum < Int.max / 8 else {
        return .failure(Reason("the shape \(shapeText(shape)) with strides \(shapeText(strides)) overflows"))
      }
      count = product
      last = sum
    }
    guard count <= last + 1 || count <= repetitionLimit else {
      return .failure(Reason("the shape \(shapeText(shape)) repeats its elements too often"))
    }
    return .success(TensorLayout(shape: shape, strides: strides, count: count, span: last + 1))
  }

  /// Why a layout is impossible.
  struct Reason: Error {
    let text: String
    init(_ text: String) { self.text = text }
  }
}

extension TensorEntry {
  /// Whether two tensors have the same shape and numbers; at once where both lie in the same place of a file.
  package func holdsTheSame(as other: TensorEntry) -> Bool {
    guard shape == other.shape else { return false }
    let isSameType = elementType == other.elementType
    if isSameType, file.path == other.file.path, byteOffset == other.byteOffset, strides == other.strides {
      return true
    }
    if isSameType, isContiguous, other.isContiguous {
      // Equal bytes are the rule; others may still be equal numbers (0 and −0).
      let areEqual = withUnsafeBytes { own in other.withUnsafeBytes { own.elementsEqual($0) } }
      if areEqual { return true }
    }
    return float32() == other.float32()
  }
}
