import Notebook
import Support

// Numbers of an answer that another program reads.
extension JSON {
  /// Whole numbers.
  package static func integers(_ values: [Int]) -> JSON { .array(values.map(JSON.integer)) }

  /// Numbers with nine significant digits, as many as tell any two `Float` values apart; what JSON has no number for (an
  /// infinity, "not a number") is `null`.
  package static func numbers(_ values: some Sequence<Float>) -> JSON {
    .array(
      values.map { value in
        let text = Format.significant(value, digits: 9)
        return Int(text).map(JSON.integer) ?? (value.isFinite ? Double(text).map(JSON.number) : nil) ?? .null
      })
  }

  /// The rows of a matrix.
  package static func rows(_ scalars: [Float], width: Int) -> JSON {
    .array(stride(from: 0, to: scalars.count, by: max(width, 1)).map { numbers(scalars[$0..<$0 + width]) })
  }
}
