/*:
# 8. Visual Question Answering (VQA)

A model for **visual question answering** takes a picture and a question in words, and gives an answer. ViLT (Kim et al.
2021, *Vision-and-Language Transformer*) puts the question's words and the picture's patches into one sequence, and one
transformer works on all of them. Its answer is one of a fixed list of answers.

The notebook asks a published ViLT three questions about a photo. This lesson does the same with a small ViLT that was
trained on questions about drawn scenes, and takes it apart:

1. 8.2 to 8.4 build the model by hand from the tensors in its file: the sequence, one block of the transformer, the
   head. Each part is compared with the library's.
2. 8.5 and 8.6 explain what is learned and how: answers as classes, the loss of the published model, how answers are
   scored, the training with its curve.
3. 8.7 to 8.9 ask how one can know that the model uses the picture: answers without the picture, pairs of pictures that
   differ in one thing, attention, and what happens if attention is forbidden.
4. 8.10 is the notebook's code.

With a flag of its own the lesson answers about your picture instead:
`--model vilt-b32-finetuned-vqa --image dog.jpg --question "What animal is in the image?"`, and `--json` for the numbers
alone. A BLIP such as `blip-vqa-base` is read, too, and answers in words of its own instead of choosing an answer.
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

/// The notebook's three questions.
let questions = [
  "What animal is in the image?", "What color is the animal?", "Is the animal sitting or standing?",
]
let shipped = require(try ShippedCheckpoint.vqa.directory)

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @OptionGroup var input: QuestionAnsweringFlags
}

let lesson = Lesson(8, "Visual Question Answering (VQA)", options: Options.self) {
  // With a flag of its own the lesson answers here, prints that and ends; without one this is nil.
  try $0.input.answer(defaultModel: shipped, defaultQuestions: questions)
}

/*:
## 8.1 One stream

There are three ways to bring words and pictures together (Lesson 03). CLIP has a tower for each side and compares the
two vectors that come out: **late fusion**. The captioner of Lesson 07 has an encoder for pictures and a decoder that
attends to it: **cross-attention**. ViLT has one transformer for both. Words and patches become tokens of the same
width, stand in one sequence, and attend to each other from the first layer on: **early fusion**.

Why that for questions? "Is the red circle above the blue star?" is about two things and how they stand. A tower that
has to press the picture into one vector before it sees the question does not know what will be asked. In one sequence
the question's words can attend to the patches that they are about, and the patches to the words.

What goes in and what comes out, with the letters that this lesson uses: $B$ pairs of a question and a picture, $L$
tokens of the question, $N$ patches, $T = L + 1 + N$ tokens in all, $D$ numbers for each token, $A$ answers.

| | shape | here | published ViLT-B/32 |
|---|---|---|---|
| token numbers of the question | $[B, L]$ | $L \le 24$ | $L \le 40$ |
| picture | $[B, 3, H, W]$ | 32 × 32 | shorter side 384 |
| patches | $[B, N, 3 \cdot P \cdot P]$ | 16 of 8 × 8 | about 240 of 32 × 32 |
| joint sequence $z^0$ | $[B, T, D]$ | $D = 80$ | $D = 768$ |
| behind each of the blocks, $z^d$ | $[B, T, D]$ | 6 blocks | 12 blocks |
| scores of the answers | $[B, A]$ | $A = 18$ | $A = 3129$ |

With $t$ for the embedded words, $v$ for the embedded patches, $e^t$ and $e^v$ for two learned vectors that mark the two
kinds, the paper's equations are

$$ z^0 = [t_{CLS} + e^t; \, t_1 + e^t; \ldots; \, v_0 + e^v; \, v_1 + e^v; \ldots, v_N + e^v], $$
$$ y^d = z^{d-1} + \text{Attention}(\text{Norm}(z^{d-1})), \quad z^d = y^d + \text{FeedForward}(\text{Norm}(y^d)), $$
$$ p = \tanh(W_p \, \text{Norm}(z^{\text{last}})_{CLS} + b_p), \quad
s = W_2 \, \text{GELU}(\text{Norm}(W_1 p + b_1)) + b_2. $$

The first line builds the sequence (8.2), the second is a transformer block (8.3), the third the head (8.4): the state
of the first token, `[CLS]`, goes through a layer called the **pooler** and a small classifier to the scores $s$ of the
answers.
*/
section("8.1 One stream")
verbatim(
  """
  question ──→ word tokens  ──┐
                              ├──→ [one transformer] ──→ [CLS] ──→ answer
  image ─────→ patch tokens ──┘
  """)
let vilt = require(try QuestionAnswering(directory: shipped))
let evaluation = VQAEvaluation(model: vilt.model, tokenizer: vilt.tokenizer)
let scenes = Scenes(split: .heldOut, seed: lesson.seed)
let first = scenes.question(at: 1, type: .color)
let encoding = vilt.tokenizer.encode(first.text)
let picture = Scene.tensor([first.scene])
show("Scene", first.scene.canonicalCaption)
show("Question", first.text, note: "right: \(first.answer)")
show("Tokens", encoding.tokens.joined(separator: " "), note: "L = \(encoding.ids.count)")
show("Picture", picture.shape)
show("Answer", vilt.model.answers(noGrad { vilt.model(IntTensor([encoding.ids]), picture) })[0])
figure(
  "architecture", viltDiagram(vilt.model.configuration, wordCount: encoding.ids.count),
  caption: "Follow the shapes: words and patches become one sequence before the first block.")

/*:
`[CLS]` and `[SEP]` are tokens that stand for no word. BERT (Devlin et al. 2019) puts them around each text: `[CLS]`
(*class*) in front is a place where a layer can collect what is needed of the whole, and `[SEP]` (*separator*) ends the
text. ViLT takes its tokenizer from BERT.

## 8.2 The joint sequence by hand

All of the model is in one file of named tensors (Lesson 06). These are the ones that make the sequence:
*/
section("8.2 The joint sequence by hand")
let weights = require(try Checkpoint(path: "\(shipped)/model.safetensors"))
func weight(_ name: String) -> Tensor { require(try weights.tensor(name)) }
func norm(_ x: Tensor, _ name: String, epsilon: Float = 1e-12) -> Tensor {
  x.layerNorm(weight: weight("\(name).weight"), bias: weight("\(name).bias"), epsilon: epsilon)
}

table(
  ["tensor", "shape"],
  weights.names.filter { $0.hasPrefix("vilt.embeddings.") }.map {
    [.text(String($0.dropFirst("vilt.embeddings.".count))), .shape(weight($0).shape)]
  })

/*:
**The words.** A word's vector is a row of the table of words. A vector for its place in the question is added, because
attention alone does not know the order (Lesson 02). A third vector says which of two texts a word belongs to; BERT
reads pairs of sentences, ViLT reads one question, so it is always the first. Then the sum is normalized.
*/
let text = "vilt.embeddings.text_embeddings"
let wordRows = weight("\(text).word_embeddings.weight").indexSelect(encoding.ids)  // [L, D]
let wordPlaces = weight("\(text).position_embeddings.weight").slice(0..<encoding.ids.count, dim: 0)  // [L, D]
let segment = weight("\(text).token_type_embeddings.weight")[0]  // [D]
let words = norm(wordRows + segment + wordPlaces, "\(text).LayerNorm")  // [L, D]
show("Words", words.shape, note: "[L, D]")

