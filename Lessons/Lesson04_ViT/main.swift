/*:
# 4. Vision Transformer (ViT)

*An image is worth 16 × 16 words* (Dosovitskiy et al. 2021): cut a picture into patches, make a vector of each patch,
and give these vectors to a transformer, the network that was made for sentences. The result is a **Vision
Transformer**, ViT for short. An image goes in, one score for each class comes out.

The lesson has four parts. 4.1 to 4.3 build the model from plain operations on tensors, and compare each piece with the
library's. 4.4 and 4.5 count its parameters and its work. 4.6 and 4.7 train a small one on real handwriting, and measure
it against simpler methods. From 4.8 on it is taken apart: what is each piece for, what has the model learned, what does
the notebook leave unsaid, what does the paper claim? You need tensors, matrix products, softmax and the training loop
of Lesson 02.

Two words that the course uses everywhere: **the notebook** is the PyTorch notebook on ViT after which this lesson is
built; its lines stand in tables beside ours. **The engine** is the course's own tensor library in Swift (`Tensors`).

Run it with `--figures figures` to keep the pictures, and with `--ablation no-positions` (or another name of the helper
file `Ablation.swift`) to look into another trained model in section 4.9.

With `--model google/vit-base-patch16-224 --image dog.jpg` the lesson runs a published Vision Transformer instead (4.9): it
names what your picture shows, and `--json` prints the numbers alone.
*/
import Datasets
import Evaluation
import Images
import Layers
import Models
import Notebook
import Plots
import Tensors

let lesson = Lesson(4, "Vision Transformer (ViT)", options: Options.self) {
  // With a model of the reader's the lesson answers here, prints that and ends; without one this is nil.
  try $0.input.answer()
}

/*:
## 4.1 The arithmetic of patches

```
image                              224 × 224 × 3
  ↓  cut into patches              14 × 14 = 196 patches of 16 × 16 pixels
  ↓  flatten and project           16 · 16 · 3 = 768 numbers → D numbers, D = 768
  ↓  put [CLS] in front            197 tokens
  ↓  add positional embeddings     197 tokens
  ↓  transformer encoder           12 layers
  ↓  take the [CLS] token          1 vector
  ↓  classification head           1 score for each class
```

A **token** is one vector of a sequence. In a sentence it stands for a word; here it stands for a **patch**, a small
square of the picture. For an image of $H \times W$ pixels with $C$ channels (3 for red, green, blue):

- Patch size: $P \times P$
- Number of patches: $N = \frac{H \times W}{P^2}$
- Each patch: $P^2 \cdot C$ values, projected to $D$ dimensions

The *classification head* in the last line is the last layer of the model, a linear one. Attention has *heads*, too;
they are something else (4.3.2).

$D$ is the *width* of the model: every token has $D$ numbers from the first layer to the last. With the notebook's sizes
a patch has 768 values and $D$ is 768, too. That is a coincidence: with patches of 32 pixels a patch has 3,072 values,
and $D$ can stay as it is.

Why patches, and not pixels? Attention compares each token with each other one. A photo of 224 × 224 pixels has 50,176
pixels, hence 2.5 billion pairs of them. 196 patches make 38,416 pairs. Let the computer count, on a photograph.
*/
section("4.1 The arithmetic of patches")
let square = require(try Photos.cat).cropped(to: Rectangle(x: 72, y: 0, width: 300, height: 300))
let photo = square.resized(width: 224, height: 224, filter: .bicubic)
let tiles = photo.tiles(width: 16, height: 16)
show("Photo", photo.description)
show("Patches", tiles.count, note: "224 / 16 = 14 in a row, 14 rows")
show("Numbers in a patch", tiles[0].pixels.count, note: "16 · 16 · 3")
show("Pairs of patches", tiles.count * tiles.count)
show("Billion pairs of pixels", Double(224 * 224) * Double(224 * 224) / 1e9, decimals: 1)
figure(
  "patches", Image.grid(tiles, columns: 14, gap: 2),
  caption: "The photo as 196 patches: each square is one token.",
  alternative: "A photo of a cat, cut by a white grid into 14 rows of 14 square patches.")

/*:
## 4.2 Patch embedding

*Embedding* means: make a vector of something that is none yet. Two steps do it for patches. First cut, then multiply.

**Cut.** A slice of rows and a slice of columns is a patch. Its numbers are laid out in one row, channel after channel,
and in each channel line after line. The patches follow each other like words on a page (*raster order*): from left to
right, then down.
*/
section("4.2 Patch embedding")
/// The patches of one image, one a row: `[C, H, W]` to `[N, C · P · P]`.
func patchRows(_ image: Tensor, size: Int) -> Tensor {
  var rows: [Tensor] = []
  for top in stride(from: 0, to: image.shape[1], by: size) {
    for left in stride(from: 0, to: image.shape[2], by: size) {
      let patch = image.slice(top..<top + size, dim: 1).slice(left..<left + size, dim: 2)  // [C, P, P]
      rows.append(patch.flatten())
    }
  }
  return .stack(rows)
}
let tiny = Tensor.arange(16).reshape(1, 4, 4)  // one channel, 4 × 4 pixels
show("A picture of 4 × 4 pixels", tiny[0], decimals: 0)
show("Its four patches of 2 × 2, one a row", patchRows(tiny, size: 2), decimals: 0)

/*:
**Multiply.** Each row $x_p$ of $P^2 C$ numbers is multiplied with one matrix $E$ of $P^2 C$ rows and $D$ columns, and
gets a bias added: $t_p = x_p E + b$. The matrix is the same for all patches, and it is learned. A column of $E$ is a
*filter*: it measures one property of a patch, for example how much brighter its left side is, and the result is one of
the token's $D$ numbers.

The notebook writes both steps as one **convolution**. A convolution slides a small window over the image, multiplies
what is in the window with each filter, and adds up. Its *kernel* size is the side of the window, its *stride* is how
far the window moves each time. If the stride equals the kernel, the windows do not overlap: each window is one patch.

| the notebook, PyTorch | this course, Swift |
|---|---|
| `self.proj = nn.Conv2d(in_channels, embed_dim, kernel_size=patch_size, stride=patch_size)` | `proj = Conv2d(channels, embedDim, kernelSize: patchSize, stride: patchSize)` |
| `x = self.proj(x)` | `proj(image)` |
| `x = x.flatten(2)` | `.flatten(from: 2)` |
| `x = x.transpose(1, 2)` | `.transpose(1, 2)` |

{{quote PatchEmbedding.callAsFunction}}

Its test cell runs below, seeded as by `torch.manual_seed(0)`, which the notebook leaves out. The engine draws PyTorch's
random bits, so PyTorch prints the same numbers.
*/
manualSeed(0)
let embed = PatchEmbedding(imageSize: 224, patchSize: 16, channels: 3, embedDim: 768)
let image = Tensor.randn([1, 3, 224, 224])
let patches = noGrad { embed(image) }  // [1, 196, 768]
show("Input", image.shape)
show("Patches", patches.shape, note: "[batch, 196 patches, 768 dim]")
show("First token begins", patches[0][0][0..<4].scalars, decimals: 4)

/*:
Is that convolution really cutting and multiplying? The filters lie in memory as `[768, 3, 16, 16]`; flattened, each is
a row of 768 weights in the order of our patches. (`Parameters`, above the cell, finds a module's weights by their
PyTorch names.) The engine's `unfold` cuts patches, too, and a `linear` layer adds its products in the convolution's own
order: the same bits. Our own matrix product adds the bias in another place, which may round the last bit differently.
*/
func largestDifference(_ a: Tensor, _ b: Tensor) -> Float { noGrad { (a - b).abs().max().item } }
let filterRows = Parameters(embed)["proj.weight"].reshape(768, 16 * 16 * 3)  // E, transposed
let filterBias = Parameters(embed)["proj.bias"]  // b
let rows = patchRows(image[0], size: 16)  // [196, 768]
let projected = noGrad { rows.matmul(filterRows.T) + filterBias }  // [196, 768]
let unfolded = image.unfold(kernel: (16, 16), stride: (16, 16))  // [1, 196, 768]
let linearly = noGrad { unfolded.linear(weight: filterRows, bias: filterBias) }
show("Unfolded", unfolded.shape, note: "one row for each patch")
show("Our slices equal unfold", rows.scalars == unfolded.scalars)
show("Convolution and linear layer: the same bits", patches.scalars == linearly.scalars)
show("Our tokens and the library's, largest difference", largestDifference(projected, patches[0]), significant: 1)

/*:
## 4.3 The whole model

First the model as the notebook uses it: fresh from its constructor, two images of noise. Then we open it and build each
part again.

| the notebook, PyTorch | this course, Swift |
|---|---|
| `vit = VisionTransformer(n_classes=10)` | `VisionTransformer(classCount: 10)` |
| `sum(p.numel() for p in vit.parameters())` | `vit.parameterCount` |
| `img = torch.randn(2, 3, 224, 224)` | `Tensor.randn([2, 3, 224, 224])` |
| `output = vit(img)` | `vit(batch)` |

The defaults of both constructors are the paper's **ViT-Base**: images of 224 pixels, patches of 16, 3 channels, width
768, 12 layers, 12 heads, dropout 0.1 (Dosovitskiy et al. 2021, table 1 and appendix B).
*/
section("4.3 The whole model")
let vit = VisionTransformer(classCount: 10)
show("ViT parameters", vit.parameterCount)
let batch = Tensor.randn([2, 3, 224, 224])
let output = noGrad { vit(batch) }  // [batch, classes]
show("Output", output.shape, note: "[batch, classes]")
show("First image's scores", output[0].scalars, decimals: 4)

