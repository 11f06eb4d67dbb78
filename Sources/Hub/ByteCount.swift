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

  /// As a part of a whole, with the unit said once if it is the same: `224.1 of 605.2 MB`.
  func of(_ total: Int) -> String {
    let (part, whole) = (description.split(separator: " "), ByteCount(total).description.split(separator: " "))
    return part.last == whole.last ? "\(part[0]) of \(ByteCount(total))" : "\(self) of \(ByteCount(total))"
  }
}
