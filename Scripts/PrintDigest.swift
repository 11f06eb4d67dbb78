// Prints the digest of the kernels it was compiled with. Embedded Swift has no system's libraries, only C's putchar.

@_extern(c, "putchar")
func putchar(_ character: CInt) -> CInt

@main
struct Main {
  static func main() {
    let digest = kernelDigest()
    for shift in stride(from: 60, through: 0, by: -4) {
      let digit = CInt(truncatingIfNeeded: digest >> UInt64(shift) & 15)
      _ = putchar(digit < 10 ? 48 + digit : 87 + digit)
    }
    _ = putchar(10)
  }
}
