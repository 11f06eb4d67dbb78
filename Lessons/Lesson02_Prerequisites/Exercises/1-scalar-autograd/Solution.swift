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
  static func * (a: Number, b: Number) -> Number { Number(a.value * b.value, from: [(a, b.value), (b, a.value)]) }
  static func / (a: Number, b: Number) -> Number {
    Number(a.value / b.value, from: [(a, 1 / b.value), (b, -a.value / (b.value * b.value))])
  }
  func exp() -> Number {
    let result = Foundation.exp(value)
    return Number(result, from: [(self, result)])
  }
  func log() -> Number { Number(Foundation.log(value), from: [(self, 1 / value)]) }

  /// Sets the gradient of this number and of all that it was computed from.
  func backward() {
    var (order, seen): ([Number], Set<ObjectIdentifier>) = ([], [])
    func visit(_ number: Number) {
      guard seen.insert(ObjectIdentifier(number)).inserted else { return }
      for (operand, _) in number.operands { visit(operand) }
      order.append(number)
    }
    visit(self)
    gradient = 1
    // From results to operands: a number's gradient is complete before it is passed on.
    for result in order.reversed() {
      for (operand, slope) in result.operands { operand.gradient += slope * result.gradient }
    }
  }
}
