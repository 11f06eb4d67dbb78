import CourseKit
import Foundation
import TestSupport
import Testing

/// The exercises of the course: none is solved by its starter, and each by its solution.
@Suite struct ExerciseTests {
  static let exercises = (try? ExerciseList(of: Course.lessons(), root: Course.root).all) ?? []
  private static let program = Result {
    try ExerciseProgram(products: Products(root: Course.root, folder: BuiltPrograms.folder))
  }

  @Test func everyLessonThatTeachesHasExercises() throws {
    // Throws what is wrong with an exercise's files.
    let list = try ExerciseList(of: Course.lessons(), root: Course.root)
    for lesson in try Course.lessons() where (2...10).contains(lesson.number) || lesson.number > 12 {
      let range = lesson.number == 10 ? 2...5 : 3...5
      #expect(range.contains(list.of(lesson).count), "\(lesson)")
    }
  }

  @Test(arguments: exercises)
  func aStarterCompilesAndFailsWithASentenceThatHelps(exercise: Exercise) throws {
    switch try Self.program.get().check(exercise, answer: .starter) {
    case .passed: Issue.record("the starter passes")
    case .notBuilt(let errors): Issue.record("the starter does not compile: \(errors)")
    case .failed(let output, let errors, let ending):
      #expect(ending == .exited(1) && errors.isEmpty, "\(ending) \(errors)")
      let lines = output.split(separator: "\n")
      let failed = lines.firstIndex { $0.hasPrefix("✗ ") }
      let sentence = failed.map { lines[($0 + 1)...].joined(separator: " ") } ?? ""
      #expect(sentence.split(separator: " ").count >= 5, "\(output)")
    }
  }

  @Test(arguments: exercises)
  func aSolutionPasses(exercise: Exercise) throws {
    switch try Self.program.get().check(exercise, answer: .solution) {
    case .passed(let output): #expect(output.count { $0 == "✓" } >= 2, "a check has two properties or more")
    case .notBuilt(let errors): Issue.record("the solution does not compile: \(errors)")
    case .failed(let output, let errors, _): Issue.record("\(output)\(errors)")
    }
  }
}
