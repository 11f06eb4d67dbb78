/*:
# 7. Image Captioning

**Image captioning** means: a picture goes in, a sentence about it comes out. A Vision Transformer (Lesson 04) turns
the picture into a list of vectors. A language model writes the sentence one word after the other, and before each
word it attends to these vectors.

The notebook runs a published model, `nlpconnect/vit-gpt2-image-captioning`, in four lines. This lesson
builds a decoder of the same form from plain tensor operations, and every way of writing with it: greedy search, beam
search, sampling, and the cache that makes them fast. The model of this page is small, so that all of it runs here in
seconds. It was trained by this project to describe drawn scenes.

With a flag of its own the lesson captions your picture instead:
`--model vit-gpt2-image-captioning --image dog.jpg`, with `--beams 4` and `--max-length 16` as in the notebook, and
`--json` for tokens, captions and scores alone. A BLIP such as `blip-image-captioning-base` is read, too, and can go on
from words of yours: `--prompt "a photo of"`. (A TrOCR, Li et al. 2021, has the same form and reads a line of text; Lesson 14 runs
it.)
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
## 7.1 What goes in and what comes out

The notebook draws the model like this:
*/
section("7.1 What goes in and what comes out")
verbatim(
  """
  Image ──→ [ViT Encoder] ──→ Image Features
                                     ↓
                [Cross-Attention in Decoder]
                                     ↓
                           [GPT-like Decoder] ──→ Caption
  """)

/*:
The **encoder** reads the picture once. It cuts the picture into patches (small squares) and gives a vector for each of
them, and one for the class token, a learned vector that stands for the whole picture (both: Lesson 04). The **decoder**
is a language model: it reads the words so far and gives a probability to every word that could be next. The encoder's
output enters the decoder through **cross-attention** (7.2).

Why two parts? The picture is there from the beginning: it is read once, and each patch may attend to all others. The
text comes into being word by word, so each word may use only those before it. And each part can be trained before on
data of its own, on pictures without captions and on texts without pictures; both are easier to get than captions.

The form has a history. Show and Tell (Vinyals et al. 2015, arXiv 1411.4555) had a convolutional network (one that
moves small filters over the picture) as encoder and a recurrent network (one that reads a text word by word and keeps a
single state) as decoder, which was given the picture once, as its first input. Show, Attend and
Tell (Xu et al. 2015, arXiv 1502.03044) let the decoder attend to places of the picture again at each word. The
cross-attention between two Transformers is that of Vaswani et al. 2017, made for translation: there the encoder reads
a sentence. Rothe et al. 2020 (arXiv 1907.12461) join an encoder and a decoder of texts that were trained separately
before: only the cross-attention between them begins with random weights. ViT-GPT2 is made in this way of a ViT and
a GPT-2 (Radford et al. 2019). TrOCR (Li et al. 2021, arXiv 2109.10282) reads lines of printed text with the same
form.

### The pictures and their captions

Our pictures are **drawn scenes** of one to three things. A thing has one of two sizes, one of six colors and one of six
shapes, and stands in one of nine fields (three rows of three), a little beside the field's center. Things do not touch,
and no two in a scene have the same color and shape. Each scene has one *canonical caption*. It is what the model is
trained to write, and in a test it is the **reference** that the answer is compared with:

- One thing: size, color, shape and its place. "a large red ring in the middle"
- Two things: both, with a relation between them. If they stand side by side and one above the other, the caption names
  the direction in which they are further apart ("to the left of" if both are equal). The left or the upper one comes
  first.
- Three things: a list in the order of reading, row by row and from left to right, without any relation.

The scenes are in three parts. Six of the 36 pairs of color and shape are kept from training, each color and each shape
once. *Held-out combinations* are the scenes in which at least one thing is such a pair. All other scenes are divided by
their things, sizes and fields: about four fifths are for training, the rest is *held out*: its pairs are known, but no
training scene has the same things in the same fields.
*/
let captioner = Captioner(require(try Captioning(directory: shipped)))
let model = captioner.task.model
let settings = captioner.decoder
let vocabulary = settings.vocabularySize
let seeds = [lesson.seed, lesson.seed + 1, lesson.seed + 2]
let splits = [SceneSplit.heldOut, .heldOutCombinations]
let tests = splits.map { split in seeds.map { Scenes(split: split, seed: $0).prefix(100) } }
let scenes = tests[0][0]
let scene = scenes.first { $0.objects.count == 2 } ?? scenes[0]
show("Pairs that training never had", SceneWorld.sixBySix.heldOutCombinations.map { "\($0)" }.joined(separator: ", "))
for count in 1...3 {
  show(
    "Caption with \(["one thing", "two things", "three things"][count - 1])",
    scenes.first { $0.objects.count == count }?.canonicalCaption ?? "")
}

let picture = Scene.tensor([scene])
show("Picture", picture.shape, note: "[batch, red green blue, rows, columns]")
let features = noGrad { model.encode(picture) }
show("Image features", features.shape, note: "[batch, class token and 4 × 4 patches, width]")
let caption = scene.canonicalCaption
let ids = captioner.tokens(caption)
show("Caption", caption)
show("Its tokens", ids, note: "of a vocabulary of \(vocabulary)")

figure(
  "scene", scene.image().enlarged(by: 8), caption: caption, alternative: "A drawing of \(caption).")

/*:
A **token** is the unit that the model reads and writes, here a word or a piece of one, with a number as its name.
GPT-2's tokens carry the space in front of their word: "a" at the start of a text and " a" inside of it are two tokens
with two numbers. Below the space is shown as "␣". One more token, here ⏎, begins and ends each caption.
*/
let spelled = ids.map { captioner.spelling($0).replacing(" ", with: "␣") }
table(["token", "number"], zip(spelled, ids).prefix(4).map { [.text($0), .integer($1)] })
show("\"a\" inside of a caption", captioner.tokens("x a")[1], note: "␣a")
show("⏎", captioner.bound)

/*:
The whole model with its sizes. The picture enters each block of the decoder at the same point, between the attention
to the words and the feed-forward part:
*/
figure(
  "architecture", captionerDiagram(model.configuration, imageTokens: features.shape[1]),
  caption: "The picture enters each block of the decoder through cross-attention.")
let published = Initialization.skipped { VisionEncoderDecoderModel(VisionEncoderDecoderConfiguration()) }
table(["part", "parameters", "share", "ViT-GPT2", "share"], partRows(model, published))

/*:
The last two columns are the published model's, counted from its sizes: an encoder of 224 × 224 pixels and 12 blocks
of width 768, a decoder of 12 blocks of width 768 and a vocabulary of 50,257 tokens. Its parts are of the same kind.

## 7.2 The decoder from its parts

The functions of this section compute the decoder of the checkpoint with plain operations. At the end their result is
compared with the library's. All weights come from the file `model.safetensors` by their names:
*/
section("7.2 The decoder from its parts")
let checkpoint = require(try Checkpoint(path: "\(shipped)/model.safetensors"))

func weight(_ name: String) -> Tensor { require(try checkpoint.tensor("decoder.transformer.\(name)")) }

func linear(_ x: Tensor, _ name: String) -> Tensor { x.matmul(weight("\(name).weight")) + weight("\(name).bias") }

func norm(_ x: Tensor, _ name: String) -> Tensor {
  x.layerNorm(
    weight: weight("\(name).weight"), bias: weight("\(name).bias"), epsilon: Float(settings.layerNormEpsilon))
}

/*:
A linear layer multiplies each token by a matrix and adds a bias. GPT-2's files keep the matrix as `[in, out]`, so it
is not transposed here. Layer normalization (Lesson 02) gives each token the mean 0 and the variance 1, then scales
and shifts it with learned numbers.

### The causal mask

Attention (Lesson 02) lets each token take a weighted mean of the values of all tokens. In a decoder that would be a
mistake: the model is to predict the next word, and with attention to all tokens it could read that word from its
input. The **causal mask** forbids each token to attend to those after it.

Look at it in small numbers: four tokens with queries, keys and values of width 2. Row $t$ holds the scores of token
$t$ with all four. Without a mask, the first row gives weight to tokens that come later.
*/
manualSeed(lesson.seed)
let (query, key, value) = (Tensor.randn([4, 2]), Tensor.randn([4, 2]), Tensor.randn([4, 2]))
let scores = query.matmul(key.T) / Float(2).squareRoot()  // [4, 4]
show("Scores", scores, decimals: 2)
show("Weights without a mask", scores.softmax(dim: 1), decimals: 2)

/*:
The mask is a matrix that is added to the scores: 0 where a token may attend, $-\infty$ where it must not. The softmax
makes $e^{-\infty} = 0$ of it, and each row still sums to 1.
*/
let mask = Tensor.attentionMask(visible: Tensor.ones([4, 4]).tril())
show("Mask", mask, decimals: 0)
let masked = (scores + mask).softmax(dim: 1)
show("Weights with the mask", masked, decimals: 2)

let libraryMasked = Tensor.scaledDotProductAttention(
  query: query.reshape(1, 1, 4, 2), key: key.reshape(1, 1, 4, 2), value: value.reshape(1, 1, 4, 2), isCausal: true)
let maskDifference = (masked.matmul(value) - libraryMasked.reshape(4, 2)).abs().max().item
show("Masked attention equal to the library", maskDifference < 1e-6, note: "largest difference below 0.000001")

