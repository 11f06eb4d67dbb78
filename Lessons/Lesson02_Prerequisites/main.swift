/*:
# 2. Prerequisites

The module builds on two others: transformers (Module 14) and the Hugging Face ecosystem (Module 17). This lesson brings
what it needs from both, from the single number up to a checkpoint file.
*/
import Images
import Layers
import Notebook
import Plots
import Tensors

let lesson = Lesson(2, "Prerequisites")

/*:
## 2.1 Tensors and their random numbers
A *tensor* is an array of numbers with any number of dimensions; its *shape* lists their sizes. Models start from random
numbers, and these come from a seed. Here they are PyTorch's own, bit for bit: `torch.manual_seed(0); torch.randn(4)`
prints 1.5410, -0.2934, -2.1788, 0.5684 as well.
*/
section("2.1 Tensors and their random numbers")
manualSeed(0)
show("randn(4) at seed 0", Tensor.randn([4]), decimals: 4)

manualSeed(lesson.seed)  // from here on the lesson's own seed, 0 unless --seed says otherwise
let images = Tensor.randn([2, 3, 4, 4])
show("A batch of images", images.shape, note: "[batch, channels, height, width]")
show("Its numbers", images.count)

/*:
## 2.2 Views
In memory a tensor is one long row of numbers. The *strides* say how far apart neighbors of each dimension lie in it, so
transposing is a matter of exchanging two strides: nothing moves. The result is a *view* of the same memory, and a change
of one shows in the other.
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
Two shapes fit if, from the right, sizes are equal or one of them is 1; the 1 is repeated without being copied. A column
and a row make a table, and a mean and a deviation for each channel normalize a whole batch.
*/
section("2.3 Broadcasting")
let column = Tensor([[10], [20]])  // [2, 1]
let row = Tensor([1, 2, 3])  // [3]
show("column + row", column + row, decimals: 0, note: "[2, 1] + [3] = [2, 3]")

let mean = images.mean(dims: [0, 2, 3], keepDims: true)  // [1, 3, 1, 1]
let deviation = images.standardDeviation(dims: [0, 2, 3], unbiased: false, keepDims: true)
let normalized = (images - mean) / deviation
show("Standard deviations", normalized.standardDeviation(dims: [0, 2, 3], unbiased: false).scalars, decimals: 3)

/*:
## 2.4 Matrix product
$C_{ij} = \sum_k A_{ik} B_{kj}$: each number is a row of $A$ times a column of $B$. It is nearly all that a
transformer computes. A *linear layer* is one such product and a bias, $y = x W^\top + b$, and it treats every row of
$x$ alike, whatever comes before the last dimension.
*/
section("2.4 Matrix product")
let a = Tensor([[1, 2], [3, 4]])
let b = Tensor([[0, 1], [1, 0]])
show("a · b", a.matmul(b), decimals: 0, note: "b exchanges the columns")

let linear = Linear(8, 5)
let tokens = Tensor.randn([2, 7, 8])
show("Linear(8, 5) of [2, 7, 8]", linear(tokens).shape)
show("Its parameters", linear.parameterCount, note: "5 × 8 weights and 5 biases")

/*:
Words come as whole numbers, their *ids* in a vocabulary. An *embedding* is a table with a vector for each id; looking a
row up is the product of a one-hot row with that table, without the multiplications by zero.
*/
let ids = IntTensor([[3, 1, 4], [1, 5, 9]])
let embedding = Embedding(10, 8)
let vectors = embedding(ids)
show("Embedding(10, 8) of [2, 3] ids", vectors.shape)
show(
  "Equal to one-hot rows times the table",
  Tensor.oneHot(ids.scalars, classes: 10).matmul(embedding.weight).scalars == vectors.scalars)

/*:
## 2.5 A gradient three ways
To learn is to go downhill on a loss. For $L(w) = \frac{1}{n} \sum_i (x_i \cdot w - y_i)^2$ calculus gives
$\nabla L = \frac{2}{n} X^\top (X w - y)$. Automatic differentiation finds the same from the code alone: each operation
remembers its operands, and `backward()` walks back with the chain rule to every tensor made with `requiringGrad()`. A
*finite difference* checks both without any theory: move one weight a little to either side, see how far the loss moves.
*/
section("2.5 A gradient three ways")
let x = Tensor.randn([10, 3])
let y = x.matmul(Tensor([2, -1, 0.5]))
let w = Tensor([1, 1, 1]).requiringGrad()
func loss(_ w: Tensor) -> Tensor { meanSquaredError(x.matmul(w), y) }

