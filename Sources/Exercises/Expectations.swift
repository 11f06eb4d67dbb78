import Tensors

/// Expects something to be true.
///
/// - Parameter message: a sentence that helps: what was found, and what to look at.
/// - Throws: an error that ``property(_:_:)`` reports.
public func expect(_ isTrue: Bool, _ message: @autoclosure () -> String) throws {
  if !isTrue { throw Unmet(reason: message()) }
}

/// Expects a tensor to have a shape.
///
/// - Parameter what: names the tensor: "softmaxRows of [2, 5]".
/// - Throws: an error with both shapes.
public func expectShape(_ tensor: Tensor, _ shape: [Int], _ what: @autoclosure () -> String) throws {
  if tensor.shape != shape {
    throw Unmet(reason: "\(what()): the shape is \(tensor.shape), expected is \(shape)")
  }
}

/// Expects two tensors to have the same shape, and numbers that differ by at most `tolerance`.
///
/// - Parameters:
///   - tolerance: 0 asks for the same numbers. Not-a-number is never equal to anything.
///   - what: names what is compared, and may say what to look at: "the sums of the rows; divide each row by its own sum".
/// - Throws: an error with the place of the largest difference, and both numbers there.
public func expectEqual(
  _ found: Tensor, _ expected: Tensor, within tolerance: Float, _ what: @autoclosure () -> String
) throws {
  try expectShape(found, expected.shape, what())
  guard let worst = largestDifference(found, expected), !(worst.difference <= tolerance) else { return }
  throw Unmet(
    reason: "\(what()): at \(worst.place) is \(worst.found), expected is \(worst.expected)"
      + (tolerance > 0 ? " (a difference of up to \(tolerance) would do)" : ""))
}

/// Expects two numbers to differ by at most `tolerance`.
///
/// - Throws: an error with both numbers.
public func expectEqual<Number: BinaryFloatingPoint>(
  _ found: Number, _ expected: Number, within tolerance: Number, _ what: @autoclosure () -> String
) throws {
  if !(abs(found - expected) <= tolerance) && found != expected {
    throw Unmet(reason: "\(what()): is \(found), expected is \(expected)")
  }
}

/// Expects two values to be the same.
///
/// - Throws: an error with both values.
public func expectEqual<Value: Equatable>(
  _ found: Value, _ expected: Value, _ what: @autoclosure () -> String
) throws {
  if found != expected { throw Unmet(reason: "\(what()): is \(found), expected is \(expected)") }
}

/// Expects two tensors of the same shape to differ somewhere by more than `margin`: a change that has to have an effect.
///
/// - Throws: an error with the largest difference.
public func expectDifferent(
  _ found: Tensor, _ other: Tensor, by margin: Float, _ what: @autoclosure () -> String
) throws {
  try expectShape(found, other.shape, what())
  let difference = largestDifference(found, other)?.difference ?? 0
  if !(difference > margin) {
    throw Unmet(reason: "\(what()): no number differs by more than \(margin); the largest difference is \(difference)")
  }
}

/// The place at which two tensors of one shape differ most. Not-a-number differs by infinity.
private func largestDifference(
  _ first: Tensor, _ second: Tensor
) -> (place: [Int], found: Float, expected: Float, difference: Float)? {
  let (left, right) = (first.scalars, second.scalars)
  var worst = (index: -1, difference: -Float.infinity)
  for index in left.indices {
    let difference = left[index] == right[index] ? 0 : abs(left[index] - right[index])
    let counted = difference.isNaN ? .infinity : difference
    if counted > worst.difference { worst = (index, counted) }
  }
  guard worst.index >= 0 else { return nil }
  var rest = worst.index
  let place = first.shape.reversed().map { size -> Int in
    defer { rest /= size }
    return rest % size
  }
  return (place.reversed(), left[worst.index], right[worst.index], worst.difference)
}
