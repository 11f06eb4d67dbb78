import Foundation
import TestSupport
import Testing

@testable import CourseKit

@Suite struct ManifestTests {
  private let text = """
    # comment

     1 | Lesson01_One | One | the first
    12 | Lesson12_Twelve | Twelve (12) | the last
    """

  @Test func linesAreLessons() throws {
    let manifest = try Manifest(parsing: text, file: "lessons.txt")
    #expect(
      manifest.lessons == [
        LessonEntry(number: 1, target: "Lesson01_One", title: "One", teaches: "the first"),
        LessonEntry(number: 12, target: "Lesson12_Twelve", title: "Twelve (12)", teaches: "the last"),
      ])
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func linesMayEndAsOnAnySystem(ending: String) throws {
    let manifest = try Manifest(parsing: "\u{FEFF}" + text.replacing("\n", with: ending), file: "lessons.txt")
    #expect(manifest.lessons == (try Manifest(parsing: text, file: "lessons.txt").lessons))
    #expect(manifest.lessons.count == 2)
    #expect(throws: CourseError("f:3: x is not a lesson's number")) {
      try Manifest(parsing: ["#", "", "x | Lesson01_One | One | x"].joined(separator: ending), file: "f")
    }
  }

  @Test(arguments: ["", "\n", "# 1 | Lesson01_One | One | x", "#\r\n\r\n", "\u{FEFF}"])
  func aListWithoutLessonsIsAnError(text: String) {
    #expect(throws: CourseError("f: names no lesson")) { try Manifest(parsing: text, file: "f") }
  }

  @Test(arguments: ["1", "01", "Lesson01_One"])
  func aLessonIsFoundByNumberOrTarget(name: String) throws {
    #expect(try Manifest(parsing: text, file: "lessons.txt").lesson(named: name).number == 1)
  }

  @Test(arguments: ["2", "x", "", "Lesson01", "-1"])
  func anUnknownLessonIsAnsweredWithTheKnownOnes(name: String) throws {
    let manifest = try Manifest(parsing: text, file: "lessons.txt")
    #expect(throws: CourseError("there is no lesson '\(name)'; known are 01, 12")) {
      try manifest.lesson(named: name)
    }
  }

  @Test(arguments: [
    ("1 | Lesson01_One | One", "f:1: expected number | target | title | what it teaches"),
    ("1 | Lesson01_One |  | x", "f:1: expected number | target | title | what it teaches"),
    ("\nx | Lesson01_One | One | x", "f:2: x is not a lesson's number"),
    ("1 | Lesson02_One | One | x", "f:1: the target of lesson 1 begins with Lesson01_"),
    ("2 | Lesson02_A | A | x\n1 | Lesson01_B | B | x", "f:2: lesson 1 follows lesson 2"),
    ("2 | Lesson02_A | A | x\n2 | Lesson02_B | B | x", "f:2: lesson 2 follows lesson 2"),
  ])
  func aWrongLineIsNamed(text: String, message: String) {
    #expect(throws: CourseError(message)) { try Manifest(parsing: text, file: "f") }
  }

  @Test func theRootIsFoundFromBelow() throws {
    let folder = try TemporaryFolder()
    #expect(throws: CourseError.self) { try PackageRoot.find(from: folder.url) }
    try folder.write("", to: "Package.swift")
    try folder.write("", to: "Lessons/lessons.txt")
    try folder.write("", to: "Lessons/Lesson01_One/main.swift")
    // A package of somebody else's on the way up is not the course.
    try folder.write("", to: "Lessons/Package.swift")
    let root = try PackageRoot.find(from: folder.url.appending(path: "Lessons/Lesson01_One"))
    #expect(root.path == folder.url.standardizedFileURL.path)
  }
}

@Suite struct PackageOfAProgramTests {
  private func package() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("", to: "Package.swift")
    try folder.write("", to: "Lessons/lessons.txt")
    return folder
  }

  @Test func itIsTheOneAroundTheProgramElseTheWorkingFolderElseTheSource() throws {
    let (first, second, third) = (try package(), try package(), try package())
    let nowhere = try TemporaryFolder()
    func find(_ places: TemporaryFolder...) throws -> String {
      let program = places[0].path(".build/debug/Lesson01_One")
      return try PackageRoot.find(
        program: program, workingFolder: places[1].path("docs"), source: places[2].path("Lessons/x.swift")
      ).path
    }
    func root(_ folder: TemporaryFolder) -> String { folder.url.resolvingSymlinksInPath().path }
    #expect(try find(first, second, third) == root(first))
    #expect(try find(nowhere, second, third) == root(second))
    #expect(try find(nowhere, nowhere, third) == root(third))
    let error = #expect(throws: CourseError.self) { try find(nowhere, nowhere, nowhere) }
    #expect(error?.description.contains("Lessons/lessons.txt") == true)
    #expect(error?.description.hasSuffix("run this in the package's folder") == true)
  }
}

@Suite struct ProductsTests {
  private let lesson = LessonEntry(number: 1, target: "Lesson01_One", title: "One", teaches: "x")

  @Test func anExecutableIsStaleWhenMissingOrOlderThanASource() throws {
    let folder = try TemporaryFolder()
    let products = Products(root: folder.url, folder: folder.url.appending(path: "bin"))
    let sources = ["Package.swift", "Sources/Notebook/Show.swift", "Lessons/Lesson01_One/main.swift"]
    for source in sources { try folder.write("", to: source) }
    #expect(products.isStale(lesson))

    func set(_ name: String, age seconds: Double) throws {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: folder.path(name))
    }
    try folder.write("", to: "bin/Lesson01_One")
    for name in ["Sources", "Lessons/Lesson01_One", "Sources/Notebook"] + sources { try set(name, age: 100) }
    try set("bin/Lesson01_One", age: 50)
    #expect(!products.isStale(lesson))
    for source in sources {
      try set(source, age: 10)
      #expect(products.isStale(lesson), "\(source)")
      try set(source, age: 100)
    }
    // Another lesson's source is nothing to this one.
    try folder.write("", to: "Lessons/Lesson02_Two/main.swift")
    #expect(!products.isStale(lesson))
  }

  @Test func productsAreLookedForBesideTheProgram() {
    let root = URL(filePath: "/package")
    let beside = Products(root: root, besideProgram: "/package/.build-fast/x86_64/release/course")
    #expect(beside.executable(of: lesson) == "/package/.build-fast/x86_64/release/Lesson01_One")
    let elsewhere = Products(root: root, besideProgram: "/usr/local/bin/course")
    #expect(elsewhere.executable(of: lesson) == "/package/.build/debug/Lesson01_One")
  }
}
