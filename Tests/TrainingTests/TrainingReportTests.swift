import Foundation
import Support
import TestSupport
import Testing

@testable import Training

/// What a training measured can be read again, and what was not written is an error.
struct TrainingReportTests {
  @Test func aWrittenReportIsReadBack() throws {
    let folder = try TemporaryFolder()
    var report = TrainingReport()
    report.add("parameters", "12")
    report.add(share: 0.9876, "right answers, held out")
    report.add(share: 1, "  color")
    try report.write(to: folder.url.path)
    let read = try TrainingReport(directory: folder.url.path)
    #expect(read == report && read.lines.count == 3)
    #expect(read["right answers, held out"] == "98.8%" && read["  color"] == "100.0%" && read["shape"] == nil)
  }

  @Test func aMissingOrDamagedReportIsNamed() throws {
    let folder = try TemporaryFolder()
    #expect(throws: DataError.self) { try TrainingReport(directory: folder.url.path) }
    try folder.write("no tabulator\n", to: TrainingReport.file)
    let error = #expect(throws: DataError.self) { try TrainingReport(directory: folder.url.path) }
    #expect(error?.description.contains(TrainingReport.file) == true)
  }

  @Test func theReportOfATrainingStandsBesideItsModel() throws {
    let folder = try TemporaryFolder()
    let output = folder.path("captioner")
    let report = try Trainer.captioner.train(TrainingOptions(output: output, steps: 1)) { _, _, _ in }
    #expect(try TrainingReport(directory: output) == report)
    #expect(report["parameters"] != nil)
  }

  @Test func meanLossesAreReadBack() throws {
    var report = TrainingReport()
    report.add(losses: [1, 2, 0.25, 0.125, 3], every: 2)
    report.add(number: 0.00004, "loss, held out")
    #expect(report.lines.map(\.value) == ["1.5000", "0.1875", "3.0000", "0.0000"])
    #expect(report.lines[1].name == "loss, up to step 4")
    #expect(report.meanLosses.map(\.step) == [2, 4, 5] && report.meanLosses.map(\.loss) == [1.5, 0.1875, 3])
    #expect(TrainingReport().meanLosses.isEmpty)
  }

  @Test func aShareOfNothingIsNoNumber() {
    var report = TrainingReport()
    report.add(share: 0 / 0, "right")
    #expect(report["right"] == "nan%")
  }

  @Test func linesMayEndAsOnOtherSystems() throws {
    let folder = try TemporaryFolder()
    try folder.write("parameters\t12\r\nright\t5.0%\r\n", to: TrainingReport.file)
    let report = try TrainingReport(directory: folder.url.path)
    #expect(report["parameters"] == "12" && report["right"] == "5.0%")
  }

  @Test func sumsKeepTheOrderOfTheirLines() {
    var (first, second) = (TrainingReport(), TrainingReport())
    first.add("a", "1")
    second.add("a", "2")
    #expect((first + second).lines.map(\.value) == ["1", "2"] && (first + second)["a"] == "1")
  }
}
