/*:
# 10. Interview Questions

The notebook ends with three questions and an answer of a few lines to each. Here each answer runs: what it claims is
measured, and where the measurement says something else than the textbook, so does this lesson.

Run it with `--quiz` to be asked: these three questions and a dozen more on the whole module.
*/
import ArgumentParser
import CourseKit
import Datasets
import Evaluation
import Images
import Layers
import Models
import Notebook
import Plots
import Pretrained
import Tensors

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @Flag(help: "Ask the questions of the quiz instead of running the lesson.") var quiz = false
}

let lesson = Lesson(10, "Interview Questions", options: Options.self)
if lesson.options.quiz { QuizRound.askAndExit(lesson: "10") }

/*:
## 10.1 Question 1: How does ViT differ from CNNs?

> A CNN slides small kernels over the image and builds the whole up layer by layer. A ViT cuts the image into patches and
> lets each look at all others from the start. Nothing tells it that neighbors belong together, so it needs more data.

Two claims: what a layer can *see*, and how much *data* it takes. They need two models of the same size (`Models.swift`
beside this file): the ViT of Lesson 4, and a CNN of three convolutions with kernels of 3 × 3 pixels, the second with
stride 2, and a linear head.
*/
section("10.1 Question 1: How does ViT differ from CNNs?")
manualSeed(lesson.seed)
show("Parameters of the CNN", ConvolutionalNetwork().parameterCount)
show("Parameters of the ViT", visionTransformer().parameterCount)

/*:
## 10.2 What one output can see

The *receptive field* of an output is the set of pixels that can change it. It follows from kernels and strides. With
$k_l$ for the side of layer $l$'s kernel and $s_l$ for its stride, the inputs of layer $l$ lie $s_1 \cdots s_{l-1}$
pixels apart, and the side $r_l$ of the field grows by that many pixels for each row of the kernel after the first:

$$ r_l = r_{l-1} + (k_l - 1) \prod_{i<l} s_i, \qquad r_0 = 1. $$

Or it can be *asked*: send a gradient into one place of the output and look which pixels it arrives at. A pixel that
cannot matter gets exactly 0. The picture is noise of 32 × 32 pixels, the place its center, the models are untrained.
*/
section("10.2 What one output can see")
let side = 32
/// How strongly each pixel moves one output (a vector): the size of the gradient, as a share of the largest.
func influence(on output: (Tensor) -> Tensor) -> [Float] {
  let picture = Tensor.randn([1, 1, side, side]).requiringGrad()
  let value = output(picture)
  value.backward(from: .randn(value.shape))
  let sizes = (picture.grad ?? .zeros(picture.shape)).abs()
  return (sizes / sizes.max()).scalars
}
manualSeed(lesson.seed)
let (cnn, vit) = (ConvolutionalNetwork(), visionTransformer(imageSize: side))
let fromCNN = (0..<3).map { layer in
  influence { picture in
    let map = cnn.maps(picture)[layer]  // [1, C, H, W]
    return map.select(map.shape[2] / 2, dim: 2).select(map.shape[3] / 2, dim: 2)  // [1, C]
  }
}
let center = 1 + 8 * 16 + 8  // the token of the patch in the middle: [CLS], then 16 rows of 16 patches
let fromViT = (0...2).map { depth in
  influence { picture in
    vit.transformer.layers.prefix(depth).reduce(vit.tokens(picture)) { $1($0) }.select(center, dim: 1)  // [1, D]
  }
}
let predicted = cnn.receptiveFields
/// The side of the square that as many pixels fill as can move an output.
func sideSeen(_ influence: [Float]) -> Double { Double(influence.count { $0 > 0 }).squareRoot() }
let names = ["convolution 1", "convolution 2", "convolution 3", "patch embedding", "ViT layer 1", "ViT layer 2"]
let fields = fromCNN + fromViT
table(
  ["after", "pixels by the formula", "pixels by gradient", "of the picture"],
  zip(names, fields).enumerated().map { row, field in
    let seen = field.1.count { $0 > 0 }
    return [
      .text(field.0), row < 3 ? .integer(predicted[row] * predicted[row]) : "-", .integer(seen),
      .percent(Double(seen) / Double(side * side), decimals: 1),
    ]
  })
