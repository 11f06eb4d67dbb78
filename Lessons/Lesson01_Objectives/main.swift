/*:
# 1. Objectives

**Module 24: Multimodal Learning.** Bridging vision and language.

A program that sees and reads: that is what this module builds, one lesson for each of its twelve sections, and two more
for applications that it names and leaves out: fourteen in all. A lesson is a text like this one with code in between.
You read it, run it, change a number and run it again.
*/
import Datasets
import Images
import Layers
import Models
import Notebook
import Plots
import Tensors

let lesson = Lesson(1, "Objectives")

/*:
A **model** is a function with many numbers in it that are not written by hand: its **parameters**. **Training** means
to show the model examples and to change its parameters a little each time, so that its answers become better. Nothing
else happens in this module. What differs from lesson to lesson is what goes in (a picture, a text, both), what comes
out (a class, a sentence, an answer), and how the two meet in between.

## 1.1 The five objectives
What you will be able to do at the end, and the lessons that teach it:
*/
section("1.1 The five objectives")
table(
  ["", "objective", "lessons"],
  [
    [1, "Understand multimodal architectures", "03 and 08 to 10"],
    [2, "Implement Vision Transformer (ViT) from scratch", "04"],
    [3, "Master CLIP for vision-language understanding", "05 and 06"],
    [4, "Build image captioning pipeline", "07"],
    [5, "Use HuggingFace multimodal models", "06 to 09"],
  ])

/*:
An objective is met by a number on your screen, not by a tick. So each has a result that a lesson prints. A result alone
says little: 98 right of 100 is poor where guessing gets 97. So beside it stands a **baseline**, what something simpler
reaches in the same test, and the last column says what that is. You need not understand the names yet; come back to
this table at the end.
*/
let proofs = require(try Proof.all())
table(["", "met by", "section", "result", "beside it", "what stands beside it"], proofs.map(\.row))
note(
  """
  The numbers are read from the expected outputs of those lessons, which `swift run course check` compares with what \
  they print on your machine.
  """)

/*:
How far does each pair of numbers carry?

- **1** compares with a model that is given the colors and shapes of the picture for free, but not which belong
  together. The rest is what the model reads off the picture by itself.
- **2** is no clear lead. The three seeds of the ViT are printed below, with how many of them are above the linear
  model. The objective is that you *build* it; Lesson 04 asks when it is worth it.
- **3** compares with the same model with one fault in it, which Lesson 05 finds. A guess among so many captions is
  right far less often; that stands below, too.
- **4** has no chance level: a random sentence shares hardly any words with the right one. Looking up the most similar
  picture's caption is the simplest method that writes sentences.
- **5** is a true zero-shot test: the model saw red things and triangles, but no red triangle. It is about drawn things
  of this course. It does not show that the model would do well on photographs.
*/
let captionCount = SceneWorld.sixBySix.combinations.count * SceneSize.allCases.count * ScenePlace.allCases.count
let (seeds, linear) = require(try seedsOfObjective2())
show("Objective 2, ViT, each seed", seeds, decimals: 2, note: "in percent")
show("Objective 2, seeds above the linear model", seeds.count { $0 > linear }, note: "of \(seeds.count)")
show("Objective 3, chance", percent: 1 / Double(captionCount), note: "1 of \(captionCount) captions")
show("Objective 5, chance", percent: 1 / Double(SceneWorld.sixBySix.combinations.count), note: "1 of 36 kinds")

/*:
## 1.2 Pictures and words as numbers
A model computes with numbers. How does a picture get into it, and how a sentence? A picture has numbers already: each
**pixel** is a brightness. Here is a digit that somebody wrote by hand, 8 × 8 pixels, as Lesson 04 gets it. What can you
see in the numbers?
*/
section("1.2 Pictures and words as numbers")
let digits = require(try Digits.load())
let digit = digits.image(at: 0)
let brightness = digits.images[0].reshape(8, 8) * 16  // from 0, the paper, to 16
show("A handwritten \(digits.labels[0])", brightness, decimals: 0)
figure(
  "digit", digit.enlarged(by: 16), caption: "the same 64 numbers, each as the brightness of a square",
  alternative: "A handwritten zero of 8 by 8 gray squares: a bright ring on black.")