/*:
### Several heads

The decoder has several **heads**: attention is done several times side by side, each time with narrower queries, keys
and values of its own, so that a token can attend to several places for several reasons. Two functions cut a token's
vector into heads and join them again; one does the attention that both kinds in this decoder share. Here D is the
width of a token, H the number of heads and d = D / H the width of a head.
*/
let headCount = settings.headCount

func heads(_ x: Tensor) -> Tensor { x.reshape(x.shape[0], headCount, -1).transpose(0, 1) }  // [T, D] to [H, T, d]

func joined(_ x: Tensor) -> Tensor { x.transpose(0, 1).flatten(from: 1) }  // [H, T, d] to [T, D]

func attend(_ query: Tensor, _ key: Tensor, _ value: Tensor, mask: Tensor? = nil) -> (mixed: Tensor, weights: Tensor) {
  let scores = query.matmul(key.transpose(1, 2)) / Float(query.shape[2]).squareRoot()  // [H, T, S]
  let weights = (mask.map { scores + $0 } ?? scores).softmax(dim: -1)
  return (joined(weights.matmul(value)), weights)
}

/*:
Attention of the words to themselves takes queries, keys and values from the same tokens, and has the mask:
*/
func causalAttention(_ words: Tensor, _ layer: String) -> Tensor {
  let parts = linear(words, "\(layer).attn.c_attn").chunk(3, dim: 1).map(heads)  // 3 × [H, T, d]
  let mask = Tensor.attentionMask(visible: Tensor.ones([words.shape[0], words.shape[0]]).tril())
  return linear(attend(parts[0], parts[1], parts[2], mask: mask).mixed, "\(layer).attn.c_proj")
}

/*:
### Cross-attention

In cross-attention the **queries come from the words, keys and values from the picture**. With $X$ for the words'
vectors (`[T, D]`), $Z$ for the encoder's output (`[S, D]`) and $W$ for learned matrices, head $i$ of $H$ computes

$$ \text{head}_i = \text{softmax}\left( \frac{Q_i K_i^\top}{\sqrt{d}} \right) V_i, \qquad
Q_i = \text{LN}(X) W_i^Q, \quad K_i = Z W_i^K, \quad V_i = Z W_i^V. $$

The heads' results stand side by side, go through one more matrix, and are added to what came in:

$$ X' = X + [\text{head}_1; \dots; \text{head}_H] \, W^O. $$

LN is the normalization in front, and the sum with $X$ is the **shortcut**: a block changes a token's vector by adding
to it. Each head has a matrix of weights of T rows and S columns: one row for each word, one column for each token of
the picture. So the two sides may differ in length, and in width, too. There is no mask: each word may attend to the
whole picture. (Each product with a $W$ also adds a bias, which is left out here.)
*/
func crossAttention(_ words: Tensor, _ picture: Tensor, _ layer: String) -> (added: Tensor, weights: Tensor) {
  let query = heads(linear(words, "\(layer).crossattention.q_attn"))  // [H, T, d]
  let parts = linear(picture, "\(layer).crossattention.c_attn").chunk(2, dim: 1).map(heads)  // 2 × [H, S, d]
  let (mixed, weights) = attend(query, parts[0], parts[1])
  return (linear(mixed, "\(layer).crossattention.c_proj"), weights)
}

/*:
Both kinds of attention at work, for the caption of 7.1 in the first block. Every token becomes a vector: a row of the
token table plus a row of the position table.
*/
func embed(_ ids: [Int]) -> Tensor {
  weight("wte.weight").indexSelect(ids) + weight("wpe.weight").slice(0..<ids.count, dim: 0)
}

let read = [captioner.bound] + ids
let embedded = embed(read)  // [T, D]
let afterWords = embedded + causalAttention(norm(embedded, "h.0.ln_1"), "h.0")
let crossed = crossAttention(norm(afterWords, "h.0.ln_cross_attn"), features[0], "h.0")
show("Words X", embedded.shape, note: "[T, D]")
show("Picture Z", features[0].shape, note: "[S, D]")
show("Cross-attention's weights", crossed.weights.shape, note: "[H, T, S]")
show("Added to the words", crossed.added.shape, note: "[T, D]")

let recorded = AttentionRecorder(model, picture, captions: IntTensor([read])).weights[0][0]  // [H, T, S]
let weightDifference = (crossed.weights - recorded).abs().max().item
show("Cross-attention's weights equal to the library", weightDifference < 1e-5, note: "differences below 0.00001")

/*:
### One block, and the whole decoder

A block of the decoder is three steps, each behind a normalization and with a shortcut around it: attention to the
words so far, attention to the picture, and a feed-forward part that treats each token by itself.
*/
figure(
  "block", blockDiagram(settings, imageTokens: features.shape[1]),
  caption: "One block: follow the words from the top to the bottom, and see where the picture's tokens come in.")

/*:
The same in code. GELU is the activation between the two linear layers of the feed-forward part; GPT-2 uses its form
with tanh.
*/
func block(_ words: Tensor, _ picture: Tensor, _ layer: String) -> Tensor {
  var x = words
  x += causalAttention(norm(x, "\(layer).ln_1"), layer)
  x += crossAttention(norm(x, "\(layer).ln_cross_attn"), picture, layer).added
  x += linear(linear(norm(x, "\(layer).ln_2"), "\(layer).mlp.c_fc").geluTanh(), "\(layer).mlp.c_proj")
  return x
}

func decoder(_ ids: [Int], _ picture: Tensor) -> Tensor {
  var x = embed(ids)
  for layer in 0..<settings.layerCount { x = block(x, picture, "h.\(layer)") }
  return norm(x, "ln_f").matmul(weight("wte.weight").T)  // [T, V]
}

/*:
The last line compares each token's vector with every row of the token table: the dot products are the **logits**, one
for each of the V tokens of the vocabulary. The softmax of a row gives the probabilities of the next token. The output
layer has no weights of its own, it is the token table again.
*/
let ours = decoder(read, features[0])
let theirs = noGrad { model(picture, captions: IntTensor([read]))[0] }
let decoderDifference = (ours - theirs).abs().max().item
show("Logits", ours.shape, note: "[T, V]")
show("Largest logit", theirs.max().item, decimals: 1)
show("Decoder equal to the library", decoderDifference < 1e-3, note: "logits differ by less than 0.001")
show("The same likeliest tokens", ours.argmax(dim: 1).scalars == theirs.argmax(dim: 1).scalars)

/*:
The sums are added up in another order than in the library, so the last digits differ; no decision does. The library's
block reads like the one above; it has a cache beside it (7.9):

{{quote GPT2Block.callAsFunction}}

{{quote GPT2CrossAttention.callAsFunction folded}}

The proof that the mask works is in the numbers, too. Exchange one token of the caption, and no probability up to its
place changes at all:
*/
let given = captioner.probabilities(ids, picture)  // [T, V]
let place = ids.count / 3
var exchanged = ids
exchanged[place] = captioner.tokens(" above")[0]
let changes = (given - captioner.probabilities(exchanged, picture)).abs().max(dim: 1).values.scalars
show("Exchanged", "\(captioner.word(ids[place])) → above", note: "token \(place + 1) of \(ids.count)")
show("Largest change of a probability up to there", changes[...place].max() ?? 0, decimals: 8)
show("It is exactly 0", changes[...place].allSatisfy { $0 == 0 })
show("Largest change after it", changes[(place + 1)...].max() ?? 0, decimals: 8)

/*:
## 7.3 Training: teacher forcing

In training the decoder never writes. It reads the right caption, and at each token it is asked for the next one. This
is called **teacher forcing** (Williams and Zipser 1989). Because of the causal mask one pass through the model
answers the question at all places of a caption at once. The loss is the mean cross-entropy (Lesson 02) of the next
tokens:

$$ \mathcal{L} = -\frac{1}{T} \sum_{t=1}^{T} \log p(w_t \mid w_1, \dots, w_{t-1}, \text{picture}) $$

What the model reads begins with ⏎, and what it is asked for ends with ⏎. The last column is the probability that the
trained model gives to the right token. (The space in front of a word is left out from here on; compare the numbers of
the first and the second "a".)
*/
section("7.3 Training: teacher forcing")
table(["reads", "number", "is asked for", "number", "gives it"], forcingRows(captioner, ids, given))
show("Loss of this caption", captioner.loss([scene]), decimals: 4)
show("Loss of guessing evenly, ln V", Tensor([Float(vocabulary)]).log().item, decimals: 4)

/*:
### Padding

Captions of a batch differ in length, but a tensor is a rectangle. So the shorter ones are filled up at their end;
this is **padding**. What is asked for there is −100, a number that stands for "does not count": the loss leaves these
places out. The places must not disturb the words either. In this decoder nothing more is needed: padding stands
behind the words, and the causal mask forbids attention to what stands behind. Models without a causal mask need a
mask for padding as well (Lesson 06 and Lesson 08).
*/
let short = "a large red ring in the middle"
let unequal = captioner.batch([short, caption])
for (name, numbers) in [("Read", unequal.inputs.scalars), ("Asked for", unequal.targets.scalars)] {
  show("\(name), the shorter caption", Array(numbers.prefix(numbers.count / 2)))
}
let twice = Tensor.cat([picture, picture], dim: 0)
let together = noGrad { model(twice, captions: unequal.inputs)[0] }
let alone = noGrad { model(picture, captions: captioner.batch([short]).inputs)[0] }  // [T, V]
show(
  "Padding changes a logit of the shorter caption",
  together.slice(0..<alone.shape[0], dim: 0).scalars != alone.scalars)

