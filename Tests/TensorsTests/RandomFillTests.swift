import Tensors
import TestSupport
import Testing

/// What PyTorch gave beyond rng_vectors.json (generator_reference.json), and how the fills behave.
@Suite struct RandomFillTests {
  struct Reference: Decodable {
    struct Integers: Decodable {
      let call: String
      let values: [String]
      let nextRandBits: String
    }
    struct Floats: Decodable {
      let call: String
      let count: Int
      let crc32: String
      let nextRandBits: String
    }
    let integers: [Integers]
    let floats: [Floats]
    let spareAcrossCalls: [String]
  }

  let reference: Reference

  init() throws {
    reference = try randomFixture("random/generator_reference.json", as: Reference.self)
  }

  @Test func integersEqualPyTorchs() throws {
    let calls: [String: (Generator) -> [Int]] = [
      "randint(0, 2**28 - 1, (6,))": { $0.integers(in: 0..<(1 << 28) - 1, count: 6) },
      "randint(0, 2**28, (6,))": { $0.integers(in: 0..<1 << 28, count: 6) },
      "randint(-5, 7, (20,))": { $0.integers(in: -5..<7, count: 20) },
      "randint(-2**63, 2**63 - 1, (6,))": { $0.integers(in: Int.min..<Int.max, count: 6) },
      "randperm(1)": { $0.permutation(1) },
      "randperm(700)": { $0.permutation(700) },
    ]
    for expected in reference.integers {
      let call = try #require(calls[expected.call], "no test makes the call \(expected.call)")
      let generator = Generator(seed: 0)
      #expect(call(generator).map(String.init) == expected.values, "\(expected.call)")
      #expect(bits(generator.uniform(1)) == [expected.nextRandBits], "draws of \(expected.call)")
    }
  }

  @Test func floatsEqualPyTorchs() throws {
    typealias Fill = (Generator, UnsafeMutableBufferPointer<Float>) -> Void
    let calls: [String: Fill] = [
      "empty(5000).uniform_(-1, 3)": { $0.fillUniform($1, in: -1..<3) },
      "empty(200000).uniform_(1, 1.0000002)": { $0.fillUniform($1, in: 1..<1.0000002) },
      "empty(15).normal_(0.5, 2)": { $0.fillNormal($1, mean: 0.5, std: 2) },
      "empty(5003).normal_(0.5, 2)": { $0.fillNormal($1, mean: 0.5, std: 2) },
      "empty(5000).bernoulli_(0.3)": { $0.fillBernoulli($1, probability: 0.3) },
      "empty(50).bernoulli_(1)": { $0.fillBernoulli($1, probability: 1) },
      "empty(50).bernoulli_(0)": { $0.fillBernoulli($1, probability: 0) },
      "bernoulli(arange(5001) / 5000)": { generator, elements in
        (0...5000).map { Float($0) / 5000 }.withUnsafeBufferPointer {
          generator.fillBernoulli(elements, probabilities: $0)
        }
      },
      "dropout(ones(5000), 0.1)": { $0.fillDropoutMask($1, probability: 0.1) },
      "dropout(ones(5000), 0.7)": { $0.fillDropoutMask($1, probability: 0.7) },
      "dropout(ones(50), 0)": { $0.fillDropoutMask($1, probability: 0) },
      "dropout(ones(50), 1)": { $0.fillDropoutMask($1, probability: 1) },
    ]
    for expected in reference.floats {
      let fill = try #require(calls[expected.call], "no test makes the call \(expected.call)")
      let generator = Generator(seed: 0)
      #expect(crc32(generator.floats(expected.count, fill)) == expected.crc32, "\(expected.call)")
      #expect(bits(generator.uniform(1)) == [expected.nextRandBits], "draws of \(expected.call)")
    }
  }

  @Test func theSpareNormalWaitsThroughABlockOfNormals() {
    let generator = Generator(seed: 0)
    let values = generator.normal(3) + generator.normal(20) + generator.normal(2)
    #expect(bits(values) == reference.spareAcrossCalls)
  }

  @Test func seedingForgetsTheSpareNormal() {
    let generator = Generator(seed: 0)
    let first = generator.nextNormal()
    generator.seed(0)
    #expect(generator.nextNormal() == first)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 227, 623, 624, 625, 1024, 5000])
  func aFillOfDrawsEqualsSingleDraws(count: Int) {
    // From the start, from within a block, and from the end of one.
    for skipped in [0, 1, 620, 624] {
      var single = MersenneTwister(seed: 5489)
      for _ in 0..<skipped { _ = single.next() }
      var bulk = single
      var draws = [UInt32](repeating: 0, count: count)
      draws.withUnsafeMutableBufferPointer { bulk.fill($0) }
      #expect(draws == (0..<count).map { _ in single.next() })
      #expect(bulk == single)
    }
  }

  @Test func fillsDoNotDependOnAlignmentOrOnHowTheyAreDivided() {
    let whole = Generator(seed: 3).uniform(4099, in: -2..<5)
    let divided = Generator(seed: 3)
    #expect(
      divided.uniform(1, in: -2..<5) + divided.uniform(13, in: -2..<5) + divided.uniform(4085, in: -2..<5) == whole)

    let aligned = Generator(seed: 3).normal(2050)
    let shifted = Generator(seed: 3).floats(2053) { generator, elements in
      elements.update(repeating: 7)
      generator.fillNormal(UnsafeMutableBufferPointer(rebasing: elements[1..<2051]))
    }
    #expect(Array(shifted[1..<2051]) == aligned)
    #expect([shifted[0], shifted[2051], shifted[2052]] == [7, 7, 7], "a fill keeps within its buffer")
  }

  @Test func uniformNumbersStayBelowTheUpperBound() {
    // Between these two bounds there is no other Float, so that rounding brings half of the values to the upper one.
    let lower: Float = 1
    let values = Generator(seed: 0).uniform(10_000, in: 1..<Double(lower.nextUp))
    #expect(values.allSatisfy { $0 == lower })
  }

  @Test func emptyFillsDrawNothing() {
    let generator = Generator(seed: 1)
    let state = generator.state
    #expect(generator.uniform(0).isEmpty && generator.normal(0).isEmpty && generator.permutation(0).isEmpty)
    #expect(generator.floats(0) { $0.fillDropoutMask($1, probability: 0.5) }.isEmpty)
    #expect(generator.integers(in: 0..<5, count: 0).isEmpty)
    #expect(generator.state == state)
  }

  @Test func aSampleIsTheFrontOfAPermutation() {
    for count in [0, 1, 5, 99, 100] {
      #expect(Generator(seed: 4).sample(count, of: 100) == Array(Generator(seed: 4).permutation(100).prefix(count)))
    }
    #expect(Generator(seed: 4).permutation(100).sorted() == Array(0..<100))
  }
}
