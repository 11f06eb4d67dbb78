import Notebook
import Support
import Tensors

/// Values as JSON on one line, numbers with nine significant digits: as many as tell any two `Float` values apart.
package enum JSONLine {
  /// An object, its members in the order given.
  package static func object(_ members: KeyValuePairs<String, String>) -> String {
    "{" + members.map { string($0.key) + ": " + $0.value }.joined(separator: ", ") + "}"
  }

  /// An array of values that are JSON already.
  package static func array(_ values: some Sequence<String>) -> String { "[" + values.joined(separator: ", ") + "]" }

  /// A text, with what a terminal would obey rather than show as JSON's escapes.
  package static func string(_ text: String) -> String {
    JSON.string(text).text(.line)
  }

  package static func integers(_ values: [Int]) -> String { array(values.map { "\($0)" }) }

  /// Numbers; what JSON has no number for (an infinity, "not a number") is `null`.
  package static func numbers(_ values: some Sequence<Float>) -> String {
    array(values.map { $0.isFinite ? Format.significant($0, digits: 9) : "null" })
  }

  /// The rows of a matrix.
  package static func rows(_ scalars: [Float], width: Int) -> String {
    array(stride(from: 0, to: scalars.count, by: max(width, 1)).map { numbers(scalars[$0..<$0 + width]) })
  }
}
