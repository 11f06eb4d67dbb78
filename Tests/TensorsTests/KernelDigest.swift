// The tests import the kernels. The scripts compile this file together with them, as one module.
#if canImport(Tensors)
  @testable import Tensors
#endif

/// A digest of the bits that every kernel computes, for inputs from a small integer generator.
///
/// Two machines, builds or instruction sets with the same digest compute the same numbers. It uses nothing but the
/// kernels, so that they can be compiled alone, as Embedded Swift, for another processor (`Scripts/check-arm64.sh`,
/// `Scripts/check-avx512.sh`, `Scripts/check-wasm.sh`). All NaNs count as the same one, because processors differ in
/// their sign and payload.
func kernelDigest() -> UInt64 {
  var digest = KernelDigest()
  digest.addProducts()
  digest.addRows()
  digest.addReductions()
  digest.addFunctions()
  digest.addDoubleFunctions()
  digest.addConversions()
  return digest.value
}

/// FNV-1a over the bits of results, and the numbers that go in.
struct KernelDigest {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325
  /// A linear congruential generator (Knuth's constants for 64 bits); its high bits are used.
  private var state: UInt64 = 1

  // MARK: Numbers in

  mutating func nextBits() -> UInt32 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt32(truncatingIfNeeded: state &>> 32)
  }

  /// From -4 to 4, in steps of 2⁻¹³.
  mutating func nextModerate() -> Float { Float(Int32(nextBits() &>> 16) &- 32768) * 0x1p-13 }

  /// New memory with such numbers; the caller deallocates it.
  mutating func moderate(_ count: Int) -> UnsafeMutablePointer<Float> {
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
    for i in 0..<count { memory[i] = nextModerate() }
    return memory
  }

  // MARK: Bits out

  mutating func add(_ bits: UInt32) {
    var rest = bits
    for _ in 0..<4 {
      value = (value ^ UInt64(rest & 0xff)) &* 0x100_0000_01b3
      rest &>>= 8
    }
  }

  mutating func add(_ number: Float) { add(number.isNaN ? 0x7fc0_0000 : number.bitPattern) }

  mutating func add(_ number: Double) {
    let bits = number.isNaN ? 0x7ff8_0000_0000_0000 : number.bitPattern
    add(UInt32(truncatingIfNeeded: bits))
    add(UInt32(truncatingIfNeeded: bits &>> 32))
  }

  mutating func add(_ vector: SIMD8<Float>) { for lane in 0..<8 { add(vector[lane]) } }

  mutating func add(_ numbers: UnsafePointer<Float>, _ count: Int) { for i in 0..<count { add(numbers[i]) } }
}

// MARK: - Matrix products

extension KernelDigest {
  /// Sizes around the tile, the kernels for few rows and the blocks of depth; each operand in both orders, with gaps,
  /// and of every type; with and without a bias, whole and in parts.
  fileprivate mutating func addProducts() {
    addProducts(1, 9, 40)
    addProducts(2, 17, 16)
    addProducts(3, 8, 25)
    addProducts(4, 33, 31)
    addProducts(5, 1, 7)
    addProducts(6, 16, 16)
    addProducts(7, 40, 24)
    addProducts(9, 30, 21)
    addProducts(11, 20, 13)
    addProducts(13, 300, 35)
    addProducts(25, 520, 17)
    addProducts(4, 0, 5)
  }

  private mutating func addProducts(_ rows: Int, _ depth: Int, _ columns: Int) {
    for layoutA in 0..<3 {
      for layoutB in 0..<3 {
        addProduct(rows, depth, columns, .float32, layoutA, .float32, layoutB)
      }
    }
    addProduct(rows, depth, columns, .float32, 0, .bfloat16, 1)
    addProduct(rows, depth, columns, .float32, 0, .float16, 0)
    addProduct(rows, depth, columns, .bfloat16, 0, .float32, 0)
    addProduct(rows, depth, columns, .float16, 1, .float16, 1)
  }

