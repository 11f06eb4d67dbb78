import Foundation
import Testing

@testable import Tensors

/// A function of Float32 and what it is to agree with.
struct ElementaryFunction: Sendable, CustomTestStringConvertible {
  let name: String
  let vector: @Sendable (SIMD8<Float>) -> SIMD8<Float>
  let scalar: @Sendable (Float) -> Float
  let truth: @Sendable (Double) -> Double
  /// The largest error allowed, in units in the last place of the exact value: what the function documents.
  let bound: Double
  /// The digest of its results over every 8191st bit pattern.
  let digest: UInt64

  var testDescription: String { name }

  static let all: [Self] = [
    .init(
      name: "exp", vector: { Elementary.exp($0) }, scalar: { Elementary.exp($0) }, truth: { Foundation.exp($0) },
      bound: 0.9, digest: 0x2104_5da6_0d73_8529),
    .init(
      name: "sigmoid", vector: { Elementary.sigmoid($0) }, scalar: { Elementary.sigmoid($0) },
      truth: { $0 < 0 ? Foundation.exp($0) / (1 + Foundation.exp($0)) : 1 / (1 + Foundation.exp(-$0)) },
      bound: 1.5, digest: 0x29b6_fd63_c594_eb3f),
    .init(
      name: "tanh", vector: { Elementary.tanh($0) }, scalar: { Elementary.tanh($0) }, truth: { Foundation.tanh($0) },
      bound: 1.4, digest: 0xac5c_d458_8c69_fdb8),
    .init(
      name: "erf", vector: { Elementary.erf($0) }, scalar: { Elementary.erf($0) }, truth: { Foundation.erf($0) },
      bound: 1.1, digest: 0x5672_4695_2aad_59c0),
    .init(
      name: "log", vector: { Elementary.log($0) }, scalar: { Elementary.log($0) }, truth: { Foundation.log($0) },
      bound: 1, digest: 0xcc32_61d7_848b_ebcc),
    .init(
      name: "log1p", vector: { Elementary.log1p($0) }, scalar: { Elementary.log1p($0) },
      truth: { Foundation.log1p($0) }, bound: 1.6, digest: 0xad8b_9f43_da5c_e5e9),
    .init(
      name: "sin", vector: { Elementary.sin($0) }, scalar: { Elementary.sin($0) }, truth: { Foundation.sin($0) },
      bound: 1.6, digest: 0xf5db_1a62_1f14_8ecd),
    .init(
      name: "cos", vector: { Elementary.cos($0) }, scalar: { Elementary.cos($0) }, truth: { Foundation.cos($0) },
      bound: 1.6, digest: 0x2e90_6311_44cb_2b42),
    power(of: 2.5, digest: 0xe6f2_0f39_b66b_4343),
    power(of: -3, digest: 0x32b2_a6ec_362a_d8ff),
    power(of: 0.001, digest: 0x8840_f2a0_6d81_bf3f),
    base(0.9, digest: 0x2d63_e774_e282_120b),
    base(Float(bitPattern: 0x1_0000), digest: 0x1a49_9e72_9771_ebd8),
  ]

  static func power(of exponent: Float, digest: UInt64) -> Self {
    .init(
      name: "pow(x, \(exponent))", vector: { Elementary.pow($0, exponent) }, scalar: { Elementary.pow($0, exponent) },
      truth: { Foundation.pow($0, Double(exponent)) }, bound: 0.51, digest: digest)
  }

  static func base(_ base: Float, digest: UInt64) -> Self {
    .init(
      name: "pow(\(base), x)", vector: { Elementary.pow(SIMD8(repeating: base), $0) },
      scalar: { Elementary.pow(base, $0) }, truth: { Foundation.pow(Double(base), $0) }, bound: 0.51, digest: digest)
  }
}

/// Eight floats whose bit patterns are `stride` apart.
private func lanes(from pattern: UInt64, stride: UInt64) -> SIMD8<Float> {
  var result = SIMD8<Float>()
  for lane in 0..<8 {
    result[lane] = Float(bitPattern: UInt32(truncatingIfNeeded: pattern &+ UInt64(lane) * stride))
  }
  return result
}

