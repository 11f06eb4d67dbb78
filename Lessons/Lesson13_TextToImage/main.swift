/*:
# 13. Text-to-Image

A sentence goes in, a picture comes out that nobody drew before. The notebook names **text-to-image** as one of five
applications of multimodal models and leaves it to the next module, "Stable Diffusion". This lesson builds it at the
size of a processor: a **diffusion model**, which makes pictures out of noise in small steps, with the Vision
Transformer of Lesson 04 as its network, led by the text tower of the CLIP of Lesson 06.

It draws scenes of 32 × 32 pixels with one or two things. That is little, and it has one great advantage: whether a
drawing shows what was asked for can be decided exactly, by its pixels. So the lesson does not show its best pictures.
It counts. Two goals were set: 13.10 says whether they are reached, and 13.15 looks at what is drawn wrongly.

With a flag of its own the lesson draws your sentence: `--prompt "a large red ring in the middle"`, several times if you
like, with `--seed 1`, `--steps 8`, `--guidance 2`, `--candidates 8` to draw it eight times and keep the one that CLIP
likes best (13.12), `--figures DIR` for the picture as a file, and `--json` for the pixels.
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
import Support
import Tensors
import Training

let shipped = require(try ShippedCheckpoint.painter.directory)

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @OptionGroup var input: PaintingFlags
}

let lesson = Lesson(13, "Text-to-Image", options: Options.self) {
  // With a flag of its own the lesson draws here, prints that and ends; without one this is nil.
  try $0.input.answer(defaultModel: shipped, seed: $0.common.seed)
}

/*:
## 13.1 What goes in and what comes out

A text and a **seed** go in. The seed is a number from which all random numbers of a drawing follow: the same text with
the same seed gives the same picture, another seed another picture for the same text.
*/
section("13.1 What goes in and what comes out")
let painter = Painter(require(try TextToImage(directory: shipped)))
let settings = painter.settings
let firstPrompts = [
  "a large red ring in the middle", "a small blue star in the upper left",
  "a large purple cross to the left of a small green circle", "a picture of a yellow square",
]
let firstDrawings = painter(firstPrompts, seed: lesson.seed)
figure(
  "drawings",
  ImageGridPlot("Drawn by the model of this lesson", images: firstDrawings, labels: firstPrompts, side: 128),
  caption: "Four texts and what the model draws for them: compare each thing's color, shape, size and place.")

/*:
What a drawing shows can be read from its pixels, without any model. The reader (`SceneReader`) draws each thing that a
scene can have, in every color, shape, size and position, over the picture, and takes the one that explains most of the
pixels; then the next one, until nothing is left to explain. Section 13.9 tests it. Here is what it reads in the four:
*/
let firstJudgements = judged(firstDrawings, firstPrompts)
table(
  ["asked for", "drawn", "all of it right"],
  zip(firstPrompts, firstJudgements).map { [.text($0), .text(shown($1.reading)), .text($1.isRight ? "yes" : "no")] })

/*:
These are the first four drawings, not the best ones; 13.10 counts over many. The last text says neither size nor place, as
few texts of the training do; 13.10 counts such texts apart. Each drawing has a seed of its own, one more than the drawing before it.

Why is this harder than the other direction? A caption of a picture has few right words, and a model can give a
probability to each (Lesson 07). A picture has $3 \cdot 32 \cdot 32 = 3072$ numbers, and for one text there are very
many right pictures: the ring may be a pixel further left. A model that is trained by regression to give *the* picture
of a text gives the mean of all right ones, which is a blur and itself no right picture. We will see that blur in
13.3, and how diffusion avoids it.

The network works on the following shapes. It is given a noisy picture and estimates the picture in it. A short step
towards that estimate makes the picture a little less noisy. Then the network is asked again, many times.
*/
let noisyPicture = Tensor.randn([1, settings.channelCount, settings.imageSize.height, settings.imageSize.width])
let firstText = require(try painter.task.encode([firstPrompts[0]]))
let firstOutput = noGrad { painter.task.model.transformer(noisyPicture, at: [1], firstText) }
show(
  "Text, from CLIP's tower", firstText.states.shape, note: "[batch, tokens, word and state: twice the tower's width]")
show("The text's end", firstText.summary.shape, note: "[batch, the tower's width]")
show("Noisy picture", noisyPicture.shape, note: "[batch, red green blue, rows, columns], from about -1 to 1")
show("Time", 1, note: "from 1, noise alone, to 0, the picture")
show("The network's output", firstOutput.shape, note: "its estimate of the picture")
show("Parameters of the network", painter.task.model.transformer.parameterCount)
show("Parameters of the text tower", painter.task.model.textEncoder.parameterCount, note: "as CLIP's training left it")

/*:
## 13.2 Adding noise, step by step and at once

Begin with the easy direction. **Diffusion** turns a picture into noise: in each of many small steps the picture is made
a little fainter, and a little noise is added (Sohl-Dickstein et al. 2015; Ho et al. 2020, called DDPM). With
$\varepsilon_k$ for fresh noise, numbers of the standard normal distribution, step $k$ is

$$ x_k = \sqrt{1 - \beta_k} \; x_{k-1} + \sqrt{\beta_k} \; \varepsilon_k. $$

The $\beta_k$ are small: Ho et al. 2020 take 1000 steps, in which $\beta$ rises evenly from 0.0001 to 0.02. Why the two
roots? Noises are independent, so their variances add up. If the numbers of $x_{k-1}$ have variance 1, then $x_k$ has
$(1 - \beta_k) + \beta_k = 1$: the picture changes, but its numbers stay in the same range.

What is left of the picture $x_0$ after $k$ steps? Two numbers say it all, the share of the picture and the variance of
all noise so far. Step by step:
*/
section("13.2 Adding noise, step by step and at once")
let betas = (0..<1000).map { 0.0001 + (0.02 - 0.0001) * Double($0) / 999 }
var chain: [(signal: Double, variance: Double)] = [(1, 0)]
for beta in betas {
  let (signal, variance) = chain[chain.count - 1]
  chain.append((signal * (1 - beta).squareRoot(), (1 - beta) * variance + beta))
}

/*:
There is a shorter way. Write $\bar\alpha_k$ for the product of all $1 - \beta$ up to step $k$. Then after $k$ steps

$$ x_k = \sqrt{\bar\alpha_k} \; x_0 + \sqrt{1 - \bar\alpha_k} \; \varepsilon. $$

The sum of many independent normal numbers is one normal number, so a single $\varepsilon$ stands for all of them. This
is the **closed form**: a noisy picture of any step is made at once, without those before it. That makes training cheap.
*/
func closedForm(_ k: Int) -> (signal: Double, variance: Double) {
  let product = betas[..<k].reduce(1) { $0 * (1 - $1) }
  return (product.squareRoot(), 1 - product)
}
table(
  [
    "after step", "share of the picture, step by step", "closed form", "variance of the noise, step by step",
    "closed form",
  ],
  [1, 10, 100, 500, 1000].map { k in
    let (walked, closed) = (chain[k], closedForm(k))
    return [.integer(k)]
      + [walked.signal, closed.signal, walked.variance, closed.variance].map { .fixed($0, decimals: 6) }
  })
let chainDifference = (0...1000).map { k in
  max(abs(chain[k].signal - closedForm(k).signal), abs(chain[k].variance - closedForm(k).variance))
}.max()
show("Step by step equal to the closed form", (chainDifference ?? 1) < 1e-12, note: "all 1000 steps")

/*:
And with a real picture and real noise: a scene walks through all 1000 steps. If the share of the picture is taken away
from what is left, noise remains, and its standard deviation can be measured over the 3072 numbers.
*/
let scene = Scenes(split: .heldOut, objectCounts: 2...2, seed: lesson.seed)[0]
let clean = Scene.tensor([scene])
manualSeed(lesson.seed)
var walking = clean
var walked: [[Cell]] = []
for (step, beta) in betas.enumerated() {
  walking = walking * Float((1 - beta).squareRoot()) + Tensor.randn(clean.shape) * Float(beta.squareRoot())
  let k = step + 1
  if [10, 100, 500, 1000].contains(k) {
    let noise = walking - clean * Float(chain[k].signal)
    let deviation = (noise * noise).mean().sqrt().item
    walked.append([
      .integer(k), .fixed(deviation, decimals: 3), .fixed(closedForm(k).variance.squareRoot(), decimals: 3),
    ])
  }
}
table(["after step", "deviation of the noise, measured", "closed form"], walked)

/*:
Step and number of steps do not matter for what follows, only the two shares at a **time** $t$ from 0 (the picture) to 1
(noise alone):

$$ x_t = s_t \, x_0 + \sigma_t \, \varepsilon. $$

A **schedule** is a choice of $s_t$ and $\sigma_t$. Besides that of DDPM two are common. The cosine schedule (Nichol and
Dhariwal 2021, here without their small offset) has $s_t = \cos(\pi t / 2)$ and $\sigma_t = \sin(\pi t / 2)$; the squares
still have the sum 1. The linear one has $s_t = 1 - t$ and $\sigma_t = t$: each picture goes on a straight line to its noise. It is the
path of **flow matching** (Lipman et al. 2023) and of rectified flows (Liu et al. 2023), whose networks compute the
velocity on it (13.5). The figure shows
that they are relatives: each is a path from "all picture" to "all noise", and if $x_t$ is divided by $s_t + \sigma_t$,
each path becomes the straight one, passed with another speed. This lesson's model has the linear one.
*/
figure(
  "schedules", schedulePlot(chain),
  caption:
    "From the picture (lower right) to the noise (upper left): DDPM and cosine lie on one curve and differ in speed alone."
)

let fractions = [0, 0.2, 0.4, 0.6, 0.8, 1]
let eps = Tensor.randn(clean.shape)
func noisy(_ clean: Tensor, _ eps: Tensor, _ t: Double) -> Tensor { clean * Float(1 - t) + eps * Float(t) }

figure(
  "noising",
  ImageGridPlot(
    "A scene turns into noise", images: fractions.map { picture(noisy(clean, eps, $0)[0]) },
    labels: fractions.map { "t = \(Format.fixed($0, decimals: 1))" }, side: 96),
  caption: "Up to which time can you still tell color, shape and place? The model has to do the same.")
let byLibrary = NoiseSchedule.linear.noisy(clean, eps, at: [0.4])
show("Equal to the library", (noisy(clean, eps, 0.4) - byLibrary).abs().max().item < 1e-6)

