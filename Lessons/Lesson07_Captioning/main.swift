/*:
# 7. Image Captioning

A Vision Transformer looks at the picture; a language model writes, and at each word looks back at what was seen.
The notebook runs `nlpconnect/vit-gpt2-image-captioning` as it is. This lesson takes the same architecture apart, with a
small model that has learned to tell drawn scenes.

With a flag of its own the lesson captions your picture instead:
`--model vit-gpt2-image-captioning --image dog.jpg`, with `--beams 4` and `--max-length 16` as in the notebook, and
`--json` for tokens, captions and scores alone.
*/
import ArgumentParser
import Checkpoints
import Datasets
import Images
import Layers
import ModelTasks
import Models
import Notebook
import Tensors
import Training

let shipped = require(try ShippedCheckpoint.captioner.directory)

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @OptionGroup var input: CaptioningFlags
  var task: (any LessonTask)? { input.task(defaultModel: shipped) }
}

let lesson = Lesson(7, "Image Captioning", options: Options.self)

/*:
## 7.1 Architecture

The decoder is a GPT-like language model with one addition: between its attention to the words so far and its
feed-forward part, every block attends to the encoder's tokens. Queries come from the words, keys and values from the
picture, so the two sides may have different widths and lengths.
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
show("Image features", noGrad { model.encode(picture) }.shape, note: "[batch, class token and 4 × 4 patches, width]")
let vocabulary = model.configuration.decoder.vocabularySize
show("Caption", scene.canonicalCaption)
show("Its tokens", ids, note: "of a vocabulary of \(vocabulary)")
let published = Initialisation.skipped { VisionEncoderDecoderModel(VisionEncoderDecoderConfiguration()) }
let (ours, theirs) = (partSizes(model), partSizes(published))
table(
  ["part", "parameters", "share", "ViT-GPT2", "share"],
  zip(["encoder", "decoder without cross-attention", "cross-attention", "all"], zip(ours, theirs)).map { name, sizes in
    [.text(name)]
      + [(sizes.0, ours[3]), (sizes.1, theirs[3])].flatMap { part, all in
        [Cell.integer(part), .percent(Double(part) / Double(all), decimals: 1)]
      }
  })
figure("scene", scene.image().enlarged(by: 8), caption: scene.canonicalCaption)

/*:
## 7.2 Teacher forcing

In training the decoder never writes. It reads the right caption, and at each token is asked for the next one: so all
tokens of a caption are learned from at once. What it reads begins with a start token, what it is asked for ends with an
end token (GPT-2 has one token for both, here shown as ⏎), and the loss is the mean cross-entropy
$-\frac{1}{T} \sum_t \log p(w_t \mid w_{<t}, \text{picture})$.
*/
section("7.2 Teacher forcing")
let given = captioner.probabilities(ids, picture)  // [T + 1, V]
func word(_ token: Int) -> String { token == captioner.bound ? "⏎" : captioner.spelling(token).trimmingSpaces }
let places = zip([captioner.bound] + ids, ids + [captioner.bound]).enumerated()
table(
  ["reads", "id", "is asked for", "id", "gives it"],
  places.map { place, pair in
    [
      .text(word(pair.0)), .integer(pair.0), .text(word(pair.1)), .integer(pair.1),
      .percent(given[place][pair.1].item, decimals: 1),
    ]
  })
show("Loss of this caption", captioner.loss([scene]), decimals: 4)
show("Loss of guessing, ln V", Tensor([Float(vocabulary)]).log().item, decimals: 4)

/*:
If a token could see the one behind it, it would copy the answer. So the decoder's attention has a **causal mask**: row by
row, what each token may look at. The proof is in the numbers: exchange the last word, and no number before it moves.
*/
verbatim(
  ids.prefix(6).indices.map { row in
    word(([captioner.bound] + ids)[row]).padded(to: 8) + (0..<6).map { $0 <= row ? " ■" : " ·" }.joined()
  }.joined(separator: "\n"))
let exchanged = captioner.probabilities(Array(ids.dropLast()) + captioner.tokens(" ring"), picture)
let changes = (given - exchanged).abs().max(dim: 1).values.scalars
show("Largest change before the last word", changes.dropLast().max() ?? 0, decimals: 8)
show("Change behind it", changes.last ?? 0, decimals: 8)

