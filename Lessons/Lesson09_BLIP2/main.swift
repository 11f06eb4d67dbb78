/*:
# 9. BLIP-2 - State of the Art

BLIP-2 (Li et al. 2023) trains neither to see nor to write: it takes an image encoder and a language model as they are,
and trains a small transformer between them. The notebook leaves its cell commented out, for want of memory. Here a
small BLIP-2 runs, with everything the paper trains it with.

With a flag of its own the lesson looks at your picture instead:
`--model blip2-opt-2.7b --image dog.jpg --prompt "Question: What is in the image? Answer:"`, without `--prompt` for a
caption, with `--max-new-tokens 20`, and `--json` for tokens and text alone.
*/
import ArgumentParser
import Checkpoints
import Datasets
import Evaluation
import Images
import Layers
import Notebook
import Plots
import Pretrained
import Tensors
import Training

let directory = require(try ShippedCheckpoint.blip2.directory)

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @OptionGroup var input: BLIP2Flags
}

let lesson = Lesson(9, "BLIP-2 - State of the Art", options: Options.self) {
  // With a flag of its own the lesson answers here, prints that and ends; without one this is nil.
  try $0.input.answer(defaultModel: directory)
}

/*:
## 9.1 Architecture

The Q-Former has a few learned queries. They attend to the picture's tokens and come out as that many tokens of the
language model, which reads them in front of the prompt as if they were words.

The course's BLIP-2 knows drawn scenes. Its image encoder is the one of Lesson 07's captioner; its language model is a
small OPT (Zhang et al. 2022) that has read captions and has never seen a picture.
*/
section("9.1 Architecture")
verbatim(
  """
  Image ──→ [Frozen ViT] ──→ [Q-Former] ──→ [Frozen LLM] ──→ Response
                                  ↑
                          Learnable queries
  """)
let blip = require(try BLIP2(directory: directory))
let shipped = blip.model
let seeds = [lesson.seed, lesson.seed + 1, lesson.seed + 2]
let lists = SceneLists(seeds: seeds, count: 100)
let scenes = lists.known[0]
let pixels = Scene.tensor(scenes.prefix(6))
let seen = noGrad { shipped.visionModel(pixels) }
show("Pictures", pixels.shape)
show("Image encoder", seen.shape, note: "[batch, class token and 4 × 4 patches, width]")
let queryOutput = noGrad { shipped.queryOutput(pixels) }
show("Q-Former", queryOutput.shape, note: "[batch, queries, width]")
let imageTokens = noGrad { shipped.imageTokens(pixels) }
show("For the language model", imageTokens.shape, note: "[batch, tokens, width]")

/*:
What is inside the bridge, and where does the picture come in? The diagram has the sizes of the model that runs here.

{{fold-code Drawing the figure}}
*/
figure(
  "architecture",
  Architecture(
    settings: shipped.configuration, pixels: pixels.shape, encoder: seen.shape, queries: queryOutput.shape,
    tokens: imageTokens.shape),
  caption: "Follow the queries: they meet the picture only in the cross-attention.")

/*:
The queries attend to each other in every layer, and to the picture in every second one. What they have gathered passes
one linear layer into the language model. A layer of the Q-Former is this:

{{quote QFormerLayer}}
*/

/*:
## 9.2 Frozen and trained

The point of the paper is the last column. The counts of the real model follow from its configuration. The notebook
would load them at two bytes each (`torch_dtype=torch.float16`), and has not even that much memory to spare.
*/
section("9.2 Frozen and trained")
let (small, large) = (shipped.configuration.parameterCounts, BLIP2Configuration.blip2OPT27B.parameterCounts)
table(["part", "this lesson's", "blip2-opt-2.7b", "in stage two"], partRows(small, large))

/*:
How much of each model is trained? The larger the frozen parts, the smaller the bridge is beside them.
*/
func shares(_ count: (BLIP2ParameterCounts) -> Int) -> [Double] {
  [small, large].map { Double(count($0)) / Double($0.total) }
}
figure(
  "parts",
  BarPlot(
    "Where the parameters are", value: Axis("share of all parameters", format: .percent(decimals: 1)),
    categories: ["this lesson's", "blip2-opt-2.7b"],
    series: [
      BarSeries("image encoder, frozen", shares(\.vision)), BarSeries("bridge, trained", shares(\.trained)),
      BarSeries("language model, frozen", shares(\.language)),
    ], arrangement: .stacked),
  caption: "The striped part is trained; compare it in the two models.")