/*:
## 13.3 Taking noise away is regression

The other direction: from $x_t$ back to $x_0$. A network $f$ is given $x_t$ and $t$ and trained to give $x_0$, with the
mean squared error as its loss:

$$ \mathcal{L} = \mathbb{E} \, \lVert f(x_t, t) - x_0 \rVert^2 . $$

$\mathbb{E}$ is the mean over all pictures, times and noises. This is ordinary regression with as many examples as we
like, since noise costs nothing. But many pictures can have led to the same $x_t$. Which answer has the smallest
error? The mean of all of them, each weighted by how likely it is after having seen $x_t$: the **conditional mean**
$\mathbb{E}[x_0 \mid x_t]$. So a perfect network does not give the one true picture. It gives the mean of the possible
ones.

### An example to follow by hand

Let the "pictures" be a single number, and let only two exist, $-1$ and $+1$, equally often. Then everything can be
computed. After noise of deviation $\sigma$ on $s x_0$, the two are told apart by the distance from $x_t$ to $+s$ and
to $-s$. By Bayes' rule their likeliness has the ratio

$$ \frac{p(+1 \mid x_t)}{p(-1 \mid x_t)} = \frac{e^{-(x_t - s)^2 / 2 \sigma^2}}{e^{-(x_t + s)^2 / 2 \sigma^2}}
 = e^{2 s x_t / \sigma^2}, $$

and the conditional mean, $p(+1) - p(-1)$, is

$$ \mathbb{E}[x_0 \mid x_t] = \tanh\left( \frac{s \, x_t}{\sigma^2} \right). $$

At time $\frac12$ of the linear schedule $s = \sigma = \frac12$, so it is simply $\tanh(2 x_t)$. Check it by counting:
draw 200,000 numbers, add noise, and look at those whose $x_t$ is near a given value. What is the mean of their $x_0$?
*/
section("13.3 Taking noise away is regression")
func bestEstimate(_ x: Tensor, _ t: Double) -> Tensor {
  let (signal, noise) = (1 - t, t)
  return (x * Float(signal / (noise * noise))).tanh()
}

manualSeed(lesson.seed)
let drawnClean = Tensor.rand([200_000]).scalars.map { $0 < 0.5 ? Float(-1) : 1 }
let drawnNoisy = noisy(Tensor(drawnClean), Tensor.randn([200_000]), 0.5).scalars
table(
  ["noisy number near", "how many", "mean of their pictures", "tanh(2 x)"],
  [-0.6, -0.2, 0, 0.2, 0.6].map { x in
    let near = drawnNoisy.indices.filter { abs(Double(drawnNoisy[$0]) - x) < 0.025 }
    return [
      .fixed(x, decimals: 1), .integer(near.count),
      .fixed(mean(near.map { Double(drawnClean[$0]) }), decimals: 3),
      .fixed(bestEstimate(Tensor([Float(x)]), 0.5).item, decimals: 3),
    ]
  })
figure(
  "denoisers", denoiserPlot(bestEstimate),
  caption:
    "With little noise the best estimate is one of the two pictures; with much noise it stays near their mean, 0.")

/*:
Take one curve after the other. At $t = 0.2$ hardly a doubt is left: nearly a step from $-1$ to
$+1$. At $t = 0.8$ the noise hides most, and the best estimate is a cautious number between the two. At $t = 1$
nothing of the picture is left, and the best estimate is the mean of all pictures, here 0, which is no picture at all.

That is the blur of 13.1: one step of regression from noise to picture gives the mean.

## 13.4 From noise to a picture

The way out is not to believe the first estimate. It is used for a small step only: a little less noise. At the new
place the question is a little easier, and is asked again. One step from time $t$ to an earlier time $u$: the estimate
$\hat x$ of the picture leaves $\hat\varepsilon = (x_t - s_t \hat x) / \sigma_t$ as an estimate of the noise, and both
are mixed anew with the shares of the earlier time. Song et al. 2021 found this step; their name for it is **DDIM**:

$$ x_u = s_u \, \hat x + \sigma_u \, \hat\varepsilon . $$
*/
section("13.4 From noise to a picture")
func ddimStep(_ x: Tensor, _ estimate: Tensor, from t: Double, to u: Double) -> Tensor {
  let noise = (x - estimate * Float(1 - t)) / Float(t)
  return estimate * Float(1 - u) + noise * Float(u)
}

func path(_ start: Tensor, steps: Int) -> [Tensor] {
  var places = [start]
  for step in 0..<steps {
    let (t, s) = (1 - Double(step) / Double(steps), 1 - Double(step + 1) / Double(steps))
    places.append(ddimStep(places[step], bestEstimate(places[step], t), from: t, to: s))
  }
  return places
}

/*:
By hand, with four steps, from the noise $x_1 = 0.8$. The first estimate is 0, for nothing is known. Then each
estimate is surer than the one before:
*/
let byHand = path(Tensor([Float(0.8)]), steps: 4)
table(
  ["time", "noisy number", "best estimate of the picture", "left for noise"],
  byHand.enumerated().dropLast().map { step, x in
    let t = 1 - Double(step) / 4
    let estimate = bestEstimate(x, t)
    return [.fixed(t, decimals: 2)]
      + [x, estimate, (x - estimate * Float(1 - t)) / Float(t)].map { .fixed($0.item, decimals: 4) }
  })
show("Arrived at", byHand[4].item, decimals: 4)

/*:
Sixteen starts, forty steps:
*/
let starts = Tensor.linspace(-2.25, 2.25, 16)
let paths = path(starts, steps: 40)
figure(
  "paths", pathPlot(paths, "From noise to the two pictures, DDIM"),
  caption: "All lines end at one of the two pictures: which one is decided early, by the sign of the first noise.")

/*:
No line ends in the middle, although the first estimate was the middle for all of them. Where a line ends is decided
by its noise at the start: with DDIM nothing else is random. So a seed stands for a picture.

### DDPM: with fresh noise

The older way of Ho et al. 2020 draws from the distribution that the earlier $x_u$ has if $x_t$ and $\hat x$ are
known. It is a normal distribution, and its deviation $f$ follows from the two shares:

$$ f = \frac{\sigma_u}{\sigma_t} \sqrt{\sigma_t^2 - \left( \frac{s_t}{s_u} \right)^2 \sigma_u^2}, \qquad
x_u = s_u \, \hat x + \sqrt{\sigma_u^2 - f^2} \; \hat\varepsilon + f \, \varepsilon'. $$

A part of the estimated noise is replaced by fresh noise $\varepsilon'$, so that the variance is again $\sigma_u^2$.
With $f = 0$ it is DDIM.
*/
func ddpmStep(_ x: Tensor, _ estimate: Tensor, from t: Double, to u: Double, fresh: Tensor) -> Tensor {
  let kept = u > 0 ? (1 - t) / (1 - u) * u : 0
  let f = u / t * max(t * t - kept * kept, 0).squareRoot()
  let noise = (x - estimate * Float(1 - t)) / Float(t)
  return estimate * Float(1 - u) + noise * Float(max(u * u - f * f, 0).squareRoot()) + fresh * Float(f)
}

var random = [Tensor.full([16], 0.5)]
for step in 0..<40 {
  let (t, s) = (1 - Double(step) / 40, 1 - Double(step + 1) / 40)
  random.append(ddpmStep(random[step], bestEstimate(random[step], t), from: t, to: s, fresh: .randn([16])))
}
figure(
  "random-paths", pathPlot(random, "From one noise to the two pictures, DDPM"),
  caption: "All lines begin at the same noise, 0.5: here the fresh noise on the way decides where a line ends.")

let (before, estimated, fresh) = (Tensor.randn([3, 1]), Tensor.rand([3, 1]), Tensor.randn([3, 1]))
let takenApart = DenoisingTarget.clean.estimate(estimated, from: before, at: [0.6, 0.6, 0.6], .linear)
for (name, sampler, ours) in [
  ("DDIM", DiffusionSampler.ddim, ddimStep(before, estimated, from: 0.6, to: 0.5)),
  ("DDPM", .ddpm, ddpmStep(before, estimated, from: 0.6, to: 0.5, fresh: fresh)),
] {
  let theirs = sampler.step(before, takenApart, from: 0.6, to: 0.5, .linear, fresh: fresh)
  show("\(name) step equal to the library", (ours - theirs).abs().max().item < 1e-5)
}

/*:
### How many steps?

2,000 noises, DDIM, and how many of the results are within 0.05 of one of the two pictures:
*/
manualSeed(lesson.seed)
let manyStarts = Tensor.randn([2000])
let stepRows = [1, 2, 3, 5, 10, 40].map { steps in
  let ends = path(manyStarts, steps: steps)[steps].scalars
  return (steps: steps, ends: ends, share: Double(ends.count { abs(abs($0) - 1) < 0.05 }) / Double(ends.count))
}
table(
  ["steps", "arrived within 0.05", "mean of the absolute values"],
  stepRows.map { row in
    [
      .integer(row.steps), .percent(row.share, decimals: 1),
      .fixed(mean(row.ends.map { Double(abs($0)) }), decimals: 3),
    ]
  })
note(
  """
  One step gives the mean of all pictures, 0, for every noise: regression alone. With \
  \(stepRows.first { $0.share > 0.9 }.map { "\($0.steps)" } ?? "none of these numbers of") steps more than nine of ten have \
  arrived. A real model's estimates are not perfect, so 13.11 counts again with pictures.
  """)

/*:
## 13.5 What the network computes

The network need not give the picture. With $x_t$ and $t$ known, any of three says the same:

| it computes | then the picture is | and the noise is |
|---|---|---|
| the picture $\hat x$ | $\hat x$ | $(x_t - s_t \hat x) / \sigma_t$ |
| the noise $\hat\varepsilon$ (Ho et al. 2020) | $(x_t - \sigma_t \hat\varepsilon) / s_t$ | $\hat\varepsilon$ |
| the **velocity** $\hat v$, linear schedule: $\varepsilon - x_0$ | $x_t - t \, \hat v$ | $x_t + (1 - t) \, \hat v$ |

The velocity says which way and how fast $x_t$ moves as time goes on: the derivative of $x_t = (1 - t) x_0 + t
\varepsilon$ by $t$. With it the DDIM step is plain: $x_u = x_t + (u - t) \, \hat v$, a straight step along the line,
as Euler's method takes it. (For the cosine schedule Salimans and Ho 2022 define $v = s_t \varepsilon - \sigma_t x_0$,
the derivative divided by $\pi / 2$.)
*/
section("13.5 What the network computes")
let (t, s) = (0.7, 0.6)
let someEps = Tensor.randn(clean.shape)
let someNoisy = noisy(clean, someEps, t)
let velocity = someEps - clean
let fromVelocity = someNoisy - velocity * Float(t)
let fromNoise = (someNoisy - someEps * Float(t)) / Float(1 - t)
show(
  "The picture from the velocity", (fromVelocity - clean).abs().max().item < 1e-5, note: "differs by less than 0.00001")
