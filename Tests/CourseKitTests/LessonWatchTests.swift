import Foundation
import Notebook
import TestSupport
import Testing

@testable import CourseKit

/// A lesson that is a shell script, built by another one, with somebody who saves its files.
private final class Scene {
  let folder: TemporaryFolder
  private let lesson = LessonEntry(number: 1, target: "Lesson01_Sample", title: "Sample", teaches: "nothing")
  /// All that was written.
  private(set) var texts: [String] = []
  private(set) var goodRunNotes = 0

  static let source = "Lessons/Lesson01_Sample/main.swift"
  static let golden = "expected-outputs/Lesson01_Sample.txt"

  init(_ script: String, golden: String? = nil) throws {
    folder = try TemporaryFolder()
    try folder.write(script, to: Self.source)
    if let golden { try folder.write(golden, to: Self.golden) }
    try folder.writeScript(
      """
      cd '\(folder.url.path)'
      if grep -n WRONG \(Self.source) >/dev/null; then
        echo "$PWD/\(Self.source):1:5: error: this is wrong"
        echo '1 | WRONG'
        echo '  |     `- error: this is wrong'
        exit 1
      fi
      { echo '#!/bin/sh'; cat \(Self.source); } >program.new
      chmod +x program.new
      mv program.new program
      """, to: "build")
  }

  func save(_ text: String, _ name: String = Scene.source) throws { try folder.write(text, to: name) }

  /// Watches the lesson, and does the next step after each report; ends after as many reports as there are steps and one.
  ///
  /// - Returns: the reports.
  func reports(
    _ steps: [() throws -> Void] = [], arguments: [String] = [], terminal: Terminal = .none,
    meanwhile: () throws -> Void = {}
  ) throws -> [String] {
    let settings = LessonWatch.Settings(
      root: folder.url, lesson: lesson, arguments: arguments, executable: folder.path("program"),
      build: (folder.path("build"), []))
    let watch = LessonWatch(settings, terminal: terminal) {
      self.texts.append($0)
    } noteGoodRun: {
      self.goodRunNotes += 1
    }
    var steps = steps[...]
    var seen = 0
    var failure: (any Error)?
    let start = ContinuousClock.now
    try watch.run {
      do {
        try meanwhile()
        while seen < reports.count {
          seen += 1
          guard let step = steps.popFirst() else { return false }
          try step()
        }
      } catch {
        failure = error
        return false
      }
      // Ends a test that would otherwise hang.
      return ContinuousClock.now - start < .seconds(300)
    }
    if let failure { throw failure }
    return reports
  }

  private var reports: [String] {
    texts.filter { $0.contains("Lesson 1. Sample") && !$0.contains("running …") }
  }
}

