import ArgumentParser
import Datasets
import Evaluation
import Images
import LessonInput
import Notebook
import Pretrained
import Support
import Training

/// The flags of text-to-image.
///
/// With `--json` it prints `{"prompts": ["…"], "seeds": [0], "drawn": ["…"], "right": [true], "pixels": [[…]]}`: for each text
/// the seed of its drawing, what was read in it, whether that is what the text asks for (`null` where it cannot be said),
/// and the samples, row by row, red, green and blue of each pixel.
struct PaintingFlags: ParsableArguments {
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "What to draw, such as \"a large red ring in the middle\"; may be given several times.", valueName: "text"))
  var prompt: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many times the network looks at a drawing. (default: \(Painter.defaults.steps))", valueName: "n"))
  var steps: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How far the text leads: 0 not at all, 1 as in training, more for less variety. (default: \(Painter.defaults.guidance))",
      valueName: "w"))
  var guidance: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Draw with this many seeds, from --seed on, and keep the drawing with the highest CLIPScore. (default: 1)",
      valueName: "n"))
  var candidates: Int?

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
    try require(candidates, in: 1...100, flag: "--candidates")
    if let guidance, !(0...100).contains(guidance) {
      throw ValidationError("The value '\(guidance)' is invalid for '--guidance <w>': from 0 to 100")
    }
    if model == "" { throw ValidationError("Missing value for '--model <directory>'") }
    if prompt.isEmpty, steps != nil || guidance != nil || candidates != nil || model != nil || json {
      throw ValidationError("'--steps', '--guidance', '--candidates', '--model' and '--json' need '--prompt <text>'")
    }
  }

  /// The drawings of the reader's own texts, all from one seed; `nil` if there is none.
  ///
  /// - Parameter defaultModel: the directory of the painter to use without `--model`.
  func answer(defaultModel: String, seed: Int) throws -> LessonAnswer? {
    if prompt.isEmpty { return nil }
    let painter = try TextToImage(directory: model ?? defaultModel)
    var options = Painter.defaults
    if let steps { options.steps = steps }
    if let guidance { options.guidance = guidance }
    let seeds = (0..<(candidates ?? 1)).map { seed + $0 }
    let drawings = try seeds.map { seed in try painter.draw(prompt, seeds: prompt.map { _ in seed }, options) }
    let choice = try choice(drawings)
    let answers = prompt.indices.map { DrawnText(prompt[$0], seeds[choice[$0]], drawings[choice[$0]][$0]) }
    return json ? object(answers) : table(answers)
  }

  /// For each text the number of the candidate with the highest CLIPScore; `drawings[candidate][text]`.
  private func choice(_ drawings: [[Image]]) throws -> [Int] {
    if drawings.count == 1 { return prompt.map { _ in 0 } }
    let score = CLIPScore(try ZeroShot(directory: ShippedCheckpoint.clip.directory))
    let scores = try drawings.map { try score($0, prompt) }
    return prompt.indices.map { text in scores.indices.max { scores[$0][text] < scores[$1][text] } ?? 0 }
  }

  /// A text with its drawing, what was read in it, and whether that is what the text asks for.
  private struct DrawnText {
    let text: String
    let seed: Int
    let drawing: Image
    let reading: SceneReading
    /// Nil for a text that is no caption of a scene.
    let isRight: Bool?

    init(_ text: String, _ seed: Int, _ drawing: Image) {
      (self.text, self.seed, self.drawing) = (text, seed, drawing)
      reading = reader(drawing)
      isRight = (try? SceneRequest(text)).map { [reading] in DrawingJudgement(reading, $0).isRight }
    }
  }

  private func object(_ answers: [DrawnText]) -> LessonAnswer {
    .object([
      "prompts": .array(answers.map { .string($0.text) }), "seeds": .integers(answers.map(\.seed)),
      "drawn": .array(answers.map { answer in answer.reading.scene.map { .string($0.canonicalCaption) } ?? .null }),
      "right": .array(answers.map { answer in answer.isRight.map { .bool($0) } ?? .null }),
      "pixels": .array(answers.map { .integers($0.drawing.pixels.map(Int.init)) }),
    ])
  }

  private func table(_ answers: [DrawnText]) -> LessonAnswer {
    .table(
      ["asked for", "seed", "drawn", "all of it right"],
      answers.map { answer in
        let verdict = answer.isRight.map { $0 ? "yes" : "no" } ?? "no caption of a scene"
        return [.text(onOneLine(answer.text)), .integer(answer.seed), .text(shown(answer.reading)), .text(verdict)]
      },
      pictures: answers.enumerated().map { index, answer in
        LessonAnswer.Picture(
          answers.count == 1 ? "drawing" : "drawing-\(index + 1)", answer.drawing.enlarged(by: 8),
          caption: "Drawn for \"\(onOneLine(answer.text))\".")
      })
  }
}