/*:
The ten scores of an image are called **logits**: any numbers, the larger the more likely the class. Softmax would make
probabilities of them (Lesson 02). Here they mean nothing yet, since nothing has been learned.

PyTorch prints these scores, too, for the notebook run after `torch.manual_seed(0)`. But call `vit(batch)` a second
time, with the same model and the same images, and they change. The model is in **training mode**, where dropout sets a
tenth of the numbers between its layers to zero by chance (Lesson 02). The notebook never calls `eval()`, which switches
to **evaluation mode**: dropout does nothing, and the same image has the same scores each time. For everything but
training you want that mode.
*/
let again = noGrad { vit(batch) }
show("Twice in training mode, largest difference", largestDifference(output, again), decimals: 4)
vit.eval()
let evaluated = noGrad { vit(batch) }
show("Twice in evaluation mode, the same bits", noGrad { vit(batch) }.scalars == evaluated.scalars)

/*:
The model's own parts, called one after the other, give the bits of the one call:
*/
let libraryTokens = noGrad { vit.tokens(batch) }  // patches, [CLS] in front, positions added: [2, 197, 768]
let encoded = noGrad { vit.transformer(libraryTokens) }  // twelve layers: [2, 197, 768]
let classToken = encoded.select(0, dim: 1)  // the first token of each image: [2, 768]
let headScores = noGrad { vit.head(vit.norm(classToken)) }  // [2, 10]
for (name, step) in [
  ("Tokens", libraryTokens), ("After the encoder", encoded), ("[CLS]", classToken), ("Scores", headScores),
] {
  show(name, step.shape)
}
show("Step by step and in one call: the same bits", headScores.scalars == evaluated.scalars)

/*:
Only four places of the figure change the shape: the patch embedding, the token in front, taking that token out again,
and the head. All twelve layers keep it, so that they can be stacked.

{{figure blocks}}
*/
figure(
  "blocks", architecture(of: vit),
  caption: "The model with the shapes between its blocks; an arrow around a block is its shortcut.")

/*:
### 4.3.1 The class token and the positions

**[CLS]** is one more token, put in front of the patches. (The name comes from *class*; BERT, a transformer for texts,
has such a token, too: Devlin et al. 2019.) Why? The encoder gives a vector for each token, but a decision about the
image needs *one* vector. No patch is the natural choice: each stands for its own square. [CLS] stands for no square. It
starts as the same learned vector for every image, and in each layer it can take from all patches what the decision
needs. Only its last state goes to the head. The other choice is the mean of all patch tokens, called *mean pooling*.
Section 4.8 tries both.

A **positional embedding** is a learned vector for each place, which is added to the token at that place. Why? Attention
treats its input as a set: exchange two tokens, and the outputs are exchanged, nothing else (Lesson 02). Without
positions the model could not know which patch was above which. Section 4.8 shows what that means for digits.
*/
section("4.3.1 The class token and the positions")
let parameters = Parameters(vit)
/// A linear layer of the given name; the filters of a convolution are flattened to rows.
func linear(_ x: Tensor, _ p: Parameters, _ name: String) -> Tensor {
  let weight = p["\(name).weight"]
  return x.matmul(weight.reshape(weight.shape[0], -1).T) + p["\(name).bias"]
}
/// Images `[B, C, H, W]` to tokens `[B, N + 1, D]`.
func tokens(_ images: Tensor, _ p: Parameters, patchSize: Int) -> Tensor {
  let rows = Tensor.stack((0..<images.shape[0]).map { patchRows(images[$0], size: patchSize) })  // [B, N, C · P · P]
  let patches = linear(rows, p, "patch_embed.proj")  // [B, N, D]
  let classToken = p["cls_token"].expand(images.shape[0], -1, -1)  // [1, 1, D], once for each image
  return .cat([classToken, patches], dim: 1) + p["pos_embed"]  // [B, N + 1, D]
}
let ourTokens = noGrad { tokens(batch, parameters, patchSize: 16) }
show("[CLS] token", parameters["cls_token"].shape)
show("Positional embeddings", parameters["pos_embed"].shape, note: "one for [CLS], one for each patch")
show("Standard deviation of the positions at first", parameters["pos_embed"].standardDeviation().item, decimals: 2)
show("Our input of the encoder", ourTokens.shape)
show("Our input and the library's, largest difference", largestDifference(ourTokens, libraryTokens), significant: 1)

/*:
### 4.3.2 Attention with several heads

**Attention** lets tokens exchange information. Three linear maps make a *query*, a *key* and a *value* of each token.
The product of a query and a key is an *attention score*: how much shall this token take from that one? (It has nothing
to do with the scores of the classes, the logits.) Softmax over the keys makes weights of these scores, which sum to 1,
and the result is the mean of the values with these weights (Lesson 02, Vaswani et al. 2017).

A **head** of attention is one such attention. With one head a token gets *one* set of weights, hence one mean, although
it may need two things at once: what is beside me, and where does this stroke end? With $h$ heads the width $D$ is cut
into $h$ parts of $D/h$ numbers. Each head attends with its own part, and a last linear map (`out_proj`) joins the
results. The number of parameters and of multiplications is the same for any $h$. How the split works, on two tokens of
width 6 and three heads:
*/
section("4.3.2 Attention with several heads")
/// `[B, T, D]` to `[B, h, T, D / h]`: the first D / h numbers of each token are the first head's, and so on.
func splitHeads(_ x: Tensor, _ heads: Int) -> Tensor {
  x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)
}
/// The way back: `[B, h, T, D / h]` to `[B, T, D]`.
func joinHeads(_ x: Tensor) -> Tensor { x.transpose(1, 2).flatten(from: 2) }
let twoTokens = Tensor([[1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, 60]]).reshape(1, 2, 6)  // [1, 2, 6]
let threeHeads = splitHeads(twoTokens, 3)  // [1, 3, 2, 2]
for head in 0..<3 { show("Both tokens in head \(head)", threeHeads[0][head], decimals: 0) }
show("Joined again, unchanged", joinHeads(threeHeads).scalars == twoTokens.scalars)

/*:
Now the whole block, from matrix products and a softmax. The three maps for queries, keys and values lie below each
other in one matrix of $3D$ rows (`in_proj_weight`). `.T` (transpose) exchanges the last two dimensions; in the shapes T
counts tokens, and B images. The division by $\sqrt{D/h}$ keeps the scores from growing with the width of a head (Lesson
02).
*/
/// Attention of all tokens to all tokens: `[B, T, D]` to `[B, T, D]`, and the weights `[B, h, T, T]`.
func attention(
  _ x: Tensor, _ p: Parameters, _ name: String, heads: Int
) -> (output: Tensor, weights: Tensor) {
  let projected = x.matmul(p["\(name).in_proj_weight"].T) + p["\(name).in_proj_bias"]  // [B, T, 3D]
  let parts = projected.chunk(3, dim: -1).map { splitHeads($0, heads) }
  let (q, k, v) = (parts[0], parts[1], parts[2])  // [B, h, T, D / h] each
  let weights = (q.matmul(k.T) / Float(q.shape[3]).squareRoot()).softmax(dim: -1)  // [B, h, T, T]
  return (linear(joinHeads(weights.matmul(v)), p, "\(name).out_proj"), weights)
}
let firstLayer = "transformer.layers.0"
let attended = noGrad { attention(libraryTokens, parameters, "\(firstLayer).self_attn", heads: 12) }
let libraryAttended = noGrad { vit.transformer.layers[0].selfAttn(libraryTokens) }
show("Attention weights", attended.weights.shape, note: "[batch, heads, queries, keys]")
show("Sum of the first query's weights", attended.weights[0][0][0].sum().item, decimals: 4)
show("Largest of them", attended.weights[0][0][0].max().item, decimals: 4, note: "even weights: 1 / 197 = 0.0051")
show("Largest weight of any query", attended.weights.max().item, decimals: 4)
show("Output of attention", attended.output.shape)
show(
  "Our attention and the library's, largest difference", largestDifference(attended.output, libraryAttended),
  significant: 1)

