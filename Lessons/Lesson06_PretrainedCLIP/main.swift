/*:
# 6. Using Pretrained CLIP

CLIP was trained on 400 million pictures with their captions (Radford et al. 2021). Whoever has its weights has a
classifier for any classes that can be named: no training, only words. This lesson opens such a checkpoint, follows a
text and a picture through it, and measures what it can do and what it cannot. The checkpoint is a small one that the
course trained itself on drawn scenes and handwritten digits (`course train clip`), in the published form.

With a flag of its own the lesson looks at your picture, and runs a published CLIP (6.8):
`--model clip-vit-base-patch32 --image dog.jpg --text "a photo of a dog" --text "a photo of a cat"`, and `--json` for
the numbers alone.
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
import Tokenizers
import Training

/// The notebook's four candidates.
let candidates = ["a photo of a dog", "a photo of a cat", "a photo of a bird", "a photo of a car"]
let shipped = require(try ShippedCheckpoint.clip.directory)

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @OptionGroup var input: ZeroShotFlags
  var task: (any LessonTask)? { input.task(defaultModel: shipped, defaultTexts: candidates) }
}

let lesson = Lesson(6, "Using Pretrained CLIP", options: Options.self)

/*:
## 6.1 A model is a directory

What `from_pretrained` downloads is a directory of a few files. Only one of them is large.
*/
section("6.1 A model is a directory")
let directory = require(try ModelDirectory(shipped))
let files = [
  ("config.json", "sizes of the two towers"),
  ("model.safetensors", "the learned numbers, each tensor with its name"),
  ("preprocessor_config.json", "how a picture becomes numbers"),
  ("vocab.json", "each token's number"),
  ("merges.txt", "which pairs of tokens were merged, in order"),
  ("tokenizer.json", "the same vocabulary and merges, with all rules"),
  ("tokenizer_config.json", "the longest text, the class of tokenizer"),
  ("special_tokens_map.json", "tokens with a role: start, end, padding"),
]
func byteCount(_ name: String) -> Int {
  require(try MappedFile(path: directory.require([name], purpose: "file")).bytes.count)
}
table(
  ["file", "bytes", "what it holds"],
  files.map { name, purpose in [.text(name), .integer(byteCount(name)), .text(purpose)] })

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
show("Numbers", checkpoint.elementCount)
let numberBytes = 4 * checkpoint.elementCount
show("Their bytes", numberBytes, note: "4 each")
show("Bytes of the file that are left", byteCount("model.safetensors") - numberBytes, note: "the header")

/*:
The model is built from `config.json`, then each parameter is filled with the tensor of its name. Built from the sizes
of `openai/clip-vit-base-patch32`, the same code makes OpenAI's smallest CLIP: where are its 151 million parameters?
*/
let clip = require(try ZeroShot(directory: shipped))
func encode(_ images: [Image]) -> Tensor { require(try clip.encode(images: images)) }
func encode(_ texts: [String]) -> Tensor { require(try clip.encode(texts: texts)) }
let published = Initialisation.skipped { CLIPModel(CLIPConfiguration()) }
let parts = [
  ("text: a vector for each token", "text_model.embeddings.token_embedding"),
  ("text: positions", "text_model.embeddings.position_embedding"),
  ("text: transformer", "text_model.encoder"),
  ("picture: patches, [CLS], positions", "vision_model.embeddings"),
  ("picture: transformer", "vision_model.encoder"),
  ("text into the common space", "text_projection"),
  ("picture into the common space", "visual_projection"),
]
let both = [clip.model, published]
var rows = parts.map { name, prefix in (name, both.map { $0.parameterCount(under: prefix) }) }
rows.append(("layer norms outside, logit scale", both.indices.map { model in
  both[model].parameterCount - rows.reduce(0) { $0 + $1.1[model] }
}))
rows.append(("all", both.map(\.parameterCount)))
table(
  ["parameters", "this CLIP", "share", "ViT-B/32", "share"],
  rows.map { name, counts in
    [.text(name)]
      + zip(counts, both).flatMap { count, model in
        [Cell.integer(count), .percent(Double(count) / Double(model.parameterCount), decimals: 1)]
      }
  })
