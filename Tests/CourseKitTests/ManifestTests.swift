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

  /// A package in which the lesson imports `Show`, and that imports `Cells`; all is older than the lesson's program.
  private func package() throws -> (folder: TemporaryFolder, products: Products) {
    let folder = try TemporaryFolder()
    try folder.write("", to: "Package.swift")
    try folder.write("// A lesson.\nimport Show\n", to: "Lessons/Lesson01_One/main.swift")
    try folder.write("  internal import Other\ninternal import Cells\n", to: "Sources/Show/Show.swift")
    try folder.write("", to: "Sources/Cells/Cell.swift")
    try folder.write("", to: "Sources/Other/Other.swift")
    try folder.write("", to: "Lessons/Lesson02_Two/main.swift")
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.url.path)
    for file in files { try age(folder.path(file), 100) }
    return (folder, Products(root: folder.url, folder: folder.url.appending(path: "build/x/debug")))
  }

  private func age(_ path: String, _ seconds: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: path)
  }

  @Test func anExecutableIsComparedWithWhatTheLessonImports() throws {
    let (folder, products) = try package()
    #expect(products.isStale(lesson))
    try folder.write("", to: "build/x/debug/Lesson01_One")
    try age(products.executable(of: lesson), 50)
    let expected = [
      ("Lessons/Lesson01_One/main.swift", true), ("Lessons/Lesson01_One", true), ("Sources/Show/Show.swift", true),
      ("Sources/Cells/Cell.swift", true), ("Package.swift", true), ("Sources/Other/Other.swift", false),
      ("Sources", false), ("Lessons/Lesson02_Two/main.swift", false),
    ]
    for (file, isStale) in expected {
      #expect(!products.isStale(lesson))
      try age(folder.path(file), 10)
      #expect(products.isStale(lesson) == isStale, "\(file)")
      try age(folder.path(file), 100)
    }
  }

  /// Builds of older toolchains lock a file in the folder of products, those of newer ones one among the temporary files.
  @Test(arguments: [true, false]) func anotherBuildIsNotWaitedFor(locksBesideProducts: Bool) throws {
    let (folder, products) = try package()
    let named = folder.path("build").replacing("/", with: "_") + ".lock"
    let path =
      locksBesideProducts ? folder.path("build/.lock") : FileManager.default.temporaryDirectory.path + "/" + named
    try FileManager.default.createDirectory(atPath: folder.path("build"), withIntermediateDirectories: true)
    try Data("1".utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let lock = try FileHandle(forReadingFrom: URL(filePath: path))
    #expect(flock(lock.fileDescriptor, LOCK_EX | LOCK_NB) == 0)
    let error = #expect(throws: CourseError.self) { try products.currentExecutable(of: lesson) }
    #expect(error?.description.hasPrefix("Lesson01_One is not built, and another build") == true)
    // One that is there is taken as it is.
    try folder.write("", to: "build/x/debug/Lesson01_One")
    try age(products.executable(of: lesson), 200)
    #expect(try products.currentExecutable(of: lesson) == products.executable(of: lesson))
  }

  @Test func productsAreLookedForBesideTheProgram() {
    let root = URL(filePath: "/package")
    let beside = Products(root: root, besideProgram: "/package/.build-fast/x86_64/release/course")
    #expect(beside.executable(of: lesson) == "/package/.build-fast/x86_64/release/Lesson01_One")
    let elsewhere = Products(root: root, besideProgram: "/usr/local/bin/course")
    #expect(elsewhere.executable(of: lesson) == "/package/.build/debug/Lesson01_One")
  }
}
