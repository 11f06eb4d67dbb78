import Support
import Tensors
import TestSupport
import Testing

@Suite struct RandomStateTests {
  /// Draws of all kinds, three of them normals made one by one, so that a spare is left over.
  private func mixture(_ generator: Generator) -> [Float] {
    generator.normal(3) + generator.uniform(100) + generator.normal(40) + generator.permutation(9).map(Float.init)
  }

  @Test func aSavedStateResumesInMidStreamWithTheSpareNormal() throws {
    let generator = Generator(seed: 9)
    _ = mixture(generator)
    let saved = generator.state
    let expected = mixture(generator)

    #expect(mixture(Generator(state: saved)) == expected)
    let bytes = saved.bytes
    let read = try Generator.State(bytes: bytes)
    #expect(read == saved)
    #expect(mixture(Generator(state: read)) == expected)
    generator.state = saved
    #expect(mixture(generator) == expected)
    #expect(generator.initialSeed == 9)

    // The spare is part of it: the first normal is the last one's other half, and made of no new draws.
    let resumed = Generator(state: saved)
    _ = resumed.nextNormal()
    #expect(resumed.nextUInt32() == Generator(state: saved).nextUInt32())
  }

  @Test func aCopyOfAStateDoesNotMoveWithItsGenerator() {
    let generator = Generator(seed: 2)
    let saved = generator.state
    _ = generator.uniform(1000)
    #expect(saved == Generator(seed: 2).state)
    #expect(generator.state != saved)
  }

  @Test func bytesEqualThoseOfPyTorch() throws {
    struct Reference: Decodable {
      struct State: Decodable {
        let after: String
        let crc32: String
        let initialSeed: String
      }
      let states: [State]
    }
    let states = try randomFixture("random/generator_reference.json", as: Reference.self).states
    let steps: [String: (Generator) -> Void] = [
      "nothing": { _ in },
      "manual_seed(0)": { $0.seed(0) },
      "rand(1)": { _ = $0.uniform(1) },
      "rand(623)": { _ = $0.uniform(623) },
      "randn(3)": { _ = $0.normal(3) },
      "randn(20)": { _ = $0.normal(20) },
      "randn(2)": { _ = $0.normal(2) },
      "manual_seed(-3)": { $0.seed(-3) },
    ]
    let generator = Generator()
    #expect(states.count == steps.count)
    for state in states {
      let step = try #require(steps[state.after], "no test makes the step \(state.after)")
      step(generator)
      #expect(generator.state.bytes.count == Generator.State.byteCount)
      #expect(
        generator.state.bytes.withUnsafeBytes(CRC32.hexadecimal) == state.crc32, "after \(state.after)")
      #expect(String(UInt(bitPattern: generator.initialSeed)) == state.initialSeed)
    }
  }

  @Test func bytesThatAreNoStateAreRefused() throws {
    let generator = Generator(seed: 0)
    _ = generator.normal(3)
    let bytes = generator.state.bytes
    func error(_ change: (inout [UInt8]) -> Void) -> Generator.StateError? {
      var changed = bytes
      change(&changed)
      do throws(Generator.StateError) {
        _ = try Generator.State(bytes: changed)
        return nil
      } catch {
        return error
      }
    }
    #expect(error { $0.removeAll() } == .byteCount(0))
    #expect(error { $0.append(0) }?.description == "A generator state has 5056 bytes, not 5057.")
    #expect(
      error { $0[12] = 0 }?.description == "Not a generator state: the flag \"seeded\", at byte 12, cannot be 0x0.")
    #expect(error { $0[11] = 0xff } != nil, "more draws left than there are words")
    #expect(
      error {
        $0[8] = 0
        $0[9] = 0
      } != nil, "no draws left")
    #expect(error { $0[16] &+= 1 } != nil, "a position that does not fit the draws left")
    #expect(error { $0[23] = 0xff } != nil, "a position beyond the words")
    #expect(
      error { $0[24 + 8 * 623 + 4] = 1 } == .field("a word", at: 24 + 8 * 623, value: 1 << 32 + word(623, of: bytes)))
    #expect(error { $0[5040] = 2 } != nil, "a flag that is neither 0 nor 1")
    #expect(error { $0.replaceSubrange(5030..<5032, with: [0xf0, 0x7f]) } != nil, "an infinite spare")
    #expect(error { _ in } == nil)
  }

  private func word(_ index: Int, of bytes: [UInt8]) -> UInt64 {
    (0..<4).reduce(0) { $0 | UInt64(bytes[24 + 8 * index + $1]) << (8 * $1) }
  }

  @Test func changedBytesAreRefusedOrMakeAGeneratorThatWorks() {
    let bytes = Generator(seed: 0).state.bytes
    let random = Generator(seed: 1)
    var refused = 0
    for _ in 0..<2000 {
      var changed = bytes
      // Half of the changes go to the few fields that are not words of the state.
      let place = random.integer(in: 0..<2) == 0 ? random.integer(in: 8..<24) : random.integer(in: 0..<bytes.count)
      changed[place] = UInt8(truncatingIfNeeded: random.nextUInt32())
      if let state = try? Generator.State(bytes: changed) {
        #expect(Generator(state: state).uniform(700).allSatisfy { (0..<1).contains($0) })
      } else {
        refused += 1
      }
    }
    #expect(refused > 500)
  }
}

@Suite struct RandomIsolationTests {
  @Test func theDefaultSeedIsThatOfPyTorch() {
    #expect(Generator().initialSeed == 67_280_421_310_721)
  }

  @Test func aScopeHasItsOwnGenerator() {
    let outside = Generator.current
    let generator = Generator(seed: 5)
    let drawn = withGenerator(generator) {
      #expect(Generator.current === generator)
      let inner = Generator(seed: 6)
      withGenerator(inner) {
        #expect(Generator.current === inner)
        manualSeed(7)
      }
      #expect(inner.initialSeed == 7)
      #expect(Generator.current === generator)
      return Generator.current.uniform(10)
    }
    #expect(generator.initialSeed == 5, "seeding an inner scope leaves the outer one")
    #expect(drawn == Generator(seed: 5).uniform(10))
    #expect(Generator.current === outside)
  }

  @Test func anErrorLeavesTheScope() {
    struct Failure: Error {}
    let outside = Generator.current
    #expect(throws: Failure.self) { try withGenerator(Generator(seed: 1)) { throw Failure() } }
    #expect(Generator.current === outside)
  }

  @Test func parallelTasksDoNotDisturbOneAnother() async {
    let results = await withTaskGroup(of: (Int, [Float]).self) { group in
      for seed in 0..<16 {
        group.addTask {
          await withGenerator(Generator(seed: 1000)) {
            manualSeed(seed)
            var values: [Float] = []
            for _ in 0..<20 {
              values += Generator.current.normal(3)
              await Task.yield()
            }
            return (seed, values)
          }
        }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for seed in 0..<16 {
      let generator = Generator(seed: seed)
      #expect(results[seed] == (0..<20).flatMap { _ in generator.normal(3) })
    }
  }
}
