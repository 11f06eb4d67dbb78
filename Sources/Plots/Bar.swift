import Support

/// One bar of a ``BarPlot``.
public struct Bar: Sendable {
  let name: String
  let value: Double
  let runs: [Double]

  /// A bar of a number.
  public init(_ name: String, _ value: some PlotValue) {
    self.name = name
    self.value = value.plotValue
    runs = []
  }

  /// A bar of the mean of several runs, with a ring at each of them.
  public init(_ name: String, runs: [some PlotValue]) {
    if runs.isEmpty { reportMisuse("Bar '\(name)'", "there is no run") }
    self.name = name
    self.runs = runs.map(\.plotValue)
    value = self.runs.reduce(0, +) / Double(runs.count)
  }
}

/// The bars of one name in all categories of a ``BarPlot``.
public struct BarSeries: Sendable {
  let name: String
  let values: [Double]
  let runs: [[Double]]

  /// A number for each category.
  public init(_ name: String, _ values: [some PlotValue]) {
    self.name = name
    self.values = values.map(\.plotValue)
    runs = values.map { _ in [] }
  }

  /// The mean of several runs for each category, with a ring at each run.
  public init(_ name: String, runs: [[some PlotValue]]) {
    for (index, run) in runs.enumerated() where run.isEmpty {
      reportMisuse("BarSeries '\(name)'", "category \(index) has no run")
    }
    self.name = name
    self.runs = runs.map { $0.map(\.plotValue) }
    values = self.runs.map { $0.reduce(0, +) / Double($0.count) }
  }
}