/*:
**The patches.** The picture of 32 × 32 pixels is cut into 4 × 4 squares of 8 × 8 pixels. A square with its three
channels is a row of 192 numbers. One linear layer makes $D$ numbers of it, the same layer for all squares (Lesson 04).
There is no convolutional network and no detector of objects before: that is what was new in ViLT.
*/
let patchCount = 16
let patches = picture.reshape(3, 4, 8, 4, 8)  // channel, row of patches, y in it, column of patches, x in it
  .permute(1, 3, 0, 2, 4).reshape(patchCount, 192)  // [N, 3 · 8 · 8]
let projection = weight("vilt.embeddings.patch_embeddings.projection.weight").reshape(80, 192)
let projected = patches.linear(
  weight: projection, bias: weight("vilt.embeddings.patch_embeddings.projection.bias"))  // [N, D]
show("Patches", patches.shape, note: "[N, 3 · 8 · 8]")
show("Projected", projected.shape, note: "[N, D]")

/*:
In front of the patches stands one more token, the **extra token** of the picture, `cls_token`. Then each gets the
vector of its place.

Why two class tokens, `[CLS]` and this one? ViLT starts with the weights of a Vision Transformer, and that has a class
token of its own in front of its patches, with place 0. ViLT keeps it. The answer is read from the text's `[CLS]` only;
the picture's extra token is one more place where the layers may store something. 8.9 tests whether this model uses it.
*/
let imagePlaces = weight("vilt.embeddings.position_embeddings")[0]  // [1 + N, D]
let extra = weight("vilt.embeddings.cls_token")[0] + imagePlaces.slice(0..<1, dim: 0)  // [1, D]
let placed = projected + imagePlaces.slice(1..<1 + patchCount, dim: 0)  // [N, D]
show("Picture's tokens", Tensor.cat([extra, placed]).shape, note: "[1 + N, D]")

/*:
**Both.** One learned vector marks all words, another one all tokens of the picture (*modality type*), so that a layer
can tell the two kinds apart. Then they are put one after the other.
*/
let marks = weight("vilt.embeddings.token_type_embeddings.weight")  // [2, D]
let joint = Tensor.cat([words + marks[0], Tensor.cat([extra, placed]) + marks[1]])  // [T, D]
let library = noGrad { vilt.model.embedded(IntTensor([encoding.ids]), picture) }
show("z⁰ by hand", joint.shape, note: "[T, D], T = \(encoding.ids.count) + 1 + \(patchCount)")
table(
  ["tokens", "what", "own vector", "place", "mark"],
  [
    ["0", "[CLS]", "row of the table of words", "words' place 0", "word"],
    ["1 to \(encoding.ids.count - 2)", "words", "rows of the table", "words' places", "word"],
    ["\(encoding.ids.count - 1)", "[SEP]", "row of the table", "words' place \(encoding.ids.count - 1)", "word"],
    ["\(encoding.ids.count)", "extra token", "cls_token", "picture's place 0", "picture"],
    [
      "\(encoding.ids.count + 1) to \(encoding.ids.count + patchCount)", "patches", "pixels · projection",
      "picture's places 1 to \(patchCount)", "picture",
    ],
  ])
func largestDifference(_ a: Tensor, _ b: Tensor) -> Float { (a - b).abs().max().item }
show("z⁰ by hand is equal to the library's", largestDifference(joint, library.tokens[0]) < 1e-6)

/*:
In the library the same lines are one function, for a batch:

{{quote ViLTEncoder.embedded}}

**Other sizes of pictures.** The published ViLT does not cut a photo to a square. It makes the shorter side 384 pixels
(the longer at most 640) and keeps the proportions, both sides rounded to whole patches of 32. A photo of 640 × 384
becomes 20 × 12 = 240 patches, the most that there are (Kim et al. 2021, section 4.2). The model learned places for a
square grid of 12 × 12; for another grid the learned places are stretched over it: interpolated as pixels are when a
picture is enlarged (Lesson 04). The number of tokens differs from picture to picture, which a transformer does not
mind. Our model takes other sizes, too:
*/
for (height, width) in [(32, 32), (32, 48), (64, 64)] {
  let sized = noGrad { vilt.model.embedded(IntTensor([encoding.ids]), Tensor.zeros([1, 3, height, width])) }
  show("Sequence for \(height) × \(width) pixels", sized.tokens.shape)
}

/*:
## 8.3 Attention over the joint sequence, with padding

Questions of a batch have different lengths, but a tensor is rectangular. So the shorter ones are filled up with the
token `[PAD]`: **padding**. It must not change the answer. A **mask** says which tokens are real (1) and which are
padding (0); attention turns it into what is added to the scores, 0 for real tokens and a large negative number for
padding:
*/
section("8.3 Attention over the joint sequence, with padding")
/// The tokens of texts, the shorter ones filled up, and the mask: both `[B, L]`.
func padded(_ texts: [String]) -> (ids: IntTensor, mask: IntTensor) {
  let rows = require(try vilt.tokenizer.encode(batch: texts, padding: .longest, truncation: .modelMaxLength))
  return (IntTensor(rows.map(\.ids)), IntTensor(rows.map(\.attentionMask)))
}

let pair = [first, scenes.question(at: 0, type: .relation)]
for question in pair { show("Question", question.text) }
let (ids, wordMask) = padded(pair.map(\.text))
show("Tokens of the first", ids[0].scalars, note: "0 is [PAD]")
show("Mask of the first", wordMask[0].scalars)
show("Mask of the second", wordMask[1].scalars)

/*:
In attention each token makes a query, a key and a value of its state (Lesson 02). The score of a query and a key is
their product over the root of a head's width; the softmax of a row of scores is the row of weights with which the
values are averaged. A large negative number is added to the scores of padding, so that the softmax gives it a weight of
zero. That is the whole mask: no query attends to padding. Words and patches are not treated differently: there is one
set of queries, keys and values, and each token's row of weights runs over words and patches together.
*/
func linear(_ x: Tensor, _ name: String) -> Tensor {
  x.linear(weight: weight("\(name).weight"), bias: weight("\(name).bias"))
}
let headCount = vilt.model.configuration.headCount
/// Attention of all tokens to all tokens whose mask is 0; the scores of the others get a large negative number.
///
/// - Parameters:
///   - x: `[B, T, D]`.
///   - mask: added to the scores, `[B, 1, 1, T]`.
/// - Returns: the mixed values, `[B, T, D]`, and the weights, `[B, H, T, T]`.
func attention(_ x: Tensor, _ mask: Tensor, _ name: String) -> (mixed: Tensor, weights: Tensor) {
  let (batch, count, width) = (x.shape[0], x.shape[1], x.shape[2])
  func heads(_ kind: String) -> Tensor {
    linear(x, "\(name).attention.\(kind)").reshape(batch, count, headCount, width / headCount).transpose(1, 2)
  }
  let scores = heads("query").matmul(heads("key").transpose(2, 3)) / Float(width / headCount).squareRoot()
  let weights = (scores + mask).softmax(dim: 3)  // [B, H, T, T]
  let mixed = weights.matmul(heads("value")).transpose(1, 2).reshape(batch, count, width)
  return (linear(mixed, "\(name).output.dense"), weights)
}

