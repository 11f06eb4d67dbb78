import ArgumentParser
import Notebook

/// The flags of zero-shot classification: every image with every text.
///
/// With `--json` it prints `{"logits_per_image": [[…]], "probs": [[…]]}`, a row for each image, a column for each text.
public struct ZeroShotFlags: ParsableArguments {
  @OptionGroup var model: ModelFlags

  @Option(
    name: .customLong("text"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Text that may describe the image; may be given several times.", valueName: "text"))
  var texts: [String] = []

  /// The defaults; the parser fills in what the command line gives.
  public init() {}

  /// Refuses texts without words.
  public mutating func validate() throws {
    try requireWords(texts, flag: "--text", valueName: "text")
  }

  /// The classification that the flags ask for, `nil` if none was given.
  ///
  /// - Parameters:
  ///   - defaultModel: the directory of the model to use without `--model`.
  ///   - defaultTexts: the texts to use without `--text`.
  public func task(defaultModel: String? = nil, defaultTexts: [String]) -> (any LessonTask)? {
    guard model.areGiven || !texts.isEmpty else { return nil }
    return ZeroShotTask(model: model, texts: texts.isEmpty ? defaultTexts : texts, defaultModel: defaultModel)
  }
}

private struct ZeroShotTask: LessonTask {
  let model: ModelFlags
  let texts: [String]
  let defaultModel: String?

  func answer() throws -> TaskAnswer {
    let directory = try model.directory(default: defaultModel, "CLIP")
    let pictures = try model.pictures()
    let clip = try ZeroShot(directory: directory)
    hint(clip.loadReport)
    let answer = try pictures.naming { try clip(images: pictures.images, texts: texts) }
    let (logits, probabilities) = (answer.logitsPerImage.scalars, answer.probabilities.scalars)
    if model.json {
      return .object(
        JSONLine.object([
          "logits_per_image": JSONLine.rows(logits, width: texts.count),
          "probs": JSONLine.rows(probabilities, width: texts.count),
        ]))
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
