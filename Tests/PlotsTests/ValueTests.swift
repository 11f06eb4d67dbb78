import Images
import Notebook
import Testing

@testable import Plots

@Suite struct ValueTests {
  @Test func thinningKeepsTheExtremes() {
    let values = SamplePlots.noise(20_000, seed: 1)
    let points = values.enumerated().map { (x: Double($0) / 40, y: $0 == 12_345 ? 9 : $0 == 54 ? -9 : $1) }
    let thinned = Polyline.thinned(points)
    #expect(thinned.count <= 4 * 501)
    #expect(thinned.map(\.y).max() == 9 && thinned.map(\.y).min() == -9)
    #expect(thinned.first?.x == points.first?.x && thinned.last?.x == points.last?.x)
    #expect(zip(thinned, thinned.dropFirst()).allSatisfy { $0.x <= $1.x })
    // A few points stay as they are.
    let few = [(x: 0.0, y: 1.0), (x: 0.2, y: 2.0), (x: 5.0, y: 0.0)]
    #expect(Polyline.thinned(few).map(\.y) == [1, 2, 0])
  }

  @Test func aLongCurveMakesASmallFile() {
    let plot = LinePlot(
      "long", x: "step", y: "loss", series: [LineSeries("noise", y: SamplePlots.noise(100_000, seed: 2))])
    #expect(plot.checkedBytes.count < 60_000)
  }

  @Test func strokesAreCutAtTheArea() {
    let parts = Polyline.clipped([(0, 0), (10, 10), (20, 0)], x: 0...20, y: 0...5)
    #expect(parts.map { $0.map(\.x) } == [[0, 5], [15, 20]])
    #expect(Polyline.clipped([(0, 9), (10, 9)], x: 0...20, y: 0...5).isEmpty)
  }

  @Test func gapsSplitACurve() {
    let series = LineSeries("a", y: [.nan, 1, 2, .nan, .nan, 3, .nan])
    #expect(series.parts == [1..<3, 5..<6])
    let plot = LinePlot("gaps", x: "x", y: "y", series: [series])
    #expect(!plot.svg.contains("nan") && plot.summary?.contains("nan") == false)
  }

  @Test func runsHaveTheirMeanAndRange() {
    let series = LineSeries("a", x: [0, 1], runs: [[1.0, 4], [3, 2], [2, 3]])
    #expect(series.y == [2, 3] && series.low == [1, 2] && series.high == [3, 4])
  }

  @Test func smoothingTakesTheMeanAround() {
    let series = LineSeries("a", y: [0, 3, 6, 0, 0]).smoothed(over: 3, band: true)
    #expect(series.y == [0, 3, 3, 2, 0] && series.low == [0, 0, 0, 0, 0] && series.high == [0, 6, 6, 6, 0])
  }

  @Test func numbersOnAnEdgeAreCountedOnce() {
    #expect(Histogram.count([0, 0.5, 1, 2, 3, 3, -1, 4], [0, 1, 2, 3]) == [2, 1, 3])
    let histogram = Histogram("h", x: "x", groups: [HistogramGroup("a", [0.05, 0.15, 0.15, 0.95])], bins: 10)
    #expect(histogram.counts[0].reduce(0, +) == 4 && histogram.edges.count == 11)
  }

  @Test func hostileNumbersAreDrawn() {
    let extremes: [[Double]] = [[0, 0], [1e99, -1e99], [1e-300, 2e-300], [5, 5 + 1e-12]]
    for values in extremes {
      let plots: [any Plot] = [
        LinePlot("p", x: "x", y: "y", series: [LineSeries("a", y: values)]),
        ScatterPlot("p", x: "x", y: "y", groups: [ScatterGroup("a", x: values, y: values)]),
        BarPlot("p", value: "v", bars: values.map { Bar("b", $0) }),
        HeatMapPlot("p", values: [values], scaleTitle: "v"),
        Histogram("p", x: "x", groups: [HistogramGroup("a", values)]),
      ]
      for plot in plots {
        #expect(SVGReader(plot.svg) != nil)
        #expect(!plot.svg.contains("nan") && !plot.svg.contains("inf"))
        #expect(plot.textLines.allSatisfy { !$0.isEmpty && DisplayWidth.columns(of: $0) <= 80 })
      }
    }
  }

  @Test func negativeBarsBeginAtZero() {
    let plot = BarPlot("change", value: "points", bars: [Bar("better", 3), Bar("worse", -2)])
    #expect(plot.textLines.contains { $0.hasSuffix("-2") && $0.contains("█") })
    #expect(plot.svg.contains("−2"))
  }

  @Test func aLabelOfAnyLengthStaysInThePicture() throws {
    let long = String(repeating: "a very long name ", count: 8)
    let plots: [any Plot] = [
      LinePlot(long, x: Axis(long), y: Axis(long), series: [LineSeries(long, y: [1, 2])]),
      BarPlot(long, value: Axis(long), bars: [Bar(long, 1)]),
      HeatMapPlot(
        long, rows: [long], columns: [long], values: [[1]], rowTitle: long, columnTitle: long, scaleTitle: long),
      Diagram(long, [.input(long), .group(long, times: 3, [.learned(long, long)])]),
      ImageGridPlot(long, images: [Image(width: 8, height: 8)], labels: [long]),
    ]
    for plot in plots {
      let reader = try #require(SVGReader(plot.svg))
      for text in reader.texts where !text.isTurned {
        #expect(text.left >= 0 && text.right <= Double(plot.width), "\(text)")
      }
      #expect(plot.textLines.allSatisfy { DisplayWidth.columns(of: $0) <= 80 })
    }
  }

  @Test func pixelsBecomeSquaresOfTheirColors() {
    let image = Image(width: 2, height: 2, format: .rgb, pixels: [255, 0, 0, 255, 0, 0, 0, 0, 255, 255, 0, 0])
    let svg = ImageGridPlot("two colors", images: [image]).svg
    #expect(svg.contains(##"<path fill="#ff0000" d="M0 0h2v1h-2zM1 1h1v1h-1z"/>"##))
    #expect(svg.contains(##"<path fill="#0000ff" d="M0 1h1v1h-1z"/>"##))
  }

  @Test func boxesDoNotOverlap() {
    for diagram in [SamplePlots.encoder, SamplePlots.captioner] {
      for metrics in [DiagramMetrics.pixels(wrapping: 200), .characters(wrapping: 20)] {
        let boxes = DiagramLayout(diagram.parts, diagram.links, metrics).boxes
        for (index, one) in boxes.enumerated() {
          for other in boxes[..<index] {
            let isApart =
              one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y
              || other.y + other.height <= one.y
            #expect(isApart, "\(one) \(other)")
          }
        }
      }
    }
  }
}
