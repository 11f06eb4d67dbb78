import Support

/// The name of a repository on the hub, with the state of it that is meant: `openai/clip-vit-base-patch32@main`.
public struct RepositoryName: Equatable, Sendable, CustomStringConvertible {
  /// `organization/name`, or for a few old repositories a name alone: `gpt2`.
  public let path: String
  /// A branch, a tag or a commit.
  public let revision: String

  /// The revision that counts where none is given.
  public static let defaultRevision = "main"

  /// Reads `organization/name` or `organization/name@revision`.
  ///
  /// What is refused is what `validate_repo_id` of huggingface_hub refuses: more than two parts, a part of more than 96
  /// characters, others than letters, digits, `-`, `_` and `.`, a `-` or `.` at the start or end of a part, `--`, `..`, and
  /// the ending `.git`. Of a revision git's rules count (`git check-ref-format`).
  ///
  /// - Throws: ``HubError`` that says what is wrong with the name.
  public init(_ text: String) throws(HubError) {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    path = parts[0]
    revision = parts.count == 2 ? parts[1] : Self.defaultRevision
    if let fault = Self.fault(ofPath: path) ?? Self.fault(ofRevision: revision) {
      throw HubError(.invalidName, "\(quoted(text)) is no name of a model on the hub: \(fault)")
    }
  }

  private static func fault(ofPath path: String) -> String? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { return "it has more parts than organization/name" }
    guard parts.allSatisfy({ !$0.isEmpty }) else { return "organization/name is expected" }
    guard parts.allSatisfy({ $0.utf8.count <= 96 }) else { return "a part of it is longer than 96 characters" }
    guard path.utf8.allSatisfy({ isWordByte($0) || $0 == UInt8(ascii: "/") }) else {
      return "only letters, digits, '-', '_' and '.' may be in it"
    }
    let edges = "-."
    guard parts.allSatisfy({ !edges.contains($0.first ?? "-") && !edges.contains($0.last ?? "-") }) else {
      return "no part may start or end with '-' or '.'"
    }
    if path.contains("--") || path.contains("..") { return "'--' and '..' may not be in it" }
    return path.hasSuffix(".git") ? "it may not end with '.git'" : nil
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  private static func fault(ofRevision revision: String) -> String? {
    let fault = "its revision \(quoted(revision)) is none that git knows"
    guard FileSystem.staysInside(revision), !revision.contains(".."), !revision.contains("@{"), revision != "@" else {
      return fault
    }
    guard revision.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && !"~^:?*[\\".utf8.contains($0) }) else { return fault }
    let parts = revision.split(separator: "/")
    return parts.contains { $0.hasPrefix(".") || $0.hasSuffix(".") || $0.hasSuffix(".lock") } ? fault : nil
  }

  /// Whether the revision is a whole commit, which never changes.
  public var isCommit: Bool { Self.isCommit(revision) }

  /// Whether a text is the SHA-1 of a commit: 40 hexadecimal digits in lower case.
  static func isCommit(_ text: String) -> Bool { text.utf8.count == 40 && text.isLowercaseHexadecimal }

  /// The name as it is given: the revision stands only where it is not the usual one.
  public var description: String { revision == Self.defaultRevision ? path : "\(path)@\(revision)" }

  /// The name of its folder in the cache: `models--openai--clip-vit-base-patch32`.
  var folder: String { "models--" + path.split(separator: "/").joined(separator: "--") }
}

extension String {
  /// Whether there are only the digits 0 to 9 and a to f.
  var isLowercaseHexadecimal: Bool {
    utf8.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
    }
  }

  /// The text with all bytes but letters, digits and `-._~` as `%` and two hexadecimal digits; `/` stays where it is kept.
  func percentEncoded(keepingSlashes: Bool = false) -> String {
    var result = ""
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: "/") where keepingSlashes:
        result.append("/")
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
      }
    }
    return result
  }
}
