/// What a lesson does for the reader's own input when its flags name one, instead of teaching.
///
/// A lesson's options hand it out (``LessonOptions/task``); ``Lesson`` then prints its answer and ends the program.
public protocol LessonTask {
  /// Does the work.
  ///
  /// - Throws: an error whose description is one line for the reader.
  func answer() throws -> TaskAnswer
}

/// How a task's answer is printed.
public enum TaskAnswer {
  /// One JSON object; standard output holds nothing else.
  case object(String)
  /// A table below the lesson's title.
  case table([String], [[Cell]])
}

extension Session {
  /// Does a task, prints its answer and ends the program; an error ends it with one line and nothing printed.
  func perform(_ task: any LessonTask, _ number: Int, _ title: String, _ file: String, _ line: Int) -> Never {
    do {
      switch try task.answer() {
      case .object(let text): Session.printToStandardOutput(text + "\n")
      case .table(let header, let rows):
        self.title(number, title, file, line)
        write { $0.table(TextTable(header, rows), at: SourceLine(file: file, line: line)) }
      }
    } catch {
      let message = String(describing: error).split(whereSeparator: \.isNewline).joined(separator: " ")
      System.stop("\(System.programName): \(message)")
    }
    System.leave(.success)
  }
}
