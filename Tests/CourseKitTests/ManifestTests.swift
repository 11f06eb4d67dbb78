import CourseKit
import Foundation
import TestSupport
import Testing

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
