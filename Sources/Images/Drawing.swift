import Support

extension Image {
  /// Fills the part of a rectangle that lies inside the image; a color with alpha is mixed in.
  public mutating func fill(_ rectangle: Rectangle, color: Color) {
    let right = min(rectangle.x + rectangle.width, width)
    let bottom = min(rectangle.y + rectangle.height, height)
    for y in max(rectangle.y, 0)..<max(bottom, max(rectangle.y, 0)) {
      for x in max(rectangle.x, 0)..<max(right, max(rectangle.x, 0)) { blendPixel(x, y, color) }
    }
  }

  /// Draws the frame of a rectangle, inside its edge.
  public mutating func stroke(_ rectangle: Rectangle, color: Color, thickness: Int = 1) {
    let (x, y, width, height) = (rectangle.x, rectangle.y, rectangle.width, rectangle.height)
    let edge = min(thickness, (min(width, height) + 1) / 2)
    guard edge > 0 else { return }
    fill(Rectangle(x: x, y: y, width: width, height: edge), color: color)
    fill(
      Rectangle(x: x, y: max(y + height - edge, y + edge), width: width, height: min(edge, height - edge)), color: color
    )
    let inner = height - 2 * edge
    fill(Rectangle(x: x, y: y + edge, width: edge, height: inner), color: color)
    fill(
      Rectangle(x: max(x + width - edge, x + edge), y: y + edge, width: min(edge, width - edge), height: inner),
      color: color)
  }

  /// Draws a straight line between two pixels, both included (Bresenham 1965); what lies outside is cut off.
  ///
  /// - Parameter thickness: the side of the square pen, in pixels.
  public mutating func drawLine(
    from start: (x: Int, y: Int), to end: (x: Int, y: Int), color: Color, thickness: Int = 1
  ) {
    let stepX = start.x < end.x ? 1 : -1
    let stepY = start.y < end.y ? 1 : -1
    let distanceX = abs(end.x - start.x)
    let distanceY = -abs(end.y - start.y)
    var (x, y) = start
    var error = distanceX + distanceY
    let back = (thickness - 1) / 2
    while true {
      fill(Rectangle(x: x - back, y: y - back, width: thickness, height: thickness), color: color)
      if x == end.x && y == end.y { return }
      let doubled = 2 * error
      if doubled >= distanceY {
        error += distanceY
        x += stepX
      }
      if doubled <= distanceX {
        error += distanceX
        y += stepY
      }
    }
  }

  /// Fills a disc around a pixel.
  public mutating func fillCircle(x centerX: Int, y centerY: Int, radius: Int, color: Color) {
    for y in -radius...max(radius, -radius) {
      for x in -radius...max(radius, -radius)
      where x * x + y * y <= radius * radius + radius && contains(centerX + x, centerY + y) {
        blendPixel(centerX + x, centerY + y, color)
      }
    }
  }

  /// Writes one line of text in the built-in 5×7 font with its upper left corner at (x, y).
  ///
  /// - Parameter scale: pixels of the image for a pixel of the font.
  public mutating func drawText(_ text: String, x: Int, y: Int, color: Color = .black, scale: Int = 1) {
    if scale <= 0 { reportMisuse("drawText", "text is drawn at scale 1 or more, not \(scale)") }
    for (index, character) in text.enumerated() {
      let left = x + index * BitmapFont.advance * scale
      for (column, bits) in BitmapFont.columns(of: character).enumerated() {
        for row in 0..<BitmapFont.glyphHeight where bits >> row & 1 == 1 {
          fill(
            Rectangle(x: left + column * scale, y: y + row * scale, width: scale, height: scale), color: color)
        }
      }
    }
  }
}

/// Words in lines, as many on each as fit; a word that does not fit has a line of its own.
///
/// - Parameter fits: whether a text is short enough for a line.
package func lines(of words: [some StringProtocol], fits: (String) -> Bool) -> [String] {
  var lines: [String] = []
  for word in words {
    if let last = lines.last, case let longer = "\(last) \(word)", fits(longer) {
      lines[lines.count - 1] = longer
    } else {
      lines.append(String(word))
    }
  }
  return lines
}
