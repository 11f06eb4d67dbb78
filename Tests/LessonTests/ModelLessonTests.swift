import CourseKit
import Foundation
import Images
import TestSupport
import Testing

/// A lesson that runs a published model, with the flags that make its answers those of the recorded ones.
struct ModelLesson: CustomTestStringConvertible, Sendable {
  let target: String
  let checkpoint: String
  /// A checkpoint of another kind.
  let stranger: String
  /// The tokenizer's file that it cannot do without, if it reads or writes words.
  let vocabulary: String?

  var testDescription: String { "\(target) with \(checkpoint)" }

  /// Each lesson with one checkpoint of each kind that it takes.
  static let each = [
    ModelLesson(
      target: "Lesson06_PretrainedCLIP", checkpoint: "clip_eosN", stranger: "vilt_vqa", vocabulary: "vocab.json"),
    ModelLesson(
      target: "Lesson07_Captioning", checkpoint: "vit_gpt2_proj", stranger: "clip_eosN", vocabulary: "vocab.json"),
    ModelLesson(target: "Lesson08_VQA", checkpoint: "vilt_vqa", stranger: "blip2_opt", vocabulary: "vocab.txt"),
    ModelLesson(target: "Lesson09_BLIP2", checkpoint: "blip2_opt", stranger: "vit_gpt2", vocabulary: "vocab.json"),
    ModelLesson(
      target: "Lesson07_Captioning", checkpoint: "blip/caption", stranger: "blip/vqa", vocabulary: "vocab.txt"),
    ModelLesson(target: "Lesson08_VQA", checkpoint: "blip/vqa", stranger: "blip/caption", vocabulary: "tokenizer.json"),
    ModelLesson(target: "Lesson04_ViT", checkpoint: "vit_classifier", stranger: "trocr_base", vocabulary: nil),
    ModelLesson(
      target: "Lesson14_DocumentUnderstanding", checkpoint: "trocr_base", stranger: "clip_eosN",
      vocabulary: "vocab.json"),
  ]

  func run(_ arguments: [String]) throws -> Subprocess {
    try Subprocess.capture(BuiltPrograms.path(of: target), arguments, timeout: 120)
  }

  /// Its answer about pictures as an object of JSON: all that it prints, on one line.
  func answer(model: TemporaryFolder, images: [String], _ flags: [String]) throws -> [String: Any] {
    let result = try run(["--model", model.url.path, "--json"] + flag("--image", images) + flags)
    #expect(result.ending == .exited(0), "\(result.errorText)")
    #expect(result.outputText.hasSuffix("}\n") && result.outputText.filter(\.isNewline).count == 1)
    let value = try JSONSerialization.jsonObject(with: Data(result.outputText.utf8))
    return try #require(value as? [String: Any])
  }

  /// Expects that it refuses: nothing printed, and on standard error one line of these words.
  func expectRefusal(_ arguments: [String], saying words: [String], _ place: SourceLocation = #_sourceLocation) throws {
    let result = try run(arguments)
    #expect(result.ending == .exited(1), sourceLocation: place)
    #expect(result.output.isEmpty, "\(result.outputText)", sourceLocation: place)
    #expect(result.errorText.hasPrefix("\(target): "), "\(result.errorText)", sourceLocation: place)
    #expect(result.errorText.filter(\.isNewline).count == 1, "\(result.errorText)", sourceLocation: place)
    for word in words { #expect(result.errorText.contains(word), "\(result.errorText)", sourceLocation: place) }
  }
}

/// A flag before each of its values.
private func flag(_ name: String, _ values: [String]) -> [String] { values.flatMap { [name, $0] } }

private func numbers(_ value: Any?) -> [Float] {
  if let number = value as? NSNumber { return [number.floatValue] }
  return (value as? [Any])?.flatMap { numbers($0) } ?? []
}

/// Lessons 04, 06 to 09 and 14 on checkpoints of the reader's: `--json` gives what transformers answers.
@Suite struct ModelLessonAnswerTests {
  @Test(arguments: ["clip_eos2", "clip_eosN"]) func lesson06ComparesPicturesWithTexts(checkpoint: String) throws {
    let (folder, expected) = (try TaskFixture.directory(checkpoint), try TaskFixture.expected())
    let answer = try ModelLesson.each[0].answer(
      model: folder, images: TaskFixture.pictures, flag("--text", expected["texts"].texts))
    let theirs = expected[checkpoint]
    #expect(answer.keys.sorted() == ["logits_per_image", "probs"])
    #expect((answer["logits_per_image"] as? [[Any]])?.map(\.count) == [4, 4, 4])
    expectClose(
      "logits_per_image", numbers(answer["logits_per_image"]), theirs["logits_per_image"].floats, tolerance: 1e-4)
    expectClose("probs", numbers(answer["probs"]), theirs["probs"].floats, tolerance: 1e-5)
  }

