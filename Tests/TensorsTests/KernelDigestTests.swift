import Testing

@testable import Tensors

@Suite struct KernelDigestTests {
  /// The bits of every kernel on every processor. `Scripts/check-arm64.sh` finds the same digest for arm64, and
  /// for x86-64 without and with AVX2; `Scripts/check-avx512.sh` for AVX-512. It changes only with a kernel's order of operations, or with what is digested.
  @Test func everyKernelComputesTheSameBitsAsEverywhere() {
    let digest = kernelDigest()
    #expect(digest == 0x0501_639b_bfa9_8473, "\(String(digest, radix: 16))")
  }

  @Test func oneBitChangesTheDigest() {
    var first = KernelDigest()
    var second = first
    first.add(1 as Float)
    second.add((1 as Float).nextUp)
    #expect(first.value != second.value)
    // FNV-1a of four zero bytes, by its published definition.
    var zeros = KernelDigest()
    zeros.add(0 as UInt32)
    #expect(zeros.value == 0x4d25_767f_9dce_13f5)
  }
}
