import Support

/// An array of whole numbers with any number of dimensions: token ids, class labels, positions, indices.
public struct IntTensor: Equatable, Sendable {
  /// The size of each dimension.
  public let shape: [Int]
  /// Its numbers in row-major order.
  public let scalars: [Int]

  /// The given numbers in row-major order.
  public init(_ scalars: [Int], shape: [Int]) {
    if Shape.count(shape, "IntTensor") != scalars.count {
      fail("IntTensor", "\(scalars.count) numbers do not fill the shape \(shape)")
    }
    self.scalars = scalars
    self.shape = shape
  }

  /// A vector.
  public init(_ scalars: [Int]) { self.init(scalars, shape: [scalars.count]) }

  /// A matrix, row by row.
  public init(_ rows: [[Int]]) {
    let width = rows.first?.count ?? 0
    for row in rows where row.count != width {
      fail("IntTensor", "rows of \(width) and \(row.count) numbers make no matrix")
    }
    self.init(rows.flatMap { $0 }, shape: [rows.count, width])
  }

  /// How many numbers it has.
  public var count: Int { scalars.count }

  /// The same numbers under another shape; one size may be -1.
  public func reshape(_ sizes: Int...) -> IntTensor {
    IntTensor(scalars, shape: Shape.completed(sizes, count: count, from: shape))
  }

  /// The same numbers with a dimension and the last one exchanged.
  func exchanged(_ dimension: Int) -> IntTensor {
    let last = shape.count - 1
    if dimension == last { return self }
    var sizes = shape
    sizes.swapAt(dimension, last)
    var strides = Shape.strides(shape)
    strides.swapAt(dimension, last)
    let runs = StridedRuns(shape: sizes, strides: [strides])
    var result: [Int] = []
    result.reserveCapacity(count)
    runs.forEach(0..<runs.count) { offsets in
      for i in 0..<runs.length { result.append(scalars[offsets[0] + i * runs.steps[0]]) }
    }
    return IntTensor(result, shape: sizes)
  }

  /// Row `index` of the first dimension.
  public subscript(index: Int) -> IntTensor {
    guard let rows = shape.first, index >= 0 && index < rows else {
      fail("subscript", "row \(index) is not within shape \(shape)")
    }
    let size = count / rows
    return IntTensor(Array(scalars[index * size..<(index + 1) * size]), shape: Array(shape.dropFirst()))
  }
}