/*:
### A training loop

The shipped model was trained with the loss above and nothing else: encoder and decoder together, from random weights.
(ViT-GPT2 began with a trained ViT and a trained GPT-2.) The learning rate rises evenly to its
highest value, and then falls along half a cosine: after the share $s$ of the remaining steps it is
$(1 + \cos \pi s) / 2$ of that value (and at the end a hundredth of it). It saw this many scenes, each once:
*/
let plan = Trainer.captioner.plans[0]
table(
  ["the shipped model's training", "value"],
  [
    ["steps", .integer(plan.steps)], ["captions a step", .integer(plan.batchSize)],
    ["captions in all", .integer(plan.steps * plan.batchSize)],
    ["highest learning rate", .significant(plan.learningRate, digits: 3)],
    ["steps until the rate is highest", .integer(plan.warmupSteps)],
  ])

/*:
The beginning of such a training, with fewer captions a step and a constant learning rate. Before the first step the
model guesses nearly evenly, so the loss should be near ln V.

A language model of captions knows a lot without any picture: after "a small" comes a color. So the loss can fall even
if the picture is not used at all. To see whether it is used, every 50 steps the loss of a hundred held-out captions is
measured twice: each caption beside its own picture, and each beside the picture of another caption. A model that does
not use the picture has the same loss both times.
*/
let references = scenes.map(\.canonicalCaption)
let held = captioner.batch(references)
let pixels = Scene.tensor(scenes)  // [100, 3, 32, 32]
let otherPixels = Tensor.cat([pixels.slice(1..<scenes.count, dim: 0), pixels.slice(0..<1, dim: 0)], dim: 0)

struct Measurement {
  let step: Int
  let own, other: Float
}

manualSeed(lesson.seed)
let fresh = VisionEncoderDecoderModel(model.configuration)
let optimizer = AdamW(fresh.parameters(), learningRate: plan.learningRate)
let lessons = Scenes(split: .training, seed: lesson.seed)
let bar = progress("training", total: 300)
var curve: [Float] = []
var measured: [Measurement] = []
for step in 1...300 {
  let batch = ((step - 1) * 32..<step * 32).map { lessons[$0] }
  let captions = captioner.batch(batch.map(\.canonicalCaption))
  let loss = captions.loss(fresh(Scene.tensor(batch), captions: captions.inputs))
  optimizer.zeroGrad()
  loss.backward()
  optimizer.step()
  curve.append(loss.item)
  if step % 50 == 0 {
    let losses = [pixels, otherPixels].map { beside in
      noGrad { held.loss(fresh(beside, captions: held.inputs)).item }
    }
    measured.append(Measurement(step: step, own: losses[0], other: losses[1]))
  }
  bar.advance()
}
show("Loss before the first step", curve[0], decimals: 2)
table(
  ["after step", "held-out loss, own picture", "another picture", "difference"],
  measured.map {
    [.integer($0.step)] + [$0.own, $0.other, $0.other - $0.own].map { .fixed($0, decimals: 3) }
  })

/*:
A third number to compare with is the loss of `CaptionPrior`, which only counts words. It gives each word a mixture of
its frequencies in 4,000 training captions: how often it came after the same seven words, mixed with how often it came
after the same six, and so on down to none, so that no word has the probability 0. If a run of $m$ words occurred $c$
times and the asked word came after it $k$ times, its probability is $p_m = (k + p_{m-1}) / (c + 1)$: the shorter run
weighs as much as one observation.
*/
let training = Scenes(split: .training).prefix(4000)
let prior = CaptionPrior(training.map(\.canonicalCaption))
let surprise = references.reduce(0) { $0 + prior.surprise($1) }
let countedLoss = Float(surprise / Double(held.targetCount))
figure(
  "training", trainingPlot(curve, measured, countedLoss, vocabulary),
  caption: "First the words, then the picture: look where the losses beside own and other pictures part.")
let parting = measured.first { $0.other - $0.own > 0.1 }
let partingText = parting.map { "At step \($0.step) they have parted." } ?? ""
let wordsOnly = measured.min { $0.other < $1.other } ?? measured[0]
note(
  """
  Up to step \(parting.map { "\($0.step - 50)" } ?? "\(curve.count)") the two losses differ by less than 0.1: the model \
  learns what captions are like, and hardly uses the picture. \(partingText) The lowest loss beside other pictures, \
  \(Format.fixed(wordsOnly.other, decimals: 2)) at step \(wordsOnly.step), says roughly what words alone allow. It is \
  no exact bound: the model was still learning, and where own and other pictures already differ (there by \
  \(Format.fixed(wordsOnly.other - wordsOnly.own, decimals: 3))), a wrong picture may have raised it. The counts have \
  \(Format.fixed(countedLoss, decimals: 2)). A guess at the reason: most beginnings of seven words occur too seldom to \
  be counted, and a network uses what similar beginnings have in common. The shipped model, with \
  \(Format.integer(plan.steps)) steps of \(plan.batchSize) captions, reaches \
  \(Format.fixed(captioner.loss(scenes), decimals: 4)) beside the right pictures. `swift run course train captioner` \
  repeats its training.
  """)

/*:
## 7.4 What the picture adds

What would the loss be without the picture? Three ways to ask that of the trained model: give each of the hundred
captions its own picture, the picture of another caption, or an even gray. $e^{\text{loss}}$ is the **perplexity**: a
model that hesitates evenly between $n$ words has the perplexity $n$.
*/
section("7.4 What the picture adds")
let losses = [captioner.loss(scenes), captioner.loss(scenes, pixels: otherPixels)]
let grayLoss = captioner.loss(scenes, pixels: .zeros(pixels.shape))
let besides = [
  "its own picture", "another picture", "gray", "no picture, counted", "another picture, step \(wordsOnly.step) of 7.3",
]
table(
  ["caption beside", "loss", "perplexity"],
  zip(besides, losses + [grayLoss, countedLoss, wordsOnly.other]).map { name, loss in
    [.text(name), .fixed(loss, decimals: 4), .fixed(Tensor([loss]).exp().item, decimals: 2)]
  })
note(
  """
  "No picture, counted" has no picture at all. The last row has a wrong picture, beside which the model of 7.3 was \
  measured when it hardly used any: there the two losses differed by \
  \(Format.fixed(wordsOnly.other - wordsOnly.own, decimals: 3)). Beside another picture the trained model's loss is \
  \(Format.fixed(losses[1], decimals: 2)): there it gives high probabilities to words that are right for that picture \
  and wrong for this caption. Gray is no neutral picture either: the model never saw one in training. A captioner \
  whose loss is about the same for all pictures would have learned the statistics of captions only.
  """)

/*:
Which words get their probability from the picture? The caption of 7.1 word by word, beside its own picture, beside
that of another scene, and counted without any. A probability of 1 is a loss of 0:
*/
let strangerScene = scenes.last { $0.objects.count == 2 } ?? scene
show("The caption", caption)
show("The other picture's caption", strangerScene.canonicalCaption)
let readings = [("its picture", scene), ("another one", strangerScene)].map { name, beside in
  let table = captioner.probabilities(ids, Scene.tensor([beside]))  // [T, V]
  return (name: name, probabilities: (ids + [captioner.bound]).enumerated().map { Double(table[$0][$1].item) })
}
figure(
  "words",
  wordLossPlot(
    (ids + [captioner.bound]).map(captioner.word),
    readings + [(name: "no picture", probabilities: prior.probabilities(caption))]),
  caption: "Compare the rows: the loss is in the words for things and relations, hardly any in the words between them.")

/*:
In the row without a picture see which words are uncertain: sizes, colors, shapes and the word that begins the relation.
Words such as "the", "left" and "of" follow from the words before them, with or without a picture. In the row of the
other picture compare the largest losses with its caption, which is printed above: do they stand at words that it does
not have?

## 7.5 Writing: greedy search and beam search

Now the model writes on its own. It reads ⏎, chooses a token, appends it, reads all of it again, and so on, until it
chooses ⏎ or the text is as long as it can read. That length is the number of rows of the position table:
*/
section("7.5 Writing: greedy search and beam search")
show("The longest text that the model can read", settings.positionCount, note: "tokens, with the first ⏎")

/*:
### Greedy search in ten lines

**Greedy search** takes the likeliest token each time.
*/
func greedy(_ features: Tensor, after beginning: [Int] = []) -> [Int] {
  var ids = [captioner.bound] + beginning
  repeat {
    let logits = noGrad { model.decoder(IntTensor([ids]), encoderStates: features)[0] }  // [T, V]
    ids.append(logits[ids.count - 1].argmax(dim: 0).scalars[0])
  } while ids.last != captioner.bound && ids.count < settings.positionCount
  return ids
}

let written = greedy(features)
show("Written", captioner.text(written))
show("The reference", caption)
let libraryGreedy = captioner(Array(scenes.prefix(20)), captioner.options()).map { $0[0].ids }
let ourGreedy = scenes.prefix(20).map { scene in greedy(noGrad { model.encode(Scene.tensor([scene])) }) }
show("Greedy captions equal to the library", libraryGreedy == ourGreedy, note: "20 scenes")

