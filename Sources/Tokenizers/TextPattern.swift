import Support

/// What a `Replace` or a `Split` of a `tokenizer.json` looks for: a text, or one of the few regular expressions that
/// published files use.
///
/// An expression is a choice of branches. A branch is a row of characters or classes (`\s`, `[a-z]`), or one of these
/// repeated (`\s+`, ` {2,}`); it may be tied to the beginning (`\A`) or the end (`\z`) of the text. So a text is searched
/// in linear time.
struct TextPattern: Sendable, Equatable {
  /// A set of characters.
  struct Class: Sendable, Equatable {
    enum Member: Sendable, Equatable {
      case range(ClosedRange<UInt32>)
      case space, letter, number, word
      case not([Member])

      func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .range(let range): range.contains(scalar.value)
        case .space: ScalarClass.isSpace(scalar)
        case .letter: ScalarClass.properties(scalar).contains(.letter)
        case .number: ScalarClass.properties(scalar).contains(.number)
        case .word: ScalarClass.properties(scalar).contains(.word)
        case .not(let members): !members.contains { $0.contains(scalar) }
        }
      }
    }

    var members: [Member]

    func contains(_ scalar: Unicode.Scalar) -> Bool { members.contains { $0.contains(scalar) } }
  }

  /// One way to match.
  private struct Branch: Sendable, Equatable {
    var classes: [Class] = []
    /// How often the only class is repeated, if it is.
    var least = 1
    var most = 1
    var isRepeated = false
    var atStart = false
    var atEnd = false
  }

  private var branches: [Branch]

  private init(branches: [Branch]) { self.branches = branches }

  /// A pattern that matches a text alone.
  init(text: String) {
    branches = [
      Branch(classes: text.unicodeScalars.map { Class(members: [.range($0.value...$0.value)]) })
    ]
  }

  /// The matches in a text in UTF-8, from left to right; none is empty.
  func matches(in text: [UInt8]) -> [Range<Int>] {
    var matches: [Range<Int>] = []
    // Where a run that was too short or did not reach the end stops: no match of the branch begins inside it.
    var failedUntil = [Int](repeating: 0, count: branches.count)
    var index = 0
    while index < text.count {
      var end: Int?
      for (number, branch) in branches.enumerated() where end == nil {
        if branch.atStart, index > 0 { continue }
        if branch.isRepeated, index < failedUntil[number] { continue }
        end = self.end(of: branch, in: text, from: index, failedUntil: &failedUntil[number])
      }
      if let end, end > index {
        matches.append(index..<end)
        index = end
      } else {
        index += text.scalar(at: index).length
      }
    }
    return matches
  }

  private func end(of branch: Branch, in text: [UInt8], from start: Int, failedUntil: inout Int) -> Int? {
    var end = start
    if branch.isRepeated {
      var count = 0
      while end < text.count, count < branch.most {
        let (scalar, length) = text.scalar(at: end)
        guard branch.classes[0].contains(scalar) else { break }
        end += length
        count += 1
      }
      guard count >= branch.least, !branch.atEnd || end == text.count else {
        failedUntil = end
        return nil
      }
      return end
    }
    for member in branch.classes {
      guard end < text.count else { return nil }
      let (scalar, length) = text.scalar(at: end)
      guard member.contains(scalar) else { return nil }
      end += length
    }
    return branch.atEnd && end < text.count ? nil : end
  }

  /// Replaces all matches.
  ///
  /// - Returns: whether the text's first character has become nothing.
  @discardableResult
  func replace(in text: inout [UInt8], by replacement: String) -> Bool {
    let matches = matches(in: text)
    guard let first = matches.first else { return false }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var done = 0
    for match in matches {
      result.append(contentsOf: text[done..<match.lowerBound])
      result.append(contentsOf: replacement.utf8)
      done = match.upperBound
    }
    result.append(contentsOf: text[done...])
    text = result
    return first.lowerBound == 0 && replacement.isEmpty
  }
}

// MARK: Reading

extension TextPattern {
  /// Published expressions have at most a hundred parts; each costs time for every character of a text.
  private static let partLimit = 512

  /// Reads a `pattern` of a `tokenizer.json`: `{"String": …}` or `{"Regex": …}`.
  init(_ node: JSONNode) throws(DataError) {
    if !node["String"].isNull {
      let text = try node["String"].string()
      guard !text.isEmpty else { throw node["String"].error("the text to look for is empty") }
      guard text.unicodeScalars.count <= Self.partLimit else {
        throw node["String"].error("the text has more than \(Self.partLimit) characters")
      }
      self.init(text: text)
    } else {
      let expression = try node["Regex"].string()
      guard let branches = Self.branches(expression) else {
        throw node["Regex"].error("the expression \(quoted(expression)) is not supported")
      }
      self.init(branches: branches)
    }
  }

