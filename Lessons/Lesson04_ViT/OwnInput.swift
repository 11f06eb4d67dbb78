import ArgumentParser
import Images
import LessonInput
import Notebook
import Pretrained
import Support
import Tensors

/// The flags of image classification: what a published Vision Transformer sees in the reader's own pictures.
///
/// With `--json` it prints `{"logits": [[…]], "labels": [[…]], "probabilities": [[…]]}`, a row for each image: the scores
/// of all classes, and of the five likeliest, likeliest first, names and probabilities.
struct ClassificationFlags: ParsableArguments {
  @OptionGroup var model: ModelFlags

  /// How many of the classes are shown.
  private static var shownCount: Int { 5 }

  /// The defaults; the parser fills in what the command line gives.
  init() {}

  /// Refuses pictures without a model.
  mutating func validate() throws {
    if model.areGiven && !model.namesModel {
      throw ValidationError(
        "'--image' and '--json' need '--model <model>': the course has no Vision Transformer for photos of its own")
    }
  }

  /// What is seen in the reader's own pictures; `nil` if no flag names any.
  func answer() throws -> LessonAnswer? {
    guard model.areGiven else { return nil }
    let pictures = try model.pictures()
    let classifier = try model.open(ImageClassification.self, default: nil)
    let answer = try pictures.naming { try classifier(pictures.images) }
    let guesses = answer.best(Self.shownCount)
    if model.json {
      return .object(
        [
          "logits": .rows(answer.logits.scalars, width: answer.labels.count),
          "labels": .array(guesses.map { .array($0.map { .string($0.label) }) }),
          "probabilities": .array(guesses.map { .numbers($0.map(\.probability)) }),
        ])
    }
    let rows = zip(pictures, guesses).flatMap { picture, guesses in
      guesses.map {
        [Cell.text(picture.name), .text(onOneLine($0.label)), .fixed($0.logit, decimals: 4), .percent($0.probability)]
      }
    }
    let maps = try pictures.enumerated().map { index, picture in
      LessonAnswer.Picture(
        pictures.count == 1 ? "rollout" : "rollout-\(index + 1)", rolloutPicture(try classifier.rollout(picture.image)),
        caption: "The picture, and under attention rollout: yellow has most part in the answer, blue least.")
    }
    return .table(["image", "label", "logit", "probability"], rows, pictures: maps)
  }
}

/// What the model saw of a picture, beside the same under a map of its attention.
nonisolated private func rolloutPicture(_ map: ImageClassification.AttentionMap) -> Image {
  let longest = max(map.seen.width, map.seen.height)
  /// Photos have more pixels than a figure needs.
  func shown(_ side: Int) -> Int { longest <= 400 ? side : max(side * 400 / longest, 1) }
  let picture = map.seen.converted(to: .rgb).resized(width: shown(map.seen.width), height: shown(map.seen.height))
  let overlaid = picture.overlaid(withHeatMap: map.shares, columns: map.columns, rows: map.rows)
  return .grid([picture, overlaid], columns: 2, gap: 4)
}