/*:
The first query is that of [CLS]. The model is untrained, and the weights of this query are nearly even: [CLS] takes a
little of all tokens. The queries of the patches differ more among themselves. The largest weight of any of them is
printed, too; it is still only about twice the even one.

### 4.3.3 One encoder layer

A layer of the encoder has two parts. **Attention** mixes the tokens. The **feed-forward** part then works on each token
by itself: a linear map from $D$ to $4D$ numbers, the function GELU, a smooth bend (Lesson 02), and a linear map back.
Around each part there are two helpers:

- A **shortcut** (also *residual connection*) adds the input of the part to its output. The part only has to learn what
  to change. And in training the gradient has a way through the addition to the layers below, however small it is in the
  part.
- **LayerNorm** brings each token's numbers to mean 0 and variance 1, and then scales and shifts them with learned
  weights. So what comes next gets numbers of a known size, however large the sum before has become.

Where does the norm stand? The notebook uses PyTorch's default, **post-norm**: after the addition. The paper uses
**pre-norm**: before each part. Then nothing stands in the way of the shortcuts from the first layer to the last.

$$\text{post-norm:} \quad y = \mathrm{norm}(x + \mathrm{attention}(x)), \qquad z = \mathrm{norm}(y + \mathrm{feedforward}(y))$$

$$\text{pre-norm:} \quad y = x + \mathrm{attention}(\mathrm{norm}(x)), \qquad z = y + \mathrm{feedforward}(\mathrm{norm}(y))$$
*/
section("4.3.3 One encoder layer")
/// Mean 0 and variance 1 for each token, then the learned scale and shift.
func norm(_ x: Tensor, _ p: Parameters, _ name: String) -> Tensor {
  let mean = x.mean(dim: -1, keepDims: true)
  let variance = x.variance(dims: [-1], unbiased: false, keepDims: true)
  return (x - mean) / (variance + 1e-5).sqrt() * p["\(name).weight"] + p["\(name).bias"]
}
let byHand = noGrad { norm(libraryTokens, parameters, "norm") }
show(
  "Our norm and the library's, largest difference", largestDifference(byHand, noGrad { vit.norm(libraryTokens) }),
  significant: 1)

/*:
Both kinds of layer are then two lines each, as in the formulas. (The name of a layer, such as `transformer.layers.0`,
says where its parameters are.)
*/
func feedForward(_ x: Tensor, _ p: Parameters, _ name: String) -> Tensor {
  linear(linear(x, p, "\(name).linear1").gelu(), p, "\(name).linear2")  // D → 4D → D
}
/// The notebook's layer.
func postNormLayer(_ x: Tensor, _ p: Parameters, _ name: String, heads: Int) -> Tensor {
  let mixed = norm(x + attention(x, p, "\(name).self_attn", heads: heads).output, p, "\(name).norm1")
  return norm(mixed + feedForward(mixed, p, name), p, "\(name).norm2")
}
/// The paper's layer.
func preNormLayer(_ x: Tensor, _ p: Parameters, _ name: String, heads: Int) -> Tensor {
  let mixed = x + attention(norm(x, p, "\(name).norm1"), p, "\(name).self_attn", heads: heads).output
  return mixed + feedForward(norm(mixed, p, "\(name).norm2"), p, name)
}

/*:
What do they do to a token? And is the first one the library's layer?
*/
let afterOne = noGrad { postNormLayer(libraryTokens, parameters, firstLayer, heads: 12) }
let afterOnePreNorm = noGrad { preNormLayer(libraryTokens, parameters, firstLayer, heads: 12) }
let libraryAfterOne = noGrad { vit.transformer.layers[0](libraryTokens) }
table(
  ["one patch's token", "mean of its numbers, absolute", "standard deviation"],
  [("before the layer", libraryTokens), ("after, post-norm", afterOne), ("after, pre-norm", afterOnePreNorm)].map {
    name, x in
    [
      .text(name), .fixed(abs(x[0][1].mean().item), decimals: 3),
      .fixed(x[0][1].standardDeviation(unbiased: false).item, decimals: 3),
    ]
  })
show("Our layer and the library's, largest difference", largestDifference(afterOne, libraryAfterOne), significant: 1)

/*:
After the post-norm layer the token has mean 0 and deviation 1 whatever came in. (This holds as long as the norm's
learned scale and shift are 1 and 0, as they are before training.) After the pre-norm layer it has not: the input was
added without being normalized. That is why a pre-norm model needs one more norm after its last layer, and why the paper
has one there.

### 4.3.4 The forward pass

Three lines are left: tokens, all layers in a row, and the **head** of the model, a linear layer from the [CLS] token
to one score for each class. The layer is an argument, so that 4.8 can exchange it.
*/
section("4.3.4 The forward pass")
typealias EncoderLayer = (_ x: Tensor, _ p: Parameters, _ name: String, _ heads: Int) -> Tensor
/// All layers, one after the other, and the head: tokens `[B, N + 1, D]` to scores `[B, classes]`.
func scores(
  of tokens: Tensor, _ p: Parameters, _ sizes: VisionTransformer.Configuration, layer: EncoderLayer
) -> Tensor {
  var x = tokens
  for index in 0..<sizes.depth { x = layer(x, p, "transformer.layers.\(index)", sizes.headCount) }
  let classToken = x.select(0, dim: 1)  // [B, D]
  return linear(norm(classToken, p, "norm"), p, "head")  // [B, classes]
}
/// A Vision Transformer as a plain function of images and parameters: `[B, C, H, W]` to `[B, classes]`.
func forward(
  _ images: Tensor, _ p: Parameters, _ sizes: VisionTransformer.Configuration, layer: EncoderLayer
) -> Tensor {
  scores(of: tokens(images, p, patchSize: sizes.patchSize), p, sizes, layer: layer)
}

/*:
The whole model in evaluation mode, with the parameters of `vit`, against the library's call from above; and a small
pre-norm model, for which the library has a switch:
*/
let ours = noGrad {
  forward(batch, parameters, vit.configuration) { postNormLayer($0, $1, $2, heads: $3) }
}
show("Our scores", ours[0].scalars, decimals: 4)
show("The library's", evaluated[0].scalars, decimals: 4)
let rounding = largestDifference(ours, evaluated)
show("Largest difference", rounding, significant: 1)
show("Our ViT is equal to the library's, but for rounding", rounding < 1e-5)
let preNormViT = withGenerator(Generator(seed: 0)) { VisionTransformer(Ablation.preNorm.configuration) }.eval()
let noise = withGenerator(Generator(seed: 1)) { Tensor.randn([4, 1, 8, 8]) }
let oursPreNorm = noGrad {
  forward(noise, Parameters(preNormViT), preNormViT.configuration) { preNormLayer($0, $1, $2, heads: $3) }
}
show("The same for a small pre-norm ViT", largestDifference(oursPreNorm, noGrad { preNormViT(noise) }) < 1e-5)

/*:
So there is nothing in a ViT but patches, matrix products, softmax, GELU, norms and additions. The differences are
roundings: the library adds the same products in another order. From here on we use its class, which is faster and has
dropout. The notebook's class beside it:

| the notebook, PyTorch | this course, Swift |
|---|---|
| `self.cls_token = nn.Parameter(torch.zeros(1, 1, embed_dim))`, then `nn.init.normal_(self.cls_token, std=0.02)` | `clsToken = Initialization.normal([1, 1, width], std: 0.02)` |
| `self.pos_embed = nn.Parameter(torch.zeros(1, n_patches + 1, embed_dim))`, then `normal_` | `posEmbed = Initialization.normal([1, patchEmbed.patchCount + 1, width], std: 0.02)` |
| `nn.TransformerEncoderLayer(d_model=embed_dim, nhead=n_heads, dim_feedforward=int(embed_dim * mlp_ratio), dropout=dropout, activation='gelu', batch_first=True)` | `TransformerEncoderLayer(embedDim: width, headCount: …, feedForwardDim: …, dropout: …, activation: .gelu)` |
| `nn.TransformerEncoder(encoder_layer, num_layers=depth)` | `TransformerEncoder(…, layerCount: configuration.depth)` |
| `x = torch.cat([cls_tokens, x], dim=1)` | `Tensor.cat([clsToken.expand(image.shape[0], -1, -1), patches], dim: 1)` |
| `x = x + self.pos_embed` and `x = self.pos_drop(x)` | `posDrop(x + posEmbed)` |
| `x = self.norm(x[:, 0])` and `x = self.head(x)` | `head(norm(encoded.select(0, dim: 1)))` |

{{quote VisionTransformer.tokens}}

{{quote VisionTransformer.callAsFunction}}

## 4.4 Where 86 million parameters are

A **parameter** is a number that training changes. Count one encoder layer with tokens of width $D$. Queries, keys,
values and the output of attention have $D^2$ weights each. The feed-forward part has $D \cdot 4D$ weights on the way up
and as many on the way down. So a layer has $4D^2 + 8D^2 = 12 D^2$ weights. Biases and norms add $13 D$.
*/
section("4.4 Where 86 million parameters are")
let (width, layerCount) = (768, 12)
show("12 D² + 13 D", 12 * width * width + 13 * width)
show("One layer of the library", vit.parameterCount(under: "transformer.layers.0."))
table(["part", "parameters", "share"], partRows(vit))
// The parameters of a model can be counted without drawing them.
show("With 1,000 classes", Initialization.skipped { VisionTransformer() }.parameterCount)

/*:
Nearly all parameters are in the twelve layers. The patches, which gave the paper its title, hold less than one in a
hundred.

The paper has three sizes (Dosovitskiy et al. 2021, table 1). Its last column is in the table below beside what our
formula gives for the layers alone. *MLP* (multilayer perceptron) is the paper's name for the feed-forward part. The
name *ViT-L/16* means: the large one, with patches of 16 pixels.
*/
func sizeRow(_ name: String, layers: Int, width: Int, heads: Int, published: Int) -> [Cell] {
  let ofLayers = layers * (12 * width * width + 13 * width)
  return [
    .text(name), .integer(layers), .integer(width), .integer(4 * width), .integer(heads),
    .fixed(Double(ofLayers) / 1e6, decimals: 1), .integer(published),
  ]
}
table(
  ["model", "layers", "width D", "MLP width 4D", "heads", "million parameters of the layers", "of all, in the paper"],
  [
    sizeRow("ViT-Base", layers: 12, width: 768, heads: 12, published: 86),
    sizeRow("ViT-Large", layers: 24, width: 1024, heads: 16, published: 307),
    sizeRow("ViT-Huge", layers: 32, width: 1280, heads: 16, published: 632),
  ])

