/*:
# 12. References

What this module stands on: the papers that the lessons quote, the data and their licenses, the words of all lessons in
one line each, and where to go next.
*/
import CourseKit
import Datasets
import Notebook
import Plots
import Tokenizers
import Training

let lesson = Lesson(12, "References")

/*:
## 12.1 The papers of the module

Each paper stands where the course quotes it first. The first one of a lesson is the one to read with it; the others
when a question leads you there. Most addresses are on arXiv, where the paper can be read without an account.

Four of them are the notebook's references: ViT, CLIP, ViLT and BLIP-2.

{{quote Lessons/Lesson12_References/Papers.swift folded}}
*/
section("12.1 The papers of the module")
let papers = Paper.all
table(
  ["lesson", "authors", "title", "address"],
  papers.map { [.text($0.lesson), .text($0.authors), .text($0.title), .text($0.address)] })

/*:
When did they appear? The number on arXiv begins with year and month; for the others the year alone is known.

{{fold-code Drawing the figure}}
*/
let firsts = papers.indices.filter { $0 == 0 || papers[$0 - 1].lesson != papers[$0].lesson }
let others = papers.indices.filter { !firsts.contains($0) }
figure(
  "timeline",
  ScatterPlot(
    "The papers over the years", x: Axis("year", range: 1964...2026, format: .significant(4)),
    y: Axis("lesson", range: 1...14.5),
    groups: [("the first of its lesson", firsts), ("others", others)].map { name, places in
      ScatterGroup(
        name, x: places.map { papers[$0].date }, y: places.map { Double(papers[$0].lessonNumber) },
        labels: places.map { papers[$0].date < 2010 || firsts.contains($0) ? papers[$0].firstAuthor : "" })
    }, height: 480),
  caption: "How close together most of them stand, and which are far older.")
let old = papers.filter { $0.date < 2014 }
note(
  """
  \(papers.count) papers; \(old.count) of them are from before 2014: \
  \(old.map { "\($0.authors)" }.joined(separator: ", ")).
  """)

/*:
## 12.2 Data and licenses

Nothing is downloaded while a lesson runs. What comes from elsewhere is in the package, with its license; the scenes are
drawn by the package itself.
*/
section("12.2 Data and licenses")
let digits = require(try Digits.load())
let photos = require(try [Photos.cat, Photos.coffee, Photos.astronaut])
let merges = require(try CLIPTokenizer.openAIMerges())
table(
  ["data", "how much", "source", "license"],
  [
    [
      "handwritten digits", .text("\(Format.integer(digits.count)) of 8 × 8"),
      "Alpaydin and Kaynak 1998, UCI repository", "CC BY 4.0",
    ],
    ["cat", .text("\(photos[0].width) × \(photos[0].height)"), "Stefan van der Walt", "CC0"],
    ["coffee", .text("\(photos[1].width) × \(photos[1].height)"), "Rachel Michetti", "CC0"],
    ["astronaut", .text("\(photos[2].width) × \(photos[2].height)"), "NASA", "public domain"],
    ["CLIP's vocabulary", .text("\(Format.integer(merges.count)) merges"), "OpenAI", "MIT"],
    ["drawn scenes", "endless, from a seed", "this package", "Apache-2.0"],
    [
      "trained models", .text("\(ShippedCheckpoint.allCases.count) of at most 4 MB"), "this package, `course train`",
      "Apache-2.0",
    ],
  ])

/*:
## 12.3 The words, in one line each

The words of all lessons, from their sections "Words of this lesson". They are read from the lessons' sources while this
one runs. A word that several lessons list has the meaning that the first of them gives; the others may say more.
*/
section("12.3 The words, in one line each")
let words = require(try LessonWords(root: PackageRoot.ofProgram())).words
table(
  ["word", "what it means", "lessons"],
  words.map { [.text($0.term), .text($0.meaning), .text($0.lessonNumbers)] })
show("Words", words.count)

/*:
## 12.4 Where to go next

The next model to run is a published one. How large are those that this course has counted, and what do they need? The
counts are read from the expected outputs of the lessons. The captioner ViT-GPT2 has no paper of its own.

{{fold-code Drawing the figure}}
*/
section("12.4 Where to go next")
let published = require(try PublishedModel.all())
let described = published.compactMap { model in
  papers.first { $0.identifier == model.paper }.map { (model: model, date: $0.date) }
}
figure(
  "sizes",
  ScatterPlot(
    "Parameters of the published models over the years",
    x: Axis("year of the paper", range: 2019...2025, format: .significant(4)),
    y: .logarithmic("parameters (millions)", range: 30...1e4),
    groups: [
      ScatterGroup(
        "published models", x: described.map(\.date), y: described.map { $0.model.parameters / 1e6 },
        labels: described.map(\.model.name))
    ], height: 320),
  caption: "How much larger the last one is than the three before it.")
figure(
  "memory",
  BarPlot(
    "Memory for the parameters", value: Axis("gigabytes", format: .decimals(2)),
    categories: published.map(\.name),
    series: [
      BarSeries("float32", published.map { $0.parameters * 4 / 1e9 }),
      BarSeries("float16", published.map { $0.parameters * 2 / 1e9 }),
    ]),
  caption: "Which of them your machine can hold, and at how many bytes a number.")

/*:
BLIP-2 needs many times as much as the others, most of it for its frozen language model (Lesson 09). What a model
computes while it runs comes on top.

Lessons 13 and 14 stand behind this one: pictures from texts, and data from documents. Module 25 goes on from Lesson 13.
Before that, or instead:
*/
table(
  ["what", "how"],
  [
    ["a real checkpoint, as the small ones were taken apart", "Lessons 04, 06 to 09 and 14 with --model NAME"],
    ["a model of your own", "swift run course train captioner --seed 1 --output mine"],
    ["how a paper's figure becomes code", "a file of Sources/Models or Sources/Pretrained beside its paper"],
    ["Flamingo (Alayrac et al. 2022)", "cross-attention inside a frozen language model"],
    [
      "LLaVA (Liu et al. 2023)", "a simpler bridge than the Q-Former, with a large language model that is trained, too",
    ],
    [
      "Module 25: Stable Diffusion",
      "Lesson 13 at its real size: in a latent space, with a larger network and pictures of the web",
    ],
  ])
note(
  """
  You have built and trained a ViT and a CLIP. Of the captioner, ViLT and BLIP-2 you have built the central parts, \
  trained some of them for a short time, and taken trained models apart. If one number surprised you, change one thing \
  and run it again, with three seeds.
  """)