// The fourth root makes small gradients visible; what is darkest is exactly 0.
let maps = fields.map { Image.heatMap(Tensor($0).pow(0.25).scalars, columns: side, rows: side, range: 0...1, cell: 4) }
let sheet = Image.grid(maps, columns: 3, gap: 6, labels: names)
figure(
  "fields", sheet, caption: "which pixels move the output in the middle, and how much",
  alternative: "Six maps of 32 by 32 pixels. The three convolutions have bright squares of 3, 5 and 9 pixels in the "
    + "middle of a dark field, the patch embedding one of 2 pixels. The two layers of the ViT are brightest there, and "
    + "nowhere dark.")

/*:
How many layers would see the whole picture? The formula says it for any strides, and the gradient has said it for the
two models.

{{fold-code Drawing the figure}}
*/
figure(
  "growth",
  LinePlot(
    "Side of what one output can see", x: "layers passed", y: Axis("side of the field (pixels)", including: 0),
    series: [
      LineSeries("3 × 3 kernels, stride 1", y: receptiveFields(strides: Array(repeating: 1, count: 16), upTo: side)),
      LineSeries("3 × 3 kernels, stride 2", y: receptiveFields(strides: Array(repeating: 2, count: 5), upTo: side)),
      LineSeries("this CNN, by gradient", y: [1] + fromCNN.map(sideSeen)),
      LineSeries("this ViT, by gradient", y: fromViT.map(sideSeen)),
    ], references: [.horizontal(at: side, "the whole picture")]),
  caption: "How many layers each needs to reach the line of the whole picture.")

/*:
With stride 1 the field grows by two pixels a layer, with stride 2 it about doubles. The ViT begins with the two pixels of
a patch and is at the line after its first layer.
*/
note(
  """
  The first claim holds to the pixel: one layer of attention sees everything, three convolutions see a square of \
  \(predicted[2]) × \(predicted[2]). Kernels of 3 with stride 1 add two pixels a layer: to see all of a photo of 224 × \
  224, a CNN needs \(224 / 2) of them.
  """)

/*:
## 10.3 How much data each needs

Real digits; the last 360 of them, mostly by other writers, are held out. Of the rest the models get 100, 400 or all,
and the same budget: 500 steps of 32 digits with the same learning rates. Three seeds, each with its own 100 or 400, and
beside them logistic regression, which has never heard of neighbors.

But why should a CNN need less? The textbook's reason is an *inductive bias*: it knows from the start that neighboring
pixels belong together. That can be tested: give all digits the same new order of pixels, drawn by chance, and train
again. If the reason is right, the CNN must lose its lead, and lose it by getting worse. (Logistic regression cannot
notice.)
*/
section("10.3 How much data each needs")
let split = require(try Digits.load()).writerSplit
/// Trains a model on digits with their 64 pixels in some order: the loss of each step, and what share of the held-out
/// digits it gets right.
func train(_ model: Module & UnaryLayer, _ name: String, on digits: Digits, pixels order: [Int]) -> TrainingRun {
  let steps = 500
  let optimizer = AdamW(model.parameters())
  let schedule = WarmupCosine(peak: 3e-3, warmupSteps: 50, totalSteps: steps)
  let bar = progress("\(name) on \(digits.count) digits", total: steps)
  var losses: [Float] = []
  for (step, batch) in digits.shuffledBatches(of: 32, count: steps).enumerated() {
    optimizer.learningRate = schedule.learningRate(at: step)
    optimizer.zeroGrad()
    let scores = model(rearranged(batch.images, order))  // [32, 10]
    let loss = crossEntropy(scores, IntTensor(batch.labels))
    loss.backward()
    losses.append(loss.item)
    optimizer.step()
    bar.advance()
  }
  bar.finish()
  let answers = noGrad { model.eval()(rearranged(split.test.images, order)) }.argmax(dim: 1)
  return TrainingRun(score: split.test.accuracy(of: answers.scalars), losses: losses)
}

