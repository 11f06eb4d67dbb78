import Tensors
import Testing

/// Tests that hold the code of a guide, so that it is run and what it prints is compared with the page.
protocol GuideCode {
  /// The guide.
  var page: GuidePage { get }
  /// What its code has printed.
  var printed: Printed { get }
}

/// Lines that code of a guide printed.
final class Printed {
  var lines: [String] = []
}

extension GuideCode {
  /// What the page's blocks call, in place of the standard library's function.
  func print(_ items: Any...) { printed.lines.append(items.map { "\($0)" }.joined(separator: " ")) }

  /// Runs the blocks of a section with random numbers of their own, and compares what they print with what the page says.
  func section(_ title: String, _ body: () throws -> Void) throws {
    try withGenerator(Generator(seed: 0)) { try body() }
    let stated = page.sections[title]?.blocks.filter { $0.language == "swift" }.flatMap(\.printedLines) ?? []
    #expect(!stated.isEmpty)
    #expect(printed.lines == stated, "what is printed, and what the page says that it prints")
  }
}