/*:
## 7.3 What the picture is worth

A language model of captions knows much without any picture: behind "a small" comes a colour. What does cross-attention
add? The loss of the same hundred captions beside their own picture, beside another one's, and beside an even grey.
$e$ to the loss is the **perplexity**: among how many equally likely words the model hesitates.
*/
section("7.3 What the picture is worth")
let wrongPixels = Tensor.cat([pixels.slice(1..<scenes.count, dim: 0), pixels.slice(0..<1, dim: 0)], dim: 0)
let beside = [("its own picture", pixels), ("another picture", wrongPixels), ("grey", .zeros(pixels.shape))]
table(
  ["caption beside", "loss", "perplexity"],
  beside.map { name, pixels in
    let loss = captioner.loss(scenes, pixels: pixels)
    return [.text(name), .fixed(loss, decimals: 4), .fixed(Tensor([Float(loss)]).exp().item, decimals: 2)]
  })
note(
  """
  A wrong picture is worse than none: the model believes what it sees, and says so with confidence. That is a good sign. \
  A captioner whose loss hardly minds the picture has learned its captions' statistics instead.
  """)

/*:
## 7.4 Greedy, beam, sampling

To write, the model reads its own words. **Greedy search** takes the likeliest token each time; what it took cannot be
taken back. **Beam search** keeps the $k$ likeliest beginnings (the notebook: 4). **Sampling** draws tokens by their
probability, divided logits first by a temperature. On pictures that it knows this model hardly hesitates, so here is one
that it finds hard: a colour and a shape that it never saw together.
*/
section("7.4 Greedy, beam, sampling")
let strange = tests[1].flatMap { $0 }
let doubts = captioner(strange, captioner.options()).map { $0[0].score }
let hardest = strange[doubts.indices.min { doubts[$0] < doubts[$1] } ?? 0]
show("Scene", hardest.canonicalCaption)
figure("hard", hardest.image().enlarged(by: 8), caption: hardest.canonicalCaption)
let methods = [
  ("greedy", captioner.options()), ("2 beams", captioner.options(2)), ("4 beams", captioner.options(4)),
  ("16 beams", captioner.options(16)), ("temperature 0.5", captioner.sampling(temperature: 0.5, count: 3)),
  ("temperature 1", captioner.sampling(temperature: 1, count: 3)),
  ("temperature 2", captioner.sampling(temperature: 2, count: 3)),
  ("temperature 2, top 5", captioner.sampling(temperature: 2, topK: 5, count: 3)),
  ("temperature 2, top-p 0.9", captioner.sampling(temperature: 2, topP: 0.9, count: 3)),
]
table(
  ["how", "log p", "caption"],
  methods.flatMap { name, options in
    captioner([hardest], options)[0].map { caption in
      let count = Float(caption.ids.count - 1)
      return [.text(name), .fixed(caption.score * count, decimals: 2), .text(caption.text)]
    }
  })
note(
  """
  log p is the sum over the caption's tokens. The things are right in nearly every line; what the model hesitates about \
  is how they stand to each other, and the figure shows why: "above" is nearly true, too. All beams agree with greedy \
  search: they find what a model thinks likely, and mend no wrong belief. Sampling shows how sure it is. Temperature \
  moves weight to unlikely tokens, top-k and top-p cut off the tail of the vocabulary.
  """)

/*:
## 7.5 Length penalty

Each token multiplies a probability below 1, so of two captions the shorter is usually likelier. Beam search therefore
ranks by $\log p / n^\alpha$ with the number $n$ of new tokens; transformers' default is $\alpha = 1$, the mean. "Above"
is one word where "to the left of" is four, so the captions of the hard scene differ in length. Six beams, ranked by four
powers:
*/
section("7.5 Length penalty")
var kept = captioner.options(6)
kept.returnCount = 6
let beams = captioner([hardest], kept)[0]
let powers = [0.0, 1, 2, 4]
let scores = powers.map { power in beams.map { lengthScore($0, power) } }
table(
  ["caption", "n", "log p"] + powers.map { "rank at \(Format.fixed($0, decimals: 0))" },
  beams.indices.map { beam in
    [
      .text(beams[beam].text), .integer(beams[beam].ids.count - 1), .fixed(lengthScore(beams[beam], 0), decimals: 2),
    ] + scores.map { scores in .integer(1 + scores.count { $0 > scores[beam] }) }
  })
note(
  """
  A power large enough puts the long caption first, which here happens to be the true one. It would do so whether it is \
  true or not: a length penalty knows lengths.
  """)

