import CourseKit
import Foundation
import Testing

/// The manifest, the package, the folders and the goldens name the same lessons.
@Suite struct ManifestAgreementTests {
  private func contents(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: Course.root.appending(path: folder).path).sorted()
  }

  private func source(_ path: String) throws -> String {
    try String(contentsOf: Course.root.appending(path: path), encoding: .utf8)
  }

  @Test func thePackageBuildsTheManifestsLessons() throws {
    let package = try source("Package.swift")
    let named = package.matches(of: /\(\s*"(Lesson\d\d_\w+)",/).map { String($0.1) }
    #expect(named == (try Course.lessons().map(\.target)))
  }

  @Test func everyFolderOfLessonsIsInTheManifest() throws {
    let folders = try contents("Lessons").filter { $0.hasPrefix("Lesson") }
    #expect(folders == (try Course.lessons().map(\.target)))
    for folder in folders { #expect(try contents("Lessons/\(folder)").contains("main.swift")) }
  }

  @Test func everyLessonHasExactlyOneExpectedOutput() throws {
    let goldens = try contents("expected-outputs").filter { !$0.hasPrefix(".") }
    #expect(goldens == (try Course.lessons().map { "\($0.target).txt" }))
  }

  @Test func everyLessonPrintsItsNumberAndTitleFirst() throws {
    for lesson in try Course.lessons() {
      let golden = try source(lesson.golden)
      #expect(golden.hasPrefix("Lesson \(lesson.number). \(lesson.title)\n"), "\(lesson)")
    }
  }

  @Test func theReadmeListsEveryLesson() throws {
    let readme = try source("README.md")
    for lesson in try Course.lessons() {
      #expect(readme.contains("`\(lesson.target)`"), "\(lesson)")
      #expect(readme.contains(lesson.title), "\(lesson.title)")
    }
  }

  @Test func theIndexOfFixturesNamesEveryFolderAndScript() throws {
    let index = try source("Tests/Fixtures/README.md")
    for entry in try contents("Tests/Fixtures") where !entry.hasPrefix(".") && entry != "README.md" {
      #expect(index.contains("`\(entry)`"), "\(entry)")
      for script in (try? contents("Tests/Fixtures/\(entry)")) ?? [] where script.hasSuffix(".py") {
        #expect(index.contains("\(script)`"), "\(entry)/\(script)")
      }
    }
  }
}