show("The picture from the noise", (fromNoise - clean).abs().max().item < 1e-5, note: "differs by less than 0.00001")
let euler = someNoisy + velocity * Float(s - t)
show("Euler's step is the DDIM step", (euler - ddimStep(someNoisy, clean, from: t, to: s)).abs().max().item < 1e-5)
let libraryEqual = DenoisingTarget.allCases.allSatisfy { target in
  let output = target.value(clean, someEps, at: [t], .linear)
  let parts = target.estimate(output, from: someNoisy, at: [t], .linear)
  return (parts.clean - clean).abs().max().item < 1e-4 && (parts.noise - someEps).abs().max().item < 1e-4
}
show("Each way there and back in the library", libraryEqual, note: "picture, noise, velocity")

/*:
They say the same, but a network makes errors, and these count differently. Let it be wrong by 0.1 in what it
computes. How wrong is then the picture?
*/
table(
  ["time", "it computes the picture", "the noise", "the velocity"],
  [0.1, 0.5, 0.9, 0.99].map { t in
    let errors = [0.1, 0.1 * t / (1 - t), 0.1 * t]
    return [.fixed(t, decimals: 2)] + errors.map { .fixed($0, decimals: 3) }
  })

/*:
From the noise, the picture's error grows without limit as $t$ goes to 1: there $x_t$ is nearly all noise, and knowing
the noise fairly well says nothing about the little that is left. The velocity's error is never made larger. The
picture has the same fault at the other end: at a small $t$ its error, divided by $t$, becomes a large one of the noise.

Two choices are free of each other: what the network computes, and which error is its loss. This lesson's model
computes the **picture**, and its loss is the squared error of the picture. Li and He 2025 argue for the first choice:
pictures are a small part of all arrays of numbers, while noise and velocity fill all of them. Their argument is for
patches with more numbers than the network's width, which these are not, and their loss is the velocity's. So it is no
proof for this model. The second choice decides which times count, and so does how often each time is drawn; 13.7
computes the first.

### Trained on the page

Does a network find the best estimate from examples alone? A small one on the two pictures $\pm 1$: three linear
layers, given the noisy number and the time, asked for the picture. Each step draws fresh pictures, times and noises.
The loss is the mean squared error, and it cannot become 0: where the noise hides the picture, nobody can know it. The
least possible loss is that of the best estimate.
*/
manualSeed(lesson.seed)
let small = Sequential(Linear(2, 64), Activation.silu, Linear(64, 64), Activation.silu, Linear(64, 1))
let optimizer = AdamW(small.parameters(), learningRate: 3e-3)

/// Noisy numbers with their times, `[B, 2]`, the pictures and the best estimates of them, `[B, 1]`.
func examples(_ count: Int) -> (inputs: Tensor, pictures: Tensor, best: Tensor) {
  let t = Tensor.uniform([count, 1], in: 0.02..<1)
  let pictures = Tensor(Tensor.rand([count]).scalars.map { $0 < 0.5 ? -1 : 1 }, shape: [count, 1])
  let x = pictures * (1 - t) + Tensor.randn([count, 1]) * t
  return (Tensor.cat([x, t], dim: 1), pictures, (x * (1 - t) / (t * t)).tanh())
}

func squaredError(_ a: Tensor, _ b: Tensor) -> Tensor { ((a - b) * (a - b)).mean() }

var smallLosses: [Float] = []
let smallBar = progress("training in one dimension", total: 3000)
for step in 0..<3000 {
  let batch = examples(256)
  optimizer.learningRate = 3e-3 * (1 - Double(step) / 3000)
  let loss = squaredError(small(batch.inputs), batch.pictures)
  optimizer.zeroGrad()
  loss.backward()
  optimizer.step()
  smallLosses.append(loss.item)
  smallBar.advance()
}
let unseen = examples(100_000)
let smallLoss = squaredError(noGrad { small(unseen.inputs) }, unseen.pictures).item
let leastLoss = squaredError(unseen.best, unseen.pictures).item
show("Loss of answering 0", squaredError(.zeros([100_000, 1]), unseen.pictures).item, decimals: 3)
show("Loss of the network", smallLoss, decimals: 3, note: "100,000 new examples")
show("Least possible loss", leastLoss, decimals: 3, note: "the best estimate, same examples")
figure(
  "small-loss", smallLossPlot(smallLosses, least: leastLoss),
  caption: "The loss ends above zero, near the dashed line: most of what is left no model can learn.")

func learnedEstimate(_ x: Tensor, _ t: Double) -> Tensor {
  let count = x.shape[0]
  return noGrad { small(.cat([x.reshape(count, 1), .full([count, 1], Float(t))], dim: 1)) }.reshape(count)
}
figure(
  "learned", learnedPlot(bestEstimate, learnedEstimate),
  caption: "How near the learned estimates come to the best ones, and at which time they are least exact.")
note(
  """
  The network's loss is \(Format.fixed(smallLoss - leastLoss, decimals: 3)) above the least possible one, which is \
  \(Format.percent(leastLoss / smallLoss, decimals: 0)) of it. So the loss says \
  little about how well a diffusion model draws: most of it is noise that cannot be known. Bayes' rule was in no example: \
  regression alone led to the conditional mean.
  """)

/*:
## 13.6 The network: a Vision Transformer that is led

For pictures the network is a **Diffusion Transformer**, DiT (Peebles and Xie 2023). If you know Lesson 04, you know
nearly all of it: the noisy picture is cut into patches, each becomes a token, positions are added, blocks of
attention and feed-forward part follow. Three things are new:

- the **time** enters as a vector of waves (below);
- time and text lead every block: they decide how its normalizations scale and shift, and how much the block adds
  (**AdaLN-Zero**);
- the output is no class but a patch of $3 \cdot 4 \cdot 4$ numbers for each token: a picture again.

Beside that, the tokens of the text stand in front of the patches in one sequence, as in ViLT (Lesson 08), so that a
patch can attend to single words. The text comes from CLIP's text tower, trained in Lesson 06 and left as it is.
The Stable Diffusion that was published is led by a CLIP, too, by cross-attention (Lesson 07); the model of the paper
(Rombach et al. 2022) had a text transformer of its own.
*/
section("13.6 The network: a Vision Transformer that is led")
let network = painter.task.model.transformer
figure(
  "network", networkDiagram(settings),
  caption: "What is known from Lesson 04, and what is new: the text in the sequence, the leading vector in each block.")

/*:
The functions of this section compute it with plain operations, and at the end their result is compared with the
library's. All weights come from the file by their names. D is the width of a token, E that of the text tower, V that
of the leading vector, N the number of patches, L that of the text's tokens.
*/
let checkpoint = require(try Checkpoint(path: "\(shipped)/model.safetensors"))
func stored(_ name: String) -> Tensor { require(try checkpoint.tensor(name)) }
func weight(_ name: String) -> Tensor { stored("transformer.\(name)") }

func linear(_ x: Tensor, _ name: String) -> Tensor {
  x.matmul(weight("\(name).weight").T) + weight("\(name).bias")
}

func silu(_ x: Tensor) -> Tensor { x * x.sigmoid() }

/*:
### The text: words and states

What should a token of the text bring with it? The obvious answer is the tower's final **state** at this token; Stable
Diffusion takes it. But this tower was trained to find a text's picture among others (Lesson 05). For that it has to
say which things there are. It has less use for **binding** each of them to its place, that is only where a batch has
two scenes with the same things at exchanged places. And it is causal: the state at "purple" has not seen which noun
follows.

So a second vector stands beside each state: the **word**, that is what goes into the tower's first block, the sum of
the token's embedding and of its position (Lesson 06), normalized as the states are. Every text is filled up with end
tokens to the same length L.
*/
func textParts(_ prompt: String) -> (words: Tensor, states: Tensor, end: Tensor) {
  let tokenizer = painter.task.tokenizer
  var ids = tokenizer.encode(prompt, addSpecialTokens: true).ids  // the token of the beginning, words, that of the end
  let (endPosition, endToken) = (ids.count - 1, ids[ids.count - 1])
  ids += [Int](repeating: endToken, count: settings.textLength - ids.count)
  let embedded = stored("text_encoder.embeddings.token_embedding.weight").indexSelect(ids)  // [L, E]
  let places = stored("text_encoder.embeddings.position_embedding.weight").slice(0..<settings.textLength, dim: 0)
  let words = (embedded + places).layerNorm(epsilon: Float(settings.text.layerNormEpsilon))
  let states = noGrad { painter.task.model.textEncoder(IntTensor([ids]))[0] }  // [L, E]
  return (words, states, states[endPosition])
}

let firstParts = textParts(firstPrompts[0])
show("Words", firstParts.words.shape, note: "[L, E]")
show("States", firstParts.states.shape, note: "[L, E]")
show("The text's end", firstParts.end.shape, note: "[E]: the state at the token of the end")
let joined = Tensor.cat([firstParts.words, firstParts.states], dim: -1)  // [L, 2·E]
let textDifferences = [joined - firstText.states[0], firstParts.end - firstText.summary[0]].map { $0.abs().max().item }
show("Words, states and end equal to the library", textDifferences.allSatisfy { $0 < 1e-4 })

/*:
What do the three tell apart? Take captions of two things that differ in color and in shape, and change a caption in one
of four ways. How far does each vector move? All of them are normalized, so distances can be compared. "At the changed
words" is the mean over the tokens that are not the same in both texts.
*/
let pairCaptions = twoThingCaptions(100, seed: lesson.seed + 30)
let moves = TextChange.allCases.map { change in
  (change: change, far: Movement(painter, pairCaptions, change.applied(to: pairCaptions)))
}
show("A caption", pairCaptions[0])
for change in TextChange.allCases { show("\(change)", change.applied(to: pairCaptions[0])) }
let length = (firstText.summary * firstText.summary).sum().sqrt().item
show("Length of a text's end", length, decimals: 1, note: "two vectors of this length are at most twice that far apart")
table(
  [
    "the changed caption has", "the end moves by", "states at the changed words", "the state that moves most",
    "the words",
  ],
  moves.map { move in
    [.text("\(move.change)")]
      + [move.far.end, move.far.states, move.far.largest, move.far.words].map { .fixed($0, decimals: 2) }
  })
figure(
  "binding", movementPlot(moves.map { ("\($0.change)", $0.far) }),
  caption: "Which change hardly moves the text's end? And at which changed words do the states hardly move?")
note(bindingNote(moves.map(\.far)))

