/*:
# 4. Vision Transformer (ViT)

*An image is worth 16 × 16 words*: cut a picture into patches, treat each patch as a token, and let a transformer read
them like a sentence (Dosovitskiy et al. 2021). This lesson builds that model from scratch, gets PyTorch's own numbers
out of it, trains it on real handwriting, and then takes parts away to see what they were for.

Run it with `--figures figures` to keep the pictures, and with `--ablation no-positions` (or another of `Ablation.swift`
beside this file) to take the trained model of section 4.6 apart.
*/
import ArgumentParser
import Datasets
import Evaluation
import Images
import Layers
import Models
import Notebook
import Plots
import Tensors

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @Option(help: "What to change in the model that sections 4.6 to 4.9 look at.") var ablation = Ablation.none
}

let lesson = Lesson(4, "Vision Transformer (ViT)", options: Options.self)

/*:
## 4.1 The arithmetic of patches

```
image 224 × 224 × 3
  ↓  cut into patches             14 × 14 = 196 patches of 16 × 16 pixels
  ↓  flatten and project          16 · 16 · 3 = 768 numbers → 768 numbers
  ↓  put [CLS] in front, add positions
  ↓  transformer encoder          12 layers
  ↓  the [CLS] token → linear head → class scores
```

An image of $H \times W \times C$ cut into patches of $P \times P$ pixels gives $N = HW / P^2$ tokens, each with
$P^2 C$ numbers. Let the computer count, on a photograph.
*/
section("4.1 The arithmetic of patches")
let square = require(try Photos.cat).cropped(to: Rectangle(x: 72, y: 0, width: 300, height: 300))
let photo = square.resized(width: 224, height: 224, filter: .bicubic)
let tiles = photo.tiles(width: 16, height: 16)
show("Photo", photo.description)
show("Patches", tiles.count, note: "224 / 16 = 14 in a row, 14 rows")
show("Numbers in a patch", tiles[0].pixels.count, note: "16 · 16 · 3")
figure(
  "patches", Image.grid(tiles, columns: 14, gap: 2),
  caption: "The photo as 196 patches: each square is one token.",
  alternative: "A photo of a cat, cut by a white grid into 14 rows of 14 square patches.")

/*:
## 4.2 Patch embedding

Each patch becomes a token by one linear map, the same for all patches. A convolution whose stride equals its kernel
does exactly this. These are the notebook's lines, run after `torch.manual_seed(0)`, which it leaves out; `randn` draws
PyTorch's bits.
*/
section("4.2 Patch embedding")
let embed = PatchEmbedding(imageSize: 224, patchSize: 16, channels: 3, embedDim: 768)
let image = Tensor.randn([1, 3, 224, 224])
let patches = noGrad { embed(image) }  // [1, 196, 768]
show("Input", image.shape)
show("Patches", patches.shape, note: "[batch, 196 patches, 768 dim]")
show("First token begins", patches[0][0][0..<4].scalars, decimals: 4)

/*:
The claim that the convolution is a linear map of flattened patches can be checked to the last bit: `unfold` lays each
patch out as a row of 768 numbers, and a linear layer with the same weights follows.

{{quote PatchEmbedding.callAsFunction}}
*/
let convolution = embed.namedParameters().map { $0.parameter }
let rows = image.unfold(kernel: (16, 16), stride: (16, 16))  // [1, 196, 768]
let projected = noGrad { rows.linear(weight: convolution[0].reshape(768, -1), bias: convolution[1]) }
show("Unfolded", rows.shape, note: "one row for each patch")
show("Convolution and linear layer: the same bits", patches.scalars == projected.scalars)

/*:
## 4.3 The whole model

`VisionTransformer` (in `Sources/Models`) puts a learned **[CLS]** token in front of the patches, adds a learned
**position** to each token, runs an encoder of 12 layers and reads the class from the [CLS] token. Run as the notebook runs
it: fresh from the constructor, so in training mode, where dropout is on.
*/
section("4.3 The whole model")
let vit = VisionTransformer(classCount: 10)
show("ViT parameters", vit.parameterCount)
let batch = Tensor.randn([2, 3, 224, 224])
let output = noGrad { vit(batch) }  // [batch, classes]
show("Output", output.shape, note: "[batch, classes]")
show("First image's scores", output[0].scalars, decimals: 4)

