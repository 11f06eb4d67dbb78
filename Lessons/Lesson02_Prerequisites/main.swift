/*:
# 2. Prerequisites

The module builds on two others: transformers (Module 14) and the Hugging Face ecosystem (Module 17). This lesson brings
what it needs from both. It begins with a single number and ends with a published model that answers a question.

You need Swift and school mathematics, and nothing about machine learning. Each mechanism is first built from smaller
parts and then compared with the library's, so that you know what a call does before you use it:

| sections | what they build | who needs it |
|---|---|---|
| 2.1 to 2.5 | tensors, products, text as numbers | every lesson |
| 2.6 to 2.12 | gradients, optimizers, losses, a training loop, held-out data | every lesson that trains |
| 2.13 to 2.16 | attention, layer normalization, a transformer layer | Lessons 04 to 10 |
| 2.17 to 2.18 | checkpoints, tokenizers, processors, pipelines | Lessons 06 to 09 |
*/
import Checkpoints
import Datasets
import Images
import Layers
import Notebook
import Plots
import Pretrained
import Tensors
import Tokenizers
import Training

let lesson = Lesson(2, "Prerequisites")

/*:
## 2.1 Tensors and their random numbers
A *tensor* is an array of numbers with any number of dimensions. Its *shape* lists their sizes: a vector of four numbers
has the shape `[4]`, a table of two rows and three columns `[2, 3]`. A color picture has three dimensions: 3 *channels*
(red, green, blue), each with a height and a width.

Models start from random numbers. A *generator* computes these from a whole number, the *seed*: the same seed gives the
same numbers. `randn` draws *normally distributed* numbers: mean 0, standard deviation 1, each independent of the
others. Here they are PyTorch's own, bit for bit: `torch.manual_seed(0); torch.randn(4)` prints the same four.
*/
section("2.1 Tensors and their random numbers")
manualSeed(0)
show("randn(4) at seed 0", Tensor.randn([4]), decimals: 4)

manualSeed(lesson.seed)  // from here on the lesson's own seed, 0 unless --seed says otherwise
let images = Tensor.randn([2, 3, 4, 4])
show("A batch of images", images.shape, note: "[batch, channels, height, width]")
show("Its numbers", images.count)

/*:
The first dimension is the *batch*: several examples that go through a model together. Nearly all shapes of this course
begin with it. It is usually written B; T is the number of tokens, D the width of a vector.

## 2.2 Views
In memory a tensor is one long row of numbers. The *strides* say how far apart neighbors of each dimension lie in it. To
transpose a table, two strides are exchanged; no number moves. The result is a *view* of the same memory, so a change of
one shows in the other. (`.T` exchanges the last two dimensions, also where there are more than two; PyTorch calls that
`.mT`.)
*/
section("2.2 Views")
let matrix = Tensor.arange(6).reshape(2, 3)
let turned = matrix.T
table(
  ["tensor", "shape", "strides", "in memory order"],
  [("matrix", matrix), ("matrix.T", turned)].map { name, x in
    [.text(name), .shape(x.shape), .shape(x.strides), .text(x.isContiguous ? "yes" : "no")]
  })
turned[2].assign(Tensor([20, 50]))
show("matrix, after writing into row 2 of matrix.T", matrix, decimals: 0)

/*:
## 2.3 Broadcasting
Two shapes fit if, compared from the right, their sizes are equal or one of them is 1. A size of 1 is repeated without
being copied. So a column and a row make a table.
*/
section("2.3 Broadcasting")
let column = Tensor([[10], [20]])  // [2, 1]
let row = Tensor([1, 2, 3])  // [3]
show("column + row", column + row, decimals: 0, note: "[2, 1] + [3] = [2, 3]")

/*:
A frequent use: give each channel of a batch the mean 0 and the standard deviation 1. The mean of each channel has the
shape `[1, 3, 1, 1]`, and broadcasting repeats it for every picture and every pixel.
*/
let mean = images.mean(dims: [0, 2, 3], keepDims: true)  // [1, 3, 1, 1]
let deviation = images.standardDeviation(dims: [0, 2, 3], unbiased: false, keepDims: true)
let normalized = (images - mean) / deviation
show("Standard deviations", normalized.standardDeviation(dims: [0, 2, 3], unbiased: false).scalars, decimals: 3)

/*:
## 2.4 Matrix product and linear layer
$C_{ij} = \sum_k A_{ik} B_{kj}$: each number of the product is a row of $A$ times a column of $B$, a *dot product*. Here
it is as three nested sums, and the engine's beside it.
*/
section("2.4 Matrix product and linear layer")
let a = Tensor([[1, 2], [3, 4]])
let b = Tensor([[0, 1], [1, 0]])
func product(_ a: Tensor, _ b: Tensor) -> [Float] {
  (0..<a.shape[0]).flatMap { i in
    (0..<b.shape[1]).map { j in (0..<a.shape[1]).reduce(0) { $0 + a[i][$1].item * b[$1][j].item } }
  }
}
show("a · b", a.matmul(b), decimals: 0, note: "b exchanges the columns")
show("Three sums are equal to the engine's product", product(a, b) == a.matmul(b).scalars)

/*:
A *layer* is a function with numbers that are learned, its *parameters*. The most important one is the *linear layer*,
$y = x W^\top + b$: a product with a matrix of *weights* $W$, and a vector $b$ that is added, the *bias*. It treats
every row of $x$ in the same way, whatever comes before the last dimension: below, 2 × 7 rows of 8 numbers become 2 × 7
rows of 5 numbers.
*/
let linear = Linear(8, 5)
let rows = Tensor.randn([2, 7, 8])
show("Linear(8, 5) of [2, 7, 8]", linear(rows).shape)
show("Its parameters", linear.parameterCount, note: "5 × 8 weights and 5 biases")

/*:
## 2.5 Text as numbers: tokens, ids, vectors
A model computes with numbers, so a text goes through three steps. A *tokenizer* cuts it into *tokens*: words, parts of
words or signs. Each token has a whole number, its *id*: its place in a fixed list, the *vocabulary*. An *embedding*
then gives each id a vector of learned numbers. The smallest tokenizer cuts at the spaces:
*/
section("2.5 Text as numbers: tokens, ids, vectors")
let vocabulary = ["a", "above", "blue", "circle", "green", "red", "square"]
func idsOfWords(_ text: String) -> [Int] {
  text.split(separator: " ").map { word in vocabulary.firstIndex(of: String(word)) ?? -1 }
}
let sentence = "a red circle above a blue square"
show("Tokens", sentence.split(separator: " ").joined(separator: " | "))
show("Ids of the words", idsOfWords(sentence))

/*:
The word "a" occurs twice and has the same id both times. A word that is not in the list has no id (-1 here), which is
why real tokenizers cut rare words into pieces that are always there (2.18, Lesson 06).

An embedding is a table with one row for each id. To look a row up is the same as to multiply a *one-hot* row (a 1 at
the id's place, 0 elsewhere) with the table, without the multiplications by zero.
*/
let ids = IntTensor(idsOfWords(sentence), shape: [1, 7])
let embedding = Embedding(vocabulary.count, 4)
let vectors = embedding(ids)
show("Shape of the ids", ids.shape, note: "[texts, tokens]")
show("Embedding(7, 4) of them", vectors.shape, note: "[texts, tokens, width]")
show(
  "Equal to one-hot rows times the table",
  Tensor.oneHot(ids.scalars, classes: vocabulary.count).matmul(embedding.weight).scalars == vectors.scalars)