/*:
Why give the painter both? A first one that was trained for this lesson had the end and the states alone. It drew a single thing well,
and gave two things the same color, nearly always. In trials of a thousand steps its loss with a text whose things were
exchanged was that with the right text: a patch on the left could not tell which of the two things was its own. With the
words beside the states the two losses parted in the first thousand steps. So the painter of this lesson was trained
with both. (These trials are not part of the lesson, so their numbers are not printed.) Are the words what the finished painter follows? Make a guess before section
13.14 tests it.

It is no speciality of small models: Stable Diffusion also lets colors run from one thing to another, and Feng et al.
2023 lessen that by encoding each noun with its adjectives by itself.

### The time as a vector

A network that is given the single number $t$ has a hard time making sharp distinctions of it. So $t$ becomes many
waves, cosines and sines of frequencies from fast to slow, as Vaswani et al. 2017 write positions. Two linear layers
follow.
*/
func waves(_ number: Double, count: Int, lowest: Double) -> [Float] {
  let angles = (0..<count).map { index in  // frequencies from 1 down to nearly the lowest
    number * ElementaryDouble.exp(ElementaryDouble.log(lowest) * Double(index) / Double(count))
  }
  return angles.map { Float(ElementaryDouble.cos($0)) } + angles.map { Float(ElementaryDouble.sin($0)) }
}

func timeWaves(_ t: Double) -> Tensor {  // t is counted in thousandths, as Ho's thousand steps
  Tensor(waves(1000 * t, count: settings.timeEmbeddingSize / 2, lowest: 1e-4))
}

figure(
  "waves", wavesPlot(timeWaves, size: settings.timeEmbeddingSize),
  caption: "Fast waves tell near times apart, slow ones far times: together they say t exactly and smoothly.")

func condition(_ t: Double, _ text: TextStates) -> Tensor {  // [V]
  let time = linear(silu(linear(timeWaves(t), "time.fc1")), "time.fc2")
  return silu(time + linear(text.summary[0], "summary"))
}
show("Waves of a time", timeWaves(0.7).shape)
show("The vector that leads", condition(0.7, firstText).shape, note: "[V]: time and the text's end")

/*:
### AdaLN-Zero

A layer normalization (Lesson 02) gives a token the mean 0 and the variance 1, then scales and shifts it with numbers
that were learned once for all inputs. **Adaptive** layer normalization computes scale and shift from the leading
vector instead, so that they differ from time to time and from text to text. A third set of numbers, the **gates**,
multiplies what a block adds. With $c$ for the leading vector a block is

$$ (\beta_1, \gamma_1, g_1, \beta_2, \gamma_2, g_2) = W c + b $$
$$ x' = x + g_1 \cdot \text{attention}\big( (1 + \gamma_1) \cdot \text{LN}(x) + \beta_1 \big), \qquad
x'' = x' + g_2 \cdot \text{MLP}\big( (1 + \gamma_2) \cdot \text{LN}(x') + \beta_2 \big). $$

**Zero** means that $W$ and $b$ start as zeros. Then all gates are 0, and a new block adds nothing: whatever goes in
comes out unchanged. Training begins with a network that does nothing and learns, block by block, what to add.
*/
func modulated(_ x: Tensor, shift: Tensor, scale: Tensor) -> Tensor {
  x.layerNorm(epsilon: Float(settings.layerNormEpsilon)) * (scale + 1) + shift
}

func attention(_ x: Tensor, _ layer: String) -> Tensor {
  let parts = linear(x, "\(layer).attention.qkv").chunk(3, dim: 1).map { part in
    part.reshape(x.shape[0], settings.headCount, -1).transpose(0, 1)  // [H, T, D/H]
  }
  let scores = parts[0].matmul(parts[1].transpose(1, 2)) / Float(parts[0].shape[2]).squareRoot()  // [H, T, T]
  let mixed = scores.softmax(dim: -1).matmul(parts[2])  // [H, T, D/H]
  return linear(mixed.transpose(0, 1).flatten(from: 1), "\(layer).attention.projection")
}

func block(_ x: Tensor, _ condition: Tensor, _ layer: String) -> Tensor {
  let part = linear(condition, "\(layer).modulation").chunk(6, dim: 0)  // 6 × [D]
  let attended = x + attention(modulated(x, shift: part[0], scale: part[1]), layer) * part[2]
  let hidden = linear(modulated(attended, shift: part[3], scale: part[4]), "\(layer).mlp.fc1").geluTanh()
  return attended + linear(hidden, "\(layer).mlp.fc2") * part[5]  // [T, D]
}

/*:
### All of it

Patches to tokens and back are the reshapings of Lesson 04: a patch embedding is a linear layer on the numbers of each
patch. Where a patch is, the same waves say, half of them for its row and half for its column; nothing in them is
trained. (Lesson 04 learned its positions; Peebles and Xie 2023 fix them, so that neighbors are known as neighbors
from the first step.)
*/
let patch = settings.patchSize.height
let side = settings.imageSize.height / patch

func patchTokens(_ picture: Tensor) -> Tensor {  // [3, H, W] to [N, 3·P·P]
  picture.reshape(3, side, patch, side, patch).permute(1, 3, 0, 2, 4).reshape(side * side, -1)
}

func unpatched(_ tokens: Tensor) -> Tensor {  // [N, 3·P·P] to [3, H, W]
  tokens.reshape(side, side, 3, patch, patch).permute(2, 0, 3, 1, 4).reshape(3, side * patch, side * patch)
}

let positions = (0..<side * side).map { patch in
  Tensor([patch / side, patch % side].flatMap { waves(Double($0), count: settings.hiddenSize / 4, lowest: 0.01) })
}

func denoiser(_ picture: Tensor, _ t: Double, _ text: TextStates) -> Tensor {  // text.states: [1, L, 2·E]
  let leading = condition(t, text)  // [V]
  let filters = weight("patches.weight").flatten(from: 1)  // [D, 3·P·P]
  let patches = patchTokens(picture).matmul(filters.T) + weight("patches.bias") + Tensor.stack(positions)  // [N, D]
  var x = Tensor.cat([linear(text.states[0], "words"), patches], dim: 0)  // [L + N, D]
  for layer in 0..<settings.layerCount { x = block(x, leading, "layers.\(layer)") }
  let part = linear(leading, "modulation").chunk(2, dim: 0)  // shift and scale, [D]
  let last = modulated(x.slice(text.states.shape[1]..<x.shape[0], dim: 0), shift: part[0], scale: part[1])
  return unpatched(linear(last, "output"))  // [3, H, W]
}

let ours = denoiser(noisyPicture[0], 0.7, firstText)
let theirs = noGrad { network(noisyPicture, at: [0.7], firstText)[0] }
show("Words and patches", [firstText.states.shape[1], side * side], note: "L and N: the sequence has both")
show("Estimate of the picture", ours.shape, note: "[3, H, W]")
show("Network equal to the library", (ours - theirs).abs().max().item < 1e-3, note: "differs by less than 0.001")

/*:
The library's block reads like the one above:

{{quote DiTBlock.callAsFunction}}

Is the zero true? In a new network, before any training, all six sets of numbers of each block must be zeros. The last
linear layer starts with zeros as well (Peebles and Xie 2023), so that the first estimate of each picture is gray, 0
everywhere, and not some pattern:
*/
manualSeed(lesson.seed)
let new = DiffusionTransformer(settings)
let zeros = new.namedParameters().filter { $0.parameter.abs().max().item == 0 }.map(\.name)
let leading = new.namedParameters().map(\.name).filter { $0.contains("modulation") && $0.hasSuffix("weight") }
show("Layers that make shifts, scales and gates", leading.count, note: "one in each block, and a last one")
show("All of them zero in a new network", leading.allSatisfy(zeros.contains))
let newOutput = noGrad { new(noisyPicture, at: [0.7], firstText) }
show("Largest number of its output", newOutput.abs().max().item, decimals: 6)
show("Its squared error on the scene of 13.2", squaredError(newOutput, clean).item, decimals: 3)

/*:
And what did training make of the gates? Their mean absolute value in each block, at each time, for the first text of
13.1:
*/
let gateTimes = (1...20).map { Double($0) / 20 }
let gates = (0..<settings.layerCount).map { layer in
  gateTimes.map { t in
    let part = linear(condition(t, firstText), "layers.\(layer).modulation").chunk(6, dim: 0)
    return (part[2].abs().mean().item + part[5].abs().mean().item) / 2
  }
}
figure(
  "gates", gatePlot(gateTimes, gates),
  caption: "A gate of 0 would switch a block off: compare how much the blocks add at early and at late times.")

/*:
## 13.7 How it was trained

One step: take pictures and captions, draw a time and a noise for each, make the noisy pictures at once by the closed
form, let the network estimate the pictures, compare with the true ones. That is all (Ho et al. 2020, algorithm 1). In
code:
*/
section("13.7 How it was trained")
func trainingLoss(_ scenes: [Scene], _ captions: [String], times: [Double], eps: Tensor) -> Tensor {
  let clean = Scene.tensor(scenes)
  let shares = Tensor(times.map { Float($0) }, shape: [scenes.count, 1, 1, 1])
  let noisy = clean * (1 - shares) + eps * shares
  let estimate = network(noisy, at: times, require(try painter.task.encode(captions)))
  return squaredError(estimate, clean)
}

let plan = Trainer.painter.plans[0]
table(
  ["the shipped model's training", "value"],
  [
    ["steps", .integer(plan.steps)], ["pictures a step", .integer(plan.batchSize)],
    ["pictures in all", .integer(plan.steps * plan.batchSize)],
    ["highest learning rate, matrices of the blocks (Muon)", .significant(plan.matrixLearningRate ?? 0, digits: 3)],
    ["highest learning rate, all else (AdamW)", .significant(plan.learningRate, digits: 3)],
  ])

