import ArgumentParser
import LessonInput
import Notebook
import Pretrained
import Support
import Tensors

/// The flags of question answering: every question about every image.
///
/// With `--json` it prints `{"logits": [[…]], "answers": ["…"]}`, a row for each pair: all questions about the first
/// image, then all about the second.
struct QuestionAnsweringFlags: ParsableArguments {
  @OptionGroup var model: ModelFlags

  @Option(
    name: .customLong("question"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Question about the image; may be given several times.", valueName: "text"))
  var questions: [String] = []

  /// The defaults; the parser fills in what the command line gives.
  init() {}

  /// Refuses questions without words.
  mutating func validate() throws {
    try requireWords(questions, flag: "--question", valueName: "text")
  }

  /// The answers about the reader's own input; `nil` if no flag names any.
  ///
  /// - Parameters:
  ///   - defaultModel: the directory of the model to use without `--model`.
  ///   - defaultQuestions: the questions to use without `--question`.
  func answer(defaultModel: String, defaultQuestions: [String]) throws -> LessonAnswer? {
    guard model.areGiven || !questions.isEmpty else { return nil }
    let questions = questions.isEmpty ? defaultQuestions : questions
    let pictures = try model.pictures()
    let vilt = try model.open(QuestionAnswering.self, default: defaultModel)
    let logits = try pictures.naming { try vilt(images: pictures.images, questions: questions) }
    let answers = vilt.answers(logits)
    let (scalars, width) = (logits.scalars, logits.size(-1))
    if model.json {
      return .object(
        ["logits": .rows(scalars, width: width), "answers": .array(answers.map(JSON.string))])
    }
    let rows = answers.enumerated().map { pair, answer in
      let best = scalars[pair * width..<(pair + 1) * width].max() ?? .nan
      let (image, question) = pair.quotientAndRemainder(dividingBy: questions.count)
      return [Cell.text(pictures[image].name), .text(questions[question]), .text(answer), .fixed(best, decimals: 4)]
    }
    return .table(["image", "question", "answer", "logit"], rows)
  }
}