/*:
### Exposure bias

In training the model read right words only. Now it reads its own, and if one of them is wrong, it is in a situation
that training never showed. This difference is called **exposure bias** (Ranzato et al. 2016, arXiv 1511.06732); one
remedy mixes the model's own words into training (scheduled sampling, Bengio et al. 2015, arXiv 1506.03099).

Does it matter here? An experiment on the held-out scenes of two things: the beginning of the caption is given, in one
case as it is, in the other with the first color exchanged for one that the scene does not have. Then the model goes
on by greedy search. Is the rest of its caption still that of the reference?
*/
let twoThings = tests[0].joined().filter { $0.objects.count == 2 }
var continuations = [0, 0]
for scene in twoThings {
  let tokens = captioner.tokens(scene.canonicalCaption)
  let absent = SceneColor.allCases.first { color in scene.objects.allSatisfy { $0.color != color } }
  let lie = tokens.prefix(2) + captioner.tokens(" \(absent ?? .red)")
  let features = noGrad { model.encode(Scene.tensor([scene])) }
  for (index, beginning) in [Array(tokens.prefix(3)), Array(lie)].enumerated() {
    let rest = greedy(features, after: beginning).dropFirst(1 + beginning.count)
    if Array(rest) == tokens.dropFirst(3) + [captioner.bound] { continuations[index] += 1 }
  }
}
table(
  ["the beginning that is given", "scenes", "the rest is the reference's"],
  zip(["as in the reference", "with a wrong color"], continuations).map { name, count in
    [.text(name), .integer(twoThings.count), .percent(Double(count) / Double(twoThings.count), decimals: 1)]
  })
note(
  """
  After one wrong color the rest is right in \
  \(Format.percent(Double(continuations[1]) / Double(twoThings.count), decimals: 1)) of the scenes, after a right one \
  in \(Format.percent(Double(continuations[0]) / Double(twoThings.count), decimals: 1)): this is what one error does \
  to the words after it. How often such an error occurs is another question; 7.7 counts the model's own errors, and \
  wrong colors among them.
  """)

/*:
### Where greedy search fails

Greedy search cannot take back a word. The likeliest first word may lead to beginnings that have no likely end. A
language model of six words makes this visible. Its probabilities are a table: after each beginning, the words that
may follow. (After all other beginnings the text ends.)
*/
let words = ["⏎", "a", "the", "ring", "circle", "there"]
let language: [String: [String: Double]] = [
  "": ["a": 0.6, "the": 0.4],
  "a": ["circle": 0.55, "ring": 0.45],
  "the": ["ring": 1],
  "a circle": ["⏎": 0.6, "there": 0.4],
  "the ring": ["there": 0.55, "⏎": 0.45],
]

func smallModel(_ tokens: [Int]) -> [Float] {  // log-probabilities of the next word, [V]
  let chances = language[tokens.map { words[$0] }.joined(separator: " ")] ?? ["⏎": 1]
  return Tensor(words.map { Float(chances[$0] ?? 0) }).log().scalars
}

/*:
The probability of a text is the product of the probabilities of its words, each after those before it. Programs add
up logarithms instead, since a product of many small numbers becomes 0 in floating point.

Greedy search begins with "a", goes on with "circle" and ends. The other texts are not looked at. "a ring" is likelier
as a whole: after "a" the word "ring" has less probability than "circle", but then the text ends for certain, while "a
circle" may go on.

### Beam search

**Beam search** keeps the $k$ likeliest beginnings at each step; such a beginning is a **beam**, $k$ the number of
beams or the width. One step:

1. Each beam is continued by each word of the vocabulary: $k \cdot V$ candidates. The score of each is the sum of its
   log-probabilities.
   (This score has nothing to do with the scores of attention.)
2. The candidates are ranked. One that ends with ⏎ and is among the best $k$ is *finished*: it is put aside with its
   score and is continued no more. One that ends with ⏎ further down is dropped. Of all finished texts the best $k$ are
   kept.
3. The best $k$ of the candidates that do not end with ⏎ are the beams of the next step.
4. The search stops when no beam is left, or when $k$ texts are finished and the best beam is no better than the worst
of these. It also stops when the texts have their greatest length: then the best $k$ candidates count as finished, with
   ⏎ or without.

All beams of a step have the same length, so their sums can be compared as they are. Finished texts differ in length;
their sums may be divided by a power of it (`power`, 0 for not at all), of which more below. With $k = 1$ this is
greedy search. With a $k$ so large that nothing is ever dropped it is **exhaustive search**, which finds the likeliest
text for certain.
*/
struct Beam {
  var tokens: [Int] = []
  var score: Float = 0
}

func beamSearch(
  next: ([Int]) -> [Float], width: Int, end: Int, limit: Int, power: Double = 1,
  watch: (_ ranked: [Beam]) -> Void = { _ in }
) -> [Beam] {
  var (running, finished) = ([Beam()], [Beam]())
  for length in 1...limit {
    let divisor = Float(ElementaryDouble.pow(Double(length), power))
    let candidates = running.flatMap { beam in  // k · V
      next(beam.tokens).enumerated().map { Beam(tokens: beam.tokens + [$0], score: beam.score + $1) }
    }
    let ranked = candidates.filter { $0.score > -.infinity }.sorted { $0.score > $1.score }
    watch(ranked)
    let ended = ranked.prefix(width).filter { $0.tokens.last == end || length == limit }
    finished += ended.map { Beam(tokens: $0.tokens, score: $0.score / divisor) }
    finished = Array(finished.sorted { $0.score > $1.score }.prefix(width))
    running = Array(ranked.filter { $0.tokens.last != end }.prefix(width))
    guard let best = running.first else { break }
    if finished.count == width, let worst = finished.last, best.score / divisor <= worst.score { break }
  }
  return finished
}

/*:
On the small model, with one beam, two beams, and so many that none is dropped:
*/
let widths = [1, 2, 3, 100]
let found = widths.map { beamSearch(next: smallModel, width: $0, end: 0, limit: 5, power: 0)[0] }
func said(_ beam: Beam) -> String { beam.tokens.map { words[$0] }.joined(separator: " ") }
func probability(_ beam: Beam) -> Float { Tensor([beam.score]).exp().item }
table(
  ["search in the small model", "finds", "its probability"],
  zip(["1 beam: greedy", "2 beams", "3 beams", "exhaustive"], found).map { name, beam in
    [.text(name), .text(said(beam)), .fixed(probability(beam), decimals: 4)]
  })

/*:
Greedy search finds the least likely of these. Two beams find a better text, but not the best: after two words "a
ring" is third and is dropped. Three beams keep it. More beams drop fewer beginnings, and need more time. The tree
shows all texts, with the probability of each beginning. (Boxes of the same step may stand at different heights.)
*/
func beginnings(keptBy width: Int) -> [String] {
  var kept: [String] = []
  _ = beamSearch(next: smallModel, width: width, end: 0, limit: 5, power: 0) { ranked in
    let ended = ranked.prefix(width).filter { $0.tokens.last == 0 }
    kept += (ended + ranked.filter { $0.tokens.last != 0 }.prefix(width)).map(said)
  }
  return kept
}

figure(
  "tree", beamTree(language, kept: beginnings(keptBy: 2)),
  caption: "Two beams keep the blue boxes with thick frames; the likeliest whole text, \"a ring\", is not among them."
)
var steps: [[Cell]] = []
_ = beamSearch(next: smallModel, width: 2, end: 0, limit: 5, power: 0) { ranked in
  let texts = ranked.prefix(4).map { "\(said($0)) \(Format.fixed(probability($0), decimals: 3))" }
  steps.append([.integer(steps.count + 1)] + (0..<4).map { .text($0 < texts.count ? texts[$0] : "") })
}
table(["step", "first candidate", "second", "third", "fourth"], steps)

/*:
In the second step "a ring" is third and is dropped. In the third step "a circle ⏎" ends and is among the best two, so
it is finished. "the ring ⏎" ends, too, but is third: it is dropped. Of the candidates that do not end the best two go
on: "the ring there", which is first, and "a circle there", which is fourth.

### Beam search on the captioner

The same function writes captions, if `next` asks the captioner. With four beams, as in the notebook:
*/
func nextWords(_ features: Tensor) -> ([Int]) -> [Float] {
  { written in
    noGrad {
      let logits = model.decoder(IntTensor([[captioner.bound] + written]), encoderStates: features)[0]  // [T, V]
      return logits[written.count].logSoftmax(dim: 0).scalars
    }
  }
}

var fourBest = captioner.options(4)
fourBest.returnCount = 4
let sixScenes = tests[1][0].filter { $0.objects.count == 2 }.prefix(6)
let libraryBeams = require(try model.generate(Scene.tensor(sixScenes), fourBest))
let ourBeams = sixScenes.map { scene in
  let features = noGrad { model.encode(Scene.tensor([scene])) }
  return beamSearch(
    next: nextWords(features), width: 4, end: captioner.bound, limit: settings.positionCount - 1)
}
show(
  "All four beams equal to the library, tokens and scores",
  zip(ourBeams, libraryBeams).allSatisfy { ours, theirs in
    ours.map(\.tokens) == theirs.map(\.tokens) && ours.map { $0.score } == theirs.map { $0.score ?? 0 }
  }, note: "\(sixScenes.count) scenes")

