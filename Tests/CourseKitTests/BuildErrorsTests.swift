import CourseKit
import Testing

@Suite struct BuildErrorsTests {
  private let output = """
    Building for debugging...
    error: emit-module command failed with exit code 1 (use -v to see invocation)
    [3/5] Emitting module Lesson03_Multimodal
    /p/Lessons/Lesson03_Multimodal/main.swift:288:15: error: cannot convert value of type 'String' to specified type 'Int'
    286 | a comment
    287 | */
    288 | let zz: Int = "a"
        |               `- error: cannot convert value of type 'String' to specified type 'Int'
    289 | foo(1)
    290 | let unused = { let q = 1 }

    /p/Lessons/Lesson03_Multimodal/main.swift:289:1: error: cannot find 'foo' in scope
    288 | let zz: Int = "a"
    289 | foo(1)
        | `- error: cannot find 'foo' in scope
    290 | let unused = { let q = 1 }

    /elsewhere/x.swift:2:20: warning: immutable value 'q' was never used [#no-usage]
    [4/5] Compiling Lesson03_Multimodal main.swift
    /p/Lessons/Lesson03_Multimodal/main.swift:289:1: error: cannot find 'foo' in scope
    288 | let zz: Int = "a"
    289 | foo(1)
        | `- error: cannot find 'foo' in scope
    290 | let unused = { let q = 1 }
    """

  @Test func eachMistakeIsSaidOnceWithItsLineAndAMark() {
    let errors = BuildErrors(output: output, root: "/p")
    #expect(
      errors.errors.map(\.place) == [
        "Lessons/Lesson03_Multimodal/main.swift:288:15", "Lessons/Lesson03_Multimodal/main.swift:289:1",
      ])
    #expect(errors.errors.first?.message == "cannot convert value of type 'String' to specified type 'Int'")
    #expect(errors.errors.first?.excerpt == ["288 | let zz: Int = \"a\"", "    |               ^"])
    #expect(errors.warnings.map(\.place) == ["/elsewhere/x.swift:2:20"])
    #expect(errors.warnings.first?.excerpt == [])
  }

  @Test func aFailureThatIsNoMistakeInASourceIsShownByTheLastLines() {
    let errors = BuildErrors(
      output: "[1/2] Linking x\nld: undefined symbol: y\nerror: link command failed\n", root: "/p")
    #expect(errors.errors.isEmpty && errors.tail == ["ld: undefined symbol: y", "error: link command failed"])
  }

  @Test(arguments: ["", ":", "a: error: b", "a:1: error: b", "a:x:1: error: b", "1:2: error: ", "|", "\u{1B}[31m"])
  func anyTextIsRead(text: String) {
    #expect(BuildErrors(output: text, root: "").errors.count <= 1)
  }
}
