/// Formulas in LaTeX as plain text: `x_i^2` is xᵢ², `\frac{a}{2b}` is a/(2b), and Σ, √ and Greek letters are themselves.
///
/// A command that is not known stays as it is written.
public enum MathText {
  /// What stands for the space between two formulas, `\quad` and `\qquad`: no other space is as wide.
  static let wideSpace = "    "

  /// A formula in a line.
  public static func text(_ latex: String) -> String { lines(latex).joined(separator: "; ") }

  /// A formula that may have several lines, at its `\\`.
  public static func lines(_ latex: String) -> [String] {
    var parser = MathParser(latex)
    return parser.parse().split(separator: "\n").map { String($0).collapsed }.filter { !$0.isEmpty }
  }
}

extension String {
  /// Without spaces at its ends; inside, at most the four that `\qquad` asks for.
  fileprivate var collapsed: String {
    var result = ""
    for character in self {
      let last = result.last ?? " "
      // No space after another one, after a bracket that opens, before one that closes.
      if character == " ", " ([".contains(last) { continue }
      if last == " ", ")]".contains(character) { result.removeLast() }
      result.append(character)
    }
    while result.last == " " { result.removeLast() }
    // However many of them, with spaces around: one.
    return result.split(separator: MathParser.wideSpace).map { $0.trimmed }.joined(separator: MathText.wideSpace)
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}

private struct MathParser {
  /// Stands for the space of `\quad` until other spaces are taken together.
  static let wideSpace: Character = "\u{2003}"

  private let characters: [Character]
  private var position = 0
  /// Groups that are open: deeper ones are taken as they are written.
  private var depth = 0

  init(_ latex: String) { characters = Array(latex) }

  mutating func parse() -> String {
    var text = ""
    // A brace that closes nothing ends no formula.
    while position < characters.count {
      text = Self.joined(text, sequence())
      if position < characters.count { position += 1 }
    }
    return text
  }

  /// Everything up to a closing brace.
  private mutating func sequence() -> String {
    depth += 1
    defer { depth -= 1 }
    var text = ""
    while position < characters.count, characters[position] != "}" {
      let base = atom()
      text = Self.joined(text, base.text, isName: base.isName)
      text += scripts()
      if base.isName { text.append(Self.nameEnd) }
    }
    return Self.spaced(text)
  }

  /// The ends of names as a space where a letter, a number or a sign of an operation follows, as nothing elsewhere.
  private static func spaced(_ text: String) -> String {
    var result = ""
    var isNameEnd = false
    for character in text {
      if isNameEnd, character.isLetter || character.isNumber || "∑∏√".contains(character) { result.append(" ") }
      isNameEnd = character == Self.nameEnd
      if !isNameEnd { result.append(character) }
    }
    return result
  }

  /// Behind the name of a function, which a letter or number must not touch: `log x`, but `log(x)`.
  private static let nameEnd: Character = "\u{200B}"

  /// Two parts, with a space where the first would run into a name.
  private static func joined(_ first: String, _ second: String, isName: Bool = false) -> String {
    guard isName, let last = first.last, last.isLetter || last.isNumber || last == ")" else { return first + second }
    return first + " " + second
  }

  // MARK: Atoms

  /// A symbol, a group or a command; a name is set apart from letters around it.
  private mutating func atom() -> (text: String, isName: Bool) {
    let character = characters[position]
    switch character {
    case "\\": return command()
    case "{": return (group(), false)
    case "&":
      position += 1
      return ("", false)
    case "-":
      position += 1
      return ("−", false)
    case "'":
      position += 1
      return ("′", false)
    case "~":
      position += 1
      return (" ", false)
    default:
      position += 1
      return (character.isWhitespace ? " " : String(character), false)
    }
  }

  /// What stands between braces, else the next symbol.
  private mutating func group() -> String {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
    guard position < characters.count, characters[position] != "}" else { return "" }
    guard characters[position] == "{" else { return atom().text }
    position += 1
    guard depth < 40 else { return "" }
    let text = sequence()
    if position < characters.count { position += 1 }
    return text
  }

  /// The letters between braces as they are written, for `\text`.
  private mutating func rawGroup() -> String {
    guard position < characters.count, characters[position] == "{" else { return group() }
    var open = 0
    var text = ""
    while position < characters.count {
      let character = characters[position]
      position += 1
      if character == "{" { open += 1 }
      if character == "}" { open -= 1 }
      if open == 0 { break }
      if character != "{", character != "}", character != "\\" { text.append(character.isWhitespace ? " " : character) }
    }
    return text
  }

  private mutating func command() -> (text: String, isName: Bool) {
    position += 1
    guard position < characters.count else { return ("\\", false) }
    guard characters[position].isLetter else {
      position += 1
      return (Self.sign(characters[position - 1]), false)
    }
    let start = position
    while position < characters.count, characters[position].isASCII, characters[position].isLetter { position += 1 }
    if start == position { position += 1 }
    return named(String(characters[start..<position]))
  }

  /// `\,`, `\\`, `\{` and their like.
  private static func sign(_ character: Character) -> String {
    switch character {
    case ",", ";", ":", " ": " "
    case "!": ""
    case "\\": "\n"
    case "|": "‖"
    default: String(character)
    }
  }