@Suite struct LessonWatchTests {
  @Test func eachSaveIsARunBesideTheExpectedOutputAndTheRunBefore() throws {
    let scene = try Scene("echo Loss: 0.5", golden: "Loss: 0.5\n")
    let reports = try scene.reports([
      { try scene.save("echo Loss: 0.75") }, { try scene.save("echo Loss: 0.875") },
      { try scene.save("echo Loss: 0.875 ") },
    ])
    try #require(reports.count == 4)
    #expect(reports[0].contains("same bytes as expected-outputs/Lesson01_Sample.txt, 1 lines\n"))
    #expect(
      reports[1].contains("1 line differs from expected-outputs/Lesson01_Sample.txt\nlargest numeric distance 0.25"))
    #expect(reports[1].contains("\n-Loss: 0.5\n+Loss: 0.75\n") && !reports[1].contains("since the run"))
    #expect(reports[2].contains("\n-Loss: 0.5\n+Loss: 0.875\n") && reports[2].contains("\n-Loss: 0.75\n+Loss: 0.875\n"))
    #expect(reports[3].contains("nothing changed since the run of "))
    #expect(scene.goodRunNotes == 1)
    #expect(!reports.joined().contains("\u{1B}"))
  }

  @Test func theExpectedOutputIsComparedAgainWithoutARun() throws {
    let scene = try Scene("echo run >>\"$(dirname \"$0\")/log\"; echo Loss: 0.5", golden: "Loss: 0.25\n")
    let reports = try scene.reports([{ try scene.save("Loss: 0.5\n", Scene.golden) }])
    try #require(reports.count == 2)
    #expect(reports[1].contains("\(Scene.golden) was saved\n\nsame bytes"))
    #expect(try String(contentsOfFile: scene.folder.path("log"), encoding: .utf8) == "run\n")
  }

  @Test func whileItDoesNotBuildTheLastGoodResultStays() throws {
    let scene = try Scene("echo Loss: 0.75", golden: "Loss: 0.5\n")
    let reports = try scene.reports([
      { try scene.save("WRONG") }, { try scene.save("WRONG again") }, { try scene.save("echo Loss: 0.5") },
    ])
    try #require(reports.count == 4)
    for report in reports[1...2] {
      #expect(
        report.contains(
          "does not build\n\n\(Scene.source):1:5: error: this is wrong\n1 | WRONG\n  |     ^\n\nlast good result, of "))
      #expect(report.contains(": 1 line differs from ") && report.contains("-Loss: 0.5\n+Loss: 0.75\n"))
    }
    #expect(reports[3].contains("same bytes") && scene.goodRunNotes == 1)
  }

  @Test func beforeAnyGoodRunThereIsNoResultToKeep() throws {
    let scene = try Scene("WRONG", golden: "Loss: 0.5\n")
    #expect(try scene.reports().first?.contains("there is no good result yet") == true)
    #expect(scene.goodRunNotes == 0)
  }

  @Test(arguments: [
    ("echo a; echo b; echo main.swift:3: matmul: 2 and 3 >&2; exit 1", "ended with exit code 1"),
    ("echo a; echo b; echo main.swift:3: matmul: 2 and 3 >&2; kill -KILL $$", "crashed with signal 9"),
  ])
  func aMistakeOfTheLessonIsShownWithWhatCameBefore(script: String, reason: String) throws {
    let report = try #require(try Scene(script).reports().first)
    #expect(
      report.contains(
        "\(reason)\n\nmain.swift:3: matmul: 2 and 3\n\nbefore that it printed 2 lines, the last of them:\n  a\n  b\n"))
  }

  @Test func aRunThatIsOvertakenByASaveIsStoppedWithAllItsProcesses() throws {
    let scene = try Scene(
      "cd \"$(dirname \"$0\")\"; (while :; do echo >>ticks; sleep 0.05; done) & wait", golden: "new\n")
    func ticks() -> Int { FileManager.default.contents(atPath: scene.folder.path("ticks"))?.count ?? 0 }
    var isSaved = false
    let reports = try scene.reports(meanwhile: {
      guard !isSaved, ticks() > 0 else { return }
      isSaved = true
      try scene.save("echo new")
    })
    #expect(reports.count == 1 && reports.first?.contains("same bytes") == true)
    let count = ticks()
    usleep(500_000)
    #expect(ticks() == count)
  }

  @Test func aFileThatEditorsReplaceOrTakeAwayForAWhileIsWaitedFor() throws {
    let scene = try Scene("echo 1")
    let source = scene.folder.path(Scene.source)
    let reports = try scene.reports([
      {
        try scene.save("echo 2", "Lessons/Lesson01_Sample/.new")
        rename(source.replacing("main.swift", with: ".new"), source)
      },
      { try FileManager.default.removeItem(atPath: source) }, { try scene.save("echo 3") },
    ])
    try #require(reports.count == 4)
    #expect(reports[1].contains("-1\n+2\n"))
    #expect(reports[2].contains("\(Scene.source) is missing; waiting for it"))
    #expect(reports[3].contains("-2\n+3\n"))
  }

  @Test func withFlagsTheExpectedOutputIsNamedButNotShown() throws {
    let scene = try Scene("echo Loss: $2", golden: "Loss: 0.5\n")
    let report = try #require(try scene.reports(arguments: ["--x", "0.75"]).first)
    #expect(report.contains("Lesson 1. Sample --x 0.75 ") && report.contains("1 line differs"))
    #expect(!report.contains("-Loss"))
  }

  @Test func aTerminalIsClearedAndShowsNoMoreThanItHasRoomFor() throws {
    let lines = "i=0; while [ $i -lt 100 ]; do echo $i; i=$((i + 1)); done"
    let terminal = Terminal(columns: 80, rows: 20, hasCursor: true, hasStyles: true)
    let report = try #require(try Scene(lines, golden: "x\n").reports(terminal: terminal).first)
    #expect(report.hasPrefix("\u{1B}[H\u{1B}[2J") && report.contains("\u{1B}[32m+0\u{1B}[0m\n"))
    #expect(report.contains("more lines") && report.count { $0 == "\n" } < 20)
  }

  @Test func whatALongRunPrintsIsShownAsItComes() throws {
    let scene = try Scene("echo first; sleep 3; echo second", golden: "first\nsecond\n")
    let terminal = Terminal(columns: 80, rows: 20, hasCursor: true, hasStyles: false)
    let report = try #require(try scene.reports(terminal: terminal).first)
    let first = try #require(scene.texts.firstIndex { $0.contains("first\n") })
    #expect(scene.texts[first] != report && !scene.texts[first].contains("second"))
    #expect(report.contains("same bytes") && !report.contains("first"))
  }

  @Test func whatALessonPrintsCannotSteerTheTerminal() throws {
    let report = try #require(try Scene(#"printf 'a\033[2J\n'"#, golden: "b\u{9B}\n").reports().first)
    #expect(report.contains("+a\\u{1b}[2J\n") && report.contains("-b\\u{9b}\n"))
  }
}
