import Testing
import Weaver

@Suite struct MarkdownTests {
  /// Pieces as text with their marks spelled out.
  private func spelled(_ text: String) -> String {
    MarkdownInline.parse(text).map { piece in
      var text = piece.text
      switch piece.kind {
      case .text: break
      case .code: text = "code(\(text))"
      case .math: text = "math(\(text))"
      case .image(let destination): text = "image(\(text), \(destination))"
      case .lineBreak: text = "break"
      }
      if piece.isStrong { text = "strong(\(text))" }
      if piece.isEmphasized { text = "em(\(text))" }
      if piece.isSmall { text = "sub(\(text))" }
      if let link = piece.link { text = "link(\(text), \(link))" }
      return text
    }.joined(separator: "|")
  }

  @Test(arguments: [
    ("a *b* **c** ***d***", "a |em(b)| |strong(c)| |em(strong(d))"), ("a*b*c a_b_c", "a|em(b)|c a_b_c"),
    ("2 * 3 * 4", "2 * 3 * 4"), ("**a *b* c**", "strong(a )|em(strong(b))|strong( c)"), ("*a", "*a"), ("a**", "a**"),
    ("_a_ __b__", "em(a)| |strong(b)"), ("**[CLS]** token", "strong([CLS])| token"),
    ("*a `*` b*", "em(a )|em(code(*))|em( b)"),
    ("`` a ` b ``", "code(a ` b)"), ("`a", "`a"), ("`a\nb`", "code(a b)"), ("$`x_i`$, $5", "math(x_i)|, $5"),
    ("[a](b.md#L1-L2)", "link(a, b.md#L1-L2)"), ("[a *b*](c \"t\")", "link(a , c)|link(em(b), c)"),
    ("[a] (b)", "[a] (b)"),
    ("[a](b(c))", "link(a, b(c))"), ("x[0][1](y)", "x[0]|link(1, y)"), ("![a *b*](c.png)", "image(a b, c.png)"),
    ("[![a](b)](c)", "link(image(a, b), c)"), ("<https://a.b/c_d>", "link(https://a.b/c_d, https://a.b/c_d)"),
    ("<sub>[a](b)</sub> c", "link(sub(a), b)| c"), ("a<br>b", "a|break|b"),
    ("<code>a&lt;b</code> <kbd>c</kbd>", "code(a<b)| c"),
    ("1 < 2 > 0, a <b", "1 < 2 > 0, a <b"), ("&amp;&lt;&#65;&#x42;&nope;&", "&<AB&nope;&"),
    ("\\*a\\* \\q \\", "*a* \\q \\"),
    ("a  \nb\\\nc\nd", "a|break|b|break|c d"),
  ])
  func runningText(text: String, spelling: String) {
    #expect(spelled(text) == spelling)
  }

  private func paragraph(_ text: String) -> MarkdownBlock { .paragraph(MarkdownInline.parse(text)) }

  @Test func aPageIsItsBlocks() {
    let page = """
      <!-- generated
      -->
      # Title #
      text
      goes on
      ```swift x
      let a = 1

      ```
      <sub>place</sub>
      ***
      > quoted
      > > twice
      """
    #expect(
      MarkdownBlock.parse(page) == [
        .heading(level: 1, MarkdownInline.parse("Title")), paragraph("text\ngoes on"),
        .code(language: "swift", "let a = 1\n"), paragraph("<sub>place</sub>"), .rule,
        .quote([paragraph("quoted"), .quote([paragraph("twice")])]),
      ])
  }

  @Test func foldsNest() {
    let page =
      "<details>\n<summary>a <code>b</code></summary>\n\nx\n\n<details>\n<summary>c</summary>\n\ny\n</details>\n\n</details>\nz"
    #expect(
      MarkdownBlock.parse(page) == [
        .details(
          summary: MarkdownInline.parse("a `b`"),
          [paragraph("x"), .details(summary: MarkdownInline.parse("c"), [paragraph("y")])]), paragraph("z"),
      ])
  }

  @Test func listsNestAndMayBeLoose() throws {
    let blocks = MarkdownBlock.parse("- a\n  b\n  - c\n- d\nlazy\n\n3. x\n\n   y\n4. z\n\nend")
    try #require(blocks.count == 3)
    guard case .list(let bullets) = blocks[0], case .list(let numbers) = blocks[1] else {
      Issue.record("\(blocks)")
      return
    }
    #expect(bullets.start == nil && !bullets.isLoose && bullets.items.count == 2)
    #expect(bullets.items[0].count == 2 && bullets.items[1] == [paragraph("d\nlazy")])
    #expect(
      numbers.start == 3 && numbers.isLoose && numbers.items == [[paragraph("x"), paragraph("y")], [paragraph("z")]])
  }

  @Test func aTableHasCellsAndAlignments() {
    let page = "| a | b |\n|:--|--:|\n| `x` \\| y | 1 |\n| only |\n\n| no | table |\ntext"
    let cells = { (texts: [String]) in texts.map(MarkdownInline.parse) }
    #expect(
      MarkdownBlock.parse(page) == [
        .table(
          MarkdownTable(
            header: cells(["a", "b"]), rows: [cells(["`x` | y", "1"]), cells(["only", ""])], isRight: [false, true])),
        paragraph("| no | table |\ntext"),
      ])
  }
}
