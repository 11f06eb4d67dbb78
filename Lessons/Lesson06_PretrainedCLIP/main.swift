/*:
# 6. Using Pretrained CLIP

CLIP was trained on 400 million pictures with their captions (Radford et al. 2021). Whoever has its weights has a
classifier for any classes that can be named: no training, only words. This lesson opens such a checkpoint, follows a
text and a picture through it, and measures what it can do and what it cannot. The checkpoint is a small one that the
course trained itself on drawn scenes and handwritten digits (`course train clip`), in the published form.
With `--model`, `--image` or `--text` the lesson looks at your own picture instead, and with a published CLIP (6.8).
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
import Tokenizers
import Training

/// The notebook's four candidates.
let candidates = ["a photo of a dog", "a photo of a cat", "a photo of a bird", "a photo of a car"]
let shipped = require(try ShippedCheckpoint.clip.directory)

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @OptionGroup var input: ZeroShotFlags
}

let lesson = Lesson(6, "Using Pretrained CLIP", options: Options.self) {
  // With a flag of its own the lesson answers here, prints that and ends; without one this is nil.
  try $0.input.answer(defaultModel: shipped, defaultTexts: candidates)
}

/*:
## 6.1 A model is a directory

What `from_pretrained` downloads is a directory of a few files. Only one of them is large.
*/
section("6.1 A model is a directory")
let directory = require(try ModelDirectory(shipped))
let fileRows: [[Cell]] = checkpointFiles.map { [.text($0), .integer(directory.byteCount($0)), .text($1)] }
table(["file", "bytes", "what it holds"], fileRows)

/*:
A safetensors file is a JSON header, which names each tensor with its type, shape and place, and then all numbers one
after another. So its size can be computed, and a file can be read without trusting it to run code (a `.bin` file is a
Python pickle, which can).
*/
let checkpoint = require(try directory.checkpoint())
show("Tensors", checkpoint.names.count)
for name in ["logit_scale", "visual_projection.weight", "vision_model.embeddings.patch_embedding.weight"] {
  let entry = require(try checkpoint.entry(name))
  show(name, entry.shape, note: "\(entry.elementType)")
}
let (count, bytes) = (checkpoint.elementCount, directory.byteCount("model.safetensors"))
show("Numbers", count, note: "4 bytes each; header and numbers are \(Format.integer(bytes)) bytes")
show("Bytes of the header", bytes - 4 * count, note: "with the eight in front that say how long it is")

/*:
The model is built from `config.json`, then each parameter is filled with the tensor of its name. With the sizes of
`openai/clip-vit-base-patch32` the same code makes OpenAI's smallest CLIP with a transformer for pictures.
*/
let clip = require(try ZeroShot(directory: shipped))
let encode = Encoder(clip: clip)
let published = Initialization.skipped { CLIPModel(CLIPConfiguration()) }
table(["parameters", "this CLIP", "share", "ViT-B/32", "share"], parameterRows([clip.model, published]))
show("Bytes of ViT-B/32 in float32", 4 * published.parameterCount, note: "its model.safetensors has a header more")

/*:
## 6.2 From words to tokens

CLIP reads 49,408 tokens, made by **byte pair encoding** (Sennrich et al. 2016): begin with single bytes, and again and
again give the most frequent pair of neighbors a token of its own. To encode a word, replay those merges in the order
in which they were learned. The last letter carries `</w>`, so that `dog` and the beginning of `dogma` differ.
The algorithm is the twenty lines of `BytePairs.swift`; here it runs with the merges that OpenAI's CLIP learned.
*/
section("6.2 From words to tokens")
let merges = require(try CLIPTokenizer.openAIMerges())
let bytePairs = BytePairs(merges)
let vocabulary = Format.integer(merges.count + 2 * 256 + 2)
show("Merges", merges.count, note: "+ 256 bytes + 256 bytes at a word's end + 2 special tokens = \(vocabulary)")
table(
  ["photo", "merge learned as number"],
  bytePairs("photo").map { [.text($0.symbols.joined(separator: " ")), $0.rank.map { .integer($0 + 1) } ?? "–"] })

