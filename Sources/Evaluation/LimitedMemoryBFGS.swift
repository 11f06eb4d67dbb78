/// Finds the minimum of a smooth convex function from its gradient alone (Liu and Nocedal 1989).
///
/// The step along each direction is set by the slope alone: it ends where the slope is within 90 % of what it was
/// when falling, and within half of it when rising. On a convex function such a step curves upwards, which is what the
/// next direction needs, and the function's value, and with it a logarithm, never is.
struct LimitedMemoryBFGS {
  /// The largest entry of the gradient at which the search ends.
  let tolerance: Double
  /// Steps after which the search ends anyway.
  let maximumIterations: Int
  /// How many past steps shape the next direction.
  let memory = 10

  func minimize(
    from start: [Double], gradient: ([Double]) -> [Double]
  ) -> (point: [Double], iterations: Int, gradientNorm: Double) {
    var point = start
    var slope = gradient(point)
    var history: [(step: [Double], change: [Double], curvature: Double)] = []
    for iteration in 0..<maximumIterations {
      let norm = slope.reduce(0) { max($0, $1.magnitude) }
      guard norm > tolerance else { return (point, iteration, norm) }

      let direction = direction(against: slope, history)
      let initial = dot(direction, slope)
      var length = 1.0
      var next = moved(point, direction, length)
      var nextSlope = gradient(next)
      // The slope along the direction, negative while it still goes down.
      var current = dot(direction, nextSlope)
      for _ in 0..<30 where current < 0.9 * initial || current > -0.5 * initial {
        // Too short a step is doubled; one beyond the minimum goes back to where the slope, taken as a line, is zero.
        length *= current < 0 ? 2 : initial / (initial - current)
        next = moved(point, direction, length)
        nextSlope = gradient(next)
        current = dot(direction, nextSlope)
      }
      let step = zip(next, point).map { $0 - $1 }
      let change = zip(nextSlope, slope).map { $0 - $1 }
      let curvature = dot(step, change)
      // Convex functions curve upwards; rounding alone says otherwise, at the very end.
      guard curvature > 0 else { return (point, iteration, norm) }
      history.append((step, change, curvature))
      if history.count > memory { history.removeFirst() }
      (point, slope) = (next, nextSlope)
    }
    return (point, maximumIterations, slope.reduce(0) { max($0, $1.magnitude) })
  }

  /// The two-loop recursion: the gradient times the estimated inverse of the second derivative, downwards.
  private func direction(
    against slope: [Double], _ history: [(step: [Double], change: [Double], curvature: Double)]
  ) -> [Double] {
    var direction = slope.map { -$0 }
    var weights: [Double] = []
    for past in history.reversed() {
      let weight = dot(past.step, direction) / past.curvature
      for index in direction.indices { direction[index] -= weight * past.change[index] }
      weights.append(weight)
    }
    if let last = history.last {
      let scale = last.curvature / dot(last.change, last.change)
      for index in direction.indices { direction[index] *= scale }
    }
    for (past, weight) in zip(history, weights.reversed()) {
      let correction = weight - dot(past.change, direction) / past.curvature
      for index in direction.indices { direction[index] += correction * past.step[index] }
    }
    return direction
  }

  private func moved(_ point: [Double], _ direction: [Double], _ length: Double) -> [Double] {
    zip(point, direction).map { $0 + length * $1 }
  }

  private func dot(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    for index in left.indices { sum += left[index] * right[index] }
    return sum
  }
}
