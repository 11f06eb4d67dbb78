import ArgumentParser
import Tensors

/// The flags that every lesson takes.
public struct CommonOptions: LessonOptions {
  /// Seed of the random numbers.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Seed of the random numbers; another seed gives other numbers.", valueName: "n"))
  public var seed: Int = 0

  /// Threads to compute with, nil for the engine's own choice.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Threads to compute with; the output is the same for any.", valueName: "n"))
  public var threads: Int?

  /// Folder that each figure is written to, nil for none.
  @Option(help: ArgumentHelp("Folder that each figure is written to; made if missing.", valueName: "dir"))
  public var figures: String?

  @Option(help: ArgumentHelp("Write each output with its source line as a line of JSON.", visibility: .hidden))
  var trace: String?

  /// The seeds that a lesson takes: those that a `Double` tells apart, so that a lesson can count on from its seed.
  public static let seedRange = -(1 << 53)...(1 << 53)

  /// The thread counts that a program takes.
  public static let threadRange = 1...Threads.limit

  /// The defaults; the parser fills in what the command line gives.
  public init() {}

  /// Refuses seeds that leave no room to count on, thread counts that no machine has and an empty folder name.
  public mutating func validate() throws {
    try Self.check(seed, of: "--seed <n>", in: Self.seedRange)
    if let threads { try Self.check(threads, of: "--threads <n>", in: Self.threadRange) }
    if figures == "" { throw ValidationError("Missing value for '--figures <dir>'") }
  }

  /// Refuses a number outside of a range, as every program of the course says it.
  ///
  /// - Throws: `ValidationError` that names the flag and the range.
  public static func check(_ value: Int, of flag: String, in range: ClosedRange<Int>) throws {
    guard range.contains(value) else {
      throw ValidationError(
        "The value '\(value)' is invalid for '\(flag)': from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  /// These options.
  public var common: CommonOptions { self }
}

/// A lesson's own flags beside the common ones.
///
/// ```swift
/// struct Options: LessonOptions {
///   @OptionGroup var common: CommonOptions
///   @Option(help: "Part to leave out.") var ablation: String?
/// }
/// let lesson = Lesson(4, "Vision Transformer (ViT)", options: Options.self)
/// ```
public protocol LessonOptions: ParsableArguments {
  /// The flags that every lesson takes.
  var common: CommonOptions { get }
}

/// What a command line asks for.
enum CommandLineRequest<Options: LessonOptions> {
  case run(Options)
  case help(String)
  case error(String)

  /// Reads a command line.
  ///
  /// - Parameters:
  ///   - program: the program's name, for the help text.
  ///   - abstract: what it does, for the help text.
  init(_ arguments: [String], program: String, abstract: String) {
    self = ProgramDescription.$current.withValue(ProgramDescription(name: program, abstract: abstract)) {
      do {
        return .run(try LessonCommand<Options>.parse(arguments).options)
      } catch {
        if LessonCommand<Options>.exitCode(for: error).isSuccess {
          return .help(LessonCommand<Options>.fullMessage(for: error))
        }
        let message = LessonCommand<Options>.message(for: error)
        return .error("\(program): \(Self.oneLine(message)) (\(program) --help lists the options)")
      }
    }
  }

  private static func oneLine(_ message: String) -> String {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.prefix(1).lowercased() + line.dropFirst()
  }
}

/// Name and purpose of the program whose command line is being read; the parser asks for them by type, not by value.
private struct ProgramDescription {
  let name: String
  let abstract: String

  @TaskLocal static var current = ProgramDescription(name: "lesson", abstract: "")
}

private struct LessonCommand<Options: LessonOptions>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: ProgramDescription.current.name,
      abstract: ProgramDescription.current.abstract,
      discussion: """
        Standard output carries the results: the same bytes on every machine, for any number of threads, in debug \
        and release builds. Progress and hints go to standard error.
        """)
  }

  @OptionGroup var options: Options
}
