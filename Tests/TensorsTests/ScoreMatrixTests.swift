import Testing

@testable import Tensors

/// The softmax of attention's scores gives the bits of the softmax of each row.
struct ScoreMatrixTests {
  @Test(arguments: [(1, 1), (3, 5), (8, 8), (9, 17), (17, 16), (2, 4090), (3, 4103), (2, 9001)])
  func rowsAreThoseOfASoftmax(rows: Int, columns: Int) {
    let scores = ScoreMatrix(rows: rows, columns: columns)
    let values = withGenerator(Generator(seed: 5)) { Tensor.normal([rows, columns], std: 8) }
    let gradients = withGenerator(Generator(seed: 6)) { Tensor.randn([rows, columns]) }
    let p = memory(of: values, scores)
    let dp = memory(of: gradients, scores)
    let expected = UnsafeMutablePointer<Float>.allocate(capacity: columns)
    let slope = UnsafeMutablePointer<Float>.allocate(capacity: columns)
    defer { for memory in [p, dp, expected, slope] { memory.deallocate() } }
    scores.softmax(p, factor: 1, emptyRowsAreZero: false)
    scores.softmaxBackward(p, dp, factor: 1)
    for row in 0..<rows {
      values.read { RowKernels.softmax($0 + row * columns, count: columns, to: expected) }
      gradients.read { RowKernels.softmaxBackward(expected, $0 + row * columns, count: columns, to: slope) }
      for column in 0..<scores.stride {
        let at = row * scores.stride + column
        #expect(
          p[at].bitPattern == (column < columns ? expected[column] : 0).bitPattern, "row \(row), column \(column)")
        if column < columns { #expect(dp[at] == slope[column], "gradient of row \(row), column \(column)") }
      }
    }
  }

  /// Rows whose exponentials come near zero or are none go another way than their neighbors in a group.
  @Test(arguments: [5, 8, 17, 40])
  func farAndStrangeScoresGiveTheSameBits(columns: Int) {
    let scores = ScoreMatrix(rows: 20, columns: columns)
    var values = withGenerator(Generator(seed: 8)) { Tensor.normal([20, columns], std: 3).scalars }
    for (row, value) in [(1, -250), (3, Float.nan), (9, .infinity), (10, -.infinity), (17, 300)] {
      values[row * columns + columns / 2] = value
    }
    let x = Tensor(values, shape: [20, columns])
    let p = memory(of: x, scores)
    let expected = UnsafeMutablePointer<Float>.allocate(capacity: columns)
    defer { for memory in [p, expected] { memory.deallocate() } }
    scores.softmax(p, factor: 0.7, emptyRowsAreZero: false)
    for row in 0..<20 {
      (x * 0.7).read { RowKernels.softmax($0 + row * columns, count: columns, to: expected) }
      for column in 0..<columns {
        #expect(p[row * scores.stride + column].bitPattern == expected[column].bitPattern, "row \(row), \(column)")
      }
    }
  }

  /// One number that the quick exponential cannot take, in any place of a group whose others it could.
  @Test(arguments: [-87.5, -130, -1000, Float.nan]) func oneFarScoreGivesTheSameBitsInEveryPlace(_ far: Float) {
    let scores = ScoreMatrix(rows: 8, columns: 20)
    let near = withGenerator(Generator(seed: 10)) { Tensor.uniform([8, 20], in: -1..<0).scalars }
    let expected = UnsafeMutablePointer<Float>.allocate(capacity: 20)
    defer { expected.deallocate() }
    for place in 0..<20 {
      var values = near
      values[5 * 20 + place] = far
      values[5 * 20 + (place + 9) % 20] = 0
      let x = Tensor(values, shape: [8, 20])
      let p = memory(of: x, scores)
      defer { p.deallocate() }
      scores.softmax(p, factor: 1, emptyRowsAreZero: false)
      for row in 0..<8 {
        x.read { RowKernels.softmax($0 + row * 20, count: 20, to: expected) }
        for column in 0..<20 {
          let same = p[row * scores.stride + column].bitPattern == expected[column].bitPattern
          #expect(same, "row \(row), \(column), with \(far) in column \(place)")
        }
      }
    }
  }

  @Test func anEmptyRowIsZeroWhereThatIsWanted() {
    let scores = ScoreMatrix(rows: 2, columns: 3)
    for isZero in [false, true] {
      let x = memory(of: Tensor([0, 0, 0, -.infinity, -.infinity, -.infinity], shape: [2, 3]), scores)
      defer { x.deallocate() }
      scores.softmax(x, factor: 1, emptyRowsAreZero: isZero)
      #expect(x[0] == 1 / 3 && x[2] == 1 / 3)
      for column in 0..<3 {
        let value = x[scores.stride + column]
        #expect(isZero ? value == 0 : value.isNaN)
      }
    }
  }

  /// A matrix of scores with other numbers wherever nothing belongs.
  private func memory(of x: Tensor, _ scores: ScoreMatrix) -> UnsafeMutablePointer<Float> {
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: scores.count)
    memory.initialize(repeating: .infinity, count: scores.count)
    let values = x.scalars
    for row in 0..<scores.rows {
      for column in 0..<scores.columns { memory[row * scores.stride + column] = values[row * scores.columns + column] }
    }
    return memory
  }
}

/// Sums of columns do not depend on how many are summed at once.
@Test func columnsAreSummedAlikeInEveryCompany() {
  let (rows, columns) = (600, 75)
  let x = withGenerator(Generator(seed: 7)) { Tensor.randn([rows, columns]) }
  var together = [Float](repeating: 0, count: columns)
  var alone = together
  x.read { x in
    Reductions.sumColumns(x, rows: rows, columns: columns, range: 0..<columns, to: &together)
    alone.withUnsafeMutableBufferPointer { sums in
      guard let base = sums.baseAddress else { return }
      for column in 0..<columns {
        Reductions.sumColumns(x, rows: rows, columns: columns, range: column..<column + 1, to: base)
      }
    }
  }
  #expect(together == alone)
}

/// The gradients of layer norm's weight and bias have the bits of a sum over the rows, however many blocks of rows there
/// are, and on any number of threads.
@Test(arguments: [(1, 3), (5, 1), (256, 8), (700, 33), (1100, 64)])
func layerNormsGradientsAreSumsOverItsRows(rows: Int, width: Int) {
  let generator = Generator(seed: 9)
  let x = withGenerator(generator) { Tensor.randn([rows, width]) }
  let g = withGenerator(generator) { Tensor.randn([rows, width]) }
  for threads in [1, 2, 3, 8] {
    let weight = Tensor.full([width], 1).requiringGrad()
    let bias = Tensor.zeros([width]).requiringGrad()
    let normal = x.layerNorm(epsilon: 1e-5)
    Threads.with(threads) { x.layerNorm(weight: weight, bias: bias, epsilon: 1e-5).backward(from: g) }
    #expect(bias.grad?.scalars == g.sum(dim: 0).scalars, "\(threads) threads")
    #expect(weight.grad?.scalars == (g * normal).sum(dim: 0).scalars, "\(threads) threads")
  }
}
