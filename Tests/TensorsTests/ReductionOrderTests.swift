import Testing

@testable import Tensors

/// The order of every sum, which `Reductions` documents, written out one number at a time.
@Suite struct ReductionOrderTests {
  /// Lengths around vectors, around the thirty-two lanes, around the length from which rows are halved, and so long that
  /// halves are halved again.
  private static let lengths = Array(1...70) + [100, 255, 256, 257, 1000, 4095, 4096, 4097, 8192, 8200, 12_300, 20_481]

  private func numbers(_ count: Int, seed: Int) -> [Float] {
    withGenerator(Generator(seed: seed)) { Tensor.uniform([count], in: -1..<1) }.scalars
  }

  /// The sum of lanes 0 to 31: their four vectors in pairs, then halves onto halves.
  private func tree(_ lanes: [Float]) -> Float {
    var sums: [Float] = []
    for lane in 0..<8 {
      let first: Float = lanes[lane] + lanes[lane + 8]
      let second: Float = lanes[lane + 16] + lanes[lane + 24]
      sums.append(first + second)
    }
    for half in [4, 2, 1] {
      for lane in 0..<half { sums[lane] += sums[lane + half] }
    }
    return sums[0]
  }

  /// A row in halves that begin at multiples of 4,096, the larger one first, down to such a piece.
  private func halved(_ range: Range<Int>, _ leaf: (Range<Int>) -> Float) -> Float {
    if range.count <= 4096 { return leaf(range) }
    let leaves = (range.count + 4095) / 4096
    let middle = range.lowerBound + (leaves + 1) / 2 * 4096
    return halved(range.lowerBound..<middle, leaf) + halved(middle..<range.upperBound, leaf)
  }

  @Test func aRowIsSummedInThirtyTwoLanes() {
    for length in Self.lengths {
      let x = numbers(length, seed: length)
      let expected = halved(0..<length) { range in
        var lanes = [Float](repeating: 0, count: 32)
        for i in range { lanes[(i - range.lowerBound) % 32] += x[i] }
        return tree(lanes)
      }
      #expect(Reductions.sum(x, count: length).bitPattern == expected.bitPattern, "\(length) numbers")
    }
  }

  @Test func squaresAreSummedInThirtyTwoLanes() {
    for length in Self.lengths {
      let x = numbers(length, seed: length)
      let expected = halved(0..<length) { range in
        var lanes = [Float](repeating: 0, count: 32)
        for i in range { lanes[(i - range.lowerBound) % 32] += (x[i] - 0.25) * (x[i] - 0.25) }
        return tree(lanes)
      }
      let sum = Reductions.sumOfSquares(x, count: length, center: 0.25)
      #expect(sum.bitPattern == expected.bitPattern, "\(length) numbers")
    }
  }

  @Test func productsAreSummedInThirtyTwoLanes() {
    for length in Self.lengths {
      let (x, y) = (numbers(length, seed: length), numbers(length, seed: length + 1))
      let expected = halved(0..<length) { range in
        var lanes = [Float](repeating: 0, count: 32)
        for i in range {
          let lane = (i - range.lowerBound) % 32
          lanes[lane] = lanes[lane].addingProduct(x[i], y[i])
        }
        return tree(lanes)
      }
      #expect(Reductions.dot(x, y, count: length).bitPattern == expected.bitPattern, "\(length) numbers")
    }
  }

  @Test(arguments: [1, 2, 7, 8, 9, 31, 32, 33, 45, 64, 71])
  func columnsAreSummedInBlocksOf256Rows(_ columns: Int) {
    for rows in [1, 2, 255, 256, 257, 511, 513, 1030] {
      let x = numbers(rows * columns, seed: rows + columns)
      var expected = [Float](repeating: 0, count: columns)
      for start in stride(from: 0, to: rows, by: 256) {
        var block = [Float](repeating: 0, count: columns)
        for row in start..<min(start + 256, rows) {
          for column in 0..<columns { block[column] += x[row * columns + column] }
        }
        for column in 0..<columns { expected[column] += block[column] }
      }
      var sums = [Float](repeating: .nan, count: columns)
      Reductions.sumColumns(x, rows: rows, columns: columns, range: 0..<columns, to: &sums)
      #expect(isSame(sums, expected), "\(rows) × \(columns)")
    }
  }

  @Test func theLargestNumberMayBeNegativeAndAnywhere() {
    for length in Self.lengths where length < 300 {
      for place in Set([0, length / 2, length - 1]) {
        var x = numbers(length, seed: length).map { $0 - 2 }
        x[place] = -0.5
        #expect(Reductions.max(x, count: length) == -0.5)
        #expect(Reductions.argmax(x, count: length) == place)
        x[place] = .nan
        #expect(Reductions.max(x, count: length).isNaN)
        #expect(Reductions.argmax(x, count: length) == place)
      }
    }
  }
}