/*:
PyTorch prints those scores for the notebook run after `torch.manual_seed(0)`, dropout included. But run the cell again
and they change: dropout throws other values away. The notebook never calls `eval()`, after which the model says the
same thing each time.
*/
let again = noGrad { vit(batch) }
show("Twice in training mode, largest difference", (output - again).abs().max().item, decimals: 4)
let evaluated = noGrad { vit.eval()(batch) }

/*:
What happens inside is the picture of 4.1, line by line. In evaluation mode the steps give the bits of the one call.
*/
let tokens = noGrad { vit.tokens(batch) }  // patches, [CLS] in front, positions added: [2, 197, 768]
let encoded = noGrad { vit.transformer(tokens) }  // twelve layers: [2, 197, 768]
let classToken = encoded.select(0, dim: 1)  // the first token of each image: [2, 768]
let scores = noGrad { vit.head(vit.norm(classToken)) }  // [2, 10]
for (name, step) in [("Tokens", tokens), ("After the encoder", encoded), ("[CLS]", classToken), ("Scores", scores)] {
  show(name, step.shape)
}
show("Step by step and in one call: the same bits", scores.scalars == evaluated.scalars)

/*:
Which block changes the shape, and which has parameters? The figure answers from the model's own sizes. Only the first
two blocks and the last two change the shape. All twelve layers keep it, so that they can be stacked.

{{figure blocks}}

The library's two functions are the figure from the top to the bottom:

{{quote VisionTransformer.tokens}}

{{quote VisionTransformer.callAsFunction}}
*/
figure(
  "blocks", architecture(of: vit),
  caption: "The model with the shapes between its blocks; an arrow around a block is its shortcut.")

/*:
## 4.4 Where 86 million parameters are

An encoder layer with tokens of width $D$ holds $4D^2$ weights in its attention (queries, keys, values, output) and
$8D^2$ in its feed-forward part. Nearly everything is in the twelve layers; the famous patches cost less than 1 %.
*/
section("4.4 Where 86 million parameters are")
table(["part", "parameters", "share"], partRows(vit))
// The parameters of a model can be counted without drawing them.
show("With 1,000 classes", Initialization.skipped { VisionTransformer() }.parameterCount)

/*:
## 4.5 What a smaller patch costs

Halving $P$ gives four times the patches. The linear parts grow with $T$, attention with $T^2$: every token looks at every
token ($T = N + 1$ of them, with [CLS]). Multiplications of one forward pass of ViT-Base, from the shapes alone:

$$ 12 \, (12 T D^2 + 2 T^2 D) + N P^2 C D $$
*/
section("4.5 What a smaller patch costs")
table(
  ["patch", "tokens", "attention weights per layer", "billion multiplications", "share of attention"],
  [32, 16, 8, 4].map { patch in
    let (n, d) = ((224 / patch) * (224 / patch), 768)
    let t = n + 1  // [CLS] is a token, but no patch
    let attention = 12 * 2 * t * t * d
    let total = 12 * 12 * t * d * d + attention + n * patch * patch * 3 * d
    return [
      .integer(patch), .integer(t), .integer(12 * t * t), .fixed(Double(total) / 1e9, decimals: 1),
      .percent(Double(attention) / Double(total), decimals: 1),
    ]
  })

/*:
## 4.6 Training on handwriting

1,797 real digits of 8 × 8 pixels, written by 13 people. With patches of 2 pixels a digit is 16 tokens. 360 digits are
held out; the others are shown in batches of 64. The loss of a model that knows nothing is $\ln 10$. The learning rate
rises for 60 steps (*warm-up*), because AdamW's first steps move every weight by the whole rate, and then falls to zero
along a cosine, so that the last steps are small. At the end of the warm-up the loss is still above chance.
*/
section("4.6 Training on handwriting")
let digits = require(try Digits.load())
let split = digits.stratifiedSplit(seed: 0)
show("Digits to learn from, held out", [split.training.count, split.test.count])
let sample = (0..<20).map { digits.image(at: $0).enlarged(by: 4) }
figure(
  "digits", Image.grid(sample, columns: 10, gap: 3), caption: "The first twenty digits, 8 × 8 pixels each.",
  alternative: "Twenty coarse handwritten digits in two rows: 0 to 9, and 0 to 9 again.")