/*:
## 2.6 The chain rule in thirty lines
To train a model is to change its parameters so that a number, the *loss*, becomes smaller. The loss says how wrong the
model is. For each parameter we need the loss's *derivative*: how much the loss changes, per unit, if this parameter is
changed a little. All derivatives together are the *gradient*. A model has millions of parameters; how does one find
them all?

By the *chain rule*. If $L$ depends on $v$, and $v$ depends on $u$, then
$\frac{dL}{du} = \frac{dL}{dv} \cdot \frac{dv}{du}$. If $u$ is used in several places, the contributions of all places
are added. So it is enough that every operation knows its *own* derivative, the one of its result by each operand. From
the loss these are then multiplied backwards, from result to operand. That is *automatic differentiation*, here for
single numbers. A `Value` is a number that remembers what it was computed from, and its own derivative by each operand:
*/
section("2.6 The chain rule in thirty lines")
final class Value {
  let number: Double
  var gradient = 0.0  // of the loss by this value, once `backward` has run
  private let operands: [(value: Value, slope: Double)]

  init(_ number: Double, from operands: [(value: Value, slope: Double)] = []) {
    (self.number, self.operands) = (number, operands)
  }

  static func + (a: Value, b: Value) -> Value { Value(a.number + b.number, from: [(a, 1), (b, 1)]) }
  static func * (a: Value, b: Value) -> Value { Value(a.number * b.number, from: [(a, b.number), (b, a.number)]) }
  func relu() -> Value { Value(max(number, 0), from: [(self, number > 0 ? 1 : 0)]) }
  func exp() -> Value {
    let result = ElementaryDouble.exp(number)
    return Value(result, from: [(self, result)])
  }

  func backward() {
    gradient = 1  // of the loss by itself
    for result in operandsFirst().reversed() {
      for (value, slope) in result.operands { value.gradient += slope * result.gradient }
    }
  }

  /// This value and all that it was computed from, each after its operands: a topological order.
  private func operandsFirst() -> [Value] {
    var (order, seen): ([Value], Set<ObjectIdentifier>) = ([], [])
    func visit(_ value: Value) {
      guard seen.insert(ObjectIdentifier(value)).inserted else { return }
      for (operand, _) in value.operands { visit(operand) }
      order.append(value)
    }
    visit(self)
    return order
  }
}

/*:
Each operation says its own derivative in one line. For a sum it is 1 by both operands. For a product $a \cdot b$ it is
$b$ by $a$, and $a$ by $b$. For $e^x$ it is $e^x$ itself. `relu` (the *rectified linear unit*) keeps positive numbers
and makes the others 0; its derivative is 1 or 0.

The *topological order* matters. A value's gradient must be complete before it is handed on, so each value has to come
after all that use it. `operandsFirst` lists operands before results; `backward` goes through the list from the end.

An example with one input $x$, one weight $w$ and one bias $b$. The prediction is $v = w x + b$, the wanted answer 3,
and the loss $L = d \cdot d$ with $d = v - 3$. Here $d$ is used twice. Try it on paper first: $\frac{dL}{dd} = 2d$, and
then backwards.

```text
w ──┐
    ├─ · ── u ──┐
x ──┘           ├─ + ── v ── − 3 ── d ──┬─ · ── L
b ──────────────┘                       └──┘
```
*/
let (w1, x1, b1) = (Value(0.5), Value(2), Value(1))
let u = w1 * x1
let v = u + b1
let d = v + Value(-3)
let squaredError = d * d
squaredError.backward()
table(
  ["value", "computed as", "number", "gradient", "by the chain rule"],
  [
    ("L", "d · d", squaredError, "1"), ("d", "v - 3", d, "d + d, for it is used twice"),
    ("v", "u + b", v, "1 · that of d"), ("b", "given", b1, "1 · that of v"), ("u", "w · x", u, "1 · that of v"),
    ("w", "given", w1, "x · that of u"), ("x", "given", x1, "w · that of u"),
  ].map { name, formula, value, rule in
    [
      .text(name), .text(formula), .fixed(value.number, decimals: 1), .fixed(value.gradient, decimals: 1), .text(rule),
    ]
  })

/*:
The gradient of $w$ is negative: a larger $w$ makes the loss smaller. That is right, since the prediction is below 3.

How do we know that such a program is right? A *central difference* checks it without any theory. Move one number a
little to either side, and see how far the loss moves: $\frac{dL}{dw} \approx \frac{L(w + h) - L(w - h)}{2h}$. And the
engine's own differentiation must agree. The function below uses all four operations, and $p$ and $q$ several times
each.
*/
func bumpy(_ p: Value, _ q: Value) -> Value { (p * q + Value(1)).relu() * p.exp() + q * q }
func bumpy(_ p: Tensor, _ q: Tensor) -> Tensor { (p * q + 1).relu() * p.exp() + q * q }

let (p, q) = (Value(0.7), Value(-0.4))
bumpy(p, q).backward()
let h = 1e-5
func change(_ dp: Double, _ dq: Double) -> Double {
  let (above, below) = (bumpy(Value(0.7 + dp), Value(-0.4 + dq)), bumpy(Value(0.7 - dp), Value(-0.4 - dq)))
  return (above.number - below.number) / (2 * h)
}
let (pTensor, qTensor) = (Tensor(0.7).requiringGrad(), Tensor(-0.4).requiringGrad())
bumpy(pTensor, qTensor).backward()
let byEngine = [pTensor, qTensor].map { Double($0.grad?.item ?? 0) }
table(
  ["", "Value", "central difference", "engine"],
  [("∂/∂p", p.gradient, change(h, 0), byEngine[0]), ("∂/∂q", q.gradient, change(0, h), byEngine[1])].map {
    [.text($0), .fixed($1, decimals: 6), .fixed($2, decimals: 6), .fixed($3, decimals: 6)]
  })
show(
  "Equal to the engine",
  abs(p.gradient - byEngine[0]) < 1e-6 && abs(q.gradient - byEngine[1]) < 1e-6, note: "to six decimals")

/*:
The engine does the same with whole tensors in the place of single numbers. `requiringGrad()` marks a tensor whose
gradient is wanted, operations remember their operands, `backward()` walks back, and the result stands in `grad`. Within
`noGrad { … }` nothing is remembered, which saves memory where nothing is learned.

## 2.7 The gradient of a linear model, three ways
A tensor of weights has a tensor of derivatives. For the mean squared error
$L(w) = \frac{1}{n} \sum_i (x_i \cdot w - y_i)^2$ calculus gives the formula $\nabla L = \frac{2}{n} X^\top (X w - y)$.
Three ways should lead to the same numbers: this formula, the engine's `backward()`, and central differences.
*/
section("2.7 The gradient of a linear model, three ways")
let x = Tensor.randn([10, 3])
let y = x.matmul(Tensor([2, -1, 0.5]))
let w = Tensor([1, 1, 1]).requiringGrad()
func loss(_ w: Tensor) -> Tensor { meanSquaredError(x.matmul(w), y) }
func byDifference(step: Float) -> [Float] {
  noGrad {
    (0..<3).map { i in
      let nudge = Tensor.oneHot([i], classes: 3)[0] * step
      return (loss(w + nudge) - loss(w - nudge)).item / (2 * step)
    }
  }
}

