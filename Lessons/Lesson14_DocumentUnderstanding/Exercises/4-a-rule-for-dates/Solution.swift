/// The digits that letters are read for.
let confused: [Character: Character] = ["O": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8"]

/// The first date in a line of text, as `2026-03-14`.
///
/// - Parameter line: what OCR read; letters may stand for digits.
/// - Returns: `nil` where there is no date.
func date(in line: String) -> String? {
  for word in line.split(separator: " ") {
    let mended = word.map { confused[$0] ?? $0 }
    for (sign, lengths) in [("-", [4, 2, 2]), ("/", [2, 2, 2])] {
      let parts = String(mended).split(separator: Character(sign), omittingEmptySubsequences: false)
      guard parts.map(\.count) == lengths, parts.allSatisfy({ $0.allSatisfy(\.isASCII) && Int($0) != nil }) else {
        continue
      }
      // Year, month and day; a date with slashes begins with the day.
      let (year, month, day) = sign == "-" ? (parts[0], parts[1], parts[2]) : ("20" + parts[2], parts[1], parts[0])
      // What cannot be is no date: this is what a rule knows and a network has to learn.
      guard (1...12).contains(Int(month) ?? 0), (1...31).contains(Int(day) ?? 0) else { continue }
      return "\(year)-\(month)-\(day)"
    }
  }
  return nil
}
