/*:
# 8. Visual Question Answering (VQA)

ViLT (Kim et al. 2021) reads the question's words and the picture's patches as one sequence, in one transformer. Its
answer is a choice among those that were frequent in its training data. The notebook asks a published ViLT three
questions about a photo; this lesson looks into a small one that has learned from questions about drawn scenes, and asks
how one can know that it looks at all.

With a flag of its own the lesson answers about your picture instead:
`--model vilt-b32-finetuned-vqa --image dog.jpg --question "What animal is in the image?"`, and `--json` for the numbers
alone.
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

CLIP has a tower for each side, the captioner an encoder and a decoder. ViLT has neither: words and patches are
embedded, each is marked as word or patch, and one transformer lets all of them attend to each other from the first
layer on. The state of the first token, `[CLS]` as in BERT (Devlin et al. 2019), goes to a classifier over the answers.
With $t$ for words and $v$ for patches, each with its place added, $e$ for the two marks, and $D$ layers of attention
and feed-forward part:

$$ z^0 = [t_{CLS} + e^t; \, t_1 + e^t; \ldots; \, v_0 + e^v; \, v_1 + e^v; \ldots], $$
$$ y^d = z^{d-1} + \text{Attention}(\text{Norm}(z^{d-1})), \quad z^d = y^d + \text{FeedForward}(\text{Norm}(y^d)), \quad
p = \text{softmax}(W z^D_{CLS}). $$

With the sizes of this lesson's model, for one question and one picture:

{{figure architecture}}

Up to the joint sequence each side has one layer of its own; everything else is shared. In the library the first equation
is one function and the others are the next:

{{quote ViLTEncoder.embedded}}

{{quote ViLTEncoder.callAsFunction}}
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
show("Question", first.text)
show("Words", encoding.tokens.joined(separator: " "))
show("Picture", picture.shape)
show(
  "One sequence", noGrad { vilt.model.embedded(IntTensor([encoding.ids]), picture) }.tokens.shape,
  note: "[batch, \(encoding.ids.count) words + extra token + 4 × 4 patches, width]")
figure(
  "architecture", viltDiagram(vilt.model.configuration, wordCount: encoding.ids.count),
  caption: "words and patches become one sequence before the first block")

/*:
There is no encoder of pictures before: a patch becomes a token by one linear layer (as in Lesson 04), a word by a
table. All the rest is the transformer. Beside ours stands `dandelin/vilt-b32-finetuned-vqa`, built from its sizes.
*/
var real = ViLTConfiguration()
real.labels = Labels((0..<3129).map { "answer \($0)" })
let published = Initialization.skipped { ViLTForQuestionAnswering(real) }
let parts = [
  ("words", "vilt.embeddings.text_embeddings"), ("picture", "vilt.embeddings"), ("transformer", "vilt.encoder"),
  ("answers", "classifier"),
]
func counts(_ model: ViLTForQuestionAnswering) -> [Int] {
  var counts = parts.map { model.parameterCount(under: $0.1) }
  counts[1] -= counts[0]
  return counts + [model.parameterCount - counts.reduce(0, +), model.parameterCount]
}
table(
  ["parameters", "this ViLT", "ViLT-B/32"],
  zip(parts.map(\.0) + ["last norm and pooler", "all"], zip(counts(vilt.model), counts(published))).map {
    [.text($0), .integer($1.0), .integer($1.1)]
  })

/*:
## 8.2 Answers are classes

A VQA model of this kind writes nothing. Its answers are the labels of a classifier: ViLT's are the 3,129 most frequent
answers of the VQA v2 data set, ours are these eighteen.
*/
section("8.2 Answers are classes")
show("Answers", vilt.model.configuration.labels.names.joined(separator: " "))
show("Scene", first.scene.canonicalCaption)
show("Question", first.text, note: "right: \(first.answer)")
let twoLooks = require(try evaluation.logits([first.scene, nil], [first.text, first.text])).softmax(dim: 1)  // [2, 18]
table(
  ["answer", "seeing the scene", "seeing an even gray"], colorRows(twoLooks, vilt.model.configuration.labels.names))
note(
  """
  The words alone say that the answer is a color: with either picture hardly anything is left for other answers. \
  Which color it is only the picture can say. Before an even gray one might expect the model to find all colors \
  alike. It does not: no picture of its training was gray, and nothing has taught it to doubt.
  """)

/*:
## 8.3 How much is looking, how much is guessing?

Models of the first VQA data set scored half of the points without any picture: "what sport" was tennis, "how many" was
two (Goyal et al. 2017, *Making the V in VQA Matter*). So an accuracy alone says little. Three thousand new questions,
answered four ways: by the most frequent answer to each type; from the question alone, by what was most often right for
these very words in 20,000 training questions; by our model before a gray picture; and by our model.
*/
section("8.3 How much is looking, how much is guessing?")
let seeds = [lesson.seed, lesson.seed + 1, lesson.seed + 2]
let prior = QuestionPrior(Scenes(split: .training), count: 20_000)
let answered = AnsweredQuestions(evaluation, .heldOut, seeds: seeds, count: 1000)
table(
  ["question about", "asked", "majority", "question only", "gray picture", "ViLT"],
  ([nil] + SceneQuestionType.allCases).map { answered.row($0, prior) })