/// The scores of CNN, ViT and logistic regression, from each of three seeds.
func runs(from count: Int, isShuffled: Bool = false) -> TrainingRuns {
  let seeds = (lesson.seed..<lesson.seed + 3).map { seed in
    manualSeed(seed)
    let part = split.training.subset(IntTensor.randperm(split.training.count).scalars.prefix(count))
    let order = isShuffled ? IntTensor.randperm(64).scalars : Array(0..<64)
    return [
      train(ConvolutionalNetwork(), "CNN", on: part, pixels: order),
      train(visionTransformer(), "ViT", on: part, pixels: order),
      TrainingRun(score: LogisticRegression(part).accuracy(on: split.test), losses: []),
    ]
  }
  return TrainingRuns(name: "from \(Format.integer(count))\(isShuffled ? ", pixels shuffled" : "")", seeds: seeds)
}
let sizes = [100, 400, split.training.count]
let ordered = sizes.map { runs(from: $0) }
let shuffled = runs(from: 100, isShuffled: true)
let models = ["CNN", "ViT", "logistic regression"]
printScores(models, ordered + [shuffled])
figure(
  "data",
  LinePlot(
    "Accuracy by the number of digits to learn from", x: .logarithmic("digits to learn from"),
    y: Axis("accuracy on held-out digits", format: .percent(decimals: 0)),
    series: models.enumerated().map { model, name in
      LineSeries(name, x: sizes, runs: (0..<3).map { seed in ordered.map { $0.seeds[seed][model].score } })
    }),
  caption: "How far apart the three begin, and how near to each other they end; a band reaches from the worst seed to "
    + "the best.")
show("CNN minus ViT, points", (ordered + [shuffled]).map { 100 * ($0.mean(0) - $0.mean(1)) }, decimals: 1)

/*:
Chance is 10 %, far below the axis. Is the ViT worse from few digits because it cannot learn them? The losses of the
training say no: each curve is the mean of three seeds and of 25 steps, its band reaches from seed to seed.

{{fold-code Drawing the figure}}
*/
figure(
  "training",
  LinePlot(
    "Loss on the digits that are learned", x: "step of 32 digits", y: .logarithmic("cross-entropy (nats)"),
    series: [(0, 0), (0, 2), (1, 0), (1, 2)].map { model, size in
      LineSeries(
        "\(models[model]) \(ordered[size].name)", x: (1...20).map { 25 * $0 },
        runs: ordered[size].seeds.map { $0[model].meanLosses(over: 25) })
    }, references: [.horizontal(at: Tensor(Float(10)).log().item, "chance, ln 10")]),
  caption: "Compare the two models that learn from 100 digits, then those that learn from all.")

/*:
From 100 digits both networks come to a loss near 0. So the ViT has learned its digits as well; what it lacks is the
step from them to new ones.

And what does the order of the pixels matter? The same 100 digits as they are, and with their pixels shuffled:

{{fold-code Drawing the figure}}
*/
figure(
  "shuffled",
  BarPlot(
    "Accuracy from 100 digits, with pixels in order and shuffled",
    value: Axis("accuracy on held-out digits", format: .percent(decimals: 1)), categories: models,
    series: [("in order", ordered[0]), ("shuffled", shuffled)].map { name, runs in
      BarSeries(name, runs: models.indices.map { model in runs.seeds.map { $0[model].score } })
    }, reference: .vertical(at: 0.1, "chance")),
  caption: "Which of the two networks moves more when neighborhoods are destroyed; a ring is a seed.")
