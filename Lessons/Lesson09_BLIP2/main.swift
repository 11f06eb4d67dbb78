/*:
# 9. BLIP-2 - State of the Art

BLIP-2 (Li et al. 2023) trains neither to see nor to write: it takes an image encoder and a language model as they are,
and trains a small transformer between them. The notebook leaves its cell commented out, for want of memory. Here a small
BLIP-2 runs, with everything the paper trains it with.

With a flag of its own the lesson looks at your picture instead:
`--model blip2-opt-2.7b --image dog.jpg --prompt "Question: What is in the image? Answer:"`, without `--prompt` for a
caption, with `--max-new-tokens 20`, and `--json` for tokens and text alone.
*/
import ArgumentParser
import Checkpoints
import Datasets
import Images
import ModelTasks
import Models
import Notebook
import Tensors
import Training

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @OptionGroup var input: BLIP2Flags
  var task: (any LessonTask)? { input.task(defaultModel: try? ShippedCheckpoint.blip2.directory) }
}

let lesson = Lesson(9, "BLIP-2 - State of the Art", options: Options.self)

/*:
## 9.1 Architecture

The Q-Former has a few learned queries. They attend to the picture's tokens and come out as that many tokens of the
language model, which reads them in front of the prompt as if they were words.

The course's BLIP-2 knows drawn scenes. Its image encoder is the one of Lesson 07's captioner; its language model is a
small OPT that has read captions and has never seen a picture.
*/
section("9.1 Architecture")
verbatim(
  """
  Image ──→ [Frozen ViT] ──→ [Q-Former] ──→ [Frozen LLM] ──→ Response
                                  ↑
                          Learnable queries
  """)
let directory = require(try ShippedCheckpoint.blip2.directory)
let blip = require(try BLIP2(directory: directory))
let shipped = blip.model
let scenes = Scenes(split: .heldOut, seed: lesson.seed + 1).prefix(100)
let pixels = Scene.tensor(scenes.prefix(6))
let seen = noGrad { shipped.visionModel(pixels) }
show("Pictures", pixels.shape)
show("Image encoder", seen.shape, note: "[batch, class token and 4 × 4 patches, width]")
show("Q-Former", noGrad { shipped.queryOutput(pixels) }.shape, note: "[batch, queries, width]")
show("For the language model", noGrad { shipped.imageTokens(pixels) }.shape, note: "[batch, tokens, width]")

/*:
## 9.2 Frozen and trained

The point of the paper is the last column. The counts of the real model follow from its configuration; at four bytes each
they are the memory that the notebook does not have.
*/
section("9.2 Frozen and trained")
var real = BLIP2Configuration()  // Salesforce/blip2-opt-2.7b
real.text.hiddenSize = 2560
real.text.layerCount = 32
real.text.headCount = 32
real.text.intermediateSize = 10_240
real.text.vocabularySize = 50_304
let (small, large) = (shipped.configuration.parameterCounts, real.parameterCounts)
let parts: [(String, KeyPath<BLIP2ParameterCounts, Int>, String)] = [
  ("image encoder", \.vision, "frozen"), ("queries", \.queries, "trained"),
  ("Q-Former", \.queryTransformer, "trained"), ("projection", \.projection, "trained"),
  ("language model", \.language, "frozen"), ("all", \.total, ""), ("of these trained", \.trained, ""),
]
table(
  ["part", "this lesson's", "blip2-opt-2.7b", "in stage two"],
  parts.map { [.text($0), .integer(small[keyPath: $1]), .integer(large[keyPath: $1]), .text($2)] })
show("Trained share, this lesson's", percent: Double(small.trained) / Double(small.total))
show("Trained share, blip2-opt-2.7b", percent: Double(large.trained) / Double(large.total))
show("blip2-opt-2.7b in single precision, GB", Double(large.total) * 4 / 1e9, decimals: 1)

/*:
## 9.3 What the frozen language model can do

It has learned from pairs of captions, one behind the other: the second says the same as the first in plain words. So it
uses what stands in front. That matters more than it seems: a model of single captions has never met anything in front of
a caption, and nothing put there could make it listen. How often is the second caption right, word for word?
(No caption that it has read had a blue star; nor had any picture of the encoder's.)
*/
section("9.3 What the frozen language model can do")
let end = shipped.configuration.text.bosTokenID ?? 2
let length = GenerationOptions(.greedy, length: .new(24), endTokens: shipped.configuration.text.eosTokenIDs)
func written(behind text: String) throws -> String {
  let ids = text.isEmpty ? [end] : [end] + blip.tokenizer.encode(text, addSpecialTokens: false).ids + [end]
  let texts = try noGrad { try shipped.languageModel.generate(after: [ids], length) }
  return blip.tokenizer.decode(texts[0][0].tokens, skipSpecialTokens: true)
}
for text in ["", "the picture shows a small red circle to the right of a large blue star"] {
  show("Behind \"\(text)\"", require(try written(behind: text)))
}
let strange = Scenes(split: .heldOutCombinations, seed: lesson.seed + 1).prefix(100)
for (name, scenes) in [("Scenes", scenes), ("Scenes with new pairs of colour and shape", strange)] {
  let retold = require(try scenes.map { try written(behind: $0.caption(frame: 2, swapped: true).text) })
  show("\(name), retold exactly", percent: exactMatch(retold, references: scenes.map(\.canonicalCaption)))
}

