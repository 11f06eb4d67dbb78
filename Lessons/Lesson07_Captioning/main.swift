/*:
# 7. Image Captioning

A Vision Transformer looks at the picture; a language model writes, and at each word looks back at what was seen.
The notebook runs `nlpconnect/vit-gpt2-image-captioning` as it is. This lesson takes the same architecture apart, with a
small model that has learned to describe drawn scenes.

With a flag of its own the lesson captions your picture instead:
`--model vit-gpt2-image-captioning --image dog.jpg`, with `--beams 4` and `--max-length 16` as in the notebook, and
`--json` for tokens, captions and scores alone.
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

let shipped = require(try ShippedCheckpoint.captioner.directory)

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @OptionGroup var input: CaptioningFlags
}

let lesson = Lesson(7, "Image Captioning", options: Options.self) {
  // With a flag of its own the lesson answers here, prints that and ends; without one this is nil.
  try $0.input.answer(defaultModel: shipped)
}

/*:
## 7.1 Architecture

The decoder is a language model like GPT-2 (Radford et al. 2019) with one addition: between its attention to the words
so far and its feed-forward part, every block attends to the encoder's tokens (as in TrOCR, Li et al. 2021). With $X$
for the words' states and $Z$ for the picture's tokens,

$$ \text{softmax}\left( \frac{Q K^\top}{\sqrt{d}} \right) V, \qquad Q = X W_Q, \quad K = Z W_K, \quad V = Z W_V. $$

Queries come from the words, keys and values from the picture: so the two sides may have different widths and lengths.
Where does the picture come in? The model of this lesson with its sizes:

{{figure architecture}}

The picture goes through the encoder once. What comes out of it enters each block of the decoder at the same point,
between the attention to the words and the feed-forward part. A block is these few lines, and its cross-attention two
functions: what is computed once for a picture, and what is computed for each token.

{{quote GPT2Block.callAsFunction}}

{{quote GPT2CrossAttention.memory}}

{{quote GPT2CrossAttention.callAsFunction}}
*/
section("7.1 Architecture")
verbatim(
  """
  Image ──→ [ViT Encoder] ──→ Image Features
                                     ↓
                [Cross-Attention in Decoder]
                                     ↓
                           [GPT-like Decoder] ──→ Caption
  """)
let captioner = Captioner(require(try Captioning(directory: shipped)))
let model = captioner.task.model
let seeds = [lesson.seed, lesson.seed + 1, lesson.seed + 2]
let splits = [SceneSplit.heldOut, .heldOutCombinations]
let tests = splits.map { split in seeds.map { Scenes(split: split, seed: $0).prefix(100) } }
let scenes = tests[0][0]
let pixels = Scene.tensor(scenes)  // [100, 3, 32, 32]
let scene = scenes.first { $0.objects.count == 2 } ?? scenes[0]
let picture = Scene.tensor([scene])  // [1, 3, 32, 32]
let ids = captioner.tokens(scene.canonicalCaption)
show("Picture", picture.shape)
let features = noGrad { model.encode(picture) }
show("Image features", features.shape, note: "[batch, class token and 4 × 4 patches, width]")
figure(
  "architecture", captionerDiagram(model.configuration, imageTokens: features.shape[1]),
  caption: "the picture enters each block of the decoder through cross-attention")
let vocabulary = model.configuration.decoder.vocabularySize
show("Caption", scene.canonicalCaption)
show("Its tokens", ids, note: "of a vocabulary of \(vocabulary)")
let published = Initialization.skipped { VisionEncoderDecoderModel(VisionEncoderDecoderConfiguration()) }
table(["part", "parameters", "share", "ViT-GPT2", "share"], partRows(model, published))
figure(
  "scene", scene.image().enlarged(by: 8), caption: scene.canonicalCaption,
  alternative: "A drawing of \(scene.canonicalCaption).")

/*:
## 7.2 Teacher forcing

In training the decoder never writes. It reads the right caption, and at each token is asked for the next one: so all
tokens of a caption are learned from at once. What it reads begins with a start token, what it is asked for ends with an
end token (GPT-2 has one token for both, here shown as ⏎; its tokens also carry the space in front of their word, which
is left out here). The loss is the mean cross-entropy $-\frac{1}{T} \sum_t \log p(w_t \mid w_{<t}, \text{picture})$.
*/
section("7.2 Teacher forcing")
let given = captioner.probabilities(ids, picture)  // [T + 1, V]
table(["reads", "id", "is asked for", "id", "gives it"], forcingRows(captioner, ids, given))
show("Loss of this caption", captioner.loss([scene]), decimals: 4)
show("Loss of guessing, ln V", Tensor([Float(vocabulary)]).log().item, decimals: 4)