/*:
The library's tokenizer does the same after some preparation: it makes capital letters small, drops needless white
space, separates words, numbers and punctuation, and puts special tokens at the start and at the end. The end token can
attend to all words before it, so what the text tower makes of it becomes the text's vector.
*/
let openAI = require(try CLIPTokenizer.openAI())
let encoding = openAI.encode("A photo of a dog")
table(["token", "id"], zip(encoding.tokens, encoding.ids).map { [.text($0), .integer($1)] })
show("Back to words", openAI.decode(encoding.ids, skipSpecialTokens: true))
let words = ["dog", "photograph", "dachshund", "otterhound", "xylophonist"]
let agree = words.allSatisfy { bytePairs($0).last?.symbols == openAI.encode($0, addSpecialTokens: false).tokens }
show("These twenty lines agree with the library", agree)
table(["word", "OpenAI's CLIP", "this CLIP"], words.map { tokenRow($0, [openAI, clip.tokenizer]) })
note(
  """
  Frequent words are one token; rare ones fall into pieces, and none is ever unknown. This course's small CLIP learned \
  its \(clip.tokenizer.vocabularySize) tokens from captions of drawn scenes and of handwritten digits, in which the word \
  "dog" never occurs: to it, a dog is three letters.
  """)

/*:
## 6.3 Zero-shot classification

First the **image processor** makes numbers of a picture, as `preprocessor_config.json` says: the shorter side becomes 32
pixels, the middle square is cut out, and each byte $x$ becomes $(x / 255 - \mathrm{mean}) / \mathrm{deviation}$, here with
0.5 for both. Then the image tower makes one vector of the picture, the text tower one of each candidate. The candidate
whose vector points most nearly the same way is the answer: with unit vectors $i$ and $t_k$ and CLIP's learned scale
$s$, which turns a lead of $1/s$ in the cosine into a factor of $e$ in the probability,

$$p_k = \frac{\exp(s \; i \cdot t_k)}{\sum_j \exp(s \; i \cdot t_j)}$$

In the library this is a few lines. `ZeroShot` prepares and encodes; the model multiplies:

{{quote ZeroShot.callAsFunction}}

{{quote CLIPModel.imageFeatures}}

{{quote CLIPModel.logits}}

Which shapes does a picture pass through on its way? For one picture and the six texts below:

{{figure pipeline}}

Pictures and texts go two ways that do not meet before the cosines. So the texts' vectors can be kept for all pictures.
*/
section("6.3 Zero-shot classification")
verbatim(
  """
  image ──→ [image tower] ──→ unit vector ──┐
                                            ├──→ scaled cosines ──→ softmax over the texts
  texts ──→ [text tower]  ──→ unit vectors ─┘
  """)
let scenes = Scenes(split: .heldOut, objectCounts: 1...1, seed: lesson.seed)
let gallery = SceneGallery(scenes, count: 6, detail: .brief, frame: photoFrame)
let (scene, texts) = (gallery.scenes[0], gallery.captions)
let processor = require(try ImageProcessor(directory: shipped))
let (cat, drawn) = (require(try Photos.cat), scene.image())
let processed = [processedRow("the cat", cat, processor), processedRow("a scene", drawn, processor)]
table(["picture", "size", "processed", "smallest", "largest"], processed)
let longest = texts.map { clip.tokenizer.encode($0).ids.count }.max() ?? 0
let pixelShape = require(try processor([drawn])).pixelValues.shape
figure(
  "pipeline", pipelineDiagram(clip.model, pixels: pixelShape, textCount: texts.count, longest: longest),
  caption: "the two ways stay apart until both are one vector of \(clip.model.configuration.projectionSize) numbers")