show("Trained share, this lesson's", percent: Double(small.trained) / Double(small.total))
show("Trained share, blip2-opt-2.7b", percent: Double(large.trained) / Double(large.total))
show("blip2-opt-2.7b in float16, GB", Double(large.total) * 2 / 1e9, decimals: 1, note: "as the notebook asks")
show("blip2-opt-2.7b in float32, GB", Double(large.total) * 4 / 1e9, decimals: 1)

/*:
## 9.3 What the frozen language model can do

It has learned from pairs of captions, one after the other: the second says the same as the first in plain words. So it
uses what stands in front. That matters more than it seems: a model of single captions has never met anything in front
of a caption, and nothing put there could make it listen. How often is the second caption right, word for word, if the
first one tells it all? (It has never read of a blue star, nor has the image encoder seen one: that is a new pair.)
*/
section("9.3 What the frozen language model can do")
let end = shipped.configuration.text.bosTokenID ?? 2
let length = GenerationOptions(.greedy, length: .new(24), endTokens: shipped.configuration.text.eosTokenIDs)
func written(after texts: [String]) throws -> [String] {
  let prompts = try blip.tokenizer.encode(batch: texts, addSpecialTokens: false).map { [end] + $0.ids + [end] }
  return try noGrad { try shipped.languageModel.generate(after: prompts, length) }
    .map { blip.tokenizer.decode($0[0].tokens, skipSpecialTokens: true) }
}
let told = "the picture shows a small red circle to the right of a large blue star"
show("It reads", told)
show("It writes", require(try written(after: [told]))[0])
let retold = require(
  try lists.described { try written(after: $0.map { $0.caption(frame: 2, swapped: true).text }) })
show("Scenes, retold exactly", percent: retold.exact, decimals: 1)
show("Scenes with new pairs of color and shape, retold exactly", percent: retold.exactOfNew, decimals: 1)

/*:
## 9.4 Three masks

Before it meets the language model, the Q-Former learns to see (stage one), with the losses of BLIP (Li et al. 2022). A
text runs beside the queries, through the same self-attention; only the queries look at the picture. Who may look at
whom decides what is learned. Rows look, columns are looked at: three queries, then four words.

{{quote QFormerMask.allows}}
*/
section("9.4 Three masks")
figure(
  "masks",
  MaskMaps(title: "Who may attend to whom", masks: QFormerMask.allCases, queryCount: 3, wordCount: 4),
  caption: "Compare the upper right corner, queries that attend to words, with the lower left, words that attend to "
    + "queries.")
note(
  """
  Unimodal: neither side can copy from the other, so picture and text can be compared (contrastive loss). Multimodal \
  causal: words are predicted from earlier words and from the queries, so the queries must hold what the text says \
  (grounded generation). Bidirectional: all is mixed, for one question: do they belong together (matching)?
  """)