/*:
Seven of ten scenes have two things, since these take longest to learn. Each scene is drawn anew for its step, at a place
and with offsets from the random numbers. Nine of ten captions have all details, the others any. One in ten is replaced
by the empty text; 13.8 says why. Half of the times are drawn from 0.5 to 0.95, where the text counts much (figure
below), the other half evenly from 0 to 1. (Esser et al. 2024 take times of the middle more often, too.) Scenes with one
of six pairs of color and shape are never shown, nor a fifth of the other scenes, as in Lessons 05 to 09. The learning
rates rise at first and then fall along half a cosine to a hundredth. The shipped weights are no last step's, but a
running mean over many steps, as with Ho et al. 2020.
`swift run course train painter` repeats the training, byte by byte, in some twenty minutes on two cores.

### Muon: a step in all directions

The matrices inside the blocks, which tokens are multiplied by, are not changed by AdamW but by **Muon** (Jordan et al.
2024; Liu et al. 2025). AdamW looks at each number of a matrix by itself. But a gradient of a matrix is a matrix, too,
and as a whole it has *directions*, each with a length, its **singular value**. Jordan et al. report that in
transformers a few of them are long and most are short, so that a step along the gradient learns mainly the few. Muon
keeps the directions and makes them about equally long. It needs no singular value decomposition for that: a polynomial
of the matrix, the iteration of Newton and Schulz, changes the lengths alone. With $A = X X^\top$ one round is

$$ X \leftarrow a X + (b A + c A^2) X, \qquad a = 3.4445, \; b = -4.775, \; c = 2.0315, $$

and a direction of length $l$ gets the length $a l + b l^3 + c l^5$. On a diagonal matrix the lengths can be seen, and
what five rounds make of them:
*/
func muonRound(_ x: Tensor) -> Tensor {
  let products = x.matmul(x.T)
  return x * 3.4445 + (products * -4.775 + products.matmul(products) * 2.0315).matmul(x)
}
let directionLengths: [Float] = [0.8, 0.5, 0.2, 0.1, 0.05, 0.01]
let directionCount = directionLengths.count
var rounds = [
  Tensor(
    (0..<directionCount * directionCount).map {
      $0 % (directionCount + 1) == 0 ? directionLengths[$0 / (directionCount + 1)] : 0
    }, shape: [directionCount, directionCount])
]
for _ in 0..<5 { rounds.append(muonRound(rounds[rounds.count - 1])) }
table(
  ["length before"] + (1...5).map { "after \($0) \($0 == 1 ? "round" : "rounds")" },
  (0..<directionCount).map { row in rounds.map { .fixed($0[row][row].item, decimals: 3) } })

/*:
One direction was eighty times as long as another; after five rounds all lengths are between about 0.7 and 1.2. Nearer
to 1 they need not be. So that no length is greater than 1 at first, the matrix is divided by the root of the sum of its
squares. The gradients of earlier steps are taken along with a momentum, as in Lesson 02's AdamW. Without it, a step of
the library is this:
*/
let someGradient = Tensor.randn([4, 6])
var ownStep = someGradient / (someGradient * someGradient).sum().sqrt().item
for _ in 0..<5 { ownStep = muonRound(ownStep) }
let changed = Tensor.zeros([4, 6]).requiringGrad()
changed.grad = someGradient
Muon([changed], learningRate: 1, momentum: 0).step()
show("Muon's step equal to the library's", (changed.detached() + ownStep).abs().max().item < 1e-4)

/*:
The painter's steps are longer, by $0.2 \sqrt{\max(\text{rows}, \text{columns})}$ (Liu et al. 2025): so a number of a
matrix changes by about 0.2 times the learning rate, which is what AdamW's steps come to. And its momentum looks ahead by
one step.

What did it bring? An earlier painter of this size had AdamW for all parameters, four wide blocks, and times that were
even. After a longer training than this one's it drew nearly nine of ten single things right, and less than three of ten
pairs: the colors were at their places, and the forms were wrong. Then changes were tried one after the other, each in
trainings of a fifth of this one's length and with one seed. Muon made the loss on held-out scenes of two things at
$t = 0.7$ a sixth smaller; eight narrow blocks in place of the four made it a tenth smaller again, and more times of the
middle nearly another tenth. The velocity's loss made the errors at small times smaller, and fewer drawings were right.
With one seed and one order of the changes this is a hint, no measurement of each. (These trainings are not part of the
lesson. What the three changes together make of a whole training, 13.10 counts.)
*/
let report = ShippedCheckpoint.painter.report
let meanLosses = report?.meanLosses ?? []
if !meanLosses.isEmpty {
  figure(
    "training", trainingPlot(meanLosses),
    caption:
      "Recorded in the training: a fast fall at first, then a long slow one that ends where the learning rate does.")
}

/*:
What the trained model uses the text for: the loss on held-out scenes of two things by time, beside the right caption,
beside the same one with both things exchanged, beside that of another scene, and beside the empty text. Times and
noises are the same in each column.
*/
let lossScenes = twoThingScenes(64, seed: lesson.seed)
let ownCaptions = lossScenes.map(\.canonicalCaption)
let besides = [
  ("its own caption", ownCaptions), ("things exchanged", TextChange.thingsExchanged.applied(to: ownCaptions)),
  ("another caption", Array(ownCaptions[1...] + ownCaptions[..<1])),
  ("the empty text", [String](repeating: "", count: lossScenes.count)),
]
let lossTimes = (0..<10).map { 0.05 + Double($0) / 10 }
manualSeed(lesson.seed)
let lossNoise = Tensor.randn([lossScenes.count, 3, 32, 32])
let lossByTime = besides.map { _, captions in
  lossTimes.map { t in
    noGrad {
      trainingLoss(
        lossScenes, captions, times: [Double](repeating: t, count: lossScenes.count), eps: lossNoise
      ).item
    }
  }
}
figure(
  "loss-by-time", lossByTimePlot(lossTimes, besides.map(\.0), lossByTime),
  caption: "When does the right caption help, against the empty text? And when does a wrong one do harm?")
func extra(_ column: Int, _ index: Int) -> Float { lossByTime[column][index] - lossByTime[0][index] }
let widest = lossTimes.indices.max { extra(3, $0) < extra(3, $1) } ?? 0
note(
  """
  The empty text costs most at t = \(Format.fixed(lossTimes[widest], decimals: 2)): \
  \(Format.fixed(extra(3, widest), decimals: 4)) more than the right caption. At t = 0.05 it costs \
  \(Format.fixed(extra(3, 0), decimals: 4)): there the picture itself can be seen, and the text says nothing new. So what is \
  drawn is decided at the large times, and the small ones make it clean. Another caption does harm at all times, even at \
  t = 0.05, where it makes the error \(Format.fixed(lossByTime[2][0] / lossByTime[0][0], decimals: 1)) times as large: the \
  text counts against what can be seen. Exchanged things cost at t = \(Format.fixed(lossTimes[widest], decimals: 2)) \
  \(Format.percent(max(extra(1, widest), 0) / extra(2, widest), decimals: 0)) of what another caption costs; to a painter \
  that cannot bind things to places, they would cost nothing.
  """)

/*:
Now it can be computed which times count in which loss. An error of the velocity is the picture's divided by $t^2$ in
its square, and one of the noise the picture's times $(1 - t)^2 / t^2$ (13.5). How much of each loss comes from the
early half of the noise, $t$ below $\frac12$, where the text hardly matters?
*/
let pictureErrors = zip(lossTimes, lossByTime[0]).map { (time: $0, error: Double($1)) }
func early(_ weight: (Double) -> Double) -> Double {
  let weighted = pictureErrors.map { (time: $0.time, loss: $0.error * weight($0.time)) }
  return weighted.reduce(0) { $0 + ($1.time < 0.5 ? $1.loss : 0) } / weighted.reduce(0) { $0 + $1.loss }
}
let earlyShares = [
  ("the picture", early { _ in 1 }), ("the velocity", early { 1 / ($0 * $0) }),
  ("the noise", early { (1 - $0) * (1 - $0) / ($0 * $0) }),
]
table(
  ["loss: squared error of", "part from t below 0.5"],
  earlyShares.map { [.text($0.0), .percent($0.1, decimals: 1)] })
note(
  """
  With the picture's error \(Format.percent(1 - earlyShares[0].1, decimals: 0)) of the loss is about the large times, with the \
  noise's \(Format.percent(1 - earlyShares[2].1, decimals: 0)), if all times are equally frequent. A network learns first what its \
  loss is made of. This was the reason for the choice in 13.5: a small model, trained for a short time, should learn what to draw \
  before it learns to draw it without any speck. The training drew large times more often, so there their part was greater \
  still. (These parts are of the trained model; while it learns they move.)
  """)

/*:
## 13.8 Guidance without a classifier

A model may draw something likely that fits the text only roughly. **Classifier-free guidance** (Ho and Salimans 2022)
makes the text count more. The network is asked twice, with the text and with the empty text. The difference of the
two answers is what the text changes; it is taken $w$ times:

$$ \hat x = \hat x_{\text{empty}} + w \, (\hat x_{\text{text}} - \hat x_{\text{empty}}). $$

$w = 1$ is the model as it was trained, $w = 0$ draws without the text, and $w > 1$ goes further in the text's
direction than the model itself would. (Ho and Salimans count from there: their weight is $w - 1$.) This is why one
caption in ten was empty in training. "Without a classifier", because an older way needed a classifier of noisy
pictures for the direction (Dhariwal and Nichol 2021).

What it takes: two evaluations for a step, so twice the time; and variety. The second can be computed in one
dimension. Let the pictures be numbers around $+1$ for the text "plus" and around $-1$ for "minus", with deviation
$\frac12$ each, and let the texts be equally frequent. For a normal distribution of mean $\mu$ and deviation $\tau$
the best estimate is

$$ \mathbb{E}[x_0 \mid x_t] = \mu + \frac{s \, \tau^2}{s^2 \tau^2 + \sigma^2} (x_t - s \mu); $$

without the text it is the mean of the two, weighted by how likely each is.
*/
section("13.8 Guidance without a classifier")
func gaussianEstimate(_ x: Tensor, _ t: Double, mean: Double) -> Tensor {
  let (s, variance) = (1 - t, 0.25)
  return (x - Float(s * mean)) * Float(s * variance / (s * s * variance + t * t)) + Float(mean)
}

func guidedEstimate(_ x: Tensor, _ t: Double, scale: Double) -> Tensor {
  let (plus, minus) = (gaussianEstimate(x, t, mean: 1), gaussianEstimate(x, t, mean: -1))
  let (s, variance) = (1 - t, 0.25)
  let isPlus = (x * Float(2 * s / (s * s * variance + t * t))).sigmoid()  // Bayes' rule, as in 13.3
  let free = plus * isPlus + minus * (1 - isPlus)
  return free + (plus - free) * Float(scale)
}

let guidanceRows = [0, 1, 2, 4, 8].map { scale in
  var x = manyStarts
  for step in 0..<100 {
    let (t, s) = (1 - Double(step) / 100, 1 - Double(step + 1) / 100)
    x = ddimStep(x, guidedEstimate(x, t, scale: Double(scale)), from: t, to: s)
  }
  return (scale: scale, mean: x.mean().item, deviation: x.standardDeviation().item, wrong: x.scalars.count { $0 < 0 })
}
table(
  ["guidance w", "mean of 2,000 drawings", "deviation", "below 0"],
  guidanceRows.map {
    [.integer($0.scale), .fixed($0.mean, decimals: 3), .fixed($0.deviation, decimals: 3), .integer($0.wrong)]
  })
