import Checkpoints
import Tensors

/// Compares results with the recorded ones as they are computed.
struct ComputedResults {
  let recorded: RecordedResults
  private(set) var comparisons: [Comparison] = []

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

  /// Compares words or whole numbers.
  mutating func compare(_ path: String..., to ours: [JSON]) {
    guard let value = recorded.value(path) else { return }
    let isEqual = value == .array(ours)
    add(path, (isEqual ? 0 : .infinity, isEqual ? nil : "differs"))
  }

  private mutating func add(_ path: [String], _ result: (difference: Double, remark: String?)) {
    comparisons.append(
      Comparison(name: path.joined(separator: "."), difference: result.difference, remark: result.remark))
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
    for (a, b) in zip(scalars, values) { compare(a, number(b)) }
    guard values.count < scalars.count else { return (largest, nil) }
    let count = Double(scalars.count)
    compare(scalars.reduce(0, +) / count, number(recorded.value(path + ["sum"])).map { $0 / count })
    let rootMeanSquare = (scalars.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
    compare(rootMeanSquare, number(recorded.value(path + ["l2"])).map { $0 / count.squareRoot() })
    compare(scalars.reduce(0) { max($0, abs($1)) }, number(recorded.value(path + ["absmax"])))
    return (largest, nil)
  }
}
