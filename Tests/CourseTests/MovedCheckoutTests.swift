import CourseKit
import Foundation
import TestSupport
import Testing

/// A package that was moved after its build: programs find its files beside themselves or around the working folder.
@Suite struct MovedCheckoutTests {
  private static let lesson = "Lesson11_Summary"

  /// A package with the course's list of lessons and its expected outputs, one of which says something else.
  private func package() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("", to: "Package.swift")
    try folder.write("", to: "Lessons/lessons.txt")
    for name in ["Lessons/lessons.txt", "expected-outputs"] {
      try? FileManager.default.removeItem(atPath: folder.path(name))
      try FileManager.default.copyItem(
        at: CourseProgram.root.appending(path: name).resolvingSymlinksInPath(), to: folder.url.appending(path: name))
    }
    let output = folder.path("expected-outputs/Lesson04_ViT.txt")
    let text = try String(contentsOfFile: output, encoding: .utf8)
    #expect(text.contains("85,806,346"))
    try text.replacing("85,806,346", with: "12,345,678").write(toFile: output, atomically: true, encoding: .utf8)
    return folder
  }

  private func run(_ program: String, in folder: String) throws -> Subprocess {
    try Subprocess.capture("/bin/sh", ["-c", "cd \"$0\" && exec \"$1\"", folder, program], timeout: 60)
  }

  @Test func aLessonReadsTheFilesOfThePackageThatItLiesIn() throws {
    let folder = try package()
    let build = folder.url.appending(path: ".build/debug")
    try FileManager.default.createDirectory(at: build, withIntermediateDirectories: true)
    for entry in try FileManager.default.contentsOfDirectory(atPath: BuiltPrograms.folder.path)
    where entry == Self.lesson || entry.hasSuffix(".resources") || entry.hasSuffix(".bundle") {
      try CourseProgram.copy(BuiltPrograms.path(of: entry), to: build.appending(path: entry).path)
    }
    let result = try run(build.appending(path: Self.lesson).path, in: "/")
    #expect(result.ending == .exited(0), "\(result.errorText)")
    #expect(result.outputText.contains("12,345,678") && !result.outputText.contains("85,806,346"))
  }

  @Test func aLessonElsewhereReadsTheFilesAroundTheWorkingFolder() throws {
    let folder = try package()
    let elsewhere = try TemporaryFolder()
    let program = elsewhere.path(Self.lesson)
    try CourseProgram.copy(BuiltPrograms.path(of: Self.lesson), to: program)
    let result = try run(program, in: folder.path("Lessons"))
    #expect(result.ending == .exited(0), "\(result.errorText)")
    #expect(result.outputText.contains("12,345,678"))
  }
}