/*:
## 4.5 What a smaller patch means for the work

Patches of half the size are four times as many. What becomes of the work? Count multiplications of one image for one
layer, with $T = N + 1$ tokens ([CLS] is one of them):

- Each token is multiplied once with each of the $12 D^2$ weights: $12 T D^2$.
- The scores $Q K^\top$: for each of $T \times T$ pairs a product of $D$ numbers, over all heads: $T^2 D$.
- The means of the values: again $T^2 D$.

With $L$ layers, and the projection of $N$ patches before them:

$$ L \, (12 T D^2 + 2 T^2 D) + N P^2 C D $$

The first term grows with the number of tokens, the second with its square. The third stays the same for all $P$, since
$N P^2$ is the number of pixels. (The head is left out; it has fewer than a million.) The third column of the table
counts entries of the softmax, one for each pair of tokens and each of the 12 heads. They are no parameters: they are
computed anew for each image, and have to be kept in memory for training.
*/
section("4.5 What a smaller patch means for the work")
table(
  ["patch", "tokens", "softmax entries per layer", "billion multiplications", "share of Q Kᵀ and of the means"],
  [32, 16, 8, 4].map { patch in
    let patchCount = (224 / patch) * (224 / patch)
    let tokenCount = patchCount + 1
    let linearPart = layerCount * 12 * tokenCount * width * width
    let pairPart = layerCount * 2 * tokenCount * tokenCount * width
    let total = linearPart + pairPart + patchCount * patch * patch * 3 * width
    return [
      .integer(patch), .integer(tokenCount), .integer(12 * tokenCount * tokenCount),
      .fixed(Double(total) / 1e9, decimals: 1), .percent(Double(pairPart) / Double(total), decimals: 1),
    ]
  })

/*:
With patches of 16 pixels the linear maps are nearly all of the work. With patches of 4 pixels two fifths of it are
pairs of tokens, and this part grows sixteenfold with each further halving. That is one reason for coarse patches. The
other two are in the table as well: all work grows at least fourfold, and so do the softmax entries in memory.

## 4.6 Training on handwriting

The data: 1,797 real digits of 8 × 8 gray pixels, written by 13 people (Alpaydin and Kaynak 1998). With patches of 2
pixels a digit is 16 patches, so 17 tokens. 360 digits are **held out**: the model never learns from them, and they
measure what it can do with new ones. They are drawn by chance, but so that each class has its share (*stratified*).
The measure is **accuracy**: the share of digits whose highest score is that of the right class.
*/
section("4.6 Training on handwriting")
let digits = require(try Digits.load())
let split = digits.stratifiedSplit(seed: 0)
show("Digits to learn from, held out", [split.training.count, split.test.count])
let sample = (0..<20).map { digits.image(at: $0).enlarged(by: 4) }
figure(
  "digits", Image.grid(sample, columns: 10, gap: 3), caption: "The first twenty digits, 8 × 8 pixels each.",
  alternative: "Twenty coarse handwritten digits in two rows: 0 to 9, and 0 to 9 again.")

/*:
### The loss

Softmax makes probabilities of the ten logits. **Cross-entropy** is $-\ln p$ of the right class, and its mean over some
digits is the loss (Lesson 02). It is 0 if the model gives the right class probability 1. If it gives every class a
tenth, the loss is $\ln 10$, the **chance level**. (With the natural logarithm the unit of a loss is called *nat*.) In
our own operations, for a model before its first step:
*/
manualSeed(lesson.seed)
let learner = VisionTransformer(Ablation.none.configuration)
let fixedBatch = split.training.subset(0..<64)
let firstLogits = noGrad { learner(fixedBatch.images) }  // [64, 10]
let logProbabilities = firstLogits.logSoftmax(dim: 1)
let ofRightClasses = (0..<64).map { logProbabilities[$0][fixedBatch.labels[$0]].item }
let lossByHand = -ofRightClasses.reduce(0, +) / 64
show("Logits", firstLogits.shape, note: "[digits, classes]")
show("First digit's probabilities", firstLogits[0].softmax(dim: 0).scalars, decimals: 3)
show("Untrained loss by hand", lossByHand, decimals: 4)
show("Untrained loss by the library", crossEntropy(firstLogits, IntTensor(fixedBatch.labels)).item, decimals: 4)
show("Chance level", Tensor(10).log().item, decimals: 4, note: "ln 10")

/*:
### Does training work at all?

Before a long training try a short one: can the model learn one **batch**, 64 digits, by heart? If not, something is
broken. The loop has the four steps of every training:

1. *Forward*: logits of the batch, and their loss.
2. *Zero* the gradients of the last step.
3. *Backward*: the gradient says how the loss would change with each parameter.
4. *Step*: the optimizer moves each parameter a little against its gradient.

How far is set by the **learning rate**. The optimizer is **AdamW** (Loshchilov and Hutter 2019). For each parameter it
keeps a running mean of the gradients and one of their squares, and divides the first by the root of the second. So a
parameter moves by about the learning rate, whether its gradients are large or small. In each step it also takes away a
small share of the parameter itself (*weight decay*), so that no weight grows without need.

The model is small, `Ablation.none` of the helper file: width 32, 2 layers, 4 heads of width 8, and no dropout. The
learning rate is `3e-3` (3 thousandths) here and at most `5e-3` from the next part on. The weight decay is `1e-2`, the
default of AdamW in the engine and in PyTorch.
*/
let optimizer = AdamW(learner.parameters(), learningRate: 3e-3)
var batchLosses: [Float] = []
for _ in 0..<150 {
  let loss = crossEntropy(learner(fixedBatch.images), IntTensor(fixedBatch.labels))
  optimizer.zeroGrad()
  loss.backward()
  optimizer.step()
  batchLosses.append(loss.item)
}
let learnedByHeart = noGrad { learner.eval()(fixedBatch.images) }.argmax(dim: 1).scalars
show("Right of the 64 after 150 steps", percent: fixedBatch.accuracy(of: learnedByHeart))
show("Loss of the last step", batchLosses[149], decimals: 4)
let heldOutGuesses = noGrad { learner(split.test.images) }.argmax(dim: 1).scalars
show("Right of the held-out digits", percent: split.test.accuracy(of: heldOutGuesses))
figure(
  "one-batch",
  LinePlot(
    "One batch learned by heart", x: "step", y: .logarithmic("cross-entropy (nats)"),
    series: [LineSeries("the same 64 digits", y: batchLosses)],
    references: [.horizontal(at: Tensor(10).log().item, "chance, ln 10")]),
  caption: "The loss falls from chance to nearly 0: model, gradients and optimizer work together.")

/*:
The batch is learned by heart. So nothing in model, loss, gradients and optimizer is so broken that it keeps the model
from learning; smaller faults can still be there. Other digits are another matter: 64 examples are too few, as the
accuracy on held-out digits shows.

### The training

Now with all 1,437 digits. They are shuffled and dealt out in batches of 64, which makes 22 steps; what is left over is
left out. 22 steps are one **epoch**: the model has seen (nearly) each digit once. 20 epochs are 440 steps.

The learning rate follows a **schedule**. It rises for 60 steps (**warm-up**): AdamW's means come from few gradients at
first, and full steps in a direction that is not yet well known can do harm. Then it falls along a cosine to zero, so
that the last steps are small. The paper warms up, too (Dosovitskiy et al. 2021, table 3).

The function has arguments for all that later sections change: the model's sizes, the seed, the schedule, the forward
pass.
*/
/// Trains a new model.
///
/// - Parameters:
///   - heldOut: digits on which loss and accuracy are measured every 20 steps.
///   - steps: where to stop; the schedule is that of `stepCount` steps.
///   - prepare: changes the new model before its first step.
///   - forward: from model and images to scores.
func train(
  _ sizes: VisionTransformer.Configuration, on digits: Digits, checkedOn heldOut: Digits? = nil,
  seed: Int = lesson.seed, steps: Int = stepCount, warmupSteps: Int = 60,
  prepare: (VisionTransformer) -> Void = { _ in },
  forward: @escaping (VisionTransformer, Tensor) -> Tensor = { model, images in model(images) }
) -> TrainingRun {
  manualSeed(seed)
  let model = VisionTransformer(sizes)
  prepare(model)
  let optimizer = AdamW(model.parameters(), learningRate: 5e-3)
  let schedule = WarmupCosine(peak: 5e-3, warmupSteps: warmupSteps, totalSteps: stepCount)
  let bar = progress("training, seed \(seed)", total: steps)
  var run = TrainingRun(model: model, forward: forward)
  for batch in digits.shuffledBatches(of: 64, count: steps) {
    if let heldOut, run.losses.count % 20 == 0 { run.check(heldOut) }
    optimizer.learningRate = schedule.learningRate(at: run.losses.count)
    let loss = crossEntropy(forward(model, batch.images), IntTensor(batch.labels))
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    run.losses.append(loss.item)
    bar.advance()
  }
  if let heldOut { run.check(heldOut) }
  bar.finish()
  model.eval()
  return run
}
let run = train(Ablation.none.configuration, on: split.training, checkedOn: split.test)
show("Model", "ViT, \(Format.integer(run.model.parameterCount)) parameters")
for step in [0, 59, 109, 219, 439] { show("Loss at step \(step + 1)", run.losses[step], decimals: 4) }
show("Accuracy on what it learned from", percent: run.accuracy(on: split.training))
show("Accuracy on held-out digits", percent: run.accuracy(on: split.test))
// A check comes between two steps. Beside it stands the mean training loss of the 20 steps before.
let parting = run.checks.dropFirst().first { check in
  Double(check.loss) > 2 * mean(run.losses[check.step - 20..<check.step].map(Double.init))
}
show("Step from which the held-out loss is twice the training loss", parting.map { Format.integer($0.step) } ?? "none")
show("Held-out loss, lowest", run.checks.map(\.loss).min() ?? 0, decimals: 4)
show("Held-out loss, last", run.checks.last?.loss ?? 0, decimals: 4)

