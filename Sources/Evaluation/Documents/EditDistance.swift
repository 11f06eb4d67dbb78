import Support

/// The fewest insertions, deletions and substitutions of single elements that make one sequence of another
/// (Levenshtein 1966).
///
/// Rows of the table of Wagner and Fischer 1974 are computed one after the other, so memory grows with the second
/// sequence and time with the product of both lengths.
public func editDistance<Element: Equatable>(_ first: some Collection<Element>, _ second: some Collection<Element>)
  -> Int
{
  let second = Array(second)
  var row = Array(0...second.count)  // row[j]: from the beginning of `first` so far to the first j of `second`
  for (place, element) in first.enumerated() {
    var diagonal = row[0]
    row[0] = place + 1
    for index in second.indices {
      let substituted = diagonal + (element == second[index] ? 0 : 1)
      diagonal = row[index + 1]
      row[index + 1] = min(substituted, diagonal + 1, row[index] + 1)
    }
  }
  return row[second.count]
}

/// The edit distance of two texts in characters, each a Unicode scalar as in Python.
public func editDistance(_ first: String, _ second: String) -> Int {
  editDistance(first.unicodeScalars, second.unicodeScalars)
}

/// The character error rate of texts against references: all edits, divided by all characters of the references.
///
/// 0 if all texts are right. It can exceed 1: a text that is far too long has more edits than its reference has
/// characters.
///
/// - Parameters:
///   - texts: at least one.
///   - references: as many, not all empty.
public func characterErrorRate(_ texts: [String], references: [String]) -> Double {
  let characters = references.reduce(0) { $0 + $1.unicodeScalars.count }
  if texts.count != references.count || characters == 0 {
    reportMisuse(
      "characterErrorRate",
      "\(texts.count) texts and \(references.count) references of \(characters) characters together; "
        + "there is one for each, and not all are empty")
  }
  return Double(zip(texts, references).reduce(0) { $0 + editDistance($1.0, $1.1) }) / Double(characters)
}
