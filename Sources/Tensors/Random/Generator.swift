/// A stream of random numbers that are PyTorch's, bit for bit.
///
/// `Generator(seed: 0)` gives what PyTorch's CPU generator gives after `torch.manual_seed(0)`, as long as the same
/// fills are asked for in the same order. Every fill is serial and in element order, so that the numbers do not depend
/// on threads.
///
/// The reference is PyTorch on x86-64 with AVX2 or AVX-512. Its other builds differ from that in the last bits of
/// normals and of scaled uniforms; this class gives the same numbers everywhere.
///
/// - Important: A generator has no lock. Let one thread at a time use it; give each concurrent task its own, for
///   example by ``withGenerator(_:_:)``.
public final class Generator: @unchecked Sendable {
  /// The seed of a generator that was not seeded, in PyTorch and here.
  public static let defaultSeed = 67_280_421_310_721

  /// The seed that the stream started from.
  public private(set) var initialSeed: Int
  var twister: MersenneTwister
  /// The second half of the last pair of normals that ``nextNormal()`` made.
  private var spareNormal: Double?

  /// Starts the stream that belongs to a seed.
  ///
  /// - Parameter seed: any number; as in PyTorch only its low 32 bits choose the stream.
  public convenience init(seed: Int = defaultSeed) {
    self.init(state: State(seed: seed))
  }

  /// Continues a saved stream.
  public init(state: State) {
    initialSeed = state.initialSeed
    twister = state.twister
    spareNormal = state.spareNormal
  }

  /// Starts over with a seed, and forgets the spare normal.
  ///
  /// - Parameter seed: any number; as in PyTorch only its low 32 bits choose the stream.
  public func seed(_ seed: Int) {
    state = State(seed: seed)
  }

  /// The place in the stream: reading it saves, setting it goes back (or on) to where it was read.
  public var state: State {
    get { State(initialSeed: initialSeed, twister: twister, spareNormal: spareNormal) }
    set {
      initialSeed = newValue.initialSeed
      twister = newValue.twister
      spareNormal = newValue.spareNormal
    }
  }

  // MARK: One number at a time

  /// The next 32 random bits.
  public func nextUInt32() -> UInt32 { twister.next() }

  /// The next 64 random bits, made of two draws: the first is the high half.
  public func nextUInt64() -> UInt64 {
    let high = twister.next()
    return UInt64(high) << 32 | UInt64(twister.next())
  }

  /// A uniform number of `0..<1` with 53 random bits (the low ones of two draws).
  public func nextUnitDouble() -> Double {
    Double(nextUInt64() & 0x1f_ffff_ffff_ffff) * 0x1p-53
  }

  /// A number of the standard normal distribution, by the method of Box and Muller (1958) in double precision.
  ///
  /// The method makes two at a time. The second one is kept and given on the next call, even if other numbers were
  /// drawn in between; only seeding forgets it.
  public func nextNormal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let first = nextUnitDouble()
    let second = nextUnitDouble()
    let radius = (-2 * ElementaryDouble.log1p(-second)).squareRoot()
    let angle = 2 * Double.pi * first
    spareNormal = radius * ElementaryDouble.sin(angle)
    return radius * ElementaryDouble.cos(angle)
  }
}