note(
  """
  With w = 1 the drawings have the mean and deviation of the pictures for "plus", 1 and 0.5, nearly. With w = 2 the deviation is \
  \(Format.fixed(guidanceRows[2].deviation, decimals: 2)) and the mean \(Format.fixed(guidanceRows[2].mean, decimals: 2)): what \
  could also be a "minus" is left out, and what is left is further from the other text than the pictures themselves are. With w = 8 \
  the mean is \(Format.fixed(guidanceRows[4].mean, decimals: 2)): no longer what was learned.
  """)

let (led, free) = (Tensor.randn([2, 3]), Tensor.randn([2, 3]))
show("Equal to the library", (free + (led - free) * 2.5 - guided(led, free, scale: 2.5)).abs().max().item < 1e-6)

/*:
### The whole drawing

Everything together: noise from the seed, steps of even length, guidance at each, DDIM. The library also limits each
estimated picture to the range that pictures have, -1 to 1, before it goes on. The two draw the same:
*/
func draw(_ prompt: String, seed: Int, steps: Int, guidance: Double) -> Tensor {
  let (text, empty) = (require(try painter.task.encode([prompt])), require(try painter.task.encode([""])))
  var x = withGenerator(Generator(seed: seed)) { Tensor.randn([3, 32, 32]) }
  for step in 0..<steps {
    let (t, s) = (1 - Double(step) / Double(steps), 1 - Double(step + 1) / Double(steps))
    let (led, free) = (denoiser(x, t, text), denoiser(x, t, empty))
    let estimate = free + (led - free) * Float(guidance)
    x = ddimStep(x, estimate.clamp(-1, 1), from: t, to: s)
  }
  return x
}

let defaults = Painter.defaults
show("Steps", defaults.steps)
show("Guidance", defaults.guidance, decimals: 1)
let thirdSeed = lesson.seed + 2  // that of the third drawing of 13.1
let drawnByHand = picture(
  draw(firstPrompts[2], seed: thirdSeed, steps: defaults.steps, guidance: defaults.guidance))
let drawnByLibrary = painter([firstPrompts[2]], seed: thirdSeed)[0]
let levels = zip(drawnByHand.pixels, drawnByLibrary.pixels).map { abs(Int($0) - Int($1)) }
show(
  "Drawing equal to the library's", (levels.max() ?? 255) <= 1, note: "no sample differs by more than one level of 255")
let moments = painter.moments(firstPrompts[2], seed: thirdSeed)
figure(
  "moments", momentPlot(moments),
  caption:
    "Above the noisy picture, below what the network expects: at first a blur of all places that the text allows.")

/*:
## 13.9 Judges, and how far they can be trusted

Is a drawing right? Three judges answer that in this lesson. Before they judge drawings, they are judged themselves,
on real scenes, where the truth is known.

- **Pixels**: the reader of 13.1 with the caption's own list: are number, colors, shapes, sizes, and place or relation
  as it says? A mark on the paper counts as a thing only if at most a quarter of it differs from a real one; a more
  malformed one counts as missing, and then none of its color, shape, size and relation is right. So every form that
  fails takes all aspects with it; 13.10 takes them apart again.
- **CLIPScore** (Hessel et al. 2021): 2.5 times the cosine of the picture's and the caption's CLIP vectors, 0 if
  negative. It needs no list of things, so it works for all texts, and it is used for photographs. Here it comes from
  the course's CLIP, whose text tower also leads the painter: as a judge it is not independent.
- **Questions**: the caption becomes questions ("is there a red circle?", "how many objects are there?"), and the ViLT
  of Lesson 08 answers them about the picture. TIFA (Hu et al. 2023) judges text-to-image models so. This ViLT has no
  questions about size and place.

First the reader with noise added to 300 real scenes of one to three things, since drawings are not perfectly clean:
*/
section("13.9 Judges, and how far they can be trusted")
let realScenes = Scenes(split: .heldOut, seed: lesson.seed + 10).prefix(300)
manualSeed(lesson.seed)
let readingRows = [0, 10, 20, 40, 80].map { deviation in
  let right = realScenes.count { scene in
    let noise = Tensor.randn([3, 32, 32]) * Float(Double(deviation) / 127.5)
    return reader(picture(Scene.tensor([scene])[0] + noise)).scene == scene
  }
  return (deviation: deviation, share: Double(right) / Double(realScenes.count))
}
table(
  ["deviation of the noise, of 255 levels", "scenes read exactly"],
  readingRows.map { [.integer($0.deviation), .percent($0.share, decimals: 1)] })

/*:
Then the three on **near misses**: a scene in which one thing has another color, or shape, and so on, judged by the
caption of the unchanged scene. A good judge gives the changed scene a lower score than the true one. CLIPScore has no
threshold for "right", so what can be asked of it is this comparison. All of them are clean pictures. A malformed thing,
as a model draws it, is another matter, and no test of this section says how the judges take it.
*/
let judges = Judges(
  clip: require(try ZeroShot(directory: ShippedCheckpoint.clip.directory)),
  vilt: require(try QuestionAnswering(directory: ShippedCheckpoint.vqa.directory)))
let trustScenes = Scenes(split: .heldOut, objectCounts: 1...2, seed: lesson.seed + 11).prefix(120)
let trust = judges.trust(trustScenes)
table(
  ["changed", "pairs", "pixels: lower", "CLIPScore: lower", "questions: lower"],
  trust.map { row in
    [.text("\(row.aspect)"), .integer(row.count)]
      + [row.pixels, row.clip, row.questions].map { .percent($0, decimals: 1) }
  })
let trueScores = judges.scores(trustScenes.map { $0.image() }, trustScenes.map(\.canonicalCaption))
show("True scenes, right by the pixels", percent: trueScores.pixels)
show("True scenes, mean CLIPScore", trueScores.clip, decimals: 3)
show("True scenes, questions answered as the caption says", percent: trueScores.questions)
note(judges.trustNote(trust))

/*:
## 13.10 Is it right?

Now the drawings. The captions are those of held-out scenes with all details, so no training caption of one thing is
the same. Captions
of two things name no fields, so practically each of them is also a caption of training scenes: what is new there is the
picture, not the text. New texts have a pair of color and shape that no training scene has, such as a green cross. A last list has texts without size and
place. Five lists of captions, each with three seeds of captions and noise; the model is one and the same, from one training. Beside
them stands a baseline that draws nothing: `NearestPicture` answers with the training picture whose caption is most similar
for CLIP's text tower, of 2,000 and of 20,000. Two goals were set before the
training: nine of ten drawings of one thing right in everything, and six of ten of two things.
*/
section("13.10 Is it right?")
let seeds = [lesson.seed, lesson.seed + 1, lesson.seed + 2]
let kinds = [
  TestKind("one thing", .heldOut, 1, count: 40), TestKind("two things", .heldOut, 2, count: 40),
  TestKind("one thing, a new pair", .heldOutCombinations, 1, count: 20),
  TestKind("two things, a new pair", .heldOutCombinations, 2, count: 20),
  TestKind("one thing, no size or place", .heldOut, 1, count: 20, .brief),
]
let drawingBar = progress("drawing", total: kinds.count * seeds.count)
let tests = kinds.map { kind in
  seeds.map { seed in
    let captions = kind.captions(seed: seed)
    let drawings = painter(captions, seed: 1000 * seed)
    drawingBar.advance()
    return DrawnTest(captions: captions, drawings: drawings)
  }
}
let pool = Scenes(split: .training, objectCounts: 1...2, seed: 5).prefix(20_000)
/// The judgements of the pictures that are looked up among the first scenes, for each kind of caption.
func lookedUp(of count: Int) -> [[DrawingJudgement]] {
  let lookup = require(try NearestPicture(Array(pool.prefix(count)), clip: judges.clip))
  func pictures(_ captions: [String]) -> [Image] { require(try lookup(captions)).map { $0.image() } }
  return tests.map { lists in
    let captions = lists.flatMap(\.captions)
    return judged(pictures(captions), captions)
  }
}
let baselines = [2000, 20_000].map(lookedUp)
table(
  ["captions of", "drawings", "all right, mean", "each seed", "looked up", "of 20,000"],
  kinds.indices.map { kind in
    let shares = tests[kind].map { $0.judgements.share() }
    return [
      .text(kinds[kind].name), .integer(tests[kind].reduce(0) { $0 + $1.captions.count }),
      .percent(mean(shares), decimals: 1),
      .text(shares.map { Format.percent($0, decimals: 1) }.joined(separator: "  ")),
    ] + baselines.map { .percent($0[kind].share(), decimals: 1) }
  })

/*:
Aspect by aspect. "-" means that the captions do not ask for it:
*/
let verdicts = tests.map { $0.flatMap(\.judgements) }
table(
  ["right in"] + kinds.map(\.name) + ["two things, looked up of 2,000"],
  SceneAspect.allCases.map { aspect in
    [.text("\(aspect)")]
      + (verdicts + [baselines[0][1]]).map { list in list.share(aspect).map { .percent($0, decimals: 1) } ?? "-" }
  })
note(rightNote(verdicts, baselines))

/*:
Now the malformed marks. The reader knows for each mark which thing it is most like. So put that thing in the place of each
mark, however badly it is drawn, and judge again: what is right then, was meant rightly and drawn badly.
*/
let nearest = zip(tests, verdicts).map { lists, list in
  zip(lists.flatMap(\.captions), list).map { NearestThings($1.reading, request($0)) }
}
table(
  ["right in", "one thing", "each mark as its nearest thing", "two things", "each mark as its nearest thing"],
  (SceneAspect.allCases.map(Optional.some) + [nil]).map { aspect in
    [.text(aspect.map { "\($0)" } ?? "all")]
      + [0, 1].flatMap { kind -> [Cell] in
        guard let aspect else {
          return [
            .percent(verdicts[kind].share(), decimals: 1), .percent(nearest[kind].share(limit: nil), decimals: 1),
          ]
        }
        return [verdicts[kind].share(aspect), nearest[kind].share(aspect)].map {
          $0.map { .percent($0, decimals: 1) } ?? "-"
        }
      }
  })
figure(
  "aspects", aspectPlot(verdicts, nearest),
  caption: "Two things: does any aspect change if each mark is taken as the thing that it is most like?")

/*:
The limit, a quarter of a thing, is a choice. How much hangs on it?
*/
table(
  ["a mark may differ by", "one thing, all right", "two things, all right"],
  [0.15, 0.25, 0.35, 0.5, nil].map { limit in
    [limit.map { .percent($0, decimals: 0) } ?? "as much as it likes"]
      + [0, 1].map { .percent(nearest[$0].share(limit: limit), decimals: 1) }
  })
