// Text from outside (file names, labels, tokens, recorded outputs), made fit for a terminal. A terminal obeys control
// characters: a label could otherwise clear the screen, or show another text than is there.

/// `text` with every character spelled out that a terminal would obey rather than show.
///
/// Those are the control characters (C0, delete and C1), Unicode's line and paragraph separators, and the marks that turn
/// the direction of writing. Each becomes `\u{…}` with its number; all else, accents and emoji too, stays as it is.
///
/// - Parameter keepingLines: whether line feeds and tabs stay, for a text of several lines.
package func printable(_ text: some StringProtocol, keepingLines: Bool = true) -> String {
  let scalars = text.unicodeScalars
  func isSpelledOut(_ scalar: Unicode.Scalar) -> Bool {
    isObeyed(scalar) && !(keepingLines && (scalar == "\n" || scalar == "\t"))
  }
  guard scalars.contains(where: isSpelledOut) else { return String(text) }
  var result = ""
  for scalar in scalars {
    if isSpelledOut(scalar) {
      result += spelledOut(scalar)
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// Whether a terminal would obey a character rather than show it.
func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x00...0x1F, 0x7F...0x9F, 0x2028...0x2029: true
  case 0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
  default: false
  }
}

/// Text from a file, made fit for a message: in quotes, at most 120 characters, no invisible ones.
package func quoted(_ text: some StringProtocol) -> String {
  var result = "\""
  for (count, scalar) in text.unicodeScalars.enumerated() {
    if count == 120 {
      result += "…"
      break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
      result += spelledOut(scalar)
    default:
      result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

private func spelledOut(_ scalar: Unicode.Scalar) -> String { "\\u{\(String(scalar.value, radix: 16))}" }
