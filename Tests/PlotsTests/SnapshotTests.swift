import Foundation
import Plots
import TestSupport
import Testing

/// The files of `Tests/Fixtures/plots`: each sample plot as SVG and in plain text.
///
/// `RECORD_PLOTS=1 swift test --filter SnapshotTests` writes them anew, and fails, so that nobody records by accident.
@Suite struct SnapshotTests {
  @Test(arguments: SamplePlots.all.map(\.name)) func aPlotIsItsFile(_ name: String) throws {
    let plot = try #require(SamplePlots.all.first { $0.name == name }).plot
    let files = [
      ("\(name).svg", plot.svg), ("\(name).txt", (plot.textLines + [plot.summary ?? ""]).map { $0 + "\n" }.joined()),
    ]
    for (file, text) in files {
      let url = Fixture.url("plots/\(file)")
      if ProcessInfo.processInfo.environment["RECORD_PLOTS"] == "1" {
        try Data(text.utf8).write(to: url)
        Issue.record("\(file) has been recorded")
      }
      #expect(try String(contentsOf: url, encoding: .utf8) == text, "\(file)")
    }
  }

  @Test func everyFileHasItsPlot() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Fixture.url("plots").path).sorted()
    #expect(files == SamplePlots.all.flatMap { ["\($0.name).svg", "\($0.name).txt"] }.sorted())
  }

  @Test func theGuideShowsWhatIsPrinted() throws {
    let guide = try String(contentsOf: Fixture.url("../../docs/plots.md").standardized, encoding: .utf8)
    let blocks = guide.split(separator: "```text\n").dropFirst().compactMap { $0.split(separator: "\n```").first }
    let printed = SamplePlots.all.map { $0.plot.textLines.joined(separator: "\n") }
    #expect(blocks.count == 8)
    for block in blocks { #expect(printed.contains(String(block)), "\(block)") }
  }
}