show("Bytes of ViT-B/32 in float32", 4 * published.parameterCount, note: "its model.safetensors has a header more")

/*:
## 6.2 From words to tokens

CLIP reads 49,408 tokens, made by **byte pair encoding** (Sennrich et al. 2016): begin with single bytes, and again and again
give the most frequent pair of neighbours a token of its own. To encode a word, replay those merges in the order in which
they were learned. The last letter carries `</w>`, so that `dog` at a word's end and in *dogma* are different tokens.
These are OpenAI's 48,894 merges, and here is the whole algorithm.
*/
section("6.2 From words to tokens")
struct Pair: Hashable { let left, right: String }
let merges = require(try CLIPTokenizer.openAIMerges())
let ranks = Dictionary(uniqueKeysWithValues: merges.enumerated().map { (Pair(left: $1.left, right: $1.right), $0) })

/// How a word looks after each merge, with the merge's rank: the pair learned first is merged first.
func bytePairs(_ word: String) -> [(symbols: [String], rank: Int?)] {
  var symbols = word.map(String.init)
  symbols[symbols.count - 1] += "</w>"
  var states: [(symbols: [String], rank: Int?)] = [(symbols, nil)]
  while true {
    let pairs = zip(symbols, symbols.dropFirst()).enumerated().compactMap { place, pair in
      ranks[Pair(left: pair.0, right: pair.1)].map { (rank: $0, place: place) }
    }
    guard let first = pairs.min(by: { $0 < $1 }) else { return states }
    symbols.replaceSubrange(first.place...first.place + 1, with: [symbols[first.place] + symbols[first.place + 1]])
    states.append((symbols, first.rank))
  }
}
show("Merges", merges.count, note: "+ 256 bytes + 256 bytes at a word's end + 2 special tokens = 49,408")
table(
  ["photo", "merge learned as number"],
  bytePairs("photo").map { [.text($0.symbols.joined(separator: " ")), $0.rank.map { .integer($0 + 1) } ?? "–"] })

/*:
The library's tokenizer does the same and the work around it: white space and capital letters go, words, numbers and
punctuation are parted, and two special tokens bound the text. At the second one, which has seen all words
before it, the text tower reads off what the whole text means.
*/
let openAI = require(try CLIPTokenizer.openAI())
let sentence = "A photo of a dog"
let encoding = openAI.encode(sentence)
table(
  ["token", "id", "merges"],
  zip(encoding.tokens, encoding.ids).map { token, id in
    let word = token.replacing("</w>", with: "")
    return [.text(token), .integer(id), token.hasPrefix("<|") ? "–" : .integer(bytePairs(word).count - 1)]
  })
show("Back to words", openAI.decode(encoding.ids, skipSpecialTokens: true))
let words = ["dog", "photograph", "dachshund", "otterhound", "xylophonist"]
let agree = words.allSatisfy { bytePairs($0).last?.symbols == openAI.encode($0, addSpecialTokens: false).tokens }
show("Our twelve lines agree with the library", agree)
table(
  ["word", "OpenAI's CLIP", "this CLIP"],
  words.map { word in
    [openAI, clip.tokenizer].reduce([.text(word)]) {
      $0 + [.text($1.encode(word, addSpecialTokens: false).tokens.joined(separator: " "))]
    }
  })
note(
  """
  Frequent words are one token; rare ones fall into pieces, and none is ever unknown. This course's small CLIP learned \
  its \(clip.tokenizer.vocabularySize) tokens from captions of drawn scenes, where no dog ever was: to it, a dog is three letters.
  """)