/*:
If a token could see the one after it, it would copy the answer. So the decoder's attention has a **causal mask**: row
by row, what each token may look at. The proof is in the numbers: exchange one token, and no probability before it
moves.
*/
verbatim(causalMask(captioner, Array(([captioner.bound] + ids).prefix(6))))
let place = ids.count / 3
var exchanged = ids
exchanged[place] = captioner.tokens(" above")[0]
let changes = (given - captioner.probabilities(exchanged, picture)).abs().max(dim: 1).values.scalars
show("Exchanged", "\(captioner.word(ids[place])) → above", note: "token \(place + 1) of \(ids.count)")
show("Largest change up to there", changes[...place].max() ?? 0, decimals: 8)
show("Largest change after it", changes[(place + 1)...].max() ?? 0, decimals: 8)

/*:
## 7.3 What the picture is worth

A language model of captions knows much without any picture: after "a small" comes a color. What does cross-attention
add? The loss of the same hundred captions beside their own picture, beside another one's, and beside an even gray; and
what a caption costs that has no picture at all: there each word is as likely as it was after the same words in 4,000
training captions (`CaptionPrior`). $e^{\text{loss}}$ is the **perplexity**: among how many equally likely words the
model hesitates.
*/
section("7.3 What the picture is worth")
let wrongPixels = Tensor.cat([pixels.slice(1..<scenes.count, dim: 0), pixels.slice(0..<1, dim: 0)], dim: 0)
let training = Scenes(split: .training).prefix(4000)
let prior = CaptionPrior(training.map(\.canonicalCaption))
let surprise = scenes.reduce(0) { $0 + prior.surprise($1.canonicalCaption) }
let tokenCount = captioner.batch(scenes.map(\.canonicalCaption)).targetCount
let losses = [pixels, wrongPixels, .zeros(pixels.shape)].map { captioner.loss(scenes, pixels: $0) }
let counted = Float(surprise / Double(tokenCount))
table(
  ["caption beside", "loss", "perplexity"],
  zip(["its own picture", "another picture", "gray", "no picture, counted"], losses + [counted]).map { name, loss in
    [.text(name), .fixed(loss, decimals: 4), .fixed(Tensor([loss]).exp().item, decimals: 2)]
  })
note(
  """
  A wrong picture costs more than none (\(Format.fixed(losses[1], decimals: 2)) against \
  \(Format.fixed(counted, decimals: 2))): the model believes what it sees, and says so with confidence. Gray is wrong, \
  too: no picture of its training was gray, so it is a sight and not the lack of one. That is a good sign. A captioner \
  whose loss hardly minds the picture has learned its captions' statistics instead.
  """)

/*:
Which words does the picture pay for? The caption of 7.1 word by word, beside its own picture, beside that of another
scene, and counted without any:
*/
let strangerScene = scenes.last { $0.objects.count == 2 } ?? scene
let readings = [("its picture", scene), ("another one", strangerScene)].map { name, beside in
  let table = captioner.probabilities(ids, Scene.tensor([beside]))  // [T + 1, V]
  return (name: name, probabilities: (ids + [captioner.bound]).enumerated().map { Double(table[$0][$1].item) })
}
figure(
  "words",
  wordCostPlot(
    (ids + [captioner.bound]).map(captioner.word),
    readings + [(name: "no picture", probabilities: prior.probabilities(scene.canonicalCaption))]),
  caption: "the loss is in the words for things and relations; the little words are known without a picture")

/*:
Beside its own picture only one word costs anything: the one that begins the relation. Without a picture the sizes, the
colors, the shapes and the relation cost, and the little words behind "to" cost nothing. Beside another picture the loss
lies in the same kinds of words; at the words that are wrong for that picture it is larger than without any picture.
*/

/*:
## 7.4 Greedy, beam, sampling

To write, the model reads its own words. **Greedy search** takes the likeliest token each time; what it took cannot be
taken back. **Beam search** keeps the $k$ likeliest beginnings (the notebook: 4). **Sampling** draws tokens by their
probability; before the softmax all logits are divided by a *temperature*. *Top-k* draws from the $k$ likeliest tokens
only, *top-p* from the fewest that have the probability $p$ together (Holtzman et al. 2020). On pictures that it knows
this model hardly hesitates, so here is one that it finds hard: with a color and a shape that it never saw together.
*/
section("7.4 Greedy, beam, sampling")
let strange = tests[1].joined().filter { $0.objects.count == 2 }
let doubts = captioner(strange, captioner.options()).map { $0[0].score }
let hardest = strange[doubts.indices.min { doubts[$0] < doubts[$1] } ?? 0]
show("Scene", hardest.canonicalCaption)
show("True of it", truths(hardest))
figure(
  "hard", hardest.image().enlarged(by: 8), caption: hardest.canonicalCaption,
  alternative: "A drawing of \(hardest.canonicalCaption).")
