/*:
# 12. References

What this module stands on: the papers that each lesson quotes, the data and their licences, the words of the field in
one line each, and where to go next. All papers but two are free on arXiv: `https://arxiv.org/abs/` and the number.
*/
import Datasets
import Notebook
import Tokenizers
import Training

let lesson = Lesson(12, "References")

/*:
## 12.1 The papers of the module

Read the first one of each lesson before or after it; the others when a question leads you there.
*/
section("12.1 The papers of the module")
struct Paper {
  let lesson, authors, title, place: String
}
let papers = [
  Paper(lesson: "02", authors: "Vaswani et al. 2017", title: "Attention Is All You Need", place: "1706.03762"),
  Paper(lesson: "02", authors: "Ba et al. 2016", title: "Layer Normalization", place: "1607.06450"),
  Paper(lesson: "02", authors: "Hendrycks, Gimpel 2016", title: "Gaussian Error Linear Units", place: "1606.08415"),
  Paper(lesson: "02", authors: "Loshchilov, Hutter 2019", title: "Decoupled Weight Decay (AdamW)", place: "1711.05101"),
  Paper(
    lesson: "04", authors: "Dosovitskiy et al. 2021", title: "An Image is Worth 16x16 Words (ViT)", place: "2010.11929"),
  Paper(
    lesson: "04", authors: "Abnar, Zuidema 2020", title: "Quantifying Attention Flow (rollout)", place: "2005.00928"),
  Paper(
    lesson: "05", authors: "Radford et al. 2021", title: "Learning Transferable Visual Models (CLIP)",
    place: "2103.00020"),
  Paper(
    lesson: "05", authors: "van den Oord et al. 2018", title: "Contrastive Predictive Coding (InfoNCE)",
    place: "1807.03748"),
  Paper(
    lesson: "05", authors: "Zhai et al. 2023", title: "Sigmoid Loss for Pre-Training (SigLIP)", place: "2303.15343"),
  Paper(lesson: "05", authors: "Liang et al. 2022", title: "Mind the Gap (modality gap)", place: "2203.02053"),
  Paper(
    lesson: "06", authors: "Sennrich et al. 2016", title: "Rare Words with Subword Units (BPE)", place: "1508.07909"),
  Paper(
    lesson: "06", authors: "Yuksekgonul et al. 2023", title: "When and Why VLMs Behave like Bags-of-Words",
    place: "2210.01936"),
  Paper(lesson: "07", authors: "Li et al. 2021", title: "TrOCR (ViT encoder, text decoder)", place: "2109.10282"),
  Paper(
    lesson: "07", authors: "Radford et al. 2019", title: "Language Models are Unsupervised (GPT-2)",
    place: "OpenAI report"),
  Paper(lesson: "07", authors: "Holtzman et al. 2020", title: "Neural Text Degeneration (top-p)", place: "1904.09751"),
  Paper(lesson: "07", authors: "Papineni et al. 2002", title: "BLEU", place: "ACL P02-1040"),
  Paper(
    lesson: "08", authors: "Kim et al. 2021", title: "ViLT: Without Convolution or Region Supervision",
    place: "2102.03334"),
  Paper(lesson: "08", authors: "Goyal et al. 2017", title: "Making the V in VQA Matter", place: "1612.00837"),
  Paper(lesson: "08", authors: "Devlin et al. 2019", title: "BERT", place: "1810.04805"),
  Paper(lesson: "09", authors: "Li et al. 2023", title: "BLIP-2: Frozen Image Encoders and LLMs", place: "2301.12597"),
  Paper(lesson: "09", authors: "Li et al. 2022", title: "BLIP", place: "2201.12086"),
  Paper(lesson: "09", authors: "Zhang et al. 2022", title: "OPT: Open Pre-trained Transformers", place: "2205.01068"),
]
table(
  ["lesson", "authors", "title", "arXiv"],
  papers.map { [.text($0.lesson), .text($0.authors), .text($0.title), .text($0.place)] })

/*:
## 12.2 Data and licences

Nothing is downloaded while a lesson runs. What comes from elsewhere is in the package, with its licence; the scenes are
drawn by the package itself.
*/
section("12.2 Data and licences")
let digits = require(try Digits.load())
let photos = require(try [Photos.cat, Photos.coffee, Photos.astronaut])
let merges = require(try CLIPTokenizer.openAIMerges())
table(
  ["data", "how much", "source", "licence"],
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
*/
section("12.3 The words, in one line each")
table(
  ["word", "what it means", "lesson"],
  [
    ["ablation", "leaving out one part to see what it was worth", "04"],
    ["attention", "a mean of values, weighted by how well keys fit a query", "02"],
    ["beam search", "keeping the k likeliest beginnings of a text", "07"],
    ["BLEU", "how many n-grams a text shares with references", "07"],
    ["causal mask", "no token sees those behind it", "07"],
    ["checkpoint", "a model's numbers in a file, each tensor with its name", "02"],
    ["[CLS]", "an extra token that gathers what the whole sequence says", "04"],
    ["contrastive loss", "cross-entropy of finding the partner in a batch", "05"],
    ["cosine similarity", "the product of two vectors of length 1", "03"],
    ["cross-attention", "queries from one sequence, keys and values from another", "07"],
    ["embedding", "a learned vector for a word, a patch, a place", "02"],
    ["frozen", "parameters that training leaves alone", "09"],
    ["fusion", "early: one transformer for all; late: two towers, compared", "08"],
    ["hard negative", "a wrong pair that looks right", "09"],
    ["KV cache", "keys and values of earlier tokens, kept", "07"],
    ["logit", "a score before the softmax", "02"],
    ["modality", "a kind of data: pictures, text, sound", "03"],
    ["modality gap", "pictures and texts lying apart in a joint space", "05"],
    ["patch", "a small square of a picture, which becomes a token", "04"],
    ["perplexity", "e to the cross-entropy", "07"],
    ["prompt ensemble", "a class as the mean of several wordings", "06"],
    ["Q-Former", "learned queries that turn a picture into a few tokens", "09"],
    ["recall@k", "how often the right one is among the first k", "05"],
    ["teacher forcing", "training on the right text, not on what was written", "07"],
    ["temperature", "what logits are divided by", "05"],
    ["token", "a piece of text or picture with a vector of its own", "02"],
    ["zero-shot", "a task for which no example was fitted", "06"],
  ])

/*:
## 12.4 Where to go next

Module 25 of the course goes on from here. Before that, or instead:
*/
section("12.4 Where to go next")
table(
  ["what", "how"],
  [
    ["a real checkpoint, as the small ones were taken apart", "Lessons 06 to 09 with --model DIRECTORY"],
    ["a model of your own", "swift run course train captioner --seed 1 --output mine"],
    ["how a paper's figure becomes code", "a file of Sources/Models beside its paper"],
    ["Flamingo (2204.14198)", "cross-attention inside a frozen language model"],
    ["LLaVA (2304.08485)", "Lesson 09's linear bridge, with a large language model that is trained, too"],
    ["Module 25", "the next one of the course"],
  ])
note(
  """
  You have built, trained, measured and taken apart every model of this module. If one number surprised you, change \
  something and run it again: that is all there is to research, apart from patience.
  """)
