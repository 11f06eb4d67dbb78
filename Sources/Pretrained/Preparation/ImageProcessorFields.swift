import Images
import Support

/// Settings of a `preprocessor_config.json`. A key that is missing is nil.
extension JSONNode {
  /// The longest side that a configuration may ask for.
  static var longestSide: Int { 16_384 }

  /// Whether a setting is there and null: transformers takes that for "not", whatever the default.
  func isSetToNull(_ key: String) -> Bool { has(key) && self[key].isNull }

  /// A text; nil also for null.
  func text(_ key: String) throws(DataError) -> String? { self[key].isNull ? nil : try self[key].string() }

  /// A switch; off for null.
  func flag(_ key: String) throws(DataError) -> Bool? { has(key) ? try self[key].bool(default: false) : nil }

  /// A whole number; nil also for null.
  func integer(_ key: String) throws(DataError) -> Int? { self[key].isNull ? nil : try self[key].integer() }

  /// A number; nil also for null.
  func number(_ key: String) throws(DataError) -> Double? { self[key].isNull ? nil : try self[key].number() }

  /// Three finite numbers, or one for all three; nil also for null.
  func three(_ key: String) throws(DataError) -> [Double]? {
    let node = self[key]
    if node.isNull { return nil }
    var numbers: [Double] = []
    if let one = node.value.doubleValue {
      numbers = [one, one, one]
    } else {
      for element in try node.elements() { numbers.append(try element.number()) }
    }
    guard numbers.count == 3, numbers.allSatisfy(\.isFinite) else { throw node.error("not three numbers") }
    return numbers
  }

  /// A size as a number, as `[height, width]` or as an object; nil also for null.
  func size(squareByDefault: Bool) throws(DataError) -> ImageProcessorConfiguration.Size? {
    switch value {
    case .null: return nil
    case .integer, .number:
      let side = try side()
      return squareByDefault ? try exact(height: side, width: side) : .shortestEdge(side, longest: nil)
    case .array:
      let sides = try elements()
      guard sides.count == 2 else { throw error("a list must be [height, width]") }
      return try exact(height: sides[0].side(), width: sides[1].side())
    case .object(let object):
      // Some files write out the unused keys as null.
      let keys = object.members.filter { $0.value != .null }.map(\.key).sorted()
      switch keys {
      case ["height", "width"]: return try exact(height: self["height"].side(), width: self["width"].side())
      case ["shortest_edge"]: return .shortestEdge(try self["shortest_edge"].side(), longest: nil)
      case ["longest_edge", "shortest_edge"]:
        return .shortestEdge(try self["shortest_edge"].side(), longest: try self["longest_edge"].side())
      default:
        throw error(
          "known are height and width, shortest_edge, and shortest_edge and longest_edge, not "
            + keys.joined(separator: ", "))
      }
    default: throw error("a number, a list or an object is expected, \(value.kindName) was found")
    }
  }

  /// A height and a width, where a single number means a square for every kind; nil also for null.
  func cropSize() throws(DataError) -> ImageProcessorConfiguration.CropSize? {
    switch try size(squareByDefault: true) {
    case .exact(let height, let width): ImageProcessorConfiguration.CropSize(height: height, width: width)
    case .shortestEdge: throw error("height and width are needed")
    case nil: nil
    }
  }

  private func exact(height: Int, width: Int) throws(DataError) -> ImageProcessorConfiguration.Size {
    guard height * width <= Image.pixelLimit else {
      throw error("\(width)×\(height) has more than \(Image.pixelLimit) pixels")
    }
    return .exact(height: height, width: width)
  }

  private func side() throws(DataError) -> Int {
    let side = try integer()
    guard (1...Self.longestSide).contains(side) else {
      throw error("\(side) is not a side from 1 to \(Self.longestSide)")
    }
    return side
  }
}
