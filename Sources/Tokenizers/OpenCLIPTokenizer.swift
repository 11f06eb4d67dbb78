import Support

/// CLIP's tokenizer as open_clip runs it: OpenAI's own way, which cleans a text before it is split and takes nothing in it
/// for a special token.
///
/// Of the repairs of `ftfy.fix_text` those of single characters are done: quotes, ligatures, wide letters, control
/// characters, line ends. Not done are its guesses about text that was decoded with the wrong encoding ("cafÃ©"), half-width
/// Katakana and Hangul, and the HTML names beyond `&amp;`, `&lt;`, `&gt;`, `&quot;`, `&apos;` and `&nbsp;`; nor is a
/// spelled-out `<end_of_text>` the token that it is for open_clip. Such a text gets other tokens there.
public struct OpenCLIPTokenizer: Tokenizer {
  private let tokenizer: PipelineTokenizer

  /// The tokenizer with the vocabulary of OpenAI's CLIP, which open_clip has built in.
  ///
  /// - Parameter contextLength: how many tokens of a text are kept.
  /// - Throws: `DataError` if the vocabulary, a resource of this module, is missing or damaged.
  public init(contextLength: Int = CLIPTokenizer.maxLength) throws(DataError) {
    try self.init(CLIPTokenizer.openAI(), contextLength, directory: nil)
  }

  /// The tokenizer with the vocabulary of a directory's own files.
  ///
  /// - Parameter contextLength: how many tokens of a text are kept.
  /// - Throws: `DataError` naming the file and the reason, also for a tokenizer that is not CLIP's.
  public init(directory: String, contextLength: Int) throws(DataError) {
    try self.init(loadTokenizer(directory: directory), contextLength, directory: directory)
  }

  private init(_ tokenizer: any Tokenizer, _ contextLength: Int, directory: String?) throws(DataError) {
    guard let clip = tokenizer as? PipelineTokenizer, case .bytePairs = clip.model, clip.decodedWordEnd != nil else {
      throw DataError(.mismatch, file: directory, reason: "its tokenizer is not CLIP's, which open_clip needs")
    }
    var plain = PipelineTokenizer(
      model: clip.model, normalizer: clip.normalizer,
      preTokenizer: .sequence([
        .clip(keepsSpecialTokens: false), .byteLevel(addsPrefixSpace: false, usesPattern: true),
      ]))
    (plain.addedTokens, plain.template, plain.specialTokens) = (clip.addedTokens, clip.template, clip.specialTokens)
    (plain.decoder, plain.decodedWordEnd) = (clip.decoder, clip.decodedWordEnd)
    (plain.modelMaxLength, plain.directory) = (contextLength, directory)
    plain.addedTokens.ignoresSpecialTokens = true
    self.tokenizer = plain
  }

  public var vocabularySize: Int { tokenizer.vocabularySize }
  public var modelMaxLength: Int? { tokenizer.modelMaxLength }
  public var specialTokens: SpecialTokens { tokenizer.specialTokens }
  public func id(of token: String) -> Int? { tokenizer.id(of: token) }
  public func token(for id: Int) -> String? { tokenizer.token(for: id) }

  public func encode(_ text: String, pair: String?, addSpecialTokens: Bool) -> Encoding {
    tokenizer.encode(Self.clean(text), pair: pair.map(Self.clean), addSpecialTokens: addSpecialTokens)
  }

  public func encode(
    _ text: String, pair: String?, addSpecialTokens: Bool, truncation: Truncation
  ) throws(DataError) -> Encoding {
    try tokenizer.encode(
      Self.clean(text), pair: pair.map(Self.clean), addSpecialTokens: addSpecialTokens, truncation: truncation)
  }

  /// Texts are always cut to the length that the model takes; the end token is kept.
  public func processorTruncation(isPadding: Bool) -> Truncation { .modelMaxLength }

  public func pad(_ encodings: [Encoding], to padding: Padding) throws(DataError) -> [Encoding] {
    try tokenizer.pad(encodings, to: padding)
  }

  public func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String {
    tokenizer.decode(ids, skipSpecialTokens: skipSpecialTokens)
  }

  // MARK: Cleaning

  /// A text with its characters repaired and HTML's names resolved. White space and capital letters are the tokenizer's
  /// matter.
  static func clean(_ text: String) -> String {
    // Nearly all texts have nothing to clean.
    if text.utf8.allSatisfy({ 0x20..<0x7F ~= $0 && $0 != UInt8(ascii: "&") }) { return text }
    let named = text.contains("<") ? Array(text.unicodeScalars) : unescaped(Array(text.unicodeScalars))
    let repaired = withoutTerminalCodes(named).flatMap(repaired)
    var cleaned = String.UnicodeScalarView()
    cleaned.append(contentsOf: unescaped(unescaped(repaired)))
    return String(cleaned)
  }