let lost = points(ordered[0].mean(0) - shuffled.mean(0))
let gained = points(shuffled.mean(1) - ordered[0].mean(1))
let widest = points(ordered.flatMap { run in (0..<2).map { run.spread($0) } }.max() ?? 0)
note(
  """
  The second claim holds: from 100 digits the ViT is far below the CNN, from all of them it comes close. (One digit is \
  \(points(1 / Double(split.test.count), decimals: 2)) points, and the seeds of one model lie up to \(widest) points \
  apart.)

  Its reason is hardly to be seen here. Shuffling costs the CNN \(lost) points, and in the same test the ViT gains \
  \(gained): so the lead shrinks, but for the most part not because the CNN gets worse. Why the ViT should gain was \
  not tested; a guess is that a patch of four pixels from anywhere says more about a digit than four neighbors, which \
  are nearly alike. Locality cannot count for much on so few pixels: a field of \(predicted[2]) × \(predicted[2]) \
  covers the digit in any order, and from few examples even a linear model does as well as the CNN.
  """)

/*:
## 10.4 Question 2: Explain CLIP's contrastive learning objective

> CLIP maximizes the cosine similarity of matching (image, text) pairs and minimizes that of all others. So images and
> texts that mean the same lie close together in one space.

With $s_{ij}$ the similarity of image $i$ and text $j$, times $1 / \tau$, the loss is the mean of two cross-entropies,
one over each row and one over each column, with the diagonal as the right answers. Its gradient says who is moved:

$$ \frac{\partial L}{\partial s_{ij}} = \frac{1}{2N} \left( p^{row}_{ij} + p^{column}_{ij} - 2 \, [i = j] \right). $$

Every matching pair is pulled together; every other pair is pushed apart, the more the likelier it looks. A small pair
of towers, as Lesson 5 builds them, now learns this from drawn scenes of one thing: colors and shapes in all
combinations, but for some that are kept from training. A batch shows each combination once, so no caption occurs twice.

{{quote clipLoss}}
*/
section("10.4 Question 2: Explain CLIP's contrastive learning objective")
let world = SceneWorld.sixBySix
let training = Kind.draw(world.trainingCombinations, .training, count: 6000, seed: lesson.seed)
let heldOut = Kind.draw(world.trainingCombinations, .heldOut, count: 1500, seed: lesson.seed)
show("Combinations", world.combinations.count)
show("Of these to learn from", training.count)
// A round shows one picture of each kind; what is drawn and spelled once need not be again at each step.
let rounds = training.map(\.pictures.count).min() ?? 0
let images = (0..<rounds).map { round in Scene.tensor(training.map { $0.pictures[round] }) }  // each [30, 3, 32, 32]
let captions = SceneGrammar.frames(.training).map { frame in  // "a photo of _", and three more
  WordTokens.tokens(training.map { frame.replacing("_", with: $0.name) })
}
func train(_ clip: CLIPModel, _ label: String, steps: Int, loss: (Tensor) -> Tensor) -> [Float] {
  let optimizer = AdamW(clip.parameters())
  let schedule = WarmupCosine(peak: 2e-3, warmupSteps: 30, totalSteps: steps)
  let bar = progress(label, total: steps)
  var losses: [Float] = []
  for step in 0..<steps {
    optimizer.learningRate = schedule.learningRate(at: step)
    optimizer.zeroGrad()
    let value = loss(clip(images[step % rounds], captions[step % captions.count]))
    value.backward()
    losses.append(value.item)
    optimizer.step()
    bar.advance()
  }
  bar.finish()
  return losses
}
/// Cosines of one held-out picture of each kind with the captions of all kinds.
func cosines(_ clip: CLIPModel) -> Tensor {
  let (images, captions) = (heldOut.map { $0.pictures[0] }, heldOut.map { "a photo of \($0.name)" })
  return noGrad { clip.encodeImage(Scene.tensor(images)).matmul(clip.encodeText(WordTokens.tokens(captions)).T) }
}
manualSeed(lesson.seed)
let clip = smallCLIP(end: WordTokens.end)
let before = cosines(clip)
let scaled = (before * clip.logitScale.detached().exp()).requiringGrad()
clipLoss(scaled).backward()
let (count, gradient) = (heldOut.count, scaled.grad ?? .zeros(scaled.shape))
let diagonal = Tensor.eye(count)
show("Matching pairs pulled together", Int((gradient * diagonal .< 0).sum().item), note: "of \(count)")
show("Other pairs pushed apart", Int((gradient * (1 - diagonal) .> 0).sum().item), note: "of \(count * (count - 1))")