let batch = noGrad { vilt.model.embedded(ids, attentionMask: wordMask, Scene.tensor(pair.map(\.scene))) }
/// 0 for real tokens and a large negative number for padding, `[B, 1, 1, T]`.
func additiveMask(_ real: IntTensor) -> Tensor {
  Tensor(real.scalars.map { $0 == 1 ? 0 : -1e9 }, shape: [real.shape[0], 1, 1, real.shape[1]])
}
let firstLayer = "vilt.encoder.layer.0"
let looked = attention(
  norm(batch.tokens, "\(firstLayer).layernorm_before"), additiveMask(batch.mask), "\(firstLayer).attention")
show("Weights", looked.weights.shape, note: "[B, heads, T queries, T keys]")
let padding = batch.mask[0].scalars.indices.filter { batch.mask[0].scalars[$0] == 0 }
show("Padding of the shorter question", padding)
show(
  "Largest weight on padding",
  padding.map { looked.weights[0].select($0, dim: 2).max().item }.max() ?? 0, decimals: 4)

/*:
A block is this attention and a feed-forward part, each behind a normalization (*pre-norm*) and with the input added to
its output (Lesson 04):
*/
func block(_ x: Tensor, _ mask: Tensor, _ index: Int) -> Tensor {
  let name = "vilt.encoder.layer.\(index)"
  let y = x + attention(norm(x, "\(name).layernorm_before"), mask, "\(name).attention").mixed  // [B, T, D]
  let inner = linear(norm(y, "\(name).layernorm_after"), "\(name).intermediate.dense").gelu()  // [B, T, 2 · D]
  return y + linear(inner, "\(name).output.dense")  // [B, T, D]
}

let layerCount = vilt.model.configuration.layerCount
let states = (0..<layerCount).reduce(batch.tokens) { block($0, additiveMask(batch.mask), $1) }
show("Behind the last block", states.shape, note: "[B, T, D]")

/*:
## 8.4 The head

Of the last states only that of `[CLS]` goes on. The **pooler** is a linear layer and tanh, as in BERT; the name says
that it makes one vector of a sequence, though it reads one token only. The **classifier** widens the vector, normalizes
it, applies GELU and ends in one score for each answer. Scores before a softmax or sigmoid are called **logits**.
*/
section("8.4 The head")
func head(_ states: Tensor) -> Tensor {
  let cls = norm(states, "vilt.layernorm").select(0, dim: 1)  // [B, D]
  let pooled = linear(cls, "vilt.pooler.dense").tanh()  // [B, D]
  // The classifier's norm has PyTorch's usual epsilon, the transformer's norms have BERT's.
  let widened = norm(linear(pooled, "classifier.0"), "classifier.1", epsilon: 1e-5).gelu()  // [B, 2 · D]
  return linear(widened, "classifier.3")  // [B, A]
}
let logits = head(states)
let libraryLogits = noGrad {
  vilt.model(ids, attentionMask: wordMask, Scene.tensor(pair.map(\.scene)))
}
show("Logits", logits.shape, note: "[B, A]")
show("Largest logit of each", logits.max(dim: 1).values, decimals: 3)
show("Equal to the library's logits", largestDifference(logits, libraryLogits) < 1e-4)
let alone = noGrad { vilt.model(IntTensor([encoding.ids]), picture) }
show("The shorter question alone has the same logits", largestDifference(alone[0], logits[0]) < 1e-4)
show("Answers", vilt.model.answers(logits).joined(separator: ", "), note: "right: \(pair.map(\.answer))")

/*:
The last line but one is the test of the mask: with padding behind it the question gets the same scores as alone. The
library computes the last block for `[CLS]` alone, since nothing else is read:

{{quote ViLTEncoder.callAsFunction}}

Where are the parameters? Beside this model stands `dandelin/vilt-b32-finetuned-vqa`, built from its sizes.
*/
var real = ViLTConfiguration()
real.labels = Labels((0..<3129).map { "answer \($0)" })
let published = Initialization.skipped { ViLTForQuestionAnswering(real) }
table(
  ["parameters", "this ViLT", "ViLT-B/32"],
  zip(parameterParts(vilt.model), parameterParts(published)).map { ours, theirs in
    [.text(ours.name), .integer(ours.count), .integer(theirs.count)]
  })

/*:
## 8.5 From scores to an answer: classes, loss and metric

A VQA model of this kind writes nothing. Its answers are the labels of a classifier. ViLT's are the 3,129 most frequent
answers of the VQA v2 data set (Goyal et al. 2017): "yes", "2", "tennis", also some of several words. Ours are these
eighteen:
*/
section("8.5 From scores to an answer: classes, loss and metric")
let answerNames = vilt.model.configuration.labels.names
show("Answers", answerNames.joined(separator: " "))

/*:
A classifier is small, fast, and always gives an answer from the list. It cannot give any other: no "three cats and a
dog", no "I do not know" unless that is a class. The other way is to *generate* the answer word by word, as the
captioner of Lesson 07 and BLIP-2 of Lesson 09 do. That can say anything, also something wrong that nobody foresaw, and
it is harder to score, because "couch" and "a couch" are two texts.

**Softmax or sigmoids.** Our training used one right answer for each question. Then the scores go through a softmax
(Lesson 02): probabilities of all answers that sum to 1. The published ViLT has no softmax. For VQA v2 ten people
answered each question, and they do not always agree: "couch", "sofa". More than one answer can be right. So each of the
3,129 answers has a yes-or-no decision of its own: the sigmoid $\sigma(s) = 1 / (1 + e^{-s})$ of its score. Both on the
same three scores:
*/
let threeScores = Tensor([4, 4, -1])
let names = ["couch", "sofa", "cat"]
table(
  ["answer", "score", "softmax", "sigmoid"],
  names.indices.map { index in
    [
      .text(names[index]), .fixed(threeScores.scalars[index], decimals: 1),
      .percent(threeScores.softmax(dim: 0).scalars[index], decimals: 1),
      .percent(threeScores.sigmoid().scalars[index], decimals: 1),
    ]
  })
note(
  """
  The softmax divides 1 between the two good answers, so that neither gets more than a half. The sigmoids call both \
  nearly certain. The order of the answers is the same in both, and the model's answer is the one with the highest \
  score, so at inference the choice is made by argmax and needs neither. The difference is in training.
  """)

/*:
**The metric.** An answer counts fully if at least three of the ten people gave it: $\min(\text{people} / 3, 1)$ (Antol
et al. 2015). The official number is the mean of that over the ten ways to leave one person out, so that people can be
scored in the same way. By code, for an answer that 0, 1, 2, … of ten people gave:
*/
func simpleScore(_ people: Int) -> Double { min(Double(people) / 3, 1) }
func officialScore(_ people: Int, of all: Int = 10) -> Double {
  // Of the `all` ways to leave one out, `people` leave out one who gave this answer.
  let (withOneLess, withAll) = (simpleScore(people - 1), simpleScore(people))
  return (Double(people) * max(withOneLess, 0) + Double(all - people) * withAll) / Double(all)
}
table(
  ["people who gave it", "min(people / 3, 1)", "mean over ten"],
  (0...5).map { [.integer($0), .fixed(simpleScore($0), decimals: 4), .fixed(officialScore($0), decimals: 4)] })

