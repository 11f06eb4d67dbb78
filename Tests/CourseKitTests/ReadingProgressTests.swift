import CourseKit
import Foundation
import Support
import TestSupport
import Testing

@Suite struct ReadingProgressTests {
  private let lessons = (1...3).map {
    LessonEntry(number: $0, target: "Lesson0\($0)_Name", title: "Title", teaches: "something")
  }

  private func file(_ path: String) -> ProgressFile {
    ProgressFile(root: URL(filePath: "/"), environment: ["COURSE_PROGRESS": path])
  }

  @Test(arguments: [
    ("2026-11-26 14:02 ran 04", 4, "2026-11-26"), ("  2026-11-26\t14:02:59  ran  4 ", 4, "2026-11-26"),
    ("2026-11-26 ran 4", 4, "2026-11-26"), ("ran 12", 12, nil),
  ])
  func aLineSaysWhatWasDoneAndWhen(line: String, lesson: Int, date: String?) throws {
    let entry = try #require(ReadingProgress(parsing: line).entries.first)
    #expect((entry.activity, entry.lesson, entry.date) == (.ran, lesson, date))
  }

  @Test(arguments: [
    "", "# 2026-11-26 14:02 ran 04", "ran", "ran four", "saw 04", "2026-11-26 14:02 ran 04 twice", "26.11.2026 ran 04",
    "2026-11-26 14:02 RAN 04", "2026-11-2٦ 14:02 ran 04", "ran 99999999999999999999",
  ])
  func otherLinesAreTheReadersOwn(line: String) {
    #expect(ReadingProgress(parsing: "read 01\n\(line)\r\nread 02").entries.map(\.lesson) == [1, 2])
  }

  @Test func theLastLineOfALessonCounts() {
    let progress = ReadingProgress(parsing: "2026-01-01 read 02\n2026-01-03 read 02\n2026-01-02 ran 02\nread 01")
    #expect(progress.last(.read, lessons[1])?.date == "2026-01-03")
    #expect(progress.last(.ran, lessons[1])?.date == "2026-01-02")
    #expect(progress.last(.ran, lessons[0]) == nil)
  }

  @Test(arguments: [
    ("", 1, ReadingProgress.Activity.read), ("read 01", 1, .ran), ("ran 01", 1, .read), ("read 01\nran 01", 2, .read),
    ("ran 02\nread 03\nread 02\nread 01\nran 1", 3, .ran),
  ])
  func nextIsTheFirstLessonNotYetReadOrRun(text: String, lesson: Int, activity: ReadingProgress.Activity) throws {
    let next = try #require(ReadingProgress(parsing: text).next(of: lessons))
    #expect((next.lesson.number, next.activity) == (lesson, activity))
  }

  @Test func whenAllIsDoneNothingIsNext() {
    let text = (1...3).map { "read \($0)\nran \($0)" }.joined(separator: "\n")
    #expect(ReadingProgress(parsing: text).next(of: lessons) == nil)
  }

  // MARK: The file

  @Test func aFileBeginsWithALineForItsReader() throws {
    let folder = try TemporaryFolder()
    let file = file(folder.path("progress.txt"))
    #expect(try file.load().entries.isEmpty)
    try file.add(.ran, lessons[0])
    try file.add(.read, lessons[1])
    let lines = try String(contentsOfFile: folder.path("progress.txt"), encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasPrefix("#") && lines[1].hasSuffix(" ran 01"))
    #expect(lines[2].wholeMatch(of: /\d{4}-\d\d-\d\d \d\d:\d\d read 02/) != nil)
    #expect(try file.load().entries.map(\.lesson) == [1, 2])
  }

  @Test(arguments: ["my notes", "my notes\n", "ran 03\r\n\u{FEFF}x\n\n", "\u{0}"])
  func whatStandsThereStays(text: String) throws {
    let folder = try TemporaryFolder()
    try Data(text.utf8).write(to: folder.url.appending(path: "p"))
    try file(folder.path("p")).add(.ran, lessons[0])
    let now = try String(contentsOfFile: folder.path("p"), encoding: .utf8)
    #expect(now.hasPrefix(text) && now.hasSuffix("ran 01\n"))
    #expect(now.utf8.dropFirst(text.utf8.count).split(separator: UInt8(ascii: "\n")).count == 1)
    #expect(try file(folder.path("p")).load().entries.last?.lesson == 1)
  }

  @Test func bytesThatAreNoTextDoNotHideTheOtherLines() throws {
    let folder = try TemporaryFolder()
    try Data([0xFF, 0xFE, 0x0A] + Array("read 02\n".utf8) + [0xC3]).write(to: folder.url.appending(path: "p"))
    #expect(try file(folder.path("p")).load().entries.map(\.lesson) == [2])
  }

  @Test func aFolderAndAFileInNoFolderAreErrorsOfOneLine() throws {
    let folder = try TemporaryFolder()
    for path in [folder.url.path, folder.path("none/p")] {
      let error = #expect(throws: CourseError.self) { try file(path).add(.ran, lessons[0]) }
      #expect(error?.description.hasPrefix("\(path): cannot be written: ") == true)
    }
    let error = #expect(throws: DataError.self) { try file(folder.url.path).load() }
    #expect(error?.description == "\(folder.url.path): is not a regular file but a directory")
  }

  @Test func aPipeHoldsNobodyUp() throws {
    let folder = try TemporaryFolder()
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    #expect(throws: DataError.self) { try file(folder.path("pipe")).load() }
  }

  @Test func theEnvironmentSaysWhereAndWhether() {
    let root = URL(filePath: "/course")
    func path(_ environment: [String: String]) -> String? { ProgressFile(root: root, environment: environment).path }
    #expect(path([:]) == "/course/progress.txt")
    #expect(path(["CI": "false"]) == "/course/progress.txt")
    #expect(path(["CI": "true"]) == nil)
    #expect(path(["COURSE_PROGRESS": ""]) == nil)
    #expect(path(["COURSE_PROGRESS": "/x/y", "CI": "true"]) == "/x/y")
  }
}
