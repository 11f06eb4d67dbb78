import Support

/// A curve of a ``LinePlot``: numbers in their order, with a name.
///
/// A NaN among the `y` leaves a gap.
public struct LineSeries: Sendable {
  /// Stands beside the curve.
  public let name: String
  let x, y: [Double]
  /// The lowest and highest at each place, around the curve.
  let low, high: [Double]

  private init(name: String, x: [Double], y: [Double], low: [Double] = [], high: [Double] = []) {
    self.name = name
    self.x = x
    self.y = y
    self.low = low
    self.high = high
  }

  /// A curve through points.
  public init(_ name: String, x: [some PlotValue], y: [some PlotValue]) {
    self.init(name: name, x: x.map(\.plotValue), y: y.map(\.plotValue))
  }

  /// A curve of numbers that were taken at equal distances.
  ///
  /// - Parameters:
  ///   - start: the place of the first number.
  ///   - step: from one number to the next.
  public init(_ name: String, y: [some PlotValue], from start: Double = 0, step: Double = 1) {
    self.init(name: name, x: y.indices.map { start + step * Double($0) }, y: y.map(\.plotValue))
  }

  /// A curve with a band from `low` to `high` around it.
  public init(
    _ name: String, x: [some PlotValue], y: [some PlotValue], low: [some PlotValue], high: [some PlotValue]
  ) {
    self.init(
      name: name, x: x.map(\.plotValue), y: y.map(\.plotValue), low: low.map(\.plotValue), high: high.map(\.plotValue))
  }

  /// The mean of several runs, with a band from the lowest to the highest of them.
  ///
  /// - Parameter runs: as many numbers in each as there are `x`.
  public init(_ name: String, x: [some PlotValue], runs: [[some PlotValue]]) {
    if runs.isEmpty { reportMisuse("LineSeries '\(name)'", "there is no run") }
    for (index, run) in runs.enumerated() where run.count != x.count {
      reportMisuse("LineSeries '\(name)'", "run \(index) has \(run.count) values, not \(x.count) as there are x")
    }
    let columns = x.indices.map { place in runs.map { $0[place].plotValue } }
    self.init(
      name: name, x: x.map(\.plotValue), y: columns.map { $0.reduce(0, +) / Double(runs.count) },
      low: columns.map { $0.reduce(.infinity, min) }, high: columns.map { $0.reduce(-.infinity, max) })
  }

  /// A function's curve.
  ///
  /// - Parameters:
  ///   - range: where the function is asked.
  ///   - samples: how often, at equal distances.
  public init(
    _ name: String, over range: ClosedRange<Double>, samples: Int = 161, function: (Double) -> Double
  ) {
    if samples < 2 { reportMisuse("LineSeries '\(name)'", "a curve has at least two samples, not \(samples)") }
    let length = range.upperBound - range.lowerBound
    let x = (0..<samples).map { range.lowerBound + length * Double($0) / Double(samples - 1) }
    self.init(name: name, x: x, y: x.map(function))
  }

  /// The curve with each number replaced by the mean of those around it; fewer are averaged at the ends.
  ///
  /// - Parameters:
  ///   - window: how many numbers are averaged.
  ///   - band: whether a band shows the lowest and highest of them.
  public func smoothed(over window: Int, band: Bool = false) -> LineSeries {
    if window < 1 { reportMisuse("LineSeries '\(name)'", "a mean is of at least one number, not \(window)") }
    let windows = y.indices.map { index -> ArraySlice<Double> in
      let reach = min(window / 2, index, y.count - 1 - index)
      return y[(index - reach)...(index + reach)]
    }
    return LineSeries(
      name: name, x: x, y: windows.map { $0.reduce(0, +) / Double($0.count) },
      low: band ? windows.map { $0.reduce(.infinity, min) } : low,
      high: band ? windows.map { $0.reduce(-.infinity, max) } : high)
  }

  /// The parts between gaps, as ranges of indices.
  var parts: [Range<Int>] {
    var result: [Range<Int>] = []
    var start: Int?
    for index in y.indices {
      if y[index].isNaN {
        if let begin = start { result.append(begin..<index) }
        start = nil
      } else if start == nil {
        start = index
      }
    }
    if let begin = start { result.append(begin..<y.count) }
    return result
  }

  /// Everything that is drawn upwards.
  var drawnY: [Double] { y.filter { !$0.isNaN } + (low + high).filter(\.isFinite) }
}
