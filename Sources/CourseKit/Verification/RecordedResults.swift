import Checkpoints
import Tensors

/// What `expected.json` of a model directory holds, and the inputs that it refers to.
struct RecordedResults {
  let file: String
  private let root: JSON
  private let directory: ModelDirectory

  /// - Throws: `CheckpointError` if there is no such file, or it is not JSON.
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

  /// Whole numbers with their shape.
  ///
  /// - Throws: `CheckpointError` if they are not there, or do not fill their shape.
  func integers(_ path: String...) throws -> IntTensor {
    let shape = wholeNumbers(value(path + ["shape"])) ?? []
    guard let data = wholeNumbers(value(path + ["data"])), data.count == shape.reduce(1, *) else {
      throw missing(path, "no whole numbers with their shape")
    }
    return IntTensor(data, shape: shape)
  }

  /// A tensor that is kept in a file beside.
  ///
  /// - Throws: `CheckpointError` if it is not there.
  func input(_ path: String...) throws -> Tensor {
    guard case .string(let name)? = value(path + ["file"]), case .string(let tensor)? = value(path + ["tensor"]) else {
      throw missing(path, "no reference to a file with a tensor")
    }
    return try Checkpoint(path: directory.require([name], purpose: "inputs")).tensor(tensor)
  }

  /// The sizes of images, rows and columns.
  func sizes(_ path: String...) throws -> [[Int]] {
    guard case .array(let list)? = value(path) else { throw missing(path, "no sizes") }
    let sizes = list.compactMap(wholeNumbers)
    guard sizes.count == list.count, sizes.allSatisfy({ $0.count == 2 }) else { throw missing(path, "no sizes") }
    return sizes
  }

  /// The names of all recorded results, cases by their path.
  var results: [String] {
    let cases = keys(["cases"]).flatMap { name in keys(["cases", name]).map { ["cases", name, $0] } }
    return (keys([]).map { [$0] } + cases)
      .filter { isResult($0) }
      .map { $0.joined(separator: ".") }
  }

  /// Results are tensors in floating point, lists of words, and objects that hold generated ids.
  private func isResult(_ path: [String]) -> Bool {
    if value(path + ["ids"]) != nil { return true }
    if case .array(let list)? = value(path), case .string? = list.first { return true }
    return value(path + ["dtype"]) == .string("float32")
  }

  private func missing(_ path: [String], _ reason: String) -> CheckpointError {
    CheckpointError(.malformed, file: file, place: path.joined(separator: "."), reason: reason)
  }
}

/// The whole numbers of an array, `nil` if it is anything else.
func wholeNumbers(_ value: JSON?) -> [Int]? {
  guard case .array(let list)? = value else { return nil }
  let numbers = list.compactMap { if case .integer(let number) = $0 { number } else { nil } }
  return numbers.count == list.count ? numbers : nil
}

/// The number that a value is.
func number(_ value: JSON?) -> Double? {
  switch value {
  case .integer(let number): Double(number)
  case .number(let number): number
  default: nil
  }
}