private struct LargestError {
  var ulps = 0.0
  var place = "nowhere"

  /// Compares a result to the exact value; a wrong infinity or NaN counts as an infinite error.
  mutating func note(_ got: Float, _ truth: Double, at x: Float) {
    let error = Self.ulps(got, truth)
    if error > ulps {
      ulps = error
      place = "\(x) (0x\(String(x.bitPattern, radix: 16))): \(got), exactly \(truth)"
    }
  }

  static func ulps(_ got: Float, _ truth: Double) -> Double {
    if truth.isNaN { return got.bitPattern == 0x7fc0_0000 ? 0 : .infinity }
    // The largest float and half its ulp: from there on the result rounds to infinity.
    let limit = 0x1.ffffffp+127
    if got.isNaN || (got.isInfinite && truth.magnitude < limit * 0.9999999) { return .infinity }
    if truth.magnitude >= limit { return got == Float(truth) ? 0 : .infinity }
    if got.isInfinite { return 1 }
    if got == 0, truth == 0 { return got.sign == truth.sign ? 0 : .infinity }
    let exponent = truth.magnitude < 0x1p-126 ? -149 : truth.exponent - 23
    return (Double(got) - truth).magnitude / Double(sign: .plus, exponent: exponent, significand: 1)
  }
}

/// Fowler–Noll–Vo, 64 bits.
private struct Digest {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bits: UInt32) {
    value = (value ^ UInt64(bits)) &* 0x100_0000_01b3
  }
}

@Test(arguments: ElementaryFunction.all)
func elementaryFunctionStaysWithinItsStatedErrorOverAllFloats(_ function: ElementaryFunction) {
  var largest = LargestError()
  let stride: UInt64 = 997
  var pattern: UInt64 = 0
  while pattern < 1 << 32 {
    let x = lanes(from: pattern, stride: stride)
    let y = function.vector(x)
    for lane in 0..<8 {
      largest.note(y[lane], function.truth(Double(x[lane])), at: x[lane])
    }
    pattern += 8 * stride
  }
  #expect(largest.ulps <= function.bound, "\(function.name): \(largest.ulps) ulp at \(largest.place)")
  #expect(largest.ulps > 0.4, "\(function.name) was hardly exercised")
}

@Test(arguments: ElementaryFunction.all)
func elementaryFunctionGivesTheSameBitsOnEveryMachine(_ function: ElementaryFunction) {
  var digest = Digest()
  var pattern: UInt64 = 0
  while pattern < 1 << 32 {
    let y = function.vector(lanes(from: pattern, stride: 8191))
    for lane in 0..<8 { digest.add(y[lane].bitPattern) }
    pattern += 8 * 8191
  }
  #expect(digest.value == function.digest, "\(function.name): 0x\(String(digest.value, radix: 16))")
}

@Test(arguments: ElementaryFunction.all)
func scalarElementaryFunctionGivesTheBitsOfALane(_ function: ElementaryFunction) {
  var pattern: UInt64 = 0
  while pattern < 1 << 32 {
    let x = lanes(from: pattern, stride: 65_521 * 31)
    let y = function.vector(x)
    for lane in 0..<8 where function.scalar(x[lane]).bitPattern != y[lane].bitPattern {
      Issue.record("\(function.name)(\(x[lane])): \(function.scalar(x[lane])), in a vector \(y[lane])")
    }
    pattern += 8 * 65_521 * 31
  }
}

private func expectSameBits(_ got: Float, _ expected: Float, _ call: String) {
  // A NaN is always the same NaN.
  let bits = expected.isNaN ? 0x7fc0_0000 : expected.bitPattern
  #expect(got.bitPattern == bits, "\(call) is \(got), expected \(expected)")
}