/*:
Then training. And, to see what the pushing is for, a second model that is only told to pull: its loss is 1 minus the
mean cosine of the matching pairs.
*/
let clipCurve = train(clip, "CLIP's loss", steps: 1500, loss: clipLoss)
manualSeed(lesson.seed)
let pulled = smallCLIP(end: WordTokens.end)
let pulledCurve = train(pulled, "only pulling", steps: 60) { logits in
  1 - (logits * .eye(training.count)).sum() / (pulled.logitScale.exp() * Float(training.count))
}
figure(
  "clip-loss",
  LinePlot(
    "CLIP's loss while it learns", x: "step of \(training.count) pairs",
    y: Axis("loss (nats), mean of 20 steps", including: 0),
    series: [LineSeries("CLIP's loss", y: clipCurve, from: 1).smoothed(over: 20)],
    references: [.horizontal(at: Tensor(Float(training.count)).log().item, "chance, ln \(training.count)")]),
  caption: "Where the loss leaves the line of chance, and whether it has come to rest at the end.")
figure(
  "pulling-loss",
  LinePlot(
    "The loss that only pulls", x: "step of \(training.count) pairs", y: Axis("1 minus the mean cosine", including: 0),
    series: [LineSeries("only pulling", y: pulledCurve, from: 1)]),
  caption: "How many steps it takes to bring this loss to 0, its lowest value.")

/*:
Both losses fall. Which of the two models can now tell pictures apart? Only the cosines say.
*/
let stages = [
  (name: "before", cosines: before), (name: "only pulling", cosines: cosines(pulled)),
  (name: "CLIP's loss", cosines: cosines(clip)),
]
table(
  ["cosines on held-out pictures", "matching pairs", "other pairs", "own text is nearest"],
  stages.map { PairScores($1).row($0) })
figure(
  "similarities", cosineMaps(stages),
  caption: "cosine of each picture (row) with each caption (column), color by color: blue is -1, red is 1",
  alternative: "Three matrices of 30 by 30 cosines. Before training all are near 0, each column of one color. With "
    + "pulling only all are 1. With CLIP's loss the diagonal is dark red, and the rest a mixture of blue, white and "
    + "pale red.")

/*:
What is nearest beside the right caption? The upper left corner of the last matrix, with its numbers:

{{fold-code Drawing the figure}}
*/
let corner = heldOut.prefix(10).map { "\($0.combination)" }
figure(
  "cosines",
  HeatMapPlot(
    "Cosines after training with CLIP's loss", rows: corner, columns: corner,
    values: corner.indices.map { Array(stages[2].cosines[$0].scalars.prefix(corner.count)) },
    rowTitle: "pictures that were not trained on", columnTitle: "captions", scaleTitle: "cosine", colors: .diverging,
    range: -1...1, decimals: 2),
  caption: "Beside the diagonal, look for pairs that share the color, and for pairs that share the shape.")

/*:
The diagonal has the highest number of each row. The large numbers beside it belong to pairs that share the color or the
shape.
*/
note(
  """
  Pulling alone finds a perfect and useless answer: one vector for everything, every cosine 1, and the nearest text is \
  a guess. Pushing the others apart makes the towers look for what tells pictures apart.
  """)

