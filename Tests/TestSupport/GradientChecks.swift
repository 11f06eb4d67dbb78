import Tensors

/// Compares the gradients of leaves with finite differences: one line about the worst place, or `nil` if all agree.
///
/// The engine computes in single precision, so a difference must be neither too small (rounding, some 1e-7 of a result,
/// is divided by it) nor too large (the curvature shows). Differences over ±h and ±2h with h = 2⁻⁵, combined as
/// (4 D(h) - D(2h)) / 3 (Richardson), cancel the curvature's first term and leave an error of h⁴ = 10⁻⁶ times the
/// fifth derivative, with some 3·10⁻⁵ of rounding. The points are multiples of 2⁻⁹ below 8, so that x ± h and
/// x ± 2h are exact. The weighted sum of the outputs is made in double precision.
///
/// - Parameters:
///   - leaves: what to differentiate by, with names; their numbers are changed and put back.
///   - tolerance: the allowed distance, relative to the largest gradient of a leaf or 1.
///   - evaluate: computes the outputs from the leaves, anew each time.
public func gradientMismatch(
  _ leaves: [(name: String, leaf: Tensor)], tolerance: Double = 5e-4, _ evaluate: () -> [Tensor]
) -> String? {
  for (_, leaf) in leaves { leaf.grad = nil }
  let parts = evaluate().map { ($0 * .weighting($0.shape)).sum() }
  parts.dropFirst().reduce(parts[0]) { $0 + $1 }.backward()
  var worst: (text: String, excess: Double)?
  for (name, leaf) in leaves {
    let gradient = (leaf.grad ?? .zeros(leaf.shape)).scalars
    let point = leaf.scalars
    let scale = gradient.reduce(1) { Swift.max($0, Double($1.magnitude)) }
    for index in point.indices {
      func weighted(_ step: Float) -> Double {
        var moved = point
        moved[index] += step
        leaf.assign(Tensor(moved, shape: leaf.shape))
        return noGrad(evaluate).reduce(0) { $0 + $1.weightedSum }
      }
      let h: Float = 0x1p-5
      let near = (weighted(h) - weighted(-h)) / Double(2 * h)
      let far = (weighted(2 * h) - weighted(-2 * h)) / Double(4 * h)
      let slope = (4 * near - far) / 3
      let distance = (slope - Double(gradient[index])).magnitude / (scale * tolerance)
      // Written so that NaN counts as a mismatch.
      if !(distance <= worst?.excess ?? 1) {
        worst = ("\(name)[\(index)]: gradient \(gradient[index]), finite difference \(slope)", distance)
      }
    }
    leaf.assign(Tensor(point, shape: leaf.shape))
  }
  return worst.map { "\($0.text), \($0.excess) times the allowed distance" }
}

extension Tensor {
  /// Infinities are left out: a mask's do not move with the leaves, and their difference would be no number.
  fileprivate var weightedSum: Double {
    zip(scalars, Tensor.weighting(shape).scalars).reduce(0) { $1.0.isInfinite ? $0 : $0 + Double($1.0) * Double($1.1) }
  }
}

/// Points for finite differences: multiples of 2⁻⁹, different for each seed.
public enum GradientPoints: Sendable {
  /// From -2 to 2.
  case anywhere
  /// From 1 to 3.
  case positive
  /// At least 3/16 away from every multiple of ½, for functions with a kink or pole there.
  case betweenHalves
  /// At least ¼ apart from each other, and from those of the next seed, for maxima and orders.
  case distinct

  /// The points of a tensor.
  public func tensor(_ shape: [Int], seed: Int) -> Tensor {
    let count = shape.reduce(1, *)
    let random = Generator(seed: seed + 1)
    switch self {
    case .anywhere: return Tensor(random.integers(in: -1024..<1025, count: count).map { Float($0) / 512 }, shape: shape)
    case .positive: return Tensor(random.integers(in: 512..<1537, count: count).map { Float($0) / 512 }, shape: shape)
    case .betweenHalves:
      let halves = random.integers(in: -4..<4, count: count)
      let offsets = random.integers(in: -32..<33, count: count)
      return Tensor(zip(halves, offsets).map { Float($0) / 2 + 0.25 + Float($1) / 512 }, shape: shape)
    case .distinct:
      let order = random.permutation(count)
      return Tensor(order.map { Float($0 - count / 2) / 2 + Float(seed % 2) / 4 }, shape: shape)
    }
  }
}
