import Foundation
import Testing

/// Nothing on the way to an output may differ between platforms: the C library's mathematics does, and so does the
/// writing of numbers that follows a locale.
@Suite struct SourceRulesTests {
  /// Each file of Swift under `Sources`, but for the benchmark, whose output is times.
  private static func files() throws -> [(name: String, text: String)] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources").resolvingSymlinksInPath()
    let enumerator = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
    return try enumerator.compactMap { $0 as? URL }
      .filter { $0.pathExtension == "swift" && !$0.path.contains("/Sources/bench/") }
      .map { (String($0.path.dropFirst(root.path.count + 1)), try String(contentsOf: $0, encoding: .utf8)) }
  }

  /// The lines of a text without what follows `//`.
  private static func code(_ text: String) -> [Substring] {
    text.split(separator: "\n").map { line in line.range(of: "//").map { line[..<$0.lowerBound] } ?? line }
  }

  /// Lines such as `exp(x)` in a file that imports the C library. `ElementaryDouble.exp(x)`, `tensor.exp()` and
  /// `func exp(` are the engine's.
  private static func callsOfLibraryMathematics(in text: String) -> [Substring] {
    let libraries = ["Foundation", "FoundationEssentials", "Glibc", "Darwin", "Musl", "WinSDK"]
    let lines = code(text)
    let importsLibrary = lines.contains { line in
      let words = line.split(separator: " ")
      return words.contains("import") && words.last.map { libraries.contains(String($0)) } == true
    }
    guard importsLibrary else { return [] }
    let names =
      "exp|exp2|exp10|expm1|log|log2|log10|log1p|logb|pow|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|"
      + "atanh|erf|erfc|cbrt|hypot|fmod|remainder|lgamma|tgamma|sincos"
    let pattern = "(^|[^A-Za-z0-9_.`])(Foundation\\.|Glibc\\.|Darwin\\.)?(\(names))(f|l)?\\("
    guard let call = try? Regex(pattern) else { return [] }
    return lines.filter { $0.contains(call) && !$0.contains("func ") }
  }

  @Test func noSourceCallsTheMathematicsOfTheCLibrary() throws {
    let files = try Self.files()
    #expect(files.count > 200)
    for (name, text) in files { #expect(Self.callsOfLibraryMathematics(in: text) == [], "\(name)") }
    // The search finds what it looks for.
    for call in ["let y = sin(x)", "return Foundation.pow(x, 2)", "  expf(x)", "f(log10(x))"] {
      #expect(Self.callsOfLibraryMathematics(in: "import Foundation\n\(call)").count == 1, "\(call)")
    }
    for own in ["ElementaryDouble.sin(x)", "x.exp()", "// sin(x)", "asinine(x)", "func exp(_ x: Double) -> Double {"] {
      #expect(Self.callsOfLibraryMathematics(in: "import Foundation\n\(own)") == [], "\(own)")
    }
  }

  @Test func noSourceWritesNumbersByALocale() throws {
    for (name, text) in try Self.files() {
      for word in ["String(format:", "NumberFormatter", ".formatted(", "localizedStringWithFormat"] {
        #expect(!Self.code(text).contains { $0.contains(word) }, "\(name): \(word)")
      }
    }
  }
}
