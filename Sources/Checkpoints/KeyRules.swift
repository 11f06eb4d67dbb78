/// How the names in a checkpoint differ from those a model expects, where that is known to be harmless.
public struct KeyRules: Sendable {
  /// Patterns of names that a checkpoint may hold for nothing. `*` stands for any characters, `#` for a number.
  public var ignored: [String]
  /// Names that may be missing because they are another tensor under a second name: the name, and where it is found.
  public var tied: [(name: String, source: String)]

  /// Creates rules.
  public init(ignored: [String] = [], tied: [(name: String, source: String)] = []) {
    self.ignored = ignored
    self.tied = tied
  }

  /// Whether a name matches one of the patterns in ``ignored``.
  public func ignores(_ name: String) -> Bool {
    ignored.contains { matches(name.utf8[...], $0.utf8[...]) }
  }

  /// Matches a name against a pattern; the work is bounded by the product of their lengths for each `*`.
  private func matches(_ name: Substring.UTF8View, _ pattern: Substring.UTF8View) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    let rest = pattern.dropFirst()
    switch first {
    case UInt8(ascii: "*"):
      var tail = name
      while true {
        if matches(tail, rest) { return true }
        guard tail.popFirst() != nil else { return false }
      }
    case UInt8(ascii: "#"):
      let tail = name.drop { (0x30...0x39).contains($0) }
      return tail.startIndex != name.startIndex && matches(tail, rest)
    default:
      return name.first == first && matches(name.dropFirst(), rest)
    }
  }
}
