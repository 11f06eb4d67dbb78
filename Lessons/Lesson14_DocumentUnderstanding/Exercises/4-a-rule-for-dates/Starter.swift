/// The first date in a line of text, as `2026-03-14`.
///
/// - Parameter line: what OCR read; letters may stand for digits.
/// - Returns: `nil` where there is no date.
func date(in line: String) -> String? {
  // Any word with dashes is a date as it stands; of one with slashes the parts are turned around.
  for word in line.split(separator: " ") {
    if word.contains("-") { return String(word) }
    if word.contains("/") { return "20" + word.split(separator: "/").reversed().joined(separator: "-") }
  }
  return nil
}
