/*:
# 10. Interview Questions

The notebook ends with three questions and an answer of a few lines to each. Here each answer runs: what it claims is
measured, and where the measurement says something else than the textbook, so does this lesson.

Run it with `--quiz` to be asked: these three questions and a dozen more on the whole module.
*/
import ArgumentParser
import Datasets
import Images
import Layers
import Models
import Notebook
import Tensors

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @Flag(help: "Ask the questions of the quiz instead of running the lesson.") var quiz = false
}

let lesson = Lesson(10, "Interview Questions", options: Options.self)
if lesson.options.quiz {
  ask(require(try Quiz(markdown: String(decoding: PackageResources.quiz_md, as: UTF8.self), file: "quiz.md")))
}

/*:
## 10.1 Question 1: How does ViT differ from CNNs?

> A CNN slides small kernels over the image and builds the whole up layer by layer. A ViT cuts the image into patches and
> lets each look at all others from the start. Nothing tells it that neighbours belong together, so it needs more data.

Two claims: what a layer can *see*, and how much *data* it takes. For both we need two models of the same size. The ViT
is that of Lesson 4 (normalising before each part, as the paper does). The CNN has three convolutions of 3 × 3 pixels, the
second of them with steps of 2, and a linear head that sees all places.
*/
section("10.1 Question 1: How does ViT differ from CNNs?")
nonisolated final class ConvolutionalNetwork: Module, UnaryLayer {
  let convolutions = [
    Conv2d(1, 20, kernelSize: 3, padding: 1),
    Conv2d(20, 38, kernelSize: 3, stride: 2, padding: 1),
    Conv2d(38, 38, kernelSize: 3, padding: 1),
  ]
  let head = Linear(38 * 4 * 4, 10)

  /// What each convolution makes of images `[B, 1, H, W]`: `[B, C, H, W]`, the last two of half the height and width.
  func maps(_ images: Tensor) -> [Tensor] {
    var maps: [Tensor] = []
    for convolution in convolutions { maps.append(convolution(maps.last ?? images).relu()) }
    return maps
  }

  func callAsFunction(_ images: Tensor) -> Tensor { head(maps(images)[2].flatten(from: 1)) }  // [B, 10]
}

func visionTransformer(imageSize: Int = 8) -> VisionTransformer {
  var settings = VisionTransformer.Configuration()
  (settings.imageSize, settings.patchSize, settings.channels, settings.classCount) = (imageSize, 2, 1, 10)
  (settings.embedDim, settings.depth, settings.headCount) = (32, 2, 4)
  (settings.normFirst, settings.dropout) = (true, 0)
  return VisionTransformer(settings)
}

manualSeed(lesson.seed)
show("Parameters of the CNN", ConvolutionalNetwork().parameterCount)
show("Parameters of the ViT", visionTransformer().parameterCount)

/*:
## 10.2 What one output can see

The *receptive field* of an output is the set of pixels that can change it. It can be read off the kernels: layer $l$ with
a kernel of $k_l$ pixels, whose inputs lie $s_1 \cdots s_{l-1}$ pixels apart, widens the field of the layer before it,

$$ r_l = r_{l-1} + (k_l - 1) \prod_{i<l} s_i, \qquad r_0 = 1. $$

Or it can be *asked*: send a gradient into one place of the output and look which pixels it arrives at. A pixel that
cannot matter gets exactly 0. The picture is noise of 32 × 32 pixels, the place its centre, the models are untrained.
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
let centre = 1 + (side / 2 + 1) * side / 4  // the token of the patch in the middle: [CLS], then rows of 16 patches
let fromViT = (0...2).map { depth in
  influence { picture in
    vit.transformer.layers.prefix(depth).reduce(vit.tokens(picture)) { $1($0) }.select(centre, dim: 1)  // [1, D]
  }
}
func seen(_ influence: [Float]) -> Int { influence.count { $0 > 0 } }
func share(_ influence: [Float]) -> Double { Double(seen(influence)) / Double(influence.count) }

let predicted = [3, 3 + 2 * 1, 3 + 2 * 1 + 2 * 2]  // kernels of 3; the steps before them are 1, 1 and 1 · 2
table(
  ["CNN, after", "pixels by the formula", "pixels by gradient", "of the picture"],
  (0..<3).map { layer in
    [
      .text("convolution \(layer + 1)"), .integer(predicted[layer] * predicted[layer]),
      .integer(seen(fromCNN[layer])), .percent(share(fromCNN[layer]), decimals: 1),
    ]
  })
table(
  ["ViT, after", "pixels by gradient", "of the picture"],
  (0...2).map { depth in
    [
      .text(depth == 0 ? "the patch embedding" : "layer \(depth)"), .integer(seen(fromViT[depth])),
      .percent(share(fromViT[depth]), decimals: 1),
    ]
  })
// The fourth root makes small gradients visible; black stays exactly 0.
let fields = (fromCNN + fromViT).map { influence in
  Image.heatMap(
    Tensor(influence).pow(0.25).scalars, columns: side, rows: side, range: 0...1, cell: 4)
}
figure(
  "fields", Image.grid(
    fields, columns: 3, gap: 6,
    labels: ["convolution 1", "convolution 2", "convolution 3", "patch", "ViT layer 1", "ViT layer 2"]),
  caption: "which pixels move the output in the middle, and how much")
note(
  """
  The first claim holds to the pixel: one layer of attention sees everything, three convolutions see a square of 9 × 9. To \
  see a photo of 224 × 224 with kernels of 3 and no steps, a CNN needs 112 layers.
  """)

/*:
## 10.3 How much data each needs

Real digits, the last 360 of them, by other writers, held out. Of the rest both models get 100, 400 or all 1,437, and the
same budget: 500 steps of 32 digits, the same learning rates. Three seeds each; a seed also draws its own 100 or 400.
Beside them stands logistic regression, which sees no neighbours at all.
*/
section("10.3 How much data each needs")
let split = require(try Digits.load()).writerSplit
let seeds = [lesson.seed, lesson.seed + 1, lesson.seed + 2]