figure(
  "accuracy", answered.plot(prior),
  caption: "what looking adds: from the bars without the picture to ViLT's, for each type of question")

/*:
The bar of the gray picture lies near that of the question alone for every type, and both lie where guessing must end: a
half for yes and no, less where more answers are possible. The rings are the three lists of questions; they differ by far
less than what looking adds.
*/
note(
  """
  Our questions were drawn answer first, so that no answer is more frequent than it must be: a yes is as likely as a \
  no, each color as likely as another. What is left to guess from a question is one of five colors or shapes (of the \
  six that each could have, one makes a pair that is kept from training), one of three or four numbers, one of yes and \
  no. A question that training never asked gets the most frequent answer to its type. The model before a gray picture \
  guesses, too, and with confidence; it has no way to say "I cannot see".
  """)

/*:
Relations are the hard ones, and not because they are hard to see. The model was trained in two stages. In the first it
was asked questions of all types, and learned to answer all but those: a yes depends on which thing is named first *and*
on which relation is asked for, and as long as neither is known, to know the other is of no use. So there is no first
step.

In the second stage it also filled in the relation, "is the red circle [MASK] the blue star?": for this a second head of
four classes, one for each relation, read `[CLS]` beside the answers' head, and was thrown away afterwards. What is
filled in depends on the order of the things alone, and half of the time the second thing was masked, too, which leaves
one place to look up. (`VQATraining.swift`. The published ViLT filled in masked words of captions before it was asked.)
*/
let stages = Trainer.vqa.plans
show("Steps of \(stages[0].batchSize) examples, first and second stage", stages.map(\.steps))
if let before = ShippedCheckpoint.vqa.report?[TrainingReport.relationsBefore] {
  show("Right about relations after the first stage, as training reported", before)
}

/*:
New pairs of color and shape, and new wordings of the question ("the circle is what color?"):
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
  caption: "small losses on new pairs and new wordings, far above what the question alone gives")
func points(_ other: AnsweredQuestions) -> String {
  Format.fixed(100 * (answered.accuracy - other.accuracy), decimals: 1)
}
note(
  """
  New pairs cost \(points(newPairs)) points. A wording that was never trained costs \(points(newWordings)): words at \
  new places, in another order. The published ViLT has read millions of captions first and knows many ways to say a \
  thing; ours knows two for each question.
  """)

/*:
## 8.4 Counterfactual pairs

The hardest test of looking: two pictures that differ in one respect only, and the same question, to which the answers
differ. A thing is recolored or reshaped, one more or fewer is there, or the two things of a relation change places.
Whoever does not look, or looks elsewhere, gets at most one of the two right.
*/
section("8.4 Counterfactual pairs")
let pairs = AnsweredPairs(evaluation, (0..<500).map { scenes.counterfactual(at: $0) })
table(
  ["question about", "pairs", "one right at least", "both right", "both, question only"],
  ([nil] + SceneQuestionType.allCases).map { pairs.row($0, prior) })
let shown = SceneQuestionType.allCases.compactMap { type in pairs.pairs.firstIndex { $0.original.type == type } }
table(["question", "first", "ViLT", "changed", "ViLT"], shown.map { pairs.example($0) })
figure(
  "counterfactuals",
  Image.grid(
    shown.flatMap { [pairs.pairs[$0].original, pairs.pairs[$0].changed] }.map { $0.scene.image().enlarged(by: 3) },
    columns: 2, gap: 8, labels: shown.flatMap { [pairs.answers[$0], pairs.changedAnswers[$0]] }),
  caption: "the pairs of the table, row by row, with what the model answers",
  alternative: "Five rows of two drawings that differ in one respect, each with the model's answer below.")

/*:
The same from the other side: one picture, and a question whose two things change places. "Is the red circle above the
blue star?" has the same words as "is the blue star above the red circle?" Who reads them as a bag answers both alike.
*/
let relations = (0..<500).map { scenes.question(at: $0, type: .relation) }
let exchanged = relations.compactMap(\.exchanged)
let (straight, turned) = (
  require(try evaluation.answers(relations)),
  require(try evaluation.answers(relations.map(\.scene), exchanged.map(\.text)))
)
show(
  "Both questions right",
  percent: Double(
    relations.indices.count {
      straight[$0] == relations[$0].answer && turned[$0] == exchanged[$0].answer
    }) / Double(relations.count), decimals: 1, note: "of \(relations.count) pictures")
show(
  "Both answered alike",
  percent: Double(zip(straight, turned).count { $0 == $1 }) / Double(relations.count), decimals: 1,
  note: "always wrong for one of the two")

