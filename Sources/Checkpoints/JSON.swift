import Tensors

/// A JSON value (RFC 8259), parsed under limits.
///
/// One parser serves the headers of safetensors files, shard indices and `config.json`. It is our own because
/// these files are not trusted: depth, size and number of values are bounded before memory is spent, a key that
/// occurs twice in a header is an error and not a silent choice, integers stay exact, and members keep the file's order.
public enum JSON: Equatable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number written without fraction and exponent that fits `Int`.
  case integer(Int)
  /// Any other number, rounded correctly to double precision.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSON])
  /// An object.
  case object(Object)

  /// The members of an object in the order of the file, with quick access by key.
  public struct Object: Equatable, Sendable {
    /// Keys and values in the order of the file.
    public private(set) var members: [(key: String, value: JSON)] = []
    /// Positions by key, kept only for objects of more than `smallCount` members; others are searched.
    private var positions: [String: Int] = [:]
    private static let smallCount = 8

    /// Creates an object without members.
    public init() {}

    /// The value of a key, `nil` if there is no such member.
    public subscript(key: String) -> JSON? {
      position(of: key).map { members[$0].value }
    }

    private func position(of key: String) -> Int? {
      members.count > Self.smallCount ? positions[key] : members.lastIndex { $0.key == key }
    }

    /// Appends a member; false, and no change, if the key is there already.
    package mutating func append(_ key: String, _ value: JSON) -> Bool {
      guard position(of: key) == nil else { return false }
      keep(key, value)
      return true
    }

    /// Appends a member even if its key is there already; looked up by its key, the last one is found.
    mutating func keep(_ key: String, _ value: JSON) {
      members.append((key, value))
      if members.count == Self.smallCount + 1 {
        for (index, member) in members.enumerated() { positions[member.key] = index }
      } else if members.count > Self.smallCount {
        positions[key] = members.count - 1
      }
    }

    /// Gives a member a value; the last one counts, in the place of the first.
    package mutating func set(_ key: String, _ value: JSON) {
      if let position = position(of: key) {
        members[position].value = value
      } else {
        _ = append(key, value)
      }
    }

    /// Whether both hold the same members in the same order.
    public static func == (left: Object, right: Object) -> Bool {
      left.members.elementsEqual(right.members) { $0.key == $1.key && $0.value == $1.value }
    }
  }

  /// What a parse may cost.
  public struct Limits: Sendable {
    /// The length of the text in bytes.
    public var byteCount: Int
    /// How deep arrays and objects nest.
    public var depth: Int
    /// How many values there are in all.
    public var valueCount: Int
    /// Whether the text is read as Python reads it, which is how transformers reads settings: of a key that occurs
    /// twice the last value counts, and `NaN`, `Infinity` and `-Infinity` are numbers.
    public var followsPython: Bool
    /// Whether members with a key that occurs twice are all kept, for a caller that decides about them.
    public var keepsDuplicates: Bool

    /// Creates limits.
    public init(
      byteCount: Int, depth: Int, valueCount: Int, followsPython: Bool = false, keepsDuplicates: Bool = false
    ) {
      self.byteCount = byteCount
      self.depth = depth
      self.valueCount = valueCount
      self.followsPython = followsPython
      self.keepsDuplicates = keepsDuplicates
    }

    /// For settings and shard indices: 64 MB, 64 levels, two million values, as Python reads them.
    public static let settings = Limits(byteCount: 64 << 20, depth: 64, valueCount: 2_000_000, followsPython: true)
  }

  /// Parses a whole text; only white space may surround the value.
  ///
  /// - Parameters:
  ///   - file: stands in messages; places are byte offsets from the start of `text` plus `offset`.
  /// - Throws: ``CheckpointError`` for text that is not JSON, a duplicate key, or an exceeded limit.
  public init(
    parsing text: UnsafeRawBufferPointer, file: String, offset: Int = 0, limits: Limits = .settings
  ) throws {
    guard text.count <= limits.byteCount else {
      throw CheckpointError(
        .tooLarge, file: file, reason: "\(text.count) bytes of JSON exceed the limit of \(limits.byteCount)")
    }
    var parser = JSONParser(text: text, file: file, base: offset, limits: limits)
    self = try parser.parse()
  }

  /// Parses the file at `path`.
  ///
  /// - Throws: ``CheckpointError`` if it cannot be read or is not JSON.
  public init(contentsOf path: String, limits: Limits = .settings) throws {
    let file = try MappedFile(path: path)
    self = try JSON(parsing: file.bytes, file: path, limits: limits)
  }

  /// What kind of value it is, as messages say it.
  public var kindName: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): "the number \(value)"
    case .number(let value): "the number \(value)"
    case .string(let text): "the text \(quoted(text))"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// `text` as a JSON string literal: the escapes that JSON demands and no others.
func jsonLiteral(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\u{08}": result += "\\b"
    case "\u{0C}": result += "\\f"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\u{00}"..<"\u{20}":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
