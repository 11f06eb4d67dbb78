import Images
import Support

/// The colors of the things in a drawn scene; the order is the order of the answers and of the smaller worlds.
public enum SceneColor: Int, Sendable, CaseIterable, CustomStringConvertible {
  case red
  case green
  case blue
  case yellow
  case purple
  case orange

  /// The color's name in captions, questions and answers.
  public var description: String {
    switch self {
    case .red: "red"
    case .green: "green"
    case .blue: "blue"
    case .yellow: "yellow"
    case .purple: "purple"
    case .orange: "orange"
    }
  }

  /// Its samples: stronger and further apart than the colors of figures, as a shape may be 8 pixels wide.
  public var paint: Color {
    switch self {
    case .red: Color(hex: 0xDC_1E28)
    case .green: Color(hex: 0x1E_9640)
    case .blue: Color(hex: 0x1E_5AC8)
    case .yellow: Color(hex: 0xF5_CD14)
    case .purple: Color(hex: 0x8C_32AF)
    case .orange: Color(hex: 0xFA_821E)
    }
  }
}

/// The shapes of the things in a drawn scene.
public enum SceneShape: Int, Sendable, CaseIterable, CustomStringConvertible {
  case circle
  case square
  case triangle
  case cross
  case star
  case ring

  /// The shape's name in captions, questions and answers.
  public var description: String {
    switch self {
    case .circle: "circle"
    case .square: "square"
    case .triangle: "triangle"
    case .cross: "cross"
    case .star: "star"
    case .ring: "ring"
    }
  }

  /// The name of several: `circles`, `crosses`.
  public var plural: String { self == .cross ? "crosses" : "\(self)s" }
}

/// How large a thing is.
public enum SceneSize: Int, Sendable, CaseIterable, CustomStringConvertible {
  case small
  case large

  /// The word in captions.
  public var description: String { self == .small ? "small" : "large" }

  /// Half of the side of the box that holds the thing, in units: 64 units make the side of a scene.
  public var radius: Int { self == .small ? 8 : 12 }
}

/// Where a thing stands: one of the nine fields of a scene, row by row.
public enum ScenePlace: Int, Sendable, CaseIterable, CustomStringConvertible {
  case upperLeft
  case top
  case upperRight
  case left
  case middle
  case right
  case lowerLeft
  case bottom
  case lowerRight

  /// The column from the left and the row from the top, 0 to 2.
  public var column: Int { rawValue % 3 }
  /// See ``column``.
  public var row: Int { rawValue / 3 }

  /// The words in captions: `in the upper left`, `at the top`.
  public var description: String {
    switch self {
    case .upperLeft: "in the upper left"
    case .top: "at the top"
    case .upperRight: "in the upper right"
    case .left: "on the left"
    case .middle: "in the middle"
    case .right: "on the right"
    case .lowerLeft: "in the lower left"
    case .bottom: "at the bottom"
    case .lowerRight: "in the lower right"
    }
  }
}

/// A color and a shape together: they identify a thing in its scene, as no scene has two of the same.
public struct SceneCombination: Sendable, Hashable, CustomStringConvertible {
  /// The color.
  public let color: SceneColor
  /// The shape.
  public let shape: SceneShape

  /// A shape of a color.
  public init(_ color: SceneColor, _ shape: SceneShape) {
    self.color = color
    self.shape = shape
  }

  /// For example `red circle`.
  public var description: String { "\(color) \(shape)" }
}

/// A thing in a drawn scene.
public struct SceneObject: Sendable, Hashable {
  /// Its color and shape.
  public let combination: SceneCombination
  /// Its size.
  public let size: SceneSize
  /// The field that it stands in.
  public let place: ScenePlace
  /// How far its center is from the field's, in units of a 64th of the scene's side, -3 to 3.
  public let offsetX, offsetY: Int

  /// A thing in a field, at most 3 units away from the field's center.
  public init(
    _ combination: SceneCombination, size: SceneSize, place: ScenePlace, offsetX: Int = 0, offsetY: Int = 0
  ) {
    if !Self.offsets.contains(offsetX) || !Self.offsets.contains(offsetY) {
      reportMisuse(
        "SceneObject", "a thing is at most 3 units away from its field's center, not (\(offsetX), \(offsetY))")
    }
    self.combination = combination
    self.size = size
    self.place = place
    self.offsetX = offsetX
    self.offsetY = offsetY
  }

  /// What an offset may be.
  package static let offsets = -3..<4

  /// Its color.
  public var color: SceneColor { combination.color }
  /// Its shape.
  public var shape: SceneShape { combination.shape }
  /// The center in units of a 64th of the scene's side, from the upper left.
  public var centerX: Int { 16 * (place.column + 1) + offsetX }
  /// See ``centerX``.
  public var centerY: Int { 16 * (place.row + 1) + offsetY }

  /// The patch that holds the thing's middle, counted from 0, row by row, where a picture is cut into patches.
  ///
  /// - Parameter columns: patches side by side; there are as many rows.
  public func patch(columns: Int) -> Int { centerY * columns / 64 * columns + centerX * columns / 64 }

  /// `large red circle`.
  public var phrase: String { "\(size) \(combination)" }

  /// The units between its box and another one's, across and down; negative where they overlap.
  package func gap(to other: SceneObject) -> (across: Int, down: Int) {
    let reach = size.radius + other.size.radius
    return (abs(centerX - other.centerX) - reach, abs(centerY - other.centerY) - reach)
  }
}
