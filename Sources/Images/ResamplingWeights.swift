/// The integer weights of one axis: which pixels make up each new pixel, and with how much each.
struct ResamplingWeights: Sendable {
  /// Pixels of the old and of the new axis.
  let oldCount, newCount: Int
  /// Weights are multiples of 2 to the power of minus this.
  let precision: Int32
  /// The first old pixel of each new one.
  let starts: [Int]
  /// How many old pixels each new one has.
  let counts: [Int]
  /// Room for the weights of each new pixel, a multiple of ``lanes``; those beyond `counts` are zero.
  let room: Int
  /// The weights, `room` for each new pixel.
  let values: [Int32]

  /// Weights that are read at once.
  static let lanes = 8

  init(from oldCount: Int, to newCount: Int, _ filter: ResamplingFilter, _ backend: ResamplingBackend) {
    let scale = Double(oldCount) / Double(newCount)
    let widening = max(scale, 1)
    let support = filter.support * widening
    let inverse = 1 / widening
    var starts: [Int] = []
    var exact: [[Double]] = []
    for index in 0..<newCount {
      let center = (Double(index) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let end = min(Int(center + support + 0.5), oldCount)
      let raw = (start..<end).map { filter.weight(at: (Double($0) - center + 0.5) * inverse) }
      let sum = raw.reduce(0, +)
      starts.append(start)
      exact.append(sum == 0 ? raw : raw.map { $0 / sum })
    }
    let precision = Self.precision(backend, largest: exact.reduce(0) { $1.reduce($0, max) })
    let longest = exact.reduce(1) { max($0, $1.count) }
    let room = (longest + Self.lanes - 1) / Self.lanes * Self.lanes
    var values = [Int32](repeating: 0, count: newCount * room)
    for (index, weights) in exact.enumerated() {
      for (offset, weight) in weights.enumerated() {
        // Rounded half away from zero, as a C cast after adding a half does.
        let scaled = weight * Double(1 << precision)
        values[index * room + offset] = Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
      }
    }
    self.oldCount = oldCount
    self.newCount = newCount
    self.precision = Int32(precision)
    self.starts = starts
    counts = exact.map(\.count)
    self.room = room
    self.values = values
  }

  /// Pillow's weights always have 22 bits; torchvision's have as many as let the largest fit into 16 with a sign.
  private static func precision(_ backend: ResamplingBackend, largest: Double) -> Int {
    let most = 22
    guard backend == .torchvision else { return most }
    return (0..<most).first { Int(0.5 + largest * Double(1 << ($0 + 1))) >= 1 << 15 } ?? most
  }
}
