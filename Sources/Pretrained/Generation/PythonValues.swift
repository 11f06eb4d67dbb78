// transformers takes settings of generation as Python has them: `true` is the number 1, a whole number may be written
// as 3.0, and where a truth value is wanted any number will do.

import Support

extension JSON {
  /// The value as a finite number; `true` is 1.
  var pythonNumber: Double? {
    switch self {
    case .bool(let flag): flag ? 1 : 0
    case .integer(let number): Double(number)
    case .number(let number) where number.isFinite: number
    default: nil
    }
  }

  /// The value as a whole number; `true` is 1, and what is beyond 32 bits is their largest or smallest number.
  var pythonInteger: Int? {
    guard let number = pythonNumber, number.rounded() == number else { return nil }
    return Int(min(max(number, Double(Int32.min)), Double(Int32.max)))
  }

  /// Whether the value counts as true; `nil` if it is neither a truth value nor a number.
  var pythonFlag: Bool? { pythonNumber.map { $0 != 0 } }

  /// The value as a list of whole numbers; one alone is a list, too.
  var pythonIntegers: [Int]? {
    guard case .array(let elements) = self else { return pythonInteger.map { [$0] } }
    let numbers = elements.compactMap(\.pythonInteger)
    return numbers.count == elements.count ? numbers : nil
  }
}

extension SettingsBinder {
  /// A setting of generation; one that is missing or `null` stays as it is.
  ///
  /// - Parameters:
  ///   - expected: what the value must be, for the message.
  ///   - encode: the value as it is written; `nil` for a default that need not be.
  mutating func python<Value>(
    _ key: String, _ value: inout Value, expected: String, decode: (JSON) -> Value?, encode: (Value) -> JSON?
  ) throws {
    var json = isReading ? nil : encode(value)
    raw(key, &json)
    guard isReading, let json, json != .null else { return }
    guard let decoded = decode(json) else { throw failure(key, "is \(json.kindName), not \(expected)") }
    value = decoded
  }

  /// A count from 1 to `maximum`.
  mutating func pythonCount(_ key: String, _ value: inout Int, maximum: Int) throws {
    try python(
      key, &value, expected: "a whole number from 1 to \(maximum)",
      decode: { $0.pythonInteger.flatMap { (1...maximum).contains($0) ? $0 : nil } }, encode: { .integer($0) })
  }

  /// A length in tokens that may be absent.
  mutating func pythonLength(_ key: String, _ value: inout Int?) throws {
    try python(
      key, &value, expected: "a positive whole number or null",
      decode: { $0.pythonInteger.flatMap { $0 > 0 ? .some($0) : nil } }, encode: { $0.map(JSON.integer) ?? .null })
  }

  /// A whole number.
  mutating func pythonInteger(_ key: String, _ value: inout Int) throws {
    try python(key, &value, expected: "a whole number", decode: \.pythonInteger, encode: { .integer($0) })
  }

  /// A real number.
  mutating func pythonNumber(_ key: String, _ value: inout Double) throws {
    try python(key, &value, expected: "a number", decode: \.pythonNumber, encode: { .number($0) })
  }

  /// A real number that is written only where it is not `usual`.
  mutating func pythonNumber(_ key: String, _ value: inout Double, usually usual: Double) throws {
    try python(
      key, &value, expected: "a number", decode: \.pythonNumber, encode: { $0 == usual ? nil : .number($0) })
  }

  /// A real number that may be absent.
  mutating func pythonOptionalNumber(_ key: String, _ value: inout Double?) throws {
    try python(
      key, &value, expected: "a number or null", decode: { $0.pythonNumber.map(Optional.some) },
      encode: { $0.map(JSON.number) })
  }

  /// A token id that may be absent.
  mutating func pythonToken(_ key: String, _ value: inout Int?) throws {
    try python(
      key, &value, expected: "a token id or null", decode: { $0.pythonInteger.map(Optional.some) },
      encode: { $0.map(JSON.integer) ?? .null })
  }

  /// No, one or several token ids.
  ///
  /// - Parameter written: whether none is written, too, as `null`.
  mutating func pythonTokens(_ key: String, _ value: inout [Int], written: Bool) throws {
    try python(
      key, &value, expected: "a token id, an array of them or null", decode: \.pythonIntegers,
      encode: { ids in
        if ids.isEmpty { return written ? .null : nil }
        return ids.count == 1 ? .integer(ids[0]) : .array(ids.map(JSON.integer))
      })
  }
}
