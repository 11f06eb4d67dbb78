/// A number of bytes as people say it, in powers of 1000: `605.2 MB`.
struct ByteCount: CustomStringConvertible {
  let count: Int

  init(_ count: Int) { self.count = count }

  private static let units = ["bytes", "kB", "MB", "GB", "TB", "PB"]

  var description: String {
    guard count >= 1000 else { return "\(count) \(count == 1 ? "byte" : "bytes")" }
    var (tenths, unit) = ((count + 50) / 100, 1)  // of kB
    while tenths >= 10_000, unit + 1 < Self.units.count { (tenths, unit) = ((tenths + 500) / 1000, unit + 1) }
    return "\(tenths / 10).\(tenths % 10) \(Self.units[unit])"
  }
}
