import Foundation

/// A number that remembers what it was computed from.
final class Number {
  let value: Double
  /// The derivative of the number on which `backward` was called, by this number.
  var gradient = 0.0
  /// What it was computed from, each with the derivative of this number by it.
  let operands: [(number: Number, slope: Double)]

  init(_ value: Double, from operands: [(number: Number, slope: Double)] = []) {
    self.value = value
    self.operands = operands
  }

  static func + (a: Number, b: Number) -> Number { Number(a.value + b.value, from: [(a, 1), (b, 1)]) }
  // Write the slopes of these four instead of 0.
  static func * (a: Number, b: Number) -> Number { Number(a.value * b.value, from: [(a, 0), (b, 0)]) }
  static func / (a: Number, b: Number) -> Number { Number(a.value / b.value, from: [(a, 0), (b, 0)]) }
  func exp() -> Number { Number(Foundation.exp(value), from: [(self, 0)]) }
  func log() -> Number { Number(Foundation.log(value), from: [(self, 0)]) }

  /// Sets the gradient of this number and of all that it was computed from.
  func backward() {
    gradient = 1
    // This reaches the direct operands only, and forgets what they had from elsewhere.
    for (operand, slope) in operands { operand.gradient = slope * gradient }
  }
}
