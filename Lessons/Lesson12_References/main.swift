/*:
# 12. References

What this module stands on: the papers that each lesson quotes, the data and their licenses, the words of the field in
one line each, and where to go next. All papers but two are on arXiv, at `https://arxiv.org/abs/` and the number; those
two are free as well.
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

Read the first one of each lesson before or after it; the others when a question leads you there.

{{fold-code The table of papers}}
*/
section("12.1 The papers of the module")
let papers = [
  Paper("02", "Vaswani et al. 2017", "1706.03762", "Attention Is All You Need"),
  Paper("02", "Ba et al. 2016", "1607.06450", "Layer Normalization"),
  Paper("02", "Hendrycks, Gimpel 2016", "1606.08415", "Gaussian Error Linear Units (GELUs)"),
  Paper("02", "Loshchilov, Hutter 2019", "1711.05101", "Decoupled Weight Decay Regularization (AdamW)"),
  Paper(
    "04", "Dosovitskiy et al. 2021", "2010.11929",
    "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale (ViT)"),
  Paper("04", "Abnar, Zuidema 2020", "2005.00928", "Quantifying Attention Flow in Transformers (rollout)"),
  Paper(
    "05", "Radford et al. 2021", "2103.00020",
    "Learning Transferable Visual Models From Natural Language Supervision (CLIP)"),
  Paper(
    "05", "van den Oord et al. 2018", "1807.03748",
    "Representation Learning with Contrastive Predictive Coding (InfoNCE)"),
  Paper("05", "Zhai et al. 2023", "2303.15343", "Sigmoid Loss for Language Image Pre-Training (SigLIP)"),
  Paper(
    "05", "Liang et al. 2022", "2203.02053",
    "Mind the Gap: Understanding the Modality Gap in Multi-modal Contrastive Representation Learning"),
  Paper(
    "06", "Sennrich et al. 2016", "1508.07909", "Neural Machine Translation of Rare Words with Subword Units (BPE)"),
  Paper(
    "06", "Yuksekgonul et al. 2023", "2210.01936",
    "When and Why Vision-Language Models Behave like Bags-Of-Words, and What to Do About It?"),
  Paper(
    "07", "Li, M. et al. 2021", "2109.10282",
    "TrOCR: Transformer-based Optical Character Recognition with Pre-trained Models"),
  Paper("07", "Radford et al. 2019", "OpenAI report", "Language Models are Unsupervised Multitask Learners (GPT-2)"),
  Paper("07", "Holtzman et al. 2020", "1904.09751", "The Curious Case of Neural Text Degeneration (top-p)"),
  Paper("07", "Papineni et al. 2002", "ACL P02-1040", "BLEU: a Method for Automatic Evaluation of Machine Translation"),
  Paper(
    "08", "Kim et al. 2021", "2102.03334",
    "ViLT: Vision-and-Language Transformer Without Convolution or Region Supervision"),
  Paper(
    "08", "Goyal et al. 2017", "1612.00837",
    "Making the V in VQA Matter: Elevating the Role of Image Understanding in Visual Question Answering"),
  Paper(
    "08", "Devlin et al. 2019", "1810.04805",
    "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding"),
  Paper(
    "09", "Li, J. et al. 2023", "2301.12597",
    "BLIP-2: Bootstrapping Language-Image Pre-training with Frozen Image Encoders and Large Language Models"),
  Paper(
    "09", "Li, J. et al. 2022", "2201.12086",
    "BLIP: Bootstrapping Language-Image Pre-training for Unified Vision-Language Understanding and Generation"),
  Paper(
    "09", "Li, J. et al. 2021", "2107.07651",
    "Align before Fuse: Vision and Language Representation Learning with Momentum Distillation (ALBEF)"),
  Paper("09", "Zhang et al. 2022", "2205.01068", "OPT: Open Pre-trained Transformer Language Models"),
]
table(
  ["lesson", "authors", "arXiv", "title"],
  papers.map { [.text($0.lesson), .text($0.authors), .text($0.identifier), .text($0.title)] })

