/*:
# 11. Summary

The notebook ends with a table of four models, what each is for, and the idea to remember. This lesson puts beside each
what *you* have seen it do: how many parameters it has, how well it does, and how well something simpler does on the
same data. A score without such a neighbor says little.
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
    uniqueKeysWithValues: Manifest(root: course).lessons.filter { ![11, 12].contains($0.number) }.map {
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

Model, task and key insight are the notebook's. Read each insight as a sentence first:

- **Images as sequences of patches**: a picture is cut into squares, each square becomes a vector, and from there on a
  transformer treats them like the words of a text (Lesson 04).
- **Contrastive learning for joint space**: two encoders are trained so that a picture and its caption get similar
  vectors, and all other pairs less similar ones (Lesson 05).
- **Fused image-text transformer**: words and patches go through one transformer together, so that each can attend to
  the other (Lesson 08).
- **Q-Former bridges vision & LLM**: a small trained model gathers from a picture what a language model needs, while the
  two large models stay as they are (Lesson 09).

The numbers are this course's: how large its own model of the kind is, what it reaches on data that it was not trained
on, and what something simpler reaches in the same test.
*/
section("11.1 The notebook's table")
let clipDigits = "this CLIP, \"a photo of the digit _\""
let nearestDigit = "nearest training digit, shifted digits too"
table(
  ["model", "task", "key insight", "parameters", "score", "something simpler"],
  [
    [
      "ViT", "Image classification", "Images as sequences of patches", cell(4, "as in 4.6", "parameters"),
      cell(4, "ViT, mean of three seeds", "other writers"), cell(4, "logistic regression", "other writers"),
    ],
    [
      "CLIP", "Vision-language", "Contrastive learning for joint space", cell(6, "all", "this CLIP"),
      cell(6, "held-out combinations", "right"), cell(6, "chance", "color right"),
    ],
    [
      "VQA (ViLT)", "Question answering", "Fused image-text transformer", cell(8, "all", "this ViLT"),
      cell(8, "all", "both right"), cell(8, "all", "both, bag of attributes"),
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
The ViT has no words. In CLIP they meet in one number, the cosine: late fusion. In ViLT they are one sequence from the
first layer on: early fusion. In BLIP-2 a trained bridge brings the picture to a language model. A fourth way is in none
of these chains: in the captioner of Lesson 07 each layer of the text's decoder attends to the picture, which is
cross-attention.

## 11.2 What they came to here

Each model was trained on this course's own data, small enough for a processor. Beside each score stands something
simpler in the same test. What that is differs from row to row, so read it before you compare:

- **logistic regression**: a linear model on the pixels.
- **nearest training digit**: the label of the most similar training picture, where copies shifted by some pixels count
  as well, because the CLIP was trained on shifted ones.
- **color alone**: what a model reaches that sees the color and guesses among six shapes.
- **the notebook's**: the same model with the fault that Lesson 05 finds.
- **nearest picture's**: the caption of the most similar training picture.
- **question alone**: answers without looking at the picture.
- **bag of attributes**: answers from the list of colors and shapes in the picture, without what belongs together.
- **linear**: one linear layer where BLIP-2 has its Q-Former. It has far fewer trained numbers.
- **looked up**: draws nothing; the training picture with the most similar caption.
- **OCR and rules**: knows the shapes of the printed letters and where each field of a known layout stands.

The last two models are those of Lessons 13 and 14, which follow after this summary: the painter draws what a text says,
the reader writes down what a page says.
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
    "the notebook's", cell(5, "6 × 6, notebook's", "recall@1 of all"),
  ],
  [
    "CLIP, pretrained", "06", "kinds never seen (zero-shot)", cell(6, "held-out combinations", "right"), "color alone",
    cell(6, "chance", "color right"),
  ],
  [
    "CLIP, pretrained", "06", "digits by their captions", cell(6, clipDigits, "right"), "nearest training digit",
    cell(6, nearestDigit, "right"),
  ],
  [
    "captioner", "07", "captions, every word right", cell(7, "captioner, 4 beams", "exact"), "nearest picture's",
    cell(7, "nearest picture", "exact"),
  ],
  [
    "captioner", "07", "captions, BLEU-4", cell(7, "captioner, 4 beams", "BLEU-4"), "nearest picture's",
    cell(7, "nearest picture", "BLEU-4"),
  ],
  ["ViLT", "08", "answers", cell(8, "all", "ViLT"), "question alone", cell(8, "all", "question only")],
  [
    "ViLT", "08", "both of two pictures", cell(8, "all", "both right"), "bag of attributes",
    cell(8, "all", "both, bag of attributes"),
  ],
  ["BLIP-2", "09", "captions, every word right", cell(9, "Q-Former", "exact"), "linear", cell(9, "linear", "exact")],
  [
    "BLIP-2", "09", "captions with new pairs", cell(9, "Q-Former", "exact, new pairs"), "linear",
    cell(9, "linear", "exact, new pairs"),
  ],
  [
    "painter", "13", "drawings of one thing, all right", cell(13, "one thing", "all right, mean"), "looked up",
    cell(13, "one thing", "looked up"),
  ],
  [
    "painter", "13", "drawings of two things, all right", cell(13, "two things", "all right, mean"), "looked up",
    cell(13, "two things", "looked up"),
  ],
  [
    "reader", "14", "fields of pages, exact", value(14, "Exact fields, held out, reader"), "OCR and rules",
    value(14, "Exact fields, held out, OCR and rules"),
  ],
]
table(["model", "lesson", "measured on", "score", "compared with", "its score"], scores)

/*:
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
  caption: "Look for pairs of bars of about the same length, and for those that differ most.")
let reading = scores[scores.count - 1]
let readerLeads = require(try number(reading[3]) > number(reading[5]))
let vitSeeds = require(try output(4).value("ViT, each seed, other writers"))
note(
  """
  In two tests on digits there is no lead: the three seeds of the ViT, \(vitSeeds) percent, lie on both sides of \
  logistic regression or close to it, and the CLIP that reads digits is about as good as looking up the nearest training digit. \
  Where things have to be bound to places, or words put together, the simple methods of these rows fall behind. \
  OCR with rules is no such simple method: it was written for these very letters and layouts, and \
  \(readerLeads ? "the reader has more fields right all the same" : "it has more fields right than the reader").
  """)

/*:
## 11.3 What these numbers can say, and what they cannot

**What they can say.** Each was measured on data that was not trained on, and a lesson prints the seeds that it rests
on. Data, code and random numbers are all here, so anybody gets the same numbers, and can change one thing and see what
it does. A large difference that all seeds share, such as that of the model without positions, is a fact about these
models on this data.

**What they cannot say.**

- *Nothing about photographs.* Drawn scenes have six colors, six shapes and a grammar of some dozens of words. A perfect
  score means that this small world is learned, not that pictures are understood. No published model was run here,
  because its files are too large; `--model` runs one.
- *Little about small differences.* With 360 digits one digit is more than a quarter of a point, and seeds of the same
  model lie points apart. Where the ranges of two methods overlap, the course calls it no result.
- *Nothing about which model is best.* The rows measure different tasks, with different sizes, data and training
  lengths. ViLT's score beside CLIP's says nothing about ViLT and CLIP.
- *Little about causes.* A lesson that leaves one part out shows that this part matters, here. Why it matters is often a
  guess, and is called one.
- *Nothing about scale.* The models of the papers have a thousand times as many parameters and examples. Where a lesson
  finds something else than its paper, it prints both claims (5.7 and 9.9, for instance), and scale is one possible
  reason.
*/
section("11.4 How large they are")
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
  [
    "painter", "13", value(13, "Parameters of the painter"), "Stable Diffusion 1",
    value(13, "Parameters of Stable Diffusion 1, without its VAE"),
  ],
  ["reader", "14", value(14, "Parameters of the reader"), "Donut", value(14, "Parameters of Donut")],
]
table(["model", "lesson", "this course's", "published", "parameters"], sizes)

