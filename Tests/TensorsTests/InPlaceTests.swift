import Tensors
import TestSupport
import Testing

/// What overwrites numbers reads them as they were before, on any number of threads.
@Suite struct InPlaceTests {
  /// Large enough to be split among threads.
  private static let side = 300

  /// A part of a memory that is overwritten with another part of it; the parts overlap.
  struct Overlap: Sendable {
    let name: String
    let target: @Sendable (Tensor) -> Tensor
    let values: @Sendable (Tensor) -> Tensor

    init(
      _ name: String, _ target: @escaping @Sendable (Tensor) -> Tensor, _ values: @escaping @Sendable (Tensor) -> Tensor
    ) {
      self.name = name
      self.target = target
      self.values = values
    }
  }

  static let overlaps: [Overlap] = [
    Overlap("itself", { $0 }, { $0 }),
    Overlap("its transpose", { $0 }, { $0.T }),
    Overlap("the transpose with itself", { $0.T }, { $0 }),
    Overlap("its first row everywhere", { $0 }, { $0[0].expand(side, side) }),
    Overlap("its last column everywhere", { $0 }, { $0.select(-1, dim: 1).unsqueeze(1).expand(side, side) }),
    Overlap("rows by the ones above", { $0[1..<side] }, { $0[0..<side - 1] }),
    Overlap("rows by the ones below", { $0[0..<side - 1] }, { $0[1..<side] }),
    Overlap("columns by their left neighbors", { $0.slice(1..<side, dim: 1) }, { $0.slice(0..<side - 1, dim: 1) }),
    Overlap("columns by their right neighbors", { $0.slice(0..<side - 1, dim: 1) }, { $0.slice(1..<side, dim: 1) }),
    Overlap("columns by rows", { $0.slice(3..<8, dim: 1) }, { $0[2..<7].T }),
    Overlap(
      "blocks in another order", { $0.reshape(side / 10, 10, side) },
      { $0.reshape(10, side / 10, side).transpose(0, 1) }),
  ]

  @Test(arguments: overlaps.map { $0.name }, [1, 2, 3, 8])
  func valuesFromTheSameMemoryAreThoseOfBefore(_ name: String, threads: Int) throws {
    let overlap = try #require(Self.overlaps.first { $0.name == name })
    let start = Tensor.arange(Self.side * Self.side).reshape(Self.side, Self.side)
    let expected = (start * 1).contiguous()
    overlap.target(expected).assign(overlap.values(start))
    Threads.with(threads) {
      for _ in 0..<5 {
        let x = start * 1
        overlap.target(x).assign(overlap.values(x))
        #expect(x.scalars == expected.scalars, "\(name)")
      }
    }
  }

  @Test func aMatrixBecomesItsTranspose() {
    let y = Tensor([[1, 2], [3, 4]])
    y.assign(y.T)
    #expect(y.scalars == [1, 3, 2, 4])
  }

  @Test func foreignMemoryBecomesItsTranspose() {
    // The first write moves the numbers to memory of their own; what is read must not be the memory left behind.
    let bits: [UInt16] = [0x3F80, 0x4000, 0x4040, 0x4080]  // 1, 2, 3, 4 as bfloat16
    let memory = ForeignMemory(bits)
    let x = Tensor(unownedMemory: memory.base, shape: [2, 2], elementType: .bfloat16, owner: memory)
    x.assign(x.T)
    #expect(x.scalars == [1, 3, 2, 4])
    #expect(memory.values == bits)
  }

  @Test(arguments: [1, 2, 3, 8]) func aGradientAddedToItsOwnTransposeIsTheSum(threads: Int) throws {
    try Threads.with(threads) {
      let x = Tensor.ones([Self.side, Self.side]).requiringGrad()
      let weights = Tensor.arange(Self.side * Self.side).reshape(Self.side, Self.side)
      // Two passes make the gradient memory of the leaf's own, to which more is added in place.
      for _ in 0..<2 { (x * weights).sum().backward() }
      let gradient = try #require(x.grad)
      x.T.backward(from: gradient)
      #expect(try #require(x.grad).scalars == (weights * 2 + weights.T * 2).scalars)
    }
  }

  @Test(arguments: [1, 2, 3, 8]) func aGradientAddedToARegionOfItselfIsTheSum(threads: Int) throws {
    try Threads.with(threads) {
      let count = 100_000
      let x = Tensor.ones([count]).requiringGrad()
      let weights = Tensor.arange(count)
      for _ in 0..<2 { (x * weights).sum().backward() }
      let gradient = try #require(x.grad)
      x[1..<count].backward(from: gradient[0..<count - 1])
      let expected: [Float] = (0..<count).map { (index: Int) -> Float in
        Float(index == 0 ? 0 : 4 * index - 2)
      }
      #expect(try #require(x.grad).scalars == expected)
    }
  }

  static let calls: [WrongCall] = [
    WrongCall("a repeated row", ["assign:", "[2, 3]", "repeats"]) {
      Tensor.zeros([3]).expand(2, 3).assign(.ones([2, 3]))
    },
    WrongCall("a repeated column", ["assign:", "[3, 2]", "repeats"]) {
      Tensor.zeros([3, 1]).expand(3, 2).assign(.ones([3, 2]))
    },
    WrongCall("a view of a repeated number", ["assign:", "[4]", "repeats"]) {
      Tensor(0).expand(2, 4)[1].assign(.ones([4]))
    },
  ]

  @Test(arguments: calls.map(\.name)) func aTensorThatRepeatsItsMemoryIsNotWrittenTo(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }

  @Test func theGradientOfALeafCanBeWrittenTo() throws {
    let x = Tensor.ones([2, 3]).requiringGrad()
    x.sum().backward()
    let gradient = try #require(x.grad)
    gradient[0].assign(Tensor([5, 6, 7]))
    #expect(try #require(x.grad).scalars == [5, 6, 7, 1, 1, 1])
    x.sum(dim: 0).backward(from: Tensor([1, 2, 3]))
    #expect(try #require(x.grad).scalars == [6, 8, 10, 2, 3, 4])
  }

  @Test func oneRowOfARepeatedTensorCanBeWrittenTo() {
    let row = Tensor.zeros([3])
    row.expand(2, 3)[1].assign(Tensor([1, 2, 3]))
    #expect(row.scalars == [1, 2, 3])
    Tensor.zeros([0, 1]).expand(0, 3).assign(.zeros([0, 3]))
  }
}

/// Numbers in memory that no tensor owns.
private final class ForeignMemory {
  let base: UnsafeMutablePointer<UInt16>
  private let count: Int
  var values: [UInt16] { Array(UnsafeBufferPointer(start: base, count: count)) }

  init(_ values: [UInt16]) {
    count = values.count
    base = .allocate(capacity: count)
    base.initialize(from: values, count: count)
  }

  deinit { base.deallocate() }
}