loss(w).backward()
let byAutograd = w.grad?.scalars ?? []
let byHand = noGrad { x.T.matmul(x.matmul(w) - y) * (2.0 / 10) }.scalars
let byDifference = noGrad {
  (0..<3).map { i in
    let nudge = Tensor.oneHot([i], classes: 3)[0] * 0.01
    return (loss(w + nudge) - loss(w - nudge)).item / 0.02
  }
}
table(
  ["", "by hand", "backward()", "finite difference"],
  (0..<3).map { i in
    [.text("∂L/∂w\(i)")] + [byHand, byAutograd, byDifference].map { .fixed($0[i], decimals: 3) }
  })

/*:
## 2.6 Softmax, cross-entropy, chance
Softmax makes probabilities of any scores: $p_i = e^{z_i} / \sum_j e^{z_j}$. Cross-entropy is $-\ln p$ of the right
answer: 0 if the model was sure and right, large if it was sure and wrong. Who knows nothing gives each of $N$ answers
$1/N$ and pays $\ln N$. This course prints that *chance level* beside every loss.
*/
section("2.6 Softmax, cross-entropy, chance")
show("Softmax of 2, 1, 0", Tensor([2, 1, 0]).softmax(dim: 0), decimals: 4)
for answer in 0..<3 {
  show("Cross-entropy if \(answer) is right", crossEntropy(Tensor([[2, 1, 0]]), IntTensor([answer])).item, decimals: 4)
}
table(
  ["classes", "loss of equal scores", "ln N"],
  [2, 10, 1000].map { n in
    let indifferent = crossEntropy(.zeros([1, n]), IntTensor([0]))
    return [.integer(n), .fixed(indifferent.item, decimals: 4), .fixed(Tensor(Float(n)).log().item, decimals: 4)]
  })

/*:
## 2.7 A training loop
Exclusive or is the smallest problem that no linear layer solves: the answer is 1 if just one input is. Two layers
with a bend between them can do it; here it is GELU, $\mathrm{GELU}(x) = x \, \Phi(x)$ with $\Phi$ the normal
distribution's share below $x$: close to $x$ for large $x$, to 0 for very negative $x$. The loop is the one of every model
to come: forward, loss, zero the gradients, backward, step. AdamW divides each gradient by its usual size, so that
all weights take steps of like size.
*/
section("2.7 A training loop")
figure(
  "activations", activationCurves(),
  caption: "ReLU has a corner at 0; GELU is smooth, slightly negative left of 0, and close to ReLU far from it.")
let inputs = Tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
let answers = IntTensor([0, 1, 1, 0])

func train(_ model: Sequential, steps: Int) -> [Float] {
  let optimizer = AdamW(model.parameters(), learningRate: 0.05)
  return (0..<steps).map { _ in
    let loss = crossEntropy(model(inputs), answers)
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    return loss.item
  }
}

let bent = Sequential(Linear(2, 16), Activation.gelu, Linear(16, 2))
let bentLosses = train(bent, steps: 201)
let straight = Sequential(Linear(2, 16), Linear(16, 2))
let straightLosses = train(straight, steps: 201)
table(
  ["step", "with GELU between", "without"],
  [0, 5, 10, 20, 50, 200].map { step in
    [.integer(step), .fixed(bentLosses[step], decimals: 3), .fixed(straightLosses[step], decimals: 3)]
  })
show("Chance", Tensor(2).log().item, decimals: 3, note: "ln 2; the best that a straight line can do here")
show("Answers with GELU", bent(inputs).argmax(dim: 1).scalars, note: "wanted: [0, 1, 1, 0]")

/*:
What does the bend change? The first figure shows both losses. With GELU the loss falls towards 0. Without, it comes
down to $\ln 2$ and stays there.
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
Two linear layers in a row are one linear map: their answer is even everywhere.
*/
figure(
  "regions",
  Image.grid([bent, straight].map(decisionRegion), columns: 2, gap: 10, labels: ["with GELU", "without"]),
  caption: "Red where the model answers 1, blue where it answers 0; black points have the answer 1, white ones 0.",
  alternative:
    "Left a blue band between two red corners: white points in blue, black ones in red. Right no color at all.")

