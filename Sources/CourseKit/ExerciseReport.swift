import Foundation
import Notebook
import Support

/// What a reader sees of a checked answer.
public struct ExerciseReport {
  private let exercise: Exercise
  private let outcome: ExerciseProgram.Outcome
  private let reason: String
  private let hasStyles: Bool

  /// - Parameters:
  ///   - reason: what the solution shows, as it is to be read after success.
  ///   - hasStyles: whether the text goes to a terminal with colors.
  public init(_ exercise: Exercise, _ outcome: ExerciseProgram.Outcome, reason: String, hasStyles: Bool) {
    self.exercise = exercise
    self.outcome = outcome
    self.reason = reason
    self.hasStyles = hasStyles
  }

  /// The heading, the properties, and what to do next.
  public var text: String {
    ([styled("Exercise \(exercise.id). \(exercise.title)", .bold), ""] + body).joined(separator: "\n") + "\n"
  }

  private var body: [String] {
    switch outcome {
    case .passed(let output):
      return properties(output) + ["", styled("Solved.", .colored(.green)), "", reason]
    case .failed(let output, let errors, let ending):
      return properties(output) + stop(errors, ending) + ["", "A hint: swift run course exercise hint \(exercise.id)"]
    case .notBuilt(let errors):
      let mistakes = errors.errors.prefix(5).flatMap { [styled($0.place, .bold), "  \($0.message)"] + $0.excerpt }
      return [styled("does not compile", .colored(.red)), ""] + (mistakes.isEmpty ? errors.tail : Array(mistakes))
    }
  }

  /// The lines of the check, those that hold in green.
  private func properties(_ output: String) -> [String] {
    output.split(whereSeparator: \.isNewline).map { line in
      switch line.first {
      case "✓": styled(String(line), .colored(.green))
      case "✗": styled(String(line), .colored(.red))
      default: printable(String(line))
      }
    }
  }

  /// Why the program stopped, if it was not the check that ended it.
  private func stop(_ errors: String, _ ending: Subprocess.Ending) -> [String] {
    let lines = errors.split(whereSeparator: \.isNewline).suffix(6).map { printable(String($0)) }
    switch ending {
    case .exited: return lines
    case .signaled: return lines + [styled("the program \(ending)", .colored(.red))]
    case .timedOut:
      let seconds = Int(ExerciseProgram.timeout)
      return lines + [
        styled("the check had not ended after \(seconds) seconds; is there a loop that never ends?", .colored(.red))
      ]
    }
  }

  private func styled(_ text: String, _ style: TextStyle) -> String {
    hasStyles ? style.applied(to: printable(text)) : printable(text)
  }
}
