/// One output of a lesson with the place in its source that made it: one line of the file that `--trace FILE` writes.
///
/// The texts of all records, one after another, are the lesson's standard output to the byte. The weaver reads the
/// records to put each output under its code.
public struct TraceRecord: Codable, Equatable, Sendable {
  /// What kind of output it is.
  public enum Kind: String, Codable, Sendable {
    case title, section, value, table, note, verbatim, figure
  }

  /// The cells of a table.
  public struct Table: Codable, Equatable, Sendable {
    /// The names of the columns.
    public var header: [String]
    /// The rows, as many cells in each as there are columns.
    public var rows: [[String]]
    /// Whether each column holds numbers, and so is set right.
    public var isNumeric: [Bool]
  }

  /// What there is to know of a figure beside its text.
  public struct Figure: Codable, Equatable, Sendable {
    /// The name that the lesson gave it.
    public var name: String
    /// What there is to see.
    public var caption: String
    /// What it shows, for a reader who cannot see it.
    public var alternative: String
    /// The end of its file's name: `png` or `svg`.
    public var fileExtension: String
    /// Size in pixels.
    public var width: Int
    /// Size in pixels.
    public var height: Int
    /// Path of the file that it was written to, if it was.
    public var path: String?
    /// Path of the file for narrow screens, if there is one.
    public var narrowPath: String?
  }

  /// Module and file of the call, as `#fileID` gives it: `Lesson04_ViT/main.swift`.
  public var file: String
  /// Line of the call in that file, from 1.
  public var line: Int
  /// What was called.
  public var kind: Kind
  /// The standard output of the call, with the blank line that sets it apart, if any.
  public var text: String
  /// The cells of a table.
  public var table: Table?
  /// Name, caption and file of a figure.
  public var figure: Figure?

  /// The record as one line of JSON, with a line feed at its end.
  var jsonLine: String {
    var members = [
      ("file", Self.quoted(file)), ("line", "\(line)"), ("kind", Self.quoted(kind.rawValue)),
      ("text", Self.quoted(text)),
    ]
    if let table { members.append(("table", Self.object(table))) }
    if let figure { members.append(("figure", Self.object(figure))) }
    return Self.object(members) + "\n"
  }

  private static func object(_ table: Table) -> String {
    object([
      ("header", list(table.header.map(quoted))), ("rows", list(table.rows.map { list($0.map(quoted)) })),
      ("isNumeric", list(table.isNumeric.map { $0 ? "true" : "false" })),
    ])
  }

  private static func object(_ figure: Figure) -> String {
    object(
      [
        ("name", quoted(figure.name)), ("caption", quoted(figure.caption)),
        ("alternative", quoted(figure.alternative)), ("fileExtension", quoted(figure.fileExtension)),
        ("width", "\(figure.width)"), ("height", "\(figure.height)"),
      ]
        + [("path", figure.path), ("narrowPath", figure.narrowPath)].compactMap { name, path in
          path.map { (name, quoted($0)) }
        })
  }

  private static func object(_ members: [(name: String, value: String)]) -> String {
    "{" + members.map { "\(quoted($0.name)): \($0.value)" }.joined(separator: ", ") + "}"
  }

  private static func list(_ elements: [String]) -> String { "[" + elements.joined(separator: ", ") + "]" }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
