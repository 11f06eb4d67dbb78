import Support
import Testing

/// Text from files must not steer the terminal that it is shown on.
@Suite struct PrintableTextTests {
  @Test(arguments: [
    ("plain, café, 猫, 👩‍👧, \u{200D}", "plain, café, 猫, 👩‍👧, \u{200D}"), ("\u{1B}[2J", "\\u{1b}[2J"),
    ("a\u{0}b\u{7}\u{8}\r", "a\\u{0}b\\u{7}\\u{8}\\u{d}"), ("\u{7F}\u{9B}31m\u{85}", "\\u{7f}\\u{9b}31m\\u{85}"),
    ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"), ("\u{202E}evil\u{202C}", "\\u{202e}evil\\u{202c}"),
    ("\u{2066}x\u{2069}\u{200F}\u{61C}", "\\u{2066}x\\u{2069}\\u{200f}\\u{61c}"),
  ])
  func whatATerminalWouldObeyIsSpelledOut(text: String, shown: String) {
    #expect(printable(text) == shown)
    #expect(printable("a\n\t\(text)\n") == "a\n\t\(shown)\n")
    #expect(printable("a\n\t\(text)", keepingLines: false) == "a\\u{a}\\u{9}\(shown)")
  }

  @Test func quotedTextIsShortAndVisible() {
    #expect(quoted("a\u{1B}[2J\u{200D}\n") == "\"a\\u{1b}[2J\\u{200d}\\u{a}\"")
    #expect(quoted(String(repeating: "x", count: 200)) == "\"" + String(repeating: "x", count: 120) + "…\"")
  }
}