/*:
The library does the same for several pictures at once, and with a cache (7.9). What do the beams gain here? First the
scene that the model finds hardest, of those with two things and with a color and a shape that it never saw together:
the one whose greedy caption has the lowest score. The library's score of a finished caption is the mean log-probability
of its tokens.
*/
let strange = tests[1].joined().filter { $0.objects.count == 2 }
let greedyCaptions = captioner(strange, captioner.options()).map { $0[0] }
let scored = zip(strange, greedyCaptions).map { (scene: $0, caption: $1) }
let hardest = scored.min { $0.caption.score < $1.caption.score } ?? (scene: scene, caption: greedyCaptions[0])
let (hard, usual) = (hardest.scene, hardest.caption.text)
let hardPicture = Scene.tensor([hard])
show("Scene", hard.canonicalCaption)
show("True of it", truths(hard))
figure(
  "hard", hard.image().enlarged(by: 8), caption: hard.canonicalCaption,
  alternative: "A drawing of \(hard.canonicalCaption).")

let hardReference = captioner.tokens(hard.canonicalCaption) + [captioner.bound]
table(
  ["how", "log p", "p", "caption"],
  [("greedy", 1), ("4 beams", 4), ("16 beams", 16)].map { name, width in
    let best = captioner([hard], captioner.options(width))[0][0]
    return searchRow(name, captioner.logProbability(Array(best.ids.dropFirst()), hardPicture), best.text)
  } + [searchRow("the reference", captioner.logProbability(hardReference, hardPicture), hard.canonicalCaption)])

/*:
All three find the same caption. (They rank finished texts by the mean log-probability, the table shows the sum.) So
even sixteen beginnings at each step lead to no caption with a larger mean. It differs from the reference, but is it
false? Where two relations are true of a picture, the reference names the one in which the things stand further apart.
The other is true as well. A search finds what the model thinks likely, and cannot know which true sentence the
reference has.

So beams change nothing in this caption. Do they ever? For a fair test the model must be unsure. A picture that is
half one scene and half another, pixel by pixel, has no right caption. Here are a hundred of these, and the captions
of all test scenes. "Likelier" compares the log-probabilities of the two whole captions; both searches rank by these
(`power` 0).
*/
let blends = (Scene.tensor(tests[0][1]) + Scene.tensor(tests[0][2])) * 0.5  // [100, 3, 32, 32]
let kinds =
  [("held out", Scene.tensor(Array(tests[0].joined())))] + [
    ("held-out combinations", Scene.tensor(Array(tests[1].joined()))), ("blends of two scenes", blends),
  ]
let comparisons = kinds.map { name, pixels in
  (name: name, result: SearchComparison(captioner, pixels, widths: (1, 4)))
}
table(
  ["pictures", "number", "same caption", "4 beams likelier", "greedy likelier", "mean log p, greedy", "4 beams"],
  comparisons.map { $0.result.row($0.name) })
let sure = comparisons.prefix(2).map(\.result)
note(
  """
  On our captioner's own kind of pictures beam search changes \(sure.reduce(0) { $0 + $1.changed }) of \
  \(sure.reduce(0) { $0 + $1.count }) captions. On the blends, where the model is unsure, it changes \
  \(comparisons[2].result.changed) of \(comparisons[2].result.count) and finds a likelier caption in \
  \(comparisons[2].result.gained). So a wider search gains little here, even where the model is unsure; the scene \
  above is another example. And as a blend has no right caption, "likelier" says nothing about better. Four beams \
  guarantee nothing either: the best text may be dropped on the way, as in the small model.
  """)

/*:
A likelier text is not always a better one. In machine translation wider beams improved texts at first and made them
worse from some width on (Koehn and Knowles 2017, arXiv 1706.03872): very likely texts tend to be short.

### The length penalty

Each further token multiplies the probability by a number below 1. So of two texts the shorter is usually the
likelier. Beam search can correct that. It ranks finished texts by

$$ \frac{\log p}{n^\alpha} $$

with the number $n$ of new tokens, ⏎ included; $\alpha$ is the **length penalty**, `power` in the function above. With
$\alpha = 0$ the sum counts, with $\alpha = 1$, the default of the Python library `transformers`, the mean. (Other
formulas are in use, such as that of Wu et al. 2016, arXiv 1609.08144.) All finished texts of the small model, ranked
for three powers:
*/
let everything = beamSearch(next: smallModel, width: 100, end: 0, limit: 5, power: 0)
let smallPowers = [0.0, 0.5, 1]
table(
  ["text", "words with ⏎", "log p"] + smallPowers.map { "rank, α = \(Format.significant($0, digits: 1))" },
  rankRows(everything.map { (text: said($0), count: $0.tokens.count, logProbability: $0.score) }, powers: smallPowers))

/*:
The captions of the hard scene differ in length, too: "above" is one word where "to the left of" is four. Six beams,
ranked by four powers:
*/
var sixBest = captioner.options(6)
sixBest.returnCount = 6
let hardBeams = captioner([hard], sixBest)[0]
let hardScored = hardBeams.map { beam in
  let tokens = Array(beam.ids.dropFirst())
  return (text: beam.text, count: tokens.count, logProbability: captioner.logProbability(tokens, hardPicture))
}
let powers = [0.0, 1, 2, 4]
table(
  ["caption", "n", "log p"] + powers.map { "rank at \(Format.fixed($0, decimals: 0))" },
  rankRows(hardScored, powers: powers))
let leaders = powers.map { power in
  let ranks = hardScored.map { Double($0.logProbability) / ElementaryDouble.pow(Double($0.count), power) }
  return ranks.firstIndex(of: ranks.max() ?? 0) ?? 0
}
let overtaken = zip(powers, leaders).first { $1 != leaders[0] }
let overtakenText = overtaken.map { "first changes at power \(Format.fixed($0.0, decimals: 0))" } ?? "never changes"
figure(
  "beams", beamPlot(captioner, hardBeams, hardPicture),
  caption: "Flat where a token was certain, a step down where the model could have written another.")
note(
  """
  The curves part where the model had a choice. Between these places each token is nearly certain, so here the length \
  alone changes little. The first place \(overtakenText); further down, captions with nearly the same mean exchange \
  their ranks at smaller powers. The power says nothing about right or wrong: it \
  prefers long texts, whatever they say.
  """)

/*:
## 7.6 Writing by chance: temperature, top-k, top-p

Search gives the same text each time. Sometimes several are wanted, as suggestions or because the likeliest text is
dull. **Sampling** draws each token by its probability. Three settings change the probabilities first.

**Temperature** divides all logits $z_i$ by a number τ (tau) before the softmax:
$p_i = e^{z_i / τ} / \sum_j e^{z_j / τ}$. Many texts call it T, which here is the number of tokens. Below 1 it makes
likely tokens likelier, above 1 it makes the probabilities more even. **Top-k** (Fan et al. 2018, arXiv 1805.04833)
keeps the $k$ likeliest tokens. **Top-p**, or nucleus sampling (Holtzman et al. 2020, arXiv 1904.09751), keeps as few of
the likeliest tokens as have a given probability $p$ together: few where the model is sure, many where it is not.
*/
section("7.6 Writing by chance: temperature, top-k, top-p")
func softened(_ logits: [Float], temperature: Float) -> [Float] {
  Tensor(logits.map { $0 / temperature }).softmax(dim: 0).scalars
}

func ranking(_ chances: [Float]) -> [Int] { chances.indices.sorted { chances[$0] > chances[$1] } }

func keeping(_ tokens: some Sequence<Int>, of chances: [Float]) -> [Float] {
  var kept = [Float](repeating: 0, count: chances.count)
  for token in tokens { kept[token] = chances[token] }
  let sum = kept.reduce(0, +)
  return kept.map { $0 / sum }
}

func topK(_ chances: [Float], _ count: Int) -> [Float] { keeping(ranking(chances).prefix(count), of: chances) }

func topP(_ chances: [Float], _ share: Float) -> [Float] {
  let order = ranking(chances)
  var (count, sum) = (0, Float(0))
  while sum < share && count < order.count {
    sum += chances[order[count]]
    count += 1
  }
  return keeping(order.prefix(count), of: chances)
}

/*:
Six logits, made up, and what the settings make of them. All probabilities that are not kept become 0, the others are
divided by their sum:
*/
let logits: [Float] = [2, 1.5, 0.5, 0, -0.5, -2]
let plain = softened(logits, temperature: 1)
let shaped: [(name: String, chances: [Float])] = [
  ("τ = 1", plain), ("τ = 0.5", softened(logits, temperature: 0.5)), ("τ = 2", softened(logits, temperature: 2)),
  ("τ = 1, top-k 2", topK(plain, 2)), ("τ = 1, top-p 0.9", topP(plain, 0.9)),
]
table(
  ["probability of"] + (1...6).map { "word \($0)" },
  shaped.map { [.text($0.name)] + $0.chances.map { .percent($0, decimals: 1) } })
figure(
  "softened", temperaturePlot(Array(shaped.prefix(3))),
  caption: "Compare the three bars of a word: a low temperature favors the first words, a high one evens them out.")

/*:
Where does the captioner hesitate? At the token of the greedy caption of the hard scene that was least sure. The
likeliest tokens at its place, at four temperatures:
*/
let branching = Branching(captioner, captioner.tokens(usual), hardPicture)
figure(
  "temperature", branching.plot(count: 3, temperatures: [0.5, 1, 2, 4]),
  caption: "At a high temperature hundreds of unlikely tokens have much probability together, though each has little.")