  private mutating func addProduct(
    _ rows: Int, _ depth: Int, _ columns: Int, _ typeA: ElementType, _ layoutA: Int, _ typeB: ElementType,
    _ layoutB: Int
  ) {
    let a = operand(rows, depth, typeA, layoutA)
    let b = operand(depth, columns, typeB, layoutB)
    let bias = moderate(columns)
    let stride = columns &+ 3
    let c = moderate(rows &* stride)
    defer {
      a.base.deallocate()
      b.base.deallocate()
      bias.deallocate()
      c.deallocate()
    }
    let product = Gemm(
      rows: rows, columns: columns, depth: depth, a: a, b: b, c: ResultRows(base: c, stride: stride),
      bias: UnsafePointer(bias))
    var scratch = GemmScratch()
    product.compute(rows: 0..<rows, columns: 0..<columns, &scratch)
    add(c, rows &* stride)
    let plain = Gemm(rows: rows, columns: columns, depth: depth, a: a, b: b, c: product.c, bias: nil)
    plain.compute(rows: 0..<rows / 2, columns: 0..<columns, &scratch)
    plain.compute(rows: rows / 2..<rows, columns: 0..<columns / 2, &scratch)
    plain.compute(rows: rows / 2..<rows, columns: columns / 2..<columns, &scratch)
    add(c, rows &* stride)
  }

  /// New memory with a matrix: 0 row by row, 1 column by column, 2 row by row with gaps everywhere.
  private mutating func operand(_ rows: Int, _ columns: Int, _ type: ElementType, _ layout: Int) -> MatrixOperand {
    let (rowStride, columnStride) =
      layout == 0 ? (columns, 1) : layout == 1 ? (1, rows) : (2 &* columns &+ 1, 2)
    let count = rows &* columns &* 2 &+ rows &+ 1
    if type == .float32 {
      return MatrixOperand(
        base: UnsafeRawPointer(moderate(count)), elementType: type, rowStride: rowStride, columnStride: columnStride)
    }
    let memory = UnsafeMutablePointer<UInt16>.allocate(capacity: count)
    for i in 0..<count {
      // Between 2⁻⁷ and 4 in either type, with both signs.
      let bits = nextBits()
      let magnitude = type == .bfloat16 ? 0x3c00 &+ bits % 0x480 : 0x2000 &+ bits % 0x2400
      memory[i] = UInt16(truncatingIfNeeded: magnitude | (bits &>> 16 & 0x8000))
    }
    return MatrixOperand(
      base: UnsafeRawPointer(memory), elementType: type, rowStride: rowStride, columnStride: columnStride)
  }
}

// MARK: - Rows and reductions

extension KernelDigest {
  fileprivate mutating func addRows() {
    addRow(1)
    addRow(5)
    addRow(8)
    addRow(31)
    addRow(64)
    addRow(197)
    addRow(768)
    addScores(1, 1)
    addScores(3, 8)
    addScores(17, 17)
    addScores(8, 20, factor: 7)
    addScores(9, 4103)
  }

  /// The softmax of a head's scores and the way back, with an empty row.
  private mutating func addScores(_ rows: Int, _ columns: Int, factor: Float = 1) {
    let scores = ScoreMatrix(rows: rows, columns: columns)
    let x = moderate(scores.count)
    let y = moderate(scores.count)
    defer {
      x.deallocate()
      y.deallocate()
    }
    if rows > 1 { for column in 0..<columns { x[scores.stride &+ column] = -.infinity } }
    scores.softmax(x, factor: factor, emptyRowsAreZero: true)
    add(x, rows &* scores.stride)
    scores.softmaxBackward(x, y, factor: 0.3)
    add(y, rows &* scores.stride)
  }

  private mutating func addRow(_ count: Int) {
    let x = moderate(count)
    let y = moderate(count)
    let weight = moderate(count)
    let bias = moderate(count)
    let out = moderate(count)
    let gradient = moderate(count)
    let products = moderate(count)
    let scratch = moderate(count)
    defer {
      for memory in [x, y, weight, bias, out, gradient, products, scratch] { memory.deallocate() }
    }
    RowKernels.softmax(x, count: count, to: out)
    add(out, count)
    RowKernels.softmaxBackward(out, y, count: count, to: gradient)
    add(gradient, count)
    RowKernels.logSoftmax(x, count: count, to: out)
    add(out, count)
    RowKernels.logSoftmaxBackward(out, y, count: count, to: gradient)
    add(gradient, count)
    let (mean, scale) = RowKernels.moments(x, count: count, epsilon: 1e-5)
    add(mean)
    add(scale)
    for hasWeight in [false, true] {
      RowKernels.normalize(
        x, count: count, mean: mean, scale: scale, weight: hasWeight ? UnsafePointer(weight) : nil,
        bias: hasWeight ? UnsafePointer(bias) : nil, to: out)
      add(out, count)
      RowKernels.normalizeBackward(
        x, y, count: count, mean: mean, scale: scale, weight: hasWeight ? UnsafePointer(weight) : nil, scratch: scratch,
        to: gradient, products: products)
      add(gradient, count)
      add(products, count)
    }
  }