/*:
## 6.3 Zero-shot classification

The image tower makes one vector of a picture, the text tower one of each candidate. The candidate whose vector points
most nearly the same way is the answer: with unit vectors $i$ and $t_k$ and CLIP's learned scale $s$,

$$p_k = \frac{\exp(s \; i \cdot t_k)}{\sum_j \exp(s \; i \cdot t_j)}$$
*/
section("6.3 Zero-shot classification")
verbatim(
  """
  image ──→ [image tower] ──→ unit vector ──┐
                                            ├──→ scaled cosines ──→ softmax over the texts
  texts ──→ [text tower]  ──→ unit vectors ─┘
  """)
let scenes = Scenes(split: .heldOut, objectCounts: 1...1, seed: lesson.seed)
let scene = scenes[0]
let texts = (0..<6).map { scenes[$0].caption(.brief, frame: 1).text }
let image = encode([scene.image()])  // [1, 64]
let choices = encode(texts)  // [6, 64]
let cosines = image.matmul(choices.T)  // [1, 6]
let scale = clip.model.logitScale.exp()
let probabilities = (cosines * scale).softmax(dim: 1)
show("Picture", scene.canonicalCaption)
show("Picture's vector", image.shape, note: "length \(Format.fixed((image * image).sum().sqrt().item, decimals: 4))")
show("Learned scale", scale.item, decimals: 2, note: "CLIP bounds it by 100")
table(
  ["text", "cosine", "scaled", "probability"],
  texts.indices.map { place in
    let cosine = cosines[0][place].item
    return [
      .text(texts[place]), .fixed(cosine, decimals: 4), .fixed(cosine * scale.item, decimals: 2),
      .percent(probabilities[0][place].item),
    ]
  })

/*:
## 6.4 Things it has not seen

Thirty-six texts, one for each colour and shape, are a classifier of thirty-six classes. The pictures are new. In the
first row their colours and shapes were learned together; in the second they are **held-out combinations**: it has seen red things and it
has seen triangles, but never a red triangle. Three lists of 200 pictures each, from three seeds.
*/
section("6.4 Things it has not seen")
let combinations = SceneWorld.sixBySix.combinations
/// A thing alone, to be put into words.
func alone(_ combination: SceneCombination, _ size: SceneSize = .large, _ place: ScenePlace = .middle) -> Scene {
  guard let scene = Scene([SceneObject(combination, size: size, place: place)]) else { preconditionFailure("one thing is a scene") }
  return scene
}
/// A classifier made of words: for each class the mean of its wordings' vectors, brought back to length 1.
func classifier(_ wordings: [[String]]) -> Tensor {
  Tensor.cat(
    wordings.map { encode($0).mean(dim: 0, keepDims: true).l2Normalized() }, dim: 0)
}
func guesses(_ images: Tensor, _ classes: Tensor) -> [Int] { images.matmul(classes.T).argmax(dim: 1).scalars }
func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

struct SceneTest {
  let truth: [SceneCombination]
  let images: Tensor
  init(_ split: SceneSplit, seed: Int) {
    let scenes = Scenes(split: split, objectCounts: 1...1, seed: seed).prefix(200)
    truth = scenes.map { $0.objects[0].combination }
    images = encode(scenes.map { $0.image() })
  }
  /// The share of pictures for which the guess is right in what matters.
  func share(_ classes: Tensor, _ isRight: (SceneCombination, SceneCombination) -> Bool = { $0 == $1 }) -> Double {
    Double(zip(truth, guesses(images, classes)).count { isRight($0, combinations[$1]) }) / Double(truth.count)
  }
}
let seeds = [lesson.seed, lesson.seed + 1, lesson.seed + 2]
let splits = [SceneSplit.heldOut, .heldOutCombinations]
let tests = splits.map { split in seeds.map { SceneTest(split, seed: $0) } }
let kinds = classifier(combinations.map { [alone($0).caption(.brief, frame: 1).text] })
table(
  ["new pictures", "right", "colour right", "shape right", "each seed"],
  zip(splits, tests).map { split, tests in
    [
      .text("\(split)"), .percent(mean(tests.map { $0.share(kinds) })),
      .percent(mean(tests.map { $0.share(kinds) { $0.color == $1.color } })),
      .percent(mean(tests.map { $0.share(kinds) { $0.shape == $1.shape } })),
      .text(tests.map { Format.percent($0.share(kinds), decimals: 1) }.joined(separator: ", ")),
    ]
  } + [["chance", .percent(1.0 / 36), .percent(1.0 / 6), .percent(1.0 / 6), ""]])