/*:
A step of the axis below is a factor of ten. Each line leads from a model of this course to its published relative.

{{fold-code Drawing the figure}}
*/
let whole = sizes.filter { !$0[0].text.hasPrefix(" ") }
let (ours, published, places) = require(
  try (whole.map { try number($0[2]) / 1e6 }, whole.map { try number($0[4]) / 1e6 }, whole.map { try number($0[1]) }))
figure(
  "sizes",
  ScatterPlot(
    "Parameters of this course's models and of the published ones",
    x: .logarithmic("parameters (millions)", range: 0.01...1e6), y: Axis("lesson", range: 3.5...14.5),
    groups: [
      ScatterGroup("this course's", x: ours, y: places),
      ScatterGroup("published", x: published, y: places, labels: whole.map { $0[3].text }),
    ],
    arrows: zip(zip(ours, published), places).map { sizes, place in
      ScatterArrow(from: (sizes.0, place), to: (sizes.1, place), hasHead: false)
    }),
  caption: "How many factors of ten lie between a model of this course and its published relative.")

/*:
The longest line is that of Lesson 09.

## 11.5 The four insights, and what you saw of them

**Images as sequences of patches.** One convolution cuts a picture into tokens, and from there on it is treated like a
text. A transformer does not know what lies beside what, until each token carries its position. The notebook's CLIP has
no positions in its image tower, and its recall@1 shows it.

**Contrastive learning for a joint space.** Matching pairs of a batch are pulled together, all others pushed apart. The
space that results classifies by words. What counts as alike in it is decided by what the captions speak of.

**A fused transformer.** Where one thing has to be compared with another, words and patches in one stream can bind
attributes to things. A part of the answers can be guessed from the question alone, so that part has to be measured.

**A bridge between frozen models.** Most of the numbers never change. What is trained is the small part between.
*/
section("11.5 The four insights, and what you saw of them")
let notebooks = cell(5, "6 × 6, notebook's", "recall@1 of all")
let named = cell(6, "held-out combinations", "right")
let told = cell(8, "all", "both right")
table(
  ["insight", "seen in", "number"],
  [
    ["without positions", "recall@1 of the notebook's CLIP (5)", notebooks],
    ["joint space", "kinds never seen, named by words alone (6)", named],
    ["one stream", "two pictures, one question, both right (8)", told],
    ["frozen", "trained share of blip2-opt-2.7b (9)", value(9, "Trained share, blip2-opt-2.7b")],
  ])

