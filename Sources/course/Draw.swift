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
      """)

  @Argument(help: "The directory to write to; it is made where it is missing.")
  var directory: String

  @Option(help: ArgumentHelp("How many scenes.", valueName: "n"))
  var count = 50

  @Option(help: ArgumentHelp("Where the random numbers start.", valueName: "n"))
  var seed = 1

  func validate() throws {
    try CommonOptions.check(count, of: "--count <n>", in: 1...1000)
    try CommonOptions.check(seed, of: "--seed <n>", in: CommonOptions.seedRange)
  }

  /// A picture in `scenes.json`.
  private struct Entry: Encodable {
    let file, caption, question, answer: String
  }

  func run() throws {
    let folder = URL(filePath: directory)
    let scenes = Scenes(split: .heldOut, seed: seed)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let entries = try (0..<count).map { index in
        let digits = String(index)
        let name = "scene-\(String(repeating: "0", count: 3 - digits.count))\(digits).png"
        let question = scenes.question(at: index)
        let scene = question.scene
        try scene.image().writePNG(to: folder.appending(path: name).path(percentEncoded: false))
        return Entry(
          file: name, caption: scene.canonicalCaption, question: question.text, answer: question.answer)
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try encoder.encode(entries).write(to: folder.appending(path: "scenes.json"), options: .atomic)
    } catch let error as ImageError {
      throw CourseError(error.description)
    } catch {
      throw CourseError("\(directory): cannot be written: \(CourseError.reason(error))")
    }
    print("\(count) scenes in \(directory)")
  }
}