/// Trains a model for 660 steps, with a check on `heldOut` every 30 of them.
func train(
  _ ablation: Ablation, on digits: Digits, checkedOn heldOut: Digits? = nil, seed: Int = lesson.seed
) -> TrainingRun {
  manualSeed(seed)
  let model = VisionTransformer(ablation.configuration)
  let optimizer = AdamW(model.parameters(), learningRate: 3e-3)
  let schedule = WarmupCosine(peak: 3e-3, warmupSteps: 60, totalSteps: 660)
  let bar = progress("training \(ablation.rawValue), seed \(seed)", total: 660)
  var run = TrainingRun(model: model)
  func check() {
    guard let heldOut else { return }
    let scores = noGrad { model.eval()(heldOut.images) }
    model.train()
    let loss = crossEntropy(scores, IntTensor(heldOut.labels)).item
    run.checks.append((run.losses.count, loss, heldOut.accuracy(of: scores.argmax(dim: 1).scalars)))
  }
  for batch in digits.shuffledBatches(of: 64, count: 660) {
    if run.losses.count % 30 == 0 { check() }
    optimizer.learningRate = schedule.learningRate(at: run.losses.count)
    optimizer.zeroGrad()
    let loss = crossEntropy(model(batch.images), IntTensor(batch.labels))
    loss.backward()
    optimizer.step()
    run.losses.append(loss.item)
    bar.advance()
  }
  check()
  bar.finish()
  model.eval()
  return run
}
func accuracy(_ model: VisionTransformer, on digits: Digits) -> Double {
  digits.accuracy(of: noGrad { model(digits.images) }.argmax(dim: 1).scalars)
}
let ablation = lesson.options.ablation
let run = train(ablation, on: split.training, checkedOn: split.test)
let (model, losses) = (run.model, run.losses)
show("Model", "\(ablation == .none ? "ViT" : ablation.rawValue), \(Format.integer(model.parameterCount)) parameters")
show("Loss of knowing nothing", Tensor(10).log().item, decimals: 4, note: "ln 10")
for step in [0, 59, 219, 439, 659] { show("Loss at step \(step + 1)", losses[step], decimals: 4) }
show("Accuracy on what it learned from", percent: accuracy(model, on: split.training))
show("Accuracy on held-out digits", percent: accuracy(model, on: split.test))

/*:
When does it learn, and when does it learn by heart? The figure shows the loss of training and that of the held-out
digits, and beside it the held-out accuracy. The axis of the losses is logarithmic: each mark is ten times the one
below.

{{figure training}}

During the warm-up both losses stay near chance. Then they fall together. At about 0.1 they part: the loss of training
goes on to a tenth of that, the other one stays. What the model learns from there on makes it surer of its own digits and
hardly better on the others: the held-out accuracy has nearly reached its end. This is one seed.
*/
figure(
  "training", trainingCurves(run, classCount: 10),
  caption: "Look for the step at which the two losses part (training: mean of each epoch of 22 steps).")

/*:
## 4.7 Is that good? Ask a simple baseline

A number needs a neighbor. The *nearest centroid* compares with the mean picture of each digit; *logistic regression* is a
single linear layer on the 64 pixels, once with scikit-learn's default penalty on ink from 0 to 1, once with the same
default on ink from 0 to 16, which leaves the weights freer. The second column is harder and more honest: there the
held-out digits were mostly written by **other people** than those the models learned from.
*/
section("4.7 Is that good? Ask a simple baseline")
let writers = digits.writerSplit
let (same, other) = (baselines(split), baselines(writers))
// Three seeds, because one is an anecdote. The first of them is the model of 4.6.
let seeds = [lesson.seed, lesson.seed + 1, lesson.seed + 2]
let others = seeds.dropFirst().map { train(ablation, on: split.training, seed: $0).model }
let vitSame = ([model] + others).map { accuracy($0, on: split.test) }
let vitOther = seeds.map { accuracy(train(ablation, on: writers.training, seed: $0).model, on: writers.test) }
table(
  ["accuracy on held-out digits", "same writers", "other writers"],
  [
    ["chance", .percent(0.1), .percent(0.1)],
    ["nearest centroid", .percent(same[0]), .percent(other[0])],
    ["logistic regression", .percent(same[1]), .percent(other[1])],
    ["logistic regression, less penalty", .percent(same[2]), .percent(other[2])],
    ["ViT, mean of three seeds", .percent(mean(vitSame)), .percent(mean(vitOther))],
  ])