/*:
**The loss.** Scores of this kind are the *soft targets* of training (our trial takes the first column): the target of
an answer is a number between 0 and 1 and not only 0 or 1. The loss is the binary cross-entropy of each sigmoid with its
target, summed over the answers:

$$ \mathcal{L} = \sum_{a=1}^{A} -\left( y_a \log \sigma(s_a) + (1 - y_a) \log (1 - \sigma(s_a)) \right) $$

and averaged over the batch. In PyTorch it reads `binary_cross_entropy_with_logits(logits, labels) * labels.shape[1]`:
the function takes the mean over the answers, and the factor makes the sum of it. Ten people were asked "what is the cat
lying on?"; six said couch, three sofa, one cat:
*/
let votes = [6, 3, 1]
let softTargets = Tensor(votes.map { Float(simpleScore($0)) })
let sigmoids = threeScores.sigmoid()
let eachLoss = -(softTargets * sigmoids.log() + (1 - softTargets) * (1 - sigmoids).log())
table(
  ["answer", "people", "target", "sigmoid", "loss"],
  names.indices.map { index in
    [
      .text(names[index]), .integer(votes[index]), .fixed(softTargets.scalars[index], decimals: 3),
      .fixed(sigmoids.scalars[index], decimals: 3), .fixed(eachLoss.scalars[index], decimals: 3),
    ]
  })
let byLibrary = binaryCrossEntropyWithLogits(threeScores, softTargets) * Float(votes.count)
show("VQA loss of the example", eachLoss.sum().item, decimals: 3)
show("Equal to the library's, times the number of answers", abs(eachLoss.sum().item - byLibrary.item) < 1e-5)
show(
  "VQA loss if all 18 scores are 0",
  (binaryCrossEntropyWithLogits(Tensor.zeros([18]), Tensor.zeros([18])) * 18).item, decimals: 3,
  note: "18 · ln 2, whatever the targets")

/*:
The smallest loss is not zero: where the target is $1/3$, the best sigmoid is $1/3$.

**Trying it.** Does that loss work for our model? Keep all of it but the classifier, and train a new classifier on what
the pooler gives. Ten simulated people answer each training question. Each is right with a probability of three in four,
and otherwise gives one of the other answers that are possible for that type of question. Three heads learn from them:
one from the answer of a single person with softmax and cross-entropy, as if only one had been asked; one from the most
frequent answer of the ten in the same way; one from all ten with the VQA loss. The first two differ in the number of
people, the last two in targets and loss.
*/
let crowd = Crowd(reliability: 0.75, count: 10)
let asked = (0..<1500).map { Scenes(split: .training, seed: lesson.seed).question(at: 100_000 + $0) }
let tests = (0..<1000).map { scenes.question(at: 50_000 + $0) }
/// What goes into the head for each question and its scene, `[questions, D]`.
func pooledStates(_ questions: [SceneQuestion]) -> Tensor {
  let parts = stride(from: 0, to: questions.count, by: 50).map { start -> Tensor in
    let part = questions[start..<min(start + 50, questions.count)]
    let (ids, mask) = padded(part.map(\.text))
    return noGrad { vilt.model.pooled(ids, attentionMask: mask, Scene.tensor(part.map(\.scene))) }
  }
  return .cat(parts)
}

let pooled = pooledStates(asked)
let pooledTests = pooledStates(tests)
show("Input of the head", pooled.shape, note: "[questions, D]")

/// Trains a new head; `loss` is given its scores `[B, A]` and the numbers of the batch's questions.
func trainedHead(_ seed: Int, loss: (Tensor, [Int]) -> Tensor) -> Sequential {
  withGenerator(Generator(seed: seed)) {
    let head = Sequential(Linear(80, 160), LayerNorm(160), Activation.gelu, Linear(160, 18))
    let optimizer = AdamW(head.parameters(), learningRate: 3e-3)
    for step in 0..<300 {
      let batch = (0..<50).map { (step * 50 + $0) % asked.count }
      optimizer.zeroGrad()
      loss(head(pooled.indexSelect(batch)), batch).backward()
      optimizer.step()
    }
    return head
  }
}

let seeds = [lesson.seed, lesson.seed + 1, lesson.seed + 2]
let trials = seeds.map { seed -> (single: Sequential, majority: Sequential, crowd: Sequential) in
  let votes = crowd.votes(asked, seed: seed)
  let targets = Tensor(votes.map { $0.map { Float(simpleScore($0)) } })  // [1500, A]
  let oneEach = crowd.firstAnswers(asked, seed: seed)
  let mostFrequent = Tensor(votes.map { $0.map(Float.init) }).argmax(dim: 1).scalars
  return (
    trainedHead(seed) { crossEntropy($0, IntTensor($1.map { oneEach[$0] })) },
    trainedHead(seed) { crossEntropy($0, IntTensor($1.map { mostFrequent[$0] })) },
    trainedHead(seed) { binaryCrossEntropyWithLogits($0, targets.indexSelect($1)) * Float(targets.shape[1]) }
  )
}
let judges = crowd.votes(tests, seed: lesson.seed + 10)
table(
  ["new head, three seeds", "VQA score", "the true answer"],
  [
    crowd.row("one person, softmax", trials.map(\.single), pooledTests, tests, judges),
    crowd.row("ten people's most frequent, softmax", trials.map(\.majority), pooledTests, tests, judges),
    crowd.row("ten people, sigmoids", trials.map(\.crowd), pooledTests, tests, judges),
    crowd.humanRow("a person of the crowd", tests, judges),
  ])
let sums = noGrad { trials[0].crowd(pooledTests) }.sigmoid().sum(dim: 1)
show("Mean sum of a question's 18 sigmoids", sums.mean().item, decimals: 2)
note(
  """
  The heads are scored as VQA is: by how many of ten other simulated people gave the same answer. "The true answer" is \
  the share of questions whose answer is right in the scene, which one can know here because the scenes are drawn. A \
  single person's answer is compared in the same way. From the first row to the second one is what nine more people \
  add, from the second to the third what the loss adds. Drawn scenes have one true answer and no "couch" beside \
  "sofa"; that photos would give more to the loss is a guess.

  The sigmoids of one question do not sum to 1: an answer that one or two people gave has a target above zero, too. So \
  a sigmoid here is no probability that the answer is true; it is a guess at the score that the answer will get.
  """)

/*:
## 8.6 How it is trained

**The published ViLT** is trained in two parts (Kim et al. 2021). *Pre-training* uses four million pictures with
captions and three losses. **Image-text matching**: in half of the examples the picture is exchanged for a random one,
and a head on `[CLS]` says whether both belong together. **Masked language modeling**: some words are replaced by
`[MASK]` and filled in, as in BERT, now with the help of the picture. **Word-patch alignment**: the states of words and
of patches of a matching pair should be close to each other as two sets; the distance between the sets is the effort of
moving one onto the other (*optimal transport*). *Fine-tuning* then replaces those heads by the answers' classifier and
trains all weights on VQA v2 with the loss of 8.5. Pre-training begins with the weights of a Vision Transformer for the
blocks and the patches, and with random vectors for words.

**Ours** is smaller in every respect. It begins with the weights of the captioner's image encoder (Lesson 07), which has
seen drawn scenes, and learns from questions with one right answer each: softmax and cross-entropy. The training loop is
the one of Lesson 04, with the two inputs of this model. For a short try it asks for one type of question only: colors,
once from the encoder's weights and once from random ones, and relations. Expect a loss near ln 18 at first, as 18
answers are possible; near ln 6 when it has learned that a color is asked for; lower only when it has learned to see
which.
*/
section("8.6 How it is trained")
let captioner = require(try Checkpoint(path: "\(try ShippedCheckpoint.captioner.directory)/model.safetensors"))
func captionerWeight(_ name: String) -> Tensor { require(try captioner.tensor(name)) }
let trainingScenes = Scenes(split: .training, seed: lesson.seed)

