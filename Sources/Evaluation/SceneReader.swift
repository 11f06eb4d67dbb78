import Datasets
import Images
import Support

/// Reads a drawing of 32 × 32 pixels: which things it shows, or that something in it is no thing.
///
/// The method is analysis by synthesis: every thing that a scene may have, in every color, shape, size and position, is
/// drawn in mind and compared with the pixels. The one that explains most of them is taken, then the next one among those
/// that do not overlap it, until nothing is left to explain. Nothing is learned, and all numbers are whole, so the
/// answer is exact and the same on every machine.
///
/// ```swift
/// let reading = SceneReader()(drawing)
/// reading.scene?.canonicalCaption  // "a large red ring in the middle", or nil
/// ```
public struct SceneReader: Sendable {
  /// Pixels of a side of the drawings that can be read.
  public static let side = 32

  /// The largest share of a thing that may differ from the pixels: the squared error of the pixels nearest to the thing
  /// over the thing's squared distance from white. What is between two kinds of thing counts as the nearer one.
  public static let errorLimit = 0.25

  /// What explains at least an eighth of its own squared distance from white is a mark, be it a thing or not.
  private static let leastGain = 8

  /// The most ink away from all marks, in squared levels: some five pixels of a full color. More is a stray line, say.
  private static let strayInk = 500_000

  private let forms: [Form]

  /// A reader; it draws all shapes in both sizes once.
  public init() {
    forms = SceneShape.allCases.flatMap { shape in
      SceneSize.allCases.flatMap { size in
        (0..<4).map { Form(shape, size, oddX: $0 % 2, oddY: $0 / 2) }
      }
    }
  }

  /// Reads a drawing.
  ///
  /// - Parameter drawing: an RGB picture of 32 × 32 pixels.
  public func callAsFunction(_ drawing: Image) -> SceneReading {
    if drawing.width != Self.side || drawing.height != Self.side || drawing.format != .rgb {
      reportMisuse("SceneReader", "a drawing is 32×32 RGB, not \(drawing)")
    }
    var ink = Ink(drawing)
    var objects: [SceneObject] = []
    while let next = best(ink, beside: objects) {
      objects.append(next)
      ink.subtract(next, sign: 1)
    }
    improve(&objects, &ink)
    objects.sort { $0.place.rawValue < $1.place.rawValue }
    let leftovers = ink.leftovers(of: objects)
    let marks = zip(objects, leftovers.near).map { object, leftover in
      let energy = object.coverage(side: Self.side).sixteenths.reduce(0) { $0 + $1 * $1 } * Ink.energy(of: object.color)
      return SceneReading.Mark(nearest: object, error: Double(256 * leftover) / Double(energy))
    }
    return SceneReading(marks: marks, hasStrayInk: leftovers.elsewhere > Self.strayInk)
  }

  /// Reads several drawings.
  public func callAsFunction(_ drawings: [Image]) -> [SceneReading] { drawings.map { self($0) } }

  /// Takes each thing away once and looks again what explains the pixels around it best, now that the others are known.
  private func improve(_ objects: inout [SceneObject], _ ink: inout Ink) {
    guard objects.count > 1 else { return }
    for index in objects.indices {
      let old = objects[index]
      ink.subtract(old, sign: -1)
      let others = objects.indices.filter { $0 != index }.map { objects[$0] }
      let new = best(ink, beside: others, near: old) ?? old
      objects[index] = new
      ink.subtract(new, sign: 1)
    }
  }