  @Test(arguments: ["vit_gpt2", "vit_gpt2_proj"], ["beams1", "beams3", "beams4"])
  func lesson07CaptionsPictures(checkpoint: String, search: String) throws {
    let (folder, expected) = (try TaskFixture.directory(checkpoint), try TaskFixture.expected()[checkpoint][search])
    let settings = [
      "--beams", "\(Int(expected["beams"].number))", "--max-length", "\(Int(expected["max_length"].number))",
    ]
    let answer = try ModelLesson.each[1].answer(model: folder, images: TaskFixture.pictures, settings)
    #expect(answer.keys.sorted() == ["captions", "ids", "scores"])
    #expect(answer["ids"] as? [[Int]] == expected["ids"].rows)
    #expect(answer["captions"] as? [String] == expected["captions"].texts)
    #expect(numbers(answer["scores"]).count == 3)
    if search != "beams1" {
      expectClose("scores", numbers(answer["scores"]), expected["scores"].floats, tolerance: 1e-4)
    }
  }

  @Test(arguments: ["", "prompted_"], ["default", "beams3"])
  func lesson07CaptionsPicturesWithBLIP(prefix: String, search: String) throws {
    let (folder, expected) = (
      try TaskFixture.directory("blip/caption"), try Fixture("blip/caption/expected_answers.json")
    )
    let prompt = prefix.isEmpty ? [] : ["--prompt", expected["prompt"].text]
    let settings = search == "default" ? [] : ["--beams", "3", "--max-length", "10"]
    let answer = try ModelLesson.each[4].answer(model: folder, images: TaskFixture.pictures, prompt + settings)
    let theirs = expected[prefix + search]
    // Recorded one picture at a time. What fills up a shorter caption beside a longer one is not part of the recording.
    let endToken = 3
    func upToTheEnd(_ rows: [[Int]]) -> [[Int]] {
      rows.map { row in row.firstIndex(of: endToken).map { Array(row[...$0]) } ?? row }
    }
    #expect(upToTheEnd(answer["ids"] as? [[Int]] ?? []) == upToTheEnd(theirs["ids"].rows))
    #expect(answer["captions"] as? [String] == theirs["text"].texts)
    expectClose("scores", numbers(answer["scores"]), theirs["scores"].floats, tolerance: 1e-4)
  }

  @Test func lesson08AnswersQuestionsWithBLIP() throws {
    let (folder, expected) = (try TaskFixture.directory("blip/vqa"), try Fixture("blip/vqa/expected_answers.json"))
    let questions = flag("--question", expected["questions"].texts)
    let answer = try ModelLesson.each[5].answer(model: folder, images: TaskFixture.pictures, questions)
    #expect(answer.keys.sorted() == ["answers", "ids"])
    #expect(answer["ids"] as? [[Int]] == expected["default"]["ids"].rows)
    #expect(answer["answers"] as? [String] == expected["default"]["text"].texts)
  }

  @Test(arguments: ["trocr_base", "trocr_stage1"]) func lesson14ReadsALineOfText(checkpoint: String) throws {
    let (folder, expected) = (try TaskFixture.directory(checkpoint), try Fixture("\(checkpoint)/answers.json"))
    let answer = try ModelLesson.each[7].answer(
      model: folder, images: TaskFixture.pictures, ["--beams", "4", "--max-length", "14"])
    #expect(answer.keys.sorted() == ["ids", "scores", "texts"])
    #expect(answer["ids"] as? [[Int]] == expected["beams4"]["ids"].rows)
    #expect(answer["texts"] as? [String] == expected["beams4"]["captions"].texts)
    expectClose("scores", numbers(answer["scores"]), expected["beams4"]["scores"].floats, tolerance: 1e-4)
  }