/*:
## 10.5 Question 3: What is zero-shot classification with CLIP?

> Classifying without training for the task. 1. Encode the image. 2. Encode the names of the classes as texts. 3. Compute
> the cosines. 4. The highest one is the answer.

The classes are all 36 kinds, also the six that no training picture showed and no training caption named. The picture is
one of those.
*/
section("10.5 Question 3: What is zero-shot classification with CLIP?")
let unseen = Kind.draw(world.heldOutCombinations, .heldOutCombinations, count: 1500, seed: lesson.seed)
let classes = world.combinations
let image = noGrad { clip.encodeImage(Scene.tensor([unseen[0].pictures[0]])) }  // 1. [1, 32]
let texts = noGrad { clip.encodeText(WordTokens.tokens(classes.map { "a photo of \(Kind.name($0))" })) }  // 2. [36, 32]
let similarity = image.matmul(texts.T)  // 3. [1, 36]
let answer = similarity.argmax(dim: 1).scalars[0]  // 4.
show("Picture", unseen[0].name, note: "no training picture showed one")
let isRight = classes[answer] == unseen[0].combination
show("Answer", "a photo of \(Kind.name(classes[answer]))", note: isRight ? "right" : "wrong")
let probabilities = (similarity * clip.logitScale.detached().exp()).softmax(dim: 1)
show(
  "Its probability", percent: probabilities[0][answer].item,
  note: "chance is \(Format.percent(1 / Double(classes.count)))")

/*:
One picture is an anecdote. So all pictures: new ones of kinds that were seen, and those of kinds that never were.
Whoever sees the color alone and guesses the shape gets 1 in 6 right.
*/
func classify(_ pictures: [Scene]) -> [SceneCombination] {
  let images = noGrad { clip.encodeImage(Scene.tensor(pictures)) }  // [N, 32]
  return images.matmul(texts.T).argmax(dim: 1).scalars.map { classes[$0] }
}
let sheets = [("seen", heldOut), ("never seen", unseen)].map { name, kinds in
  (name: name, answers: Answers(kinds.flatMap { kind in classify(kind.pictures).map { (kind.combination, $0) } }))
}
table(
  ["kinds", "pictures", "right", "color right", "shape right"],
  sheets.map { name, answers in
    [.text(name), .integer(answers.count)] + answers.shares.map { .percent($0) }
  })
figure(
  "compositions",
  BarPlot(
    "Kinds that training showed, and kinds that it did not",
    value: Axis("share of pictures", format: .percent(decimals: 1)),
    categories: ["right", "color right", "shape right"],
    series: sheets.map { BarSeries("\($0.name)", $0.answers.shares) }, reference: .vertical(at: 1.0 / 6, "1 in 6")),
  caption: "Which half of an unseen kind's name is missed more often.")

/*:
The color of an unseen kind is nearly always right, the shape less often. Which pictures go wrong?
*/
let firsts = unseen.map { $0.pictures[0] }
figure(
  "zero-shot", answerSheet(firsts, classify(firsts)),
  caption: "a picture of each kind that was never seen, with the answer",
  alternative: "Drawn pictures in a row, each with the answer under it: "
    + zip(unseen, classify(firsts)).map { "\($0.name) is called \($1)" }.joined(separator: ", ") + ".")
note(
  """
  The sentences are the classifier's weights: another list of classes costs no training. A kind that it never saw the \
  model puts together from words that it knows, most often rightly, but less often than a kind that it has seen.

  Try next: give the CNN a mean over all places instead of a head that sees each (`Models.swift`), then shuffle the \
  pixels again; ask `influence` about a *trained* ViT, does it look everywhere? Write the classes of 10.5 as `the \
  picture shows _`, or leave out some of the 36: the answers change, the model does not. And `--quiz`: these three \
  questions and a dozen more.
  """)

/*:
## 10.6 The quiz

Questions on the whole module. Answer first, then unfold.

{{quiz quiz.md}}
*/
