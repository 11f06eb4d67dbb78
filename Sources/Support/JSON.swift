/// A JSON value (RFC 8259), parsed under limits.
///
/// One parser serves headers of weight files, settings and tokenizers. It is our own because these files are not
/// trusted: depth, size and number of values are bounded before memory is spent. Integers stay exact, members keep the
/// file's order, and keys are compared by their bytes: Unicode has several spellings of one text ("é"), and a
/// vocabulary may have a token for each.
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
    /// Positions by key, for objects of more than `smallCount` members whose keys differ; others are searched.
    private var positions: [Name: Int] = [:]
    private static let smallCount = 8

    /// Creates an object without members.
    public init() {}

    /// An object of members whose keys differ, in their order.
    public init(_ members: [(key: String, value: JSON)]) { self.members = members }

    /// The value of a key, `nil` if there is no such member; of members with equal keys the last one counts.
    public subscript(key: String) -> JSON? {
      position(of: key).map { members[$0].value }
    }

    private func position(of key: String) -> Int? {
      let key = Name(text: key)
      return positions.isEmpty ? members.lastIndex { Name(text: $0.key) == key } : positions[key]
    }

    /// Appends a member; false, and no change, if the key is there already.
    package mutating func append(_ key: String, _ value: JSON) -> Bool {
      guard position(of: key) == nil else { return false }
      members.append((key, value))
      if members.count == Self.smallCount + 1 {
        for (index, member) in members.enumerated() { positions[Name(text: member.key)] = index }
      } else if !positions.isEmpty {
        positions[Name(text: key)] = members.count - 1
      }
      return true
    }

    /// Gives a member a value, in the place of a member that has the key already.
    package mutating func set(_ key: String, _ value: JSON) {
      if let position = position(of: key) {
        members[position].value = value
      } else {
        _ = append(key, value)
      }
    }

    /// Whether both hold the same members in the same order.
    public static func == (left: Object, right: Object) -> Bool {
      left.members.elementsEqual(right.members) { Name(text: $0.key) == Name(text: $1.key) && $0.value == $1.value }
    }
  }

  /// The name of a member, compared by its bytes.
  private struct Name: Hashable, Sendable {
    let text: String

    static func == (left: Name, right: Name) -> Bool {
      left.text.utf8.count == right.text.utf8.count && left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
      var text = text
      text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }

  /// What a parse may cost, and what it accepts beyond the standard.
  public struct Options: Sendable {
    /// What becomes of members of one object with equal keys.
    public enum Duplicates: Sendable {
      /// They are an error.
      case refused
      /// The value of the last one counts, in the place of the first, as in Python.
      case lastCounts
      /// All are kept, for a caller that goes through the members; looked up by the key, the last one is found.
      case kept
    }

    /// The length of the text in bytes, at most.
    public var byteLimit = 64 << 20
    /// How deep arrays and objects nest, at most.
    public var depthLimit = 64
    /// How many values there are in all, at most.
    public var valueLimit = 2_000_000
    /// What becomes of members with equal keys.
    public var duplicates = Duplicates.refused
    /// Whether `NaN`, `Infinity`, `-Infinity` and numbers beyond double precision are numbers, as in Python.
    public var acceptsNonFinite = false
    /// Whether half of a surrogate pair, which no text can hold, becomes U+FFFD; else it is an error.
    public var replacesLoneSurrogates = false
    /// Whether the text may begin with a byte order mark.
    public var acceptsByteOrderMark = false

    /// The standard's rules, equal keys refused: 64 MB, 64 levels, two million values.
    public init() {}

    /// As Python reads settings, and with it transformers: of equal keys the last one counts, and numbers need not be
    /// finite.
    public static let settings = {
      var options = Options()
      options.duplicates = .lastCounts
      options.acceptsNonFinite = true
      options.replacesLoneSurrogates = true
      return options
    }()
  }

  /// Parses a whole text; only white space may surround the value.
  ///
  /// - Parameters:
  ///   - text: the text's bytes, UTF-8.
  ///   - file: stands in messages.
  ///   - offset: where the text begins in the file, if it is part of a binary one: errors then give the byte, and
  ///     otherwise the line and the column, which counts bytes from 1.
  ///   - options: the limits, and what is accepted.
  /// - Throws: ``DataError`` for text that is not JSON, equal keys, or an exceeded limit.
  public init(
    parsing text: UnsafeRawBufferPointer, file: String?, offset: Int? = nil, options: Options = .settings
  ) throws(DataError) {
    guard text.count <= options.byteLimit else {
      throw DataError(
        .tooLarge, file: file, reason: "\(text.count) bytes of JSON exceed the limit of \(options.byteLimit)")
    }
    var parser = JSONParser(text, file: file, offset: offset, options: options)
    self = try parser.parse()
  }

  /// Parses a whole text in memory.
  ///
  /// - Throws: ``DataError`` for text that is not JSON, equal keys, or an exceeded limit.
  public init(parsing text: [UInt8], file: String?, options: Options = .settings) throws(DataError) {
    self = try text.withUnsafeBufferPointer { (bytes) throws(DataError) in
      try JSON(parsing: UnsafeRawBufferPointer(bytes), file: file, options: options)
    }
  }

  /// Parses the file at `path`.
  ///
  /// - Throws: ``DataError`` if it cannot be read or is not JSON.
  public init(contentsOf path: String, options: Options = .settings) throws(DataError) {
    try self.init(parsing: FileSystem.read(path, limit: options.byteLimit), file: path, options: options)
  }

  /// What the value is, as messages say it: `the number 3`, `an array`.
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

// Values as Swift writes them: `["size": ["height": 224, "width": 224], "do_resize": true]`.
extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Object(elements.map { ($0, $1) })) }
}
