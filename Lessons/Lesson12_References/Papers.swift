/// A paper that a lesson quotes.
struct Paper {
  let lesson, authors, identifier, title: String

  init(_ lesson: String, _ authors: String, _ identifier: String, _ title: String) {
    (self.lesson, self.authors, self.identifier, self.title) = (lesson, authors, identifier, title)
  }

  /// The lesson's number.
  var lessonNumber: Int { Int(lesson) ?? 0 }

  /// The family name of the first author.
  var firstAuthor: String {
    let names = authors.firstRange(of: " et al.").map { authors[..<$0.lowerBound] } ?? authors[...]
    return String(names.prefix { $0 != "," })
  }

  /// When it appeared, in years: the middle of the month that its number on arXiv begins with, as `1706`, or of the year
  /// that stands behind its authors.
  var date: Double {
    let digits = identifier.prefix { $0 != "." }
    if digits.count == 4, let number = Int(digits) {
      return 2000 + Double(number / 100) + (Double(number % 100) - 0.5) / 12
    }
    return Double(authors.suffix(4)).map { $0 + 0.5 } ?? 0
  }
}
