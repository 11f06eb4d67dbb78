/// A JSON value. Objects keep the order of their members, and their keys' exact bytes.
enum JSONValue {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  /// The word for this kind of value in messages.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// A JSON value together with where it came from, so that a complaint can name the file and the place.
struct JSONNode {
  let value: JSONValue
  /// The file's name.
  let file: String
  /// The path of this value, such as `model.merges[3]`; empty for the whole document.
  let path: String

  /// Whether the value is missing or `null`.
  var isNull: Bool { if case .null = value { true } else { false } }

  /// The member with the given key: `null` when it is missing, the last one when there are several.
  subscript(key: String) -> JSONNode {
    let path = path.isEmpty ? key : "\(path).\(key)"
    guard case .object(let members) = value, let member = members.last(where: { $0.key.utf8.elementsEqual(key.utf8) })
    else {
      return JSONNode(value: .null, file: file, path: path)
    }
    return JSONNode(value: member.value, file: file, path: path)
  }

  /// The error that this value is not what it should be.
  func error(_ reason: String) -> TokenizerError {
    TokenizerError(file: file, place: path.isEmpty ? nil : path, reason: reason)
  }

  private func mismatch(_ wanted: String) -> TokenizerError {
    error(isNull ? "\(wanted) is missing" : "\(wanted) is wanted, \(value.kind) was found")
  }

  /// The text; throws if this is not a string.
  func string() throws(TokenizerError) -> String {
    guard case .string(let text) = value else { throw mismatch("a string") }
    return text
  }

  /// The truth value; `fallback` when the value is missing, throws if it is something else.
  func bool(default fallback: Bool) throws(TokenizerError) -> Bool {
    if isNull { return fallback }
    guard case .bool(let truth) = value else { throw mismatch("a boolean") }
    return truth
  }

  /// The whole number; throws if this is not one.
  func integer() throws(TokenizerError) -> Int {
    guard case .number(let number) = value, let integer = Int(exactly: number) else { throw mismatch("an integer") }
    return integer
  }

  /// The elements; throws if this is not an array.
  func elements() throws(TokenizerError) -> [JSONNode] {
    guard case .array(let values) = value else { throw mismatch("an array") }
    return values.enumerated().map { JSONNode(value: $0.element, file: file, path: "\(path)[\($0.offset)]") }
  }

  /// The members in order; throws if this is not an object.
  func members() throws(TokenizerError) -> [(key: String, value: JSONValue)] {
    guard case .object(let members) = value else { throw mismatch("an object") }
    return members
  }

  /// The node of a member, as ``members()`` returned it.
  func member(_ key: String, _ value: JSONValue) -> JSONNode {
    JSONNode(value: value, file: file, path: path.isEmpty ? key : "\(path).\(key)")
  }
}