/*:
## 9.5 Three losses

*Contrastive*: find the partner among all $N$ texts, and among all $N$ pictures. A picture speaks through the query $q$
that fits the text best, $s_{ij} = \max_q \cos(q_i, t_j) / \tau$; chance is $\ln N$:

$$ L_{ITC} = -\frac{1}{2N} \sum_i \left( 2 s_{ii} - \log \sum_j e^{s_{ij}} - \log \sum_j e^{s_{ji}} \right). $$

*Matching*: is text $j$ true of picture $i$? Asked for each right pair, and for two wrong ones that the contrastive
scores think likely: *hard negatives*, as in ALBEF (Li et al. 2021). Who knows only that one in three is right pays the
entropy of that. *Grounded generation*: the next of the text's $T$ words, from those before it and the queries; a fresh
model pays about $\ln V$ for a vocabulary of $V$:

$$ L_{ITM} = -\frac{1}{3N} \sum_{(i, j)} \log p(y_{ij} \mid i, j), \qquad
L_{ITG} = -\frac{1}{T} \sum_t \log p(w_t \mid w_{<t}, q). $$

A new Q-Former, drawn from this lesson's seed, takes some steps of 32 scenes; the shipped one had more, of more scenes.
*/
section("9.5 Three losses")
let fresh = withGenerator(Generator(seed: lesson.seed)) { BLIP2Model(shipped.configuration) }
let model = require(try withUntrainedBridge(directory, fresh))
let parts: [(name: String, module: Module)] = [
  ("image encoder", model.visionModel), ("Q-Former", model.qformer), ("language model", model.languageModel),
]
let before = parts.map { digest($0.module) }
let objectives = BLIP2Objectives(model, blip.tokenizer)
let pretraining = QFormerPretraining(model)
let probe = Array(scenes.prefix(32))
let steps = (one: 150, two: 120)
let plans = Trainer.blip2.plans  // the language model's, stage one's, stage two's and the linear bridge's
show("Steps of stage one here, and of the shipped model", [steps.one, plans[1].steps])
let start = require(try losses(objectives, pretraining, probe))
var stageOneCurves = StageOneCurves()
let stageOneLoss = { (scenes: [Scene]) in
  let losses = try objectives.stageOne(scenes, pretraining)
  stageOneCurves.append(losses)
  return losses.sum
}
require(try train(pretraining, "stage one", steps: steps.one, seed: lesson.seed, stageOneLoss))
let later = require(try losses(objectives, pretraining, probe))
let chance = chances(pairs: probe.count, vocabulary: shipped.configuration.text.vocabularySize)
table(
  ["loss on 32 held-out scenes", "chance", "at first", "after \(steps.one) steps"],
  ["contrastive", "matching", "grounded generation"].enumerated().map { index, name in
    [.text(name)] + [chance[index], start[index], later[index]].map { .fixed($0, decimals: 4) }
  })

/*:
When does each objective begin to be learned? The losses of the training's own batches, beside the loss of a guess.

{{fold-code Drawing the figure}}
*/
figure(
  "stage-one", stageOneCurves.plot(chances: chance),
  caption: "Which curve leaves its chance line first, and which has not left it when the training ends.")

/*:
The loss of generation falls from the first steps on, the contrastive one a few steps later. Matching stays on its line
of chance.
*/
note(
  """
  The Q-Former already finds partners and writes captions. Matching is still at chance: its wrong pairs are those that \
  the contrastive scores take for right, so it has to learn what these do not know yet, and comes last.
  """)

/*:
## 9.6 Into the language model

Stage two: the queries' outputs pass a linear layer and stand in front of the caption. The loss is the cross-entropy of
the caption's words, and its gradient goes back *through* the frozen language model into the Q-Former. The same steps
once more for a Q-Former that has had no stage one, from the same initial values, and for one linear layer in its place.
*/
section("9.6 Into the language model")
let untaught = require(try withUntrainedBridge(directory, fresh))
let bridge = LinearBridge(shipped.configuration)
let without = BLIP2Objectives(untaught, blip.tokenizer)
func held(_ objectives: BLIP2Objectives, bridge: LinearBridge? = nil) throws -> Float {
  try noGrad { try objectives.stageTwo(probe, bridge: bridge) }.item
}
let blind = require(try held(objectives))
let taughtCurve = require(
  try train(model, "stage two", steps: steps.two, seed: lesson.seed) { try objectives.stageTwo($0) })
let untaughtCurve = require(
  try train(untaught, "stage two alone", steps: steps.two, seed: lesson.seed) { try without.stageTwo($0) })
let linearLoss = { try objectives.stageTwo($0, bridge: bridge) }
let linearCurve = require(try train(bridge, "linear", steps: steps.two, seed: lesson.seed, linearLoss))
let after = require(try [held(objectives), held(without), held(objectives, bridge: bridge)])
let ways = ["none yet", "Q-Former after stage one", "Q-Former without stage one", "one linear layer instead"]
table(
  ["\(steps.two) steps of stage two", "loss on 32 held-out scenes"],
  zip(ways, [blind] + after).map { [.text($0), .fixed($1, decimals: 4)] })

/*:
All three trainings see the same scenes in the same order, so their curves can be compared step by step.

{{fold-code Drawing the figure}}
*/
figure(
  "stage-two", stageTwoPlot(Array(zip(ways.dropFirst(), [taughtCurve, untaughtCurve, linearCurve]))),
  caption: "Who is ahead at the beginning, and who at the end.")

