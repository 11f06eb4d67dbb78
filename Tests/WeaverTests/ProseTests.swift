import CourseKit
import Testing

@testable import Weaver

@Suite struct ProseTests {
  private let prose = Prose(path: "Lessons/L/main.swift") { $0 == 5 ? "05-clip.md" : nil }

  private func markdown(_ text: String) throws -> String {
    try prose.markdown(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), line: 10)
  }

  @Test func formulasGetTheMarksThatKeepMarkdownOut() throws {
    #expect(
      try markdown("An image of $H \\times W$, so $a_i * b_i$.") == "An image of $`H \\times W`$, so $`a_i * b_i`$.")
    #expect(try markdown("with\n$$ x\n+ y $$\nbehind") == "with\n\n```math\nx\n+ y\n```\n\nbehind")
  }

  @Test func codeStaysAsItIs() throws {
    for text in ["`$0` and ``a ` $``", "```\n$x {\n```", "~~~\nLesson 05\n```\n~~~", "a \\$ sign"] {
      #expect(try markdown(text) == text)
    }
  }

  @Test func anotherLessonIsALink() throws {
    #expect(
      try markdown("Lesson 05, Lesson 04, `Lesson 05`, [Lesson 05](x)")
        == "[Lesson 05](05-clip.md), Lesson 04, `Lesson 05`, [Lesson 05](x)")
  }

  @Test(arguments: [
    ("a\nb $x", 11, "a formula is not closed by $"), ("$$x", 10, "a formula is not closed by $$"),
    ("a\n\n$x_{i$", 12, "a brace in a formula is not closed"), ("$x}$", 10, "a brace in a formula closes nothing"),
    ("$$\na\n\\frac{1}{2\n$$", 12, "a brace in a formula is not closed"),
    ("` a", 10, "a piece of code is not closed by `"),
    ("a\n```\nb", 12, "a block of code is not closed"), ("$ $", 10, "a formula is empty"),
  ])
  func whatIsNotClosedIsNamedWithItsLine(text: String, line: Int, reason: String) {
    #expect(throws: CourseError("Lessons/L/main.swift:\(line): \(reason)")) { try markdown(text) }
  }

  @Test func anEscapedBraceIsNone() throws {
    #expect(try markdown("$\\{ x \\}$") == "$`\\{ x \\}`$")
  }

  @Test func printedTextIsNoMarkup() {
    #expect(Prose.escaped("a*b_c <d> | `e*f` $1") == "a\\*b\\_c \\<d\\> \\| `e*f` \\$1")
    #expect(Prose.escaped("one ` only *") == "one \\` only *")
  }

  @Test func runningTextKeepsItsEmphasis() {
    for (text, markdown) in [
      ("a *trained* one", "a *trained* one"), ("*two words*.", "*two words*."), ("2 * 3 * 4", "2 \\* 3 \\* 4"),
      ("a*b*c", "a\\*b\\*c"), ("*open", "\\*open"), ("x* and *y", "x\\* and \\*y"),
    ] {
      #expect(Prose.escaped(text, keepsEmphasis: true) == markdown)
    }
  }
}

@Suite struct MarkupTests {
  private func parse(_ text: String) throws -> [Markup] {
    try Markup.parse(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), line: 5, path: "m")
  }

  @Test func linesInDoubleBracesAskForSomething() throws {
    #expect(
      try parse(
        "a\n{{quote A.b(c:)}}\n  {{quote A folded}} \n{{figure loss}}\n{{fold-code Helper}}\n{{quiz q.md}}\n{{exercises}}\nz"
      )
        == [
          .markdown(["a"], line: 5), .quote("A.b(c:)", isFolded: false, line: 6), .quote("A", isFolded: true, line: 7),
          .figure("loss", line: 8), .foldCode(summary: "Helper", line: 9), .quiz("q.md", line: 10),
          .exercises(line: 11), .markdown(["z"], line: 12),
        ])
    #expect(
      try parse("{{fold Why}}\nb\n{{end}}") == [.folded(summary: "Why", [.markdown(["b"], line: 6)], line: 5)])
  }

  @Test func bracesInCodeAndFormulasAreLeftAlone() throws {
    for text in ["```\n{{quote A\n```", "a {{ b", "$e^{{x}}$"] {
      #expect(try parse(text).count == 1)
    }
  }

  @Test(arguments: [
    ("a\n{{quote A", "m:6: the braces that open here are not closed by }}"),
    ("{{quote A}} and", "m:5: a line with {{…}} has nothing else in it"),
    (
      "{{quoth A}}",
      "m:5: the weaver does not know {{quoth}}: it knows quote, figure, quiz, exercises, fold, fold-code and end"
    ),
    ("{{quote}}", "m:5: {{quote}} needs to say what"), ("\n{{end}}", "m:6: {{end}} closes nothing"),
    ("{{fold a}}\nb", "m:5: {{fold …}} is not closed by {{end}}"),
  ])
  func whatCannotBeMeantIsNamedWithItsLine(text: String, message: String) {
    #expect(throws: CourseError(message)) { try parse(text) }
  }
}
