import Testing

@testable import Hub

@Suite struct ProgressTests {
  @Test func lineOfProgress() {
    func text(_ count: Int, _ total: Int?, _ rate: Double?) -> String {
      DownloadProgress(file: "model.safetensors", byteCount: count, totalByteCount: total, rate: rate).text
    }
    #expect(
      text(224_100_000, 605_200_000, 11_200_000)
        == "model.safetensors  [###-------]   37%  224.1 of 605.2 MB  11.2 MB/s  0:34 left")
    #expect(
      text(605_200_000, 605_200_000, 9) == "model.safetensors  [##########]  100%  605.2 of 605.2 MB")
    #expect(text(1000, 605_200_000, nil) == "model.safetensors  [----------]    0%  1.0 kB of 605.2 MB")
    #expect(text(0, 0, nil) == "model.safetensors  0 bytes")
    #expect(text(1500, nil, 3) == "model.safetensors  1.5 kB  3 bytes/s")
    #expect(text(1, 4_000_000_000, 1_000_000).hasSuffix("  1:06:40 left"))
    #expect(text(1, Int(1) << 53, 1).hasSuffix("  99:59:59 left"))
  }

  @Test func numbersOfBytes() {
    let cases = [
      0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB",
      605_247_071: "605.2 MB", 7_500_000_000: "7.5 GB",
    ]
    for (count, text) in cases { #expect(ByteCount(count).description == text) }
  }

  @Test func rateOfTheLastSeconds() {
    var meter = RateMeter()
    let isFirstReported = meter.count(1000, at: 10)
    #expect(isFirstReported && meter.rate == nil)
    let isReportedSoon = meter.count(1000, at: 10.05)
    #expect(!isReportedSoon)
    let isReportedLater = meter.count(1000, at: 11)
    #expect(isReportedLater && meter.rate == 3000)
    // What is long ago no longer counts.
    for second in 12...30 { _ = meter.count(500, at: Double(second)) }
    #expect(meter.rate == 500)
  }
}
