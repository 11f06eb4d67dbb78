import Support

/// What a lesson answers to the reader's own input, and how that is printed.
public enum LessonAnswer {
  /// One JSON object; standard output holds nothing else.
  case object(JSON)
  /// A table below the lesson's title.
  case table([String], [[Cell]])
}

extension Session {
  /// Prints an answer and ends the program.
  func finish(with answer: LessonAnswer, _ number: Int, _ title: String, _ file: String, _ line: Int) -> Never {
    switch answer {
    case .object(let object): Session.printToStandardOutput(object.text(.line) + "\n")
    case .table(let header, let rows):
      self.title(number, title, file, line)
      write { $0.table(TextTable(header, rows), at: SourceLine(file: file, line: line)) }
    }
    System.leave(.success)
  }

  /// Ends the program with one line about an error.
  static func stop(_ error: any Error) -> Never {
    let message = String(describing: error).split(whereSeparator: \.isNewline).joined(separator: " ")
    System.stop("\(System.programName): \(message)")
  }
}
