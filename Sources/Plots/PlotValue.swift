/// A number that can be plotted.
public protocol PlotValue: Sendable {
  /// The same number as a `Double`.
  var plotValue: Double { get }
}

extension Double: PlotValue {
  /// Itself.
  public var plotValue: Double { self }
}

extension Float: PlotValue {
  /// Widened, which is exact.
  public var plotValue: Double { Double(self) }
}

extension Int: PlotValue {
  /// The nearest `Double`.
  public var plotValue: Double { Double(self) }
}
