import ArgumentParser
import Datasets
import Images
import LessonInput
import Notebook
import Pretrained
import Support

/// The flags of reading documents.
///
/// With a TrOCR, `--json` prints `{"ids": [[…]], "texts": ["…"], "scores": […]}`, for each picture one line of text; with
/// a reader of documents `{"documents": [{…}], "scores": […]}`, or with `--text` `{"texts": [["…"]], "scores": […]}`.
struct ReadingFlags: ParsableArguments {
  @OptionGroup var model: ModelFlags

  @Flag(help: "Read all texts of the page, row by row, instead of its fields; for the course's own reader.")
  var text = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Texts kept in beam search; 1 is greedy search. (default: what the model's files state, else 1)", valueName: "n"))
  var beams: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Longest text in tokens, with the one that begins it. "
        + "(default: what the model's files state, else 20 and the one)",
      valueName: "n"))
  var maxLength: Int?

  /// The defaults; the parser fills in what the command line gives.
  init() {}

  /// Refuses numbers that mean nothing.
  mutating func validate() throws {
    try require(beams, in: 1...1024, flag: "--beams")
    try require(maxLength, in: 2...1_000_000, flag: "--max-length")
  }

  /// What the reader's own pictures say; `nil` if no flag names any.
  ///
  /// - Parameter defaultModel: the directory of the model to use without `--model`.
  func answer(defaultModel: String) throws -> LessonAnswer? {
    guard model.areGiven || text || beams != nil || maxLength != nil else { return nil }
    guard model.namesPictures else { throw DataError(reason: "needs --image <file>: the picture to read") }
    let pictures = try model.pictures()
    let captioner = try model.open(Captioning.self, default: defaultModel)
    if case .trocr = captioner.model.configuration.decoder {
      if text { throw DataError(.unsupported, reason: "--text is for the course's own reader; a TrOCR reads one line") }
      return try line(captioner, pictures)
    }
    let question = text ? DocumentTask.text : .fields
    let start = captioner.tokenizer.encode(question.startToken, addSpecialTokens: false).ids
    guard start.count == 1 else {
      throw DataError(
        .unsupported, file: model.namedModel,
        reason:
          "this model describes pictures: its tokenizer has no token \(question.startToken), which the answers of a "
          + "reader of documents start with; Lesson07_Captioning runs it, and Lesson14_DocumentUnderstanding takes a "
          + "TrOCR or the course's own reader")
    }
    return try page(captioner, pictures, question, start: start[0])
  }

  /// A line of text in each picture.
  private func line(_ captioner: Captioning, _ pictures: [Picture]) throws -> LessonAnswer {
    let options = try captioner.options(beams: beams, maximumLength: maxLength)
    let lines = try pictures.naming { try captioner(pictures.images, options) }.map { $0[0] }
    if model.json {
      let (longest, padding) = (lines.map(\.ids.count).max() ?? 0, captioner.paddingToken(options))
      return .object(
        [
          "ids": .array(lines.map { JSON.integers($0.ids + Array(repeating: padding, count: longest - $0.ids.count)) }),
          "texts": .array(lines.map { .string($0.text) }),
          "scores": .numbers(lines.map(\.score)),
        ])
    }
    return .table(
      ["image", "text", "score"],
      zip(pictures, lines).map { [.text($0.name), .text(onOneLine($1.text)), .fixed($1.score, decimals: 4)] })
  }

  /// A page in each picture.
  private func page(
    _ captioner: Captioning, _ pictures: [Picture], _ question: DocumentTask, start: Int
  ) throws -> LessonAnswer {
    let size = captioner.model.configuration.encoder.imageSize
    for picture in pictures where (picture.image.width, picture.image.height) != (size.width, size.height) {
      throw DataError(
        .mismatch, file: picture.name,
        reason: "the picture has \(picture.image.width) × \(picture.image.height) pixels; this model reads pages of "
          + "\(size.width) × \(size.height)")
    }
    var options = try captioner.options(beams: beams, maximumLength: maxLength)
    options.startToken = start
    let answers = try pictures.naming { try captioner(pictures.images, options) }.map { $0[0] }
    let trees = answers.map { DocumentTokens.tree($0.text) }
    let scores = JSON.numbers(answers.map(\.score))
    if model.json {
      return .object(
        question == .fields
          ? ["documents": .array(trees), "scores": scores]
          : ["texts": .array(answers.map(Self.rows)), "scores": scores])
    }
    return .table(
      ["image", question == .fields ? "field" : "row", "read"],
      zip(pictures, zip(answers, trees)).flatMap { picture, answer in
        question == .fields
          ? answer.1.leaves.map { [.text(picture.name), .text($0.path), .text($0.value)] }
          : Self.rows(answer.0).leaves.enumerated().map { [.text(picture.name), .integer($0 + 1), .text($1.value)] }
      })
  }

  /// The rows of a page that was read as text.
  private static func rows(_ answer: Captioning.Caption) -> JSON {
    .array(answer.text.components(separatedBy: DocumentTokens.separator).map { .string($0) })
  }
}