let reference = -captioner.loss([hardest]) * Float(captioner.tokens(hardest.canonicalCaption).count + 1)
table(
  ["how", "log p", "caption"],
  [
    searchRow(captioner, hardest, "greedy", beams: 1), searchRow(captioner, hardest, "4 beams", beams: 4),
    searchRow(captioner, hardest, "16 beams", beams: 16),
    ["the reference", .fixed(reference, decimals: 2), .text(hardest.canonicalCaption)],
  ])
let usual = captioner.texts([hardest])[0]

/*:
Where does it hesitate, and what does a temperature do there? The token of the greedy caption that was least sure, with
the likeliest tokens at its place:
*/
let branching = Branching(captioner, captioner.tokens(usual), Scene.tensor([hardest]))
figure(
  "temperature", branching.plot(count: 3, temperatures: [0.5, 1, 2, 4]),
  caption: "a low temperature sharpens the choice, a high one gives the tokens that nobody wants their turn")

/*:
The model hesitates over which thing to name first, and so over the relation. At temperature 0.5 the likelier token gains.
At 4 the tokens that no caption has at this place get nearly half of the probability together, although each of them has
very little. A caption has ten places or more, and one such token spoils it. See in the table what 50 draws give:
*/
table(
  ["50 drawn captions", "different", "as greedy", "one that is not"],
  samplingRows(captioner, hardest, usual: usual))
note(
  """
  log p is the sum over the caption's tokens. Where two relations are true of a picture, the reference names the one \
  in which the things stand further apart, and this is what the model is unsure of. Beam search finds what the model \
  thinks likely, and cannot know which true sentence is wanted: more beams change nothing. Sampling shows how sure the \
  model is. The higher the temperature, the more unlikely tokens come up, until no caption is left; top-k and top-p \
  cut off the tail of the vocabulary, where most of the nonsense is.
  """)

/*:
## 7.5 Length penalty

Each token multiplies a probability below 1, so of two captions the shorter is usually likelier. Beam search therefore
ranks by $\log p / n^\alpha$ with the number $n$ of new tokens; transformers' default is $\alpha = 1$, the mean. "Above"
is one word where "to the left of" is four, so the captions of the hard scene differ in length. Six beams, ranked by
four powers:
*/
section("7.5 Length penalty")
var kept = captioner.options(6)
kept.returnCount = 6
let beams = captioner([hardest], kept)[0]
let powers = [0.0, 1, 2, 4]
table(
  ["caption", "n", "log p"] + powers.map { "rank at \(Format.fixed($0, decimals: 0))" },
  rankRows(beams, powers: powers))
figure(
  "beams", beamPlot(captioner, beams, Scene.tensor([hardest])),
  caption: "flat where a token was certain, a step down where the model could have written another")

/*:
The curves part where the model had a choice. Between the steps each token is nearly certain and costs nothing. So here
the choices decide, and the length alone costs little.
*/
note(
  """
  A power large enough puts a long caption first, which here happens to be the reference. It would do so whether it is \
  right or not: a length penalty knows lengths.
  """)

/*:
## 7.6 The KV cache

A token's keys and values do not depend on what comes after it, which is the causal mask again. So they are kept, and a
new token costs one row and not the whole text. The words are the same; the work is not. Multiplications, in millions,
counted from the sizes:
*/
section("7.6 The KV cache")
let first = Array(scenes.prefix(20))
let reread = first.map { captioner.rereading(Scene.tensor([$0])) }
let remembered = captioner(first, captioner.options()).map { $0[0].ids }
show("The same tokens, scenes", zip(reread, remembered).count { $0 == $1 }, note: "of \(first.count)")
let small = DecodingCost(model.configuration.decoder, imageTokens: features.shape[1])
let large = DecodingCost(
  published.configuration.decoder, imageTokens: imageTokenCount(published.configuration.encoder))
table(
  ["decoder", "tokens", "with cache", "without", "ratio"],
  [small.row("this lesson's", ids.count + 1)] + [16, 100, 1000].map { large.row("ViT-GPT2", $0) })
let growth = large.growth(from: 100, to: 1000)
figure(
  "costs", costPlot(large, "ViT-GPT2"),
  caption: "on logarithmic axes a power is a straight line: look at how steep each curve is at its end")

/*:
At one token both cost the same. With a cache the curve ends with a slope of about one: twice the tokens, twice the
work. Without it the curve is about twice as steep, and the gap between the two grows with every token.
*/
show("Numbers in ViT-GPT2's cache after 1,000 tokens, 4 beams", large.cacheSize(1000, beams: 4))
note(
  """
  Ten times the tokens cost \(Format.fixed(growth.cached, decimals: 0)) times the work with a cache and \
  \(Format.fixed(growth.rereading, decimals: 0)) times without. Without one, each new token asks for the picture's \
  keys and values again (in proportion to the length), for all layers of all tokens so far (with its square), and for \
  the attention of all of these to those before them (with its cube). The cache is paid for in memory: in each layer a \
  key and a value as wide as the model, for each token and each beam.
  """)

