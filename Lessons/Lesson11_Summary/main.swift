/*:
# 11. Summary

The notebook ends with a table of four models, what each is for, and the idea to remember. This lesson puts beside each
what *you* have seen it do: how many parameters, how well, and how well something simpler does on the same data. A score
without such a neighbor says little: 98 % is poor where guessing gives 97 %.
*/
import CourseKit
import Datasets
import Foundation
import Notebook
import Plots

let lesson = Lesson(11, "Summary")

/*:
No number below is written in this file. Each is looked up, by the name that its lesson prints it with, in that
lesson's expected output, the file that `swift run course check` holds the lesson to. Change a model, record its lesson
again, and this one changes with it.

{{fold-code Looking results up in the expected outputs}}
*/
let course = require(try PackageRoot.ofProgram())
let recorded = require(
  try Dictionary(
    uniqueKeysWithValues: Manifest(root: course).lessons.filter { $0.number < 11 }.map {
      ($0.number, try ExpectedOutput(lesson: $0.paddedNumber, root: course))
    }))

/// What lesson `number` prints as the value `name`.
func value(_ number: Int, _ name: String) -> Cell {
  .text(require(try output(number).value(name)))
}

/// What lesson `number` prints in a table.
func cell(_ number: Int, _ row: String, _ column: String) -> Cell {
  .text(require(try output(number).cell(row, column: column)))
}

func output(_ number: Int) throws -> ExpectedOutput {
  guard let output = recorded[number] else { throw CourseError("there is no lesson \(number)") }
  return output
}

/// A printed number as it can be plotted; a percentage is a share.
func number(_ cell: Cell) throws -> Double {
  let digits = cell.text.filter { !",%".contains($0) }
  guard let value = Double(digits) else { throw CourseError("'\(cell.text)' is no number that can be plotted") }
  return cell.text.hasSuffix("%") ? value / 100 : value
}

/*:
## 11.1 The notebook's table

Model, task and key insight are the notebook's. The numbers are this course's: how large its own model of the kind is,
what it reaches on data that it has not learned from, and what something simpler reaches on the same.
*/
section("11.1 The notebook's table")
let clipDigits = "this CLIP, \"a photo of the digit _\""
table(
  ["model", "task", "key insight", "parameters", "score", "baseline"],
  [
    [
      "ViT", "Image classification", "Images as sequences of patches", cell(4, "as in 4.6", "parameters"),
      cell(4, "ViT, mean of three seeds", "other writers"), cell(4, "logistic regression", "other writers"),
    ],
    [
      "CLIP", "Vision-language", "Contrastive learning for joint space", cell(6, "all", "this CLIP"),
      cell(6, clipDigits, "right"), cell(6, "logistic regression", "right"),
    ],
    [
      "VQA (ViLT)", "Question answering", "Fused image-text transformer", cell(8, "all", "this ViLT"),
      cell(8, "all", "ViLT"), cell(8, "all", "question only"),
    ],
    [
      "BLIP-2", "Multi-task", "Q-Former bridges vision & LLM", cell(9, "all", "this lesson's"),
      cell(9, "Q-Former", "exact"), cell(9, "linear", "exact"),
    ],
  ])

/*:
The four differ in one thing above all: where the picture and the words meet. Find that place in each chain.
*/
figure(
  "meeting", FourModels(),
  caption: "Look in each chain for the box where pictures and words meet.")

/*:
The ViT has no words. In CLIP they meet in one number, the cosine. In ViLT they are one sequence from the first layer on.
In BLIP-2 a trained bridge brings the picture to a language model.

## 11.2 What they came to here

What the scores of the first table are, and more of them. Each model was trained on this course's own data, small enough
for a processor. Beside it stands something simpler: a linear model on pixels, looking up the nearest picture, guessing
from the question alone, one linear layer where BLIP-2 has its Q-Former.
*/
section("11.2 What they came to here")
let captionCount =
  SceneWorld.sixBySix.combinations.count * SceneSize.allCases.count * ScenePlace.allCases.count
