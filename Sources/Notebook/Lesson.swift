import Support
import Tensors

/// A running lesson: its command line, its title and its outputs.
///
/// A lesson is a script, the top-level code of a `main.swift`, that begins with its ``Lesson`` and then prints through
/// ``section(_:file:line:)``, `show`, `table`, ``note(_:file:line:)`` and `figure`:
///
/// ```swift
/// import Notebook
///
/// let lesson = Lesson(4, "Vision Transformer (ViT)")
/// section("4.1 The arithmetic of patches")
/// show("Patches", [1, 196, 768], note: "[batch, 196 patches, 768 dim]")
/// ```
@MainActor
public final class Lesson<Options: LessonOptions> {
  /// The lesson's number in the course.
  public let number: Int
  /// The lesson's title.
  public let title: String
  /// The flags of the command line.
  public let options: Options

  /// Begins a lesson that takes flags of its own: reads the command line, sets the engine up and prints the title.
  ///
  /// `--help`, a wrong flag and a figures folder that cannot be written end the program here, before any work.
  ///
  /// - Parameter ownInput: answers the reader's own input where the flags name one: its answer is printed and the program
  ///   ends, as it does with one line for an error. `nil` means that the flags ask for the lesson, which goes on.
  public init(
    _ number: Int, _ title: String, options: Options.Type, file: String = #fileID, line: Int = #line,
    ownInput: (Options) throws -> LessonAnswer? = { _ in nil }
  ) {
    System.reserveStandardStreams()
    Session.refuseSecond(file, line)
    let program = System.programName
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch CommandLineRequest<Options>(arguments, program: program, abstract: "Lesson \(number): \(title)") {
    case .help(let text):
      Session.printToStandardOutput(text.hasSuffix("\n") ? text : text + "\n")
      System.leave(.success)
    case .error(let message):
      System.stop(message, status: .usage)
    case .run(let options):
      self.options = options
    }
    self.number = number
    self.title = title
    Session.begin(Session(number: number, options: self.options.common))
    manualSeed(seed)
    if let threads { Threads.count = threads }
    let session = Session.current(for: "Lesson", file, line)
    do {
      if let answer = try ownInput(self.options) { session.finish(with: answer, number, title, file, line) }
    } catch {
      Session.stop(error)
    }
    session.title(number, title, file, line)
  }

  /// The seed of the random numbers: `--seed N`, 0 if not given.
  public var seed: Int { options.common.seed }

  /// The number of threads asked for with `--threads N`, nil for the engine's own choice.
  public var threads: Int? { options.common.threads }

  /// The folder for figures: `--figures DIR`.
  public var figures: String? { options.common.figures }
}

extension Lesson where Options == CommonOptions {
  /// Begins a lesson with the common flags: reads the command line, sets the engine up and prints the title.
  public convenience init(_ number: Int, _ title: String, file: String = #fileID, line: Int = #line) {
    self.init(number, title, options: CommonOptions.self, file: file, line: line)
  }
}

/// What a lesson answers to the reader's own input, and how that is printed.
public enum LessonAnswer {
  /// One JSON object; standard output holds nothing else.
  case object(JSON)
  /// A table below the lesson's title, and pictures below that.
  case table([String], [[Cell]], pictures: [Picture] = [])

  /// A picture that belongs to an answer, shown as `figure` shows one.
  public struct Picture {
    let name: String
    let illustration: any Illustration
    let caption: String

    /// - Parameters:
    ///   - name: names the file: lowercase letters, digits and hyphens.
    ///   - caption: what there is to see, a sentence.
    public init(_ name: String, _ illustration: any Illustration, caption: String) {
      self.name = name
      self.illustration = illustration
      self.caption = caption
    }
  }
}

extension Session {
  /// Prints an answer and ends the program.
  func finish(with answer: LessonAnswer, _ number: Int, _ title: String, _ file: String, _ line: Int) -> Never {
    switch answer {
    case .object(let object): Session.printToStandardOutput(object.text(.line) + "\n")
    case .table(let header, let rows, let pictures):
      self.title(number, title, file, line)
      write { $0.table(TextTable(header, rows), at: SourceLine(file: file, line: line)) }
      for picture in pictures {
        figure(picture.name, picture.illustration, caption: picture.caption, file: file, line: line)
      }
    }
    System.leave(.success)
  }

  /// Ends the program with one line about an error.
  static func stop(_ error: any Error) -> Never {
    let message = String(describing: error).split(whereSeparator: \.isNewline).joined(separator: " ")
    System.stop("\(System.programName): \(message)")
  }
}