  fileprivate mutating func addReductions() {
    for count in [1, 7, 8, 33, 63, 4096, 4097, 9001] {
      let x = moderate(count)
      let y = moderate(count)
      defer {
        x.deallocate()
        y.deallocate()
      }
      add(Reductions.sum(x, count: count))
      add(Reductions.sumOfSquares(x, count: count, center: 0.3))
      add(Reductions.dot(x, y, count: count))
      add(Reductions.max(x, count: count))
      add(UInt32(truncatingIfNeeded: Reductions.argmax(x, count: count)))
      Pointwise.add(y, count: count, to: x)
      Pointwise.map(TimesKernel(), x, step: 1, y, step: 0, count: count, to: x)
      Pointwise.map(AddKernel(), y, step: 0, x, step: 1, count: count, to: y)
      add(x, count)
      add(y, count)
    }
    addColumnSums(19, cut: 16)
    addColumnSums(75, cut: 40)
  }

  private mutating func addColumnSums(_ columns: Int, cut: Int) {
    let matrix = moderate(600 &* columns)
    let sums = moderate(columns)
    Reductions.sumColumns(matrix, rows: 600, columns: columns, range: 0..<cut, to: sums)
    Reductions.sumColumns(matrix, rows: 600, columns: columns, range: cut..<columns, to: sums)
    add(sums, columns)
    matrix.deallocate()
    sums.deallocate()
  }
}

// MARK: - Functions

extension KernelDigest {
  /// Numbers of every magnitude, the special ones among them, and numbers near 1.
  fileprivate mutating func addFunctions() {
    for round in 0..<600 {
      var anything = SIMD8<Float>.zero
      var near = anything
      for lane in 0..<8 {
        anything[lane] = Float(bitPattern: round == 0 ? Self.special(lane) : nextBits())
        near[lane] = nextModerate()
      }
      addFunctions(of: anything)
      addFunctions(of: near)
      add(Elementary.pow(near, anything))
      add(Elementary.pow(anything, near))
      let positive = Elementary.magnitude(near)
      add(Elementary.pow(positive, near))
      add(Cephes.log(positive))
      let (sine, cosine) = Cephes.sinCos(positive * 1.5)
      add(sine)
      add(cosine)
    }
  }

  private mutating func addFunctions(of x: SIMD8<Float>) {
    add(Elementary.exp(x))
    add(Elementary.log(x))
    add(Elementary.log1p(x))
    add(Elementary.sigmoid(x))
    add(Elementary.tanh(x))
    add(Elementary.erf(x))
    add(Elementary.sin(x))
    add(Elementary.cos(x))
    add(Elementary.gelu(x))
    add(Elementary.geluDerivative(x))
    add(Elementary.geluTanh(x))
    add(Elementary.geluTanhDerivative(x))
    add(Elementary.quickGelu(x))
    add(Elementary.quickGeluDerivative(x))
    add(x.squareRoot())
  }

  private static func special(_ lane: Int) -> UInt32 {
    switch lane {
    case 0: 0
    case 1: 0x8000_0000
    case 2: 0x7f80_0000
    case 3: 0xff80_0000
    case 4: 0x7fc0_0000
    case 5: 1
    case 6: 0x7f7f_ffff
    default: 0x3f80_0000
    }
  }

  fileprivate mutating func addDoubleFunctions() {
    for round in 0..<1000 {
      let high = nextBits()
      let low = nextBits()
      let anything = Double(bitPattern: UInt64(high) &<< 32 | UInt64(low))
      let near = Double(nextModerate()) + Double(low) * 0x1p-50
      for x in [round & 1 == 0 ? anything : near * 100, near] {
        add(ElementaryDouble.exp(x))
        add(ElementaryDouble.tanh(x))
        add(ElementaryDouble.log(x))
        add(ElementaryDouble.log1p(x))
        add(ElementaryDouble.sin(x))
        add(ElementaryDouble.cos(x))
        add(ElementaryDouble.pow(x.magnitude, near))
      }
    }
  }

  fileprivate mutating func addConversions() {
    for bits in stride(from: 0, through: 0xffff, by: 7) {
      add(widen(UInt16(truncatingIfNeeded: bits), .float16))
      add(widen(UInt16(truncatingIfNeeded: bits), .bfloat16))
    }
  }
}
