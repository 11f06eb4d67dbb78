import Testing

/// Expects our numbers to be near recorded ones; a failure names the quantity, the index, ours, theirs and the largest
/// difference.
///
/// - Parameters:
///   - tolerance: the largest difference allowed.
///   - relative: allowed on top, as a share of the recorded number.
public func expectClose(
  _ name: String, _ ours: [Float], _ theirs: [Double], tolerance: Double, relative: Double = 0,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard ours.count == theirs.count else {
    Issue.record("\(name): \(ours.count) numbers, \(theirs.count) recorded", sourceLocation: sourceLocation)
    return
  }
  var worst = (index: -1, excess: 0.0, difference: 0.0)
  var largest = 0.0
  for (index, (a, b)) in zip(ours, theirs).enumerated() {
    if a.isNaN && b.isNaN { continue }
    let difference = abs(Double(a) - b)
    let excess = difference.isNaN ? .infinity : difference - tolerance - relative * abs(b)
    largest = max(largest, difference)
    if excess > worst.excess { worst = (index, excess, difference) }
  }
  if worst.index >= 0 {
    Issue.record(
      "\(name): index \(worst.index): ours \(ours[worst.index]), theirs \(theirs[worst.index]); largest difference \(largest), tolerance \(tolerance)",
      sourceLocation: sourceLocation)
  }
}
