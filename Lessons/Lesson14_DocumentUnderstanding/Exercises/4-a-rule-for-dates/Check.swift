import Exercises

@main enum Check: ExerciseCheck {
  static let letters: [Character: [Character]] = [
    "0": ["O", "D"], "1": ["I", "L"], "2": ["Z"], "5": ["S"], "8": ["B"],
  ]
  static let words = ["DATE", "TOTAL", "TEL", "555-0134", "A-1047", "12.50", "2/3", "BLUE", "CAFE", "-", "1-2-3"]

  struct Day {
    let year = Int.draw(in: 2010...2035)
    let month = Int.draw(in: 1...12)
    let day = Int.draw(in: 1...31)

    static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    var wanted: String { "\(year)-\(Self.two(month))-\(Self.two(day))" }
    var slashes: String { "\(Self.two(day))/\(Self.two(month))/\(Self.two(year % 100))" }
    var printed: String { Bool.draw() ? wanted : slashes }
  }

  static func surrounded(_ text: String) -> String {
    func some() -> [String] { (0..<Int.draw(in: 0...2)).map { _ in words[Int.draw(in: 0...words.count - 1)] } }
    return (some() + [text] + some()).joined(separator: " ")
  }

  static func misread(_ text: String) -> String {
    String(
      text.map { digit in letters[digit].map { Bool.draw() ? $0[Int.draw(in: 0...$0.count - 1)] : digit } ?? digit })
  }

  static func check() throws {
    try property("A date is found in both forms, alone and among other words") {
      for _ in 0..<100 {
        let day = Day()
        let line = surrounded(day.printed)
        try expectEqual(date(in: line) ?? "nothing", day.wanted, "the date in \"\(line)\"")
      }
    }
    try property("Telephone numbers, file numbers and amounts are no dates") {
      for _ in 0..<100 {
        let line = words.shuffledByDraw().prefix(4).joined(separator: " ")
        try expectEqual(date(in: line) ?? "nothing", "nothing", "the date in \"\(line)\"")
      }
    }
    try property("A day or a month that cannot be is passed over, and the next date counts") {
      for _ in 0..<100 {
        let day = Day()
        let wrong =
          Bool.draw() ? "\(Int.draw(in: 32...99))/0\(Int.draw(in: 1...9))/24" : "2024-\(Int.draw(in: 13...99))-10"
        let line = "\(wrong) \(day.printed)"
        try expectEqual(date(in: line) ?? "nothing", day.wanted, "the date in \"\(line)\"")
        try expectEqual(date(in: wrong) ?? "nothing", "nothing", "the date in \"\(wrong)\"")
      }
    }
    try property("Letters that look like digits are read as digits") {
      for _ in 0..<100 {
        let day = Day()
        let line = "DATE \(misread(day.printed))"
        try expectEqual(date(in: line) ?? "nothing", day.wanted, "the date in \"\(line)\"")
      }
    }
  }
}