loss(w).backward()
let byAutograd = w.grad?.scalars ?? []
let byHand = noGrad { x.T.matmul(x.matmul(w) - y) * (2.0 / 10) }.scalars
let differences = byDifference(step: 0.01)
table(
  ["", "by hand", "backward()", "central difference"],
  (0..<3).map { i in
    [.text("∂L/∂w\(i)")] + [byHand, byAutograd, differences].map { .fixed($0[i], decimals: 3) }
  })

/*:
How small should the step be? One might think: as small as possible. The largest error of the three derivatives, for
three steps:
*/
table(
  ["step", "largest error of the central difference"],
  [1, 0.01, 1e-6].map { (step: Float) in
    let error = zip(byDifference(step: step), byHand).map { abs($0 - $1) }.max() ?? 0
    return [.significant(step, digits: 1), .significant(error, digits: 2)]
  })

/*:
With the smallest step the two losses agree in nearly all their digits, and the difference is mostly rounding: a 32-bit
number has about seven digits. Even a step of 1 is good here, because this loss is a parabola, and for a parabola the
central difference is exact. For other functions a middle step is best.

Gradients *add up*: a second `backward()` adds to what is there. So each training step has to begin by forgetting the
old ones (`zeroGrad`).
*/
let once = w.grad?.scalars ?? []
loss(w).backward()
show("After a second backward(), twice as large", (w.grad?.scalars ?? []) == once.map { 2 * $0 })

/*:
## 2.8 Going downhill: learning rate, SGD, AdamW
The gradient points uphill. *Gradient descent* takes a step in the opposite direction,
$$w \leftarrow w - \eta \, \nabla L(w)$$
where $\eta$ is the *learning rate*. It is the most important setting of all training. The smallest example shows why:
the loss $w^2$ has the gradient $2w$, so a step multiplies $w$ by $1 - 2\eta$. Predict the rows before you read them.
*/
section("2.8 Going downhill: learning rate, SGD, AdamW")
let rates: [Float] = [0.01, 0.1, 0.5, 0.9, 1.1]
let paths = rates.map { rate in
  (0..<12).reduce(into: [Float(1)]) { path, _ in path.append(path[path.count - 1] * (1 - 2 * rate)) }
}
table(
  ["learning rate", "factor", "w at first", "after 1 step", "2", "3", "12"],
  zip(rates, paths).map { rate, path in
    [.significant(rate, digits: 2), .fixed(1 - 2 * rate, decimals: 2)]
      + [0, 1, 2, 3, 12].map { .fixed(path[$0], decimals: 3) }
  })
figure(
  "rates",
  LinePlot(
    "The first six steps of one weight", x: "step", y: "w",
    series: [(0, "0.01"), (1, "0.1"), (3, "0.9"), (4, "1.1")].map {
      LineSeries("rate \($1)", y: Array(paths[$0][...6]))
    },
    references: [.horizontal(at: 0, "the minimum")], height: 320),
  caption: "Compare the curve that creeps, the one that swings and still arrives, and the one that swings ever wider.")

/*:
A rate that is too small needs very many steps. A larger one jumps over the minimum and swings; above 1 each swing is
wider than the last, and training *diverges*. The best rate depends on the loss, so it is found by trying.

The optimizer that does just this is called *SGD*, stochastic gradient descent: stochastic, because in practice the
gradient is that of a random batch of examples. Now two weights whose gradients differ much in size,
$L = \frac{1}{2} (100 a^2 + b^2)$. For $a$ the factor of a step is $1 - 100 \eta$, so a rate above $2/100$ diverges; but
with a rate that small $b$ creeps. *AdamW* (Loshchilov and Hutter 2019) mends this. It keeps two running means for each
weight, of its gradient ($m$) and of its square ($v$), and divides one by the root of the other. So a weight's step has
about the size of the learning rate, whether its gradients are large or small. This is the whole optimizer:
*/
struct PlainAdamW {
  let (rate, decay): (Float, Float)
  var m = Tensor(0)
  var v = Tensor(0)
  var keep1: Float = 1  // 0.9 to the power of the steps
  var keep2: Float = 1  // 0.999 to the same

  mutating func step(_ w: Tensor, gradient: Tensor) -> Tensor {
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * gradient * gradient
    (keep1, keep2) = (keep1 * 0.9, keep2 * 0.999)
    // m and v began at 0. Divided by these they are means of the gradients so far.
    let (mean, square) = (m / (1 - keep1), v / (1 - keep2))
    return w * (1 - rate * decay) - rate * mean / (square.sqrt() + 1e-8)
  }
}

/*:
`decay` is the *weight decay*: at each step every weight loses a small share of itself. A weight that the loss does not
need goes towards 0. Such a pull towards simpler models is called *regularization*.

Both optimizers on the two weights, from $a = b = 1$; and the struct beside the library's `AdamW`:
*/
let curvature = Tensor([100, 1])
func ravine(_ w: Tensor) -> Tensor { (curvature * w * w).sum() / 2 }
let start = Tensor([1, 1])
var (plain, optimizer) = (PlainAdamW(rate: 0.1, decay: 0.01), start)
let trained = Tensor([1, 1]).requiringGrad()
let library = AdamW([trained], learningRate: 0.1, weightDecay: 0.01)
var sgdWeights = start
var (steps, largestGap): ([[Cell]], Float) = ([], 0)
for step in 0...40 {
  if [0, 1, 2, 10, 20, 40].contains(step) {
    steps.append([.integer(step)] + (sgdWeights.scalars + optimizer.scalars).map { .fixed($0, decimals: 3) })
  }
  sgdWeights = sgdWeights - 0.015 * (curvature * sgdWeights)  // the gradient of the ravine is (100 a, b)
  optimizer = plain.step(optimizer, gradient: curvature * optimizer)
  library.zeroGrad()
  ravine(trained).backward()
  library.step()
  largestGap = max(largestGap, (optimizer - trained.detached()).abs().max().item)
}
table(["step", "a, SGD at 0.015", "b, SGD", "a, AdamW at 0.1", "b, AdamW"], steps)
show("PlainAdamW is equal to the library's AdamW", largestGap < 1e-5, note: "41 steps, within 0.00001")

/*:
SGD brings $a$ to 0 quickly, while $b$ is still more than half of what it was. AdamW moves both alike from the first
step on, although one gradient is a hundred times the other. It overshoots and swings back, since it remembers old
gradients. In longer trainings the rate therefore changes on the way, by a *schedule*: it rises in the first steps
(*warm-up*) and falls towards the end. Each weight's first step is the learning rate (and the small weight decay),
whatever the gradient's size: $m / \sqrt v$ is then the gradient divided by its own size.

## 2.9 From scores to probabilities: softmax, sigmoid, cross-entropy
A classifier gives a score to each class, any number, large for a class that seems likely. Such scores are called
*logits*. *Softmax* makes probabilities of them, positive and with the sum 1:
$$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$
*/
section("2.9 From scores to probabilities: softmax, sigmoid, cross-entropy")
func softmax(_ z: Tensor) -> Tensor {
  let powers = (z - z.max()).exp()
  return powers / powers.sum()
}
let logits = Tensor([2, 1, 0])
show("Softmax of 2, 1, 0", softmax(logits), decimals: 4)
show("Equal to the library's", (softmax(logits) - logits.softmax(dim: 0)).abs().max().item < 1e-6)
show("Softmax of 1002, 1001, 1000", softmax(logits + 1000), decimals: 4, note: "a constant added changes nothing")
show("Without subtracting the largest", (logits + 1000).exp() / (logits + 1000).exp().sum(), decimals: 4)

