import Tensors

// Inputs for properties come from the engine's own generator, so that a failed check fails again.

extension Int {
  /// A number drawn evenly from a range.
  public static func draw(in range: ClosedRange<Int>) -> Int {
    Generator.current.integer(in: range.lowerBound..<range.upperBound + 1)
  }
}

extension Float {
  /// A number drawn evenly from a range.
  public static func draw(in range: ClosedRange<Float>) -> Float {
    range.lowerBound + Float(Generator.current.nextUnitDouble()) * (range.upperBound - range.lowerBound)
  }
}

extension Bool {
  /// Heads or tails.
  public static func draw() -> Bool { Int.draw(in: 0...1) == 1 }
}

extension Array {
  /// The same elements in an order that is drawn.
  public func shuffledByDraw() -> [Element] {
    Tensors.Generator.current.permutation(count).map { self[$0] }
  }
}