  @Test func captionersAndReadersOfTextAreSentToEachOthersLessons() throws {
    let (reader, captioner) = (try TaskFixture.directory("trocr_base"), try TaskFixture.directory("vit_gpt2"))
    try ModelLesson.each[1].expectRefusal(
      ["--model", reader.url.path, "--image", TaskFixture.pictures[2]],
      saying: [reader.url.path, "reads lines of text", "Lesson14_DocumentUnderstanding"])
    try ModelLesson.each[7].expectRefusal(
      ["--model", captioner.url.path, "--image", TaskFixture.pictures[2]],
      saying: [captioner.url.path, "describes pictures", "Lesson07_Captioning"])
  }

  /// The course's own reader takes pages of one size, and a flag alone is no picture.
  @Test func lesson14RefusesWhatIsNoPage() throws {
    let lesson = ModelLesson.each[7]
    try lesson.expectRefusal(["--json"], saying: ["--image <file>"])
    try lesson.expectRefusal(["--image", TaskFixture.pictures[2]], saying: [TaskFixture.pictures[2], "112 × 96"])
  }

  @Test func lesson04NamesWhatPicturesShow() throws {
    let (folder, expected) = (try TaskFixture.directory("vit_classifier"), try Fixture("vit_classifier/answers.json"))
    let answer = try ModelLesson.each[6].answer(model: folder, images: TaskFixture.pictures, [])
    #expect(answer.keys.sorted() == ["labels", "logits", "probabilities"])
    #expect((answer["logits"] as? [[Any]])?.map(\.count) == [10, 10, 10])
    #expect((answer["probabilities"] as? [[Any]])?.map(\.count) == [5, 5, 5])
    expectClose("logits", numbers(answer["logits"]), expected["logits"].elements.flatMap(\.floats), tolerance: 1e-4)
    #expect(answer["labels"] as? [[String]] == expected["labels"].elements.map(\.texts))
  }

  @Test func lesson04DrawsWhereItsAttentionWent() throws {
    let (folder, figures) = (try TaskFixture.directory("vit_classifier"), try TemporaryFolder())
    let images = flag("--image", Array(TaskFixture.pictures.prefix(2)))
    let lesson = ModelLesson.each[6]
    let result = try lesson.run(["--model", folder.url.path, "--figures", figures.url.path] + images)
    #expect(result.ending == .exited(0), "\(result.errorText)")
    #expect(result.outputText.contains("Figure rollout-1 (") && result.outputText.contains("Figure rollout-2 ("))
    for number in 1...2 {
      let drawn = try ImageFile(contentsOf: figures.path("lesson04-rollout-\(number).png")).upright
      #expect(drawn.width > 400 && drawn.width < 900)
    }
    let alone = try lesson.run(["--image", TaskFixture.pictures[0]])
    #expect(alone.ending != .exited(0) && alone.errorText.contains("--model <model>"), "\(alone.errorText)")
  }

  @Test func lesson08AnswersQuestions() throws {
    let (folder, expected) = (try TaskFixture.directory("vilt_vqa"), try TaskFixture.expected())
    let answer = try ModelLesson.each[2].answer(
      model: folder, images: TaskFixture.pictures, flag("--question", expected["questions"].texts))
    #expect(answer.keys.sorted() == ["answers", "logits"])
    expectClose("logits", numbers(answer["logits"]), expected["vilt_vqa"]["logits"].floats, tolerance: 1e-4)
    #expect(answer["answers"] as? [String] == expected["vilt_vqa"]["answers"].texts)
  }

  @Test(arguments: ["captions", "prompted", "single"]) func lesson09WritesAboutPictures(request: String) throws {
    let (folder, expected) = (try TaskFixture.directory("blip2_opt"), try TaskFixture.expected())
    let (images, prompts) = (TaskFixture.pictures, expected["prompts"].texts)
    let answer =
      switch request {
      case "prompted":
        try ModelLesson.each[3].answer(
          model: folder, images: images, flag("--prompt", prompts) + ["--max-new-tokens", "8"])
      case "single":
        try ModelLesson.each[3].answer(model: folder, images: [images[0]], ["--prompt", prompts[0]])
      default: try ModelLesson.each[3].answer(model: folder, images: images, [])
      }
    #expect(answer.keys.sorted() == ["ids", "text"])
    #expect(answer["ids"] as? [[Int]] == expected["blip2_opt"][request]["ids"].rows)
    #expect(answer["text"] as? [String] == expected["blip2_opt"][request]["text"].texts)
  }