/*:
A logit that is larger by 1 makes a probability $e$ times as large. Only differences count, so the largest score may be
subtracted first. It must be: $e^{1000}$ is too large for a 32-bit number, and infinity divided by infinity is no
number.

With two classes and the scores $z$ and 0 the first probability is the *sigmoid* $\sigma(z) = \frac{1}{1 + e^{-z}}$. It
is used where the answer to a single question is yes or no.
*/
show("Softmax of 2 and 0", Tensor([2, 0]).softmax(dim: 0), decimals: 4)
show("Sigmoid of 2", Tensor(2).sigmoid().item, decimals: 4)

/*:
How wrong are probabilities? The *cross-entropy* is $-\ln p$ of the right answer. It is 0 if the model gave the right
answer the probability 1, and grows without bound as that probability goes to 0. Over a batch the mean is taken. (The
unit of a natural logarithm is the *nat*; the figures' axes name it.)
*/
for answer in 0..<3 {
  show("Cross-entropy if \(answer) is right", -softmax(logits)[answer].log().item, decimals: 4)
}
let batchOfLogits = Tensor.randn([5, 3])
let labels = IntTensor([0, 2, 1, 1, 0])
let crossEntropies = (0..<5).map { -softmax(batchOfLogits[$0])[labels.scalars[$0]].log().item }
let gap = abs(crossEntropies.reduce(0, +) / 5 - crossEntropy(batchOfLogits, labels).item)
show("The mean over a batch is equal to the library's crossEntropy", gap < 1e-6)

/*:
A model that guesses evenly gives each of $N$ answers the probability $1/N$. Its cross-entropy is $\ln N$, the *chance
level*. This course prints it beside every loss. A loss above it is possible, too: a model that is confident and wrong.
*/
table(
  ["classes", "loss of equal scores", "ln N"],
  [2, 10, 1000].map { n in
    let indifferent = crossEntropy(.zeros([1, n]), IntTensor([0]))
    return [.integer(n), .fixed(indifferent.item, decimals: 4), .fixed(Tensor(Float(n)).log().item, decimals: 4)]
  })

/*:
## 2.10 Why a bend is needed: ReLU and GELU
Two linear layers in a row are again one linear layer: $W_2 (W_1 x) = (W_2 W_1) x$. To compute more than that, there has
to be a function with a bend between them, an *activation function*, applied to each number. The classical one is ReLU,
$\max(x, 0)$. Transformers mostly use GELU (Hendrycks and Gimpel 2016), $\mathrm{GELU}(x) = x \, \Phi(x)$, where
$\Phi(x)$ is the share of the normal distribution below $x$: near 1 for large $x$, near 0 for very negative $x$.
*/
section("2.10 Why a bend is needed: ReLU and GELU")
let (first, second) = (Linear(3, 8, bias: false), Linear(8, 2, bias: false))
let both = second.weight.matmul(first.weight)  // [2, 3]
let merged = (second(first(x)) - x.linear(weight: both)).abs().max().item < 1e-5
show("Two linear layers are one", merged)
figure(
  "activations", activationCurves(),
  caption: "ReLU has a corner at 0; GELU is smooth, slightly negative left of 0, and close to ReLU far from it.")

/*:
A *multilayer perceptron* (MLP) is linear layers with an activation between them.

## 2.11 A training loop
Exclusive or is the smallest problem that no linear layer solves: the answer is 1 if exactly one of two inputs is 1. We
train an MLP on its four cases. The loop has the five steps of every training in this course:

1. *forward*: the model computes logits;
2. *loss*: cross-entropy with the right answers;
3. forget the old gradients;
4. *backward*: the loss's gradient by every parameter;
5. *step*: the optimizer changes the parameters.
*/
section("2.11 A training loop")
let inputs = Tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
let answers = IntTensor([0, 1, 1, 0])

let bent = Sequential(Linear(2, 16), Activation.gelu, Linear(16, 2))
let adam = AdamW(bent.parameters(), learningRate: 0.05)
var bentLosses: [Float] = []
for _ in 0...200 {
  let loss = crossEntropy(bent(inputs), answers)  // [4, 2] logits against 4 answers
  bentLosses.append(loss.item)
  adam.zeroGrad()
  loss.backward()
  adam.step()
}
show("Answers", bent(inputs).argmax(dim: 1).scalars, note: "wanted: [0, 1, 1, 0]")

/*:
The same loop in PyTorch, line by line:

| PyTorch | here |
|---|---|
| `model = nn.Sequential(nn.Linear(2, 16), nn.GELU(), nn.Linear(16, 2))` | `let model = Sequential(Linear(2, 16), Activation.gelu, Linear(16, 2))` |
| `optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)` | `let optimizer = AdamW(model.parameters(), learningRate: 0.05)` |
| `loss = F.cross_entropy(model(inputs), answers)` | `let loss = crossEntropy(model(inputs), answers)` |
| `optimizer.zero_grad()` | `optimizer.zeroGrad()` |
| `loss.backward()` | `loss.backward()` |
| `optimizer.step()` | `optimizer.step()` |

Is the bend what makes it work? The same loop without GELU, twice the linear layer:
*/
func train(
  _ model: Sequential, _ inputs: Tensor, _ answers: IntTensor, steps: Int, rate: Double,
  afterEach watch: () -> Void = {}
) -> [Float] {
  let optimizer = AdamW(model.parameters(), learningRate: rate)
  return (0..<steps).map { _ in
    let loss = crossEntropy(model(inputs), answers)
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    watch()
    return loss.item
  }
}
let straight = Sequential(Linear(2, 16), Linear(16, 2))
let straightLosses = train(straight, inputs, answers, steps: 201, rate: 0.05)
table(
  ["step", "with GELU between", "without"],
  [0, 5, 10, 20, 50, 200].map { step in
    [.integer(step), .fixed(bentLosses[step], decimals: 3), .fixed(straightLosses[step], decimals: 3)]
  })
show("Chance", Tensor(2).log().item, decimals: 3, note: "ln 2; the best that a linear layer can do here")

/*:
With GELU the loss falls towards 0. Without, it comes down to $\ln 2$ and stays there: the linear model ends with even
probabilities for all four cases.
*/
figure(
  "losses",
  LinePlot(
    "The first 100 steps of exclusive or", x: "step", y: Axis("cross-entropy (nats)", including: 0),
    series: [
      LineSeries("with GELU", y: Array(bentLosses[...100])), LineSeries("without", y: Array(straightLosses[...100])),
    ],
    references: [.horizontal(at: Tensor(2).log().item, "chance, ln 2")]),
  caption: "One curve falls below chance, the other one ends on it.")

/*:
The second figure asks both models at each place of the plane, not only at the four places that they learned from. With
GELU the border between the answers is bent, so that both black points lie on one side and both white ones on the other.
*/
figure(
  "regions",
  Image.grid([bent, straight].map(decisionRegion), columns: 2, gap: 10, labels: ["with GELU", "without"]),
  caption: "Red where the model answers 1, blue where it answers 0; black points have the answer 1, white ones 0.",
  alternative:
    "Left a blue band between two red corners: white points in blue, black ones in red. Right no color at all.")