func shortTraining(
  _ type: SceneQuestionType, seed: Int, adoptsEncoder: Bool = true
) -> (losses: [Float], model: ViLTForQuestionAnswering) {
  withGenerator(Generator(seed: seed)) {
    let model = ViLTForQuestionAnswering(vilt.model.configuration)
    for (name, parameter) in model.namedParameters() where adoptsEncoder {
      // The captioner's "encoder.encoder.layer.0.…" is "vilt.encoder.layer.0.…" here.
      let source = name.replacing("vilt.", with: "encoder.", maxReplacements: 1)
      if captioner.names.contains(source) { parameter.assign(captionerWeight(source)) }
    }
    let (steps, size) = (120, 24)
    let optimizer = AdamW(model.parameters(), learningRate: 1e-3, betas: (0.9, 0.98))
    let schedule = WarmupCosine(peak: 1e-3, warmupSteps: 20, totalSteps: steps, final: 1e-5)
    let losses = (0..<steps).map { step -> Float in
      let questions = (0..<size).map { trainingScenes.question(at: (seed * steps + step) * size + $0, type: type) }
      let (ids, mask) = padded(questions.map(\.text))
      let scores = model(ids, attentionMask: mask, Scene.tensor(questions.map(\.scene)))  // [B, A]
      let loss = crossEntropy(scores, IntTensor(questions.map(\.answerIndex)))
      optimizer.zeroGrad()
      loss.backward()
      optimizer.learningRate = schedule.learningRate(at: step)
      optimizer.step()
      return loss.item
    }
    return (losses, model.eval())
  }
}

let colors = seeds.map { shortTraining(.color, seed: $0) }
let colorsFromRandom = seeds.map { shortTraining(.color, seed: $0, adoptsEncoder: false) }
let relationsAlone = [shortTraining(.relation, seed: lesson.seed)]
show(
  "Loss of the first step", colors[0].losses[0], decimals: 3,
  note: "ln 18 is \(Format.fixed(Tensor(18).log().item, decimals: 3))")
table(
  ["120 steps of 24 questions", "seeds", "loss, last 20 steps", "right answers", "guess"],
  [
    shortRow("colors, captioner's encoder", .color, colors),
    shortRow("colors, random weights", .color, colorsFromRandom),
    shortRow("relations, captioner's encoder", .relation, relationsAlone),
  ])
show("Loss of a guess among 6 colors", Tensor(6).log().item, decimals: 3, note: "ln 6")
show("Loss of a guess between yes and no", Tensor(2).log().item, decimals: 3, note: "ln 2")
note(
  """
  In so short a time the random weights learn to answer with some color and hardly more. With the encoder's weights \
  the model also begins to find the right one: it can already see colors and shapes, and has to learn only what the \
  words ask for. Relations stay near ln 2 even with that start, in this one run.
  """)

/*:
**The whole training** took 8,500 steps of 64 questions, too long for a lesson. `swift run course train vqa` does it and
gives the same file to the last bit. While it ran once more, the accuracy on 500 held-out questions about relations and
on 500 others was recorded every 250 steps:
*/
let curve = TrainingCurve.recorded
let stages = Trainer.vqa.plans
show("Steps of \(stages[0].batchSize) examples, first and second stage", stages.map(\.steps))
figure("training", curve.plot(secondStage: stages[0].steps), caption: curve.caption)
if let before = ShippedCheckpoint.vqa.report?[TrainingReport.relationsBefore] {
  show("Right about relations after the first stage, as training reported", before)
}
show("The same at the end of the second stage", ShippedCheckpoint.vqa.report?[TrainingReport.relationsAfter] ?? "")
show("The same after a second stage without filling in relations", percent: curve.withoutGaps.last ?? 0, decimals: 1)
let lastOfFirst = curve.loss[stages[0].steps / curve.interval - 1]
show("Mean loss of the last 250 steps of the first stage", lastOfFirst, decimals: 3)
show("A fifth of ln 2", Tensor(2).log().item / 5, decimals: 3)
let firstStage = curve.relations[1...stages[0].steps / curve.interval]
note(
  """
  From step \(curve.interval) to the end of the first stage the accuracy on relations is between \
  \(Format.percent(firstStage.min() ?? 0, decimals: 1)) and \(Format.percent(firstStage.max() ?? 0, decimals: 1)). It \
  is mostly near one of two values that sum to one, as if nearly all were answered with yes, or nearly all with no.
  """)

/*:
**Relations are hard to learn.** In the first stage the model is asked questions of all five types and learns four of
them. The loss of its last steps is little more than a fifth of ln 2: four types have a loss near zero, one is guessed.

Why? The answer to "is the red circle above the blue star?" depends on which of the two things is named first **and** on
the relation that is asked for. Even if it sees where both things stand, a model that uses only one of the two is right
in half of the cases. So learning to use one of them alone does not lower the loss, and gradient descent follows small
steps that lower it.

The second stage adds a simpler task beside the questions: **fill in the relation**, "is the red circle `[MASK]` the
blue star?" A second head of four classes, one for each relation, reads the pooled `[CLS]` for it and is thrown away
afterwards. What is filled in depends on the things alone, not on a relation in the question. In half of these sentences
the second thing is masked, too; then it depends mostly on where the first thing stands.
(`Sources/Training/VQATraining.swift`; the masked words of ViLT's pre-training gave the idea.)

The third curve is the control: a second stage of as many steps with still more questions about relations, but nothing
to fill in. It stays at the line of guessing. So it was the task, not the number of steps or of questions, that made the
difference, in the one run of each that was recorded. The explanation by small steps is a guess that fits both curves.

In the second stage the answers to other questions first get worse. Its learning rate is high again, and half of each
batch is another task; which of the two does it was not tested.

## 8.7 How much is looking, how much is guessing?

An accuracy alone says little. A model that never got a picture, only the question, answered half of the questions of
the first VQA data set correctly (Antol et al. 2015). In that data set "tennis" is right for 41 % of the questions that
begin with "What sport is the", and "2" for 39 % of those that begin with "How many" (Goyal et al. 2017). Such
regularities are called **language priors**. Goyal et al. made VQA v2 against them: for most questions it has two
similar pictures with different answers.

Here are three thousand new questions, answered in four ways: by the most frequent answer to each type of question
(majority); from the question alone, by the answer that was most often right for the same words in 20,000 training
questions (for words that never occurred there, the majority of the type); by the model shown an evenly gray picture in
place of the scene; and by the model with the picture. What to expect without the picture: one of two for yes and no,
one of about five or six for colors and shapes.
*/
section("8.7 How much is looking, how much is guessing?")
let prior = QuestionPrior(Scenes(split: .training), count: 20_000)
let answered = AnsweredQuestions(evaluation, .heldOut, seeds: seeds, count: 1000)
table(
  ["question about", "asked", "majority", "question only", "gray picture", "ViLT"],
  ([nil] + SceneQuestionType.allCases).map { answered.row($0, prior) })