/*:
When does it learn, and when does it learn by heart? The figure shows the loss of training and that of the held-out
digits, and beside it the held-out accuracy. The axis of the losses is logarithmic: each mark is ten times the one
below.

{{figure training}}

For most of the warm-up both losses stay near chance. Then they fall together, and later they part. The step at which
the held-out loss is twice the training loss for the first time is printed above. From there on the training loss goes
on falling, and the held-out loss ends near its lowest value. So what the model still learns makes it surer of its own
digits and hardly better on others. This is **overfitting** in its mild form. And this is one seed.
*/
figure(
  "training", trainingCurves(run, classCount: 10),
  caption: "Look for the step at which the two losses part (training: mean of each epoch of 22 steps).")

/*:
### Why does the loss wait at chance?

For most of the warm-up the loss stays near chance. Is the small learning rate to blame? Or the small positions? They
begin with a standard deviation of 0.02 (4.3.1), so the model begins nearly as one without positions, and must first
make them larger. Two changes test the two reasons, each with three seeds: no warm-up, and positions that begin ten
times as large. The table has the first step whose loss is below 2.
*/
// Three seeds, because one is an anecdote. The first of them is the training above.
let seeds = [lesson.seed, lesson.seed + 1, lesson.seed + 2]
let unchanged = [run] + seeds.dropFirst().map { train(Ablation.none.configuration, on: split.training, seed: $0) }
let withoutWarmup = seeds.map {
  train(Ablation.none.configuration, on: split.training, seed: $0, steps: 100, warmupSteps: 1)
}
let largerPositions = seeds.map {
  train(
    Ablation.none.configuration, on: split.training, seed: $0, steps: 100,
    prepare: { model in model.posEmbed.assign(model.posEmbed.detached() * 10) })
}
func firstStepRow(_ name: String, _ runs: [TrainingRun]) -> [Cell] {
  [.text(name)] + runs.map { $0.firstStep(below: 2).map { Cell.integer($0) } ?? .text("later") }
}
table(
  ["first step with a loss below 2"] + seeds.map { "seed \($0)" },
  [
    firstStepRow("as above", unchanged), firstStepRow("without warm-up", withoutWarmup),
    firstStepRow("positions ten times as large at first", largerPositions),
  ])

/*:
Compare each column with the first row. Larger positions shorten the wait for every seed. Leaving out the warm-up has no
clear direction: the change differs in size and sign from seed to seed. So the small positions are one of the reasons,
and the warm-up alone does not explain the wait. With three seeds no more can be said.

### How it is used

At use there is no label and no loss. Switch to evaluation mode, compute the logits, take the class of the highest one.
Softmax turns the logits into probabilities, but changes no order. Here the first held-out digits, and below them those
that are misread, with the probability that the model gives to its wrong answer.
*/
let probabilities = run.scores(split.test.images).softmax(dim: 1)  // [360, 10]
let (topProbabilities, guesses) = probabilities.max(dim: 1)
table(
  ["held-out digit", "is", "top class", "probability", "second class", "its probability"],
  (0..<5).map { index in
    let (values, classes) = probabilities[index].topK(2)
    return [
      .integer(index), .integer(split.test.labels[index]), .integer(classes.scalars[0]),
      .fixed(values.scalars[0], decimals: 4), .integer(classes.scalars[1]), .fixed(values.scalars[1], decimals: 4),
    ]
  })
show("Mean probability of the top class", percent: topProbabilities.mean().item)
let mistakes = (0..<split.test.count).filter { guesses.scalars[$0] != split.test.labels[$0] }
show("Misread digits", mistakes.count, note: "of \(split.test.count)")
note(
  """
  On average the model gives its answer a probability of \(Format.percent(topProbabilities.mean().item)), and it is \
  right in \(Format.percent(run.accuracy(on: split.test))) of the digits. If the two numbers are close, its probabilities \
  can be taken at their word on average (they are called calibrated). A mean says nothing of a single digit: the \
  highest probability of a wrong answer is \(Format.percent(mistakes.map { topProbabilities[$0].item }.max() ?? 0)).
  """)
if !mistakes.isEmpty {
  figure(
    "misread",
    mistakePictures(
      split.test, mistakes.prefix(10).map { ($0, guesses.scalars[$0], topProbabilities[$0].item) }),
    caption: "What each digit is, what the model reads, and with which probability: it can be sure and wrong.")
}

/*:
## 4.7 Is that good? Ask a simple baseline

A number needs a neighbor. A **baseline** is a simple method on the same task. The *nearest centroid* compares a digit
with the mean picture of each class. *Logistic regression* is a single linear layer on the 64 pixels, followed by
softmax and trained with cross-entropy. It is used with a *penalty* on large weights (*regularization*), so that no
single pixel decides. Here a pixel is a number from 0 (white) to 1 (black). One row has the penalty that the library
scikit-learn uses by default, the other a 256th of it.

The second column is harder and more honest. There the held-out digits were mostly written by **other people** than
those the models learned from. The digits are stored writer after writer, and the last 360 are held out. 13 people wrote
1,797 digits, about 138 each, so these are the digits of about two people and a part of those of a third, whose other
digits are among the training digits. So few people can be unusual. Both columns use three seeds of training on one
split.
*/
section("4.7 Is that good? Ask a simple baseline")
let writers = digits.writerSplit
show("Other writers: digits to learn from, held out", [writers.training.count, writers.test.count])
let (same, other) = (baselines(split), baselines(writers))
let vitSame = unchanged.map { $0.accuracy(on: split.test) }
let vitOther = seeds.map {
  train(Ablation.none.configuration, on: writers.training, seed: $0).accuracy(on: writers.test)
}
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
  caption: "Look at the rings, one for each seed, and at how far the last three bars' ends are apart.")
/// How far the largest and the smallest of some numbers are apart.
func spread(_ values: [Double]) -> Double { values.reduce(0, max) - values.reduce(1, min) }
show("ViT, best seed minus worst, same writers, points", 100 * spread(vitSame), decimals: 2)
show("ViT, best seed minus worst, other writers, points", 100 * spread(vitOther), decimals: 2)
show("One digit of 360, points", 100 / Double(split.test.count), decimals: 2)
let lead = mean(vitOther) - max(other[1], other[2])
show("Other writers: ViT minus the best linear model, points", 100 * lead, decimals: 2)
note(
  """
  A point is a hundredth of the held-out digits. The seeds differ by up to \(Format.fixed(100 * spread(vitSame), decimals: 2)) \
  points with the same writers and by up to \(Format.fixed(100 * spread(vitOther), decimals: 2)) with other ones, so a \
  difference of a point or two between two methods says little. The learning rate and the number of steps were chosen \
  among a few by a look at held-out digits, which favors the ViT a little. For digits of other writers its mean is \
  \(Format.fixed(100 * abs(lead), decimals: 2)) points \(lead < 0 ? "below" : "above") that of the better linear model. \
  One reason offered for so little or no lead: it must learn even from \
  \(Format.integer(split.training.count)) examples that neighboring pixels belong together, which a convolution is \
  built for. Lesson 10 tests that.
  """)

/*:
## 4.8 Taking parts away

An **ablation** is the same training with one part changed. What does the model lose without it? Three seeds for each
row, the same three for all. Read a row as different only if *all* its seeds lie on the same side of *all* seeds of the
unchanged model. If nothing is different, this still happens by chance in one comparison of ten: six numbers can be
divided into three and three in 20 ways, and in two of these the threes lie apart (exercise 5). This counts the six
numbers as independent. Ours are not quite: all rows share their seeds and are compared with the same three runs. So
take it as a rough guide: of seven rows one may look different by chance, and a small distance is no proof.

One more caution: the learning rate was chosen for the unchanged model, by a look at held-out digits (4.7). Another rate
might suit a changed model better. The rows:

- *no-positions*: nothing is added to the tokens.
- *mean-pooling*: the head reads the mean of the patch tokens, not [CLS].
- *pre-norm*: the norms stand before the parts, as in the paper.
- *one-head*: attention with one head of width 32, not four of width 8.
- *patch-4*: four patches of 4 × 4 pixels, not sixteen of 2 × 2. It has as many parameters as before by accident: the
  filters are larger (384 weights more), and there are twelve positions fewer (12 · 32 = 384 numbers).
- *no-shortcut* and *no-norm*: the layer without its additions, or without its norms, from the functions of 4.3.
*/
section("4.8 Taking parts away")
func noShortcutLayer(_ x: Tensor, _ p: Parameters, _ name: String, heads: Int) -> Tensor {
  let mixed = norm(attention(x, p, "\(name).self_attn", heads: heads).output, p, "\(name).norm1")
  return norm(feedForward(mixed, p, name), p, "\(name).norm2")
}
func noNormLayer(_ x: Tensor, _ p: Parameters, _ name: String, heads: Int) -> Tensor {
  let mixed = x + attention(x, p, "\(name).self_attn", heads: heads).output
  return mixed + feedForward(mixed, p, name)
}
/// Our own forward pass with another layer, as an argument of `train`.
func ownForward(_ layer: @escaping EncoderLayer) -> (VisionTransformer, Tensor) -> Tensor {
  { model, images in
    scores(of: model.tokens(images), Parameters(model), model.configuration, layer: layer)
  }
}