/*:
## 7.7 How well does it describe?

**Exact**: every word is the reference's. **BLEU-n** (Papineni et al. 2002): the share of the caption's n-grams that the
reference has, geometric mean over lengths 1 to n, times a penalty for shortness. A hundred new scenes of each kind from
each of three seeds; the baseline looks up the caption of the nearest of 4,000 training pictures, pixel by pixel.
*/
section("7.7 How well does it describe?")
let wanted = tests.map { $0.map { $0.map(\.canonicalCaption) } }
let methods: [(name: String, describe: ([Scene]) -> [String])] = [
  ("nearest picture", NearestCaption(training).callAsFunction), ("captioner, greedy", { captioner.texts($0) }),
  ("captioner, 4 beams", { captioner.texts($0, beams: 4) }),
]
let said = methods.map { method in tests.map { $0.map { method.describe($0) } } }
for (index, split) in splits.enumerated() {
  table(
    ["\(split)", "exact", "BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "exact, each seed"],
    zip(methods, said).map { scoreRow($0.name, $1[index], wanted[index]) })
}

/*:
Do the scores agree? Exact captions beside BLEU on the held-out scenes:
*/
figure(
  "scores", scorePlot(splits[0], methods.map(\.name), said.map { $0[0] }, wanted[0]),
  caption: "no caption of the nearest picture is exact, and yet its BLEU is not near zero")
let flattery = BLEU(said[0][0].flatMap { $0 }, references: wanted[0].flatMap { $0 })
let plan = Trainer.captioner.plans[0]
let read = Set(Scenes(split: .training, seed: 0).canonicalCaptions(plan.steps * plan.batchSize))
let lookup = Set(training.map(\.canonicalCaption))
table(
  ["captions of", "things", "asked", "the 4,000 have it, too", "read in training"],
  zip(splits, tests).flatMap { overlapRows("\($0)", Array($1.joined()), lookup, read) })
note(
  """
  The captioner has read \(Format.integer(plan.steps * plan.batchSize)) captions. All pictures here are new to it, but \
  it has read the held-out captions of two things, of the same things at other places; new are those of one thing, \
  most of three, and all with new pairs. BLEU flatters: captions share their little words, so a look-up that is never \
  right still has a BLEU-4 of \(Format.fixed(flattery.score(), decimals: 2)). Beam search gains nothing where the \
  model is sure. "Exact" is possible only because our scenes have one canonical caption; photos have many, and for \
  them scores like BLEU, with several references, are what is left.
  """)

/*:
What is wrong when it is wrong?
*/
mistakes(said[1], wanted, splits)

/*:
## 7.8 Where it looks

The cross-attention of each word, mean over the heads: while the model writes the shape of one of two things, how much
does it look at the patch in that thing's middle, how much at the other's? In the last row it looks at all of the
picture's tokens alike.
*/
section("7.8 Where it looks")
let attention = AttentionMaps(captioner: captioner)
let pairs = scenes.filter { $0.objects.count == 2 && $0.objects[0].shape != $0.objects[1].shape }
let even = Cell.percent(1 / Double(features.shape[1]), decimals: 1)
table(
  ["layer", "writes the shape of the", "looks at the first", "at the second"],
  attention.rows(pairs) + [["-", "(even)", even, even]])
figure(
  "looking", attention.strip(scene), caption: "the last layer's look at the picture while it writes each word",
  alternative: "The scene once for each word of its caption; the patches that the model looks at are bright.")
note(
  """
  In every layer the look goes to the thing whose shape is to be written, several times as much as an even look would, \
  and hardly to the other: nobody told the model where the things are. Attention shows where information is fetched, \
  not all of what it says: the encoder's tokens have already looked at each other.
  """)

/*:
## 7.9 The notebook's caption

The notebook's `generate_caption`: four beams, at most sixteen tokens, for a photo.
*/
section("7.9 The notebook's caption")
func generateCaption(_ image: Image, maximumLength: Int = 16) throws -> String {
  try captioner.task([image], captioner.task.options(beams: 4, maximumLength: maximumLength))[0][0].text
}
show("Generated caption", "'\(require(try generateCaption(require(try Photos.cat))))'", note: "the photo is of a cat")
note(
  """
  The small model knows drawn scenes and nothing else: before a photo it strings their words together. For a caption \
  of the cat take the real one, after `hf download nlpconnect/vit-gpt2-image-captioning --local-dir \
  vit-gpt2-image-captioning`, by `--model`.

  Try next: `--seed 1` for other scenes; `--image` with a drawing of your own, 32 pixels wide; `swift run course train \
  captioner` for all of it from nothing. Lesson 08 asks questions instead.
  """)