/*:
The Q-Former that has had stage one is ahead for some steps only. At the end its curve is the highest of the three.
*/
note(
  """
  Stage one is no help here: after it the loss is \(Format.fixed(after[0], decimals: 2)), without it \
  \(Format.fixed(after[1], decimals: 2)) (one seed, and a short training). The paper finds the opposite: without stage \
  one its models answer much worse. There the frozen parts are large and the captions, from the web, are noisy; here \
  the parts are small, and clean captions never end.
  """)

/*:
## 9.7 Frozen means frozen

Gradients passed through every layer of the language model. Did anything of it move? The SHA-256 of all its bytes says.
*/
section("9.7 Frozen means frozen")
table(
  ["part", "before", "after both stages", "same bytes"],
  zip(parts, before).map { digestRow($0.name, $1, digest($0.module)) })

/*:
## 9.8 How well does it describe?

The shipped model has had both stages in full. Beside it stands the plainest bridge: the same frozen encoder and
language model, and between them one linear layer, the same for all tokens of the encoder, trained for as many steps as
both stages together. Above them is what the frozen parts allow: the language model told in words (9.3), and the
captioner of Lesson 07, which has the same encoder and was trained as a whole. A hundred scenes from each of three
seeds; exact: every word right.
*/
section("9.8 How well does it describe?")
show("Steps of \(plans[1].batchSize) scenes: stage one, stage two, linear bridge", plans.dropFirst().map(\.steps))
let evaluation = BLIP2Evaluation(
  model: shipped, tokenizer: blip.tokenizer, processor: require(try ImageProcessor(directory: directory)))
let linear = LinearBridge(shipped.configuration)
require(try linear.load(Checkpoint(path: directory + "/" + LinearBridge.file)))
let captioner = require(try Captioning(directory: ShippedCheckpoint.captioner.directory))
let whole = require(try lists.described { try CaptionerEvaluation(captioner).captions($0) })
let queried = require(try lists.described { try evaluation.captions($0) })
let bridged = require(try lists.described { try evaluation.captions($0, bridge: linear) })
table(
  ["bridge", "trained", "exact", "each seed", "BLEU-4", "exact, new pairs", "each seed", "BLEU-4, new pairs"],
  [
    retold.row("none: told in words", parameters: nil),
    whole.row("none: captioner", parameters: captioner.model.parameterCount),
    queried.row("Q-Former", parameters: small.trained), bridged.row("linear", parameters: linear.parameterCount),
  ])

/*:
How much of each score is left on new pairs?

{{fold-code Drawing the figure}}
*/
figure(
  "exact",
  BarPlot(
    "Captions with every word right", value: Axis("share of exact captions", format: .percent(decimals: 1)),
    categories: ["none: told in words", "none: captioner", "Q-Former", "linear"],
    series: [
      BarSeries("known pairs", runs: [retold, whole, queried, bridged].map(\.exactOfEach)),
      BarSeries("new pairs of color and shape", runs: [retold, whole, queried, bridged].map(\.exactOfEachNew)),
    ]),
  caption: "The gap between a method's two bars is what new pairs of color and shape cost it; a ring is a seed.")

/*:
The bars of the new pairs are shorter for all, for the linear bridge nearly nothing. Where do the two bridges fail?
*/
table(
  ["exact, by the number of things", "one, with its place", "two, with their relation", "three"],
  thingsRows([("Q-Former", queried), ("linear", bridged)]))
table(
  ["scene", "Q-Former", "linear"],
  scenes.indices.prefix(4).map {
    [.text(scenes[$0].canonicalCaption), .text(queried.known[0][$0]), .text(bridged.known[0][$0])]
  })
func share(_ things: Int) -> String { Format.percent(bridged.exact(things: things), decimals: 0) }
func new(_ said: Descriptions) -> String { Format.percent(said.exactOfNew, decimals: 0) }
note(
  """
  The linear bridge is best at two things in a relation (\(share(2))) and worse at naming the place of one \
  (\(share(1))) or keeping three apart (\(share(3))). That a relation is in no single patch does not hinder it: the \
  encoder's tokens have already exchanged what they know. But each must serve the language model as it is, and the \
  bridge has \(Format.integer(linear.parameterCount)) numbers where the Q-Former has \(Format.integer(small.trained)). \
  So this compares sizes as well as designs.

  New pairs are colors with shapes that nothing here has met together. The encoder can see them: with a language \
  model that was trained with it, \(new(whole)) of the captions are right. The frozen language model repeats only \
  \(new(retold)) of them even when told in words, and of those the bridge loses more: \(new(queried)) are left. That \
  is the price of freezing. What it buys is a language model that did not have to be trained.
  """)