/*:
All trainings of this section; those of the unchanged model are there already.
*/
struct Variant {
  let name: String
  /// `nil` for a forward pass of our own.
  let ablation: Ablation?
  let runs: [TrainingRun]
  let usedParameters: Int
  /// On held-out digits, one for each run.
  let accuracies: [Double]
  init(name: String, ablation: Ablation?, runs: [TrainingRun], usedParameters: Int) {
    (self.name, self.ablation, self.runs, self.usedParameters) = (name, ablation, runs, usedParameters)
    accuracies = runs.map { $0.accuracy(on: split.test) }
  }
}
var variants = Ablation.allCases.map { part in
  let runs = part == .none ? unchanged : seeds.map { train(part.configuration, on: split.training, seed: $0) }
  return Variant(
    name: part == .none ? "as in 4.6" : part.rawValue, ablation: part, runs: runs,
    usedParameters: part.usedParameterCount(of: runs[0].model))
}
let ownLayers: [(name: String, layer: EncoderLayer, unused: String)] = [
  ("no-shortcut", { noShortcutLayer($0, $1, $2, heads: $3) }, "none"),
  ("no-norm", { noNormLayer($0, $1, $2, heads: $3) }, "norm"),
]
for (name, layer, unused) in ownLayers {
  let runs = seeds.map {
    train(Ablation.none.configuration, on: split.training, seed: $0, forward: ownForward(layer))
  }
  let idle = runs[0].model.namedParameters().filter { $0.name.contains(".\(unused)") }
  variants.append(
    Variant(
      name: name, ablation: nil, runs: runs,
      usedParameters: runs[0].model.parameterCount - idle.reduce(0) { $0 + $1.parameter.count }))
}

/*:
The loss is the mean of the last epoch, over the seeds. "Learned from" is the mean accuracy on the training digits.

{{figure parts}}
*/
let reference = variants[0].accuracies
func verdict(_ accuracies: [Double]) -> String {
  if accuracies.allSatisfy({ one in reference.allSatisfy { one > $0 } }) { return "all above" }
  if accuracies.allSatisfy({ one in reference.allSatisfy { one < $0 } }) { return "all below" }
  return "overlap"
}
func variantRow(_ variant: Variant) -> [Cell] {
  let accuracies = variant.accuracies
  let learned = mean(variant.runs.map { $0.accuracy(on: split.training) })
  var row: [Cell] = [
    .text(variant.name), .integer(variant.usedParameters),
    .fixed(mean(variant.runs.map { $0.epochLosses[19] }), decimals: 4), .percent(learned, decimals: 1),
  ]
  row += accuracies.map { Cell.percent($0, decimals: 1) }
  row.append(.percent(mean(accuracies)))
  row.append(.text(variant.name == "as in 4.6" ? "" : verdict(accuracies)))
  return row
}
table(
  ["model", "parameters", "loss", "learned from"] + seeds.map { "seed \($0)" } + ["held out, mean", "seeds"],
  variants.map(variantRow))
figure(
  "parts", variantBars(variants.map { ($0.name, $0.accuracies) }),
  caption: "A ring is a seed. Which bars have all their rings left of all rings of the first bar?")

/*:
The last column says which rows differ by the rule above: *all above*, *all below*, or *overlap*, which means that three
seeds show no difference. An overlap does not show that there is none.

What explains the rows?

- **Positions** matter: without them all seeds are far below. The next part of this section asks why so many digits are
  read all the same.
- **[CLS] or mean?** The paper found no difference in the end, if each has its own learning rate (Dosovitskiy et al.
  2021, appendix D.3). Ours have one rate for both: the seeds overlap.
- **Pre-norm or post-norm?** With two layers both learn. Deep post-norm models are harder to train and need the warm-up
  more (Xiong et al. 2020); two layers are not deep.
- **One head** has as many parameters and as much work as four. Yet it fits its training digits less well (means of
  three seeds), and all its held-out accuracies are lower. A guess at why: with several heads a token can take several
  mixtures of the other tokens at once. Another possible reason is a learning rate that suits one head less.
- **Larger patches** do well on these digits. A guess: a patch of half the height and width of a digit holds a piece of
  a stroke, and four positions are soon learned.
- **Without shortcuts** even two layers train badly, and the seeds differ widely. **Without norms** the loss ends
  higher, and the held-out accuracies overlap: with two layers three seeds show no harm. Twelve layers are another
  matter, which we did not try.

The curves show when the rows part.
*/
figure(
  "variants",
  LinePlot(
    "Training loss with one part changed", x: "step", y: .logarithmic("cross-entropy (nats)"),
    series: variants.filter { ["as in 4.6", "no-positions", "one-head", "no-shortcut", "no-norm"].contains($0.name) }
      .map { LineSeries($0.name, x: epochEnds, runs: $0.runs.map(\.epochLosses)) },
    references: [.horizontal(at: Tensor(10).log().item, "chance, ln 10")]),
  caption: "Which curves lie above the unchanged one, and with how wide a band (three seeds, means of epochs)?")

/*:
### What a bag of patches still knows

Without positions the model sees a *bag* of patches: which there are, and not where. The figure shows on the photo of
4.1 what is lost.
*/
let bag = withGenerator(Generator(seed: 0)) { IntTensor.randperm(tiles.count).scalars }.map { tiles[$0] }
figure(
  "bag", Image.grid([tiles, bag].map { Image.grid($0, columns: 14, gap: 1) }, columns: 2, gap: 12),
  caption: "Without positions both pictures are the same to a transformer: the same patches, in another order.",
  alternative: "Left the cat's 196 patches in their places, right the same patches in random order: no cat to be seen.")

/*:
Is it really the same to it? Shuffle the patches of each held-out digit, and ask the trained models again. The model
with positions should fail, the other one should answer exactly as before.
*/
/// Digits `[B, 1, 8, 8]` whose sixteen patches stand in another order, a new one for each digit.
func withShuffledPatches(_ images: Tensor) -> Tensor {
  let count = images.shape[0]
  let rows = images.unfold(kernel: (2, 2), stride: (2, 2))  // [B, 16, 4]
  let shuffled = Tensor.stack((0..<count).map { rows[$0].indexSelect(IntTensor.randperm(16).scalars) })
  return shuffled.reshape(count, 4, 4, 2, 2)  // rows of patches, patches, lines, pixels
    .permute(0, 1, 3, 2, 4).reshape(count, 1, 8, 8)
}
let shuffledDigits = withGenerator(Generator(seed: 0)) { withShuffledPatches(split.test.images) }
let noPositions = variants.first { $0.ablation == .noPositions }?.runs ?? []
func accuracyShuffled(_ run: TrainingRun) -> Double {
  split.test.accuracy(of: run.scores(shuffledDigits).argmax(dim: 1).scalars)
}
table(
  ["held-out accuracy, mean of three seeds", "digits", "patches shuffled"],
  [("with positions", unchanged), ("no positions", noPositions)].map { name, runs in
    [
      .text(name), .percent(mean(runs.map { $0.accuracy(on: split.test) })),
      .percent(mean(runs.map(accuracyShuffled))),
    ]
  })
let scoresInPlace = noPositions.map { $0.scores(split.test.images) }
let scoresShuffled = noPositions.map { $0.scores(shuffledDigits) }
show(
  "No positions: largest change of a score",
  zip(scoresInPlace, scoresShuffled).map(largestDifference).reduce(0, max), decimals: 5)

/*:
So the model without positions reads many digits from the bag alone. How can that be? Perhaps the bag says more than one
thinks: a 1 has many patches with a straight vertical edge, a 0 has many corners and few full patches. We can test it
with a method that has no places at all. Sort the patches into kinds by the ink of their four pixels, *none*, *some* or
*much*, which makes $3^4 = 81$ kinds; count the kinds in each digit; and give only the counts to logistic regression.
*/
/// How many of a digit's sixteen patches are of each kind: 81 counts a digit.
func kindCounts(_ digits: Digits) -> [Float] {
  (0..<digits.count).flatMap { index in
    let ink = (0..<64).map { Int(digits.levels[64 * index + $0]) }  // 0 to 16
    var counts = [Float](repeating: 0, count: 81)
    for corner in (0..<64) where corner % 2 == 0 && corner / 8 % 2 == 0 {  // the patches' first pixels
      var kind = 0
      for pixel in [0, 1, 8, 9] {
        let level = ink[corner + pixel]
        kind = 3 * kind + (level < 5 ? 0 : level < 11 ? 1 : 2)
      }
      counts[kind] += 1
    }
    return counts
  }
}
func meanInk(_ digits: Digits) -> [Float] {
  (0..<digits.count).map { digits.inputs[64 * $0..<64 * ($0 + 1)].reduce(0, +) / 64 }
}
func accuracyOfRegression(on features: (Digits) -> [Float]) -> Double {
  let model = LogisticRegression(
    features: features(split.training), labels: split.training.labels, classCount: 10)
  return split.test.accuracy(of: model.predict(features(split.test)))
}
table(
  ["what is known of a digit", "held-out accuracy"],
  [
    ["nothing (chance)", .percent(0.1)],
    ["logistic regression on the mean ink", .percent(accuracyOfRegression(on: meanInk))],
    ["logistic regression on counts of patch kinds", .percent(accuracyOfRegression(on: kindCounts))],
    ["ViT without positions", .percent(mean(noPositions.map { $0.accuracy(on: split.test) }))],
    ["ViT with positions", .percent(mean(vitSame))],
  ])

