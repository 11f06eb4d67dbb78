import Tensors

// The seam between files and the engine: the only file of this module that knows `Tensor`.

extension Checkpoint {
  /// The tensor with this name, ready for the engine.
  ///
  /// - Throws: ``CheckpointError`` if there is no such tensor.
  public func tensor(_ name: String) throws -> Tensor { try entry(name).tensor() }

  /// The tensor with this name, whose shape must be `shape`.
  ///
  /// - Throws: ``CheckpointError`` that names the key, both shapes and the file.
  public func tensor(_ name: String, shape: [Int]) throws -> Tensor {
    let entry = try entry(name)
    try entry.requireShape(shape)
    return entry.tensor()
  }
}

extension TensorEntry {
  /// The tensor in single precision.
  public func tensor() -> Tensor { Tensor(float32(), shape: shape) }

  /// Passes on memory that stays valid as long as `owner` is kept: the address of the first element in the mapped
  /// file, and the number of elements from there to the last one in memory.
  ///
  /// With shape, ``strides`` and ``elementType`` this is all that is needed to adopt the weights where they are,
  /// without copying or widening them. The address may be unaligned.
  public var external: (owner: AnyObject, pointer: UnsafeRawPointer?, span: Int) {
    (file, file.bytes.baseAddress.map { $0 + byteOffset }, byteCount / elementType.byteCount)
  }

  /// Checks the shape against what a model expects.
  ///
  /// - Throws: ``CheckpointError`` that names the key, both shapes and the file.
  public func requireShape(_ expected: [Int]) throws {
    guard shape == expected else {
      throw CheckpointError(
        .mismatch, file: file.path, place: quoted(name),
        reason: "has the shape \(shapeText(shape)), but the model expects \(shapeText(expected))")
    }
  }
}