let scores: [[Cell]] = [
  [
    "ViT from scratch", "04", "digits, mostly of other writers", cell(4, "ViT, mean of three seeds", "other writers"),
    "logistic regression", cell(4, "logistic regression", "other writers"),
  ],
  [
    "CLIP from scratch", "05", "recall@1 of \(captionCount) captions", cell(5, "6 × 6, mended", "recall@1 of all"),
    "the notebook's, as it is", cell(5, "6 × 6, notebook's", "recall@1 of all"),
  ],
  [
    "CLIP, pretrained", "06", "digits by their captions", cell(6, clipDigits, "right"), "logistic regression",
    cell(6, "logistic regression", "right"),
  ],
  [
    "captioner", "07", "captions, every word right", cell(7, "captioner, 4 beams", "exact"), "nearest picture's",
    cell(7, "nearest picture", "exact"),
  ],
  [
    "captioner", "07", "captions, BLEU-4", cell(7, "captioner, 4 beams", "BLEU-4"), "nearest picture's",
    cell(7, "nearest picture", "BLEU-4"),
  ],
  ["ViLT", "08", "answers", cell(8, "all", "ViLT"), "the question alone", cell(8, "all", "question only")],
  [
    "ViLT", "08", "both of two pictures", cell(8, "all", "both right"), "the question alone",
    cell(8, "all", "both, question only"),
  ],
  ["BLIP-2", "09", "captions, every word right", cell(9, "Q-Former", "exact"), "linear", cell(9, "linear", "exact")],
]
table(["model", "lesson", "measured on data it never saw", "score", "compared with", "its score"], scores)

/*:
How much is each score worth? Its distance from the simpler method's says it.

{{fold-code Drawing the figure}}
*/
figure(
  "scores",
  BarPlot(
    "Each model beside something simpler", value: Axis("score", format: .percent(decimals: 1)),
    categories: scores.map { "\($0[1].text) \($0[2].text)" },
    series: [
      BarSeries("model", require(try scores.map { try number($0[3]) })),
      BarSeries("something simpler", require(try scores.map { try number($0[5]) })),
    ]),
  caption: "Look for the shortest and the longest distance between the two bars of a pair.")

/*:
The ViT and the CLIP that reads digits are near logistic regression. The others are far from what they are compared with.
*/
note(
  """
  The ViT's lead is the smallest, and not by accident: of sixty-four pixels a linear model can learn nearly all that a \
  transformer can. Where the picture has parts that stand to each other, or words must be put together, the simple \
  things fall behind.
  """)

/*:
## 11.3 How large they are

Ours and the published ones, counted from the same code.
*/
section("11.3 How large they are")
let sizes: [[Cell]] = [
  ["ViT", "04", cell(4, "as in 4.6", "parameters"), "ViT-B/16, ten classes", value(4, "ViT parameters")],
  ["SimpleCLIP", "05", value(5, "Parameters"), "the notebook's", value(5, "SimpleCLIP parameters")],
  ["CLIP", "06", cell(6, "all", "this CLIP"), "clip-vit-base-patch32", cell(6, "all", "ViT-B/32")],
  ["captioner", "07", cell(7, "all", "parameters"), "vit-gpt2-image-captioning", cell(7, "all", "ViT-GPT2")],
  ["ViLT", "08", cell(8, "all", "this ViLT"), "vilt-b32-finetuned-vqa", cell(8, "all", "ViLT-B/32")],
  ["BLIP-2", "09", cell(9, "all", "this lesson's"), "blip2-opt-2.7b", cell(9, "all", "blip2-opt-2.7b")],
  [
    "  of these trained", "09", cell(9, "of these trained", "this lesson's"), "",
    cell(9, "of these trained", "blip2-opt-2.7b"),
  ],
]
table(["model", "lesson", "this course's", "published", "parameters"], sizes)