/*:
A model without positions sees the bag and nothing else, so all that it reads, it reads from the bag. Counts of 81 kinds
are less than the bag, and they already read more than half of the digits: most of what that ViT reads. The ink alone
does not. A guess at the ViT's lead over the counts: it learns better kinds than our 81, and which kinds occur together.
It may not even be trained to the end, since it misreads many of its own training digits (column *learned from*). So how
much of the distance to the last row needs places, and how much needs more training, is open.

How far does this carry? In the paper leaving out the positions does less harm: without them ViT-B/16 has 61.4 % on
ImageNet, photographs of 1,000 kinds of things, with them 64.2 % (Dosovitskiy et al. 2021, appendix D.4, table 8). There
the trained model is kept as it is, and a linear classifier on its outputs sees five labeled photos of each class. One
reason may be the patch: 16 × 16 pixels of a photo can show an eye, and 2 × 2 pixels of a digit cannot. That is a guess.

## 4.9 What it learned

**Positions** (figure *positions*): a small map for each place shows how similar (cosine) its learned position is to all
others. In the paper's figure 7 (Dosovitskiy et al. 2021) a map is bright around its own place, so that the grid of
patches can be seen. That model was trained on millions of photographs first (*pre-training*; a further, shorter
training for the task at hand is *fine-tuning*). Here no grid can be seen: sixteen places can be told apart without
neighbors being similar. The two numbers of positions, printed below the next cell, compare neighbors (side by side, or
one above the other) with any two.

**Filters** (figure *filters*): what the patch embedding learned to measure. In the paper's figure 7 the filters are
smooth waves. Here most filters can still be recognized after training: it changed the random filters, but made no waves
of them, and the larger ones still look like noise. A guess: the model learned mostly in its other parts, and it can do
so because 32 random filters of a patch of 4 or 16 pixels keep all that is in the patch.
*/
section("4.9 What it learned")
let chosen = variants.first { $0.ablation == lesson.options.ablation } ?? variants[0]
let model = chosen.runs[0].model
let side = 8 / model.configuration.patchSize
show("Looking into", "\(chosen.name), seed \(lesson.seed)")
let trained = [model] + variants.filter { $0.ablation == .patch4 && chosen.ablation != .patch4 }.map(\.runs[0].model)
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
let places = model.posEmbed[0][1..<side * side + 1].detached().l2Normalized()  // [N, D], without [CLS]
let similarity = places.matmul(places.T)  // [N, N]
var neighbors: [Double] = []
var anyTwo: [Double] = []
for first in 0..<side * side {
  for second in 0..<first {
    let cosine = Double(similarity[first][second].item)
    anyTwo.append(cosine)
    if second == first - side || second == first - 1 && first % side != 0 { neighbors.append(cosine) }
  }
}
show("Similarity of neighboring positions, mean", mean(neighbors), decimals: 2)
show("Similarity of any two positions, mean", mean(anyTwo), decimals: 2)
let maps = (0..<side * side).map {
  Image.heatMap(similarity[$0].scalars, columns: side, rows: side, range: -1...1, cell: 12)
}
figure(
  "positions", Image.grid(maps, columns: side, gap: 4), caption: "Similarity of each position to all others.",
  alternative: "Sixteen small maps in four rows, each with one bright square at its own place and no pattern around it."
)

/*:
**Attention** (figure *attention*, second row): the weights of [CLS] in the last layer, mean of the heads, laid over ten
digits. The number below says how much of its weight [CLS] keeps for itself; nearly all goes to the patches, which is
what it is for. **Rollout** (third row; Abnar and Zuidema 2020) follows attention through all layers back to the pixels.
It is the product of $(A + I) / 2$ over the layers, with $A$ the mean attention of a layer's heads, and $I$, the
identity, for the shortcut around it. Rollout is only drawn here; the test below is about the second row. With
`--ablation no-positions` or `mean-pooling` these figures show a part that the model does not use.
*/
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
Such maps are often shown as an *explanation* of an answer. Are they one? If [CLS] attends most to the patches that
decide, then blanking these patches should harm more than blanking others. So blank a quarter of each held-out digit's
patches (no ink): those with the least attention, random ones, those with the most, and, for comparison, those with the
most ink.
*/
let quarter = side * side / 4
let attentionOfAll = AttentionRecorder(model, split.test.images)
let toPatches = attentionOfAll.weights[attentionOfAll.weights.count - 1].mean(dim: 1)
  .select(0, dim: 1).slice(1..<side * side + 1, dim: 1)  // [360, N]
let patchSize = model.configuration.patchSize
let inkOfPatches = split.test.images.unfold(kernel: (patchSize, patchSize), stride: (patchSize, patchSize)).sum(dim: 2)
/// Held-out accuracy after blanking the quarter of the patches with the highest numbers in `rank`, `[360, N]`.
func accuracyBlanking(highest rank: Tensor) -> Double {
  var pixels = split.test.images.scalars
  for index in 0..<split.test.count {
    for patch in rank[index].topK(quarter).indices.scalars {
      for pixel in 0..<patchSize * patchSize {
        let (row, column) = (
          patch / side * patchSize + pixel / patchSize, patch % side * patchSize + pixel % patchSize
        )
        pixels[64 * index + 8 * row + column] = 0
      }
    }
  }
  let blanked = Tensor(pixels, shape: split.test.images.shape)
  return split.test.accuracy(of: chosen.runs[0].scores(blanked).argmax(dim: 1).scalars)
}
let random = withGenerator(Generator(seed: 0)) { Tensor.rand([split.test.count, side * side]) }
let unblanked = chosen.runs[0].accuracy(on: split.test)
table(
  ["blanked quarter of the patches", "held-out accuracy", "points lost"],
  [
    ("none", unblanked), ("least attention of [CLS]", accuracyBlanking(highest: -toPatches)),
    ("random", accuracyBlanking(highest: random)), ("most attention of [CLS]", accuracyBlanking(highest: toPatches)),
    ("most ink", accuracyBlanking(highest: inkOfPatches)),
  ].map { name, accuracy in
    [.text(name), .percent(accuracy), .fixed(100 * (unblanked - accuracy), decimals: 2)]
  })

/*:
Two things speak for the map: blanking what [CLS] attends to most harms more than blanking random patches, and these
harm more than what it attends to least. Two things speak against it. The main one: even the *least* attended quarter
takes away a large part of the accuracy (last column). So a patch with little attention is not a patch without effect. A
guess at why: the map is that of [CLS] in the last layer, and the other tokens have read this patch in the layer before.
And the simple rule "most ink" finds patches that harm still more. (It has an advantage: blanking means taking ink
away.)

So take such a map as a hint where to look. For a claim about causes change the input, as here, and compare with a
simple rule. This is one seed.

**With your own photo.** A ViT that was trained on photographs runs here, too. It is given by the name of a directory, or
by its name on the hub, from which its files are fetched once (350 MB).

```
swift run Lesson04_ViT --model google/vit-base-patch16-224 --image dog.jpg --figures figures
```

It prints the five likeliest of its thousand classes, with logits and probabilities, and draws the rollout of its twelve
layers over your photo. Without `--image` it looks at the course's photograph of a cat.

## 4.10 What the notebook leaves unsaid

The docstring of its class says: "This follows the original ViT paper architecture." Does it?

| part | the paper (Dosovitskiy et al. 2021) | the notebook |
|---|---|---|
| patches, linear projection, [CLS], learned positions | yes (section 3.1) | the same |
| 12 layers, width 768, 12 heads, MLP with GELU, 86 million parameters | ViT-Base (table 1) | the same |
| norms | before each part: pre-norm (equations 2 and 3) | after each part: post-norm, PyTorch's default |
| last norm | needed, as a pre-norm layer does not normalize its output (equation 4) | a norm of what has just been normalized; it changes nothing as long as scale and shift are 1 and 0 |
| first weights of the layers | each layer its own | `nn.TransformerEncoder` **copies** one layer |
| head | at pre-training with a hidden layer, at fine-tuning one linear layer (section 3.1) | one linear layer |

So the claim holds for the parts and their sizes, and fails for the order of the norms. The last three rows are smaller
differences. The order is mended by one argument, `norm_first=True`. Besides, the notebook's test cell runs with dropout
on and without a seed (4.3), and its model is never trained, so its scores mean nothing. Two of the points can be seen
in the numbers:
*/
section("4.10 What the notebook leaves unsaid")
let starts = vit.transformer.layers.map { $0.parameters()[0].scalars }
show("Layers with the same weights at the start", starts.filter { $0 == starts[0] }.count, note: "of \(starts.count)")
let normalizedTwice = noGrad { vit.norm(classToken) }
show("What the last norm changes at the start, at most", largestDifference(normalizedTwice, classToken), significant: 1)