figure(
  "accuracy", answered.plot(prior),
  caption: "What the picture adds: compare the two bars without it and ViLT's, for each type of question.")

/*:
The bars of the gray picture and of the question alone are near each other and near what guessing must give. The rings
are the three lists of questions of three seeds.
*/
let weakest = SceneQuestionType.allCases.min { answered.accuracy(of: $0) < answered.accuracy(of: $1) } ?? .count
note(
  """
  Our questions were drawn answer first, so that no answer is more frequent than it must be: a yes is as likely as a \
  no, each color as likely as another. What is left to guess from a question is one of five colors or shapes (of the \
  six that each could have, one makes a pair that is kept from training), one of three or four numbers, one of yes and \
  no. Real data sets are not drawn so, and there the question alone is worth much more. With the picture the model is \
  right in \(Format.percent(answered.accuracy, decimals: 1)) of all questions. The lowest number is that of \(weakest) \
  (\(Format.percent(answered.accuracy(of: weakest), decimals: 1))): relations were the hardest to learn, which does \
  not make them the worst in the end. With 600 questions of each type, neighbors are too close to tell apart.
  """)

/*:
What does the model answer before a gray picture? The same question twice, with its scene and without:
*/
let twoLooks = require(try evaluation.logits([first.scene, nil], [first.text, first.text])).softmax(dim: 1)  // [2, A]
table(["answer", "with the scene", "with an even gray"], colorRows(twoLooks, answerNames))
let graySure = twoLooks[1].max().item
note(
  """
  For this question nearly all probability is on colors in both columns: the words alone say that a color is asked \
  for. One might expect about one sixth for each color before the gray. The highest is \
  \(Format.percent(graySure, decimals: 1)). No picture of the training was gray, and nothing in the loss asks for \
  doubt on pictures of another kind. The model has no way to say "I cannot see".
  """)

/*:
Two harder tests of the same kind: pictures with pairs of color and shape that no training picture had, and wordings
that no training question had ("the circle is what color?").
*/
let newPairs = AnsweredQuestions(evaluation, .heldOutCombinations, seeds: seeds, count: 1000)
let newWordings = AnsweredQuestions(evaluation, .heldOut, .heldOut, seeds: seeds, count: 1000)
table(
  ["1,000 questions from each of three seeds", "question only", "ViLT", "each seed"],
  [
    answered.summary("new scenes", prior), newPairs.summary("new pairs of color and shape", prior),
    newWordings.summary("new wordings", prior),
  ])
figure(
  "generalization",
  generalizationPlot(
    [("new scenes", answered), ("new pairs", newPairs), ("new wordings", newWordings)], prior),
  caption: "Compare the three long bars: accuracy on new pairs and new wordings stays far above the question alone.")
func points(_ other: AnsweredQuestions) -> String {
  Format.fixed(100 * (answered.accuracy - other.accuracy), decimals: 1)
}
note(
  """
  On new pairs the accuracy is \(points(newPairs)) points lower, on new wordings \(points(newWordings)). A new wording \
  has known words at new places. The published ViLT has read millions of captions first; ours knows two wordings for \
  each question.
  """)

/*:
## 8.8 Counterfactual pairs

A **counterfactual pair** is two pictures that differ in one respect only, and one question to which the right answers
differ. A thing is recolored or reshaped, one more or fewer is there, or the two things of a relation change places. An
answer that does not depend on the changed part is the same for both pictures, so it is right for at most one of them.

That makes two of our comparisons empty here. The question is the same for both pictures, and so is a gray picture.
Whatever is answered from the question alone, or before gray, is the same answer twice, so its score here is **zero by
construction**. The column only shows what the test guarantees. A fair comparison needs a method that sees something of
the picture. Let it see nearly everything: how many things there are of each color and of each shape, but neither which
color belongs to which shape nor where anything is.
*/
section("8.8 Counterfactual pairs")
/// An answer from a bag of attributes: the colors and the shapes of a scene, each with its number.
func answerFromAttributes(_ question: SceneQuestion) -> String {
  let things = question.scene.objects
  switch question.query {
  case .color: return SceneColor.allCases.first { color in things.contains { $0.color == color } }?.description ?? ""
  case .shape: return SceneShape.allCases.first { shape in things.contains { $0.shape == shape } }?.description ?? ""
  case .count, .countShape, .countColor: return question.query.answer(for: question.scene) ?? ""
  case .exists(let kind):
    let hasBoth = things.contains { $0.color == kind.color } && things.contains { $0.shape == kind.shape }
    return hasBoth ? "yes" : "no"
  case .relation: return "yes"
  }
}

let pairs = AnsweredPairs(evaluation, (0..<500).map { scenes.counterfactual(at: $0) })
table(
  ["question about", "pairs", "one right at least", "both right", "both, question only", "both, bag of attributes"],
  ([nil] + SceneQuestionType.allCases).map { pairs.row($0, prior, answerFromAttributes) })
note(
  """
  The bag of attributes is made from the scene's description and not from pixels, so it counts without error, which \
  ViLT does not. Where there is one thing only, it also knows that thing's color and shape. It fails where a color and \
  a shape have to be bound to one thing. For relations it says yes to both pictures, so its zero there is by \
  construction again. What ViLT gets right beyond this column, and beyond luck, needs binding: which color belongs to \
  which shape, and what stands where.
  """)

/*:
One pair of each type, the first of the list:
*/
let shown = SceneQuestionType.allCases.compactMap { type in pairs.pairs.firstIndex { $0.original.type == type } }
table(["question", "first", "ViLT", "changed", "ViLT"], shown.map { pairs.example($0) })
figure(
  "counterfactuals",
  Image.grid(
    shown.flatMap { [pairs.pairs[$0].original, pairs.pairs[$0].changed] }.map { $0.scene.image().enlarged(by: 3) },
    columns: 2, gap: 8, labels: shown.flatMap { [pairs.answers[$0], pairs.changedAnswers[$0]] }),
  caption: "The pairs of the table, row by row, with the model's answers: look for a pair with an error.",
  alternative: "Five rows of two drawings that differ in one respect, each with the model's answer below.")
let wrong = shown.filter { !pairs.isRight($0) }
let weakestPairs = SceneQuestionType.allCases.min { pairs.bothRight($0) < pairs.bothRight($1) } ?? .count
note(
  """
  Of these \(shown.count) pairs the model is wrong about \
  \(wrong.isEmpty ? "none" : wrong.map { "\"\(pairs.pairs[$0].original.text)\"" }.joined(separator: ", ")). The type \
  with the fewest pairs of two right answers is \(weakestPairs) \
  (\(Format.percent(pairs.bothRight(weakestPairs), decimals: 1))); with about a hundred pairs each, the types are too \
  close for an order.
  """)