/*:
## 9.4 Three masks

Before it meets the language model, the Q-Former learns to see (stage one). A text runs beside the queries, through the
same self-attention; only the queries look at the picture. Who may look at whom decides what is learned. Rows look,
columns are looked at: three queries, then four words.
*/
section("9.4 Three masks")
verbatim(drawing(of: QFormerMask.allCases, queryCount: 3, wordCount: 4))
note(
  """
  Unimodal: neither side can copy from the other, so picture and text can be compared (contrastive loss). Multimodal \
  causal: words are foretold from earlier words and from the queries, so the queries must hold what the text tells \
  (grounded generation). Bidirectional: all is mixed, for one question: do they belong together (matching)?
  """)

/*:
## 9.5 Three losses

Contrastive: of all pairs in a batch of $N$ the right ones, each picture speaking through the query that fits the text
best; chance is $\ln N$. Matching: yes or no for each pair, and for two wrong ones that the contrastive scores think
likely (hard negatives); who knows only that one in three is right pays $0.6365$. Generation: the next word, of a
vocabulary of $V$; a fresh model pays about $\ln V$.

A new Q-Former, drawn from this lesson's seed, takes 150 steps of 32 scenes; the shipped one had 1,000 steps of 64.
*/
section("9.5 Three losses")
let model = require(try BLIP2Model(checkpoint: directory, memory: .trainable))
let fresh = withGenerator(Generator(seed: lesson.seed)) { BLIP2Model(shipped.configuration) }
model.queryTokens.assign(fresh.queryTokens)
model.qformer.copyParameters(from: fresh.qformer)
model.languageProjection.copyParameters(from: fresh.languageProjection)
model.visionModel.setFrozen()
model.languageModel.setFrozen()
let frozenBefore = (digest(model.visionModel), digest(model.languageModel))
let trainedBefore = digest(model.qformer)
let objectives = BLIP2Objectives(model, blip.tokenizer)
let pretraining = QFormerPretraining(model)
let probe = Array(scenes.prefix(32))
func losses() throws -> [Float] {
  let all = try withGenerator(Generator(seed: 0)) { try noGrad { try objectives.stageOne(probe, pretraining) } }
  return [all.contrastive.item, all.matching.item, all.generation.item]
}
let start = require(try losses())
let stageOneLoss = { try objectives.stageOne($0, pretraining).sum }
require(try train(pretraining, "stage one", steps: 150, seed: lesson.seed, stageOneLoss))
let later = require(try losses())
let vocabulary = Float(shipped.configuration.text.vocabularySize)
let chance = [Tensor(Float(probe.count)).log().item, 0.6365, Tensor(vocabulary).log().item]
table(
  ["loss on 32 held-out scenes", "chance", "at first", "after 150 steps"],
  ["contrastive", "matching", "grounded generation"].enumerated().map { index, name in
    [.text(name)] + [chance[index], start[index], later[index]].map { .fixed($0, decimals: 4) }
  })

/*:
## 9.6 Into the language model

Stage two: the queries' outputs pass a linear layer and stand in front of the caption; the cross-entropy of the caption's
words goes back *through* the frozen language model into the Q-Former. The same steps once more for a Q-Former that has
had no stage one, from the same initial values, and for one linear layer in its place.
*/
section("9.6 Into the language model")
let untaught = BLIP2Model(shipped.configuration)
untaught.copyParameters(from: fresh)
untaught.visionModel.copyParameters(from: model.visionModel)
untaught.languageModel.copyParameters(from: model.languageModel)
untaught.visionModel.setFrozen()
untaught.languageModel.setFrozen()
let bridge = LinearBridge(shipped.configuration)
let without = BLIP2Objectives(untaught, blip.tokenizer)
func held(_ objectives: BLIP2Objectives, bridge: LinearBridge? = nil) throws -> Float {
  try noGrad { try objectives.stageTwo(probe, bridge: bridge) }.item
}
let blind = require(try held(objectives))
require(try train(model, "stage two", steps: 120, seed: lesson.seed) { try objectives.stageTwo($0) })
require(try train(untaught, "stage two alone", steps: 120, seed: lesson.seed) { try without.stageTwo($0) })
require(try train(bridge, "linear", steps: 120, seed: lesson.seed) { try objectives.stageTwo($0, bridge: bridge) })
table(
  ["120 steps of stage two", "loss on 32 held-out scenes"],
  [
    ["none yet", .fixed(blind, decimals: 4)],
    ["Q-Former behind stage one", .fixed(require(try held(objectives)), decimals: 4)],
    ["Q-Former without stage one", .fixed(require(try held(without)), decimals: 4)],
    ["one linear layer instead", .fixed(require(try held(objectives, bridge: bridge)), decimals: 4)],
  ])