/*:
A step of the axis below is a factor of ten. Each line leads from a model of this course to its published relative.

{{fold-code Drawing the figure}}
*/
let whole = Array(sizes.dropLast())
let (ours, published, places) = require(
  try (whole.map { try number($0[2]) / 1e6 }, whole.map { try number($0[4]) / 1e6 }, whole.map { try number($0[1]) }))
figure(
  "sizes",
  ScatterPlot(
    "Parameters of this course's models and of the published ones",
    x: .logarithmic("parameters (millions)", range: 0.01...1e6), y: Axis("lesson", range: 3.5...9.5),
    groups: [
      ScatterGroup("this course's", x: ours, y: places),
      ScatterGroup("published", x: published, y: places, labels: whole.map { $0[3].text }),
    ],
    arrows: zip(zip(ours, published), places).map { sizes, place in
      ScatterArrow(from: (sizes.0, place), to: (sizes.1, place), hasHead: false)
    }),
  caption: "How many factors of ten lie between a model of this course and its published relative.")

/*:
Between two and four factors of ten lie between them, most in Lesson 09.
*/

/*:
## 11.4 The four insights, and what you saw of them

**Images as sequences of patches.** One convolution cuts a picture into tokens, and from there on it is a text like any
other. The price: a transformer knows nothing of what lies beside what, until each token carries its place. The
notebook's CLIP has no places in its image tower, and recall@1 shows it.

**Contrastive learning for a joint space.** Matching pairs of a batch are pulled together, all others apart. The space
that comes of it classifies by words, but what counts as alike is decided by what the captions spoke of.

**A fused transformer.** Where two things must be held against each other, words and patches in one stream can do what
two towers cannot. The question alone answers a part: measure it, or you do not know what was seen.

**A bridge between frozen models.** Most of the numbers never move. What is trained is the little that translates.
*/
section("11.4 The four insights, and what you saw of them")
let notebooks = cell(5, "6 × 6, notebook's", "recall@1 of all")
let named = cell(6, "held out", "right")
let told = cell(8, "all", "both right")
table(
  ["insight", "seen in", "number"],
  [
    ["without places", "recall@1 of the notebook's CLIP (5)", notebooks],
    ["joint space", "36 classes named by words alone (6)", named],
    ["one stream", "two pictures, one question, both right (8)", told],
    ["frozen", "trained share of blip2-opt-2.7b (9)", value(9, "Trained share, blip2-opt-2.7b")],
  ])

/*:
What would be left without each idea? Without it stand: the notebook's CLIP without places, a guess among the classes, the
question without the picture, and one linear layer as the bridge.

{{fold-code Drawing the figure}}
*/
let chance = 1 / Double(SceneWorld.sixBySix.combinations.count)
let withIt = [cell(5, "6 × 6, mended", "recall@1 of all"), named, told, cell(9, "Q-Former", "exact")]
let withoutIt = require(
  try [number(notebooks), chance, number(cell(8, "all", "both, question only")), number(cell(9, "linear", "exact"))])
figure(
  "insights",
  BarPlot(
    "The four insights: with the idea and without it", value: Axis("score", format: .percent(decimals: 1)),
    categories: ["places: recall@1 (5)", "space: 36 classes (6)", "stream: both right (8)", "bridge: captions (9)"],
    series: [
      BarSeries("with it", require(try withIt.map(number))),
      BarSeries("without it", withoutIt),
    ]),
  caption: "Find the idea without which the score falls least.")

/*:
Without its Q-Former BLIP-2 still writes more than half of the captions. The 0 of the question alone has to be: it gives
the same answer for both pictures of a pair, and the right answers differ.
*/
note(
  """
  Lesson 10's `--quiz` asks whether all this has stayed with you. Lesson 12 has the papers, the data and the words, \
  and where to go from here.

  Try next: change a model in one of Lessons 04 to 09, `swift run course record` that lesson, and run this one: its \
  tables follow.
  """)