  /// The thing that explains most of the ink; the first one on ties, nil if none explains enough.
  ///
  /// - Parameters:
  ///   - others: things that it must not overlap.
  ///   - near: a thing whose center must be within 6 units.
  private func best(_ ink: Ink, beside others: [SceneObject], near: SceneObject? = nil) -> SceneObject? {
    var (best, bestGain): (SceneObject?, Int) = (nil, 0)
    for place in ScenePlace.allCases {
      for offsetY in SceneObject.offsets {
        for offsetX in SceneObject.offsets {
          let (x, y) = (16 * (place.column + 1) + offsetX, 16 * (place.row + 1) + offsetY)
          if let near, max(abs(near.centerX - x), abs(near.centerY - y)) > 6 { continue }
          for form in forms where form.oddX == x & 1 && form.oddY == y & 1 {
            if others.contains(where: { form.overlaps($0, x, y) }) { continue }
            let window = form.window(x, y)
            // Nothing can explain more than there is.
            guard let most = ink.energy(window, form), most > bestGain else { continue }
            for color in SceneColor.allCases {
              let energy = form.energy * Ink.energy(of: color)
              guard most * Self.leastGain >= energy else { continue }
              let gain = 32 * ink.product(color, form, window) - energy
              if gain > bestGain, gain * Self.leastGain >= energy {
                bestGain = gain
                best = SceneObject(
                  SceneCombination(color, form.shape), size: form.size, place: place, offsetX: offsetX,
                  offsetY: offsetY)
              }
            }
          }
        }
      }
    }
    return best
  }
}

/// What was read in a drawing.
public struct SceneReading: Sendable, Hashable {
  /// Something that is drawn.
  public struct Mark: Sendable, Hashable {
    /// The thing of the world of scenes that is most like it.
    public let nearest: SceneObject
    /// How much it differs from that, as a share of the thing's squared distance from white; 0 for a perfect drawing.
    public let error: Double

    /// Whether it is that thing.
    public var isThing: Bool { error <= SceneReader.errorLimit }
  }

  /// All that is drawn, row by row of the fields and from left to right in a row.
  public let marks: [Mark]
  /// Whether there is ink beside the marks that is like no thing at all, such as a thin line.
  public let hasStrayInk: Bool

  /// The things among the marks.
  public var things: [SceneObject] { marks.filter(\.isThing).map(\.nearest) }

  /// How many marks are no thing; stray ink is one more.
  public var strayCount: Int { marks.count { !$0.isThing } + (hasStrayInk ? 1 : 0) }

  /// The drawing as a scene; nil if it shows nothing, more than three things, one that is none, or two that a scene
  /// cannot have together.
  public var scene: Scene? { strayCount == 0 ? Scene(things) : nil }
}

/// A shape in a size, as it covers pixels around a center that lies on a pixel's edge or in its middle.
private struct Form: Sendable {
  let shape: SceneShape
  let size: SceneSize
  /// Whether the center's units are odd.
  let oddX, oddY: Int
  /// The box's upper left pixel, from the pixel of the center.
  let left, top: Int
  let width, height: Int
  let sixteenths: [Int32]
  /// The sum of the squared sixteenths.
  let energy: Int

  init(_ shape: SceneShape, _ size: SceneSize, oddX: Int, oddY: Int) {
    let object = SceneObject(SceneCombination(.red, shape), size: size, place: .middle, offsetX: oddX, offsetY: oddY)
    let box = object.coverage(side: SceneReader.side)
    (self.shape, self.size, self.oddX, self.oddY) = (shape, size, oddX, oddY)
    (left, top) = (box.left - object.centerX / 2, box.top - object.centerY / 2)
    (width, height) = (box.width, box.height)
    sixteenths = box.sixteenths.map(Int32.init)
    energy = box.sixteenths.reduce(0) { $0 + $1 * $1 }
  }

  /// The index of the box's first pixel for a center in units.
  func window(_ x: Int, _ y: Int) -> Int { (y / 2 + top) * SceneReader.side + x / 2 + left }

  /// Whether its box at a center reaches into another thing's.
  func overlaps(_ other: SceneObject, _ x: Int, _ y: Int) -> Bool {
    let reach = size.radius + other.size.radius
    return max(abs(x - other.centerX), abs(y - other.centerY)) < reach
  }
}

/// What a drawing has beside white: for each pixel how much red, green and blue it lacks.
private struct Ink {
  private static let side = SceneReader.side
  /// 255 less the samples, `side × side × 3`; where things have been taken away also less their own.
  private var samples: [Int32]
  /// For each color the products with what that color lacks, `side × side`.
  private var products: [[Int32]]
  /// Sums of squares of all pixels above and left of each, `(side + 1) × (side + 1)`.
  private var squares: [Int]

