/// Lays the numbers of a tensor out in nested brackets, as Python prints them.
enum TensorLayout {
  /// The most numbers that are printed; for more, show a slice.
  static let limit = 1000

  /// Lines for a tensor: one for each innermost row, its numbers aligned, an empty one between matrices.
  ///
  /// - Parameters:
  ///   - scalars: the numbers in row-major order.
  ///   - shape: their arrangement; no dimension for a single number.
  static func lines(_ scalars: [Float], shape: [Int], decimals: Int) -> [String] {
    let texts = scalars.map { Format.fixed($0, decimals: decimals) }
    let width = shape.count < 2 ? 0 : texts.map(\.count).max() ?? 0
    let aligned = texts.map { DisplayWidth.padding(of: $0, to: width) + $0 }
    guard !shape.isEmpty else { return aligned }
    return lines(aligned[...], shape: shape[...], depth: 0)
  }

  private static func lines(_ texts: ArraySlice<String>, shape: ArraySlice<Int>, depth: Int) -> [String] {
    guard let count = shape.first else { return Array(texts) }
    let inner = shape.dropFirst()
    if inner.isEmpty || texts.isEmpty { return ["[" + texts.joined(separator: ", ") + "]"] }

    let size = texts.count / count
    var lines: [String] = []
    for index in 0..<count {
      let start = texts.startIndex + index * size
      var part = Self.lines(texts[start..<start + size], shape: inner, depth: depth + 1)
      for line in part.indices where !part[line].isEmpty { part[line] = " " + part[line] }
      if index > 0, inner.count > 1 { part.insert("", at: 0) }
      if index < count - 1 { part[part.count - 1] += "," }
      lines += part
    }
    lines[0] = "[" + lines[0].dropFirst()
    lines[lines.count - 1] += "]"
    return lines
  }
}
