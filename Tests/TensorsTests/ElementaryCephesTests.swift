import Testing

@testable import Tensors

/// The digest that `measure_elementary.py` prints: bits times odd numbers, over every uniform k 2^-24 in order.
private func digest(_ function: (SIMD8<Float>) -> SIMD8<Float>) -> UInt64 {
  var sum: UInt64 = 0
  var weight: UInt64 = 1
  for first in stride(from: UInt32(0), to: 1 << 24, by: 8) {
    let uniform = SIMD8<Float>(SIMD8<UInt32>(repeating: first) &+ SIMD8(0, 1, 2, 3, 4, 5, 6, 7)) * 0x1p-24
    let result = function(uniform)
    for lane in 0..<8 {
      sum &+= UInt64(result[lane].bitPattern) &* weight
      weight &+= 2
    }
  }
  return sum
}

@Test func cephesLogarithmHasTheBitsOfPyTorchForEveryUniformNumber() {
  #expect(digest { Cephes.log(1 - $0) } == 0x12cc_32cd_2d7f_b72e)
}

@Test func cephesSineAndCosineHaveTheBitsOfPyTorchForEveryUniformNumber() {
  let twoPi = Float(bitPattern: 0x40c9_0fdb)
  #expect(digest { Cephes.sin(twoPi * $0) } == 0xb57f_5329_976d_ed6a)
  #expect(digest { Cephes.cos(twoPi * $0) } == 0xb57b_a1a2_e903_2113)
}
