import Support

/// Trees of fields as sequences of tokens and back, as Donut writes them (Kim et al. 2022, section 3.1; there
/// `json2token` and `token2json`).
///
/// A member becomes `<s_key>…</s_key>`, `<sep/>` stands between the elements of a list, and the kind of a page is a
/// token of its own, `<receipt/>`:
///
///     <s_kind><receipt/></s_kind><s_store>BLUE CAFE</s_store>…<s_items><s_count>2</s_count>…<sep/>…</s_items>…
///
/// As in Donut a list of one element is written, and therefore read back, as that element.
public enum DocumentTokens {
  /// The values that are tokens of their own.
  public static let kinds = ["receipt", "form"]
  /// The keys of all trees.
  public static let keys =
    ["kind", "store", "date", "items", "count", "name", "price", "total", "title"]
    + FormKey.allCases.map(\.rawValue).filter { !["date", "name"].contains($0) }
  /// What stands between the elements of a list.
  public static let separator = "<sep/>"
  /// All tokens that are no characters: `<s_key>` and `</s_key>` of each key, `<sep/>` and the kinds.
  public static let tags =
    keys.flatMap { ["<s_\($0)>", "</s_\($0)>"] } + [separator] + kinds.map { "<\($0)/>" }

  /// A tree as a sequence. Numbers and truth values are written as text.
  public static func sequence(_ tree: JSON) -> String {
    switch tree {
    case .object(let object): object.members.map { "<s_\($0.key)>\(sequence($0.value))</s_\($0.key)>" }.joined()
    case .array(let elements): elements.map(sequence).joined(separator: separator)
    case .string(let text): kinds.contains(text) ? "<\(text)/>" : text
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .bool(let value): value ? "true" : "false"
    case .null: ""
    }
  }

  /// The tree of a sequence, as far as there is one: a model may write anything.
  ///
  /// - Where the sequence breaks off, an unfinished text is left out, and the members around it end there.
  /// - Elsewhere a tag without its partner is left out, and what stands behind it is read as if the tag were not there.
  /// - Text between members and text among a list's objects is left out; of two members with one key the first counts.
  ///
  /// - Returns: an object, or where there are no tags the text itself; of an empty sequence an empty object.
  public static func tree(_ sequence: String) -> JSON {
    var parts = parts(of: sequence)
    matchTags(&parts)
    var reader = Reader(parts: parts)
    let value = reader.value()
    if case .string("") = value { return .object(JSON.Object()) }
    return value
  }

  /// A piece of a sequence.
  fileprivate enum Part: Equatable {
    case open(Substring)
    case close(Substring)
    case separator
    case text(String)
  }

  /// No tag is longer, so that a text of many "<" is read in linear time.
  private static let longestTag = 32

  /// Cuts a sequence at its tags. What only begins like one is text.
  private static func parts(of sequence: String) -> [Part] {
    var parts: [Part] = []
    var text = ""
    func flush() {
      if !text.isEmpty { parts.append(.text(text)) }
      text = ""
    }
    var rest = Substring(sequence)
    while let start = rest.firstIndex(of: "<") {
      text += rest[..<start]
      rest = rest[start...]
      guard let end = rest.prefix(longestTag).firstIndex(of: ">") else {
        text += "<"
        rest = rest.dropFirst()
        continue
      }
      let tag = rest[...end]
      let body = tag.dropFirst().dropLast()
      if body.hasPrefix("s_") && !body.contains("<") {
        flush()
        parts.append(.open(body.dropFirst(2)))
      } else if body.hasPrefix("/s_") && !body.contains("<") {
        flush()
        parts.append(.close(body.dropFirst(3)))
      } else if tag == separator {
        flush()
        parts.append(.separator)
      } else if kinds.contains(where: { tag == "<\($0)/>" }) {
        text += body.dropLast()
      } else {
        text += "<"
        rest = rest.dropFirst()
        continue
      }
      rest = rest[end...].dropFirst()
    }
    text += rest
    flush()
    return parts
  }

  /// Takes out tags without a partner, and closes what was open where the sequence breaks off, so that the rest is
  /// nested.
  private static func matchTags(_ parts: inout [Part]) {
    var isKept = [Bool](repeating: true, count: parts.count)
    var open: [(place: Int, key: Substring)] = []
    // How many of each key are open, so that a closing tag without a partner is known at once.
    var counts: [Substring: Int] = [:]
    for (place, part) in parts.enumerated() {
      switch part {
      case .open(let key):
        open.append((place, key))
        counts[key, default: 0] += 1
      case .close(let key):
        if counts[key, default: 0] == 0 { isKept[place] = false }
        while counts[key, default: 0] > 0, let last = open.popLast() {
          counts[last.key, default: 0] -= 1
          if last.key == key { break }
          isKept[last.place] = false
        }
      default: break
      }
    }
    let lastMember = parts.indices.last { place in
      if case .close = parts[place] { isKept[place] } else { false }
    }
    var end = parts.count
    var closing: [Part] = []
    for (place, key) in open.reversed() {
      if let lastMember, lastMember > place {
        closing.append(.close(key))
      } else {
        end = place
      }
    }
    parts = zip(parts, isKept).prefix(end).filter(\.1).map(\.0) + closing
  }

  /// Reads nested parts from left to right.
  private struct Reader {
    let parts: [Part]
    var place = 0
    /// Deeper members are left out.
    private static let deepest = 16

    init(parts: [Part]) { self.parts = parts }

    /// The value up to the closing tag around it, which stays, or the end.
    mutating func value(depth: Int = 0) -> JSON {
      var elements: [JSON] = []
      var object = JSON.Object()
      var text = ""
      func element() -> JSON { object.members.isEmpty ? .string(trimmed(text)) : .object(object) }
      reading: while place < parts.count {
        let part = parts[place]
        switch part {
        case .close: break reading
        case .separator:
          elements.append(element())
          (object, text) = (JSON.Object(), "")
          place += 1
        case .text(let more):
          text += more
          place += 1
        case .open(let key):
          place += 1
          let value = depth < Self.deepest ? value(depth: depth + 1) : skipped()
          place += 1  // its closing tag
          _ = object.append(String(key), value)
        }
      }
      if elements.isEmpty { return element() }
      elements.append(element())
      let objects = elements.filter { if case .object = $0 { true } else { false } }
      return .array(objects.isEmpty ? elements : objects)
    }

    /// Passes over the parts up to the closing tag around them.
    private mutating func skipped() -> JSON {
      var open = 0
      while place < parts.count {
        if case .open = parts[place] { open += 1 }
        if case .close = parts[place] {
          if open == 0 { break }
          open -= 1
        }
        place += 1
      }
      return .string("")
    }
  }

  /// A text without spaces at its ends.
  private static func trimmed(_ text: String) -> String {
    let rest = text.drop { $0 == " " }
    guard let last = rest.lastIndex(where: { $0 != " " }) else { return "" }
    return String(rest[...last])
  }
}