show("ViT, each seed, same writers", vitSame.map { 100 * $0 }, decimals: 2)
show("ViT, each seed, other writers", vitOther.map { 100 * $0 }, decimals: 2)
figure(
  "accuracies",
  Panels(
    "Accuracy on held-out digits",
    [accuracyBars("Same writers", same, vitSame), accuracyBars("Other writers", other, vitOther)]),
  caption: "Look at the rings, one for each seed: they are further apart than the last three bars' ends.")
let lead = mean(vitOther) - max(other[1], other[2])
show("Other writers: ViT minus the best linear model, points", 100 * lead, decimals: 2)
note(
  """
  One digit of \(split.test.count) is \(Format.fixed(100 / Double(split.test.count), decimals: 2)) points, and seeds \
  differ by more than that: read the means. A transformer that knows all its training digits by heart is hardly ahead \
  of a single linear layer on digits it has not seen. One reason offered: it must learn from \
  \(Format.integer(split.training.count)) examples even that neighboring pixels belong together, which a convolution \
  knows from the start. Lesson 10 tests that.
  """)

/*:
## 4.8 Taking parts away

The same training, each time with one part changed. Without positions the model sees a *bag* of patches: it cannot know
what is above and what is below. The figure *bag* shows on the photo of 4.1 what is lost. With one seed each, only a
gap of many points is evidence, and there is one. The parameters are those that a model uses. With patches of 4 pixels
they are as many by accident: each patch has 384 weights more, and the twelve positions fewer save 384. The loss is the
mean of the last epoch.
*/
section("4.8 Taking parts away")
let bag = withGenerator(Generator(seed: 0)) { IntTensor.randperm(tiles.count).scalars }.map { tiles[$0] }
figure(
  "bag", Image.grid([tiles, bag].map { Image.grid($0, columns: 14, gap: 1) }, columns: 2, gap: 12),
  caption: "Without positions both pictures are the same to a transformer: the same patches, in another order.",
  alternative: "Left the cat's 196 patches in their places, right the same patches in random order: no cat to be seen.")
let variants = Ablation.allCases.map { part in
  (
    name: part == .none ? "as in 4.6" : part.rawValue, part: part,
    run: part == ablation ? run : train(part, on: split.training)
  )
}
table(
  ["model", "parameters", "loss, last epoch", "learned from", "held out"],
  variants.map { name, part, run in
    [
      .text(name), .integer(part.usedParameterCount(of: run.model)),
      .fixed(run.epochLosses[29], decimals: 4),
      .percent(accuracy(run.model, on: split.training)), .percent(accuracy(run.model, on: split.test)),
    ]
  })

/*:
Is the model without positions only later? The curves say no. It leaves chance with most of the others, falls far more
slowly, and ends near 0.5, about fifty times as high. In the end the learning rate is almost zero, so that all curves
are flat there: the figure cannot say what more steps would bring.
*/
figure(
  "variants",
  LinePlot(
    "Training loss with one part changed", x: "step", y: .logarithmic("cross-entropy (nats)"),
    series: variants.map { LineSeries($0.name, x: epochEnds, y: $0.run.epochLosses) },
    references: [.horizontal(at: Tensor(10).log().item, "chance, ln 10")]),
  caption: "Look at the curve that stays above the others (means of each epoch of 22 steps).")