  private mutating func named(_ name: String) -> (text: String, isName: Bool) {
    if let symbol = MathSymbols.symbols[name] {
      // A space behind a command only ends its name.
      if "∂∇".contains(symbol), position < characters.count, characters[position] == " " { position += 1 }
      return (symbol, "∑∏∫".contains(symbol))
    }
    if MathSymbols.functions.contains(name) { return (name == "argmax" ? "arg max" : name, true) }
    switch name {
    case "frac", "dfrac", "tfrac":
      let (above, below) = (group(), group())
      return (Self.bracketed(above, isBelow: false) + "/" + Self.bracketed(below, isBelow: true), true)
    case "sqrt": return (root(), false)
    case "text", "mathrm", "operatorname", "textbf", "textit", "mathit": return (rawGroup(), name == "operatorname")
    case "mathbf", "boldsymbol", "bm", "mathsf", "mathtt": return (group(), false)
    case "mathcal", "mathscr": return (String(group().map(MathSymbols.script)), false)
    case "mathbb": return (String(group().map { MathSymbols.doubled[$0] ?? $0 }), false)
    case "hat", "widehat", "bar", "overline", "tilde", "dot", "vec":
      let text = group()
      return (text.count == 1 ? text + (MathSymbols.accents[name] ?? "") : "\(name)(\(text))", false)
    case "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "Bigg", "biggl", "biggr", "Biggl",
      "Biggr":
      return (delimiter(), false)
    case "begin", "end":
      _ = rawGroup()
      return ("", false)
    case "limits", "nolimits", "displaystyle", "textstyle", "nonumber": return ("", false)
    default: return ("\\\(name)\(arguments())", false)
    }
  }

  /// What follows an unknown command, as it is written.
  private mutating func arguments() -> String {
    var text = ""
    while position < characters.count, characters[position] == "{" { text += "{\(rawGroup())}" }
    return text
  }

  private mutating func root() -> String {
    var index = ""
    if position < characters.count, characters[position] == "[" {
      position += 1
      while position < characters.count, characters[position] != "]" {
        index.append(characters[position])
        position += 1
      }
      position = min(position + 1, characters.count)
    }
    let text = group().collapsed
    return (MathSymbols.raised(index) ?? "") + "√" + (Self.isSingle(text) ? text : "(\(text))")
  }

  /// The sign behind `\left`, which may be a command; a dot is none.
  private mutating func delimiter() -> String {
    while position < characters.count, characters[position] == " " { position += 1 }
    guard position < characters.count else { return "" }
    if characters[position] == "." {
      position += 1
      return ""
    }
    return atom().text
  }

  // MARK: Scripts and fractions

  /// `_{…}` and `^{…}` behind an atom, the lower first.
  private mutating func scripts() -> String {
    var (lower, upper) = ("", "")
    while position < characters.count, characters[position] == "_" || characters[position] == "^" {
      let isLower = characters[position] == "_"
      position += 1
      let text = group().collapsed
      if isLower {
        lower += MathSymbols.lowered(text) ?? Self.marked("_", text)
      } else if text == "∘" {
        upper += "°"
      } else {
        upper += MathSymbols.raised(text) ?? Self.marked("^", text)
      }
    }
    // Of a lower and an upper script, the one that has no letters of its own comes last.
    return lower.hasPrefix("_") && !upper.hasPrefix("^") ? upper + lower : lower + upper
  }

  private static func marked(_ mark: String, _ text: String) -> String {
    let isWord = text.allSatisfy { ($0.isLetter || $0.isNumber) && !MathSymbols.isScript($0) }
    return text.isEmpty ? "" : isWord || isEnclosed(text) ? mark + text : "\(mark)(\(text))"
  }

  private static func bracketed(_ part: String, isBelow: Bool) -> String {
    let text = part.collapsed
    return (isBelow ? isSingle(text) : isProduct(text)) || isEnclosed(text) ? text : "(\(text))"
  }

  /// Whether a text is one symbol with its scripts, or one number.
  private static func isSingle(_ text: String) -> Bool {
    let rest = text.first.map { "√∂∇".contains($0) } == true ? text.dropFirst() : text[...]
    guard let first = rest.first else { return true }
    if rest.count < text.count, isEnclosed(String(rest)) { return true }
    if rest.allSatisfy({ $0.isNumber && $0.isASCII || $0 == "." }) { return true }
    return first.isLetter && rest.dropFirst().allSatisfy { MathSymbols.isScript($0) }
  }

  /// Whether a text has no sum and no space outside of its brackets, so that a fraction's bar cannot be misread.
  private static func isProduct(_ text: String) -> Bool {
    var open = 0
    for character in text {
      if character == "(" { open += 1 }
      if character == ")" { open -= 1 }
      if open == 0, " +−/^".contains(character) { return false }
    }
    return true
  }

  /// Whether the brackets at both ends belong together.
  private static func isEnclosed(_ text: String) -> Bool {
    guard text.first == "(", text.last == ")" else { return false }
    var open = 0
    for (offset, character) in text.enumerated() {
      if character == "(" { open += 1 }
      if character == ")" { open -= 1 }
      if open == 0 { return offset == text.count - 1 }
    }
    return false
  }
}