/*:
## 9.9 What the queries look at

Each query's attention to the patches, in the last layer that looks at the picture, the mean over its heads. How much of
it falls on patches that hold the middle of a thing, and how much would if it fell on all tokens alike?
*/
section("9.9 What the queries look at")
let attention = AttentionRecorder(shipped, Scene.tensor(scenes)).weights
let last = attention[attention.count - 1].mean(dim: 1)  // [100, Q, tokens]
let side = shipped.configuration.vision.imageSize.width / shipped.configuration.vision.patchSize.width
let mask = thingMask(scenes, columns: side)  // [100, 1, tokens]
let onThings = (last * mask).sum(dims: [0, 2]) / Float(scenes.count)  // [Q]
let even = mask.mean().item
show("Attention on things, each query", onThings.scalars, decimals: 2)
show("If all were looked at alike", even, decimals: 2)
figure(
  "on-things",
  BarPlot(
    "Attention on patches with the middle of a thing",
    value: Axis("share of the query's attention, mean of 100 scenes", format: .decimals(2)),
    bars: onThings.scalars.enumerated().map { Bar("query \($0 + 1)", $1) },
    reference: .vertical(at: even, "even attention")),
  caption: "Which queries lie beyond the line, and which do not.")
figure(
  "queries", queryMaps(Array(scenes.prefix(4)), last, columns: side), caption: "four scenes, and what each query sees",
  alternative: "Four drawn scenes in rows. Right of each, the scene eight times, each time under the attention of one "
    + "query: blue where there is none, yellow where there is half of it or more.")

/*:
The colors of the picture are those of the scale below, which has the numbers of the first scene, token by token.

{{fold-code Drawing the figure}}
*/
let tokenNames = ["class"] + (0..<side * side).map { "\($0 / side + 1),\($0 % side + 1)" }
figure(
  "weights",
  HeatMapPlot(
    "Attention in the first scene", rows: (1...onThings.count).map { "query \($0)" }, columns: tokenNames,
    values: (0..<onThings.count).map { last[0][$0].scalars }, rowTitle: "queries",
    columnTitle: "the class token, then patches by row and column", scaleTitle: "share of the query's attention",
    range: 0...0.5, decimals: 2, width: 760),
  caption: "Each row sums to 1: does it lie on one patch or on many, and how much of it on the class token?")

/*:
Queries 1 and 4 have nearly all of their attention on the four patches of the upper left, where this scene's circle is.
Queries 2, 5 and 8 have most of theirs on the lower half, where nothing is.
*/
note(
  """
  \(onThings.scalars.count { $0 > even }) of the \(onThings.count) queries look at things more than an even look \
  would, the most eager one with \(Format.percent(onThings.max().item, decimals: 0)) of its attention. The rest goes \
  to other patches and to the class token: the map shows where a query fetches, not what it finds there.
  """)

/*:
## 9.10 A prompt

A prompt begins the text, after the picture's tokens. The model keeps to it, as far as its language model knows such
words. The last one is the notebook's, about its kind of picture: a photo.
*/
section("9.10 A prompt")
for prompt in [nil, "a photo of", "there is"] {
  let texts = require(try blip([(scenes[0].image(), prompt)], blip.options()))
  show(prompt.map { "\"\($0)\"" } ?? "No prompt", texts[0][0].text)
}
let question = "Question: What is in the image?"
let reply = require(try blip([(require(try Photos.cat), question)], blip.options()))[0][0]
show("\"\(question)\"", "'\(reply.answer)'", note: "the cat")
note(
  """
  To the question it has no answer: this language model has read captions and no dialogue, and this bridge has seen \
  drawings and no cat. What a BLIP-2 can be asked is up to the frozen part. For an answer take a real one by \
  `--model`, after `hf download Salesforce/blip2-opt-2.7b --local-dir blip2-opt-2.7b`.

  Try next: `--seed 1` for other scenes and another Q-Former; `swift run course train blip2` for all of it from \
  nothing; fewer queries in BLIP2Training.swift. Lesson 10 asks the interview questions.
  """)
