/*:
# 1. Objectives

**Module 24: Multimodal Learning.** Bridging vision and language.

A program that sees and reads: that is what this module builds, one lesson for each of its sections. A lesson is a text
like this one with code in between. You read it, run it, change a number and run it again.
*/
import Layers
import Models
import Notebook
import Plots
import Tensors

let lesson = Lesson(1, "Objectives")

/*:
## 1.1 The five objectives
What you will be able to do at the end, and the lesson that teaches it. An objective is met by a number on your screen,
not by a tick, so the second table names the result that each lesson prints as its proof.
*/
section("1.1 The five objectives")
table(
  ["", "objective", "lesson"],
  [
    [1, "Understand multimodal architectures", "03 and 08 to 10"],
    [2, "Implement Vision Transformer (ViT) from scratch", "04"],
    [3, "Master CLIP for vision-language understanding", "05 and 06"],
    [4, "Build image captioning pipeline", "07"],
    [5, "Use HuggingFace multimodal models", "06 to 09"],
  ])
let (outputs, beside) = (require(try printedResults()), require(try printedBaselines()))
table(
  ["", "met by", "printed", "beside it"],
  [
    [1, "answers to both of two pictures that differ in one thing (8.4)", .text(outputs.pairs), .text(beside.pairs)],
    [2, "accuracy of a ViT on digits of mostly new writers (4.7)", .text(outputs.digits), .text(beside.digits)],
    [3, "recall@1 on drawn scenes that the model never saw (5.11)", .text(outputs.recall), .text(beside.recall)],
    [4, "BLEU-4 of captions of new scenes (7.7)", .text(outputs.bleu), .text(beside.bleu)],
    [
      5, "digits read by a checkpoint in Hugging Face's form, zero-shot (6.5)", .text(outputs.zeroShot),
      .text(beside.zeroShot),
    ],
  ])
note(
  """
  The numbers are read from the expected outputs of those lessons, which `swift run course check` compares with what they \
  print on your machine. The last column is what a simpler method or guessing has there.
  """)

/*:
## 1.2 What can be counted at once
How large are the things that you are going to build? A model's size is how many numbers it learns. The models of this
course are written out in `Sources/Models`, so they can be made and counted right here. `Initialization.skipped` makes
them without drawing their numbers, which takes no time. The first count is what the notebook prints, and what Lesson 04
prints.
*/
section("1.2 What can be counted at once")
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
The first objective can be tried at once. Give eight images and eight texts vectors that know nothing of each other,
as before any learning. CLIP's contrastive loss asks each to find its partner among eight, and who guesses among $N$ pays
$\ln N$. If each text had its image's vector, the loss could vanish. It is a question of the factor by which cosines are
multiplied before the loss: with 1 even equal vectors leave the wrong ones too likely; with 100, which is CLIP's
largest, strangers are wrong with certainty, which costs more than guessing. Lesson 03 goes from strangers to twins.
*/
let images = Tensor.randn([8, 16]).l2Normalized()
let texts = Tensor.randn([8, 16]).l2Normalized()
table(
  ["cosines times", "loss of strangers", "loss of twins", "chance, ln 8"],
  [1, 100].map { (scale: Float) in
    let losses = [texts, images].map { clipLoss(scale * images.matmul($0.T)).item }
    return [.fixed(scale, decimals: 0)] + (losses + [Tensor(8).log().item]).map { .fixed($0, decimals: 3) }
  })

/*:
## 1.3 How to run a lesson
Each lesson is a program. It needs no Python, no graphics card, no account and no network while it runs.
*/
section("1.3 How to run a lesson")
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

## 1.4 The same bytes everywhere
`diff <(swift run Lesson01_Objectives) expected-outputs/Lesson01_Objectives.txt` prints nothing, on any machine. That is
unusual, and it takes some care. The trouble is that floating-point addition depends on its order, because each sum is
rounded:
*/
section("1.4 The same bytes everywhere")
let (large, small): (Float, Float) = (100_000_000, 1)
show("(1 + 100,000,000) - 100,000,000", (small + large) - large, decimals: 1)
show("1 + (100,000,000 - 100,000,000)", small + (large - large), decimals: 1)

/*:
Many libraries split a long sum among as many threads as there are, or into as many lanes as the processor has, and so
the last digits change with the machine. Training makes such differences larger at each step, until the models differ. Here every result is summed in one
order that depends on shapes alone; threads share out results, never one sum. Below, one product of matrices and one
layer of a transformer are computed with several numbers of threads, and compared bit by bit.
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
## 1.5 Seeds
Random numbers come from a generator that the seed sets up, and it is PyTorch's: after `torch.manual_seed(0)` the
notebook draws the very numbers below. The models here, seeded as the notebook would be, start with its weights.
*/
section("1.5 Seeds")
manualSeed(0)
show("Seed 0", Tensor.randn([4]), decimals: 4, note: "torch.manual_seed(0); torch.randn(4)")
manualSeed(1)
show("Seed 1", Tensor.randn([4]), decimals: 4)
show("This run's seed", lesson.seed, note: "--seed N")

/*:
A result that holds for one seed only is luck. When a lesson claims something, run it with two or three other seeds
before you believe it.

**What to try next:** `--seed 1` here: which of the numbers above change, and which do not? Then read the lessons in their
order; whoever knows transformers can begin with Lesson 03, whoever wants to see a model learn with Lesson 04.
**Next:** `swift run Lesson02_Prerequisites`, from a single number to a transformer layer.
*/
