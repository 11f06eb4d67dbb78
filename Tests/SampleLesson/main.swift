// A lesson that uses all of the runtime; the tests run it as a program.
import ArgumentParser
import Images
import Notebook
import Tensors

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions

  @Option(help: "How to end: normally, with a thrown error, a crash, a second lesson or never.")
  var ending = Ending.normal

  enum Ending: String, ExpressibleByArgument, CaseIterable {
    case normal, error, crash, second, never
  }
}

struct Refusal: Error, CustomStringConvertible {
  let description: String
}

func refuse() throws -> Int { throw Refusal(description: "weights.bin: byte 12: the header ends early") }

if CommandLine.arguments.dropFirst().first == "--without-lesson" { section("Too early") }

let lesson = Lesson(0, "Every kind of output", options: Options.self)
show("Seed", lesson.seed)
show("Threads given", lesson.threads != nil)
if lesson.threads != nil { hint("threads: \(Threads.count)") }
show("Drawn", Tensor.randn([2, 2]), decimals: 4)

section("0.1 Values")
show("Input", [1, 3, 224, 224])
show("Patches", [1, 196, 768], note: "[batch, 196 patches, 768 dim]")
show("Parameters", 85_806_346)
show("Loss", 2.3026, decimals: 4)
show("Half", Float(0.5), decimals: 0)
show("Learning rate", 3e-4, significant: 3)
show("Accuracy", percent: 0.9563)
show("Probabilities", [Float(0.1), 0.9], decimals: 4)
show("Caption", "a photo of a café 猫")

show("Scores", Tensor([0.5, -1, 12.25, 3], shape: [2, 2]), decimals: 2, note: "[2, 2]")
show("Vector", Tensor([1, 2], shape: [2]), decimals: 1)

section("0.2 Blocks")
table(
  ["model", "parameters", "accuracy"],
  [
    ["ViT-B/16", 85_806_346, .percent(0.9563)],
    ["猫", 1_000, "-"],
    ["tiny", 42, .percent(1.0, decimals: 1)],
  ])
note(
  """
  A note is running text: it is wrapped to eighty columns, whatever the terminal, so that the same bytes come out \
  everywhere.

  A second paragraph.
  """)
verbatim("[Image] --┐\n          ├--> [Joint embedding]\n[Text]  --┘")
let squares = Image(width: 2, height: 2, format: .rgb, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])
figure("squares", squares, caption: "Four pixels.")
hint("a hint")

let bar = progress("working", total: 3)
for _ in 0..<3 { bar.advance(note: "step") }
bar.finish()

switch lesson.options.ending {
case .normal: show("End", "normal")
case .error: show("Never printed", require(try refuse()))
case .crash: fatalError("the end of this lesson is a crash")
case .second: _ = Lesson(1, "Another")
case .never: while true {}
}