let (image, choices) = (encode([drawn]), encode(texts))  // [1, 64], [6, 64]
let cosines = image.matmul(choices.T)  // [1, 6]
let scale = clip.model.logitScale.exp()
let probabilities = (scale * cosines).softmax(dim: 1)  // [1, 6]
show("Scene", scene.canonicalCaption)
show("Its vector", image.shape, note: "length \(Format.fixed((image * image).sum().sqrt().item, decimals: 4))")
show("Learned scale", scale.item, decimals: 2, note: "CLIP bounds it by 100")
table(["text", "cosine", "scaled", "probability"], candidateRows(texts, cosines, scale * cosines, probabilities))
show("Answer", texts[probabilities.argmax(dim: 1).scalars[0]])

/*:
What does the scale do? The same cosines, multiplied by 1, by 10 and by the learned scale:
*/
figure(
  "scale",
  scalePlot(texts, cosines, scales: [("1", 1), ("10", 10), (Format.fixed(scale.item, decimals: 1), scale.item)]),
  caption: "from nearly even to certain: the scale decides how sure a lead in the cosine makes the model")

/*:
The order of the texts is the same at each scale. At 1 the six are nearly alike, because no cosine is above 1; at 10 a
red cross still has a part of it; at the learned scale nothing is left for the others. The same for six pictures:
*/
let charts = gallery.scenes.map { scene in
  candidateChart(scene.image(), texts, (scale * encode([scene.image()]).matmul(choices.T)).softmax(dim: 1))
}
figure(
  "zero-shot", Image.grid(charts, columns: 2, gap: 12), caption: "six pictures, each with the same six texts",
  alternative: "Six small drawings, each beside the six texts with their probabilities as bars.")

/*:
## 6.4 Things it has not seen

Thirty-six texts, one for each color and shape, are a classifier of thirty-six classes. All pictures are new. In the
first row their colors and shapes were learned together; in the second they are **held-out combinations**: the model
has seen red things and triangles, but never a red triangle. Three lists of 200 pictures each, from three seeds.
*/
section("6.4 Things it has not seen")
let combinations = SceneWorld.sixBySix.combinations
let seeds = [lesson.seed, lesson.seed + 1, lesson.seed + 2]
let splits = [SceneSplit.heldOut, .heldOutCombinations]
let tests = splits.map { split in seeds.map { SceneTest(split, seed: $0, encode) } }
let kinds = encode.classifier(combinations.map { [brief($0)] })
let rightRows = zip(splits, tests).map { SceneTest.detailedRow("\($0)", $1, kinds) }
let guessing: [Cell] = ["chance", .percent(1 / Double(combinations.count)), .percent(1.0 / 6), .percent(1.0 / 6), ""]
table(["new pictures", "right", "color right", "shape right", "right, each seed"], rightRows + [guessing])

/*:
Naming a thing is the easy part. Harder: find the one caption that tells *everything* (size and place, or how two things
stand to each other) among a hundred. Recall@1 is the share of pictures whose own caption comes first. (One thing of a
new combination is hardest because its list has up to 18 captions of the same thing, the first row's only four.)
*/
let evaluation = CLIPEvaluation(clip)
table(
  ["among \(CLIPEvaluation.sceneCount) whole captions", "recall@1", "recall@5", "recall@1, each seed"],
  evaluation.retrievalRows(splits, seeds: seeds))
let slips = evaluation.slips(.heldOutCombinations, seeds: seeds)
show("Wrong captions of one thing of a new combination", slips.all, note: "\(slips.place) wrong in the place alone")
figure(
  "similarities", similarityFigure(encode(combinations.map { alone($0).image() }).matmul(kinds.T), combinations),
  caption: "36 pictures (down) and their 36 texts (across), color by color: blocks share a color, stripes a shape",
  alternative: "A square of 36 by 36 cells, brightest on the diagonal, with six brighter blocks along it and stripes.")

/*:
## 6.5 Real handwriting

The same with the digits of Lesson 04: ten texts, and no classifier is fitted. The 360 pictures are the held-out ones of
the writers' split, mostly by people whom no model here has learned from.
*/
section("6.5 Real handwriting")
let digits = require(try Digits.load()).writerSplit
let handwriting = DigitTest(digits.test, encode)
let usual = "a photo of the digit _"
let guessed = handwriting.guesses([usual])
let ours: [Cell] = [.text("this CLIP, \"\(usual)\""), .percent(digits.test.accuracy(of: guessed))]
table(["held-out digits", "right"], baselineRows(digits) + [ours])
show("Mistakes", zip(guessed, digits.test.labels).count { $0 != $1 }, note: "of \(digits.test.count)")
figure(
  "digit-mistakes", handwriting.mistakes(guessed), caption: "the digits that are taken for others",
  alternative: "Eighteen handwritten digits, each with its label and the digit that it is taken for.")