/*:
## 2.12 Batches, epochs, and data that the model has not seen
Four examples fit into one step. Real data do not, so they are shuffled and cut into *batches*, and each batch makes one
step. An *epoch* is one pass through all the data. Ten examples in batches of four:
*/
section("2.12 Batches, epochs, and data that the model has not seen")
for epoch in 1...2 {
  let order = IntTensor.randperm(10).scalars
  let batches = stride(from: 0, to: 10, by: 4).map { Array(order[$0..<min($0 + 4, 10)]) }
  show("Epoch \(epoch)", batches.map { "\($0)" }.joined(separator: " "))
}

/*:
A loss on the training data can mislead: a large model can learn the examples by heart, mistakes included, and be of no
use for others. That is *overfitting*. So a part of the data is *held out*: never trained on, only used to measure.

An experiment shows it. Points in the plane belong to class 1 if both coordinates have the same sign, like a continuous
exclusive or. One label in five is wrong on purpose, in the training data and in the held-out data alike. So 80 of 100
is about the best that any model can reach on held-out points. We train a linear model, and an MLP of three linear
layers with 64 numbers between them:
*/
func noisyPoints(_ count: Int) -> (places: Tensor, labels: IntTensor) {
  let places = Tensor.randn([count, 2])
  let isSame = places.select(0, dim: 1) * places.select(1, dim: 1) .> 0
  let isWrong = Tensor.bernoulli([count], probability: 0.2)
  return (places, IntTensor((isSame - isWrong).abs().scalars.map { Int($0) }, shape: [count]))
}
func accuracy(_ model: Sequential, _ points: (places: Tensor, labels: IntTensor)) -> Double {
  let guesses = noGrad { model(points.places) }.argmax(dim: 1).scalars
  return Double(zip(guesses, points.labels.scalars).count { $0 == $1 }) / Double(guesses.count)
}
let (seen, heldOut) = (noisyPoints(200), noisyPoints(1000))
let linearModel = Sequential(Linear(2, 2))
_ = train(linearModel, seen.places, seen.labels, steps: 600, rate: 0.02)
let perceptron = Sequential(Linear(2, 64), Activation.gelu, Linear(64, 64), Activation.gelu, Linear(64, 2))
var (heldOutLosses, early): ([Float], (step: Int, training: Double, heldOut: Double)) = ([], (0, 0, 0))
let seenLosses = train(perceptron, seen.places, seen.labels, steps: 600, rate: 0.002) {
  heldOutLosses.append(noGrad { crossEntropy(perceptron(heldOut.places), heldOut.labels) }.item)
  if heldOutLosses.min() == heldOutLosses.last {
    early = (heldOutLosses.count, accuracy(perceptron, seen), accuracy(perceptron, heldOut))
  }
}
let more = noisyPoints(2000)
let roomy = Sequential(Linear(2, 64), Activation.gelu, Linear(64, 64), Activation.gelu, Linear(64, 2))
_ = train(roomy, more.places, more.labels, steps: 600, rate: 0.002)
table(
  ["model", "right in training", "right, held out"],
  [
    ["linear, 600 steps", .percent(accuracy(linearModel, seen)), .percent(accuracy(linearModel, heldOut))],
    ["MLP where its held-out loss is least", .percent(early.training), .percent(early.heldOut)],
    ["MLP after 600 steps", .percent(accuracy(perceptron, seen)), .percent(accuracy(perceptron, heldOut))],
    ["the same MLP, 2,000 points to learn from", .percent(accuracy(roomy, more)), .percent(accuracy(roomy, heldOut))],
    ["guessing", .percent(0.5), .percent(0.5)],
  ])
figure(
  "overfitting",
  LinePlot(
    "An MLP learns 200 points by heart", x: "step", y: Axis("cross-entropy (nats)", including: 0),
    series: [LineSeries("training", y: seenLosses), LineSeries("held out", y: heldOutLosses)],
    references: [.horizontal(at: Tensor(2).log().item, "chance, ln 2"), .vertical(at: early.step, "least held out")]),
  caption: "Look where the held-out curve turns upwards, while the training curve goes on falling.")
note(
  """
  The held-out loss was least after \(early.step) of 600 steps. From there on the training loss went from \
  \(Format.fixed(seenLosses[early.step - 1], decimals: 3)) to \(Format.fixed(seenLosses[599], decimals: 3)), and the \
  held-out loss from \(Format.fixed(heldOutLosses[early.step - 1], decimals: 3)) to \
  \(Format.fixed(heldOutLosses[599], decimals: 3)). The wrong \
  labels, 1 in 5, are what it learned by heart. This is one seed and one small task.
  """)

/*:
So a score on the training data proves nothing, and this course always prints a held-out one. Where one chooses by
held-out scores (as the second row does), they become a part of the training, and an honest measure needs a third part
of the data. The usual remedies against overfitting are more data, a smaller model, weight decay, fewer steps, and
dropout.

*Dropout* sets a random share of numbers to 0 in training and makes the others larger, so that the sum stays the same on
average. So no number can be relied on alone. A model therefore has two modes: `train()`, and `eval()`, in which dropout
does nothing. To use a trained model is called *inference*.
*/
let dropout = Dropout(0.5)
show("Eight ones after dropout in training", dropout(.ones([8])), decimals: 0)
show("The same in evaluation", dropout.eval()(.ones([8])), decimals: 0)

/*:
## 2.13 Attention, step by step
A linear layer treats each token by itself. *Attention* (Vaswani et al. 2017) lets tokens exchange information. It works
like a dictionary that is looked up softly. Each token has three vectors, all learned linear maps of it:

- its *query* says what it looks for;
- its *key* says what it can be found by;
- its *value* is what it hands over.

A query is compared with every key by a dot product, the *score*. Softmax makes weights of the scores. The result is the
mean of the values with these weights. One query and three tokens, with numbers chosen by hand:
*/
section("2.13 Attention, step by step")
let query = Tensor([3, 0])  // looks for the first feature
let keys = Tensor([[1, 0], [0, 1], [0.9, 0.1]])  // the first and the third token have it
let values = Tensor([[10, 0], [0, 10], [20, 0]])
let score = keys.matmul(query)  // [3]: one for each key
let weight = score.softmax(dim: 0)  // [3], sum 1
show("Scores", score, decimals: 2)
show("Weights", weight, decimals: 3)
show("Result", weight.matmul(values), decimals: 2, note: "mostly a mean of the first and the third value")

/*:
A dictionary would give one value for an exact key. Attention gives a mixture, for any key, and it has a gradient: the
maps that make queries and keys can be learned. For all queries at once the vectors are rows of matrices $Q$, $K$ and
$V$:
$$\mathrm{Attention}(Q, K, V) = \mathrm{softmax}\Bigl(\frac{Q K^\top}{\sqrt{d}}\Bigr) V$$
Why the division by $\sqrt d$? If the $d$ numbers of two vectors are independent with mean 0 and variance 1, their dot
product has the variance $d$, and so the standard deviation $\sqrt d$. We test that on a million pairs. Scores that
large would make softmax pick one key alone, and where softmax is almost 1 or 0 its gradient is almost 0: nothing would
be learned.
*/
let (q4, k4, v4) = (Tensor.randn([4, 64]), Tensor.randn([4, 64]), Tensor.randn([4, 64]))
let scores = q4.matmul(k4.T)  // [4, 4]: each query with each key
let weights = (scores / 8).softmax(dim: -1)  // √64 = 8; each row sums to 1
let mixture = weights.matmul(v4)  // [4, 64]: a weighted mean of the values
let many = Tensor.randn([1000, 64]).matmul(Tensor.randn([64, 1000]))
show("Standard deviation of a million scores", many.standardDeviation().item, decimals: 1, note: "√64 = 8")
show("Largest weight without the division", scores.softmax(dim: -1).max().item, decimals: 3)
show("Largest weight with it", weights.max().item, decimals: 3)
show("Weights", weights, decimals: 3)