/*:
What is left without each idea? In the second bar of each pair stands: the notebook's CLIP without positions; the color
alone; the bag of attributes; one linear layer as the bridge.

{{fold-code Drawing the figure}}
*/
let withIt = [cell(5, "6 × 6, mended", "recall@1 of all"), named, told, cell(9, "Q-Former", "exact")]
let withoutIt = [
  notebooks, cell(6, "chance", "color right"), cell(8, "all", "both, bag of attributes"), cell(9, "linear", "exact"),
]
figure(
  "insights",
  BarPlot(
    "The four insights: with the idea and without it", value: Axis("score", format: .percent(decimals: 1)),
    categories: ["places: recall@1 (5)", "space: new kinds (6)", "stream: both right (8)", "bridge: captions (9)"],
    series: [
      BarSeries("with it", require(try withIt.map(number))),
      BarSeries("without it", require(try withoutIt.map(number))),
    ]),
  caption: "Find the idea without which the score falls least.")

/*:
The last pair compares sizes as well as ideas: the linear layer has far fewer trained numbers than the Q-Former (9.11).
*/
note(
  """
  `swift run course quiz 10` asks questions on the whole module. Lesson 12 has the papers, the data and the words, and \
  says where to go from here. Of the course's fourteen lessons two are still to come then: Lesson 13 draws pictures from \
  texts, Lesson 14 reads documents.

  Try next: change a model in one of Lessons 04 to 09, 13 or 14, `swift run course record` that lesson, and run this one: its \
  tables follow.
  """)
