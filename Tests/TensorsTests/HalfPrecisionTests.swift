import Testing

@testable import Tensors

@Suite struct HalfPrecisionTests {
  @Test func everyHalfHasTheValueThatTheStandardSays() {
    for bits in UInt16.min...UInt16.max {
      let widened = widenFloat16(bits)
      #expect(isSame([widened], [KernelGemmTests.float16(bits: bits)]), "\(bits)")
    }
  }

  /// As the conversion instructions of x86-64 and arm64 do it.
  @Test func aNaNOfHalfSizeBecomesQuietAndKeepsSignAndPayload() {
    for bits in UInt16.min...UInt16.max where bits & 0x7fff > 0x7c00 {
      let expected = UInt32(bits & 0x8000) << 16 | 0x7fc0_0000 | UInt32(bits & 0x3ff) << 13
      #expect(widenFloat16(bits).bitPattern == expected, "\(bits)")
      #expect(widen(bits, .float16).bitPattern == expected, "\(bits)")
    }
  }

  /// By instructions where the processor has them, and by integers as the others do it.
  @Test func eightHalvesAtOnceHaveTheBitsOfEachAlone() {
    for first in stride(from: 0, through: 0xfff8, by: 8) {
      var bits = SIMD8<UInt16>()
      for lane in 0..<8 { bits[lane] = UInt16(first + lane) }
      let (widened, byIntegers) = (Float16Format.widen(bits), Float16Format.widenByIntegers(bits))
      let asBFloats = BFloat16Format.widen(bits)
      for lane in 0..<8 {
        let expected = widenFloat16(bits[lane]).bitPattern
        #expect(widened[lane].bitPattern == expected && byIntegers[lane].bitPattern == expected, "\(bits[lane])")
        #expect(asBFloats[lane].bitPattern == UInt32(bits[lane]) << 16)
      }
    }
  }

  @Test func aBFloat16IsTheUpperHalfOfAFloat() {
    for bits in UInt16.min...UInt16.max {
      #expect(widen(bits, .bfloat16).bitPattern == UInt32(bits) << 16)
    }
  }
}
