import ArgumentParser
import Images
import LessonInput
import Notebook
import Pretrained
import Support

/// The flags of BLIP-2: every prompt about every image, and without a prompt a caption.
///
/// With `--json` it prints `{"ids": [[…]], "text": ["…"]}`, one for each pair: all prompts about the first image, then
/// all about the second. Ids and text begin with the prompt, as transformers' `generate` and `decode` return them; rows
/// of several are filled up as there.
struct BLIP2Flags: ParsableArguments {
  @OptionGroup var model: ModelFlags

  @Option(
    name: .customLong("prompt"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "How the text about the image begins, such as \"Question: … Answer:\"; may be given several times.",
      valueName: "text"))
  var prompts: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Longest answer in tokens. (default: 20)", valueName: "n"))
  var maxNewTokens: Int?

  /// The defaults; the parser fills in what the command line gives.
  init() {}

  /// Refuses prompts without words and numbers that mean nothing.
  mutating func validate() throws {
    try requireWords(prompts, flag: "--prompt", valueName: "text")
    try require(maxNewTokens, in: 1...1_000_000, flag: "--max-new-tokens")
  }

  /// The texts about the reader's own pictures; `nil` if no flag names any.
  ///
  /// - Parameter defaultModel: the directory of the model to use without `--model`.
  func answer(defaultModel: String) throws -> LessonAnswer? {
    guard model.areGiven || !prompts.isEmpty || maxNewTokens != nil else { return nil }
    let pictures = try model.pictures()
    let blip = try model.open(BLIP2.self, default: defaultModel)
    let beginnings: [String?] = prompts.isEmpty ? [nil] : prompts
    let pairs = pictures.flatMap { picture in beginnings.map { (picture: picture, prompt: $0) } }
    let growing = GrowingTexts(count: pairs.count)
    defer { growing.clear() }
    let texts = try pairs.map(\.picture).naming {
      try blip(
        pairs.map { (image: $0.picture.image, prompt: $0.prompt) }, blip.options(maximumNewTokens: maxNewTokens)
      ) { growing.show($1, of: $0) }
    }
    if model.json {
      let all = texts.flatMap { $0 }
      return .object(
        ["ids": .array(blip.rows(all).map(JSON.integers)), "text": .array(all.map { .string($0.text) })])
    }
    let rows = zip(pairs, texts).flatMap { pair, texts in
      texts.map { [Cell.text(pair.picture.name), .text(pair.prompt ?? "–"), .text(onOneLine($0.answer))] }
    }
    return .table(["image", "prompt", "answer"], rows)
  }
}