/*:
## 4.9 What it learned

**Positions** (figure *positions*): a small map for each place shows how similar (cosine) its learned position is to all
others. In the paper's figure 7, after millions of photographs, a map is bright around its own place, so that the grid
of patches can be seen. Here it cannot: sixteen places can be told apart without neighbors being similar.

**Attention** (figure *attention*, second row): how much [CLS] looks at each patch in the last layer, laid over ten digits.
**Rollout** (third row; Abnar and Zuidema 2020): the product of $(A + I) / 2$ over the layers, $A$ the mean attention
of a layer's heads and $I$ for the shortcut around it, which follows attention back to the pixels. With `--ablation
no-positions` or `mean-pooling` these figures show a part that the model does not use.

**Filters** (figure *filters*): what the patch embedding learned to look for. In the paper's figure 7 the filters are
smooth waves. Here left and right hardly differ: training left the random filters nearly as they were, the larger ones
look like noise, and the model learned in its other parts. A guess at why it can: 32 random filters of a patch of 4 or 16
pixels keep all that is in the patch.
*/
section("4.9 What it learned")
let side = 8 / model.configuration.patchSize
let places = model.posEmbed[0][1..<side * side + 1].detached().l2Normalized()
let trained = variants.filter { $0.part == ablation || $0.part == .patch4 }.map(\.run.model)
figure(
  "filters",
  Panels(
    "The first 16 filters of the patch embedding",
    trained.flatMap { model in
      let start = withGenerator(Generator(seed: lesson.seed)) { VisionTransformer(model.configuration) }
      let size = "\(model.configuration.patchSize) × \(model.configuration.patchSize) pixels"
      return [filters(of: start, "\(size), before training"), filters(of: model, "\(size), after training")]
    }),
  caption:
    "A square is one filter: red pixels count for it, blue ones against it. Compare left and right."
)
let similarity = places.matmul(places.T)  // [N, N]
let neighbors = (0..<side * side - 1).filter { ($0 + 1) % side != 0 }.map { similarity[$0][$0 + 1].item }
let anyTwo = (similarity.sum().item - Float(side * side)) / Float(side * side * (side * side - 1))
show("Similarity of positions side by side, mean", neighbors.reduce(0, +) / Float(neighbors.count), decimals: 2)
show("Similarity of any two positions, mean", anyTwo, decimals: 2)
let maps = (0..<side * side).map {
  Image.heatMap(similarity[$0].scalars, columns: side, rows: side, range: -1...1, cell: 12)
}
figure(
  "positions", Image.grid(maps, columns: side, gap: 4), caption: "Similarity of each position to all others.",
  alternative: "Sixteen small maps in four rows, each with one bright square at its own place and no pattern around it."
)
let shown = split.test.subset(0..<10)
let recorder = AttentionRecorder(model, shown.images)
let seen = recorder.weights[recorder.weights.count - 1].mean(dim: 1)  // [10, T, T], the mean of the heads
let toItself = seen.select(0, dim: 1).select(0, dim: 1).mean()
show("Attention of [CLS] to itself, mean of ten digits", toItself.item, decimals: 2)
figure(
  "attention", attentionRows(shown, [seen, recorder.rollout()], side),
  caption: "Ten digits, the attention of [CLS] in the last layer, and attention rollout: yellow is most, blue least.",
  alternative:
    "Three rows of ten digits: plain, under a map of attention that is bright on strokes, under that of rollout.")

/*:
## 4.10 What the notebook leaves unsaid

- Its encoder layers are **post-norm**, PyTorch's default; the paper's are pre-norm. At two layers both learn (4.8).
- `nn.TransformerEncoder` **copies** one layer, so all twelve start with the same weights:
*/
section("4.10 What the notebook leaves unsaid")
let starts = vit.transformer.layers.map { $0.parameters()[0].scalars }
show("Layers with the same weights at the start", starts.filter { $0 == starts[0] }.count, note: "of \(starts.count)")
note(
  """
  Its test cell runs with dropout on and no seed (4.3), its model normalizes after each part, and it is never trained. \
  What to try next: another --seed, and --ablation patch-4; dropout: 0.1 in Ablation.swift; 300 digits to learn from, \
  with split.training.subset(0..<300). Next: Lesson 05 puts such a tower beside one for text.
  """)
