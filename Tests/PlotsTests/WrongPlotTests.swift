import Images
import Plots
import TestSupport
import Testing

/// Values that cannot be drawn end the program with one line that names the plot and the reason.
@Suite struct WrongPlotTests {
  private static func line(_ series: LineSeries..., y: Axis = "y") {
    _ = LinePlot("Loss", x: "step", y: y, series: series)
  }

  static let calls: [WrongCall] = [
    WrongCall("no series", ["LinePlot 'Loss'", "no series"]) { line() },
    WrongCall("no values", ["LinePlot 'Loss'", "'a'", "no values"]) { line(LineSeries("a", y: [Double]())) },
    WrongCall("unequal lengths", ["'Loss'", "'a'", "2 x but 3 y"]) { line(LineSeries("a", x: [1, 2], y: [1, 2, 3])) },
    WrongCall("an infinite number", ["'Loss'", "'a'", "value 1 is infinite"]) {
      line(LineSeries("a", y: [1, .infinity]))
    },
    WrongCall("only gaps", ["'Loss'", "'a'", "nothing but gaps"]) { line(LineSeries("a", y: [Double.nan])) },
    WrongCall("a place that is no number", ["'Loss'", "'a', x", "value 0", "NaN"]) {
      line(LineSeries("a", x: [Double.nan], y: [1]))
    },
    WrongCall("too large", ["'Loss'", "1e100"]) { line(LineSeries("a", y: [1e101])) },
    WrongCall("a logarithm of zero", ["'Loss'", "logarithmic y axis", "no place for 0"]) {
      line(LineSeries("a", y: [1, 0]), y: .logarithmic("rate"))
    },
    WrongCall("too many series", ["'Loss'", "9 series", "8"]) {
      _ = LinePlot("Loss", x: "x", y: "y", series: (0..<9).map { LineSeries("\($0)", y: [1]) })
    },
    WrongCall("two of one name", ["'Loss'", "named 'a'"]) { line(LineSeries("a", y: [1]), LineSeries("a", y: [2])) },
    WrongCall("runs of unequal lengths", ["LineSeries 'a'", "run 1 has 1 values"]) {
      line(LineSeries("a", x: [1, 2], runs: [[1, 2], [1]]))
    },
    WrongCall("a missing bar", ["BarPlot 'B'", "'s'", "1 values for 2 categories"]) {
      _ = BarPlot("B", value: "v", categories: ["a", "b"], series: [BarSeries("s", [1])])
    },
    WrongCall("a negative stack", ["BarPlot 'B'", "'s'", "-1"]) {
      _ = BarPlot("B", value: "v", categories: ["a"], series: [BarSeries("s", [-1])], arrangement: .stacked)
    },
    WrongCall("too few labels", ["ScatterPlot 'S'", "'a'", "1 labels for 2"]) {
      _ = ScatterPlot("S", x: "x", y: "y", groups: [ScatterGroup("a", x: [1, 2], y: [1, 2], labels: ["p"])])
    },
    WrongCall("a ragged matrix", ["HeatMapPlot 'H'", "row 1 has 1 values"]) {
      _ = HeatMapPlot("H", values: [[1, 2], [3]], scaleTitle: "v")
    },
    WrongCall("a matrix too large", ["HeatMapPlot 'H'", "65×65", "Image.heatMap"]) {
      _ = HeatMapPlot("H", values: Array(repeating: Array(repeating: 0.0, count: 65), count: 65), scaleTitle: "v")
    },
    WrongCall("nothing to count", ["Histogram 'H'", "'a'", "no values"]) {
      _ = Histogram("H", x: "x", groups: [HistogramGroup("a", [Double]())])
    },
    WrongCall("a photo", ["ImageGridPlot 'G'", "33×8", "Image.grid"]) {
      _ = ImageGridPlot("G", images: [Image(width: 33, height: 8)])
    },
    WrongCall("a link to nothing", ["Diagram 'D'", "no box is named 'b'"]) {
      _ = Diagram("D", [.input("a")], links: [DiagramLink(from: "a", to: "b")])
    },
    WrongCall("a link in a chain", ["Diagram 'D'", "side by side"]) {
      _ = Diagram("D", [.input("a"), .output("b")], links: [DiagramLink(from: "a", to: "b")])
    },
    WrongCall("no plots", ["Panels 'P'", "no plots"]) { _ = Panels("P", []) },
  ]

  @Test(arguments: calls.map(\.name)) func endsWithOneLine(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }
}
