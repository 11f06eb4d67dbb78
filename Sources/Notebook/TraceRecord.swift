import Support

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
    var members: [(key: String, value: JSON)] = [
      ("file", .string(file)), ("line", .integer(line)), ("kind", .string(kind.rawValue)), ("text", .string(text)),
    ]
    if let table { members.append(("table", table.json)) }
    if let figure { members.append(("figure", figure.json)) }
    return JSON.object(JSON.Object(members)).text(.line) + "\n"
  }
}

extension TraceRecord.Table {
  fileprivate var json: JSON {
    func texts(_ cells: [String]) -> JSON { .array(cells.map(JSON.string)) }
    return [
      "header": texts(header), "rows": .array(rows.map(texts)), "isNumeric": .array(isNumeric.map(JSON.bool)),
    ]
  }
}

extension TraceRecord.Figure {
  fileprivate var json: JSON {
    var members: [(key: String, value: JSON)] = [
      ("name", .string(name)), ("caption", .string(caption)), ("alternative", .string(alternative)),
      ("fileExtension", .string(fileExtension)), ("width", .integer(width)), ("height", .integer(height)),
    ]
    if let path { members.append(("path", .string(path))) }
    if let narrowPath { members.append(("narrowPath", .string(narrowPath))) }
    return .object(JSON.Object(members))
  }
}