/*:
The same idea from the other side: one picture, and a question whose two things change places. "Is the red circle above
the blue star?" has the same words as "is the blue star above the red circle?" A model that reads them as a bag of
words, without their order, answers both alike.
*/
let relations = (0..<500).compactMap { index in ExchangedQuestion(scenes.question(at: index, type: .relation)) }
let straight = require(try evaluation.answers(relations.map(\.question)))
let turned = require(try evaluation.answers(relations.map(\.question.scene), relations.map(\.text)))
let bothRight = relations.indices.count {
  straight[$0] == relations[$0].question.answer && turned[$0] == relations[$0].answer
}
let alike = relations.indices.count { straight[$0] == turned[$0] }
show(
  "Both questions right", percent: Double(bothRight) / Double(relations.count), decimals: 1,
  note: "of \(relations.count) pictures")
show(
  "Both answered alike", percent: Double(alike) / Double(relations.count), decimals: 1,
  note: "always wrong for one of the two")

/*:
## 8.9 Where it attends, and whether that matters

Ask for the color or the shape of one of several things. What does `[CLS]` attend to, layer by layer? A thing covers 2 ×
2 patches here. Its row of weights, mean over heads and questions, is split into seven parts: `[CLS]` itself, the words,
`[SEP]`, the picture's extra token, the four patches of the asked thing, the four of another thing, and the rest of the
picture. We use only questions whose asked thing shares no patch with the other one, so that both parts are four
patches. The last row is even attention to all tokens.
*/
section("8.9 Where it attends, and whether that matters")
let pointed = seeds.flatMap { seed in
  (0..<300).compactMap { index in
    let question = Scenes(split: .heldOut, seed: seed).question(at: index, type: index % 2 == 0 ? .color : .shape)
    return PointedQuestion(question, tokenCount: vilt.tokenizer.encode(question.text).ids.count)
  }
}
show("Questions", pointed.count, note: "from three seeds")
let attentionMaps = AttentionMaps(vilt: vilt)
let shares = attentionMaps.shares(pointed)
table(["layer"] + AttentionMaps.parts, AttentionMaps.rows(shares))
figure(
  "parts", AttentionMaps.plot(shares),
  caption: "Look for the layers in which the part of the asked thing is larger than that of another thing.")
let sharpest = (0..<layerCount).max { shares[$0][4] < shares[$1][4] } ?? 0
let ahead = (0..<layerCount).filter { shares[$0][4] > 2 * shares[$0][5] }
note(
  """
  The asked thing gets more than twice as much attention as the other thing in \
  \(ahead.isEmpty ? "no layer" : "layers " + ahead.map { "\($0 + 1)" }.joined(separator: ", ")), most in layer \
  \(sharpest + 1). With even attention each would get \(Format.percent(shares[layerCount][4], decimals: 1)).
  """)

/*:
Which words? One question, word by word:
*/
figure(
  "words", attentionMaps.wordsPlot(pointed[1].question),
  caption: "Rows are layers: in which of them does [CLS] attend to words, and to which?")
for one in pointed.prefix(4) { show(one.question.text, one.question.answer) }
figure(
  "looking",
  Image.grid(pointed.prefix(4).map { attentionMaps.picture($0.question, layer: sharpest) }, columns: 2, gap: 12),
  caption:
    "What [CLS] of layer \(sharpest + 1) attends to for these four questions: bright patches have large weights.",
  alternative: "Four scenes, each beside a copy in which the patches that [CLS] attends to are bright.")

/*:
**Attention is not cause.** The weights show what a layer fetches. They do not show that the answer depends on it: the
same could have been fetched elsewhere, or not be used. That can be tested: forbid the attention, and see if the answer
stays (a *knock-out*). With the blocks of 8.3 it takes one change of the mask. In some layers, for all queries, the
scores of certain tokens get the large negative number that padding has:
*/
/// The answers if no token may attend to certain tokens in certain layers.
func answers(_ questions: [PointedQuestion], forbidding tokens: (PointedQuestion) -> [Int], in layers: Range<Int>)
  -> [String]
{
  noGrad {
    batches(of: questions, vilt).flatMap { batch -> [String] in
      let open = additiveMask(batch.input.mask)
      var real = batch.input.mask.scalars
      for (row, question) in batch.questions.enumerated() {
        for token in tokens(question) { real[row * batch.input.mask.shape[1] + token] = 0 }
      }
      let closed = additiveMask(IntTensor(real, shape: batch.input.mask.shape))
      let states = (0..<layerCount).reduce(batch.input.tokens) { block($0, layers.contains($1) ? closed : open, $1) }
      return vilt.model.answers(head(states))
    }
  }
}

let spans = [("1 and 2", 0..<2), ("3 and 4", 2..<4), ("5 and 6", 4..<6), ("all", 0..<6)]
let knockOuts: [(name: String, tokens: (PointedQuestion) -> [Int])] = [
  ("nothing", { _ in [] }), ("patches of the asked thing", \.askedTokens),
  ("patches of another thing", \.otherTokens), ("as many random patches", \.randomTokens),
  ("all patches but the asked thing's", \.allButAskedTokens), ("all words", \.wordTokens), ("[SEP]", \.separatorToken),
  ("the picture's extra token", \.extraToken),
]
let kept = knockOuts.map { knockOut in
  spans.map { span in
    let given = answers(pointed, forbidding: knockOut.tokens, in: span.1)
    return Double(zip(pointed, given).count { $0.question.answer == $1 }) / Double(pointed.count)
  }
}
table(
  ["forbidden for all tokens"] + spans.map { "layers \($0.0)" },
  zip(knockOuts, kept).map { knockOut, row in [.text(knockOut.name)] + row.map { .percent($0, decimals: 1) } })
/// The share of right answers with these tokens forbidden in these layers.
func share(_ forbidden: String, in layers: String) -> String {
  let row = knockOuts.firstIndex { $0.name == forbidden } ?? 0
  let column = spans.firstIndex { $0.0 == layers } ?? 0
  return Format.percent(kept[row][column], decimals: 1)
}
let askedThing = "patches of the asked thing"
note(
  """
  If answers depend on what layers 3 and 4 fetch from the asked thing, then forbidding its patches there must change \
  answers, and forbidding as many random patches must not. With its patches forbidden in these layers \
  \(share(askedThing, in: "3 and 4")) of the answers are right, with random ones \
  \(share("as many random patches", in: "3 and 4")). Other layers make up for a part: forbidden in all layers, \
  \(share(askedThing, in: "all")) are left, about what guessing one of six gives. So attention to the asked thing \
  matters here. The knock-out forbids it for all tokens; whether it is that of [CLS], which the maps show, would need \
  a knock-out of that row alone.
  """)
note(
  """
  With the words forbidden in layers 1 and 2, \(share("all words", in: "1 and 2")) of the answers are right; forbidden \
  in layers 3 and 4, or in 5 and 6, it is \(share("all words", in: "3 and 4")) and \
  \(share("all words", in: "5 and 6")). So the question is read in the first two layers, and what it says travels on \
  in the states of other tokens. A guess why so few are right without it: the model then does not know whether a color \
  or a shape is asked for. Attention to words in layers 3 and 4 alone, or in 5 and 6 alone, is not needed, though the \
  figure shows some: the map does not say that. (Layers 3 to 6 together were not tried.) For these questions the \
  picture's extra token is not needed either: \(share("the picture's extra token", in: "all")) are right with that \
  forbidden in all layers.
  """)
note(
  """
  How far this carries: \(pointed.count) questions about colors and shapes, one trained model. A model with forbidden \
  attention computes states that training never made; the random patches are the control for that.
  """)