@Test func elementaryFunctionsOfLimitsAreAsTheStandardSays() {
  typealias Case = (name: String, function: (Float) -> Float, values: [(Float, Float)])
  let inf = Float.infinity
  let tiny = Float.leastNonzeroMagnitude
  let payload = Float(bitPattern: 0xffc1_2345)
  let signaling = Float(bitPattern: 0x7f80_0001)
  let cases: [Case] = [
    ("exp", Elementary.exp, [(0, 1), (-0.0, 1), (-inf, 0), (inf, inf), (89, inf), (-104, 0), (tiny, 1)]),
    ("sigmoid", Elementary.sigmoid, [(0, 0.5), (-0.0, 0.5), (-inf, 0), (inf, 1), (-104, 0), (104, 1)]),
    ("tanh", Elementary.tanh, [(0, 0), (-0.0, -0.0), (-inf, -1), (inf, 1), (tiny, tiny), (-20, -1)]),
    ("erf", Elementary.erf, [(0, 0), (-0.0, -0.0), (-inf, -1), (inf, 1), (-tiny, -tiny), (5, 1)]),
    ("log", Elementary.log, [(1, 0), (0, -inf), (-0.0, -inf), (inf, inf), (-1, .nan), (-inf, .nan), (-tiny, .nan)]),
    (
      "log1p", Elementary.log1p, [(0, 0), (-0.0, -0.0), (-1, -inf), (inf, inf), (-2, .nan), (-inf, .nan), (tiny, tiny)]
    ),
    ("sin", Elementary.sin, [(0, 0), (-0.0, -0.0), (inf, .nan), (-inf, .nan), (tiny, tiny)]),
    ("cos", Elementary.cos, [(0, 1), (-0.0, 1), (inf, .nan), (-inf, .nan)]),
    ("gelu", { Elementary.gelu(SIMD8(repeating: $0))[0] }, [(0, 0), (-0.0, -0.0), (inf, inf), (-inf, -0.0)]),
    ("gelu'", { Elementary.geluDerivative(SIMD8(repeating: $0))[0] }, [(0, 0.5), (inf, 1), (-inf, 0)]),
    ("geluTanh", { Elementary.geluTanh(SIMD8(repeating: $0))[0] }, [(0, 0), (-0.0, -0.0), (inf, inf), (-inf, -0.0)]),
    ("geluTanh'", { Elementary.geluTanhDerivative(SIMD8(repeating: $0))[0] }, [(0, 0.5), (inf, 1), (-inf, 0)]),
    ("quickGelu", { Elementary.quickGelu(SIMD8(repeating: $0))[0] }, [(0, 0), (-0.0, -0.0), (inf, inf), (-inf, -0.0)]),
    ("quickGelu'", { Elementary.quickGeluDerivative(SIMD8(repeating: $0))[0] }, [(0, 0.5), (inf, 1)]),
  ]
  for (name, function, values) in cases {
    for (x, expected) in values + [(.nan, .nan), (-.nan, .nan), (payload, .nan), (signaling, .nan)] {
      expectSameBits(function(x), expected, "\(name)(\(x))")
    }
  }
}

@Test func powersOfLimitsAreAsTheStandardSays() {
  let limits: [Float] = [
    0, -0.0, 1, -1, .infinity, -.infinity, .nan, 2, -2, 3, -3, 0.5, -0.5, 8_388_607, -8_388_609, 16_777_215, 16_777_216,
    8_388_607.5, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
  ]
  for x in limits {
    for y in limits {
      let truth = Foundation.pow(Double(x), Double(y))
      let single = Elementary.pow(x, y)
      #expect(LargestError.ulps(single, truth) <= 0.51, "pow(\(x), \(y)) is \(single), expected \(truth)")
      let double = ElementaryDouble.pow(Double(x), Double(y))
      let isSame = truth.isNaN ? double.isNaN : double.sign == truth.sign && (double - truth).magnitude <= truth.ulp
      #expect(isSame || double == truth, "pow(\(x), \(y)) is \(double), expected \(truth)")
    }
  }
}

@Test func oneHugeLaneLeavesTheOthersAlone() {
  let angles: [Float] = [0.5, -3, 100, 1e4, -1e5, 1e6, 1e38, -.infinity]
  let mixed = SIMD8<Float>(angles)
  for (lane, angle) in angles.enumerated() {
    #expect(Elementary.sin(mixed)[lane].bitPattern == Elementary.sin(angle).bitPattern)
    #expect(Elementary.cos(mixed)[lane].bitPattern == Elementary.cos(angle).bitPattern)
  }
}
