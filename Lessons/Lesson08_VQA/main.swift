/*:
# 8. Visual Question Answering (VQA)

ViLT (Kim et al. 2021) reads the question's words and the picture's patches as one sequence, in one transformer. Its
answer is a choice among those that were frequent in its training data.

With a flag of its own the lesson answers about your picture instead:
`--model vilt-b32-finetuned-vqa --image dog.jpg --question "What animal is in the image?"`, and `--json` for the numbers
alone.
*/
import ArgumentParser
import ModelTasks
import Notebook

/// The notebook's three questions.
let questions = [
  "What animal is in the image?", "What color is the animal?", "Is the animal sitting or standing?",
]

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @OptionGroup var input: QuestionAnsweringFlags
  var task: (any LessonTask)? { input.task(defaultQuestions: questions) }
}

let lesson = Lesson(8, "Visual Question Answering (VQA)", options: Options.self)

/*:
## 8.1 One stream

Words and patches are embedded, each is marked as word or patch, and one transformer lets all of them attend to each
other. The state of the first word, `[CLS]`, goes to a classifier over the answers.
*/
section("8.1 One stream")
verbatim(
  """
  question ──→ word tokens  ──┐
                              ├──→ [one transformer] ──→ [CLS] ──→ answer
  image ─────→ patch tokens ──┘
  """)
for question in questions { show("Question", question) }