/*:
Which digits does it mix up? Each row of the **confusion matrix** is a digit, each column an answer; what is right stands
on the diagonal.
*/
figure(
  "confusion", confusionPlot(digits.test.labels, guessed),
  caption: "look beside the diagonal: which digits are taken for which")

/*:
Few cells beside the diagonal are filled. A three is most often taken for a five and an eight for a four, and neither
the other way round.
*/
note(
  """
  Zero-shot means that nobody fitted a classifier to this task, not that the model never saw such pictures: this one \
  learned from captioned digits, mostly of other writers. OpenAI's largest CLIP had hardly any, and reads 88 % of MNIST, \
  less than logistic regression on pixels (Radford et al. 2021, section 6). What is in the data decides.
  """)

/*:
## 6.6 Words matter: prompts and ensembles

The classifier is made of words, so its accuracy depends on how they are put. The published CLIP prefers "a photo of a
dog" to "dog", because captions are sentences, and gains 3.5 points on ImageNet by averaging the vectors of 80 wordings
(section 3.1.4). What about ours?
*/
section("6.6 Words matter: prompts and ensembles")
table(["digits", "wording", "right"], digitWordings.map(handwriting.row))

/*:
On the drawn scenes a wording can say too much. "A large red circle in the middle" is false of most red circles; what
does it cost, and what does an **ensemble** over all sizes and places give back? A mean keeps what its texts have in
common (color and shape) and cancels what they differ in.
*/
let wordingRows = sceneWordings.map { SceneTest.row($0, tests, encode.classifier(combinations.map($1))) }
table(["wording of each of \(combinations.count) classes", "held out", "held-out combinations"], wordingRows)
note(
  """
  The true wordings of known words differ by \(handwriting.spread(digitWordings.filter(\.isTrue))) digits of \
  \(digits.test.count) at most, too few to call one better: this model learned from short captions, and a name alone was \
  nearly one. Grammar and strange words matter no more than that; a false word does clear harm. The ensemble's worth is \
  to repair wordings that say too much, and it costs nothing at run time: one vector for each class, as before.
  """)

/*:
## 6.7 A bag of words?

If a sentence without grammar works as well, does the model read grammar at all? Two captions of a scene with two
things, one true and one wrong in one respect; guessing gets half. (Published CLIPs are near chance at relations:
Yuksekgonul et al. 2023, *When and why vision-language models behave like bags-of-words*.)
*/
section("6.7 A bag of words?")
let twoThings = seeds.flatMap { Scenes(split: .heldOut, objectCounts: 2...2, seed: $0).prefix(200) }
table(
  ["told apart", "scenes", "right"],
  CaptionPair.kinds.map { CaptionPair.row($0, twoThings, encode, $1) } + [["chance", "", .percent(0.5)]])
for (respect, pair) in CaptionPair.kinds {
  if let example = twoThings.lazy.compactMap(pair).first { show(respect, "\(example.right)\nnot: \(example.wrong)") }
}
note(
  """
  It binds colors and sizes to their things, so it is no bag of words. Relations it gets right more often than by \
  chance and far from always, although 6.4 found the right one of 100 captions: among a hundred, the things alone \
  mostly decide. A good score on one test does not mean that what the test was named after was learned.
  """)

/*:
## 6.8 The notebook's four texts

The notebook asks whether a photo shows a dog, a cat, a bird or a car. Our photo is a cat. The small model has never
seen an animal nor read its name, but it must answer, because a softmax over four texts always adds up to one.
*/
section("6.8 The notebook's four texts")
let asked = require(try askedPictures())
let photos = encode(asked.map { $0.image })
let answers = photos.matmul(encode(candidates).T)  // [4, 4]
table(
  ["picture"] + candidates.map { $0.replacing("a photo of ", with: "") },
  zip(asked, (scale * answers).softmax(dim: 1).rows).map { [.text($0.name)] + $1.map { .percent($0, decimals: 1) } })
