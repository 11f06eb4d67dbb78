import Support
import Tensors

// The seam between files and the engine: the only file of this module that makes a `Tensor`.

extension Checkpoint {
  /// The tensor with this name, ready for the engine.
  ///
  /// - Throws: `DataError` if there is no such tensor.
  public func tensor(_ name: String) throws -> Tensor { try entry(name).tensor() }

  /// The tensor with this name, whose shape must be `shape`.
  ///
  /// - Throws: `DataError` that names the key, both shapes and the file.
  public func tensor(_ name: String, shape: [Int]) throws -> Tensor {
    let entry = try entry(name)
    try entry.requireShape(shape)
    return entry.tensor()
  }
}

extension TensorEntry {
  /// The tensor as the engine computes with it: in the mapped file where possible, without copying or widening.
  ///
  /// Single precision, bfloat16 and half precision keep their type, and kernels widen the latter two as they read.
  /// Other types are converted to single precision. The memory must not be written to; the file stays mapped while
  /// the tensor exists.
  public func tensor() -> Tensor {
    guard let type = engineType, count > 0, let base = external.pointer else {
      return Tensor(float32(), shape: shape)
    }
    if Int(bitPattern: base) % type.byteCount == 0 {
      return Tensor(unownedMemory: base, shape: shape, strides: strides, elementType: type, owner: file)
    }
    // Formats that do not align their tensors are rare; the elements move to memory of their own, in their type.
    return realigned(as: type)
  }

  /// The engine's name for the type of the elements, `nil` if the engine does not compute with it.
  private var engineType: Tensors.ElementType? {
    #if _endian(little)
      switch elementType {
      case .float32: .float32
      case .bfloat16: .bfloat16
      case .float16: .float16
      case .float64, .int64, .int32, .int16, .int8, .uint8, .bool: nil
      }
    #else
      nil  // files are little-endian
    #endif
  }

  private func realigned(as type: Tensors.ElementType) -> Tensor {
    var contents: [UInt8] = []
    contents.reserveCapacity(count * type.byteCount)
    forEachPiece { contents.append(contentsOf: $0) }
    let copy = MappedFile(contents: contents, name: file.path)
    guard let base = copy.bytes.baseAddress else { return Tensor(float32(), shape: shape) }
    return Tensor(unownedMemory: base, shape: shape, elementType: type, owner: copy)
  }

  /// Passes on memory that stays valid as long as `owner` is kept: the address of the first element in the mapped
  /// file, and the number of elements from there to the last one in memory.
  ///
  /// With shape, ``strides`` and ``elementType`` this is all that is needed to adopt the weights where they are,
  /// without copying or widening them. The address may be unaligned.
  var external: (owner: AnyObject, pointer: UnsafeRawPointer?, span: Int) {
    (file, file.bytes.baseAddress.map { $0 + byteOffset }, byteCount / elementType.byteCount)
  }

  /// Checks that the elements are floating-point numbers, each with memory of its own.
  ///
  /// - Throws: `DataError` that names the key, the type and the file.
  package func requireWeights() throws {
    guard elementType.isFloatingPoint else {
      throw DataError(
        .mismatch, file: file.path, place: quoted(name),
        reason: "holds \(elementType), but a weight is a floating-point number; quantized models are not read")
    }
    // A view may repeat one number, so that four bytes describe millions; no weight does.
    guard count <= byteCount / elementType.byteCount else {
      throw DataError(
        .mismatch, file: file.path, place: quoted(name), reason: "repeats its numbers, as no weight does")
    }
  }

  /// Checks the shape against what a model expects.
  ///
  /// - Throws: `DataError` that names the key, both shapes and the file.
  package func requireShape(_ expected: [Int]) throws {
    guard shape == expected else {
      throw DataError(
        .mismatch, file: file.path, place: quoted(name),
        reason: "has the shape \(shapeText(shape)), but the model expects \(shapeText(expected))")
    }
  }
}

extension TensorToWrite {
  /// A tensor of the engine, in single precision. Its elements are read when they are written.
  public init(name: String, _ tensor: Tensor) {
    self.init(name: name, elementType: .float32, shape: tensor.shape) { body in
      try tensor.scalars.map(\.bitPattern.littleEndian).withUnsafeBytes(body)
    }
  }
}