/*:
## 7.6 The KV cache

A token's keys and values do not depend on what comes behind it, which is the causal mask again. So they are kept, and a
new token costs one row and not the whole text. The words are the same; the work is not. Multiplications, in millions,
counted from the sizes:
*/
section("7.6 The KV cache")
let reread = scenes.prefix(20).map { captioner.rereading(Scene.tensor([$0])) }
let remembered = captioner(Array(scenes.prefix(20)), captioner.options()).map { $0[0].ids }
show("The same tokens, scenes", zip(reread, remembered).count { $0 == $1 }, note: "of 20")
let small = DecodingCost(model.configuration.decoder, imageTokens: 17)
let large = DecodingCost(published.configuration.decoder, imageTokens: 197)
table(
  ["decoder", "tokens", "with cache", "without", "ratio"],
  [small.row("this lesson's", ids.count + 1)] + [16, 100, 1000].map { large.row("ViT-GPT2", $0) })
note(
  """
  Without a cache the work grows with the square of the length and more. The cache is paid for in memory: two numbers for \
  each layer, token and width, and for each beam.
  """)

/*:
## 7.7 How well does it tell?

**Exact**: every word is the reference's. **BLEU-n** (Papineni et al. 2002): the share of the caption's n-grams that the
reference has, geometric mean over lengths 1 to n, times a penalty for shortness. Three hundred new scenes of each kind;
the baseline looks up the caption of the nearest of 4,000 training pictures, pixel by pixel.
*/
section("7.7 How well does it tell?")
let training = Scenes(split: .training).prefix(4000)
let nearest = NearestCaption(training)
let wanted = tests.map { $0.map { $0.map(\.canonicalCaption) } }
let tellers: [(name: String, tell: ([Scene]) -> [String])] = [
  ("nearest picture", { nearest($0) }), ("captioner, greedy", { captioner.texts($0) }),
  ("captioner, 4 beams", { captioner.texts($0, beams: 4) }),
]
let all = wanted.joined().flatMap { $0 }
let told = tellers.map { teller in tests.map { $0.map { teller.tell($0) } } }
for (index, split) in splits.enumerated() {
  let reference = wanted[index].flatMap { $0 }
  table(
    ["\(split)", "exact", "BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "exact, each seed"],
    zip(tellers, told).map { teller, told in
      [.text(teller.name)] + scoreCells(told[index].flatMap { $0 }, reference)
        + [.text(exactShares(told[index], wanted[index]))]
    })
}
let trained = Set(training.map(\.canonicalCaption))
show("Held-out captions that occur in training", all.count(where: trained.contains), note: "of \(all.count)")
note(
  """
  BLEU flatters: all captions share their little words, so a look-up that is never right still gets a third of the points \
  and more. (It hardly can be right: the captions are new.) Beam search gains nothing where the model is sure. "Exact" is \
  possible only because our scenes have one canonical caption; photos have many, and for them scores like BLEU, with \
  several references, are what is left.
  """)

/*:
What is wrong when it is wrong?
*/
let greedy = told[1].joined().flatMap { $0 }
let mistakes = zip(greedy, all).filter { $0 != $1 }.map { (said: $0, wanted: $1) }
show("Wrong captions", mistakes.count, note: "of \(all.count)")
table(["the captioner", "the reference"], mistakes.prefix(6).map { [.text($0.said), .text($0.wanted)] })
table(["wrong captions in which differs", "count"], mistakeRows(mistakes))

/*:
## 7.8 Where it looks

The cross-attention of each word, mean over the heads: while it writes the shape of one of two things, how much does it
look at the patch in that thing's middle, how much at the other's? An even look would give each patch one part in
seventeen.
*/
section("7.8 Where it looks")
let looking = Looking(captioner: captioner)
let pairs = scenes.filter { $0.objects.count == 2 && $0.objects[0].shape != $0.objects[1].shape }
let shares = looking.shares(pairs).enumerated().map { [Cell.integer($0 + 1)] + $1.map { .percent($0, decimals: 1) } }
let even = ["even"] + [Cell](repeating: .percent(1.0 / 17, decimals: 1), count: 4)
table(["layer", "1st shape: on 1st", "on 2nd", "2nd shape: on 1st", "on 2nd"], shares + [even])
figure("looking", looking.strip(scene), caption: "the last layer's look at the picture while it writes each word")
note(
  """
  Attention tells where information is fetched, not all of what it says: the encoder's tokens have already looked at each \
  other, and a patch beside a thing may know of it.

  Try next: `--seed 1` for other scenes; `--image` with a drawing of your own, 32 pixels wide; a photo, and see what a \
  model says that knows nothing but shapes; the real one with `--model`; `swift run course train captioner` for all of it \
  from nothing. Lesson 08 asks questions instead.
  """)
