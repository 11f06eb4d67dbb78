import Pretrained
import Support

/// What `expected.json` of a model directory holds, and the inputs that it refers to.
struct RecordedResults {
  let file: String
  private let root: JSON
  let directory: ModelDirectory

  /// - Throws: `DataError` if there is no such file, or it is not JSON.
  init(_ directory: ModelDirectory) throws {
    file = try directory.require(["expected.json"], purpose: "recorded results")
    root = try JSON(contentsOf: file)
    self.directory = directory
  }

  /// The value under a path of keys.
  func value(_ path: [String]) -> JSON? {
    path.reduce(JSON?.some(root)) { value, key in
      if case .object(let object)? = value { object[key] } else { nil }
    }
  }

  /// The keys under a path, in the file's order.
  func keys(_ path: [String]) -> [String] {
    if case .object(let object)? = value(path) { object.members.map(\.key) } else { [] }
  }

  /// Whole numbers in rows.
  ///
  /// - Throws: `DataError` if they are not there.
  func rows(_ path: String...) throws -> [[Int]] {
    guard case .array(let list)? = value(path) else { throw missing(path, "no rows of whole numbers") }
    let rows = list.compactMap(wholeNumbers)
    guard rows.count == list.count else { throw missing(path, "no rows of whole numbers") }
    return rows
  }

  /// The names of all recorded quantities, parts of a group by their path: everything but inputs and remarks.
  var results: [String] { results(under: []).map { $0.joined(separator: ".") } }

  private func results(under path: [String]) -> [[String]] {
    keys(path).flatMap { key -> [[String]] in
      let path = path + [key]
      if Self.inputs.contains(key) || Self.remarks.contains(key) { return [] }
      switch value(path) {
      case .object(let object): return object["shape"] == nil ? results(under: path) : [path]
      case .array, .integer, .number, .bool: return [path]
      case .string, .null, nil: return []  // notes
      }
    }
  }

  /// What the quantities were computed from.
  private static let inputs = [
    "pixel_values", "pixel_mask_sizes", "input_ids", "attention_mask", "decoder_input_ids", "args",
  ]
  /// How far the other implementation is from itself.
  private static let remarks = ["seed_spread_max_abs", "logits_max_abs_diff_vs_v5"]

  /// The error that a recorded value cannot be used.
  func missing(_ path: [String], _ reason: String) -> DataError {
    DataError(.malformed, file: file, place: path.joined(separator: "."), reason: reason)
  }
}

/// The whole numbers of an array, `nil` if it is anything else.
func wholeNumbers(_ value: JSON?) -> [Int]? {
  guard case .array(let list)? = value else { return nil }
  let numbers = list.compactMap { if case .integer(let number) = $0 { number } else { nil } }
  return numbers.count == list.count ? numbers : nil
}