/*:
## 4.11 Pictures of another size

A ViT that was trained at one size often meets pictures of another: larger ones show more. What does the model need for
that? The projection and the layers work for any number of tokens. Only the positions are counted: one for each of the
old places. The paper interpolates them (Dosovitskiy et al. 2021, section 3.2): lay the learned vectors out as a grid,
enlarge this grid like a picture (*bilinear*: each new vector is a mean of the old ones around it), keep the vector of
[CLS], and train on for a short while (**fine-tuning**).

We try it with digits enlarged to 16 × 16 pixels. Patches stay 2 × 2, so there are 64 of them, and 4 × 4 positions
become 8 × 8. For comparison the same model gets new random positions. Expected: worse than before without fine-tuning,
for the patches look otherwise, too; but better than random.
*/
section("4.11 Pictures of another size")
/// Positions `[1, N + 1, D]` for another number of patches in a row.
func resizedPositions(_ positions: Tensor, from old: Int, to new: Int) -> Tensor {
  let width = positions.shape[2]
  let grid = positions.slice(1..<old * old + 1, dim: 1)  // without [CLS]
    .reshape(1, old, old, width).permute(0, 3, 1, 2)  // as an image of D channels
    .interpolate(size: (new, new), mode: .bilinear(alignCorners: false))
  let rows = grid.permute(0, 2, 3, 1).reshape(1, new * new, width)
  return .cat([positions.slice(0..<1, dim: 1), rows], dim: 1)
}
func enlarged(_ images: Tensor) -> Tensor {
  images.interpolate(size: (16, 16), mode: .bilinear(alignCorners: false))
}
/// Held-out accuracies on enlarged digits: at once, and after each of two epochs of fine-tuning.
func accuraciesEnlarged(_ run: TrainingRun, seed: Int, interpolating: Bool) -> [Double] {
  manualSeed(seed)
  var sizes = run.model.configuration
  sizes.imageSize = 16
  let model = VisionTransformer(sizes)
  for (new, old) in zip(model.namedParameters(), run.model.namedParameters()) where new.name != "pos_embed" {
    new.parameter.assign(old.parameter)
  }
  if interpolating { model.posEmbed.assign(resizedPositions(run.model.posEmbed.detached(), from: 4, to: 8)) }
  func accuracy() -> Double {
    split.test.accuracy(of: noGrad { model(enlarged(split.test.images)) }.argmax(dim: 1).scalars)
  }
  var accuracies = [accuracy()]
  let optimizer = AdamW(model.parameters(), learningRate: 1e-3)
  for (step, batch) in split.training.shuffledBatches(of: 64, count: 44).enumerated() {
    let loss = crossEntropy(model(enlarged(batch.images)), IntTensor(batch.labels))
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    if (step + 1) % 22 == 0 { accuracies.append(accuracy()) }
  }
  return accuracies
}
func enlargedRow(_ name: String, interpolating: Bool) -> [Cell] {
  let runs = zip(unchanged, seeds).map { accuraciesEnlarged($0, seed: $1, interpolating: interpolating) }
  return [.text(name)] + (0..<3).map { epoch in Cell.percent(mean(runs.map { $0[epoch] }), decimals: 1) }
}
show("Positions of 4 × 4 patches", run.model.posEmbed.shape)
show("Positions of 8 × 8 patches", resizedPositions(run.model.posEmbed.detached(), from: 4, to: 8).shape)
table(
  ["16 × 16 digits, mean of three seeds", "at once", "1 epoch", "2 epochs"],
  [
    enlargedRow("interpolated positions", interpolating: true),
    enlargedRow("new random positions", interpolating: false),
  ])

/*:
Interpolated positions are far better at once, and after two epochs the model is most of the way back to its accuracy on
small digits (4.7). With new positions it has to learn the places again. This works although neighboring positions are
not similar (4.9). A guess at why, which we did not test: a new vector is a mean of up to four old ones, and is more
similar to these than to the others. So the layers can read "between these".

## 4.12 What the paper found

The paper writes the model in four equations (Dosovitskiy et al. 2021, equations 1 to 4), with $E$ the projection, MSA
the attention with several heads, LN the norm, MLP the feed-forward part, and $z_L^0$ the [CLS] token after the last
layer:

$$ z_0 = [x_\mathrm{class}; \; x_p^1 E; \; x_p^2 E; \; \dots; \; x_p^N E] + E_\mathrm{pos} $$

$$ z'_\ell = \mathrm{MSA}(\mathrm{LN}(z_{\ell-1})) + z_{\ell-1}, \qquad z_\ell = \mathrm{MLP}(\mathrm{LN}(z'_\ell)) + z'_\ell, \qquad y = \mathrm{LN}(z_L^0) $$

You know each term: the first line is `tokens`, the second `preNormLayer` and the last norm of `scores(of:)`.

What it claims, in short:

- **Data decides** (Dosovitskiy et al. 2021, figure 3 and table 2). Pre-trained on ImageNet alone (1.3 million photos),
  large ViTs are *behind* ResNets, the convolutional networks of the time. With ImageNet-21k (14 million) they are about
  level. With JFT-300M (303 million photos, not public) they are ahead: ViT-H/14 reaches 88.55 % on ImageNet.
- **Why?** A convolution knows from the start that neighbors belong together and that a thing is the same wherever it
  stands. This is an *inductive bias*. A ViT has nearly none: only cutting into patches and interpolating positions use
  the plane (Dosovitskiy et al. 2021, sections 3.1 and 3.2). It has to learn the rest, and needs data for it. With
  enough data the missing bias did no harm in the paper: its large models came out ahead.
- **Work.** For the same accuracy ViTs needed two to four times less computing at pre-training than the ResNets
  (Dosovitskiy et al. 2021, figure 5).

Our result on 1,437 digits fits the first claim: on other writers' digits the ViT is about level with a linear layer
(4.7). But it proves nothing about the claim: the data are tiny, the model, too, and no ResNet took part. Lesson 10
compares with a small convolutional network.

What came after, and what you could try next: *data augmentation*, which means training on changed copies of the
pictures (shifted, cropped, recolored), and a *teacher*, a trained network whose answers the model learns to imitate,
let ViTs learn from ImageNet alone (DeiT, Touvron et al. 2021); attention within windows, with windows of growing reach
(Swin, Liu et al. 2021); pre-training by filling in masked patches (MAE, He et al. 2022). In this lesson: small random
shifts of the digits as augmentation; `dropout: 0.1` in `Ablation.swift`; 300 digits to learn from, with
`split.training.subset(0..<300)`; positions from sines instead of learned ones. Lesson 05 puts such an encoder beside
one for text.

## 4.13 Exercises

{{exercises}}

## 4.14 Quiz

{{quiz quiz.md}}

## 4.15 Words of this lesson

- **Vision Transformer (ViT)**: a transformer whose tokens are patches of an image.
- **patch**: a small square of an image, which becomes one token.
- **token**: one vector of the sequence that a transformer works on; here a patch or [CLS].
- **patch embedding**: cutting an image into patches and projecting each to a token with one linear map for all.
- **convolution**: a window that slides over the image and multiplies what is in it with filters; the stride is how far
  it moves.
- **filter**: the weights that measure one property of what is in the window.
- **[CLS] token**: an extra, learned token in front, which collects from the patches what the head reads.
- **mean pooling**: the mean of all patch tokens as the vector of the image, in place of [CLS].
- **positional embedding**: a learned vector for each place, added to the token there.
- **attention weights**: for each query the shares, which sum to 1, that it takes of the keys' values.
- **head (of attention)**: one of several attentions beside each other, each with its part of the width.
- **head (of a model)**: the last linear layer, from the image's vector to one score for each class.
- **encoder layer**: attention and a feed-forward part, each with a shortcut and a norm.
- **feed-forward part (MLP)**: two linear layers with a bent function between, for each token by itself.
- **shortcut**: the addition of a part's input to its output, also called residual connection.
- **LayerNorm**: brings each token's numbers to mean 0 and variance 1, then scales and shifts them.
- **pre-norm**: the norm stands before each part of a layer, as in the paper.
- **post-norm**: the norm stands after each addition, as in the notebook.
- **logits**: the scores of the classes before softmax.
- **cross-entropy**: the negative logarithm of the probability that the model gives the right class.
- **chance level**: the loss or accuracy of even guessing.
- **batch**: the examples of one step.
- **epoch**: the steps in which every example is seen once.
- **learning rate**: how far a step of training moves the parameters.
- **warm-up**: the first steps, in which the learning rate rises.
- **AdamW**: an optimizer that divides each gradient by its usual size and shrinks the weights a little.
- **overfitting**: the training loss falls further while the loss on held-out examples does not.
- **training mode, evaluation mode**: with dropout, and without it.
- **held out**: kept away from training, to measure with.
- **baseline**: a simple method on the same task, to compare with.
- **logistic regression**: one linear layer and softmax, trained with cross-entropy.
- **ablation**: the same training with one part left out or changed.
- **attention rollout**: the product of the layers' attention, which follows it back to the patches.
- **fine-tuning**: training a trained model a little further, on other data or at another size.
- **inductive bias**: what a model takes for granted before it has seen data.
*/
