/// Walks several tensors of one shape together, as runs along the innermost dimension.
///
/// Dimensions that lie behind each other in all tensors are joined first, so that contiguous tensors become one run.
struct StridedRuns {
  /// Length of a run.
  let length: Int
  /// From one element of a run to the next, for each tensor.
  let steps: [Int]
  /// How many runs there are.
  let count: Int
  private let outerShape: [Int]
  private let outerStrides: [[Int]]

  /// - Parameters:
  ///   - shape: the common shape.
  ///   - strides: for each tensor, its strides in that shape (0 where it is broadcast).
  init(shape: [Int], strides: [[Int]]) {
    var sizes: [Int] = []
    var steps = strides.map { _ in [Int]() }
    for dimension in shape.indices.reversed() where shape[dimension] != 1 {
      if let last = sizes.indices.last,
        strides.indices.allSatisfy({ strides[$0][dimension] == steps[$0][last] * sizes[last] })
      {
        sizes[last] *= shape[dimension]
        continue
      }
      sizes.append(shape[dimension])
      for operand in strides.indices { steps[operand].append(strides[operand][dimension]) }
    }
    // Innermost first so far.
    length = sizes.first ?? 1
    self.steps = steps.map { $0.first ?? 1 }
    outerShape = Array(sizes.dropFirst())
    outerStrides = steps.map { Array($0.dropFirst()) }
    count = length == 0 ? 0 : Shape.count(outerShape)
  }

  /// Calls `body` with the offset of each tensor's run, for the runs in `range`.
  @inline(__always)
  func forEach(_ range: Range<Int>, _ body: (_ offsets: UnsafePointer<Int>) -> Void) {
    if range.isEmpty { return }
    let operands = outerStrides.count
    withUnsafeTemporaryAllocation(of: Int.self, capacity: operands + outerShape.count) { memory in
      guard let base = memory.baseAddress else { return }
      let offsets = base
      let index = base + operands
      var rest = range.lowerBound
      for operand in 0..<operands { offsets[operand] = 0 }
      for dimension in outerShape.indices {
        index[dimension] = rest % outerShape[dimension]
        rest /= outerShape[dimension]
        for operand in 0..<operands { offsets[operand] += index[dimension] * outerStrides[operand][dimension] }
      }
      for _ in range {
        body(UnsafePointer(offsets))
        // Count up like an odometer, innermost dimension first.
        var dimension = 0
        while dimension < outerShape.count {
          index[dimension] += 1
          for operand in 0..<operands { offsets[operand] += outerStrides[operand][dimension] }
          if index[dimension] < outerShape[dimension] { break }
          for operand in 0..<operands {
            offsets[operand] -= outerShape[dimension] * outerStrides[operand][dimension]
          }
          index[dimension] = 0
          dimension += 1
        }
      }
    }
  }
}

extension Tensor {
  /// Strides that this tensor would have if broadcast to `shape`: 0 where one element serves all.
  func strides(broadcastTo shape: [Int]) -> [Int] {
    let missing = shape.count - rank
    return shape.indices.map { dimension in
      let own = dimension - missing
      return own < 0 || (self.shape[own] == 1 && shape[dimension] != 1) ? 0 : strides[own]
    }
  }
}

/// Copies a tensor of any strides and element type into dense 32-bit memory.
enum StridedCopy {
  static func copy(_ source: Tensor, to target: UnsafeMutablePointer<Float>) {
    if source.elementType != .float32 { return copyWidening(source, to: target) }
    let runs = StridedRuns(shape: source.shape, strides: [Shape.strides(source.shape), source.strides])
    let step = runs.steps[1]
    let length = runs.length
    source.read { base in
      parallelFor(runs.count, grain: grainSize(total: pointwiseGrain, perItem: length)) { range in
        runs.forEach(range) { offsets in
          let out = target + offsets[0]
          let from = base + offsets[1]
          switch step {
          case 1: out.update(from: from, count: length)
          case 0: out.update(repeating: from[0], count: length)
          default: for i in 0..<length { out[i] = from[i &* step] }
          }
        }
      }
    }
  }

  private static func copyWidening(_ source: Tensor, to target: UnsafeMutablePointer<Float>) {
    let runs = StridedRuns(shape: source.shape, strides: [Shape.strides(source.shape), source.strides])
    let step = runs.steps[1]
    let type = source.elementType
    withExtendedLifetime(source.storage) {
      let base = source.storage.base.assumingMemoryBound(to: UInt16.self) + source.offset
      runs.forEach(0..<runs.count) { offsets in
        let (from, out) = (base + offsets[1], target + offsets[0])
        if step == 1 { return widen(from, type, count: runs.length, to: out) }
        for i in 0..<runs.length { out[i] = widen(from[i &* step], type) }
      }
    }
  }
}