/*:
A color picture has three such numbers a pixel, for red, green and blue. A sentence is cut into pieces, here into words,
and each piece is replaced by its place in a list of all words that the model knows:
*/
let known = SceneGrammar.vocabulary
let sentence = "a photo of a red circle"
show("Words that the model knows", known.count)
show("Sentence", sentence)
show("As numbers", SceneGrammar.words(of: sentence).compactMap { known.firstIndex(of: $0) })

/*:
Pixels and word numbers are two kinds of data. Each kind is called a **modality**. Nothing in 64 brightnesses looks like
the word "zero". To bring the two together is what *multimodal* means. Lesson 03 shows how a model learns it.

## 1.3 What can be counted at once
How large are the things that you are going to build? A model's size is how many parameters it has. The notebook's own
models are written out in `Sources/Models`, and the parts of all models in `Sources/Layers`, so they can be made and
counted right here. `Initialization.skipped` makes them without drawing their numbers, which takes no time. The first
count is what the notebook prints, and what Lesson 04 prints.
*/
section("1.3 What can be counted at once")
let vit = Initialization.skipped { VisionTransformer(classCount: 10) }
let clip = Initialization.skipped { SimpleCLIP() }
let captioner = Initialization.skipped {
  TransformerDecoderLayer(embedDim: 768, headCount: 12, feedForwardDim: 3072, activation: .gelu)
}
let counts = [
  ("2", "ViT-Base for 10 classes", vit.parameterCount), ("3", "the notebook's SimpleCLIP", clip.parameterCount),
  ("4", "a layer of ViT-GPT2's decoder", captioner.parameterCount),
]
table(
  ["objective", "model", "parameters", "MB in 32 bits"],
  counts.map { objective, name, count in
    [.text(objective), .text(name), .integer(count), .fixed(Double(4 * count) / 1e6, decimals: 1)]
  })

/*:
Where do ViT-Base's numbers sit? Nearly all in the encoder: twelve equal layers, each with its attention and its two
linear maps. Cutting a photo into tokens costs less than one per cent. Lesson 04 takes each line apart.
*/
let modules = vit.namedChildren().map { ($0.name, $0.module.parameterCount) }.filter { $0.1 > 0 }
let inModules = modules.reduce(0) { $0 + $1.1 }
let parts = [("cls_token and pos_embed", vit.parameterCount - inModules)] + modules
table(
  ["part of ViT-Base", "parameters", "share"],
  parts.map { name, count in
    [.text(name), .integer(count), .percent(Double(count) / Double(vit.parameterCount), decimals: 3)]
  })
figure(
  "parts",
  BarPlot(
    "Parameters of ViT-Base", value: "millions",
    bars: parts.map { name, count in Bar(name, Double(count) / 1e6) }),
  caption: "How little of a transformer is outside of its layers.")

/*:
## 1.4 How to run a lesson
Each lesson is a program. It needs no Python, no graphics card, no account and no network while it runs.
*/
section("1.4 How to run a lesson")
verbatim(
  """
  swift run Lesson01_Objectives                    this lesson
  swift run Lesson03_Multimodal --help             the flags of another one
  swift run Lesson03_Multimodal --seed 1           other random numbers, other results
  swift run Lesson03_Multimodal --threads 1        the same results on one processor core
  swift run Lesson03_Multimodal --figures figures  its figures as files in ./figures
  swift run course list                            all lessons, one a line
  swift run course check                           compares every lesson with expected-outputs/
  """)