  /// What stands for a character in a repaired text: no, one or several characters.
  private static func repaired(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    switch scalar.value {
    case 0x00...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: []
    case 0x80...0x9F: windows1252[scalar.value].map { repaired($0) } ?? [scalar]
    case 0x2BC, 0x2018...0x201B: ["'"]
    case 0x201C...0x201F: ["\""]
    case 0x3000: [" "]
    case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0).map { [$0] } ?? [scalar]
    default: ligatures[scalar] ?? [scalar]
    }
  }

  private static let ligatures: [Unicode.Scalar: [Unicode.Scalar]] = [
    "\u{132}": ["I", "J"], "\u{133}": ["i", "j"], "\u{149}": ["'", "n"],
    "\u{1F1}": ["D", "Z"], "\u{1F2}": ["D", "z"], "\u{1F3}": ["d", "z"],
    "\u{1C4}": ["D", "\u{17D}"], "\u{1C5}": ["D", "\u{17E}"], "\u{1C6}": ["d", "\u{17E}"],
    "\u{1C7}": ["L", "J"], "\u{1C8}": ["L", "j"], "\u{1C9}": ["l", "j"],
    "\u{1CA}": ["N", "J"], "\u{1CB}": ["N", "j"], "\u{1CC}": ["n", "j"],
    "\u{FB00}": ["f", "f"], "\u{FB01}": ["f", "i"], "\u{FB02}": ["f", "l"], "\u{FB03}": ["f", "f", "i"],
    "\u{FB04}": ["f", "f", "l"], "\u{FB05}": ["\u{17F}", "t"], "\u{FB06}": ["s", "t"],
  ]

  /// Without what colors a terminal: escape, bracket, numbers, a letter.
  private static func withoutTerminalCodes(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard text.contains("\u{1B}") else { return text }
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < text.count {
      if text[index] == "\u{1B}", index + 1 < text.count, text[index + 1] == "[" {
        var end = index + 2
        while end < text.count, "0"..."9" ~= text[end] || text[end] == ";" { end += 1 }
        if end < text.count, "a"..."z" ~= text[end] || "A"..."Z" ~= text[end] {
          index = end + 1
          continue
        }
      }
      result.append(text[index])
      index += 1
    }
    return result
  }

  /// HTML's names of characters, the longest first; the first five need no semicolon.
  private static let names: [(name: [Unicode.Scalar], character: Unicode.Scalar, needsEnd: Bool)] = [
    ("quot", "\"", false), ("nbsp", "\u{A0}", false), ("amp", "&", false), ("lt", "<", false), ("gt", ">", false),
    ("apos", "'", true),
  ].map { (Array(($0.0 as String).unicodeScalars), $0.1, $0.2) }

  /// Without HTML's `&amp;` and `&#38;`.
  private static func unescaped(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard text.contains("&") else { return text }
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < text.count {
      if text[index] == "&", let (character, end) = number(text, index) ?? name(text, index) {
        if let character { result.append(character) }
        index = end
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  private static func name(_ text: [Unicode.Scalar], _ start: Int) -> (Unicode.Scalar?, Int)? {
    for (name, character, needsEnd) in names {
      let end = start + 1 + name.count
      guard end <= text.count, text[start + 1..<end].elementsEqual(name) else { continue }
      let isEnded = end < text.count && text[end] == ";"
      if isEnded || !needsEnd { return (character, isEnded ? end + 1 : end) }
    }
    return nil
  }

  /// A character by its number, which may be none.
  private static func number(_ text: [Unicode.Scalar], _ start: Int) -> (Unicode.Scalar?, Int)? {
    var index = start + 1
    guard index < text.count, text[index] == "#" else { return nil }
    index += 1
    let isHexadecimal = index < text.count && (text[index] == "x" || text[index] == "X")
    if isHexadecimal { index += 1 }
    let first = index
    var value: UInt32 = 0
    while index < text.count, let digit = Character(text[index]).hexDigitValue, text[index].isASCII,
      isHexadecimal || digit < 10
    {
      value = min(value * (isHexadecimal ? 16 : 10) + UInt32(digit), 0x110000)
      index += 1
    }
    guard index > first else { return nil }
    if index < text.count, text[index] == ";" { index += 1 }
    if value == 0 || 0xD800...0xDFFF ~= value || value > 0x10FFFF { return ("\u{FFFD}", index) }
    if value == 0x0D { return ("\r", index) }
    if value < 0x20 && ![9, 10, 12].contains(value) || 0x7F...0x9F ~= value {
      return (windows1252[value] ?? (value < 0x80 ? nil : Unicode.Scalar(value)), index)
    }
    return (Unicode.Scalar(value), index)
  }

  /// What the control characters from 128 to 159 are taken for: those of Windows that most likely were meant.
  private static let windows1252: [UInt32: Unicode.Scalar] = [
    0x80: "\u{20AC}", 0x82: "\u{201A}", 0x83: "\u{192}", 0x84: "\u{201E}", 0x85: "\u{2026}",
    0x86: "\u{2020}", 0x87: "\u{2021}", 0x88: "\u{2C6}", 0x89: "\u{2030}", 0x8A: "\u{160}", 0x8B: "\u{2039}",
    0x8C: "\u{152}", 0x8E: "\u{17D}", 0x91: "\u{2018}",
    0x92: "\u{2019}", 0x93: "\u{201C}", 0x94: "\u{201D}", 0x95: "\u{2022}", 0x96: "\u{2013}", 0x97: "\u{2014}",
    0x98: "\u{2DC}", 0x99: "\u{2122}", 0x9A: "\u{161}", 0x9B: "\u{203A}", 0x9C: "\u{153}", 0x9E: "\u{17E}",
    0x9F: "\u{178}",
  ]
}