/*:
The other test changes the picture and not the model: take the asked thing out, or another one, and ask again.
*/
func stillRight(_ scenes: [Scene?]) -> Double {
  let given = require(try evaluation.answers(scenes, pointed.map(\.question.text)))
  return Double(zip(pointed, given).count { $0.question.answer == $1 }) / Double(pointed.count)
}
let removals = [
  ("the scene", stillRight(pointed.map(\.question.scene))),
  ("another thing taken out", stillRight(pointed.map(\.withoutOther))),
  ("the asked thing taken out", stillRight(pointed.map(\.withoutAsked))),
]
table(["picture", "still the answer"], removals.map { [.text($0), .percent($1, decimals: 1)] })
figure(
  "taken-out",
  BarPlot(
    "Is it still the answer?", value: Axis("share of questions", range: 0...1, format: .percent(decimals: 1)),
    bars: removals.map { Bar($0.replacing("the asked", with: "asked"), $1) },
    reference: .vertical(at: 1 / Double(SceneColor.allCases.count), "one of six, guessed")),
  caption: "Compare the last bar with the line of guessing: without the asked thing little more than a guess is left.")

/*:
## 8.10 The notebook's three questions

The notebook's function asks one question about one image. Its lines and ours:

| PyTorch | Swift |
|---|---|
| `ViltProcessor.from_pretrained("dandelin/…")` and `ViltForQuestionAnswering.from_pretrained("dandelin/…")` | `try QuestionAnswering(directory: path)`: tokenizer, image processor and model |
| `inputs = vqa_processor(image, question, return_tensors="pt")` | in the call: tokens and pixels, `[1, L]` and `[1, 3, H, W]` |
| `with torch.no_grad(): outputs = vqa_model(**inputs)` | `try vilt(images: [image], questions: [question])`: scores `[1, A]`, without gradients |
| `idx = outputs.logits.argmax(-1).item()` | `logits.argmax()` |
| `vqa_model.config.id2label[idx]` | `vilt.model.configuration.labels[index]` |
*/
section("8.10 The notebook's three questions")
/// Answers a question about an image.
func answerQuestion(_ image: Image, _ question: String) throws -> String {
  let logits = try vilt(images: [image], questions: [question])  // [1, A]
  return vilt.model.configuration.labels[logits.argmax()]
}

let cat = require(try Photos.cat)
verbatim("Visual Question Answering:")
for question in questions {
  let answer = require(try answerQuestion(cat, question))
  verbatim("  Q: \(question)\n  A: \(answer)\n")
}

/*:
The photo is a cat. The small ViLT knows eighteen answers, none of them an animal or a posture. Its vocabulary has no
pieces for words that it never read; they become `[UNK]` (*unknown*). How sure is it?
*/
let scores = require(try vilt(images: [cat], questions: questions)).softmax(dim: 1)  // [3, A]
table(
  ["question", "answer", "probability"],
  questions.indices.map { row in
    [
      .text(questions[row]), .text(vilt.answers(scores)[row]), .percent(scores[row].max().item, decimals: 1),
    ]
  })
show("The first question's tokens", vilt.tokenizer.encode(questions[0]).tokens.joined(separator: " "))
note(
  """
  A classifier always gives one of the answers that it knows, also where none of them can be right, and a high \
  probability says nothing against that. Ask a real one by its name: \
  `--model dandelin/vilt-b32-finetuned-vqa`.
  """)

/*:
## 8.11 What the paper claims, what came after, what can go wrong

**The claim.** Before ViLT, most models of this kind first ran an object detector over the picture, and its regions were
the picture's tokens. ViLT replaces the detector by one linear layer. Kim et al. (2021, table 2) report 71.26 on VQA v2
(test-dev, the metric of 8.5) with about 15 ms for a picture and a question, beside 72.70 for UNITER and 75.95 for VinVL
with detectors, which take some hundreds of milliseconds. So the claim is speed, "up to tens of times faster", at an
accuracy 1.4 points below UNITER's and 4.7 below VinVL's.

**How far our results carry.** One small model of one training seed, drawn scenes, eighteen answers, questions with
hardly any priors. That a model of this form *can* bind color, shape and place is shown. That it does so on photos is
not. On VQA v2 a part of every score comes from priors, and which part is measured by tests like those of 8.7 and 8.8.

**What came after.** Models that generate the answer, on top of large language models: Flamingo (Alayrac et al. 2022)
and BLIP-2 (Li et al. 2023, Lesson 09). They answer in free text, follow instructions and need no list of answers.

**What can go wrong.** The answers were learned from photos and people of particular places, and what is frequent there
is answered elsewhere, too. The model cannot refuse: photos that blind people took and asked about often do not show
what is asked for (Gurari et al. 2018, *VizWiz*), and a confident wrong answer about a medicine's label does harm.
Questions about who somebody is, their health, origin or feelings get an answer like all others, and it is a guess from
appearance. Do not decide anything about people from it. Before use: measure with questions and pictures of your own,
with the picture taken away, and with pairs.

**What to try next.** `--question` about the cat, and `--image` with a drawing of your own. `--seed 1` for other
questions. Train it again with `swift run course train vqa`, and leave out the second stage, or `adoptWeights`, in
`Sources/Training/VQATraining.swift`. Lesson 09 joins a model that sees with one that writes.
*/
section("8.11 What the paper claims, what came after, what can go wrong")
show("Labels of the published model", real.labels.count)
show("Patches of a photo of 640 × 384 pixels", (640 / real.patchSize.width) * (384 / real.patchSize.height))

/*:
## 8.12 Words of this lesson

- **visual question answering (VQA)**: giving an answer to a question in words about a picture.
- **early fusion**: words and patches go through one transformer together from the first layer on.
- **late fusion**: each side goes through a tower of its own, and only the two results meet.
- **joint sequence**: the tokens of the question and the tokens of the picture, one after the other.
- **[CLS]**: a token without a word in front of the text, whose last state the head reads.
- **[SEP]**: a token without a word that ends a text.
- **extra token**: the picture's own class token, which ViLT keeps from the Vision Transformer and whose state the head
  does not read.
- **modality type**: a learned vector that marks a token as word or as part of the picture.
- **padding**: tokens that fill up the shorter texts of a batch and must not change anything.
- **mask**: what says which tokens may be attended to; the others get a large negative number added to their scores.
- **pooler**: a linear layer and tanh on the state of `[CLS]`.
- **logit**: a score before softmax or sigmoid.
- **soft target**: a target between 0 and 1, here how well an answer would be scored.
- **VQA score**: min(people / 3, 1), where people is how many of ten gave the same answer.
- **image-text matching**: the training task of telling if a picture and a text belong together.
- **masked language modeling**: the training task of filling in words that were replaced by `[MASK]`.
- **word-patch alignment**: a loss that brings the states of words and of patches of a pair close to each other.
- **fine-tuning**: training a pre-trained model further on the task that it is for.
- **language prior**: what can be guessed from the question alone.
- **counterfactual pair**: two inputs that differ in one respect, and in the right answer.
- **bag of attributes**: which colors and shapes are in a picture, without what belongs together.
- **knock-out**: forbidding a part of a model's computation to see what depends on it.

## 8.13 Exercises

{{exercises}}

## 8.14 Quiz

{{quiz quiz.md}}
*/
