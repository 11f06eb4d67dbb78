extension JSON {
  /// The value as text: indented by two spaces, members sorted by key, as transformers writes its files.
  ///
  /// Numbers are written in their shortest form that reads back to the same value; equal values give equal bytes.
  public var text: String {
    var result = ""
    append(to: &result, indentation: "")
    return result
  }

  private func append(to text: inout String, indentation: String) {
    let inner = indentation + "  "
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += "\(value)"
    case .number(let value): text += "\(value)"
    case .string(let value): text += jsonLiteral(value)
    case .array(let values) where values.isEmpty: text += "[]"
    case .object(let object) where object.members.isEmpty: text += "{}"
    case .array(let values):
      text += "["
      for (index, value) in values.enumerated() {
        text += (index == 0 ? "\n" : ",\n") + inner
        value.append(to: &text, indentation: inner)
      }
      text += "\n\(indentation)]"
    case .object(let object):
      text += "{"
      for (index, member) in object.members.sorted(by: { $0.key < $1.key }).enumerated() {
        text += (index == 0 ? "\n" : ",\n") + inner + jsonLiteral(member.key) + ": "
        member.value.append(to: &text, indentation: inner)
      }
      text += "\n\(indentation)}"
    }
  }

  /// Writes the text and a line feed to a file that appears complete or not at all.
  ///
  /// - Throws: ``CheckpointError`` if the file cannot be written.
  public func write(to path: String) throws {
    try FileSystem.writeAtomically(to: path) { append in
      try Array((text + "\n").utf8).withUnsafeBytes(append)
    }
  }
}
