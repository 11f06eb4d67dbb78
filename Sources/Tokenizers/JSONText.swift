extension JSONValue {
  /// The value as text, indented by two spaces; arrays of plain values stand on one line. Members keep their order.
  var text: String {
    var result = ""
    append(to: &result, indentation: "")
    return result
  }

  private func append(to text: inout String, indentation: String) {
    let inner = indentation + "  "
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let value): text += Int(exactly: value).map { "\($0)" } ?? "\(value)"
    case .string(let value): text += Self.literal(value)
    case .array(let values):
      let isFlat = values.allSatisfy(\.isPlain)
      text += "["
      for (index, value) in values.enumerated() {
        text += isFlat ? (index == 0 ? "" : ", ") : (index == 0 ? "\n" : ",\n") + inner
        value.append(to: &text, indentation: inner)
      }
      text += isFlat ? "]" : "\n\(indentation)]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        text += (index == 0 ? "\n" : ",\n") + inner + Self.literal(member.key) + ": "
        member.value.append(to: &text, indentation: inner)
      }
      text += members.isEmpty ? "}" : "\n\(indentation)}"
    }
  }

  private var isPlain: Bool {
    switch self {
    case .null, .bool, .number, .string: true
    case .array, .object: false
    }
  }

  /// A string between quotation marks: the escapes that JSON demands and no others.
  private static func literal(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{00}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