/*:
In a terminal with colors figures are drawn there as well. Results go to standard output; progress bars, times and
advice go to standard error, so that `swift run Lesson01_Objectives > mine.txt` holds the results alone.

## 1.5 The same bytes everywhere
`diff <(swift run Lesson01_Objectives) expected-outputs/Lesson01_Objectives.txt` prints nothing, on any machine. That is
unusual, and it takes some care. The trouble is that floating-point addition depends on its order, because each sum is
rounded:
*/
section("1.5 The same bytes everywhere")
let (large, small): (Float, Float) = (100_000_000, 1)
show("(1 + 100,000,000) - 100,000,000", (small + large) - large, decimals: 1)
show("1 + (100,000,000 - 100,000,000)", small + (large - large), decimals: 1)

/*:
Many libraries split a long sum among as many threads as there are, or into as many lanes as the processor has, and so
the last digits change with the machine. Training makes such differences larger at each step, until the models differ.
Here every result is summed in one order that depends on shapes alone; threads share out results, never one sum. Below,
one product of matrices and one layer of a transformer are computed with several numbers of threads, and compared bit by
bit.
*/
let left = Tensor.randn([197, 768])
let right = Tensor.randn([768, 512])
let layer = TransformerEncoderLayer(embedDim: 128, headCount: 4, feedForwardDim: 512).eval()
let batch = Tensor.randn([4, 65, 128])
func bits(threads: Int) -> [UInt32] {
  Threads.with(threads) { noGrad { (left.matmul(right).scalars + layer(batch).scalars).map(\.bitPattern) } }
}
let alone = bits(threads: 1)
table(
  ["threads", "numbers compared", "equal to one thread"],
  [2, 3, 8].map { threads in
    let others = bits(threads: threads)
    return [.integer(threads), .integer(others.count), .text(others == alone ? "all" : "not all")]
  })

/*:
An example's result should not depend on its neighbors in the batch either. So the second example alone must give
the second row of the batch:
*/
let second = noGrad { layer(batch[1..<2]) }
show("Alone as in the batch", second.scalars == noGrad { layer(batch) }[1..<2].scalars)

/*:
## 1.6 Seeds
Random numbers come from a generator that the seed sets up, and it is PyTorch's: after `torch.manual_seed(0)` the
notebook draws the very numbers below. The models here, seeded as the notebook would be, start with its weights.
*/
section("1.6 Seeds")
manualSeed(0)
show("Seed 0", Tensor.randn([4]), decimals: 4, note: "torch.manual_seed(0); torch.randn(4)")
manualSeed(1)
show("Seed 1", Tensor.randn([4]), decimals: 4)
show("This run's seed", lesson.seed, note: "--seed N")

/*:
A result that holds for one seed only may be luck. When a lesson claims something, it prints several seeds where it can;
run it with two or three others before you believe it.

## 1.7 Words of this lesson

- **model**: a function with many numbers in it that are learned.
- **parameter**: a number of a model that is learned.
- **training**: changing a model's parameters step by step, so that its answers to examples become better.
- **baseline**: a simple method on the same test, to compare with.
- **pixel**: one point of a picture, with one brightness or with one for each of red, green and blue.
- **modality**: a kind of data, such as pictures, text or sound.
- **zero-shot**: for classes of which no labeled example was used in training.
- **seed**: the number from which a generator computes all its random numbers.
- **expected output**: what a lesson prints on every machine, kept in a file to compare with.

## 1.8 How to go on

Read the lessons in their order. If you know transformers, begin with Lesson 03; if you want to see a model learn, begin
with Lesson 04. Lessons 13 and 14 come after the summary: they build the two applications that the notebook names and
leaves out, pictures from texts and data from documents. Lessons 02 to 10, 13 and 14 have exercises and a quiz:
`swift run course exercise` and `swift run course quiz 02`.

**What to try now:** `--seed 1` here. Which of the numbers above change, and which do not?
**Next:** `swift run Lesson02_Prerequisites`, from a single number to a transformer layer.
*/