/*:
A whole text is drawn token by token. The range from 0 to 1 is cut into pieces, one for each token, the likeliest
first; a piece is as long as its token's probability. The engine's generator gives a number between 0 and 1, and the
token in whose piece it falls is drawn.
*/
func draw(_ chances: [Float]) -> Int {
  var rest = Generator.current.nextUnitDouble()
  for token in ranking(chances) {
    rest -= Double(chances[token])
    if rest < 0 { return token }
  }
  return ranking(chances)[0]
}

func sampled(_ features: Tensor, _ shape: ([Float]) -> [Float]) -> [Int] {
  var ids = [captioner.bound]
  repeat {
    let logits = noGrad { model.decoder(IntTensor([ids]), encoderStates: features)[0][ids.count - 1] }
    ids.append(draw(shape(logits.scalars)))
  } while ids.last != captioner.bound && ids.count < settings.positionCount
  return ids
}

let hardFeatures = noGrad { model.encode(hardPicture) }
let nucleus = captioner.sampling(temperature: 1.5, topK: 20, topP: 0.95)
let sameDraws = (0..<10).allSatisfy { round in
  manualSeed(lesson.seed + round)
  let ours = sampled(hardFeatures) { topP(topK(softened($0, temperature: 1.5), 20), 0.95) }
  manualSeed(lesson.seed + round)
  return ours == captioner([hard], nucleus)[0][0].ids
}
show("Drawn captions equal to the library", sameDraws, note: "10 draws; temperature 1.5, top-k 20, top-p 0.95")

/*:
Three hundred captions of the hard scene with each of six settings. The exact probability of the greedy caption can be
computed, too: the product of its tokens' probabilities after the settings were applied. The counted share must be
near it. "True" is the share of captions that name exactly the things of the scene, and whose relation holds (7.7 has
the rule).
*/
let samplers: [Sampler] = [
  Sampler(temperature: 0.5), Sampler(temperature: 1), Sampler(temperature: 2), Sampler(temperature: 2, topK: 5),
  Sampler(temperature: 2, topP: 0.9), Sampler(temperature: 4),
]
let usualTokens = captioner.tokens(usual) + [captioner.bound]
let usualLogits = noGrad { model(hardPicture, captions: IntTensor([[captioner.bound] + usualTokens.dropLast()]))[0] }
manualSeed(lesson.seed)
let draws = samplers.map { sampler in
  let exact = usualTokens.enumerated().reduce(Float(1)) { product, token in
    let chances = softened(usualLogits[token.offset].scalars, temperature: sampler.temperature)
    return product * topP(topK(chances, sampler.topK ?? chances.count), sampler.topP)[token.element]
  }
  return Draws(captioner, hard, sampler, usual: usual, count: 300, exact: exact)
}
table(
  ["300 drawn captions", "greedy one, exact", "counted", "different", "true", "one that is not the greedy one"],
  draws.map(\.row))
note(
  """
  At temperature 2 the greedy caption has the probability \(Format.percent(draws[2].exact, decimals: 1)); with top-k 5 \
  it rises to \(Format.percent(draws[3].exact, decimals: 1)) and with top-p 0.9 to \
  \(Format.percent(draws[4].exact, decimals: 1)). It must rise: what is taken from the unlikely tokens goes to the \
  others. Both rules cut off the tail of the vocabulary. At temperature 4, without them, \
  \(Format.percent(draws[5].trueShare, decimals: 1)) of the captions are true: a caption has ten places or more, and \
  one unlikely token spoils it.
  """)

/*:
## 7.7 How well does it describe?

How good is a caption? Two measures, each against the reference caption. **Exact**: every word is the reference's.
That is possible here only because each of our scenes has one canonical caption. Photos have as many as people who
describe them, and then one counts how much of a caption is found in the references.
*/
section("7.7 How well does it describe?")
show("Scenes of each kind", tests[0].joined().count, note: "\(seeds.count) seeds")

/*:
### BLEU by hand

An **n-gram** is a run of $n$ words: "the cat is" has two 2-grams. **BLEU** (Papineni et al. 2002) counts which of the
candidate's n-grams the reference has. A candidate could cheat by repeating a word that is in the reference; so the
matches of each n-gram are **clipped**: they count at most as often as the reference has it. The example is that of
the paper:
*/
func grams(_ words: [String], _ length: Int) -> [[String]] {
  words.count < length ? [] : (0...words.count - length).map { Array(words[$0..<$0 + length]) }
}

func matches(_ candidate: [String], _ reference: [String], _ length: Int, isClipped: Bool = true) -> Int {
  let (said, wanted) = (grams(candidate, length), grams(reference, length))
  return Set(said).reduce(0) { sum, gram in
    let (saidCount, wantedCount) = (said.count { $0 == gram }, wanted.count { $0 == gram })
    return sum + (isClipped ? min(saidCount, wantedCount) : wantedCount > 0 ? saidCount : 0)
  }
}

let repeated = Array(repeating: "the", count: 7)
let onTheMat = ["the", "cat", "is", "on", "the", "mat"]
show(
  "\"the the the the the the the\", 1-grams that match", matches(repeated, onTheMat, 1, isClipped: false), note: "of 7")
show(
  "The same, clipped", matches(repeated, onTheMat, 1), note: "of 7: \"the\" occurs twice in \"the cat is on the mat\"")

/*:
The **precision** $p_n$ is the number of clipped matches divided by the number of the candidate's n-grams. Both
numbers are added up over all texts of the test first (the *corpus*) and divided then: BLEU belongs to a whole test
and not to a sentence. Precision alone would reward short texts that say only what is certain. So there is a **brevity
penalty** BP for candidates that have fewer words (c) than their references (r), both added up over all texts:

$$ \text{BLEU-}N = \text{BP} \cdot \Bigl( \prod_{n=1}^{N} p_n \Bigr)^{1/N}, \qquad
\text{BP} = \begin{cases} 1 & c \ge r \\ e^{\,1 - r/c} & c < r \end{cases} $$

BLEU-4 is the geometric mean of the precisions of 1-grams to 4-grams, times the penalty. (The function below leaves out
one rule: where no n-gram of some length is there or matches, the library gives 0.)
*/
func bleu(_ candidates: [String], _ references: [String], order: Int = 4) -> Double {
  let (said, wanted) = (candidates.map(SceneGrammar.words), references.map(SceneGrammar.words))
  let precisions = (1...order).map { length in
    let matched = zip(said, wanted).reduce(0) { $0 + matches($1.0, $1.1, length) }
    return Double(matched) / Double(said.reduce(0) { $0 + grams($1, length).count })
  }
  let (c, r) = (said.reduce(0) { $0 + $1.count }, wanted.reduce(0) { $0 + $1.count })
  let penalty = c >= r ? 1 : ElementaryDouble.exp(1 - Double(r) / Double(c))
  return penalty * ElementaryDouble.pow(precisions.reduce(1, *), 1 / Double(order))
}

let candidate = "a large red circle above a small ring"
let reference = "a large red circle above a small blue ring"
show("Candidate", candidate)
show("Reference", reference)
table(
  ["n", "matches", "of", "precision"],
  (1...4).map { length in
    let (said, wanted) = (SceneGrammar.words(of: candidate), SceneGrammar.words(of: reference))
    let (matched, all) = (matches(said, wanted, length), grams(said, length).count)
    return [.integer(length), .integer(matched), .integer(all), .fixed(Double(matched) / Double(all), decimals: 4)]
  })
show("Brevity penalty, 8 words for 9", ElementaryDouble.exp(1 - 9.0 / 8), decimals: 4)
show("BLEU-4 of this one caption", bleu([candidate], [reference]), decimals: 4)
for (word, other) in [("blue", "green"), ("above", "over")] {
  let changed = reference.replacing(word, with: other)
  show("BLEU-4 with \"\(other)\" for \"\(word)\"", bleu([changed], [reference]), decimals: 4)
}

/*:
One missing word of nine: eight words match, but of the 4-grams only four of five, and the penalty is below 1. The last
two lines exchange one word. "green" makes the caption false; "over" says the same as "above". Which of the two has the
lower BLEU depends on how many n-grams hold the word, and not on the truth.

### The results

A hundred new scenes of each kind from each of three seeds. 7.1 says what *held out*
and *held-out combinations* are. The baseline has no training: it looks up the
caption of the nearest of 4,000 training pictures, pixel by pixel. The model itself was trained once, so the seeds
show how the results differ between scenes, and not between trainings.
*/
struct Method {
  let name: String
  let describe: ([Scene]) -> [String]
}

