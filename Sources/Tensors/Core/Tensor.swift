import Support

/// An array of 32-bit floats with any number of dimensions, and the node of automatic differentiation behind it.
///
/// A tensor is a small value: a shape over shared memory. Views (`transpose`, `reshape`, slices, `expand`) share the
/// memory and copy nothing. Operations return new tensors and, where an operand asks for gradients, remember how to
/// pass a gradient back; `backward()` does so.
///
/// Several threads may read a tensor at once. Whoever writes (`assign`, an optimizer's step, a gradient) must be the
/// only one to use the memory meanwhile.
public struct Tensor {
  /// The size of each dimension; empty for a single number.
  public let shape: [Int]
  /// How far apart, in elements, neighbors of each dimension lie in memory.
  public let strides: [Int]
  /// Where in the storage the first element is.
  let offset: Int
  let storage: Storage
  /// What produced this tensor, where gradients are wanted.
  var node: GradientNode?

  init(shape: [Int], strides: [Int], offset: Int, storage: Storage, node: GradientNode? = nil) {
    self.shape = shape
    self.strides = strides
    self.offset = offset
    self.storage = storage
    self.node = node
  }

  /// New memory, its contents still to be written.
  ///
  /// - Parameter operation: the operation named in the message if there is not enough memory.
  init(uninitialized shape: [Int], _ operation: String = #function) {
    let storage = Storage(count: Shape.count(shape, operation), shape: shape, operation)
    self.init(shape: shape, strides: Shape.strides(shape), offset: 0, storage: storage)
  }

  /// New memory, filled by `body`.
  init(shape: [Int], _ operation: String = #function, filledBy body: (UnsafeMutablePointer<Float>) -> Void) {
    self.init(uninitialized: shape, operation)
    body(storage.floats)
  }