let unseen = SceneWorld.sixBySix.heldOutCombinations
let pairs = tests[1].flatMap { test in zip(test.truth, guesses(test.images, kinds).map { combinations[$0] }) }
table(
  ["held out", "pictures", "right", "taken most often for"],
  unseen.map { kind in
    let guessed = pairs.filter { $0.0 == kind }.map { $0.1 }
    let counts = combinations.map { other in guessed.count { $0 == other } }
    let top = counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
    return [
      .text("\(kind)"), .integer(guessed.count), .percent(Double(guessed.count { $0 == kind }) / Double(guessed.count)),
      .text("\(combinations[top])"),
    ]
  })

let evaluation = CLIPEvaluation(model: clip.model, tokenizer: clip.tokenizer, processor: require(try ImageProcessor(directory: shipped)))
for count in 1...2 {
for split in splits {
  func sc(_ seed: Int) -> RetrievalScores { RetrievalScores(require(try evaluation.similarities(SceneGallery(Scenes(split: split, objectCounts: count...count, seed: seed), count: 100)))) }
let scores = seeds.map { sc($0) }
  show("\(count) \(split)", scores.map { 100 * $0.recall(at: 1) }, decimals: 1)
  show("\(count) \(split) @5", scores.map { 100 * $0.recall(at: 5) }, decimals: 1)
}
}