  /// What each color lacks.
  private static let lacks: [[Int32]] = SceneColor.allCases.map {
    [255 - Int32($0.paint.red), 255 - Int32($0.paint.green), 255 - Int32($0.paint.blue)]
  }
  private static let energies: [Int] = lacks.map { $0.reduce(0) { $0 + Int($1 * $1) } }

  /// The squared distance of a color from white.
  static func energy(of color: SceneColor) -> Int { energies[color.rawValue] }

  init(_ drawing: Image) {
    samples = drawing.pixels.map { 255 - Int32($0) }
    products = []
    squares = []
    update()
  }

  private mutating func update() {
    let (side, samples) = (Self.side, samples)
    products = Self.lacks.map { lack in
      (0..<side * side).map {
        samples[3 * $0] * lack[0] + samples[3 * $0 + 1] * lack[1] + samples[3 * $0 + 2] * lack[2]
      }
    }
    squares = Array(repeating: 0, count: (side + 1) * (side + 1))
    for y in 0..<side {
      var row = 0
      for x in 0..<side {
        row += square(y * side + x)
        squares[(y + 1) * (side + 1) + x + 1] = squares[y * (side + 1) + x + 1] + row
      }
    }
  }

  private func square(_ pixel: Int) -> Int {
    (3 * pixel..<3 * pixel + 3).reduce(0) { $0 + Int(samples[$1] * samples[$1]) }
  }

  /// Takes a thing away, rounded as it is painted, or puts it back with the sign -1.
  mutating func subtract(_ object: SceneObject, sign: Int32) {
    let box = object.coverage(side: Self.side)
    let lack = Self.lacks[object.color.rawValue]
    for (index, covered) in box.sixteenths.enumerated() {
      let pixel = (box.top + index / box.width) * Self.side + box.left + index % box.width
      for channel in 0..<3 { samples[3 * pixel + channel] -= sign * ((lack[channel] * Int32(covered) + 7) / 16) }
    }
    update()
  }

  /// 256 times the squares in a form's box; nil if there are none.
  func energy(_ window: Int, _ form: Form) -> Int? {
    let (left, top, stride) = (window % Self.side, window / Self.side, Self.side + 1)
    let (right, bottom) = (left + form.width, top + form.height)
    let sum =
      squares[bottom * stride + right] - squares[top * stride + right] - squares[bottom * stride + left]
      + squares[top * stride + left]
    return sum > 0 ? 256 * sum : nil
  }

  /// The sum of the products with a color, each times the sixteenths that a form covers.
  func product(_ color: SceneColor, _ form: Form, _ window: Int) -> Int {
    products[color.rawValue].withUnsafeBufferPointer { products in
      form.sixteenths.withUnsafeBufferPointer { sixteenths in
        var sum: Int32 = 0  // at most 24 × 24 / 4 pixels of 16 · 3 · 255²
        for row in 0..<form.height {
          let (start, from) = (window + row * SceneReader.side, row * form.width)
          for column in 0..<form.width { sum &+= products[start + column] &* sixteenths[from + column] }
        }
        return Int(sum)
      }
    }
  }

  /// The squares that are left: around each thing, of the pixels within two of its box, each with its nearest box; and
  /// elsewhere, of pixels that differ from white by more than noise does.
  func leftovers(of objects: [SceneObject]) -> (near: [Int], elsewhere: Int) {
    let boxes = objects.map { $0.coverage(side: Self.side) }
    var (near, elsewhere) = (Array(repeating: 0, count: objects.count), 0)
    for pixel in 0..<Self.side * Self.side {
      let (x, y) = (pixel % Self.side, pixel / Self.side)
      let distances = boxes.map { box in
        max(box.left - x, x - box.left - box.width + 1, box.top - y, y - box.top - box.height + 1, 0)
      }
      let nearest = distances.indices.min { distances[$0] < distances[$1] }
      if let nearest, distances[nearest] <= 2 {
        near[nearest] += square(pixel)
      } else if square(pixel) > 3 * 60 * 60 {
        elsewhere += square(pixel)
      }
    }
    return (near, elsewhere)
  }
}
