import Foundation
import Support

/// Compiles an exercise's check together with an answer, and runs it.
///
/// The two files are compiled against the modules that `course` itself was built with, and linked with its objects: less
/// than a second, where a target of its own for each exercise would have to be planned, built and linked by SwiftPM.
public struct ExerciseProgram: Sendable {
  /// What came of an answer.
  public enum Outcome: Sendable {
    /// All properties hold.
    case passed(output: String)
    /// A property does not hold, or the program stopped: what it printed, and on standard error.
    case failed(output: String, errors: String, Subprocess.Ending)
    /// It does not compile.
    case notBuilt(BuildErrors)

    /// Whether the exercise is solved.
    public var isPassed: Bool { if case .passed = self { true } else { false } }
  }

  private let root: URL
  private let compiler: String
  private let flags: [String]
  private let objects: [String]

  /// Seconds that a check may run. A right answer takes few; a loop without end would never come to one.
  public static let timeout: Double = 60

  /// Finds out how `course` was compiled and linked.
  ///
  /// - Throws: ``CourseError`` if it was not built by `swift build`.
  public init(products: Products) throws {
    root = products.root
    let description = products.folder.appending(path: "description.json").path
    let list = products.folder.appending(path: "course.product/Objects.LinkFileList").path
    guard FileSystem.exists(description), FileSystem.exists(list) else {
      throw CourseError("\(products.folder.path): has no build of course; `swift build --product course` makes one")
    }
    let node = JSONNode(try JSON(contentsOf: description), file: description)
    let commands = try node["swiftCommands"].members()
    guard let command = commands.first(where: { $0.key.hasPrefix("C.course-") }) else {
      throw CourseError("\(description): does not say how course is compiled")
    }
    let compilation = node["swiftCommands"].member(command.key, command.value)
    compiler = try compilation["executable"].string()
    let arguments = try compilation["otherArguments"].elements().map { try $0.string() }
    flags = Self.shared(arguments) + ["-I", try compilation["importPath"].string()]
    let lines = try FileSystem.read(list, limit: 16 << 20).split(separator: UInt8(ascii: "\n"))
    objects = lines.map { String(decoding: $0, as: UTF8.self) }.filter { !$0.contains("/course.build/") }
  }

  /// The arguments of a compilation that decide what its modules can be used with: C flags, search paths, the platform.
  static func shared(_ arguments: [String]) -> [String] {
    var result: [String] = []
    var index = 0
    while index < arguments.count {
      let argument = arguments[index]
      if ["-Xcc", "-target", "-sdk", "-F", "-I", "-module-cache-path"].contains(argument), index + 1 < arguments.count {
        // Debug information of C is no part of that, and takes time.
        if argument != "-Xcc" || arguments[index + 1] != "-g" { result += arguments[index...index + 1] }
        index += 1
      } else if argument.hasPrefix("-I") || argument.hasPrefix("-F") {
        result.append(argument)
      }
      index += 1
    }
    return result
  }

  /// Compiles and checks an answer.
  ///
  /// - Parameter answer: which of the exercise's files to check.
  public func check(_ exercise: Exercise, answer: Exercise.File = .answer) throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory.appending(path: "exercise-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = folder.appending(path: "exercise").path
    let sources = [answer, .check].map { root.appending(path: exercise.path(of: $0)).path }
    let build = try BackgroundProgram(
      compiler, flags + Self.rules + sources + objects + ["-o", program], joinsStreams: true, timeout: 300
    ).wait()
    guard build.ending == .exited(0) else {
      return .notBuilt(BuildErrors(output: build.outputText, root: root.path))
    }
    // A crash ends with its message; the backtrace would take seconds and hide it.
    let run = try Subprocess.capture(program, environment: ["SWIFT_BACKTRACE": "enable=no"], timeout: Self.timeout)
    return run.ending == .exited(0)
      ? .passed(output: run.outputText)
      : .failed(output: run.outputText, errors: run.errorText, run.ending)
  }

  /// The rules of a lesson hold for exercises, too: code can move from one to the other.
  private static let rules = [
    "-module-name", "Exercise", "-swift-version", "6", "-default-isolation", "MainActor", "-Onone", "-wmo", "-g",
  ]
}
