import ArgumentParser
import LessonInput
import Notebook
import Pretrained
import Tensors

/// The flags of zero-shot classification: every image with every text.
///
/// With `--json` it prints `{"logits_per_image": [[…]], "probs": [[…]]}`, a row for each image, a column for each text.
struct ZeroShotFlags: ParsableArguments {
  @OptionGroup var model: ModelFlags

  @Option(
    name: .customLong("text"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Text that may describe the image; may be given several times.", valueName: "text"))
  var texts: [String] = []

  /// The defaults; the parser fills in what the command line gives.
  init() {}

  /// Refuses texts without words.
  mutating func validate() throws {
    try requireWords(texts, flag: "--text", valueName: "text")
  }

  /// The answer to the reader's own input; `nil` if no flag names any.
  ///
  /// - Parameters:
  ///   - defaultModel: the directory of the model to use without `--model`.
  ///   - defaultTexts: the texts to use without `--text`.
  func answer(defaultModel: String, defaultTexts: [String]) throws -> LessonAnswer? {
    guard model.areGiven || !texts.isEmpty else { return nil }
    let texts = texts.isEmpty ? defaultTexts : texts
    let pictures = try model.pictures()
    let clip = try model.open(default: defaultModel) { path in
      let clip = try ZeroShot(directory: path)
      return (clip, clip.loadReport)
    }
    let answer = try pictures.naming { try clip(images: pictures.images, texts: texts) }
    if clip.model.comparison == .eachByItself {
      LiveLine.hint("this model asks about each text by itself: the probabilities of a picture need not sum to 1")
    }
    let (logits, probabilities) = (answer.logitsPerImage.scalars, answer.probabilities.scalars)
    if model.json {
      return .object(
        [
          "logits_per_image": .rows(logits, width: texts.count), "probs": .rows(probabilities, width: texts.count),
        ])
    }
    let rows = pictures.enumerated().flatMap { image, picture in
      texts.enumerated().map { column, text in
        let place = image * texts.count + column
        return [
          Cell.text(picture.name), .text(text), .fixed(logits[place], decimals: 4), .percent(probabilities[place]),
        ]
      }
    }
    return .table(["image", "text", "logit", "probability"], rows)
  }
}