/*:
When did they appear? The number on arXiv begins with year and month; for the two others the year alone is known.

{{fold-code Drawing the figure}}
*/
let firsts = papers.indices.filter { $0 == 0 || papers[$0 - 1].lesson != papers[$0].lesson }
let others = papers.indices.filter { !firsts.contains($0) }
/// The lesson of a paper; the later ones of a lesson stand a little lower, so that all names can be read.
func height(_ place: Int) -> Double {
  let first = firsts.last { $0 <= place } ?? 0
  return Double(papers[place].lessonNumber) - 0.22 * Double(place - first)
}
figure(
  "timeline",
  ScatterPlot(
    "The papers over the years", x: Axis("year", range: 2001...2025, format: .significant(4)),
    y: Axis("lesson", range: 1...9.5),
    groups: [("the first of its lesson", firsts), ("others", others)].map { name, places in
      ScatterGroup(
        name, x: places.map { papers[$0].date }, y: places.map(height),
        labels: places.map { papers[$0].firstAuthor })
    }, height: 660),
  caption: "How close together most of them stand, and which one is far older.")

/*:
All but the measure of translations, BLEU (Papineni), are from 2015 or later. The four models of the notebook follow each
other within three years.
*/

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
      "trained models", .text("\(ShippedCheckpoint.allCases.count) of at most 2 MB"), "this package, `course train`",
      "Apache-2.0",
    ],
  ])

/*:
## 12.3 The words, in one line each

{{fold-code The table of words}}
*/
section("12.3 The words, in one line each")
table(
  ["word", "what it means", "lesson"],
  [
    ["ablation", "leaving out one part to see what it was worth", "04"],
    ["attention", "a mean of values, weighted by how well keys fit a query", "02"],
    ["beam search", "keeping the k likeliest beginnings of a text", "07"],
    ["BLEU", "how many n-grams a text shares with references", "07"],
    ["causal mask", "no token sees those after it", "07"],
    ["checkpoint", "a model's numbers in a file, each tensor with its name", "02"],
    ["[CLS]", "an extra token that gathers what the whole sequence says", "04"],
    ["contrastive loss", "cross-entropy of finding the partner in a batch", "05"],
    ["cosine similarity", "the dot product of two vectors, each scaled to length 1", "03"],
    ["counterfactual pair", "two inputs that differ in one respect, and in the right answer", "08"],
    ["cross-attention", "queries from one sequence, keys and values from another", "07"],
    ["embedding", "a learned vector for a word, a patch, a place", "02"],
    ["false negative", "a pair that the loss takes for wrong though its text is true", "05"],
    ["frozen", "parameters that training leaves alone", "09"],
    ["fusion", "early: one transformer for all; late: two towers, compared", "08"],
    ["greedy search", "taking the likeliest token each time", "07"],
    ["hard negative", "a wrong pair that looks right", "09"],
    ["inductive bias", "what an architecture assumes before it has seen data", "10"],
    ["KV cache", "keys and values of earlier tokens, kept", "07"],
    ["logit", "a score before the softmax", "02"],
    ["modality", "a kind of data: pictures, text, sound", "03"],
    ["modality gap", "pictures and texts lying apart in a joint space", "05"],
    ["patch", "a small square of a picture, which becomes a token", "04"],
    ["perplexity", "e to the cross-entropy", "07"],
    ["prompt ensemble", "a class as the mean of several wordings", "06"],
    ["Q-Former", "learned queries that turn a picture into a few tokens", "09"],
    ["receptive field", "the pixels that can change an output", "10"],
    ["recall@k", "how often the right one is among the first k", "05"],
    ["teacher forcing", "training on the right text, not on what was written", "07"],
    ["temperature", "what logits are divided by", "05"],
    ["token", "a piece of text or picture with a vector of its own", "02"],
    ["top-p", "drawing from the likeliest tokens that have the probability p together", "07"],
    ["zero-shot", "a task for which no example was fitted", "06"],
  ])

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
Four need less than a gigabyte. BLIP-2 needs many times as much, most of it for its frozen language model (Lesson 09).
What a model computes while it runs comes on top.

Module 25 goes on from here, from texts about pictures to pictures from texts. Before that, or instead:
*/
table(
  ["what", "how"],
  [
    ["a real checkpoint, as the small ones were taken apart", "Lessons 06 to 09 with --model DIRECTORY"],
    ["a model of your own", "swift run course train captioner --seed 1 --output mine"],
    ["how a paper's figure becomes code", "a file of Sources/Models beside its paper"],
    ["Flamingo (2204.14198)", "cross-attention inside a frozen language model"],
    ["LLaVA (2304.08485)", "Lesson 09's linear bridge, with a large language model that is trained, too"],
    [
      "Module 25: Stable Diffusion",
      "pictures made of noise, step by step, led by a text that CLIP's text tower has read",
    ],
  ])
note(
  """
  You have built, trained, measured and taken apart every model of this module. If one number surprised you, change \
  something and run it again: that is all there is to research, apart from patience.
  """)
