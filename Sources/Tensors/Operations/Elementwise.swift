// What the operations that work element by element are made of: a loop over one or two tensors, split among the
// threads. `mapped` applies a function of one number, and `combined` a function of two numbers, with broadcasting. The
// functions are kernels (see `Pointwise`). No gradient is recorded here.

extension Tensor {
  /// A function of each element.
  ///
  /// - Parameters:
  ///   - grain: how many elements are worth a thread of their own.
  ///   - operation: its name in messages.
  func mapped(
    _ kernel: some UnaryKernel, grain: Int = pointwiseGrain, _ operation: String = #function
  ) -> Tensor {
    mappedByRuns(operation, grain) { x, count, out in Pointwise.map(kernel, x, count: count, to: out) }
  }

  /// The part of it that is the same for all functions, so that it is compiled once and not with each of them.
  ///
  /// - Parameter run: writes the results for a run of `count` numbers.
  @inline(never)
  private func mappedByRuns(
    _ operation: String, _ grain: Int,
    _ run: (_ x: UnsafePointer<Float>, _ count: Int, _ out: UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    let x = packed(operation)
    return Tensor(shape: shape, operation) { out in
      x.read { x in
        parallelFor(count, grain: grain, multiple: 64) { part in
          run(x + part.lowerBound, part.count, out + part.lowerBound)
        }
      }
    }
  }

  /// A function of the elements of two tensors, broadcast to a common shape.
  static func combined(_ a: Tensor, _ b: Tensor, _ kernel: some BinaryKernel, _ operation: String) -> Tensor {
    combinedByRuns(a, b, operation) { x, stepX, y, stepY, count, out in
      Pointwise.map(kernel, x, step: stepX, y, step: stepY, count: count, to: out)
    }
  }

  /// The part of it that is the same for all functions.
  ///
  /// - Parameter run: writes the results for a run of `count` pairs; a step of 0 repeats one number along the run.
  @inline(never)
  private static func combinedByRuns(
    _ a: Tensor, _ b: Tensor, _ operation: String,
    _ run: (
      _ x: UnsafePointer<Float>, _ stepX: Int, _ y: UnsafePointer<Float>, _ stepY: Int, _ count: Int,
      _ out: UnsafeMutablePointer<Float>
    ) -> Void
  ) -> Tensor {
    let a = a.packed(operation)
    let b = b.packed(operation)
    if a.shape == b.shape {
      let count = a.count
      return Tensor(shape: a.shape, operation) { out in
        withPointers(a, b) { a, b in
          parallelFor(count, grain: pointwiseGrain, multiple: 64) { part in
            let at = part.lowerBound
            run(a + at, 1, b + at, 1, part.count, out + at)
          }
        }
      }
    }
    let shape = Shape.broadcast(a.shape, b.shape, operation)
    return Tensor(shape: shape, operation) { out in
      let runs = StridedRuns(
        shape: shape,
        strides: [Shape.strides(shape), a.strides(broadcastTo: shape), b.strides(broadcastTo: shape)])
      let (length, stepA, stepB) = (runs.length, runs.steps[1], runs.steps[2])
      withPointers(a, b) { a, b in
        if runs.count == 1 {
          parallelFor(length, grain: pointwiseGrain, multiple: 64) { part in
            let start = part.lowerBound
            run(a + start * stepA, stepA, b + start * stepB, stepB, part.count, out + start)
          }
        } else {
          parallelFor(runs.count, grain: grainSize(total: pointwiseGrain, perItem: length)) { part in
            runs.forEach(part) { offsets in
              run(a + offsets[1], stepA, b + offsets[2], stepB, length, out + offsets[0])
            }
          }
        }
      }
    }
  }

  /// The sum over all elements that broadcasting `shape` to this shape repeated: the gradient of broadcasting.
  func summed(to shape: [Int]) -> Tensor {
    if shape == self.shape { return self }
    let missing = rank - shape.count
    let repeated = self.shape.indices.filter {
      $0 < missing || (shape[$0 - missing] == 1 && self.shape[$0] != 1)
    }
    return sum(dims: repeated, keepDims: true).reshape(shape)
  }

  // MARK: In place

  /// Adds `more` to this tensor's own memory, which may be a strided region but repeats nothing. Not recorded.
  func addInPlace(_ more: Tensor) {
    let more = more.storage.sharesMemory(with: storage) ? more.copied() : more.packed()
    updateInPlace(from: more) { to, from, stepTo, stepFrom, count in
      if stepTo == 1 && stepFrom == 1 { return Pointwise.add(from, count: count, to: to) }
      for i in 0..<count { to[i &* stepTo] += from[i &* stepFrom] }
    }
  }

  /// Overwrites this tensor's own memory, which may be a strided region but repeats nothing. Not recorded.
  func copyInPlace(_ source: Tensor) {
    let isCopied = source.elementType != .float32 || source.storage.sharesMemory(with: storage)
    updateInPlace(from: isCopied ? source.copied() : source) { to, from, stepTo, stepFrom, count in
      if stepTo == 1 && stepFrom == 1 { return to.update(from: from, count: count) }
      for i in 0..<count { to[i &* stepTo] = from[i &* stepFrom] }
    }
  }

  /// Changes this tensor's own memory, run by run together with a tensor of the same shape in other memory.
  private func updateInPlace(
    from source: Tensor,
    _ run: (
      _ to: UnsafeMutablePointer<Float>, _ from: UnsafePointer<Float>, _ stepTo: Int, _ stepFrom: Int, _ count: Int
    ) -> Void
  ) {
    let runs = StridedRuns(shape: shape, strides: [strides, source.strides])
    let (stepTo, stepFrom) = (runs.steps[0], runs.steps[1])
    source.read { from in
      write { to in
        if runs.count == 1 {
          parallelFor(runs.length, grain: pointwiseGrain, multiple: 64) { part in
            run(to + part.lowerBound * stepTo, from + part.lowerBound * stepFrom, stepTo, stepFrom, part.count)
          }
        } else {
          parallelFor(runs.count, grain: grainSize(total: pointwiseGrain, perItem: runs.length)) { part in
            runs.forEach(part) { offsets in
              run(to + offsets[0], from + offsets[1], stepTo, stepFrom, runs.length)
            }
          }
        }
      }
    }
  }
}

/// How many elements of the cheapest work (an addition) are worth a thread of their own: some 5 to 10 µs.
let pointwiseGrain = 1 << 14

/// The same for functions that take a dozen instructions.
let functionGrain = 1 << 12