/*:
The same for other widths: how large is the largest of sixteen weights, of random queries and keys? Without the division
it goes towards 1 as $d$ grows, so that a query attends to a single key. Divided by $\sqrt d$ it stays nearly level.
*/
figure(
  "saturation", saturationCurves(),
  caption: "Compare the curves at the right end, where vectors are long.")

/*:
The engine does these three lines in one operation, for all examples and heads at once, with the shapes
`[batch, heads, tokens, width]`.
*/
func batched(_ x: Tensor) -> Tensor { x.reshape(1, 1, x.shape[0], x.shape[1]) }
func largestDifference(_ a: Tensor, _ b: Tensor) -> Float { (a - b).abs().max().item }
let inOne = Tensor.scaledDotProductAttention(query: batched(q4), key: batched(k4), value: batched(v4))
show("Three lines are equal to the engine's operation", largestDifference(batched(mixture), inOne) < 1e-5)

/*:
**Masks.** A language model must not see the word that it has to guess. A *causal mask* sets the scores of later tokens
to $-\infty$ before the softmax, and their weights become exactly 0. A *padding mask* does the same with the empty
places at the end of short texts.

{{figure attention}}

Both matrices have rows that sum to 1. On the right everything above the diagonal is 0, and each row shares the whole
weight among the tokens up to its own: the first token attends only to itself.
*/
let mask = Tensor.zeros([4, 4]).maskedFill(Tensor.ones([4, 4]).triu(diagonal: 1), -.infinity)
let causalWeights = (scores / 8 + mask).softmax(dim: -1)
show("Weights with a causal mask", causalWeights, decimals: 3)
figure(
  "attention", attentionMaps([("All tokens", weights), ("With a causal mask", causalWeights)]),
  caption: "A row says to which keys one query attends.")

