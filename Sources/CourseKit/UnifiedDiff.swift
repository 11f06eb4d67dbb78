/// The lines in which two texts differ, with the lines around them, as `diff -u` shows them.
///
/// Lines are compared byte by byte: two spellings of one accented letter differ.
public struct UnifiedDiff: Sendable {
  /// A run of lines that both texts share, or that was replaced by another run.
  public enum Change: Equatable, Sendable {
    /// Lines that are the same in both.
    case common(expected: Range<Int>, actual: Range<Int>)
    /// Lines that one text has and the other has not, or has otherwise.
    case replaced(expected: Range<Int>, actual: Range<Int>)
  }

  /// The lines of the two texts, each with its line feed if it has one.
  public let expected, actual: [Line]
  /// Both texts in order, from 0.
  public let changes: [Change]

  /// Compares two texts.
  public init(expected: [UInt8], actual: [UInt8]) {
    self.expected = Line.split(expected)
    self.actual = Line.split(actual)
    changes = Self.changes(from: self.expected, to: self.actual)
  }

  /// Compares two texts.
  public init(expected: String, actual: String) {
    self.init(expected: Array(expected.utf8), actual: Array(actual.utf8))
  }

  /// A line's bytes.
  public struct Line: Hashable, Sendable {
    /// With the line feed at its end, which only a text's last line can lack.
    public let bytes: ArraySlice<UInt8>

    /// The line without its line feed.
    public var text: String { String(decoding: endsInLineFeed ? bytes.dropLast() : bytes, as: UTF8.self) }

    var endsInLineFeed: Bool { bytes.last == UInt8(ascii: "\n") }

    static func split(_ bytes: [UInt8]) -> [Line] {
      var lines: [Line] = []
      var start = 0
      for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
        lines.append(Line(bytes: bytes[start...index]))
        start = index + 1
      }
      if start < bytes.count { lines.append(Line(bytes: bytes[start...])) }
      return lines
    }
  }

  /// Whether the texts are the same bytes.
  public var isEmpty: Bool {
    changes.allSatisfy { if case .common = $0 { true } else { false } }
  }

  private static func changes(from expected: [Line], to actual: [Line]) -> [Change] {
    let difference = actual.difference(from: expected)
    var removed = Set<Int>()
    var inserted = Set<Int>()
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var changes: [Change] = []
    var (old, new) = (0, 0)
    while old < expected.count || new < actual.count {
      let (oldStart, newStart) = (old, new)
      while old < expected.count, !removed.contains(old), new < actual.count, !inserted.contains(new) {
        old += 1
        new += 1
      }
      if old > oldStart { changes.append(.common(expected: oldStart..<old, actual: newStart..<new)) }
      let (oldChange, newChange) = (old, new)
      while old < expected.count, removed.contains(old) { old += 1 }
      while new < actual.count, inserted.contains(new) { new += 1 }
      if old > oldChange || new > newChange {
        changes.append(.replaced(expected: oldChange..<old, actual: newChange..<new))
      }
    }
    return changes
  }
}

// MARK: Text

extension UnifiedDiff {
  /// The differences in unified form, empty for equal texts.
  ///
  /// - Parameters:
  ///   - expectedName: what the `---` line names.
  ///   - actualName: what the `+++` line names.
  ///   - context: unchanged lines shown around a change.
  public func text(expectedName: String, actualName: String, context: Int = 3) -> String {
    guard !isEmpty else { return "" }
    return "--- \(expectedName)\n+++ \(actualName)\n" + hunks(context: context).map(text(of:)).joined()
  }

  /// Changes in groups, the unchanged runs between and around them cut to the context.
  private func hunks(context: Int) -> [[Change]] {
    var hunks: [[Change]] = []
    var hunk: [Change] = []
    for (index, change) in changes.enumerated() {
      guard case .common(let expected, let actual) = change else {
        hunk.append(change)
        continue
      }
      let isFirst = index == 0
      let isLast = index == changes.count - 1
      if !isFirst, !isLast, expected.count <= 2 * context {
        hunk.append(change)
        continue
      }
      let shown = min(context, expected.count)
      if !isFirst {
        hunk.append(.common(expected: expected.prefix(shown), actual: actual.prefix(shown)))
        hunks.append(hunk)
        hunk = []
      }
      if !isLast { hunk.append(.common(expected: expected.suffix(shown), actual: actual.suffix(shown))) }
    }
    if !hunk.isEmpty { hunks.append(hunk) }
    return hunks
  }

  private func text(of hunk: [Change]) -> String {
    var lines = ""
    var (expectedCount, actualCount) = (0, 0)
    for change in hunk {
      switch change {
      case .common(let expectedRange, let actualRange):
        for index in expectedRange { lines += text(of: expected[index], marker: " ") }
        expectedCount += expectedRange.count
        actualCount += actualRange.count
      case .replaced(let expectedRange, let actualRange):
        for index in expectedRange { lines += text(of: expected[index], marker: "-") }
        for index in actualRange { lines += text(of: actual[index], marker: "+") }
        expectedCount += expectedRange.count
        actualCount += actualRange.count
      }
    }
    let (expectedStart, actualStart) = hunk.first.map(\.starts) ?? (0, 0)
    let header = "@@ -\(range(expectedStart, expectedCount)) +\(range(actualStart, actualCount)) @@\n"
    return header + lines
  }

  /// A range as the header of a hunk writes it: the first line from 1, or the line before an empty range.
  private func range(_ start: Int, _ count: Int) -> String {
    switch count {
    case 0: "\(start),0"
    case 1: "\(start + 1)"
    default: "\(start + 1),\(count)"
    }
  }

  private func text(of line: Line, marker: String) -> String {
    marker + line.text + "\n" + (line.endsInLineFeed ? "" : "\\ No newline at end of file\n")
  }
}

extension UnifiedDiff.Change {
  fileprivate var starts: (expected: Int, actual: Int) {
    switch self {
    case .common(let expected, let actual), .replaced(let expected, let actual):
      (expected.lowerBound, actual.lowerBound)
    }
  }
}
