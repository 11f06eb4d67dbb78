/// One output of a lesson with the place in its source that made it: one line of the file that `--trace FILE` writes.
///
/// The texts of all records, one after another, are the lesson's standard output to the byte. A weaver reads the
/// records to put each output under its code.
public struct TraceRecord: Codable, Equatable, Sendable {
  /// What kind of output it is.
  public enum Kind: String, Codable, Sendable {
    case title, section, value, table, note, verbatim, figure
  }

  /// Module and file of the call, as `#fileID` gives it: `Lesson04_ViT/main.swift`.
  public var file: String
  /// Line of the call in that file, from 1.
  public var line: Int
  /// What was called.
  public var kind: Kind
  /// The standard output of the call, with the blank line that sets it apart, if any.
  public var text: String
  /// Path of the PNG that a figure was written to.
  public var figure: String?

  /// The record as one line of JSON, with a line feed at its end.
  var jsonLine: String {
    var members = [
      "\"file\": \(Self.quoted(file))", "\"line\": \(line)", "\"kind\": \(Self.quoted(kind.rawValue))",
      "\"text\": \(Self.quoted(text))",
    ]
    if let figure { members.append("\"figure\": \(Self.quoted(figure))") }
    return "{" + members.joined(separator: ", ") + "}\n"
  }

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