note(formNote(verdicts[0], verdicts[1], nearest[1]))

/*:
The other two judges on the same drawings, with the true scenes of the same captions beside them: how far is a drawing
from a real scene for them?
*/
let drawnScores = tests.map { lists in
  judges.scores(lists.flatMap(\.drawings), lists.flatMap(\.captions))
}
let realScores = kinds.map { kind in
  judges.scores(seeds.flatMap { kind.scenes(seed: $0).map { $0.image() } }, seeds.flatMap { kind.captions(seed: $0) })
}
table(
  ["captions of", "CLIPScore, drawn", "real scenes", "questions, drawn", "real scenes"],
  kinds.indices.map { index in
    [
      .text(kinds[index].name), .fixed(drawnScores[index].clip, decimals: 3),
      .fixed(realScores[index].clip, decimals: 3),
      .percent(drawnScores[index].questions, decimals: 1), .percent(realScores[index].questions, decimals: 1),
    ]
  })
let allDrawn = tests.flatMap { $0 }
let agreement = judges.agreement(
  allDrawn.flatMap(\.drawings), allDrawn.flatMap(\.captions), allDrawn.flatMap(\.judgements))
table(
  ["drawings that are, by the pixels,", "how many", "mean CLIPScore", "questions as asked"],
  agreement.map { row in
    [.text(row.name), .integer(row.count), .fixed(row.clip, decimals: 3), .percent(row.questions, decimals: 1)]
  })

/*:
## 13.11 Steps and guidance

Five captions of two things, eight seeds each, so 40 drawings for each row. Besides correctness there is **variety**:
the things' places inside their fields, which the captions leave open. In the training scenes they are even from -3 to
3, with a variance of 4. A model that draws the same picture for each seed has a variance of 0.
*/
section("13.11 Steps and guidance")
let sweepCaptions = kinds[1].captions(seed: lesson.seed + 20).prefix(5).flatMap { [String](repeating: $0, count: 8) }
let stepCounts = [1, 2, 4, 8, 16]
let stepResults = stepCounts.map { steps in
  Sweep(painter(sweepCaptions, seed: 500, steps: steps), sweepCaptions)
}
table(
  ["steps", "all right", "variance of the places"],
  zip(stepCounts, stepResults).map { [.integer($0)] + $1.cells })

/*:
And guidance, with the steps that a drawing has unless something else is asked for:
*/
let guidances = [0, 1, 1.5, 2, 3, 5, 8]
let guidanceResults = guidances.map { guidance in
  Sweep(painter(sweepCaptions, seed: 500, guidance: guidance), sweepCaptions)
}
table(
  ["guidance w", "all right", "variance of the places"],
  zip(guidances, guidanceResults).map { [.fixed($0, decimals: 1)] + $1.cells })
figure(
  "sweeps", sweepPlot(stepCounts, stepResults, guidances, guidanceResults),
  caption: "Above, how many drawings are right; below, where it could be measured, how much places differ by seed.")
note(sweepNote(stepCounts, stepResults, guidances, guidanceResults, count: sweepCaptions.count))

/*:
## 13.12 Draw eight, keep one

What one seed misses, another may hit. So draw each text with several seeds and keep the drawing that a judge likes best.
Ramesh et al. 2021 do so with the first DALL·E: 512 drawings for a text, of which CLIP chooses. The judge must not know
more than a user has: the pixels' reader compares with a list of things, which a photograph does not have. CLIPScore and the
questions need the text alone. With a score for every drawing the rest is a maximum:
*/
section("13.12 Draw eight, keep one")
/// For each text which of its first `count` candidates has the highest score; `scores[candidate][text]`.
func chosen(_ scores: [[Double]], of count: Int) -> [Int] {
  scores[0].indices.map { text in (0..<count).max { scores[$0][text] < scores[$1][text] } ?? 0 }
}

let twoTexts = Array(tests[1][0].captions.prefix(2))
let repeated = twoTexts.flatMap { [$0, $0, $0] }
let threeEach = painter(repeated, seed: 0)
let itsScores = judges.clipScores(threeEach, repeated)
let kept = chosen((0..<3).map { [itsScores[$0], itsScores[3 + $0]] }, of: 3)
let keptByLibrary = require(
  try PainterEvaluation(painter.task).bestDrawings(twoTexts, of: 3, by: CLIPScore(judges.clip)))
show(
  "Best of three equal to the library's",
  twoTexts.indices.allSatisfy { keptByLibrary[$0].pixels == threeEach[3 * $0 + kept[$0]].pixels })

/*:
Eight candidates for the first twenty captions of each seed of 13.10; the first candidate is the drawing of 13.10. Many drawings get
all their questions answered as asked. So a last way to choose takes the one with the highest CLIPScore among those with
the most right answers: what the questions do not ask, size and place, CLIP may see (13.9).
*/
let candidateCount = 8
let candidateBar = progress("drawing candidates", total: 2 * seeds.count)
let candidates = tests.prefix(2).map { lists in
  zip(seeds, lists).map { seed, list in
    let captions = list.captions.prefix(Candidates.captionCount)
    let result = Candidates(captions, painter, judges, seed: 1000 * seed, count: candidateCount)
    candidateBar.advance()
    return result
  }
}
let choices: [(name: String, pick: (Candidates) -> Double)] = [
  ("the first drawing", { $0.right(chosen($0.clip, of: 1)) }),
  ("best of 2 by CLIPScore", { $0.right(chosen($0.clip, of: 2)) }),
  ("best of 4 by CLIPScore", { $0.right(chosen($0.clip, of: 4)) }),
  ("best of 8 by CLIPScore", { $0.right(chosen($0.clip, of: 8)) }),
  ("best of 8 by the questions", { $0.right(chosen($0.questions, of: 8)) }),
  ("by the questions, then CLIPScore", { $0.right(chosen($0.both, of: 8)) }),
  ("at least one of 8 is right", { $0.anyRight }),
]
let choiceShares = choices.map { choice in candidates.map { lists in lists.map(choice.pick) } }  // [choice][kind][seed]
table(
  ["all right", "one thing", "each seed", "two things", "each seed"],
  zip(choices, choiceShares).map { choice, shares in
    [.text(choice.name)]
      + shares.flatMap { seeds -> [Cell] in
        [
          .percent(mean(seeds), decimals: 1),
          .text(seeds.map { Format.percent($0, decimals: 1) }.joined(separator: "  ")),
        ]
      }
  })
figure(
  "candidates", candidatePlot(choices.map(\.name), choiceShares),
  caption: "How far does the choice come from the first drawing towards the best that the eight allow?")
note(candidateNote(choiceShares, candidates[1].flatMap { $0.mistakes(chosen($0.both, of: 8)) }))

/*:
## 13.13 By heart?

Perhaps the model has learned training pictures by heart. Then drawings for captions of training scenes would lie
nearer to a training picture than a fresh scene of the same captions does. The distance of a picture to the nearest of 4,000
training scenes, as the mean squared difference of samples from -1 to 1. A drawing is also a little unclean, which adds to
its distance; so a second row has the scenes that were read in the drawings, drawn anew without any error. The same for
held-out captions: there a right drawing cannot be a copy, as no training scene has that caption, and a wrong one could.
*/
section("13.13 By heart?")
let training = PixelNeighbors(Scenes(split: .training, objectCounts: 1...1, seed: 5).prefix(4000))
func tensors(_ scenes: [Scene]) -> [Tensor] { scenes.map { Scene.tensor([$0])[0] } }
let known = Scenes(split: .training, objectCounts: 1...1, seed: 7).prefix(100)
let knownDrawings = painter(known.map(\.canonicalCaption), seed: 4000)
let heldOutDrawings = tests[0].flatMap(\.drawings)

let heart: [(name: String, distances: [Double])] = [
  ("drawings, training captions", knownDrawings.map { $0.tensor() * 2 - 1 }),
  ("the scenes read in them", tensors(reader(knownDrawings).compactMap(\.scene))),
  ("real scenes, training captions", tensors(known)),
  ("drawings, held-out captions", heldOutDrawings.map { $0.tensor() * 2 - 1 }),
  ("real scenes, held-out captions", tensors(seeds.flatMap { kinds[0].scenes(seed: $0) })),
].compactMap { name, pictures in
  pictures.isEmpty ? nil : (name: name, distances: training(.stack(pictures)).map { Double($0.distance) })
}
table(
  ["pictures of one thing", "how many", "mean distance to the nearest", "smallest", "the very same picture"],
  heart.map { row in
    [
      .text(row.name), .integer(row.distances.count), .fixed(mean(row.distances), decimals: 4),
      .fixed(row.distances.min() ?? 0, decimals: 4), .integer(row.distances.count { $0 < 1e-6 }),
    ]
  })
figure(
  "heart", heartPlot(heart),
  caption: "If drawings were copies, their distances would pile up further left than those of the real scenes do.")
note(heartNote(heart.map(\.distances)))

/*:
Another sign would be a loss that is smaller on the training scenes than on others. The training wrote both into its
report:
*/
if let report, let trained = report["loss, training"], let heldOut = report["loss, held out"] {
  show("Loss on training scenes", trained)
  show("Loss on held-out scenes", heldOut)
  note(lossNote(trained, heldOut, meanLosses))
}

/*:
And the seeds: the same text with 32 seeds, and the places that a real scene could have.
*/
let seedCaptions = [String](repeating: firstPrompts[0], count: 32)
let seedDrawings = painter(seedCaptions, seed: 2000)
let seedReadings = reader(seedDrawings)
let seedVariety = DrawingVariety(seedReadings)
figure(
  "seeds", ImageGridPlot("\(firstPrompts[0]): 16 seeds", images: Array(seedDrawings.prefix(16)), columns: 8, side: 64),
  caption: "The text says what is drawn; the seed decides what it leaves open, here the place inside the field.")
show("Right of 32", judged(seedDrawings, seedCaptions).count { $0.isRight })
show("Distinct scenes among those read", percent: seedVariety.distinctShare)
let variance = seedVariety.offsetVariance.map { Format.fixed($0, decimals: 2) } ?? "-"
show("Variance of the places", variance, note: "4 if all seven offsets are equally likely")

/*:
## 13.14 Where it looks, and what it follows

In each block every patch attends to all words and all patches. This way matters: the text's end alone hardly tells
which thing stands where (13.6), while the single tokens can.

Look at the words for a thing's color and shape: do the patches in which that thing is being drawn attend more to them
than the patches of the other thing do? Two things of different colors and shapes, in right drawings of two things;
mean over heads and drawings, at two moments of the drawing.
*/
section("13.14 Where it looks, and what it follows")
let looks = TextAttention(painter: painter)
let lookTests = zip(tests[1][0].captions, tests[1][0].judgements).enumerated().filter { test in
  let kinds = request(test.element.0).things.map(\.combination)
  return test.element.1.isRight && kinds[0].color != kinds[1].color && kinds[0].shape != kinds[1].shape
}.prefix(16)
let lookRows = looks.rows(
  lookTests.map {
    (caption: $0.element.0, seed: 1000 * lesson.seed + $0.offset, things: $0.element.1.drawn.compactMap(\.self))
  })