let methods = [
  Method(name: "nearest picture", describe: NearestCaption(training).callAsFunction),
  Method(name: "captioner, greedy") { captioner.texts($0) },
  Method(name: "captioner, 4 beams") { captioner.texts($0, beams: 4) },
]
/// What each method says of the three lists of scenes of a split.
let answers = splits.indices.map { split in
  methods.map { method in tests[split].map(method.describe) }
}
let wanted = tests.map { lists in lists.map { $0.map(\.canonicalCaption) } }
for split in splits.indices {
  table(
    ["\(splits[split])", "exact", "BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "exact, each seed"],
    zip(methods, answers[split]).map { scoreRow($0.name, $1, wanted[split]) })
}

let lookup = Set(training.map(\.canonicalCaption))
let looked = Array(answers[0][0].joined())
let lookedTrue = zip(tests[0].joined(), looked).count { CaptionMeaning($1).holds(for: $0) == true }
let heldOutReferences = Array(wanted[0].joined())
let bleuDifference = abs(bleu(looked, heldOutReferences) - BLEU(looked, references: heldOutReferences).score())
show("BLEU-4 of the nearest picture's captions equal to the library", bleuDifference < 1e-12)

/*:
Do the two measures agree? Exact captions beside BLEU on the held-out scenes:
*/
figure(
  "scores", scorePlot(splits[0], methods.map(\.name), answers[0], wanted[0]),
  caption: "No caption of the nearest picture is exact, and yet its BLEU is far from zero.")
note(
  """
  Of the look-up's \(looked.count) held-out captions \(zip(looked, heldOutReferences).count { $0 == $1 }) are exact, \
  and \(lookedTrue) are true of the scene. It could not have many exact ones: only \
  \(heldOutReferences.count { lookup.contains($0) }) of the references are among its 4,000 captions, where the model \
  was trained on \(Format.integer(plan.steps * plan.batchSize)). Yet its BLEU-4 is \
  \(Format.fixed(bleu(looked, heldOutReferences), decimals: 2)): captions of scenes share their words and their order. \
  So a BLEU means something only beside that of a simple baseline on the same test. Greedy search and four beams gave \
  \(answers.allSatisfy { $0[1] == $0[2] } ? "the same captions everywhere" : "nearly the same captions").
  """)

/*:
What do the numbers of published captioners say? Show and Tell reports a BLEU-4 of 27.7 on photos (COCO), and on
another set of photos (Pascal) a BLEU-1 of 59, where captions written by people have about 69 (Vinyals et al. 2015; the
numbers are multiplied by 100). So people do not agree word by word either. Such numbers cannot be compared with ours:
photos have many more things, words and right captions than drawn scenes.

### Read before or not?

A model that has read a caption in training may have it by heart. All pictures of the tests are new, but a caption may
still have been read, of the same things in other fields. For one thing that is impossible: its caption names its thing,
its size and its field, and these are what the parts are divided by (7.1). A caption of two things leaves out the
fields, so training may have had the same one. Here the captions are counted by that:
*/
let readCaptions = Set(Scenes(split: .training, seed: 0).canonicalCaptions(plan.steps * plan.batchSize))
let overlap = splits.indices.flatMap { split in
  overlapRows("\(splits[split])", Array(tests[split].joined()), Array(answers[split][1].joined()), lookup, readCaptions)
}
table(
  ["captions of", "things", "asked", "the 4,000 have it, too", "read in training", "exact of read", "of not read"],
  overlap)
let greedyAnswers = splits.indices.map { Array(answers[$0][1].joined()) }
let parts = splits.indices.map { Overlap(Array(tests[$0].joined()), greedyAnswers[$0], readCaptions) }
let exactUnread = parts.reduce(0) { $0 + $1.unread.exact }
let exactRead = parts.reduce(0) { $0 + $1.read.exact }
note(
  """
  Of the held-out captions \(parts[0].read.count) were read in training, and \(parts[0].read.exact) of these are \
  exact; \(parts[0].unread.count) were not read, and \(parts[0].unread.exact) of these are exact. The captions with \
  new pairs were never read: \(parts[1].unread.exact) of \(parts[1].unread.count) are exact. So \
  \(exactUnread) of all \(exactRead + exactUnread) exact captions were never read in training. The model cannot have \
  learned these by heart.
  """)

/*:
### What is wrong when it is wrong?

"Not the reference" is not the same as "false". A caption of two things may name the other of two relations that both
hold, and one of three things may name them in another order. So each caption that is not the reference is judged by
the scene itself: it is *true* if it names exactly the scene's things and its relation or place holds; *undecided* if
it says "left" or "right" and one thing is partly above the other (or "above" or "below", and they are partly side by
side), so that the relation neither holds nor fails. All things of a scene must be named. Articles and the order of the
words are not judged: only the things, and the words that say how they stand.
*/
let mistakes = splits.indices.map { split in
  zip(tests[split].joined(), answers[split][1].joined()).compactMap { Mistake(scene: $0, said: $1) }
}
table(
  ["greedy captions", "asked", "not the reference", "true", "undecided", "false"],
  splits.indices.map { verdictRow("\(splits[$0])", tests[$0].joined().count, mistakes[$0]) })
table(
  ["the captioner", "the reference", "verdict"],
  mistakes.joined().prefix(6).map { [.text($0.said), .text($0.wanted), .text($0.verdict)] })

/*:
The false ones, thing by thing: the things of the caption are put into the order in which the fewest words
differ from the reference, and compared with it. A caption can stand in several rows.
*/
table(
  ["what is wrong in a false caption", "\(splits[0])", "\(splits[1])"],
  MistakeKind.allCases.map { kind in
    [.text(kind.rawValue)] + mistakes.map { .integer($0.count { $0.verdict == "false" && $0.kinds.contains(kind) }) }
  } + [[.text("all false captions")] + mistakes.map { .integer($0.count { $0.verdict == "false" }) }])
let falseOnes = mistakes.joined().filter { $0.verdict == "false" }
let notReference = mistakes.joined().count
note(
  """
  Of \(notReference) captions that are not the reference \(falseOnes.count) are false. \
  \(falseOnes.count { $0.kinds.contains(.shape) }) of these have a wrong shape, \
  \(falseOnes.count { $0.kinds.contains(.color) }) a wrong color, and \(mistakes[1].count { $0.verdict == "false" }) \
  are of scenes with a new pair of the two. The error that 7.5 forced, a wrong color, is in \
  \(falseOnes.count { $0.kinds.contains(.color) }) of \(splits.indices.reduce(0) { $0 + tests[$1].joined().count }) \
  captions. A guess: a color can be read from any patch of a thing, while a shape lies \
  across patches; that was not tested here.
  """)

/*:
## 7.8 Where it attends

Cross-attention has a weight for each word and each token of the picture. At the place where the shape of one of two
things is asked for, with the reference as input up to there, how much weight goes to the patch in the middle of that
thing, and how much to the middle of the other? The weights are means over the heads and over all held-out scenes of the
first seed with two things of different shapes. The last row is an attention that is even over all tokens of the
picture.
*/
section("7.8 Where it attends")
let attention = AttentionMaps(captioner: captioner)
let pairs = scenes.filter { $0.objects.count == 2 && $0.objects[0].shape != $0.objects[1].shape }
let even = 1 / Double(features.shape[1])
show("Scenes with two things of different shapes", pairs.count)
let shares = attention.shares(pairs)
table(
  ["layer", "writes the shape of the", "weight on the first", "on the second"],
  attention.rows(shares) + [["-", "(even)", .percent(even, decimals: 1), .percent(even, decimals: 1)]])
figure(
  "looking", attention.strip(scene),
  caption: "The last layer's attention to the picture while it writes each word; bright patches have much weight.",
  alternative: "The scene once for each word of its caption; the patches with much weight are bright.")
let ownShares = shares.flatMap { [$0[0], $0[3]] }
let otherShares = shares.flatMap { [$0[1], $0[2]] }
note(
  """
  The weight on the thing whose shape is written is \(Format.percent(ownShares.min() ?? 0, decimals: 1)) to \
  \(Format.percent(ownShares.max() ?? 0, decimals: 1)) in the layers, on the other thing \
  \(Format.percent(otherShares.min() ?? 0, decimals: 1)) to \(Format.percent(otherShares.max() ?? 0, decimals: 1)); an \
  even attention would have \(Format.percent(even, decimals: 1)). Captions say in words how things stand, but no \
  training example said which patches a word is about. Whether the word was chosen because of these weights was not \
  tested: for that one would have to change them. Attention shows from where a layer takes information, not all of \
  what that information is: the encoder has mixed the patches before.
  """)

/*:
## 7.9 The KV cache

To write $T$ tokens, the greedy loop of 7.5 reads the first token $T$ times, the second $T - 1$ times, and so on. Most
of that is done twice: because of the causal mask the keys and values of a token do not depend on any token after it,
so they are the same each time. A **KV cache** keeps them. A new token then needs its own query, key and value only.

One layer with a cache, in a loop over the tokens of the caption. Each round reads one token: its key and its value
are added to the kept ones, and its query attends to all of them. No mask is needed, as later tokens are not there
yet.
*/
section("7.9 The KV cache")
let normalized = norm(embedded, "h.0.ln_1")  // [T, D]
let allAtOnce = causalAttention(normalized, "h.0")  // [T, D]

var cache: (keys: Tensor, values: Tensor)?  // [H, t, d] each
let oneByOne = read.indices.map { place in
  let token = normalized.slice(place..<place + 1, dim: 0)  // [1, D]
  let parts = linear(token, "h.0.attn.c_attn").chunk(3, dim: 1).map(heads)  // 3 × [H, 1, d]
  let keys = cache.map { Tensor.cat([$0.keys, parts[1]], dim: 1) } ?? parts[1]  // [H, t, d]
  let values = cache.map { Tensor.cat([$0.values, parts[2]], dim: 1) } ?? parts[2]
  cache = (keys, values)
  return linear(attend(parts[0], keys, values).mixed, "h.0.attn.c_proj")  // [1, D]
}
show("Kept keys at the end", cache?.keys.shape ?? [], note: "[heads, tokens, width of a head]")
show(
  "Largest difference between one by one and all at once",
  (Tensor.cat(oneByOne, dim: 0) - allAtOnce).abs().max().item, decimals: 6)

/*:
The rows are equal: row $t$ of the masked attention is the sum that the cache computes in round $t$, over the same
keys and values. The keys and values of the picture are computed once and kept in the same way
(`GPT2CrossAttention.memory`). With beams, each beam has its own kept words, and all share the picture's.

For the whole captioner: the library writes with a cache, the loop of 7.5 without one.
*/
show(
  "Captions with and without a cache that are equal", zip(ourGreedy, libraryGreedy).count { $0 == $1 },
  note: "of \(ourGreedy.count)")

/*:
### Counting the work

How much work is saved? Let us count multiplications for a text of $T$ tokens. In each of $L$ blocks (L is no loss here)
a token needs

- $6 D^2 + 2 D D_{\text{ff}}$ for the matrices of attention, cross-attention and feed-forward part, with
  $D_{\text{ff}}$ for the width inside; and once, at the end, $D V$ for the logits;
- $2 D (t + S)$ for scores and weighted means over the $t$ tokens so far and the $S$ tokens of the picture.

The keys and values of the picture need $2 L S D^2$. With a cache each token goes through once. Without one, token $t$
makes the model read all $t$ tokens again, and the picture's keys and values with them. (The encoder is left out of
both.) So the work without a cache has three parts, which grow with $T$, $T^2$ and $T^3$. Only pairs of tokens that the
mask allows are counted, $t (t + 1) / 2$ of $t$ tokens. Our function `attend` computes all $t^2$ and hides the rest with
the mask, which makes the third part nearly twice as large. All numbers are millions of multiplications:
*/
let small = DecodingCost(settings, imageTokens: features.shape[1])
let large = DecodingCost(
  gpt2(published), imageTokens: imageTokenCount(published.configuration.encoder))
table(
  ["decoder", "tokens", "with cache, millions", "without, millions", "ratio"],
  [small.row("this lesson's", ids.count + 1)] + [16, 100, 1000].map { large.row("ViT-GPT2", $0) })
table(
  [
    "without a cache, ViT-GPT2, tokens", "picture, as T, millions", "tokens, as T², millions",
    "attention, as T³, millions",
  ],
  [16, 100, 1000].map(large.partsRow))
figure(
  "costs", costPlot(large, "ViT-GPT2"),
  caption: "On logarithmic axes a power is a straight line: compare how steep the two curves are at their ends.")
let growth = large.growth(from: 100, to: 1000)
let thousandParts = large.parts(1000)
note(
  """
  From 100 to 1,000 tokens the work grows \
  \(Format.fixed(growth.cached, decimals: 0)) times with a cache and \(Format.fixed(growth.rereading, decimals: 0)) \
  times without. At 1,000 tokens most of it is the part that grows with the square, at 16 the \
  picture's keys and values, computed again and again. The cubic part is \
  \(Format.percent(Double(thousandParts.cubic) / Double(large.rereading(1000)), decimals: 1)) of the work at 1,000 \
  tokens.
  """)

/*:
The cache takes memory instead: in each block a key and a value of width D for each token of each beam, and for each
token of the picture. Four bytes a number (float32):
*/
table(
  ["ViT-GPT2's cache, 1,000 tokens, 4 beams", "numbers", "MB"],
  [
    large.memoryRow("words", large.wordCacheSize(1000, beams: 4)),
    large.memoryRow("picture", large.pictureCacheSize),
    large.memoryRow("both", large.wordCacheSize(1000, beams: 4) + large.pictureCacheSize),
  ])

/*:
## 7.10 The notebook's caption

The notebook's function `generate_caption`, and the same in Swift:

| PyTorch | Swift |
|---|---|
| `caption_model = VisionEncoderDecoderModel.from_pretrained(name)` | `let captioner = try Captioning(directory: path)`: model, image processor and tokenizer of a directory |
| `feature_extractor = ViTImageProcessor.from_pretrained(name)` | (in `Captioning`; by itself `ImageProcessor`) |
| `tokenizer = AutoTokenizer.from_pretrained(name)` | `captioner.tokenizer` |
| `pixel_values = feature_extractor(images=image, return_tensors="pt").pixel_values` | (the call `captioner([image], options)` begins with it) |
| `caption_model.generate(pixel_values, max_length=max_length, num_beams=4)` | `captioner.model.generate(pixels, captioner.options(beams: 4, maximumLength: 16))` |
| `tokenizer.decode(output_ids[0], skip_special_tokens=True)` | `captioner.tokenizer.decode(ids, skipSpecialTokens: true)` |

`max_length` counts the token that begins the caption, too. Without `skip_special_tokens` the text would have the
tokens around it (⏎ here, `<|endoftext|>` in GPT-2) and the padding of a batch. The notebook captions a photo:
*/
section("7.10 The notebook's caption")
func generateCaption(_ image: Image, maximumLength: Int = 16) throws -> Captioning.Caption {
  let options = try captioner.task.options(beams: 4, maximumLength: maximumLength)
  return try captioner.task([image], options)[0][0]
}
let catCaption = require(try generateCaption(require(try Photos.cat)))
show("Generated caption", "'\(catCaption.text)'", note: "the photo is of a cat")
show("Its score", catCaption.score, decimals: 2, note: "mean log-probability of its tokens")
show("Score of the hardest scene's greedy caption", hardest.caption.score, decimals: 2)
note(
  """
  The small model has no word for a cat. It knows drawn scenes and nothing else, and before a photo it writes the \
  words that it has. For a caption of the cat take the published model by its name: \
  `--model nlpconnect/vit-gpt2-image-captioning`.
  """)

/*:
## 7.11 What captioners get wrong, and what could be tried next

That caption shows a fault of all captioners: they always answer, and nothing in the words says that they are a guess.
The score might, if a program shows it; one photo and one scene (7.10) do not decide that. A captioner also writes what
is likely in its training captions where the picture does not decide. So captioners of photos name things that are not
there but often occur in such scenes; this is called **hallucination** (Rohrbach et al. 2018, arXiv 1809.02156). They
guess a person's gender from the surroundings, a kitchen or a snowboard (Hendricks et al. 2018, arXiv 1803.09797). And
they describe people with lighter and with darker skin in different words and not equally well (Zhao et al. 2021, arXiv
2106.08503). A caption is often read by somebody who cannot see the picture and check it. So look at a captioner's
errors by group before others rely on it, as 7.7 did for new pairs, and do not let it name what it cannot see.

BLEU does not see these faults: it counts words, and a false word may change it less than another word for the same
(7.7). Measures made for captions count agreement with several people (CIDEr, Vedantam et al. 2015), compare things and
relations (SPICE, Anderson et al. 2016), or compare caption and picture with CLIP, without a reference (CLIPScore,
Hessel et al. 2021).

Try next: `--seed 1` for other scenes; `--image` with a drawing of your own, 32 pixels wide; train the captioner with
another seed (`swift run course train captioner`) and see how much 7.7 changes; leave out the cross-attention of one
block and measure the loss of 7.4 again. Lesson 08 asks questions about pictures instead, with one Transformer for
words and picture together.

## 7.12 Exercises

{{exercises}}

## 7.13 Quiz

{{quiz quiz.md}}

## 7.14 Words of this lesson

- **image captioning**: writing a sentence about a picture.
- **encoder**: the part of a model that turns its input, here a picture, into vectors.
- **decoder**: a language model that writes a text token by token, here with attention to an encoder's vectors.
- **token**: the unit that a language model reads and writes, a word or a piece of one.
- **causal mask**: −∞ added to attention scores so that no token attends to those after it.
- **cross-attention**: attention whose queries come from one sequence and whose keys and values come from another.
- **head**: one of several attentions that a layer does side by side, each on narrower vectors of its own.
- **shortcut**: the sum of what goes into a step and what comes out of it.
- **logit**: a score before the softmax, here one for each token of the vocabulary.
- **teacher forcing**: training a decoder on the right text as its input, whatever it would have written.
- **exposure bias**: in training a model reads right words only, in writing its own, right or wrong.
- **padding**: tokens that fill up the shorter texts of a batch and do not count.
- **perplexity**: e to the power of the loss; the number of equally likely words that it corresponds to.
- **greedy search**: taking the likeliest token at each step.
- **beam search**: keeping the k likeliest beginnings at each step.
- **beam**: one of the beginnings that beam search keeps.
- **exhaustive search**: looking at all texts, which finds the likeliest for certain.
- **length penalty**: the power of its length by which a finished text's log-probability is divided.
- **sampling**: drawing each token by its probability.
- **temperature**: the number that logits are divided by before the softmax; a low one sharpens, a high one evens out.
- **top-k**: drawing from the k likeliest tokens only.
- **top-p**: drawing from as few of the likeliest tokens as have the probability p together.
- **KV cache**: the keys and values of the tokens read so far, kept so that they are not computed again.
- **n-gram**: a run of n words.
- **BLEU**: a score of texts by the n-grams that they share with references, clipped and with a penalty for shortness.
- **clipped**: counted at most as often as the reference has it.
- **precision**: the share of what was said that is right.
- **brevity penalty**: BLEU's factor below 1 for texts shorter than their references.
- **hallucination**: naming what the picture does not show.
*/
