import Foundation
import Support

/// What a training came to: names and values, in order.
///
/// `course train` writes it beside the model, so that a lesson can quote what was measured when the model was trained.
public struct TrainingReport: Equatable, Sendable {
  /// The file in the model's directory, each line a name, a tabulator and a value.
  public static let file = "training_report.txt"

  /// The share of right answers about relations before the ViLT's second stage, and after it.
  public static let relationsBefore = "right answers about relations, before the second stage"
  /// See ``relationsBefore``.
  public static let relationsAfter = "right answers about relations, after it"

  /// The lines, such as "recall@1, seen combinations" and "98.2%".
  public private(set) var lines: [(name: String, value: String)] = []

  /// A report without lines.
  public init() {}

  /// Reads the report that a training wrote beside its model.
  ///
  /// - Throws: `DataError` if there is none, or a line that is not a name and a value.
  public init(directory: String) throws(DataError) {
    let path = directory + "/" + Self.file
    for line in try FileSystem.readText(path, limit: 1 << 20).split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw DataError(file: path, reason: "'\(line)' is not a name and a value") }
      add(String(parts[0]), String(parts[1]))
    }
  }

  /// Adds a line.
  public mutating func add(_ name: String, _ value: String) { lines.append((name, value)) }

  /// Adds a share, from 0 to 1, as a percentage with one decimal; the share of nothing, 0/0, as `nan%`.
  public mutating func add(share: Double, _ name: String) {
    if share.isNaN { return add(name, "nan%") }
    if !(0...1).contains(share) { reportMisuse("TrainingReport", "\(name): \(share) is no share from 0 to 1") }
    let thousandths = Int((share * 1000).rounded())
    add(name, "\(thousandths / 10).\(thousandths % 10)%")
  }

  /// Adds a number with four decimals.
  mutating func add(number: Double, _ name: String) {
    let parts = Int((number * 10_000).rounded())
    let decimals = String(parts % 10_000)
    add(name, "\(parts / 10_000).\(String(repeating: "0", count: 4 - decimals.count))\(decimals)")
  }

  /// Adds the mean losses of parts of a training, as ``meanLosses`` reads them.
  ///
  /// - Parameters:
  ///   - losses: those of all steps, not negative.
  ///   - interval: how many steps a line stands for; the last one may stand for fewer.
  mutating func add(losses: [Float], every interval: Int) {
    inChunks(losses, of: interval) { part in
      add(number: part.reduce(0) { $0 + Double($1) } / Double(part.count), "\(Self.loss)\(part.endIndex)")
    }
  }

  private static let loss = "loss, up to step "

  /// The mean losses of parts of the training, each with its last step; empty for a report without.
  public var meanLosses: [(step: Int, loss: Double)] {
    lines.compactMap { name, value in
      guard name.hasPrefix(Self.loss), let step = Int(name.dropFirst(Self.loss.count)), let loss = Double(value) else {
        return nil
      }
      return (step, loss)
    }
  }

  /// The value of the first line with a name; nil if there is none.
  public subscript(name: String) -> String? { lines.first { $0.name == name }?.value }

  /// The lines of one after those of the other.
  public static func + (first: TrainingReport, second: TrainingReport) -> TrainingReport {
    var sum = first
    sum.lines += second.lines
    return sum
  }

  /// All lines as text, the values in one column.
  public var text: String {
    let width = lines.map(\.name.count).max() ?? 0
    return lines.map { $0.name + String(repeating: " ", count: width - $0.name.count + 2) + $0.value }
      .joined(separator: "\n")
  }

  /// Writes the report beside a model.
  ///
  /// - Throws: `DataError` if it cannot be written.
  public func write(to directory: String) throws(DataError) {
    let text = lines.map { "\($0.name)\t\($0.value)\n" }.joined()
    try FileSystem.write(text, to: FileSystem.join(directory, Self.file))
  }

  /// Whether both say the same.
  public static func == (left: TrainingReport, right: TrainingReport) -> Bool { left.text == right.text }
}
