/// A JSON value together with where it came from, so that an error can name the file and the place.
package struct JSONNode {
  package let value: JSON
  /// The file's path; `nil` for a text in memory.
  package let file: String?
  /// The path of this value, such as `model.merges[3]`; empty for the whole document.
  package let path: String

  package init(_ value: JSON, file: String?, path: String = "") {
    self.value = value
    self.file = file
    self.path = path
  }

  /// Whether the value is missing or `null`.
  package var isNull: Bool { if case .null = value { true } else { false } }

  /// Whether this is an object with the given key.
  package func has(_ key: String) -> Bool { if case .object(let object) = value { object[key] != nil } else { false } }

  /// The member with the given key: `null` when it is missing, the last one when there are several.
  package subscript(key: String) -> JSONNode {
    if case .object(let object) = value { member(key, object[key] ?? .null) } else { member(key, .null) }
  }

  /// The error that this value is not what it should be.
  package func error(_ reason: String) -> DataError {
    DataError(file: file, place: path.isEmpty ? nil : path, reason: reason)
  }

  private func mismatch(_ expected: String) -> DataError {
    error(isNull ? "\(expected) is missing" : "\(expected) is expected, \(value.kindName) was found")
  }

  /// The text; throws if this is not a string.
  package func string() throws(DataError) -> String {
    guard case .string(let text) = value else { throw mismatch("a text") }
    return text
  }

  /// The truth value; `fallback` when the value is missing, throws if it is something else.
  package func bool(default fallback: Bool) throws(DataError) -> Bool {
    if isNull { return fallback }
    guard case .bool(let truth) = value else { throw mismatch("true or false") }
    return truth
  }

  /// The whole number; throws if this is not one.
  package func integer() throws(DataError) -> Int {
    guard let integer = value.wholeNumber else { throw mismatch("an integer") }
    return integer
  }

  /// The number; throws if this is not one.
  package func number() throws(DataError) -> Double {
    guard let number = value.doubleValue else { throw mismatch("a number") }
    return number
  }

  /// The elements; throws if this is not an array.
  package func elements() throws(DataError) -> [JSONNode] {
    guard case .array(let values) = value else { throw mismatch("an array") }
    return values.enumerated().map { JSONNode($0.element, file: file, path: "\(path)[\($0.offset)]") }
  }

  /// The members in order; throws if this is not an object.
  package func members() throws(DataError) -> [(key: String, value: JSON)] {
    guard case .object(let object) = value else { throw mismatch("an object") }
    return object.members
  }

  /// The node of a member, as ``members()`` returned it.
  package func member(_ key: String, _ value: JSON) -> JSONNode {
    JSONNode(value, file: file, path: path.isEmpty ? key : "\(path).\(key)")
  }
}

extension JSON {
  /// The number if it is whole, however it is written; `nil` for anything else.
  package var wholeNumber: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number in double precision; `nil` for anything else.
  package var doubleValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
