import ArgumentParser
import LessonInput
import Notebook
import Pretrained
import Support

/// The flags of captioning.
///
/// With `--json` it prints `{"ids": [[…]], "captions": ["…"], "scores": […]}`, for each image one (or as many as the
/// model's own settings ask for, side by side); rows of ids are filled up at their end with the padding token, as
/// transformers does.
struct CaptioningFlags: ParsableArguments {
  @OptionGroup var model: ModelFlags

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Captions kept in beam search; 1 is greedy search. (default: what the model's files state, else 1)",
      valueName: "n"))
  var beams: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Longest caption in tokens, with the one that begins it; max_new_tokens in the model's files goes before it. "
        + "(default: what the model's files state, else 20 and the one)",
      valueName: "n"))
  var maxLength: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How every caption begins, such as \"a photo of\"; a BLIP goes on from there, other models take none.",
      valueName: "text"))
  var prompt: String?

  /// The defaults; the parser fills in what the command line gives.
  init() {}

  /// Refuses numbers that mean nothing, and a beginning without words.
  mutating func validate() throws {
    try requireWords([prompt].compactMap(\.self), flag: "--prompt", valueName: "text")
    try require(beams, in: 1...1024, flag: "--beams")
    try require(maxLength, in: 2...1_000_000, flag: "--max-length")
  }

  /// The captions of the reader's own pictures; `nil` if no flag names any.
  ///
  /// - Parameter defaultModel: the directory of the model to use without `--model`.
  func answer(defaultModel: String) throws -> LessonAnswer? {
    guard model.areGiven || beams != nil || maxLength != nil || prompt != nil else { return nil }
    let pictures = try model.pictures()
    let captioner = try model.open(.captioners, default: defaultModel)
    if let reader = captioner as? Captioning, case .trocr = reader.model.configuration.decoder {
      throw DataError(
        .mismatch, file: model.namedModel,
        reason: "this model reads lines of text; Lesson14_DocumentUnderstanding runs it")
    }
    let options = try captioner.options(beams: beams, maximumLength: maxLength)
    if maxLength != nil, let count = captioner.generation.maximumNewTokens {
      LiveLine.hint("the model's max_new_tokens, \(count), goes before --max-length")
    }
    let growing = GrowingTexts(count: pictures.count)
    defer { growing.clear() }
    let captions = try pictures.naming {
      try captioner.captions(of: pictures.images, prompt: prompt, options) { growing.show($1, of: $0) }
    }
    return model.json ? object(captions.flatMap { $0 }, captioner.paddingToken(options)) : table(captions, pictures)
  }

  private func object(_ captions: [ScoredText], _ paddingToken: Int) -> LessonAnswer {
    let longest = captions.map(\.ids.count).max() ?? 0
    let rows = captions.map { $0.ids + Array(repeating: paddingToken, count: longest - $0.ids.count) }
    return .object(
      [
        "ids": .array(rows.map(JSON.integers)), "captions": .array(captions.map { .string($0.text) }),
        "scores": .numbers(captions.map(\.score)),
      ])
  }

  private func table(_ captions: [[ScoredText]], _ pictures: [Picture]) -> LessonAnswer {
    let rows = zip(pictures, captions).flatMap { picture, captions in
      captions.map { [Cell.text(picture.name), .text(onOneLine($0.text)), .fixed($0.score, decimals: 4)] }
    }
    return .table(["image", "caption", "score"], rows)
  }
}