let known = combinations.map(brief) + DigitCaption.names.map { usual.replacing("_", with: $0) } + candidates
table(
  ["picture", "nearest of \(known.count) texts", "cosine", "best of the four"],
  zip(asked, zip(photos.matmul(encode(known).T).rows, answers.rows)).map {
    nearestRow($0.name, known, $1.0, among: $1.1)
  })
figure(
  "cat", candidateChart(asked[0].image, candidates, (scale * answers[0]).softmax(dim: 0)),
  caption: "what a model says that knows neither animals nor their names",
  alternative: "The cat beside the four texts with their probabilities as bars; a bird is the longest.")

/*:
Could the cosine itself warn, before any softmax? Three kinds of cosines, with the same texts for all: known pictures (the
scenes of 6.4 and the digits of 6.5) with their own texts, the same pictures with all others, and pictures that no text
is true of (squares of three photographs) with the nearest of all texts.
*/
let classTexts = combinations.map(brief) + DigitCaption.names.map { usual.replacing("_", with: $0) }
let classes = encode(classTexts)  // [46, 64]
let sceneCosines = tests.joined().map { test in
  (cosines: test.cosines(classes), own: test.truth.map { combinations.firstIndex(of: $0) ?? 0 })
}
let digitCosines = (cosines: handwriting.cosines(classes), own: digits.test.labels.map { combinations.count + $0 })
let pieces = encode(require(try photoPieces())).matmul(classes.T)
let nearest = photos.matmul(classes.T).max(dim: 1).values.scalars
figure(
  "cosines",
  cosineHistogram(sceneCosines + [digitCosines], unknown: pieces, marks: [(asked[2].name, nearest[2])]),
  caption: "own texts lie on the right, other texts everywhere, pieces of photos between them and reaching into both")

/*:
So the cosine warns often. A threshold of about 0.8 would refuse most pieces of photographs and keep nearly all own
texts. It does not warn always: some pieces lie to the right of it, the black picture lies beside it, and so do some of
the known pictures with texts that are wrong.
*/
note(
  """
  The cat's probabilities look like an opinion. But a cup and a black picture get much the same, and an empty white \
  one is a dog with near certainty: the model tells nothing about animals. A probability is about the choices offered, \
  not about whether one of them is true. Nor do cosines warn reliably: of true pairs they are higher (6.3), but black \
  is close to a digit, whose ground is black. Ask a model only about what its training showed.
  """)

/*:
**The real one.** Any CLIP in the form of Hugging Face runs here: a directory with the files of 6.1, for example

```
hf download openai/clip-vit-base-patch32 --local-dir clip-vit-base-patch32
swift run Lesson06_PretrainedCLIP --model clip-vit-base-patch32
swift run Lesson06_PretrainedCLIP --model clip-vit-base-patch32 --image dog.jpg --text "a dog" --text "a wolf"
```

The first run asks the four texts about the same cat. `--json` prints numbers to hold against those of Python's
`transformers`, as `Scripts/compare-shipped.py` does on fifty scenes.

**What to try next**

- `swift run course draw drawn`, then `--image drawn/scene-000.png` with `--text`s of your own, without `--model`: which
  colors and shapes does the small CLIP mix up?
- Add "a photo of a zebra" to the four texts. Why do the other four probabilities fall?
- In 6.6, average probabilities instead of vectors. What does it cost at run time, and is it better?
*/
note(
  """
  A pretrained CLIP is a directory of sizes, words and \(Format.integer(count)) numbers (or \
  \(published.parameterCount / 1_000_000) million). It classifies what its captions spoke of, by any words they used, without fitting anything; what they \
  did not speak of it answers with the same confidence. Next: Lesson 07 lets a model find the words itself.
  """)
