import ArgumentParser
import CourseKit
import Datasets
import Foundation
import Images
import Notebook

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

  /// A picture in `scenes.json`.
  private struct Entry: Codable {
    let file, caption, question, answer: String
  }

  func run() throws {
    let scenes = Scenes(split: .heldOut, seed: seed)
    let questions = (0..<count).map { (file: Self.fileName($0), question: scenes.question(at: $0)) }
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      try refuseStrangers(questions.map(\.file))
      let entries = questions.map { file, question in
        Entry(
          file: file, caption: question.scene.canonicalCaption, question: question.text, answer: question.answer)
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      // The list comes first: without it, the next run would not replace the pictures.
      try String(decoding: encoder.encode(entries), as: UTF8.self)
        .write(toFile: path(Self.list), atomically: true, encoding: .utf8)
      for (file, question) in questions { try question.scene.image().writePNG(to: path(file)) }
    } catch let error as ImageError {
      throw CourseError(error.description)
    } catch let error as CourseError {
      throw error
    } catch {
      throw CourseError("\(directory): cannot be written: \(CourseError.reason(error))")
    }
    StandardStreams.write("\(count) scenes in \(directory)\n")
  }

  private static let list = "scenes.json"

  private static func fileName(_ index: Int) -> String {
    let digits = String(index)
    return "scene-\(String(repeating: "0", count: 3 - digits.count))\(digits).png"
  }

  private func path(_ name: String) -> String { directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)" }

  /// Refuses a directory in which one of the files is there, but is not this command's own.
  private func refuseStrangers(_ pictures: [String]) throws {
    let present = try Set(FileManager.default.contentsOfDirectory(atPath: directory))
    for name in [Self.list] + pictures where present.contains(name) {
      // Of a link, these are the link's own attributes.
      let kind = try FileManager.default.attributesOfItem(atPath: path(name))[.type] as? FileAttributeType
      guard kind == .typeRegular else { throw CourseError("\(path(name)): is no regular file, and is not replaced") }
    }
    if let list = FileManager.default.contents(atPath: path(Self.list)),
      (try? JSONDecoder().decode([Entry].self, from: list)) != nil
    {
      return
    }
    if let stranger = ([Self.list] + pictures).first(where: present.contains) {
      throw CourseError("\(path(stranger)): is there, and was not written by course draw; nothing is replaced")
    }
  }
}
