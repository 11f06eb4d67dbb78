import Support
import Tensors

/// Compares results with the recorded ones as they are computed.
struct ComputedResults {
  let recorded: RecordedResults
  private(set) var comparisons: [ComparedQuantity] = []

  init(_ recorded: RecordedResults) { self.recorded = recorded }

  /// Compares a tensor with what is recorded under this path, and under the path with `_fp64` or `_raster_order` behind:
  /// the same in double precision, or with the patches in our order. Nothing happens where nothing is recorded.
  ///
  /// Of large tensors only the first numbers are recorded, with the sum, the length and the largest magnitude; the mean,
  /// the root mean square and the largest magnitude are then compared too.
  mutating func compare(_ path: String..., to ours: Tensor) {
    for suffix in ["", "_fp64", "_raster_order"] {
      let path = Array(path.dropLast()) + [(path.last ?? "") + suffix]
      guard recorded.value(path) != nil else { continue }
      add(path, difference(ours, path))
    }
  }

  /// Compares a whole number.
  mutating func compare(_ path: String..., to ours: Int) {
    guard let value = recorded.value(path) else { return }
    let isEqual = value == .integer(ours)
    add(path, (isEqual ? 0 : .infinity, isEqual ? nil : "is \(ours) here"))
  }

  /// Compares words or whole numbers.
  mutating func compare(_ path: String..., to ours: [JSON]) {
    guard let value = recorded.value(path) else { return }
    let isEqual = value == .array(ours)
    add(path, (isEqual ? 0 : .infinity, isEqual ? nil : "differs"))
  }

  /// Compares generated texts with recorded rows of ids, which are filled up behind their end.
  ///
  /// Texts of one prompt that stand in another order than the recorded ones differ by half the distance of the recorded
  /// scores: by so much both must have moved at least. Without scores, every difference is infinite.
  ///
  /// - Parameters:
  ///   - texts: our rows, for each prompt as many as were recorded.
  ///   - scores: the recorded scores of the rows, if there are any.
  mutating func compare(_ path: String..., to texts: [[[Int]]], scores: JSON? = nil) {
    guard case .array(let list)? = recorded.value(path) else { return }
    let theirs = list.map { wholeNumbers($0) ?? [] }
    let ours = texts.flatMap { $0 }
    guard theirs.count == ours.count else {
      return add(path, (.infinity, "\(ours.count) texts here, \(theirs.count) recorded"))
    }
    let scores: [Double] = if case .array(let list)? = scores { list.compactMap(\.doubleValue) } else { [] }
    var largest = 0.0
    var start = 0
    for group in texts {
      let ranks = start..<start + group.count
      start = ranks.upperBound
      for rank in ranks where ours[rank] != theirs[rank] {
        guard scores.count == theirs.count, let place = ranks.first(where: { theirs[$0] == ours[rank] }) else {
          return add(path, (.infinity, "row \(rank) differs"))
        }
        largest = max(largest, abs(scores[rank] - scores[place]) / 2)
      }
    }
    add(path, (largest, largest > 0 ? "ranks differ" : nil))
  }

  /// Compares the scores of generated texts; differences are relative where a score is above 1.
  mutating func compare(_ path: String..., to scores: [Float]) {
    guard case .array(let list)? = recorded.value(path) else { return }
    let theirs = list.map { $0.doubleValue ?? .nan }
    guard theirs.count == scores.count else {
      return add(path, (.infinity, "\(scores.count) scores here, \(theirs.count) recorded"))
    }
    let differences = zip(scores, theirs).map { abs(Double($0) - $1) / max(1, abs($1)) }
    add(path, (differences.allSatisfy { !$0.isNaN } ? differences.max() ?? 0 : .infinity, nil))
  }

  private mutating func add(_ path: [String], _ result: (difference: Double, remark: String?)) {
    comparisons.append(
      ComparedQuantity(name: path.joined(separator: "."), difference: result.difference, remark: result.remark))
  }

  private func difference(_ ours: Tensor, _ path: [String]) -> (Double, String?) {
    guard wholeNumbers(recorded.value(path + ["shape"])) == ours.shape else {
      return (.infinity, "has the shape \(ours.shape) here")
    }
    let scalars = ours.scalars.map(Double.init)
    let list = recorded.value(path + ["data"]) ?? recorded.value(path + ["first"])
    guard case .array(let values)? = list, !values.isEmpty, values.count <= scalars.count else {
      return (.infinity, "is not recorded in full")
    }
    var largest = 0.0
    func compare(_ a: Double, _ b: Double?) {
      let difference = b.map { abs(a - $0) } ?? .infinity
      largest = difference <= largest ? largest : (difference.isNaN ? .infinity : difference)
    }
    for (a, b) in zip(scalars, values) { compare(a, b.doubleValue) }
    guard values.count < scalars.count else { return (largest, nil) }
    let count = Double(scalars.count)
    compare(scalars.reduce(0, +) / count, recorded.value(path + ["sum"])?.doubleValue.map { $0 / count })
    let rootMeanSquare = (scalars.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
    compare(rootMeanSquare, recorded.value(path + ["l2"])?.doubleValue.map { $0 / count.squareRoot() })
    compare(scalars.reduce(0) { max($0, abs($1)) }, recorded.value(path + ["absmax"])?.doubleValue)
    return (largest, nil)
  }
}
