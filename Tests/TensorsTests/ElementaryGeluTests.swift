import Foundation
import Testing

@testable import Tensors

/// A form of GELU, or its derivative, and what it is to agree with.
struct ElementaryActivation: Sendable, CustomTestStringConvertible {
  let name: String
  let vector: @Sendable (SIMD8<Float>) -> SIMD8<Float>
  let truth: @Sendable (Double) -> Double
  /// The largest difference allowed, for results of size 1.
  let tolerance: Double
  let digest: UInt64

  var testDescription: String { name }

  static let all: [Self] = [
    .init(name: "gelu", vector: { Elementary.gelu($0) }, truth: gelu, tolerance: 2.5e-7, digest: 0x0d1d_5f5b_c693_ab22),
    .init(
      name: "gelu derivative", vector: { Elementary.geluDerivative($0) }, truth: geluDerivative, tolerance: 2.5e-7,
      digest: 0x7352_0213_abeb_0b8b),
    .init(
      name: "gelu tanh", vector: { Elementary.geluTanh($0) }, truth: geluTanh, tolerance: 2.5e-7,
      digest: 0xee37_6149_6af0_11dc),
    .init(
      name: "gelu tanh derivative", vector: { Elementary.geluTanhDerivative($0) }, truth: geluTanhDerivative,
      tolerance: 2.5e-7, digest: 0xf762_ebe9_8bc8_00b3),
    .init(
      name: "quick gelu", vector: { Elementary.quickGelu($0) }, truth: quickGelu, tolerance: 2.5e-7,
      digest: 0x1947_3298_3674_4e11),
    .init(
      name: "quick gelu derivative", vector: { Elementary.quickGeluDerivative($0) }, truth: quickGeluDerivative,
      tolerance: 2.5e-7, digest: 0x22aa_ba33_d2bd_2ecb),
  ]

  static func cumulative(_ x: Double) -> Double { 0.5 * Foundation.erfc(-x * 0.5.squareRoot()) }

  static func gelu(_ x: Double) -> Double { x * cumulative(x) }

  static func geluDerivative(_ x: Double) -> Double {
    cumulative(x) + x * Foundation.exp(-x * x / 2) / (2 * Double.pi).squareRoot()
  }

  static func geluTanh(_ x: Double) -> Double {
    0.5 * x * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  static func geluTanhDerivative(_ x: Double) -> Double {
    let factor = (2 / Double.pi).squareRoot()
    let t = Foundation.tanh(factor * (x + 0.044715 * x * x * x))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * factor * (1 + 3 * 0.044715 * x * x)
  }

  static func logistic(_ x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }

  static func quickGelu(_ x: Double) -> Double { x * logistic(1.702 * x) }

  static func quickGeluDerivative(_ x: Double) -> Double {
    let s = logistic(1.702 * x)
    return s * (1 + 1.702 * x * (1 - s))
  }
}

/// Calls the body with every number of a fine grid on [-20, 20], eight at a time.
private func overGrid(_ body: (SIMD8<Float>) -> Void) {
  for start in stride(from: -20 * 4096, to: 20 * 4096, by: 8) {
    var x = SIMD8<Float>()
    for lane in 0..<8 { x[lane] = Float(start + lane) / 4096 * 1.0001 }
    body(x)
  }
}

@Test(arguments: ElementaryActivation.all)
func activationAgreesWithItsFormulaInFloat64(_ activation: ElementaryActivation) {
  var largest = 0.0
  var place: Float = 0
  overGrid { x in
    let y = activation.vector(x)
    for lane in 0..<8 {
      let truth = activation.truth(Double(x[lane]))
      let error = (Double(y[lane]) - truth).magnitude / max(1, truth.magnitude)
      if !(error <= largest) { (largest, place) = (error, x[lane]) }
    }
  }
  #expect(largest <= activation.tolerance, "\(activation.name): \(largest) at \(place)")
  #expect(largest > 1e-8)
}

@Test(arguments: ElementaryActivation.all)
func activationGivesTheSameBitsOnEveryMachine(_ activation: ElementaryActivation) {
  var digest: UInt64 = 0xcbf2_9ce4_8422_2325
  overGrid { x in
    let y = activation.vector(x)
    for lane in 0..<8 { digest = (digest ^ UInt64(y[lane].bitPattern)) &* 0x100_0000_01b3 }
  }
  #expect(digest == activation.digest, "\(activation.name): 0x\(String(digest, radix: 16))")
}

@Test func derivativesAgreeWithDifferencesOfTheirFunctions() {
  // In Float64, so that the difference quotient is worth eight digits.
  for x in stride(from: -6.0, through: 6.0, by: 0.01) {
    let h = 1e-5
    for (value, derivative) in [
      (ElementaryActivation.gelu, ElementaryActivation.geluDerivative),
      (ElementaryActivation.geluTanh, ElementaryActivation.geluTanhDerivative),
      (ElementaryActivation.quickGelu, ElementaryActivation.quickGeluDerivative),
    ] {
      #expect((derivative(x) - (value(x + h) - value(x - h)) / (2 * h)).magnitude < 1e-8)
    }
  }
}