/*:
## 2.8 Attention, step by step
Attention lets tokens exchange what they know. Each token asks with a *query*, offers a *key*, and carries a *value*
(Vaswani et al. 2017):
$$\mathrm{Attention}(Q, K, V) = \mathrm{softmax}\Bigl(\frac{Q K^\top}{\sqrt{d}}\Bigr) V$$
Why $\sqrt d$? A product of two random vectors of $d$ numbers has standard deviation $\sqrt d$. Without the division
wide heads would have scores so large that softmax picks one token and passes hardly any gradient.
*/
section("2.8 Attention, step by step")
let (q, k, v) = (Tensor.randn([4, 64]), Tensor.randn([4, 64]), Tensor.randn([4, 64]))
let scores = q.matmul(k.T)  // [4, 4]: who fits whom
let weights = (scores / 8).softmax(dim: -1)  // √64 = 8; each row sums to 1
let mixture = weights.matmul(v)  // [4, 64]: a weighted mean of the values
let many = Tensor.randn([1000, 64]).matmul(Tensor.randn([64, 1000]))
show("Standard deviation of a million scores", many.standardDeviation().item, decimals: 1, note: "√64 = 8")
show("Largest weight without and with √d", [scores.softmax(dim: -1).max().item, weights.max().item], decimals: 3)
show("Weights", weights, decimals: 3)

/*:
The same for other widths: how large is the largest of sixteen weights, of random queries and keys? Without the division
it goes towards 1 as $d$ grows, so that a query attends to a single key. Divided by $\sqrt d$ it stays nearly level.
*/
figure(
  "saturation", saturationCurves(),
  caption: "Compare the curves at the right end, where heads are wide.")

/*:
The engine does the three lines in one operation, for all heads of a batch. A layer with several heads splits the width:
each head attends by itself, and a last linear map joins them.
*/
func batched(_ x: Tensor) -> Tensor { x.reshape(1, 1, x.shape[0], x.shape[1]) }  // [batch, heads, tokens, width]
func largestDifference(_ a: Tensor, _ b: Tensor) -> Float { (a - b).abs().max().item }
let inOne = Tensor.scaledDotProductAttention(query: batched(q), key: batched(k), value: batched(v))
show("Difference to one operation", largestDifference(batched(mixture), inOne), decimals: 5)

let attention = MultiheadAttention(embedDim: 64, headCount: 4).eval()
let sequence = Tensor.randn([1, 6, 64])
let projected = sequence.linear(weight: attention.inProjWeight, bias: attention.inProjBias)  // [1, 6, 3 × 64]
let heads = projected.reshape(1, 6, 3, 4, 16).permute(2, 0, 3, 1, 4)  // [3, 1, 4 heads, 6, 16]
let headWeights = (heads[0].matmul(heads[1].T) / 4).softmax(dim: -1)  // √16 = 4
let joined = attention.outProj(headWeights.matmul(heads[2]).transpose(1, 2).flatten(from: 2))
show("Difference to MultiheadAttention", largestDifference(joined, attention(sequence)), decimals: 5)

/*:
A language model must not see the word that it has to guess. A *causal mask* sets the scores of later tokens to $-\infty$
before the softmax, and their weights become exactly 0.

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
## 2.9 Attention knows no order
Shuffle the tokens, and the outputs are the same, shuffled: $f(Px) = P f(x)$ (*permutation equivariance*). To attention a
sentence is a bag of words and an image a bag of patches. Asking in another order changes no bit; the keys in another
order are summed in another order, which may round the last bit differently. A vector for each *position*, added to the
tokens, ends the symmetry. Lesson 04 measures what that is worth.
*/
section("2.9 Attention knows no order")
let order = [3, 0, 5, 1, 4, 2]
func shuffled(_ x: Tensor) -> Tensor { x.indexSelect(order, dim: 1) }
let positions = Tensor.randn([1, 6, 64])
let asked = attention(shuffled(sequence), memory: sequence)
let plain = largestDifference(attention(shuffled(sequence)), shuffled(attention(sequence)))
let placed = largestDifference(attention(shuffled(sequence) + positions), shuffled(attention(sequence + positions)))
show("Queries shuffled: the same bits", asked.scalars == shuffled(attention(sequence, memory: sequence)).scalars)
show("Everything shuffled: difference", plain, decimals: 5)
show("The same with positions: difference", placed, decimals: 2)