/*:
## 8.5 Where it looks

When it is asked for the color or the shape of one of several things: how much does `[CLS]` look at the words, at the
patch in the middle of that thing, and at the middle of another one? Layer by layer, mean over heads and questions; the
last row is what an even look at all tokens would give.
*/
section("8.5 Where it looks")
let attention = AttentionMaps(vilt: vilt)
let asked = (0..<400).map { scenes.question(at: $0, type: $0 % 2 == 0 ? .color : .shape) }
  .filter { $0.scene.objects.count > 1 }
let shares = attention.shares(asked)
table(
  ["layer", "words", "asked thing", "another thing"], AttentionMaps.rows(shares, even: attention.evenShares(asked)))

/*:
The column of words counts the special tokens with the words, and `[CLS]` with them. All of the look in its parts:
*/
figure(
  "parts", attention.partsPlot(asked),
  caption: "first the question, then the picture: see where the part of the asked thing begins")

/*:
In the first two layers most of the look goes to the words between the special tokens. From the third layer on most of it
goes to the picture, and the part of the asked thing is larger than that of another thing. Which words are read? One
question, word by word:
*/
figure(
  "words", attention.wordsPlot(asked[2]),
  caption: "which words of the question the first layers read, and where the picture takes over")

/*:
For this question the first two layers look most at the words that say what is asked and about which thing, and little at
most of the others. Then the picture takes over.
*/
let sharpest = shares.indices.max { shares[$0][1] < shares[$1][1] } ?? 0
show("Layer that looks at the asked thing most", sharpest + 1)
for question in asked.prefix(4) { show(question.text, question.answer) }
figure(
  "looking", Image.grid(asked.prefix(4).map { attention.picture($0, layer: sharpest) }, columns: 2, gap: 12),
  caption: "what that layer's [CLS] looks at for these four questions",
  alternative: "Four scenes, each beside a copy in which the patches that [CLS] looks at are bright.")
note(
  """
  The first layers read the question: they look at the words, and at either thing less than an even look would. Only \
  then does the look go to the picture, and there to the thing that the words name, several times as much as to \
  another.
  """)

/*:
Attention shows where a layer fetches, not what the answer hangs on. That can be tried: take the asked thing out of the
picture, or another one, and ask again.
*/
let subjects = asked.compactMap { question in question.subject.map { (question, $0) } }
let without = subjects.map { $0.0.scene(without: $0.1) }
let withoutOther = subjects.map { question, subject in
  question.scene.objects.first { $0 != subject }.flatMap { question.scene(without: $0) }
}
func unchanged(_ scenes: [Scene?]) -> Double {
  let answers = require(try evaluation.answers(scenes, subjects.map { $0.0.text }))
  return Double(zip(subjects, answers).count { $0.0.answer == $1 }) / Double(subjects.count)
}
let trials = [
  ("the scene", unchanged(subjects.map { $0.0.scene })), ("another thing taken out", unchanged(withoutOther)),
  ("the asked thing taken out", unchanged(without)),
]
table(["picture", "still the answer"], trials.map { [.text($0), .percent($1, decimals: 1)] })
figure(
  "taken-out",
  BarPlot(
    "Is it still the answer?", value: Axis("share of questions", range: 0...1, format: .percent(decimals: 1)),
    bars: trials.map { Bar($0.replacing("the asked", with: "asked"), $1) },
    reference: .vertical(at: 1 / Double(SceneColor.allCases.count), "one of six, guessed")),
  caption: "one bar falls to the line of guessing: that of the thing which was asked about")
note(
  """
  Another thing gone changes nothing, or even helps; the asked thing gone, and what is left of the answer is the luck \
  of one in six. So it is this thing that the answer hangs on, and the attention above pointed at it.
  """)

/*:
## 8.6 The notebook's three questions

The photo is a cat. The small ViLT knows eighteen answers, none of them an animal or a posture, and its vocabulary has
no pieces for words that it never read: they become `[UNK]`.
*/
section("8.6 The notebook's three questions")
let cat = require(try Photos.cat)
let scores = require(try vilt(images: [cat], questions: questions)).softmax(dim: 1)
table(
  ["question", "answer", "probability"],
  zip(questions, vilt.answers(scores)).enumerated().map { row, pair in
    [.text(pair.0), .text(pair.1), .percent(scores[row].max().item, decimals: 1)]
  })
show("The first question's tokens", vilt.tokenizer.encode(questions[0]).tokens.joined(separator: " "))
note(
  """
  A classifier always gives one of the answers that it knows, also where none of them can be right, and a high \
  probability says nothing against that. Ask a real one by `--model`, after `hf download \
  dandelin/vilt-b32-finetuned-vqa --local-dir vilt-b32-finetuned-vqa`.

  Try next: `--question` about the cat, and `--image` with a drawing of your own; `--seed 1` for other questions; \
  `swift run course train vqa` to train it again. Its training begins with the weights of the captioner's image \
  encoder, as the published one's began with a ViT's: leave out `adoptWeights` in VQATraining.swift, and see what it \
  learns without. Lesson 09 joins a model that sees with one that writes.
  """)
