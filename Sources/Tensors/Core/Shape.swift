import Support

/// Arithmetic on shapes and strides.
enum Shape {
  /// How many numbers a tensor of this shape has.
  ///
  /// - Parameter operation: the operation named in the message if a size is negative, or if there are more numbers than
  ///   fit into memory.
  static func count(_ shape: [Int], _ operation: String = "Tensor") -> Int {
    var count = 1
    var isEmpty = false
    for size in shape {
      // Counted as if no size were 0, because the strides are.
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: max(size, 1))
      if size < 0 || isTooLarge || product > largestCount { refuse(shape, operation) }
      if size == 0 { isEmpty = true }
      count = product
    }
    return isEmpty ? 0 : count
  }

  /// Numbers whose bytes, and the room around them, can still be counted.
  private static let largestCount = Int.max >> 4

  @inline(never)
  private static func refuse(_ shape: [Int], _ operation: String) -> Never {
    let isNegative = shape.contains { $0 < 0 }
    fail(operation, "shape \(shape) has \(isNegative ? "a negative size" : "more numbers than any memory")")
  }

  /// The sizes with the one that is -1 replaced by what makes `count` numbers.
  static func completed(_ sizes: [Int], count: Int, from shape: [Int]) -> [Int] {
    var result = sizes
    if let free = sizes.firstIndex(of: -1) {
      let known = Shape.count(sizes.filter { $0 != -1 }, "reshape")
      if known > 0 && count % known == 0 { result[free] = count / known }
    }
    if result.contains(where: { $0 < 0 }) || Shape.count(result, "reshape") != count {
      fail("reshape", "shape \(shape) has \(count) numbers and cannot become \(sizes)")
    }
    return result
  }

  /// Row-major strides: the last dimension's numbers are neighbors.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var step = 1
    for dimension in stride(from: shape.count - 1, through: 0, by: -1) {
      strides[dimension] = step
      step *= max(shape[dimension], 1)
    }
    return strides
  }

  /// The shape that two shapes broadcast to, aligned at their last dimensions (NumPy's rule).
  static func broadcast(_ a: [Int], _ b: [Int], _ operation: String) -> [Int] {
    if a == b { return a }
    let rank = max(a.count, b.count)
    var shape = [Int](repeating: 1, count: rank)
    for back in 1...max(rank, 1) where back <= rank {
      let sizeA = back <= a.count ? a[a.count - back] : 1
      let sizeB = back <= b.count ? b[b.count - back] : 1
      if sizeA != sizeB && sizeA != 1 && sizeB != 1 {
        fail(
          operation,
          "shapes \(a) and \(b) do not broadcast: \(sizeA) against \(sizeB) in dimension \(rank - back)")
      }
      shape[rank - back] = sizeA == 1 ? sizeB : sizeA
    }
    return shape
  }

  /// A dimension counted from the front; negative ones count from the back.
  static func dimension(_ dimension: Int, of shape: [Int], _ operation: String) -> Int {
    let fromFront = dimension < 0 ? dimension &+ shape.count : dimension
    if fromFront < 0 || fromFront >= shape.count {
      fail(operation, "dimension \(dimension) is not one of the \(shape.count) dimensions of shape \(shape)")
    }
    return fromFront
  }

  /// Several dimensions, ascending and each once; all of them when none is given.
  static func dimensions(_ dimensions: [Int]?, of shape: [Int], _ operation: String) -> [Int] {
    guard let dimensions else { return Array(shape.indices) }
    let sorted = dimensions.map { dimension($0, of: shape, operation) }.sorted()
    for (a, b) in zip(sorted, sorted.dropFirst()) where a == b {
      fail(operation, "dimension \(a) of shape \(shape) is given twice in \(dimensions)")
    }
    return sorted
  }

  /// Strides with which the same memory has another shape, or `nil` if none can say it.
  static func viewStrides(from old: [Int], _ strides: [Int], to new: [Int]) -> [Int]? {
    // Join dimensions that are contiguous, then divide them into the new sizes, both from the last dimension on.
    let kept = old.indices.filter { old[$0] != 1 }
    var result = [Int](repeating: 1, count: new.count)
    var target = new.count - 1
    var index = kept.count - 1
    while index >= 0 {
      var size = old[kept[index]]
      let step = strides[kept[index]]
      while index > 0 && strides[kept[index - 1]] == step * size {
        index -= 1
        size *= old[kept[index]]
      }
      index -= 1
      var within = 1
      while target >= 0 && (within < size || new[target] == 1) {
        result[target] = step * within
        within *= new[target]
        target -= 1
      }
      if within != size { return nil }
    }
    return result
  }
}

/// How many numbers a shape has; ends the program with one clear line if they cannot be.
package func checkedCount(_ shape: [Int], _ operation: String) -> Int { Shape.count(shape, operation) }

/// Ends the program with one clear line unless there is memory for so many numbers, 32-bit ones.
package func requireMemory(for shape: [Int], _ operation: String) {
  MemoryPool.require(Shape.count(shape, operation), shape: shape, operation)
}