/// Trains a model on images and labels and says what share of other images it gets right.
func score(
  _ model: Module & UnaryLayer, _ name: String, on training: (images: Tensor, labels: [Int]),
  heldOut: (images: Tensor, labels: [Int]), steps: Int = 500, batch: Int = 32
) -> Double {
  let optimiser = AdamW(model.parameters(), learningRate: 3e-3)
  let schedule = WarmupCosine(peak: 3e-3, warmupSteps: 50, totalSteps: steps)
  let bar = progress("\(name) on \(training.labels.count) digits", total: steps)
  var order: ArraySlice<Int> = []
  for step in 0..<steps {
    if order.count < batch { order = IntTensor.randperm(training.labels.count).scalars[...] }
    let chosen = Array(order.prefix(batch))
    order = order.dropFirst(batch)
    optimiser.learningRate = schedule.learningRate(at: step)
    optimiser.zeroGrad()
    let scores = model(training.images.indexSelect(chosen))
    crossEntropy(scores, IntTensor(chosen.map { training.labels[$0] })).backward()
    optimiser.step()
    bar.advance()
  }
  bar.finish()
  let answers = noGrad { model.eval()(heldOut.images) }.argmax(dim: 1).scalars
  return Double(zip(answers, heldOut.labels).count { $0 == $1 }) / Double(answers.count)
}
func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

/// The three models' scores on held-out digits, mean of the seeds, with the pixels of all digits in another order or not.
func scores(_ size: Int, pixels: [Int] = Array(0..<64)) -> [Double] {
  func arranged(_ digits: Digits) -> (images: Tensor, labels: [Int]) {
    (digits.images.reshape(-1, 64).indexSelect(pixels, dim: 1).reshape(-1, 1, 8, 8), digits.labels)
  }
  let runs = seeds.map { seed in
    manualSeed(seed)
    let part = split.training.subset(IntTensor.randperm(split.training.count).scalars.prefix(size))
    let (training, heldOut) = (arranged(part), arranged(split.test))
    return [
      score(ConvolutionalNetwork(), "CNN", on: training, heldOut: heldOut),
      score(visionTransformer(), "ViT", on: training, heldOut: heldOut),
      LogisticRegression(part).accuracy(on: split.test),
    ]
  }
  return (0..<3).map { model in mean(runs.map { $0[model] }) }
}

let sizes = [100, 400, split.training.count]
let bySize = sizes.map { scores($0) }
table(
  ["accuracy on held-out digits", "from 100", "from 400", "from 1,437"],
  ["CNN", "ViT", "logistic regression"].enumerated().map { row, name in
    [.text(name)] + bySize.map { .percent($0[row]) }
  })
for (size, scores) in zip(sizes, bySize) {
  show("CNN minus ViT from \(Format.integer(size)), points", 100 * (scores[0] - scores[1]), decimals: 1)
}

/*:
The second claim holds as well: the fewer examples, the further the ViT falls behind. But is the *reason* right? If the
CNN leads because it knows that neighbours belong together, its lead must go when they no longer do. So give all digits
the same new order of pixels, drawn by chance, and train again. (Logistic regression cannot notice.)
*/
manualSeed(lesson.seed)
let shuffle = IntTensor.randperm(64).scalars
let shuffled = scores(100, pixels: shuffle)
table(
  ["accuracy, from 100", "pixels in order", "pixels shuffled"],
  ["CNN", "ViT", "logistic regression"].enumerated().map { row, name in
    [.text(name), .percent(bySize[0][row]), .percent(shuffled[row])]
  })