show("Right drawings of two things that differ in color and shape", lookTests.count)
if !lookTests.isEmpty {
  table(
    [
      "block", "time", "color's word, from its thing's patches", "from the other thing's",
      "shape's word, from its thing's patches", "from the other thing's",
    ],
    lookRows.map { row in
      [.integer(row.block + 1), .fixed(row.time, decimals: 1)]
        + [row.color.own, row.color.other, row.shape.own, row.shape.other].map { .percent($0, decimals: 1) }
    })
}
figure(
  "looking", looks.strip(firstPrompts[2], seed: thirdSeed),
  caption:
    "Bright patches attend to the word below. Compare words for colors and for shapes; which word is bright everywhere?",
  alternative: "The drawing once for each word of its text; the patches that attend to the word are bright.")
if !lookTests.isEmpty { note(looks.comment(lookRows)) }

/*:
Attention shows where a model looks, not what it follows. For that, change something and see what comes out. The
painter is given three things of a text (13.6): words, states, end. Take one text, and another one in which both
things, or only both colors, are exchanged; each word is one token, so both texts have their words at the same
positions. Thirty captions, one seed each. Now give the painter some of the three from the one and the rest from the other, a text that nobody could
write, and read which of the two the drawing shows.
*/
let followCaptions = twoThingCaptions(30, seed: lesson.seed + 40)
let crossings = [TextChange.thingsExchanged, .colorsExchanged].map { change in
  TextCrossing(painter, followCaptions, change.applied(to: followCaptions), seed: 3000)
}
let followed = [
  ("nothing", []), ("the end", [.end]), ("states", [.states]), ("states, end", [.states, .end]), ("words", [.words]),
  ("words, states, end", [.words, .states, .end]),
].map { (name: String, parts: Set<TextCrossing.Part>) in
  (name: name, things: crossings[0].share(parts), colors: crossings[1].share(parts))
}
table(
  [
    "from the other text", "things exchanged: as the first says", "as the other says",
    "colors exchanged: as the first says", "as the other says",
  ],
  followed.map { row in
    [.text(row.name)]
      + [row.things.own, row.things.other, row.colors.own, row.colors.other].map { .percent($0, decimals: 1) }
  })
figure(
  "follows", crossingPlot(followed.map { ($0.name, $0.things) }),
  caption: "Both things exchanged: what turns the drawing around, CLIP's states and end, or the words?")
note(crossingNote(followed.map { (things: $0.things, colors: $0.colors) }))

/*:
## 13.15 What it gets wrong

The first wrong drawings of two things, with what was read in them. Look for yourself before you read the table. Are things
drawn twice? A guess at the reason: the text says how two things stand to each other and not in which fields, so the
painter has to choose them.
*/
section("13.15 What it gets wrong")
let wrong = tests[1].flatMap { list in
  list.captions.indices.filter { !list.judgements[$0].isRight }.map {
    (list.captions[$0], list.drawings[$0], list.judgements[$0])
  }
}
show("Wrong drawings of two things", wrong.count, note: "of \(verdicts[1].count)")
if !wrong.isEmpty {
  figure(
    "wrong",
    ImageGridPlot(
      "Wrong drawings", images: wrong.prefix(8).map(\.1), labels: wrong.prefix(8).map(\.0), columns: 4, side: 128),
    caption: "Is a thing missing, is it of the wrong kind, do colors change places, or is it no thing at all?")
  table(
    ["asked for", "drawn", "wrong in"],
    wrong.prefix(8).map { row in
      [.text(row.0), .text(shown(row.2.reading)), .text(row.2.mistakes.map(\.description).joined(separator: ", "))]
    })
}

/*:
Single things are simpler to look through. For each shape and for both sizes: how many of all drawings of one thing are
right in everything, and what was read where another shape was asked for?
*/
let singles = Array(zip(tests[0].flatMap(\.captions).map { request($0).things[0] }, verdicts[0]))
table(
  ["one thing that is", "drawings", "all right", "right shape", "read instead"],
  SceneShape.allCases.map { shape in
    singleRow("a \(shape)", singles.filter { $0.0.combination.shape == shape })
  } + SceneSize.allCases.map { size in singleRow("\(size)", singles.filter { $0.0.size == size }) })
note(singlesNote(singles, Array(zip(tests[1].flatMap(\.captions).map { request($0).things }, verdicts[1]))))

/*:
And texts beyond its training: three things, a number, two relations at once, a thing without a color, a place for
each of two things. The words are all known, the sentences are not.
*/
let beyond = [
  "a red circle and a blue star and a green ring",
  "a large red circle in the upper left and a small blue star in the lower right",
  "a circle", "the red picture", "a red circle to the left of a blue star above a green ring",
  "a small star in the middle of a large red ring",
]
let beyondDrawings = painter(beyond, seed: lesson.seed)
figure(
  "beyond", ImageGridPlot("Texts beyond the training", images: beyondDrawings, labels: beyond, columns: 3, side: 128),
  caption: "The model answers every text with a picture; nothing in the picture says that the text was not understood.")
table(
  ["asked for", "drawn"], zip(beyond, reader(beyondDrawings)).map { [.text($0), .text(shown($1))] })

/*:
## 13.16 What Module 25 adds

Stable Diffusion (after Rombach et al. 2022) has four things that this lesson's model has not:

- **A latent space.** Diffusion on $512 \times 512$ pixels would be slow. A **variational autoencoder** (VAE) is
  trained first: its encoder makes a small array of numbers of a picture, its decoder makes the picture again.
  Diffusion then works on that array, the *latents*, and the decoder turns the end result into pixels.
- **A larger network.** Its first versions have a **UNet**: convolutions that go down to coarse resolutions and up
  again, with cross-attention to the text (Lesson 07) in between. Stable Diffusion 3 has a transformer as in 13.6, and
  the straight lines of 13.2 (Esser et al. 2024).
- **A text tower that read the web.** CLIP ViT-L/14's, with 77 tokens of width 768.
- **Data.** Hundreds of millions of pictures with captions from the web, in place of drawn scenes.

Its first version computes the noise (13.5), with the noise's error as its loss, on a schedule like DDPM's. The sizes below
are from the repository and model card of Stable Diffusion 1 (2022), and for DiT-XL/2 from Peebles and Xie 2023; this
lesson's are counted.
*/
section("13.16 What Module 25 adds")
let transformerCount = painter.task.model.transformer.parameterCount
let textCount = painter.task.model.textEncoder.parameterCount
table(
  ["", "this lesson", "DiT-XL/2", "Stable Diffusion 1"],
  [
    [
      "the denoiser's parameters, millions", .fixed(Double(transformerCount) / 1e6, decimals: 2), "675", "860 (a UNet)",
    ],
    ["text tower, millions", .fixed(Double(textCount) / 1e6, decimals: 2), "none: 1000 classes", "123"],
    ["picture", "32 × 32", "256 × 256", "512 × 512"],
    ["it denoises", "3 × 32 × 32 pixels", "4 × 32 × 32 latents", "4 × 64 × 64 latents"],
    ["tokens of text", .integer(settings.textLength), "none", "77"],
  ])
let (pixelCount, latentCount) = (3 * 512 * 512, 4 * 64 * 64)
show("Numbers of a picture of 512 × 512", pixelCount)
show("Numbers of its latents", latentCount, note: "64 × 64 × 4")
show("Fewer by the factor", pixelCount / latentCount)
show("Denoiser, times this lesson's", 860_000_000 / transformerCount)
show("Parameters of the painter", painter.task.model.parameterCount, note: "denoiser and text tower")
show("Parameters of Stable Diffusion 1, without its VAE", 860_000_000 + 123_000_000, note: "rounded, as in the table")
note(
  """
  What you have built carries over: noise and its closed form, a squared error as the loss, the steps, guidance, seeds, and a \
  text tower that leads. Only the measuring does not: no exact test says whether a photograph shows \
  "an astronaut riding a horse". There, CLIPScore, questions and people are all one has, and 13.9 has shown what \
  the first two overlook.
  """)

/*:
Try next: `--prompt` with your own sentences, ten seeds, and `--candidates 8`; `--guidance 0` to see what the model draws without a
text; `--steps 1` for the blur of 13.3; `swift run course train painter --seed 1 --output mine` for a painter of your
own, and `--model mine` to draw with it.

## 13.17 Exercises

{{exercises}}

## 13.18 Quiz

{{quiz quiz.md}}

## 13.19 Words of this lesson

- **text-to-image**: making a picture that shows what a text says.
- **seed**: the number from which all random numbers of a drawing follow.
- **diffusion**: turning pictures into noise in small steps, and learning the way back.
- **closed form**: the noisy picture of any step made at once, from the picture and a single noise.
- **schedule**: the shares of picture and noise at each time.
- **conditional mean**: the mean of all pictures that can have led to a noisy one, weighted by their likeliness.
- **velocity**: which way and how fast a noisy picture moves as time goes on.
- **flow matching**: training a network to give the velocity on paths from pictures to noise.
- **DDIM**: drawing without fresh noise; the first noise decides all.
- **DDPM**: drawing with fresh noise in each step; also the paper that gave diffusion its present form.
- **Diffusion Transformer**: a Vision Transformer that computes from a noisy picture how to remove the noise (DiT).
- **AdaLN-Zero**: normalizations and gates computed from time and text, with gates that start at zero.
- **gate**: a number that what a block adds is multiplied by.
- **Muon**: an optimizer for matrices, whose step is about equally long in all directions.
- **singular value**: how long a matrix is in one of its directions.
- **binding**: knowing which properties and which place belong to the same thing.
- **classifier-free guidance**: going further than the model in the direction in which the text changes its answer.
- **near miss**: a scene that differs from another in a single aspect.
- **CLIPScore**: a score of a picture for a text, from the cosine of their CLIP vectors.
- **candidates**: several drawings of one text, of which a judge chooses one.
- **variety**: how much drawings of one text differ from seed to seed.
- **latents**: the small array of numbers that an autoencoder makes of a picture, and on which Stable Diffusion works.
- **variational autoencoder**: an encoder and a decoder trained together so that the decoder makes the picture again.
- **UNet**: a network of convolutions that goes down to coarse resolutions and up again.
*/
