import Foundation
import Testing

@testable import Tensors

/// A function of Float64, its cases and the largest error that it documents, in ulp.
struct ElementaryDoubleFunction: Sendable, CustomTestStringConvertible {
  let name: String
  let function: @Sendable (Double, Double) -> Double
  let cases: [ElementaryDoubleCase]
  let bound: Double
  /// The bound where the result is subnormal.
  let subnormalBound: Double
  let digest: UInt64

  var testDescription: String { name }

  static let all: [Self] = [
    .init(
      "exp", { x, _ in ElementaryDouble.exp(x) }, ElementaryDoubleCase.exp, 0.6, 0.8, digest: 0xa51e_ae9e_2d45_ac61),
    .init("log", { x, _ in ElementaryDouble.log(x) }, ElementaryDoubleCase.log, 0.51, digest: 0x9488_5c54_ca4a_fb65),
    .init(
      "log1p", { x, _ in ElementaryDouble.log1p(x) }, ElementaryDoubleCase.log1p, 0.51, digest: 0xb4b1_dc5a_5735_dfff),
    .init("tanh", { x, _ in ElementaryDouble.tanh(x) }, ElementaryDoubleCase.tanh, 1, digest: 0x48b4_4fbf_0de0_0441),
    .init("sin", { x, _ in ElementaryDouble.sin(x) }, ElementaryDoubleCase.sin, 0.8, digest: 0xf5f7_abe5_414b_d08e),
    .init("cos", { x, _ in ElementaryDouble.cos(x) }, ElementaryDoubleCase.cos, 0.8, digest: 0x567a_4a5d_3951_f7ec),
    .init(
      "pow", { x, y in ElementaryDouble.pow(x, y) }, ElementaryDoubleCase.pow, 0.6, 0.8, digest: 0x1a6e_ff8f_11f4_9a80),
  ]

  init(
    _ name: String, _ function: @escaping @Sendable (Double, Double) -> Double, _ cases: [ElementaryDoubleCase],
    _ bound: Double, _ subnormalBound: Double? = nil, digest: UInt64
  ) {
    self.name = name
    self.function = function
    self.cases = cases
    self.bound = bound
    self.subnormalBound = subnormalBound ?? bound
    self.digest = digest
  }
}

@Test(arguments: ElementaryDoubleFunction.all)
func doubleFunctionStaysWithinItsStatedError(_ function: ElementaryDoubleFunction) {
  #expect(function.cases.count > 30)
  for item in function.cases {
    let got = function.function(item.x, item.y)
    let error = ((got - item.high) - item.low).magnitude / item.high.ulp
    // A result to 106 bits has no room among the subnormals: the exact value is known to half an ulp only.
    let bound = item.high.isSubnormal ? function.subnormalBound + 0.5 : function.bound
    #expect(error <= bound, "\(function.name)(\(item.x), \(item.y)) is \(got), expected \(item.high): \(error) ulp")
  }
}

@Test(arguments: ElementaryDoubleFunction.all)
func doubleFunctionGivesTheSameBitsOnEveryMachine(_ function: ElementaryDoubleFunction) {
  var digest: UInt64 = 0xcbf2_9ce4_8422_2325
  var pattern: UInt64 = 0x0123_4567_89ab_cdef
  for _ in 0..<20_000 {
    // A linear congruence: bit patterns of all sizes, and numbers of moderate size.
    pattern = pattern &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let any = Double(bitPattern: pattern)
    let moderate = Double(Int64(bitPattern: pattern)) * 0x1p-58
    for x in [any, moderate] {
      let result = function.function(x, moderate * 3)
      digest = (digest ^ result.bitPattern) &* 0x100_0000_01b3
    }
  }
  #expect(digest == function.digest, "\(function.name): 0x\(String(digest, radix: 16))")
}

@Test func doubleFunctionsOfLimitsAreAsTheStandardSays() {
  let inf = Double.infinity
  let tiny = Double.leastNonzeroMagnitude
  let cases: [(String, (Double) -> Double, [(Double, Double)])] = [
    ("exp", ElementaryDouble.exp, [(0, 1), (-0.0, 1), (inf, inf), (-inf, 0), (709.79, inf), (-745.2, 0)]),
    ("log", ElementaryDouble.log, [(1, 0), (0, -inf), (-0.0, -inf), (inf, inf), (-1, .nan), (-inf, .nan)]),
    ("log1p", ElementaryDouble.log1p, [(0, 0), (-0.0, -0.0), (-1, -inf), (inf, inf), (-2, .nan), (-tiny, -tiny)]),
    ("tanh", ElementaryDouble.tanh, [(0, 0), (-0.0, -0.0), (inf, 1), (-inf, -1), (tiny, tiny)]),
    ("sin", ElementaryDouble.sin, [(0, 0), (-0.0, -0.0), (inf, .nan), (-inf, .nan), (-tiny, -tiny)]),
    ("cos", ElementaryDouble.cos, [(0, 1), (-0.0, 1), (inf, .nan), (-inf, .nan)]),
  ]
  for (name, function, values) in cases {
    for (x, expected) in values + [(.nan, .nan), (-.nan, .nan)] {
      let bits = expected.isNaN ? Double.nan.bitPattern : expected.bitPattern
      #expect(function(x).bitPattern == bits, "\(name)(\(x)) is \(function(x)), expected \(expected)")
    }
  }
}
