extension JSON {
  /// How a value is laid out as text.
  public enum Layout: Sendable {
    /// Indented by two spaces, members sorted by the bytes of their keys: as transformers writes settings.
    case settings
    /// Indented by two spaces, members in their order, an array of plain values on one line.
    case ordered
    /// All on one line, members in their order; what a terminal would obey rather than show is escaped.
    case line
  }

  /// The value as text.
  ///
  /// Numbers are written in their shortest form that reads back to the same value; equal values give equal bytes.
  public func text(_ layout: Layout = .settings) -> String {
    var result = ""
    append(to: &result, layout, indentation: "\n")
    return result
  }

  private func append(to text: inout String, _ layout: Layout, indentation: String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += "\(value)"
    case .number(let value) where value.isNaN: text += "NaN"
    case .number(let value) where value.isInfinite: text += value < 0 ? "-Infinity" : "Infinity"
    case .number(let value): text += "\(value)"
    case .string(let value): text += Self.literal(value, escapingInvisible: layout == .line)
    case .array(let values):
      let isFlat = layout == .line || layout == .ordered && values.allSatisfy(\.isPlain)
      Self.append(values, "[", "]", to: &text, isFlat ? nil : indentation) { text, value, inner in
        value.append(to: &text, layout, indentation: inner)
      }
    case .object(let object):
      let members =
        layout == .settings
        ? object.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } : object.members
      Self.append(members, "{", "}", to: &text, layout == .line ? nil : indentation) { text, member, inner in
        text += Self.literal(member.key, escapingInvisible: layout == .line) + ": "
        member.value.append(to: &text, layout, indentation: inner)
      }
    }
  }

  /// Elements between two brackets, on one line if there is no `indentation`: a line feed and the spaces after it.
  private static func append<Element>(
    _ elements: [Element], _ start: String, _ end: String, to text: inout String, _ indentation: String?,
    _ body: (inout String, Element, String) -> Void
  ) {
    let inner = indentation.map { $0 + "  " }
    text += start
    for (index, element) in elements.enumerated() {
      text += (index == 0 ? "" : inner == nil ? ", " : ",") + (inner ?? "")
      body(&text, element, inner ?? "")
    }
    text += (elements.isEmpty ? "" : indentation ?? "") + end
  }

  private var isPlain: Bool {
    switch self {
    case .null, .bool, .integer, .number, .string: true
    case .array, .object: false
    }
  }

  /// A string between quotation marks: the escapes that JSON demands and, on request, one for each character that a
  /// terminal would obey rather than show.
  package static func literal(_ text: String, escapingInvisible: Bool = false) -> String {
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
      case _ where scalar.value < 0x20 || escapingInvisible && isObeyed(scalar):
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// Writes the text and a line feed to a file that appears complete or not at all.
  ///
  /// - Throws: ``DataError`` if the file cannot be written.
  public func write(to path: String, _ layout: Layout = .settings) throws(DataError) {
    try FileSystem.write(text(layout) + "\n", to: path)
  }
}
