// The arithmetic of optimizers: one pass over a parameter's memory, without intermediate tensors.

import Support

/// One parameter's part of a step of AdamW: it and its two running means are changed in place.
package struct AdamWUpdate {
  let parameter: Tensor
  private var gradient: Tensor
  let mean: Tensor
  let square: Tensor
  let constants: AdamWConstants

  /// Brings together what belongs to one parameter; all of its shape.
  package init(parameter: Tensor, gradient: Tensor, mean: Tensor, square: Tensor, _ constants: AdamWConstants) {
    for other in [gradient, mean, square] { parameter.requireShape(other, "AdamW") }
    precondition(parameter.isContiguous && mean.isContiguous && square.isContiguous)
    self.parameter = parameter
    self.gradient = gradient.packed()
    self.mean = mean
    self.square = square
    self.constants = constants
  }

  /// All parameters as one row of numbers, split among the threads: most are too small to be worth two of them.
  /// Parameters that share memory are changed one after the other.
  package static func apply(_ updates: [AdamWUpdate]) {
    var updates = updates
    // Memory that is written for more than one reason, or read as well, shows in how often its version changes.
    let before = updates.map { $0.versions }
    for update in updates {
      update.parameter.storage.prepareToWrite()
      update.mean.storage.prepareToWrite()
      update.square.storage.prepareToWrite()
    }
    var isShared = false
    for (index, old) in before.enumerated() {
      let now = updates[index].versions
      if now.gradient != old.gradient { updates[index].gradient = updates[index].gradient.copied() }
      if now.parameter != old.parameter + 1 || now.mean != old.mean + 1 || now.square != old.square + 1 {
        isShared = true
      }
    }
    if isShared {
      for update in updates { applyTogether([update]) }
    } else {
      applyTogether(updates)
    }
  }

  private var versions: (parameter: Int, gradient: Int, mean: Int, square: Int) {
    (parameter.storage.version, gradient.storage.version, mean.storage.version, square.storage.version)
  }

  /// Changes parameters that share no memory, at the same time.
  private static func applyTogether(_ updates: [AdamWUpdate]) {
    var ends: [Int] = []
    for update in updates { ends.append((ends.last ?? 0) + update.parameter.count) }
    parallelFor(ends.last ?? 0, grain: pointwiseGrain / 2, multiple: 64) { part in
      for (update, end) in zip(updates, ends) where end > part.lowerBound {
        let start = end - update.parameter.count
        if start >= part.upperBound { return }
        update.apply(max(part.lowerBound, start) - start..<min(part.upperBound, end) - start)
      }
    }
  }

  private func apply(_ range: Range<Int>) {
    withExtendedLifetime((parameter.storage, gradient.storage, mean.storage, square.storage)) {
      constants.update(
        parameter.storage.floats + parameter.offset, gradient.storage.floats + gradient.offset,
        mean.storage.floats + mean.offset, square.storage.floats + square.offset, range)
    }
  }
}

extension Tensor {
  /// `self = self · keep + other · factor`, in place; `keep` 1 adds.
  package func scaleAndAdd(keep: Float, _ other: Tensor, factor: Float) {
    requireShape(other, "scaleAndAdd")
    precondition(isContiguous)
    let other = other.storage.sharesMemory(with: storage) ? other.copied() : other.packed()
    let kernel = ScaleAndAdd(keep: keep, factor: factor)
    other.read { x in
      write { p in
        parallelFor(count, grain: pointwiseGrain, multiple: 64) { part in
          let at = part.lowerBound
          Pointwise.map(kernel, p + at, x + at, count: part.count, to: p + at)
        }
      }
    }
  }

  /// The same for all tensors of one memory.
  package var memoryIdentity: ObjectIdentifier { ObjectIdentifier(storage) }

  /// Its numbers in row-major order, in memory that is not in `used`, which they join.
  package func asMemoryOfItsOwn(_ used: inout Set<ObjectIdentifier>) -> Tensor {
    let dense = packed()
    let own = used.contains(dense.memoryIdentity) ? dense.copied() : dense
    used.insert(own.memoryIdentity)
    return own
  }

  fileprivate func requireShape(_ other: Tensor, _ operation: String) {
    if other.shape != shape {
      fail(operation, "a tensor of shape \(other.shape) does not fit a parameter of shape \(shape)")
    }
  }

  /// The sum of the squares of all numbers.
  package var sumOfSquares: Float {
    let x = packed()
    return x.read { Reductions.sumOfSquares($0, count: x.count) }
  }
}

private struct ScaleAndAdd: BinaryKernel {
  let keep: Float
  let factor: Float
  @inline(__always) func callAsFunction(_ p: SIMD8<Float>, _ x: SIMD8<Float>) -> SIMD8<Float> {
    keep * p + factor * x
  }
}

/// What is the same for every element in a step of AdamW, rounded to single precision as PyTorch does.
package struct AdamWConstants: Sendable {
  let decay: Float
  let meanShare: Float
  let squareKeep: Float
  let squareShare: Float
  let rootOfCorrection: Float
  let epsilon: Float
  let stepSize: Float

  /// - Parameters:
  ///   - correction1: 1 - β₁ᵗ.
  ///   - correction2: 1 - β₂ᵗ.
  package init(
    learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double, correction1: Double,
    correction2: Double
  ) {
    decay = Float(1 - learningRate * weightDecay)
    meanShare = Float(1 - beta1)
    squareKeep = Float(beta2)
    squareShare = Float(1 - beta2)
    rootOfCorrection = Float(correction2.squareRoot())
    self.epsilon = Float(epsilon)
    stepSize = Float(learningRate / correction1)
  }

  @inline(__always)
  fileprivate func update(
    _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ m: UnsafeMutablePointer<Float>,
    _ v: UnsafeMutablePointer<Float>, _ range: Range<Int>
  ) {
    var i = range.lowerBound
    while i &+ 8 <= range.upperBound {
      let (np, nm, nv) = step(load(p + i), load(g + i), load(m + i), load(v + i))
      store(np, p + i)
      store(nm, m + i)
      store(nv, v + i)
      i &+= 8
    }
    let rest = range.upperBound &- i
    if rest > 0 {
      let (np, nm, nv) = step(
        loadPart(p + i, rest), loadPart(g + i, rest), loadPart(m + i, rest), loadPart(v + i, rest))
      storePart(np, rest, p + i)
      storePart(nm, rest, m + i)
      storePart(nv, rest, v + i)
    }
  }

  @inline(__always)
  private func step(
    _ p: SIMD8<Float>, _ g: SIMD8<Float>, _ m: SIMD8<Float>, _ v: SIMD8<Float>
  ) -> (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) {
    let mean = m + meanShare * (g - m)
    let square = squareKeep * v + squareShare * (g * g)
    let denominator = square.squareRoot() / rootOfCorrection + epsilon
    return (decay * p - stepSize * (mean / denominator), mean, square)
  }
}