note(
  """
  Stage one is no help here. Trained in full, the shipped model tells 95.0% of 200 scenes exactly; without stage one \
  96.5% (one seed each). Small frozen parts and endless clean captions leave it nothing to rescue.
  """)

/*:
## 9.7 Frozen means frozen

Gradients passed through every layer of the language model. Did anything of it move? The SHA-256 of all its bytes says.
*/
section("9.7 Frozen means frozen")
let rows = [
  ("image encoder", frozenBefore.0, digest(model.visionModel)), ("Q-Former", trainedBefore, digest(model.qformer)),
  ("language model", frozenBefore.1, digest(model.languageModel)),
]
table(
  ["part", "before", "after both stages", "same bytes"],
  rows.map { [.text($0), .text($1), .text($2), .text($1 == $2 ? "yes" : "no")] })

/*:
## 9.8 How well does it tell?

The shipped model has had both stages in full (1,000 and 2,200 steps of 64 scenes). Beside it stands the plainest bridge:
the same frozen encoder and language model, with one linear layer for each of the 17 tokens, trained for as many steps as
both stages together. Exact: every word right.
*/
section("9.8 How well does it tell?")
let evaluation = BLIP2Evaluation(
  model: shipped, tokenizer: blip.tokenizer, processor: require(try ImageProcessor(directory: directory)))
let linear = LinearBridge(shipped.configuration)
require(try linear.load(Checkpoint(path: directory + "/" + LinearBridge.file)))
func scores(_ bridge: LinearBridge?) throws -> [Cell] {
  try [scenes, strange].flatMap { scenes in
    let (said, wanted) = (try evaluation.captions(scenes, bridge: bridge), scenes.map(\.canonicalCaption))
    return [
      Cell.percent(exactMatch(said, references: wanted), decimals: 1),
      .percent(BLEU(said, references: wanted).score(), decimals: 1),
    ]
  }
}
table(
  ["bridge", "parameters", "exact", "BLEU-4", "exact, new pairs", "BLEU-4, new pairs"],
  [
    [.text("Q-Former"), .integer(small.trained)] + require(try scores(nil)),
    [.text("linear"), .integer(linear.parameterCount)] + require(try scores(linear)),
  ])
for scene in scenes.prefix(3) {
  show("Scene", scene.canonicalCaption)
  show("  linear", require(try evaluation.captions([scene], bridge: linear))[0])
}
note(
  """
  The linear bridge hands over each patch by itself; "left of" is in no patch, and a language model that never saw a \
  picture cannot work it out. The Q-Former can look at several patches before it speaks. New pairs are colours with \
  shapes that nobody here has met together, and 9.3 shows a limit behind every bridge: the frozen language model \
  miswrites them even when told in words.
  """)

/*:
## 9.9 What the queries look at

Each query's attention to the patches, in the last layer that looks at the picture, the mean over its heads. How much of
it falls on patches that hold the middle of a thing, and how much would if they looked everywhere alike?
*/
section("9.9 What the queries look at")
let attention = QueryAttention(shipped, Scene.tensor(scenes)).weights
let last = attention[attention.count - 1].mean(dim: 1)  // [100, Q, 17]
let side = 4
func patches(_ scene: Scene) -> Set<Int> { Set(scene.objects.map { $0.centerY / 16 * side + $0.centerX / 16 }) }
let onThings = (0..<shipped.configuration.queryCount).map { query in
  scenes.indices.reduce(Float(0)) { sum, index in
    let row = last[index][query].scalars
    return sum + patches(scenes[index]).sorted().reduce(0) { $0 + row[$1 + 1] }
  } / Float(scenes.count)
}
let even = scenes.reduce(Float(0)) { $0 + Float(patches($1).count) / 17 } / Float(scenes.count)
show("Attention on things, each query", onThings, decimals: 2)
show("If all were looked at alike", even, decimals: 2)
let overlays = (0..<4).flatMap { index -> [Image] in
  let picture = scenes[index].image().enlarged(by: 4)
  let maps = (0..<onThings.count).map { query in
    picture.overlaid(
      withHeatMap: Array(last[index][query].scalars.dropFirst()), columns: side, rows: side, range: 0...0.5)
  }
  return [picture] + maps
}
figure(
  "queries", Image.grid(overlays, columns: onThings.count + 1, gap: 4), caption: "four scenes, and what each query sees"
)

/*:
## 9.10 A prompt

A prompt begins the text, behind the picture's tokens. The model keeps to it, as far as its language model knows such
words: this one has read captions only and answers no questions. What a BLIP-2 can be asked is up to the frozen part.
*/
section("9.10 A prompt")
for prompt in [nil, "a photo of", "there is"] {
  let texts = require(try blip([(scenes[0].image(), prompt)], blip.options()))
  show(prompt.map { "\"\($0)\"" } ?? "No prompt", texts[0][0].text)
}
note(
  """
  Try next: `--seed 1` for other scenes and another Q-Former; `swift run course train blip2` for all of it from nothing; \
  fewer queries in BLIP2Training.swift; a real BLIP-2 with `--model`. Lesson 10 asks the interview questions.
  """)
