import ArgumentParser
import CourseKit
import Datasets
import Images
import Notebook
import Support

struct Draw: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws scenes as PNG files, with their captions and questions.",
    discussion: """
      Writes scene-000.png and so on, and scenes.json: for each picture its file, caption, question and answer. No \
      model of the course has learned from these scenes.

      Files of these names are replaced where this command drew them, which it tells by its scenes.json; files of \
      anybody else are refused before anything is written.
      """)

  @Argument(help: "The directory to write to; it is made where it is missing.")
  var directory: String

  @Option(parsing: .unconditional, help: ArgumentHelp("How many scenes.", valueName: "n"))
  var count = 50

  @Option(parsing: .unconditional, help: ArgumentHelp("Where the random numbers start.", valueName: "n"))
  var seed = 1

  func validate() throws {
    if directory.isEmpty { throw ValidationError("Missing expected argument '<directory>'") }
    try CommonOptions.check(count, of: "--count <n>", in: 1...1000)
    try CommonOptions.check(seed, of: "--seed <n>", in: CommonOptions.seedRange)
  }

  func run() throws {
    let scenes = Scenes(split: .heldOut, seed: seed)
    let questions = (0..<count).map { (file: Self.fileName($0), question: scenes.question(at: $0)) }
    try FileSystem.makeDirectory(directory)
    try refuseStrangers(questions.map(\.file))
    let entries = questions.map { file, question -> JSON in
      [
        "answer": .string(question.answer), "caption": .string(question.scene.canonicalCaption), "file": .string(file),
        "question": .string(question.text),
      ]
    }
    // The list comes first: without it, the next run would not replace the pictures.
    try JSON.array(entries).write(to: path(Self.list))
    for (file, question) in questions { try question.scene.image().writePNG(to: path(file)) }
    StandardStreams.write("\(count) scenes in \(directory)\n")
  }

  private static let list = "scenes.json"

  private static func fileName(_ index: Int) -> String {
    let digits = String(index)
    return "scene-\(String(repeating: "0", count: 3 - digits.count))\(digits).png"
  }

  private func path(_ name: String) -> String { FileSystem.join(directory, name) }

  /// Refuses a directory in which one of the files is there, but is not this command's own.
  private func refuseStrangers(_ pictures: [String]) throws {
    guard let names = FileSystem.names(in: directory) else {
      throw CourseError("\(directory): cannot be read: \(FileSystem.lastError)")
    }
    let present = Set(names)
    for name in [Self.list] + pictures where present.contains(name) {
      guard case .file? = FileSystem.item(at: path(name), followingLinks: false) else {
        throw CourseError("\(path(name)): is no regular file, and is not replaced")
      }
    }
    if isOwnList { return }
    if let stranger = ([Self.list] + pictures).first(where: present.contains) {
      throw CourseError("\(path(stranger)): is there, and was not written by course draw; nothing is replaced")
    }
  }

  /// Whether `scenes.json` is a list that this command wrote.
  private var isOwnList: Bool {
    guard case .array(let entries)? = try? JSON(contentsOf: path(Self.list)) else { return false }
    return entries.allSatisfy { entry in
      guard case .object(let members) = entry else { return false }
      return ["answer", "caption", "file", "question"].allSatisfy {
        if case .string? = members[$0] { true } else { false }
      }
    }
  }
}
