import Images
import Support
import Tensors

extension Scene {
  /// The sides that a picture may have, in pixels.
  public static let sides = 32...64

  /// The scene as a square RGB picture on white.
  ///
  /// Whole numbers only: the share of a pixel that a thing covers is counted on 4 × 4 points inside of it, so that
  /// the bytes are the same on every machine.
  ///
  /// - Parameter side: pixels of a side, 32 to 64.
  public func image(side: Int = 32) -> Image {
    Image(width: side, height: side, format: .rgb, pixels: pixels(side: side))
  }

  /// Scenes as a model's input `[N, 3, side, side]`, each sample from -1 to 1: (sample / 255 - 0.5) / 0.5.
  ///
  /// The numbers are those of an image processor with mean and deviation 0.5 and no resizing.
  ///
  /// - Parameters:
  ///   - scenes: at least one.
  ///   - side: pixels of a side, 32 to 64.
  public static func tensor(_ scenes: some Collection<Scene>, side: Int = 32) -> Tensor {
    if scenes.isEmpty { reportMisuse("Scene.tensor", "a batch has at least one scene") }
    requireSide(side)
    let plane = side * side
    let levels = sampleLevels  // once, not for each sample: a global is looked up with a check
    var values = [Float](repeating: 0, count: scenes.count * 3 * plane)
    for (index, scene) in scenes.enumerated() {
      let pixels = scene.pixels(side: side)
      for channel in 0..<3 {
        let start = (index * 3 + channel) * plane
        for place in 0..<plane { values[start + place] = levels[Int(pixels[place * 3 + channel])] }
      }
    }
    return Tensor(values, shape: [scenes.count, 3, side, side])
  }

  /// Refuses pictures that are too small to show a scene, and larger ones than are needed.
  static func requireSide(_ side: Int) {
    if !sides.contains(side) { reportMisuse("Scene", "a picture has 32 to 64 pixels a side, not \(side)") }
  }

  private func pixels(side: Int) -> [UInt8] {
    Self.requireSide(side)
    var pixels = [UInt8](repeating: 255, count: side * side * 3)
    for object in objects { object.paint(on: &pixels, side: side) }
    return pixels
  }
}

/// How much of each pixel a thing covers, in the box of pixels around it.
package struct SceneCoverage: Sendable {
  /// The box's left column, top row and size, in pixels.
  package let left, top, width, height: Int
  /// The covered share of each pixel in sixteenths, row by row.
  package let sixteenths: [Int]
}

extension SceneObject {
  /// The pixels that the thing covers in a picture. Lengths are counted in 1/(8 · side) of a unit, so that every point
  /// and edge is a whole number.
  package func coverage(side: Int) -> SceneCoverage {
    let scale = 8 * side
    let radius = size.radius * scale
    let (left, top) = (centerX * scale, centerY * scale)
    // A pixel is 64 units / side = 512 lengths wide.
    func range(_ center: Int) -> Range<Int> {
      max((center - radius) / 512, 0)..<min((center + radius) / 512 + 1, side)
    }
    var sixteenths: [Int] = []
    for y in range(top) {
      for x in range(left) {
        var covered = 0
        for point in 0..<16 {
          let dx = x * 512 + point % 4 * 128 + 64 - left
          let dy = y * 512 + point / 4 * 128 + 64 - top
          if shape.covers(dx, dy, radius: radius) { covered += 1 }
        }
        sixteenths.append(covered)
      }
    }
    return SceneCoverage(
      left: range(left).lowerBound, top: range(top).lowerBound, width: range(left).count, height: range(top).count,
      sixteenths: sixteenths)
  }

  /// Paints the thing.
  fileprivate func paint(on pixels: inout [UInt8], side: Int) {
    let paint = color.paint
    let (red, green, blue) = (Int(paint.red), Int(paint.green), Int(paint.blue))
    let box = coverage(side: side)
    for (index, covered) in box.sixteenths.enumerated() where covered > 0 {
      let offset = ((box.top + index / box.width) * side + box.left + index % box.width) * 3
      pixels[offset] = UInt8((255 * (16 - covered) + red * covered + 8) / 16)
      pixels[offset + 1] = UInt8((255 * (16 - covered) + green * covered + 8) / 16)
      pixels[offset + 2] = UInt8((255 * (16 - covered) + blue * covered + 8) / 16)
    }
  }
}

extension SceneShape {
  /// Whether the shape covers a point, by the point's distance from the center across and down.
  fileprivate func covers(_ dx: Int, _ dy: Int, radius: Int) -> Bool {
    let (across, down) = (abs(dx), abs(dy))
    switch self {
    case .circle: return dx * dx + dy * dy <= radius * radius
    case .ring:
      let distance = dx * dx + dy * dy
      return distance <= radius * radius && 100 * distance >= 27 * radius * radius
    case .square: return 100 * max(across, down) <= 86 * radius
    case .cross: return max(across, down) <= radius && 100 * min(across, down) <= 32 * radius
    case .triangle: return 100 * dy <= 85 * radius && 185 * across <= 100 * (dy + radius)
    case .star: return Self.starCovers(across, dy, radius: radius)
    }
  }

  /// The right half of a star with five points, from the top to the bottom, in thousandths of the radius.
  private static let starOutline = [(0, -1000), (284, -391), (951, -309), (460, 149), (588, 809), (0, 484)]

  /// Whether a point in the right half is inside: a line from it to the right crosses the outline once (or thrice).
  private static func starCovers(_ x: Int, _ y: Int, radius: Int) -> Bool {
    guard x <= radius, abs(y) <= radius else { return false }
    var inside = false
    for (start, end) in zip(starOutline, starOutline.dropFirst()) {
      let (startY, endY) = (start.1 * radius, end.1 * radius)
      guard (startY > y * 1000) != (endY > y * 1000) else { continue }
      // The crossing is at startX + (y - startY) · (endX - startX) / (endY - startY); multiplied out, as whole numbers.
      let left = (x * 1000 - start.0 * radius) * (endY - startY)
      let right = (y * 1000 - startY) * (end.0 - start.0) * radius
      if endY > startY ? left < right : left > right { inside.toggle() }
    }
    return inside
  }
}