/*:
## 2.10 A transformer layer, and what a checkpoint holds
A transformer layer is attention between the tokens and then two linear maps of each token, with a bend
$\varphi$ (ReLU or GELU) between them. Around each part goes a shortcut, which adds the part's input to its output, and
after it a normalization. With tokens $x$:

$$ y = \mathrm{norm}(x + \mathrm{attention}(x)), \qquad z = \mathrm{norm}(y + W_2 \, \varphi(W_1 y)), \qquad
\mathrm{norm}(x) = \gamma \, \frac{x - \mathrm{mean}(x)}{\sqrt{\mathrm{variance}(x) + 10^{-5}}} + \beta $$

(biases left out; mean and variance are those of one token's numbers, $\gamma$ and $\beta$ are learned). This is
*post-norm*, PyTorch's default. *Pre-norm* normalizes the input of each part instead,
$y = x + \mathrm{attention}(\mathrm{norm}(x))$, so that the shortcuts run undisturbed through all layers; deep models
train more easily so. In training, *dropout* sets a share of numbers to zero by chance and enlarges the others, so that no
number is relied on alone; in evaluation it does nothing. Below, the formula with the parameters of a layer, by name.
*/
section("2.10 A transformer layer, and what a checkpoint holds")
let layer = TransformerEncoderLayer(embedDim: 64, headCount: 4, feedForwardDim: 256).eval()
let state = LayerState(layer)
func norm(_ x: Tensor, _ name: String) -> Tensor {
  let deviation = (x.variance(dims: [-1], unbiased: false, keepDims: true) + 1e-5).sqrt()
  return (x - x.mean(dim: -1, keepDims: true)) / deviation * state["\(name).weight"] + state["\(name).bias"]
}
func linearMap(_ x: Tensor, _ name: String) -> Tensor {
  x.linear(weight: state["\(name).weight"], bias: state["\(name).bias"])
}
let attended = norm(sequence + layer.selfAttn(sequence), "norm1")
let byFormula = norm(attended + linearMap(linearMap(attended, "linear1").relu(), "linear2"), "norm2")
show("Difference of the formula to the layer", largestDifference(byFormula, layer(sequence)), decimals: 5)

/*:
The same as a picture, from the layer's own sizes, for B sequences of T tokens. Only inside the second part is a token
wider; at the end it has its old width, so that layers can be stacked.

{{figure layer}}

{{quote TransformerEncoderLayer.callAsFunction}}
*/
figure(
  "layer", blocks(of: layer, headCount: 4),
  caption: "Two parts, each with a shortcut around it and a normalization after it.")

/*:
Trained, a layer is its parameters: a dictionary from names to tensors, PyTorch's `state_dict`. The names are
paths through the modules, the same here as in PyTorch, so that files made there can be read. With width $D$ and $4D$ in
the middle they hold $12 D^2 + 13 D$ numbers.
*/
table(
  ["name", "shape", "numbers"],
  layer.namedParameters().map { [.text($0.name), .shape($0.parameter.shape), .integer($0.parameter.count)] })
show("Parameters", layer.parameterCount)
show("12 D² + 13 D", 12 * 64 * 64 + 13 * 64)
show("Bytes as 32-bit floats", 4 * layer.parameterCount)
show("Bytes as 16-bit floats", 2 * layer.parameterCount)

/*:
PyTorch's own `.bin` files are zip archives with a *pickle* inside, which is a little program that the reader runs: never
open one from a stranger carelessly. A `.safetensors` file is only data: eight bytes with the length of a header, the
header in JSON, then the numbers one after the other. Here is this layer's, written by the course's own writer, which
sorts the tensors by name and fills the header up with spaces to a multiple of 8 bytes:
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
The header tells where each tensor begins, so a reader maps the file into memory and copies nothing. A model on the
Hugging Face hub is such a file beside a `config.json` with the sizes of its layers and the files of its tokenizer;
Lessons 06 to 09 read them.

**What to try next**

- In 2.5 make the step of the finite difference 1e-6 instead of 0.01. Why is the result worse? Why is even 1 good here?
- In 2.7 leave out `optimizer.zeroGrad()`. What becomes of the loss?
- In 2.9 call `attention` with `isCausal: true`. Does it still not know the order?
*/
