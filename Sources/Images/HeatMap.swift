import Support

extension Image {
  /// A matrix of numbers as a picture, one square for each.
  ///
  /// - Parameters:
  ///   - values: `rows × columns` numbers, row by row.
  ///   - range: the numbers of the color map's ends; the smallest and largest finite value if nil.
  ///   - cell: the side of a square, in pixels.
  public static func heatMap(
    _ values: [Float], columns: Int, rows: Int, colormap: Colormap = .viridis, range: ClosedRange<Float>? = nil,
    cell: Int = 8
  ) -> Image {
    check("heatMap", values, columns, rows)
    let scaled = normalized(values, to: range)
    var result = Image(width: columns, height: rows, format: .rgb)
    for y in 0..<rows {
      for x in 0..<columns { result[x, y] = colormap.color(at: scaled[y * columns + x]) }
    }
    return cell == 1 ? result : result.enlarged(by: cell)
  }

  /// This image under a heat map that is stretched over it, as for attention over the patches of a photo.
  ///
  /// - Parameters:
  ///   - values: `rows × columns` numbers, row by row; cells are stretched bilinearly between their centers.
  ///   - range: the numbers of the color map's ends; the smallest and largest finite value if nil.
  ///   - opacity: of the heat map, 0 to 255.
  public func overlaid(
    withHeatMap values: [Float], columns: Int, rows: Int, colormap: Colormap = .viridis,
    range: ClosedRange<Float>? = nil, opacity: UInt8 = 140
  ) -> Image {
    Self.check("overlaid", values, columns, rows)
    let scaled = Self.normalized(values, to: range)
    let across = Self.samplePoints(width, over: columns)
    let down = Self.samplePoints(height, over: rows)
    var result = converted(to: .rgb)
    for (y, vertical) in down.enumerated() {
      for (x, horizontal) in across.enumerated() {
        func mixed(_ row: Int) -> Float {
          let left = scaled[row * columns + horizontal.first]
          return left + (scaled[row * columns + horizontal.second] - left) * horizontal.weight
        }
        let top = mixed(vertical.first)
        let value = top + (mixed(vertical.second) - top) * vertical.weight
        result.blendPixel(x, y, colormap.color(at: value).withAlpha(opacity))
      }
    }
    return result
  }

  private static func check(_ operation: String, _ values: [Float], _ columns: Int, _ rows: Int) {
    if columns <= 0 || rows <= 0 || values.count / columns != rows || values.count % columns != 0 {
      reportMisuse(operation, "\(rows)×\(columns) cells need as many numbers, at least one, not \(values.count)")
    }
  }

  /// For each of `count` pixels over `cells` cells: the two cells whose centers are nearest and the second's weight.
  private static func samplePoints(_ count: Int, over cells: Int) -> [(first: Int, second: Int, weight: Float)] {
    (0..<count).map { pixel in
      let center = (Float(pixel) + 0.5) * Float(cells) / Float(count) - 0.5
      let position = min(max(center, 0), Float(cells - 1))
      let first = Int(position)
      return (first, min(first + 1, cells - 1), position - Float(first))
    }
  }

  private static func normalized(_ values: [Float], to range: ClosedRange<Float>?) -> [Float] {
    let finite = values.filter(\.isFinite)
    let low = range?.lowerBound ?? finite.min() ?? 0
    let high = range?.upperBound ?? finite.max() ?? 1
    return values.map { high > low ? ($0 - low) / (high - low) : 0.5 }
  }
}