  @Test(.enabled(if: Image.readsJPEG), arguments: ModelLesson.each)
  func aJPEGIsAnsweredLikeThePNGOfItsPixels(lesson: ModelLesson) throws {
    let (folder, files) = (try TaskFixture.directory(lesson.checkpoint), try TemporaryFolder())
    for name in ["photo-444.jpg", "turned-6.jpg"] {  // the second lies on its side, and its EXIF data says so
      let jpeg = Fixture.url("images/\(name)").path
      let png = files.path(name + ".png")
      try ImageFile(contentsOf: jpeg).upright.writePNG(to: png)
      let (first, second) = (
        try lesson.run(["--model", folder.url.path, "--json", "--image", jpeg]),
        try lesson.run(["--model", folder.url.path, "--json", "--image", png])
      )
      #expect(first.ending == .exited(0), "\(first.errorText)")
      #expect(!first.output.isEmpty && first.outputText == second.outputText)
    }
  }
}

/// What these lessons say of input that they cannot use: one line that names the file and the reason.
@Suite struct ModelLessonFailureTests {
  private let image = ["--json", "--image", TaskFixture.pictures[2]]

  @Test(arguments: ModelLesson.each) func truncatedWeights(lesson: ModelLesson) throws {
    let folder = try TaskFixture.directory(lesson.checkpoint)
    let file = folder.path("model.safetensors")
    let bytes = try Data(contentsOf: URL(filePath: file))
    for (count, reason) in [
      (bytes.count - 1, "ends"), (bytes.count / 2, "ends"), (100, "header"), (0, "the file is empty"),
    ] {
      try bytes.prefix(count).write(to: URL(filePath: file))
      try lesson.expectRefusal(["--model", folder.url.path] + image, saying: [file + ": ", reason])
    }
  }

  @Test(arguments: ModelLesson.each) func aMissingFile(lesson: ModelLesson) throws {
    let vocabulary = lesson.vocabulary.map { $0 == "vocab.json" ? [$0, "merges.txt"] : [$0] } ?? []
    for name in vocabulary + ["model.safetensors", "config.json", "preprocessor_config.json"] {
      let folder = try TaskFixture.directory(lesson.checkpoint)
      try FileManager.default.removeItem(atPath: folder.path(name))
      try lesson.expectRefusal(["--model", folder.url.path] + image, saying: [folder.url.path, name])
    }
  }

  @Test(arguments: ModelLesson.each) func aModelOfAnotherKind(lesson: ModelLesson) throws {
    let folder = try TaskFixture.directory(lesson.stranger)
    try lesson.expectRefusal(
      ["--model", folder.url.path] + image,
      saying: [folder.path("config.json"), "model_type", "is needed; ", " takes a '"])
  }

  /// Settings of the same kind but other sizes than the weights: the first tensor that does not fit is named.
  @Test(arguments: zip(["clip_eos2", "clip_eosN"], ["vision_config", "text_config"]))
  func settingsOfOtherSizes(checkpoint: String, tower: String) throws {
    let folder = try TaskFixture.directory(checkpoint)
    let file = folder.path("config.json")
    var settings = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file))) as? [String: Any])
    var inner = try #require(settings[tower] as? [String: Any])
    inner["intermediate_size"] = 7
    settings[tower] = inner
    try JSONSerialization.data(withJSONObject: settings).write(to: URL(filePath: file))
    try ModelLesson.each[0].expectRefusal(
      ["--model", folder.url.path] + image, saying: [folder.path("model.safetensors"), "mlp.fc1", "7"])
  }

  @Test(arguments: ModelLesson.each) func anImageThatIsNone(lesson: ModelLesson) throws {
    let folder = try TaskFixture.directory(lesson.checkpoint)
    try folder.write("A dog sits on the grass.\n", to: "dog.png")
    try lesson.expectRefusal(
      ["--model", folder.url.path, "--json", "--image", folder.path("dog.png")],
      saying: [folder.path("dog.png") + ": ", "not a PNG, JPEG or WebP"])
    let missing = folder.path("no-such.png")
    try lesson.expectRefusal(
      ["--model", folder.url.path, "--json", "--image", missing], saying: [missing, "no such file"])
  }

  @Test(arguments: ModelLesson.each) func aModelThatIsNotThere(lesson: ModelLesson) throws {
    let folder = try TemporaryFolder()
    let missing = folder.path("no-such-model")
    try lesson.expectRefusal(["--model", missing] + image, saying: [missing])
    try lesson.expectRefusal(["--model", folder.url.path] + image, saying: [folder.url.path, "config.json"])
    try folder.write("", to: "file")
    try lesson.expectRefusal(["--model", folder.path("file")] + image, saying: [folder.path("file")])
  }
}
