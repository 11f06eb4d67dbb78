import ArgumentParser
import LessonInput
import Notebook
import Pretrained
import Support

/// The flags of question answering: every question about every image.
///
/// With `--json` it prints `{"logits": [[…]], "answers": ["…"]}`, a row for each pair: all questions about the first
/// image, then all about the second. Of a model that writes its answers it prints their tokens, `ids`, instead of logits.
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
    let answerer = try model.open(.answerers, default: defaultModel)
    let answered = try pictures.naming { try answerer.ask(questions, about: pictures.images) }
    return model.json ? object(answered) : table(answered, questions, pictures)
  }

  private func object(_ answered: PictureAnswers) -> LessonAnswer {
    let answers = JSON.array(answered.answers.map(JSON.string))
    return switch answered.basis {
    case .logits(let rows): .object(["logits": .array(rows.map { JSON.numbers($0) }), "answers": answers])
    case .ids(let rows): .object(["ids": .array(rows.map(JSON.integers)), "answers": answers])
    }
  }

  private func table(_ answered: PictureAnswers, _ questions: [String], _ pictures: [Picture]) -> LessonAnswer {
    let rows = zip(answered.answers, answered.scores).enumerated().map { pair, answer in
      let (image, question) = pair.quotientAndRemainder(dividingBy: questions.count)
      return [
        Cell.text(pictures[image].name), .text(questions[question]), .text(onOneLine(answer.0)),
        .fixed(answer.1, decimals: 4),
      ]
    }
    let score = if case .logits = answered.basis { "logit" } else { "score" }
    return .table(["image", "question", "answer", score], rows)
  }
}