/*:
**Self-attention and cross-attention.** If queries, keys and values are all made of the same tokens, it is
*self-attention*. If the queries come from one sequence and the keys and values from another, it is *cross-attention*:
so a text can read a picture (Lessons 07 and 09). The result has as many rows as there are queries.

## 2.14 Several heads
One softmax gives one mean. A token that needs two things from two places gets their mixture, and cannot tell which was
which. An example: each of four tokens carries a number, and should get both the number before and the number after
its own. With one row of weights, half and half, it gets the mean of both. With two rows of weights it gets both:
*/
section("2.14 Several heads")
let numbers = Tensor([[1], [2], [3], [4]])  // the value of each token
let before = Tensor([[0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])  // weights: row t attends to t - 1
let after = before.T  // row t attends to t + 1; both go around in a circle
show("One head, half and half", ((before + after) / 2).matmul(numbers).flatten(), decimals: 1)
show("Two heads, joined", Tensor.cat([before.matmul(numbers), after.matmul(numbers)], dim: 1), decimals: 0)

/*:
With one head the first token gets 3 from "4 before and 2 after", and the third token gets 3 from "2 before and 4
after": the same result for different neighbors.

So the width is split into *heads*. Each head has its own queries, keys and values, narrower ones: with the width 64 and
4 heads they have 16 numbers. Each head attends by itself; their results are put side by side, and a last linear layer
mixes them. The number of parameters does not depend on the number of heads. Here it is with the parameters of the
library's layer, which keeps the maps to all queries, keys and values below each other in one matrix of the shape
`[192, 64]`:
*/
let attention = MultiheadAttention(embedDim: 64, headCount: 4).eval()
let sequence = Tensor.randn([6, 64])  // six tokens
let projections = sequence.linear(weight: attention.inProjWeight, bias: attention.inProjBias)  // [6, 192]
let parts = projections.chunk(3, dim: 1)  // queries, keys, values: [6, 64] each
var headWeights: [Tensor] = []
let headResults = (0..<4).map { head in
  let columns = 16 * head..<16 * (head + 1)
  let (q, k, v) = (parts[0].slice(columns, dim: 1), parts[1].slice(columns, dim: 1), parts[2].slice(columns, dim: 1))
  let weights = (q.matmul(k.T) / 4).softmax(dim: 1)  // √16 = 4; [6, 6]
  headWeights.append(weights)
  return weights.matmul(v)  // [6, 16]
}
let joined = attention.outProj(Tensor.cat(headResults, dim: 1))  // [6, 64]
let sixTokens = sequence.unsqueeze(0)  // [1, 6, 64], a batch of one
show("Queries, keys, values of all heads", projections.shape)
show("Result of one head", headResults[0].shape)
show("Equal to MultiheadAttention", largestDifference(joined, attention(sixTokens)[0]) < 1e-5)
show("Parameters with 4 heads", attention.parameterCount)
show("Parameters with 1 head", MultiheadAttention(embedDim: 64, headCount: 1).parameterCount)
figure(
  "heads", headMaps(headWeights),
  caption: "Compare the same row in the four maps: each head has weights of its own (untrained here).")

/*:
The library splits without a loop, by a reshape, so that all heads are computed in one product:

{{quote Tensor.splitHeads}}

## 2.15 Attention knows no order
Shuffle the tokens, and the results are the same, shuffled in the same way: $f(Px) = P f(x)$. This is called
*permutation equivariance*. To attention a sentence is a bag of words, and an image is a bag of patches. What if order
matters? Then a vector for each position, a *position embedding*, is added to the tokens before the first layer. In the
table the tokens are shuffled, and the results compared with the shuffled results of before.
*/
section("2.15 Attention knows no order")
let order = [3, 0, 5, 1, 4, 2]
func shuffled(_ x: Tensor) -> Tensor { x.indexSelect(order, dim: 1) }
let positions = Tensor.randn([1, 6, 64])
let withoutPositions = largestDifference(attention(shuffled(sixTokens)), shuffled(attention(sixTokens)))
let withPositions = largestDifference(
  attention(shuffled(sixTokens) + positions), shuffled(attention(sixTokens + positions)))
table(
  ["tokens shuffled", "largest difference"],
  [
    ["without positions", .fixed(withoutPositions, decimals: 5)],
    ["with positions", .fixed(withPositions, decimals: 5)],
  ])

/*:
Without positions nothing but rounding is left. With positions the results differ. Lesson 04 measures what positions
contribute to reading digits.

## 2.16 Layer normalization and a transformer layer
In a deep model numbers can become larger and larger from layer to layer. *Layer normalization* (Ba et al. 2016) brings
each token's numbers to mean 0 and variance 1; then it scales and shifts them by two learned vectors $\gamma$ and
$\beta$:
$$\mathrm{norm}(x) = \gamma \, \frac{x - \mathrm{mean}(x)}{\sqrt{\mathrm{variance}(x) + 10^{-5}}} + \beta$$
Mean and variance are those of one token's own numbers, so a token's result does not depend on the other tokens, nor on
the other examples of the batch.
*/
section("2.16 Layer normalization and a transformer layer")
func layerNorm(_ x: Tensor, _ scale: Tensor, _ shift: Tensor) -> Tensor {
  let centered = x - x.mean(dim: -1, keepDims: true)
  let variance = (centered * centered).mean(dim: -1, keepDims: true)
  return centered / (variance + 1e-5).sqrt() * scale + shift
}
let twoTokens = Tensor([[1, 2, 3, 4], [10, 20, 30, 40]])
show("Two tokens, normalized", layerNorm(twoTokens, .ones([4]), .zeros([4])), decimals: 3)
let wide = Tensor.randn([2, 7, 64]) * 3 + 1
let libraryNorm = LayerNorm(64)
let normGap = largestDifference(layerNorm(wide, libraryNorm.weight, libraryNorm.bias), libraryNorm(wide))
show("Equal to the library's LayerNorm", normGap < 1e-5)

/*:
The second token is ten times the first and becomes the same: normalization removes the size and keeps the pattern.

A *transformer layer* has two parts. The first is self-attention: tokens exchange information. The second is a
*feed-forward* part, two linear layers with an activation between, which treats each token by itself. Around each part
goes a *shortcut* (also: residual connection), which adds the part's input to its output. So a part only has to learn a
change, and gradients have a direct way back. With tokens $x$ and biases left out:
$$ y = \mathrm{norm}(x + \mathrm{attention}(x)), \qquad z = \mathrm{norm}(y + W_2 \, \varphi(W_1 y)) $$
This is *post-norm*, PyTorch's default. *Pre-norm* normalizes the input of each part instead,
$y = x + \mathrm{attention}(\mathrm{norm}(x))$, so that the shortcuts run undisturbed through all layers. Vision
Transformers are pre-norm (Lesson 04 compares the two). Below is the formula with the parameters of a layer, by name.
*/
let layer = TransformerEncoderLayer(embedDim: 64, headCount: 4, feedForwardDim: 256).eval()
let state = LayerState(layer)
func normPart(_ x: Tensor, _ name: String) -> Tensor {
  layerNorm(x, state["\(name).weight"], state["\(name).bias"])
}
func linearPart(_ x: Tensor, _ name: String) -> Tensor {
  x.linear(weight: state["\(name).weight"], bias: state["\(name).bias"])
}
let attended = normPart(sixTokens + layer.selfAttn(sixTokens), "norm1")
let byFormula = normPart(attended + linearPart(linearPart(attended, "linear1").relu(), "linear2"), "norm2")
show("In and out", layer(sixTokens).shape, note: "[batch, tokens, width], as at the input")
show("The formula is equal to the library's layer", largestDifference(byFormula, layer(sixTokens)) < 1e-5)

/*:
The same as a picture, from the layer's own sizes, for B sequences of T tokens. Only inside the second part is a token
wider; at the end it has its old width, so that layers can be stacked. Several stacked layers are a transformer
*encoder*.

{{figure layer}}

{{quote TransformerEncoderLayer.callAsFunction}}
*/
figure(
  "layer", blocks(of: layer, headCount: 4),
  caption: "Two parts, each with a shortcut around it and a normalization after it.")

/*:
## 2.17 What a checkpoint holds
A trained layer is its parameters: a list of tensors with names, PyTorch's `state_dict`. The names are paths through the
modules, the same here as in PyTorch, so that files made there can be read. With the width $D$, and $4D$ in the middle,
a layer has $12 D^2 + 13 D$ numbers: $4D^2$ weights in attention, $8D^2$ in the feed-forward part, and $13 D$ biases and
norms.
*/
section("2.17 What a checkpoint holds")
table(
  ["name", "shape", "numbers"],
  layer.namedParameters().map { [.text($0.name), .shape($0.parameter.shape), .integer($0.parameter.count)] })
show("Parameters", layer.parameterCount)
show("12 D² + 13 D", 12 * 64 * 64 + 13 * 64)
show("Bytes as 32-bit floats", 4 * layer.parameterCount)
show("Bytes as 16-bit floats", 2 * layer.parameterCount)

/*:
A *checkpoint* is such parameters in a file. PyTorch's own `.bin` files are zip archives with a *pickle* inside, a
little program that the reader runs; do not open one from a stranger. A `.safetensors` file holds only data: eight bytes
with the length of a header, the header in JSON, then the numbers one after the other. Here is this layer's, written by
the course's own writer, which sorts the tensors by name and fills the header up with spaces to a multiple of 8 bytes:
*/
let file = require(try writtenFile(of: layer))
verbatim(file.header.split(separator: "},").prefix(4).joined(separator: "},\n  ") + "}, …")
table(
  ["part", "bytes"],
  [
    ["length of the header", 8], ["header", .integer(file.header.utf8.count)], ["numbers", .integer(file.numberBytes)],
    ["file", .integer(8 + file.header.utf8.count + file.numberBytes)],
  ])

/*:
The header tells where each tensor begins, so a reader can map the file into memory and copy nothing.

## 2.18 A published model: tokenizer, processor, from_pretrained
Models are published on the Hugging Face hub, each as a directory. Besides the weights it holds all that is needed to
use them: `config.json` with the sizes of the layers, the tokenizer's files, and `preprocessor_config.json`, which says
how a picture becomes numbers. The course has small models of its own in this very form. We open its CLIP (Lesson 06):
it was trained on drawn scenes and gives pictures and texts vectors that can be compared.

**The tokenizer.** A real one does not cut at spaces alone. It has learned which sequences of letters are frequent; a
rare word becomes several tokens, so that no word is unknown. It also adds *special tokens*, here for the beginning and
the end.
*/
section("2.18 A published model: tokenizer, processor, from_pretrained")
let directory = require(try ShippedCheckpoint.clip.directory)
let tokenizer = require(try loadTokenizer(directory: directory))
let encoding = tokenizer.encode("A red circle above a xylophone")
table(["token", "id"], zip(encoding.tokens, encoding.ids).map { [.text($0), .integer($1)] })
show("Size of the vocabulary", tokenizer.vocabularySize)
show("Back to text", tokenizer.decode(encoding.ids, skipSpecialTokens: true))

/*:
`</w>` marks the end of a word. The texts of a batch must have the same length, so short ones are filled up: *padding*.
An *attention mask* says which tokens are real (1) and which are filling (0).
*/
let texts = ["a red circle", "a large blue square in the middle"]
let padded = require(try tokenizer.encode(batch: texts, padding: .longest))
show("Padded ids", IntTensor(padded.map(\.ids)).shape, note: "[texts, tokens]")
for (text, encoding) in zip(texts, padded) { show("Mask of \"\(text)\"", encoding.attentionMask) }

/*:
**The processor.** A picture is brought to the size that the model was trained with, and its bytes from 0 to 255 become
numbers: first divided by 255, then $(x - \mathrm{mean}) / \mathrm{deviation}$ for each channel. This model's file says
0.5 for both, so the numbers lie between -1 and 1. A drawn picture of 32 × 32 pixels already has the right size, and for
it the processor is one line:
*/
let processor = require(try ImageProcessor(directory: directory))
let scene = Scenes(split: .heldOut, objectCounts: 1...1, seed: lesson.seed)[0]
let (picture, cat) = (scene.image(), require(try Photos.cat))
let pixels = require(try processor([picture])).pixelValues
show("A photo of \(cat.width) × \(cat.height) pixels", require(try processor([cat])).pixelValues.shape)
show("A drawn scene of \(picture.width) × \(picture.height) pixels", pixels.shape)
show("Equal to (x / 255 - 0.5) / 0.5", largestDifference((picture.tensor() - 0.5) / 0.5, pixels[0]) < 1e-6)

/*:
**from_pretrained.** What does this famous function do? Four things: read `config.json`, make a model of these sizes,
open the weights, and fill each parameter with the tensor of its name.
*/
let opened = require(try ModelDirectory(directory))
let settings = opened.configuration as? CLIPConfiguration ?? CLIPConfiguration()  // what config.json says
let model = Initialization.skipped { CLIPModel(settings) }
let checkpoint = require(try opened.checkpoint())
for (name, parameter) in model.namedParameters() {
  parameter.assign(Tensor(require(try checkpoint.float32(name)), shape: parameter.shape))
}
show("Tensors in the file", checkpoint.names.count)
show("Parameters of the model", model.parameterCount)

/*:
The library's loading also checks that every tensor has its place and its shape, and that none is left over. Both give
the same model:
*/
let clip = require(try ZeroShot(directory: directory))
let ours = noGrad { model.eval().encodeImage(pixels) }
show("A picture's vector", ours.shape)
show("Our model is equal to the library's", ours.scalars == require(try clip.encode(images: [picture])).scalars)

/*:
**The pipeline.** Tokenizer, processor and model together answer a question in one call: which of these texts goes with
this picture?
*/
let candidates = [scene.canonicalCaption, "a photo of a dog", "a yellow star in the middle"]
let answer = require(try clip(images: [picture], texts: candidates))
figure(
  "scene", picture.enlarged(by: 4), caption: "The drawn scene, enlarged four times.",
  alternative: "A drawing: \(scene.canonicalCaption).")
table(
  ["text", "probability"],
  zip(candidates, answer.probabilities[0].scalars).map { [.text($0), .fixed($1, decimals: 3)] })

/*:
Whoever knows Hugging Face's library in Python finds its parts here:

| transformers (Python) | here | gives |
|---|---|---|
| `AutoTokenizer.from_pretrained(folder)` | `loadTokenizer(directory: folder)` | a tokenizer |
| `tokenizer(texts, padding=True)` | `tokenizer.encode(batch: texts, padding: .longest)` | ids and masks |
| `AutoImageProcessor.from_pretrained(folder)` | `ImageProcessor(directory: folder)` | a processor |
| `processor(images=[picture])` | `processor([picture]).pixelValues` | pixels, `[B, 3, H, W]` |
| `CLIPModel.from_pretrained(folder)` | `ZeroShot(directory: folder)` | model, tokenizer and processor |
| `pipeline("zero-shot-image-classification")` | `clip(images: …, texts: …)` | probabilities |
| `model.state_dict()` | `model.namedParameters()` | names and tensors |
| `safetensors.torch.load_file(path)` | `Checkpoint(path: path)` | tensors by name |

Python needs `from_pretrained` to download first. Here the model lies in the package, and a published one is read from a
folder on your disk.

## 2.19 Exercises

Write the mechanisms yourself. Each exercise has a file to begin with and a check, which tries properties of your answer
on random sizes.

{{exercises}}

Changes to try in the lesson itself, each with a prediction first:

- In 2.11 make the learning rate ten times as large, then a tenth. Which of the two still solves exclusive or?
- In 2.12 give `AdamW` a large weight decay (`weightDecay: 1`). Does the held-out loss still rise?
- In 2.15 call `attention` with `isCausal: true`. Does it still not know the order?

## 2.20 Quiz

{{quiz quiz.md}}

## 2.21 Words of this lesson

- **tensor**: an array of numbers with any number of dimensions.
- **shape**: the sizes of a tensor's dimensions.
- **seed**: the number from which a generator computes all its random numbers.
- **batch**: several examples that go through a model together.
- **channel**: one of the values that each pixel has, such as its red.
- **broadcasting**: repeating a size of 1 so that two shapes fit.
- **dot product**: the sum of the products of two vectors' numbers.
- **parameter**: a number of a model that is learned.
- **linear layer**: a product with a matrix of weights, plus a bias.
- **bias**: a vector that a layer adds to its result.
- **token**: a piece of a text (or of a picture) that has a vector of its own.
- **vocabulary**: the list of all tokens that a model knows; a token's place in it is its id.
- **tokenizer**: the program that cuts a text into tokens and gives their ids.
- **embedding**: a learned vector for each id, or the table of these vectors.
- **one-hot**: a vector with a 1 at one place and 0 elsewhere.
- **loss**: the number that says how wrong a model is, and that training makes smaller.
- **gradient**: the derivatives of the loss by all parameters.
- **chain rule**: the derivative through several steps is the product of the steps' derivatives.
- **automatic differentiation**: computing gradients by the chain rule, from the loss backwards, without writing
  formulas.
- **central difference**: the change of a function between two near places, divided by their distance: a check of
  gradients.
- **learning rate**: how far a step of the optimizer goes.
- **optimizer**: what changes the parameters, by their gradients.
- **SGD**: stochastic gradient descent, a step against the gradient of a random batch.
- **AdamW**: an optimizer that divides each gradient by its usual size, with weight decay.
- **schedule**: how the learning rate changes in the course of training.
- **warm-up**: the first steps of a schedule, in which the learning rate rises.
- **weight decay**: a small share of itself that each weight loses at each step.
- **regularization**: whatever pulls training towards simpler models.
- **logit**: a score before softmax or sigmoid.
- **softmax**: the function that makes probabilities of scores.
- **sigmoid**: the function that makes a probability of one score.
- **cross-entropy**: minus the logarithm of the probability of the right answer.
- **chance level**: the score or loss of a model that guesses.
- **activation function**: a function with a bend between linear layers, such as ReLU or GELU.
- **ReLU**: the activation function that makes negative numbers 0.
- **GELU**: a smooth form of ReLU.
- **MLP**: multilayer perceptron, linear layers with activation functions between them.
- **epoch**: one pass through all the training data.
- **overfitting**: doing well on the training data and worse on others.
- **held-out data**: examples that are never trained on and only used to measure.
- **inference**: using a trained model, with its parameters as they are.
- **dropout**: setting a random share of numbers to 0 in training.
- **attention**: a mean of values, weighted by how well their keys fit a query.
- **query**: the vector that says what a token looks for.
- **key**: the vector that a token is found by.
- **value**: the vector that a token hands over.
- **self-attention**: attention in which queries, keys and values come from the same tokens.
- **cross-attention**: attention with queries from one sequence, keys and values from another.
- **causal mask**: a mask that lets no token attend to later ones.
- **padding**: filling tokens that make the texts of a batch equally long.
- **attention mask**: what says which tokens may be attended to.
- **head**: one of several attentions side by side, each with a part of the width.
- **permutation equivariance**: shuffled inputs give the same outputs, shuffled.
- **position embedding**: a vector for each place, added to the tokens.
- **layer normalization**: bringing each token's numbers to mean 0 and variance 1.
- **shortcut**: adding a part's input to its output; also called residual connection.
- **pre-norm**: normalizing before each part of a transformer layer.
- **post-norm**: normalizing after each shortcut of a transformer layer.
- **transformer layer**: self-attention and a feed-forward part, each with a shortcut and a normalization.
- **encoder**: a stack of transformer layers.
- **checkpoint**: a model's parameters in a file, each tensor with its name.
- **processor**: what makes a model's numbers of a picture, by size, mean and deviation.
- **pipeline**: tokenizer, processor and model behind one call.
*/
