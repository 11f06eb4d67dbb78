import ArgumentParser
import Datasets
import Evaluation
import Images
import LessonInput
import Notebook
import Pretrained
import Support

/// The flags of text-to-image.
///
/// With `--json` it prints `{"prompts": ["…"], "seed": 0, "drawn": ["…"], "right": [true], "pixels": [[…]]}`: for each text what
/// was read in its drawing and whether that is what the text asks for (`null` where it cannot be said), and the samples,
/// row by row, red, green and blue of each pixel.
struct PaintingFlags: ParsableArguments {
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "What to draw, such as \"a large red ring in the middle\"; may be given several times.", valueName: "text"))
  var prompt: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many times the network looks at a drawing. (default: 20)", valueName: "n"))
  var steps: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How far the text leads: 0 not at all, 1 as in training, more for less variety. (default: 2)", valueName: "w"))
  var guidance: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Another painter: the directory that 'course train painter' wrote.", valueName: "directory"))
  var model: String?

  @Flag(help: "Print the drawings as one JSON object, and nothing else.")
  var json = false

  /// The defaults; the parser fills in what the command line gives.
  init() {}

  /// Refuses texts without a word and numbers that mean nothing.
  mutating func validate() throws {
    try requireWords(prompt, flag: "--prompt", valueName: "text")
    try require(steps, in: 1...1000, flag: "--steps")
    if let guidance, !(0...100).contains(guidance) {
      throw ValidationError("The value '\(guidance)' is invalid for '--guidance <w>': from 0 to 100")
    }
    if model == "" { throw ValidationError("Missing value for '--model <directory>'") }
    if prompt.isEmpty, steps != nil || guidance != nil || model != nil || json {
      throw ValidationError("'--steps', '--guidance', '--model' and '--json' need '--prompt <text>'")
    }
  }

  /// The drawings of the reader's own texts, all from one seed; `nil` if there is none.
  ///
  /// - Parameter defaultModel: the directory of the painter to use without `--model`.
  func answer(defaultModel: String, seed: Int) throws -> LessonAnswer? {
    if prompt.isEmpty { return nil }
    let painter = try TextToImage(directory: model ?? defaultModel)
    var options = TextToImage.Options()
    if let steps { options.steps = steps }
    if let guidance { options.guidance = guidance }
    let drawings = try painter.draw(prompt, seeds: prompt.map { _ in seed }, options)
    let answers = zip(prompt, drawings).map(DrawnText.init)
    return json ? object(answers, seed) : table(answers)
  }

  /// A text with its drawing, what was read in it, and whether that is what the text asks for.
  private struct DrawnText {
    let text: String
    let drawing: Image
    let reading: SceneReading
    /// Nil for a text that is no caption of a scene.
    let isRight: Bool?

    init(_ text: String, _ drawing: Image) {
      (self.text, self.drawing) = (text, drawing)
      reading = reader(drawing)
      isRight = (try? SceneRequest(text)).map { [reading] in DrawingJudgement(reading, $0).isRight }
    }
  }

  private func object(_ answers: [DrawnText], _ seed: Int) -> LessonAnswer {
    .object([
      "prompts": .array(answers.map { .string($0.text) }), "seed": .integer(seed),
      "drawn": .array(answers.map { answer in answer.reading.scene.map { .string($0.canonicalCaption) } ?? .null }),
      "right": .array(answers.map { answer in answer.isRight.map { .bool($0) } ?? .null }),
      "pixels": .array(answers.map { .integers($0.drawing.pixels.map(Int.init)) }),
    ])
  }

  private func table(_ answers: [DrawnText]) -> LessonAnswer {
    .table(
      ["asked for", "drawn", "all of it right"],
      answers.map { answer in
        let verdict = answer.isRight.map { $0 ? "yes" : "no" } ?? "no caption of a scene"
        return [.text(onOneLine(answer.text)), .text(shown(answer.reading)), .text(verdict)]
      },
      pictures: answers.enumerated().map { index, answer in
        LessonAnswer.Picture(
          answers.count == 1 ? "drawing" : "drawing-\(index + 1)", answer.drawing.enlarged(by: 8),
          caption: "Drawn for \"\(onOneLine(answer.text))\".")
      })
  }
}