  /// The branches of an expression, or `nil` if it has anything that is not known here.
  private static func branches(_ expression: String) -> [Branch]? {
    var reader = Reader(scalars: Array(expression.unicodeScalars))
    guard reader.scalars.count <= partLimit else { return nil }
    var branches: [Branch] = []
    repeat {
      guard let branch = reader.branch() else { return nil }
      branches.append(branch)
    } while reader.take("|")
    return reader.isAtEnd ? branches : nil
  }

  /// Reads an expression from left to right.
  private struct Reader {
    let scalars: [Unicode.Scalar]
    var index = 0

    var isAtEnd: Bool { index == scalars.count }
    private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
      guard next == scalar else { return false }
      index += 1
      return true
    }

    mutating func take(_ text: String) -> Bool {
      guard scalars[index...].starts(with: text.unicodeScalars) else { return false }
      index += text.unicodeScalars.count
      return true
    }

    mutating func branch() -> Branch? {
      var branch = Branch()
      branch.atStart = take("\\A")
      while let next, next != "|" {
        if take("\\z") {
          branch.atEnd = true
          break
        }
        guard let member = member() else { return nil }
        branch.classes.append(member)
        guard let (least, most) = repetition() else { continue }
        // A repetition inside a row could be matched in several ways.
        guard branch.classes.count == 1, least > 0, most >= least, isAtBorder else { return nil }
        if most < .max, isAtTextEnd { return nil }
        (branch.least, branch.most, branch.isRepeated) = (least, most, true)
      }
      return branch.classes.isEmpty ? nil : branch
    }

    private var isAtTextEnd: Bool { scalars[index...].starts(with: "\\z".unicodeScalars) }
    private var isAtBorder: Bool { isAtEnd || next == "|" || isAtTextEnd }

    /// `+`, `{n}`, `{n,}` or `{n,m}`; a repetition that may match nothing has no least number.
    private mutating func repetition() -> (Int, Int)? {
      if take("+") { return next == "+" || next == "?" ? (0, 0) : (1, .max) }
      if next == "*" || next == "?" { return (0, 0) }
      guard take("{") else { return nil }
      guard let least = number() else { return (0, 0) }
      if take("}") { return (least, least) }
      guard take(",") else { return (0, 0) }
      if take("}") { return (least, .max) }
      guard let most = number(), take("}") else { return (0, 0) }
      return (least, most)
    }

    private mutating func number() -> Int? {
      var value: Int?
      while let next, ("0"..."9").contains(next), (value ?? 0) < 10_000 {
        value = (value ?? 0) * 10 + Int(next.value - 48)
        index += 1
      }
      return value
    }

    /// A character or a class.
    private mutating func member() -> Class? {
      if take("[") { return bracket() }
      guard let next else { return nil }
      if next == "\\" { return escape().map { Class(members: [$0]) } }
      guard !".^$*+?(){}[]|".unicodeScalars.contains(next) else { return nil }
      index += 1
      return Class(members: [.range(next.value...next.value)])
    }

    /// What a backslash begins: a class, or a character that stands for itself.
    private mutating func escape() -> Class.Member? {
      guard take("\\"), let next else { return nil }
      index += 1
      switch next {
      case "s": return .space
      case "S": return .not([.space])
      case "w": return .word
      case "W": return .not([.word])
      case "n": return .range(10...10)
      case "r": return .range(13...13)
      case "t": return .range(9...9)
      case "p", "P":
        let kinds: [(String, Class.Member)] = [("{L}", .letter), ("{N}", .number)]
        for (name, kind) in kinds where take(name) { return next == "p" ? kind : .not([kind]) }
        return nil
      default:
        // A punctuation mark; other letters have meanings that are not known here.
        let isMark = next.isASCII && next.value > 32 && next.value < 127 && !next.properties.isAlphabetic
        guard isMark, !("0"..."9").contains(next) else { return nil }
        return .range(next.value...next.value)
      }
    }

    /// The rest of a class in brackets.
    private mutating func bracket() -> Class? {
      let isNegated = take("^")
      var members: [Class.Member] = []
      while let next, next != "]" {
        // Sets in sets, and their intersections.
        if next == "[" || (next == "&" && index + 1 < scalars.count && scalars[index + 1] == "&") { return nil }
        let member: Class.Member
        if next == "\\" {
          guard let escaped = escape() else { return nil }
          member = escaped
        } else {
          index += 1
          member = .range(next.value...next.value)
        }
        guard case .range(let first) = member, self.next == "-", index + 1 < scalars.count,
          scalars[index + 1] != "]"
        else {
          members.append(member)
          continue
        }
        index += 1
        var last = self.next.map { $0.value...$0.value }
        if self.next == "\\" {
          guard case .range(let escaped)? = escape() else { return nil }
          last = escaped
        } else {
          index += 1
        }
        guard let last, last.lowerBound >= first.lowerBound else { return nil }
        members.append(.range(first.lowerBound...last.lowerBound))
      }
      guard take("]"), !members.isEmpty else { return nil }
      return Class(members: isNegated ? [.not(members)] : members)
    }
  }
}