  /// A tensor with the given numbers in row-major order.
  public init(_ scalars: [Float], shape: [Int]) {
    if Shape.count(shape) != scalars.count {
      fail("Tensor", "\(scalars.count) numbers do not fill the shape \(shape), which has \(Shape.count(shape))")
    }
    self.init(shape: shape, "Tensor") { target in
      scalars.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { target.update(from: base, count: source.count) }
      }
    }
  }

  /// A vector.
  public init(_ scalars: [Float]) {
    self.init(scalars, shape: [scalars.count])
  }

  /// A matrix, row by row.
  public init(_ rows: [[Float]]) {
    let width = rows.first?.count ?? 0
    for row in rows where row.count != width {
      fail("Tensor", "rows of \(width) and \(row.count) numbers make no matrix")
    }
    self.init(rows.flatMap { $0 }, shape: [rows.count, width])
  }

  /// A single number, with no dimensions.
  public init(_ scalar: Float) {
    self.init([scalar], shape: [])
  }

  /// Numbers in memory that belongs to someone else (a mapped checkpoint), used in place and never written to.
  ///
  /// - Parameters:
  ///   - base: the first number, at a multiple of its size; must stay valid as long as `owner` lives.
  ///   - strides: one for each dimension, none negative; row-major order by default. The caller makes sure that all
  ///     numbers lie in the owner's memory.
  ///   - elementType: how the numbers are stored; kernels widen half-size ones as they read.
  ///   - owner: kept alive by the tensor.
  package init(
    unownedMemory base: UnsafeRawPointer, shape: [Int], strides: [Int]? = nil, elementType: ElementType,
    owner: AnyObject
  ) {
    let strides = strides ?? Shape.strides(shape)
    precondition(
      strides.count == shape.count && strides.allSatisfy { $0 >= 0 },
      "strides \(strides) for shape \(shape)")
    precondition(Int(bitPattern: base) % elementType.byteCount == 0, "numbers that are not aligned")
    var span = Shape.count(shape) == 0 ? 0 : 1
    for (size, step) in zip(shape, strides) where size > 0 { span += (size - 1) * step }
    self.init(
      shape: shape, strides: strides, offset: 0,
      storage: Storage(base: base, count: span, elementType: elementType, owner: owner))
  }

  /// Memory whose contents are not set: for parameters that are about to be loaded.
  package static func empty(_ shape: [Int]) -> Tensor { Tensor(uninitialized: shape) }

  /// A shape without memory, of any size: for a parameter that adopts or is assigned a tensor before it is used.
  package init(withoutMemory shape: [Int]) {
    var strides = [Int](repeating: 1, count: shape.count)
    var step = 1
    for dimension in shape.indices.reversed() {
      strides[dimension] = step
      step &*= Swift.max(shape[dimension], 1)
    }
    self.init(shape: shape, strides: strides, offset: 0, storage: Storage(withoutMemory: shape.reduce(1, &*)))
  }

  /// Overwrites this tensor's memory with other numbers of the same shape. Not recorded: for parameters, outside of
  /// a computation whose gradients are still wanted.
  ///
  /// The values may lie in the same memory (`x.assign(x.T)`): they are what they were before. A tensor that repeats
  /// its memory, as `expand` makes it, cannot be written to.
  public func assign(_ values: Tensor) {
    if values.shape != shape { fail("assign", "values of shape \(values.shape) for a tensor of shape \(shape)") }
    if repeatsMemory {
      fail(
        "assign",
        "a tensor of shape \(shape) that repeats its memory (as expand makes it) cannot be written to; "
          + "write to the one that it was made of")
    }
    copyInPlace(values.detached())
  }

  /// Uses the memory of another tensor of the same shape from now on, as it is stored: how a checkpoint's weights
  /// become a parameter without being copied or widened.
  ///
  /// - Precondition: both are contiguous and no view of this tensor's memory is in use.
  package func adopt(_ other: Tensor) {
    precondition(other.shape == shape && other.isContiguous && isContiguous && offset == 0)
    if other.offset == 0 && other.storage.count == storage.count {
      storage.adopt(other.storage)
    } else {
      storage.adopt(
        Storage(
          base: other.storage.base + other.offset * other.elementType.byteCount, count: count,
          elementType: other.elementType, owner: other.storage))
    }
  }

  // MARK: What it is

  /// How many dimensions it has.
  public var rank: Int { shape.count }

  /// How many numbers it has.
  public var count: Int { Shape.count(shape) }

  /// How its numbers are stored.
  public var elementType: ElementType { storage.elementType }

  /// Its size along a dimension; negative dimensions count from the back.
  public func size(_ dimension: Int) -> Int {
    shape[Shape.dimension(dimension, of: shape, "size")]
  }

  /// Whether its numbers lie in memory in row-major order without gaps.
  public var isContiguous: Bool {
    var step = 1
    for dimension in stride(from: shape.count - 1, through: 0, by: -1) where shape[dimension] != 1 {
      if strides[dimension] != step { return false }
      step &*= shape[dimension]
    }
    return true
  }

  /// Whether two of its elements may be the same number in memory.
  var repeatsMemory: Bool {
    if count == 0 { return false }
    // From the smallest step to the largest, each must lead beyond all that the steps before it reach.
    var reach = 0
    for dimension in shape.indices.filter({ shape[$0] > 1 }).sorted(by: { strides[$0] < strides[$1] }) {
      if strides[dimension] <= reach { return true }
      reach += (shape[dimension] - 1) * strides[dimension]
    }
    return false
  }

  // MARK: Its numbers

  /// Its numbers in row-major order, copied.
  public var scalars: [Float] {
    let dense = packed()
    return dense.read { Array(UnsafeBufferPointer(start: $0, count: count)) }
  }

  /// The only number of a tensor that has one.
  public var item: Float {
    if count != 1 { fail("item", "a tensor of shape \(shape) has \(count) numbers, not one") }
    return packed().read { $0[0] }
  }

  /// The same numbers in row-major order as 32-bit floats; itself when they already are. No gradient passes.
  func packed(_ operation: String = #function) -> Tensor {
    if elementType == .float32 && isContiguous { return detached() }
    return copied(operation)
  }

  /// The same numbers in row-major order as 32-bit floats, in memory of their own. No gradient passes.
  func copied(_ operation: String = #function) -> Tensor {
    Tensor(shape: shape, operation) { target in StridedCopy.copy(self, to: target) }
  }

  /// The same numbers in the same memory, outside of the graph of automatic differentiation.
  public func detached() -> Tensor {
    Tensor(shape: shape, strides: strides, offset: offset, storage: storage)
  }

  /// How often the numbers were overwritten.
  package var contentsVersion: Int { storage.version }

  /// Whether the tensor still holds the numbers that another one, of the same memory, held at a version.
  package func sharesContents(with other: Tensor, version: Int) -> Bool {
    storage === other.storage && offset == other.offset && storage.version == version
  }

  /// Calls `body` with the address of the first element; 32-bit only.
  @inline(__always)
  func read<Result>(_ body: (UnsafePointer<Float>) -> Result) -> Result {
    withExtendedLifetime(storage) { body(UnsafePointer(storage.floats + offset)) }
  }

  /// Calls `body` with the address of the first element, to write. Numbers that lie in someone else's memory, or are of
  /// half size, move to memory of their own first. Pointers that `read` gave before may be invalid then, if they are of
  /// the same storage.
  @inline(__always)
  func write<Result>(_ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
    storage.prepareToWrite()
    return withExtendedLifetime(storage) { body(storage.floats + offset) }
  }
}

/// Calls `body` with the addresses of two tensors' first elements; 32-bit only.
@inline(__always)
func withPointers<Result>(_ a: Tensor, _ b: Tensor, _ body: (UnsafePointer<Float>, UnsafePointer<Float>) -> Result)
  -> Result
{
  a.read { a in b.read { b in body(a, b) } }
}

/// Calls `body` with the addresses of three tensors' first elements; 32-bit only.
@inline(__always)
func withPointers<Result>(
  _ a: Tensor, _ b: Tensor, _ c: Tensor,
  _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>) -> Result
) -> Result {
  a.read { a in b.read { b in c.read { c in body(a, b, c) } } }
}