section("6.5 digits")
let digits = require(try Digits.load()).writerSplit
let digitImages = encode(digits.test.labels.indices.map(digits.test.image(at:)))
func accuracy(_ classes: Tensor) -> Double { digits.test.accuracy(of: guesses(digitImages, classes)) }
for seed in [0] {
show("NC", percent: NearestCentroid(digits.training).accuracy(on: digits.test))
show("LR", percent: LogisticRegression(digits.training).accuracy(on: digits.test))
show("LR", percent: LogisticRegression(digits.training, inverseRegularisation: 256).accuracy(on: digits.test))
}
section("6.6 prompts")
func fill(_ template: String) -> [String] { DigitCaption.names.map { template.replacing("_", with: $0) } }
for template in ["_", "digit _", "number _", "_ _ _"] + DigitCaption.frames(.training) + DigitCaption.frames(.heldOut) + ["there is a _ in the picture", "_ digit the of photo a", "a photo of the digit _ in the middle","a photo of a red _", "a photo of the number: _."] {
  show(template, percent: accuracy(classifier(fill(template).map { [$0] })))
}
func ensemble(_ templates: [String]) -> Tensor { classifier((0..<10).map { d in templates.map { fill($0)[d] } }) }
show("ens training", percent: accuracy(ensemble(DigitCaption.frames(.training))))
show("ens heldout", percent: accuracy(ensemble(DigitCaption.frames(.heldOut))))
show("ens both", percent: accuracy(ensemble(DigitCaption.frames(.training) + DigitCaption.frames(.heldOut))))
let tr: [(String, (SceneCombination) -> [String])] = [
  ("bare", { ["\($0)"] }),
  ("a", { [alone($0).caption(.brief).text] }),
  ("photo", { [alone($0).caption(.brief, frame: 1).text] }),
  ("shows", { [alone($0).caption(.brief, frame: 2).text] }),
  ("there is", { [alone($0).caption(.brief, frame: 3).text] }),
  ("h0", { [alone($0).caption(.brief, frame: 0, wordings: .heldOut).text] }),
  ("h1", { [alone($0).caption(.brief, frame: 1, wordings: .heldOut).text] }),
  ("h2", { [alone($0).caption(.brief, frame: 2, wordings: .heldOut).text] }),
  ("large", { [alone($0).caption(.sized, frame: 1).text] }),
  ("large middle", { [alone($0).caption(.full, frame: 1).text] }),
  ("ens sizes", { c in SceneSize.allCases.map { alone(c, $0).caption(.sized, frame: 1).text } }),
  ("ens sizes places", { c in SceneSize.allCases.flatMap { s in ScenePlace.allCases.map { alone(c, s, $0).caption(.full, frame: 1).text }} }),
  ("ens brief frames", { c in (0..<4).map { alone(c).caption(.brief, frame: $0).text } }),
  ("ens h frames", { c in (0..<3).map { alone(c).caption(.brief, frame: $0, wordings: .heldOut).text } }),
  ("ens all", { c in (0..<4).flatMap { f in SceneSize.allCases.flatMap { s in ScenePlace.allCases.map { alone(c, s, $0).caption(.full, frame: f).text }} }}),
]
for (n, f) in tr {
  let k = classifier(combinations.map(f))
  show(n, tests.map { 100 * mean($0.map { $0.share(k) }) }, decimals: 2)
}
section("6.7 relations")
for split in splits {
 for seed in seeds {
  let scenes = Scenes(split: split, objectCounts: 2...2, seed: seed).prefix(200)
  let images = encode(scenes.map { $0.image() })
  func test(_ name: String, _ right: (Scene) -> String, _ wrong: (Scene) -> String?) {
    let pairs = scenes.indices.compactMap { i in wrong(scenes[i]).map { (i, right(scenes[i]), $0) } }
    let r = encode(pairs.map { $0.1 })
    let w = encode(pairs.map { $0.2 })
    let im = images.indexSelect(pairs.map { $0.0 })
    let d = ((im * r).sum(dim: 1) - (im * w).sum(dim: 1)).scalars
    show("\(split) \(name) of \(pairs.count) e.g. \(pairs[0].1) | \(pairs[0].2)", percent: Double(d.count { $0 > 0 }) / Double(d.count))
  }
  test("relation", { $0.canonicalCaption }) { s in
    let r = SceneRelation.main(s.objects[0], s.objects[1])
    let rel = r == .leftOf || r == .above ? r : r.inverse
    return s.canonicalCaption.replacing(rel.description, with: rel.inverse.description)
  }
  test("colours", { $0.caption(.sized).text }) { s in
    let (a, b) = (s.objects[0], s.objects[1])
    guard a.color != b.color, a.shape != b.shape else { return nil }
    return Scene([SceneObject(SceneCombination(b.color, a.shape), size: a.size, place: a.place, offsetX: a.offsetX, offsetY: a.offsetY), SceneObject(SceneCombination(a.color, b.shape), size: b.size, place: b.place, offsetX: b.offsetX, offsetY: b.offsetY)])?.caption(.sized).text
  }
  test("size", { $0.caption(.sized).text }) { s in
    let (a, b) = (s.objects[0], s.objects[1])
    guard a.size != b.size else { return nil }
    let t = s.caption(.sized).text
    return t.replacing("large", with: "LL").replacing("small", with: "large").replacing("LL", with: "small")
  }
 }
}
section("6.8 cat")
for im in [require(try Photos.cat), require(try Photos.coffee), require(try Photos.astronaut), Image(width: 32, height: 32, format: .rgb), Image(width: 32, height: 32, format: .rgb, color: .black)] {
  let a = require(try clip(images: [im], texts: candidates))
  show("p", a.probabilities, decimals: 4)
  show("cos", a.logitsPerImage / scale.item, decimals: 4)
  let all = combinations.map { alone($0).caption(.brief, frame: 1).text } + fill("a photo of the digit _") + candidates
  let b = require(try clip(images: [im], texts: all))
  let t = b.logitsPerImage.topK(4)
  show("best", t.indices.scalars.map { all[$0] }.joined(separator: "; "))
  show("cos", t.values / scale.item, decimals: 4)
}
let tt = encode(candidates)
show("texts", tt.matmul(tt.T), decimals: 3)
