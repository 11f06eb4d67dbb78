/*:
# 3. What is Multimodal Learning?

A picture and a sentence can mean the same thing, yet their numbers have nothing in common. This lesson says what is
done about that: where in a model the two can meet, and how they get vectors that can be compared. Then it trains a very
small example, six pictures and six captions in one space, and takes it apart.

You need from Lesson 02: linear layer, softmax, cross-entropy, chance level, attention.
*/
import Images
import Layers
import Models
import Notebook
import Plots
import Tensors

let lesson = Lesson(3, "What is Multimodal Learning?")

/*:
## 3.1 Definition
Multimodal learning combines several kinds of data into representations that are richer than what each kind gives alone.
A kind of data is called a *modality*: pictures, text, sound. The module draws it so:
*/
section("3.1 Definition")
verbatim(
  """
  ┌─────────────────────────────────────────────────────────┐
  │                     Multimodal AI                       │
  ├─────────────────────────────────────────────────────────┤
  │                                                         │
  │   [Image]  ──┐                                          │
  │              ├──→  [Joint Embedding]  ──→  [Output]     │
  │   [Text]   ──┘         Space                            │
  │                                                         │
  └─────────────────────────────────────────────────────────┘
  """)

/*:
A *joint embedding space* is a space of vectors in which a picture and a text that mean the same lie close together.

## 3.2 Four places to meet
Architectures differ in where the two arrows of the drawing meet. This is called *fusion*. The module's four models give
four answers:
*/
section("3.2 Four places to meet")
table(
  ["fusion", "image and text meet", "model", "good for", "lesson"],
  [
    ["late fusion", "at the end, as two vectors", "CLIP", "search: each vector is computed once and kept", "05, 06"],
    ["early fusion", "from the first layer on", "ViLT", "questions about a detail of one picture", "08"],
    ["cross-attention", "in every layer that writes", "ViT-GPT2", "captions: each word attends to the picture", "07"],
    [
      "a bridge", "in a small part between two finished models", "BLIP-2", "using a large language model as it is",
      "09",
    ],
  ])

/*:
With the attention of Lesson 02 each answer is one line. A picture is here 16 tokens (its patches, Lesson 04) and a text
5 tokens, all of width 32. The layers are untrained, because only shapes matter now:
*/
let attention = MultiheadAttention(embedDim: 32, headCount: 4).eval()
let (patches, tokens) = (Tensor.randn([1, 16, 32]), Tensor.randn([1, 5, 32]))
let learnedQueries = Tensor.randn([1, 4, 32])

let pictureVector = attention(patches).mean(dim: 1).l2Normalized()  // [1, 32], computed without the text
let textVector = attention(tokens).mean(dim: 1).l2Normalized()  // [1, 32], computed without the picture
let late = pictureVector.matmul(textVector.T)  // [1, 1]
let early = attention(Tensor.cat([patches, tokens], dim: 1))  // all attend to all
let crossed = attention(tokens, memory: patches)  // the text attends to the picture
let summary = attention(learnedQueries, memory: patches)  // four queries attend to the picture
let bridged = Tensor.cat([summary, tokens], dim: 1)  // what a language model then reads
table(
  ["fusion", "queries", "keys", "result"],
  [
    ["late fusion", "16 and 5, apart", "16 and 5, apart", .shape(late.shape)],
    ["early fusion", "16 + 5", "16 + 5", .shape(early.shape)],
    ["cross-attention", "5", "16", .shape(crossed.shape)],
    ["a bridge", "4 learned ones", "16", .shape(bridged.shape)],
  ])

/*:
Late fusion gives one number, the similarity. The others give tokens, with which a model can go on. What is the
difference in practice? Change one word of the text. With early fusion, what the model makes of the *picture* changes,
too, so it can depend on what is asked. With late fusion it cannot: the line of `pictureVector` has no text in it.
*/
let otherText = Tensor.cat([tokens.slice(0..<4, dim: 1), Tensor.randn([1, 1, 32])], dim: 1)
let otherEarly = attention(Tensor.cat([patches, otherText], dim: 1))
show(
  "Early: the patches' results change with the text",
  early.slice(0..<16, dim: 1).scalars != otherEarly.slice(0..<16, dim: 1).scalars)

/*:
That is also the strength of late fusion. To compare each of 1,000 pictures with each of 1,000 texts, it encodes every
picture and every text once. Early fusion needs a pass of the whole model for each pair:
*/
table(
  ["1,000 pictures with 1,000 texts", "passes of a model"],
  [["late fusion", .integer(1000 + 1000)], ["early fusion", .integer(1000 * 1000)]])

/*:
## 3.3 Imports and the device
The notebook's first cell installs and imports. Here nothing is installed: the libraries are folders in `Sources`.

| Python | Swift | what is in it |
|---|---|---|
| `import torch` | `import Tensors` | tensors, gradients, random numbers |
| `import torch.nn as nn` | `import Layers` | layers, losses, optimizers |
| `import torch.nn.functional as F` | `import Tensors`, `import Layers` | functions of one tensor are its methods: `x.softmax(dim: 1)`; losses are in `Layers` |
| `import math` | – | `squareRoot()`, `.pi`; a tensor has `exp()`, `log()` |
| `from PIL import Image` | `import Images` | reading, resizing, drawing pictures |
| `import requests`, `from io import BytesIO` | `import Datasets` | the pictures lie in the package, so there is nothing to download |
| `import torchvision` | `import Datasets`, `import Images` | digits, drawn scenes, photographs |
| `import timm` | `import Models` | the course's Vision Transformer and small CLIP |
| `import transformers` | `import Pretrained`, `import Tokenizers`, `import Checkpoints` | published models, tokenizers, weight files |

The notebook then asks whether there is a graphics card: `'cuda' if torch.cuda.is_available() else 'cpu'`. This course
does not ask. Its models are small enough for a processor, and on a processor every sum can have one fixed order, so
that you, your instructor and the expected output agree in every byte.
*/
section("3.3 Imports and the device")
show("Device", "cpu", note: "no graphics card needed, none used")

/*:
## 3.4 Five applications
The module names five and builds three of them. The course runs all five: text-to-image and document understanding have
a lesson each, after the module's own twelve. The last column says where.
*/
section("3.4 Five applications")
table(
  ["task", "input", "output", "in this course"],
  [
    ["Image Captioning", "image", "text description", "Lesson 07; with BLIP-2, Lesson 09"],
    ["Visual QA", "image + question", "answer", "Lesson 08; with BLIP-2, Lesson 09"],
    [
      "Text-to-Image", "text prompt", "generated image",
      "Lesson 13; answered by search, 3.9 here",
    ],
    ["Image-Text Matching", "image + text", "similarity score", "3.9 here, Lessons 05 and 06; trained as a task, 09"],
    ["Document Understanding", "document image", "structured data", "Lesson 14; one handwritten digit, 04 and 06"],
  ])

/*:
Many models that generate pictures read their prompt with a text encoder like CLIP's, as that of Lesson 13 does. Some
models that read documents are built like the captioner of Lesson 07, with larger pictures and much longer texts, as that
of Lesson 14.

## 3.5 Unit vectors and their cosine
To compare a picture with a text, turn both into vectors of one space and take the cosine of the angle between them:
$$\cos(a, b) = \frac{a \cdot b}{\lVert a \rVert \, \lVert b \rVert}, \qquad \lVert a \rVert = \sqrt{a \cdot a}$$
$\lVert a \rVert$ is the vector's length. A vector divided by its length is a *unit vector*: same direction, length 1.
The *cosine similarity* is the dot product of two unit vectors. It is 1 for the same direction, 0 for a right angle and
-1 for opposite directions. In the space of many dimensions it is the same formula.
*/
section("3.5 Unit vectors and their cosine")
func unit(_ a: Tensor) -> Tensor { a / (a * a).sum().sqrt() }
func cosine(_ a: Tensor, _ b: Tensor) -> Float { (unit(a) * unit(b)).sum().item }
let (north, east) = (Tensor([3, 4]), Tensor([4, -3]))
show("Length of [3, 4]", (north * north).sum().sqrt().item, decimals: 1)
show("As a unit vector", unit(north), decimals: 1)
show("Cosine with [4, -3], a right angle", cosine(north, east), decimals: 1)
let (some, other) = (Tensor.randn([8]), Tensor.randn([8]))
let byLibrary = (some.l2Normalized() * other.l2Normalized()).sum().item
show("Equal to the library's l2Normalized", abs(cosine(some, other) - byLibrary) < 1e-6)

/*:
Why not the dot product itself? Because a long vector can have the largest dot product although it points elsewhere.
Below, the second vector points elsewhere than the query but is long, and the dot product prefers it. The cosine
compares directions alone.
*/
let query = Tensor([1, 0])
let candidates = Tensor([[0.9, 0.1], [3, 4], [-2, 0]])
table(
  ["candidate", "dot product", "cosine"],
  ["nearly the same direction, short", "other direction, long", "opposite"].enumerated().map { row, name in
    [
      .text(name), .fixed((candidates[row] * query).sum().item, decimals: 2),
      .fixed(cosine(candidates[row], query), decimals: 2),
    ]
  })
figure(
  "vectors",
  arrowPlot(
    "Three candidates for one query", query: query, candidates: candidates, names: ["short", "long", ""]),
  caption: "The dot product is the way along the query's direction; the cosine depends on the angle alone.")

/*:
## 3.6 Six pictures, six captions
A joint embedding needs nothing big to be seen. Here are six drawings of 8 × 8 pixels and their captions: three colors
times two shapes.
*/
section("3.6 Six pictures, six captions")
let colors: [(name: String, color: Color)] = [("red", .red), ("green", .green), ("blue", .blue)]
func square(_ color: Color) -> Image {
  var image = Image(width: 8, height: 8)
  image.fill(Rectangle(x: 2, y: 2, width: 4, height: 4), color: color)
  return image
}
func cross(_ color: Color) -> Image {
  var image = Image(width: 8, height: 8)
  image.fill(Rectangle(x: 3, y: 1, width: 2, height: 6), color: color)
  image.fill(Rectangle(x: 1, y: 3, width: 6, height: 2), color: color)
  return image
}
let captions = colors.flatMap { ["a \($0.name) square", "a \($0.name) cross"] }
let drawings = colors.flatMap { [square($0.color), cross($0.color)] }
figure(
  "pictures", Image.grid(drawings.map { $0.enlarged(by: 12) }, columns: 6, gap: 6, labels: captions),
  caption: "The six pairs, enlarged twelve times.",
  alternative: "A red, a green and a blue square and cross of few pixels on white, each with its caption below.")

/*:
A picture's features are its ink: 1 minus each sample, so that white paper is zero. A caption's features say which words
of a vocabulary of six are in it. The two kinds of vectors have nothing in common, not even their length.
*/
let vocabulary = ["a", "red", "green", "blue", "square", "cross"]
func wordFeatures(_ text: String) -> Tensor {
  let ids = text.split(separator: " ").compactMap { vocabulary.firstIndex(of: String($0)) }
  return Tensor.oneHot(ids, classes: vocabulary.count).sum(dim: 0)
}
let ink = Tensor.stack(drawings.map { 1 - $0.tensor().flatten() })  // [6, 192]
let words = Tensor.stack(captions.map(wordFeatures))  // [6, 6]
show("Picture features", ink.shape, note: "8 × 8 pixels × 3 colors each")
show("Caption features", words.shape, note: "one for each word of the vocabulary")
show("\"\(captions[3])\"", words[3].scalars, decimals: 0, note: vocabulary.joined(separator: ", "))

/*:
## 3.7 The contrastive loss in small steps
Training is to bring each picture and its own caption together, and push other pairs apart. A batch holds $N$ pairs. All
pictures are compared with all captions: that gives a matrix $S$ of $N \times N$ similarities, in which the matching
pairs stand on the diagonal. Nothing else is needed; no one has to list the wrong pairs, since every other caption of
the batch is one. Take three pairs, with similarities chosen by hand:
*/
section("3.7 The contrastive loss in small steps")
let similarities = Tensor([[4, 1, 0], [2, 3, 0], [0, 2, 1]])  // row: picture, column: caption
let toTexts = similarities.softmax(dim: 1)  // each row sums to 1: which caption belongs to this picture?
let toPictures = similarities.softmax(dim: 0)  // each column sums to 1: which picture belongs to this caption?
figure(
  "loss-steps", lossSteps(similarities, toTexts, toPictures),
  caption:
    "Left the similarities. In the middle each row, right each column became probabilities; the diagonal should be 1.")

/*:
Each row is a question with three answers, and its loss is the cross-entropy (Lesson 02): minus the logarithm of the
probability on the diagonal. Each column is a question as well.
*/
func diagonal(_ matrix: Tensor) -> [Float] { (0..<matrix.shape[0]).map { matrix[$0][$0].item } }
let rowLosses = diagonal(toTexts).map { -Tensor($0).log().item }
let columnLosses = diagonal(toPictures).map { -Tensor($0).log().item }
table(
  ["pair", "p of its caption", "-ln p", "p of its picture", "-ln p"],
  (0..<3).map { i in
    [.integer(i + 1)]
      + [diagonal(toTexts)[i], rowLosses[i], diagonal(toPictures)[i], columnLosses[i]].map { .fixed($0, decimals: 3) }
  })
let (imageToText, textToImage) = (rowLosses.reduce(0, +) / 3, columnLosses.reduce(0, +) / 3)
show("Image to text, the mean of the rows", imageToText, decimals: 4)
show("Text to image, the mean of the columns", textToImage, decimals: 4)
show("Contrastive loss, their mean", (imageToText + textToImage) / 2, decimals: 4)
show("Equal to the library's clipLoss", abs((imageToText + textToImage) / 2 - clipLoss(similarities).item) < 1e-6)

/*:
The third picture prefers the second caption, so the loss of its row is the largest. The third caption finds its picture
all the same: rows and columns are different questions. As one formula, with $\mathcal{L}$ for the loss:
$$\mathcal{L} = -\frac{1}{2N} \sum_i \Bigl( \log \frac{e^{S_{ii}}}{\sum_j e^{S_{ij}}} + \log \frac{e^{S_{ii}}}{\sum_j e^{S_{ji}}} \Bigr),
\qquad S_{ij} = s \cdot \cos(\text{picture}_i, \text{text}_j)$$
The similarities are cosines times a factor $s$. Papers write $s = 1 / \tau$ and call $\tau$ the *temperature*. The loss
is also known as InfoNCE (van den Oord et al. 2018); CLIP (Radford et al. 2021) takes both directions, as here, starts
at $\tau = 0.07$, and learns $\ln s$ together with the model. The library's loss is these steps:

{{quote clipLoss}}

Why the factor? Take eight pairs in 16 dimensions, and compare three cases. *Strangers*: texts and pictures are random
unit vectors. *Twins*: each text has its picture's vector. *All alike*: one vector for everything. What loss do you
expect in each, for small and for large $s$?
*/
let randomPictures = Tensor.randn([8, 16]).l2Normalized()
let cases = [
  ("strangers", Tensor.randn([8, 16]).l2Normalized(), randomPictures), ("twins", randomPictures, randomPictures),
  ("all alike", Tensor.ones([8, 16]).l2Normalized(), Tensor.ones([8, 16]).l2Normalized()),
]
let initialScale: Float = 1 / 0.07
table(
  ["eight pairs", "s = 1", "s = 1 / 0.07", "s = 100"],
  cases.map { name, texts, pictures in
    [.text(name)] + [1, initialScale, 100].map { .fixed(clipLoss($0 * pictures.matmul(texts.T)).item, decimals: 3) }
  })
show("Chance, ln 8", Tensor(8).log().item, decimals: 3)

/*:
- *Twins* have the loss 0 only if $s$ is large. With $s = 1$ a perfect pair has the cosine 1 and a wrong one about 0,
  and softmax of 1 and 0 is far from certain.
- *Strangers* with a large $s$ are far above chance. Their cosines are small accidents; multiplied by $s$ they become
  firm opinions, and most of these are wrong.
- *All alike* is exactly chance for every $s$, since all rows are even. A model that gives every input nearly the same
  vector begins there.

## 3.8 Learning a joint space
Each kind of data gets one linear map into a space of 8 dimensions: pictures from 192 numbers, captions from 6. In place
of the two linear maps Lesson 05 will have two transformers; everything else stays as it is here.

| | in | out |
|---|---|---|
| picture map | ink, `[6, 192]` | unit vectors, `[6, 8]` |
| text map | words, `[6, 6]` | unit vectors, `[6, 8]` |
| similarities | both | cosines, `[6, 6]` |

The maps have no bias; 3.10 shows what that does.
*/
section("3.8 Learning a joint space")
struct JointSpace {
  let image: Linear
  let text: Linear
  let logScale: Tensor  // ln s

  init(scale: Float, pictureWidth: Int = 192, bias: Bool = false) {
    image = Linear(pictureWidth, 8, bias: bias)
    text = Linear(6, 8, bias: bias)
    logScale = Tensor(scale).log().requiringGrad()
  }

  /// Unit vectors of pictures and of texts, `[N, 8]` each.
  func vectors(_ ink: Tensor, _ words: Tensor) -> (pictures: Tensor, texts: Tensor) {
    (image(ink).l2Normalized(), text(words).l2Normalized())
  }

  /// Cosines of all pictures (rows) with all texts (columns).
  func cosines(_ ink: Tensor, _ words: Tensor) -> Tensor {
    let (pictures, texts) = vectors(ink, words)
    return pictures.matmul(texts.T)
  }

  /// Trains on matching pairs; returns the loss before each step.
  func train(_ ink: Tensor, _ words: Tensor, steps: Int, learnsScale: Bool = true) -> [Float] {
    let maps = image.parameters() + text.parameters()
    let optimizer = AdamW(maps + (learnsScale ? [logScale] : []), learningRate: 0.02)
    return (0..<steps).map { _ in
      let loss = clipLoss(logScale.exp() * cosines(ink, words))
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
      return loss.item
    }
  }
}

/*:
The loop is the one of Lesson 02. The batch is all six pairs, so one step is one epoch.
*/
let space = JointSpace(scale: initialScale)
let before = noGrad { space.cosines(ink, words) }
let start = noGrad { space.vectors(ink, words) }
let losses = space.train(ink, words, steps: 61)
let after = noGrad { space.cosines(ink, words) }
let end = noGrad { space.vectors(ink, words) }
table(["step", "loss"], stride(from: 0, to: 61, by: 10).map { [.integer($0), .fixed(losses[$0], decimals: 3)] })
show("Chance", Tensor(6).log().item, decimals: 3, note: "ln 6: every caption equally likely")
figure(
  "loss",
  LinePlot(
    "Loss of the joint space", x: "step", y: .logarithmic("contrastive loss (nats)"),
    series: [LineSeries("training", y: losses)],
    references: [.horizontal(at: Tensor(6).log().item, "chance, ln 6")], height: 300),
  caption:
    "The loss begins above chance and falls to a small part of it; each mark of the axis is a tenth of the one above.")

/*:
At first the pairs are strangers, and $s$ is large: so the loss is above $\ln 6$, as in 3.7. What did the steps do to
the angles?
*/
figure(
  "similarities",
  Panels(
    "Cosines",
    [cosineMap("before training", before, names: captions), cosineMap("after training", after, names: captions)],
    panelWidth: 540),
  caption: "Look for the red diagonal: after training the cosine of each pair is the largest of its row and column.")

/*:
Off the diagonal the map is not even: pairs that share a color or a shape are redder than pairs that share nothing.
Section 3.12 counts that.

Where are the twelve vectors? They have eight numbers each, too many for a page. The figure shows two: their parts along
the two directions in which all twelve together vary most (*principal components*), found anew before and after
training.
*/
figure(
  "plane",
  Panels(
    "Twelve vectors, seen along two directions",
    [
      ScatterPlot.principalPlane(
        "before training", ("pictures", start.pictures), ("captions", start.texts), labels: captions, range: -1.2...1.2),
      ScatterPlot.principalPlane(
        "after training", ("pictures", end.pictures), ("captions", end.texts), labels: captions, range: -1.2...1.2),
    ]),
  caption: "A line joins a picture and its caption: look how long the lines are.")
func meanDistance(_ vectors: (pictures: Tensor, texts: Tensor)) -> Float {
  let difference = vectors.pictures - vectors.texts
  return (difference * difference).sum(dim: 1).sqrt().mean().item
}
show("Mean distance of a picture and its caption before", meanDistance(start), decimals: 2)
show("Mean distance of a picture and its caption after", meanDistance(end), decimals: 2)

/*:
## 3.9 Retrieval, both ways
To *retrieve* is to find the best match in a list. The nearest caption of a picture describes it; the nearest picture of
a caption illustrates it. *Recall@1* is the share of queries for which the nearest one is the right one; *recall@k*
counts those whose right one is among the $k$ nearest. The right ones stand on the diagonal.
*/
section("3.9 Retrieval, both ways")
func recall(_ matrix: Tensor, dim: Int) -> Double {
  let nearest = matrix.argmax(dim: dim).scalars
  return Double(nearest.enumerated().count { $0.offset == $0.element }) / Double(nearest.count)
}
let recalls: [[Cell]] = [("before", before), ("after", after)].map { name, matrix in
  [.text(name), .percent(recall(matrix, dim: 1)), .percent(recall(matrix, dim: 0))]
}
let chance = Cell.percent(1.0 / 6)
table(["recall@1", "image to text", "text to image"], recalls + [["chance", chance, chance]])

/*:
These six pairs are the training data, so the second row only says that they were learned.

No caption was the single word "red". But the text map is linear, so a text's vector is the sum of its words' vectors
(brought to length 1), and any prompt over the vocabulary has a place in the space, with pictures near to it. This is
search by text:
*/
for prompt in ["red", "cross", "green square"] {
  let cosines = noGrad { space.cosines(ink, wordFeatures(prompt).unsqueeze(0)) }.flatten()
  let best = cosines.topK(2)
  let answer = zip(best.indices.scalars, best.values.scalars).map { index, cosine in
    "picture of \(captions[index]) (\(Format.fixed(cosine, decimals: 2)))"
  }
  show("\"\(prompt)\"", answer.joined(separator: ", "))
}

/*:
The sharper question: does it find a *pair* that it never saw? Leave each pair out in turn, learn from the other five,
then look for the sixth among all. What the model knows of a "blue cross" then comes from blue squares and red crosses.
We do this three times, each time with other initial weights.
*/
func foundUnseen() -> (captions: Int, pictures: Int) {
  var found = (captions: 0, pictures: 0)
  for left in 0..<6 {
    let seen = (0..<6).filter { $0 != left }
    let other = JointSpace(scale: initialScale)
    _ = other.train(ink.indexSelect(seen), words.indexSelect(seen), steps: 61)
    let cosines = noGrad { other.cosines(ink, words) }
    if cosines.argmax(dim: 1).scalars[left] == left { found.captions += 1 }
    if cosines.argmax(dim: 0).scalars[left] == left { found.pictures += 1 }
  }
  return found
}
let unseen = (1...3).map { _ in foundUnseen() }
table(
  ["pairs never seen", "caption found, of 6", "picture found, of 6"],
  unseen.enumerated().map { run, found in
    [.text("start \(run + 1)"), .integer(found.captions), .integer(found.pictures)]
  } + [["chance", 1, 1]])
note(
  """
  Of 18 unseen pairs, \(unseen.reduce(0) { $0 + $1.captions }) captions and \(unseen.reduce(0) { $0 + $1.pictures }) \
  pictures were found; chance is 3 of 18.
  """)

/*:
More are found than by chance, in both directions. So the maps learned something about colors and shapes, and not only
six pairs. Pictures are found more often than captions; why is open here. Five training pairs are very few: Lesson 05
asks the same question with thousands of drawn scenes.

## 3.10 Why normalize, and where that ends
Print the first picture with half the ink. Its vector is half as long, and so is every dot product. The cosine should
stay the same, because halving a vector does not turn it. It should even stay the same to the bit, since halving a
binary number only changes its exponent.

That argument needs a map *without bias*: only then is the vector of half the ink half the vector. So the same space is
trained a second time with a bias in both maps.
*/
section("3.10 Why normalize, and where that ends")
let biased = JointSpace(scale: initialScale, bias: true)
_ = biased.train(ink, words, steps: 61)
let (full, pale, ownCaption) = (ink[0..<1], ink[0..<1] * 0.5, words[0..<1])
func comparison(_ name: String, _ space: JointSpace, _ picture: Tensor) -> [Cell] {
  let product = noGrad { space.image(picture).matmul(space.text(ownCaption).T).item }
  return [
    .text(name), .fixed(product, decimals: 4), .fixed(noGrad { space.cosines(picture, ownCaption).item }, decimals: 4),
  ]
}
table(
  ["a red square", "dot product", "cosine"],
  [
    comparison("no bias, full ink", space, full), comparison("no bias, half the ink", space, pale),
    comparison("bias, full ink", biased, full), comparison("bias, half the ink", biased, pale),
  ])
func isSame(_ space: JointSpace) -> Bool {
  noGrad { space.cosines(full, ownCaption).item == space.cosines(pale, ownCaption).item }
}
show("No bias: the cosines are equal to the bit", isSame(space))
show("With a bias: the cosines are equal to the bit", isSame(biased))

/*:
With a bias the cosine moves. So normalizing removes the length of the *vector*, and not the contrast of the *picture*
in general. In the transformers of the later lessons, biases and positions are added everywhere; there contrast can
change a similarity. What normalizing always gives is a bounded scale: all cosines lie between -1 and 1, so $s$ alone
decides how sharp the softmax is.

## 3.11 Temperature
Between two cosines lies at most 2, so with $s = 1$ no caption can be more than $e^2$ times as likely as another. The
factor $s$ spreads the cosines. Here are the probabilities of the six captions for the first picture, always from the
same cosines:
*/
section("3.11 Temperature")
let learned = space.logScale.exp().item
table(
  ["s", "τ"] + (1...6).map { "text \($0)" },
  [1, learned, 100].map { (scale: Float) -> [Cell] in
    let shares = (after[0] * scale).softmax(dim: 0).scalars.map { Cell.fixed($0, decimals: 3) }
    return [.fixed(scale, decimals: 2), .fixed(1 / scale, decimals: 3)] + shares
  })
let firstShares = after[0].softmax(dim: 0)
note(
  """
  With s = 1 the likeliest caption has \(Format.fixed(firstShares.max().item / firstShares.min().item, decimals: 1)) times \
  the probability of the least likely one. With the learned s the first caption has \
  \(Format.percent((after[0] * learned).softmax(dim: 0)[0].item, decimals: 1)).
  """)

/*:
The figure asks the same for every $s$ between 1/10 and 200. At the left all captions are equally likely; at the right
the first has everything. In between, a caption whose cosine is above the mean first gains and then loses.
*/
figure(
  "temperature", temperatureCurves(after[0], names: captions, learned: learned),
  caption: "From even to certain by one factor: the same cosines everywhere.")

/*:
The factor does not change which caption comes first. It changes the loss, and so what is learned: with a large $s$ a
pair has nearly no loss as soon as it leads by a little; with a small $s$ every pair keeps a loss, and training goes on
changing all angles.

## 3.12 The least loss with s = 1
With $s$ held at 1 the loss cannot become small, however good the angles are. How small can it be? The best would be six
pairs with the cosine 1 and all other cosines as low as possible. But six unit vectors cannot all be opposite to each
other: the square of their sum is $6 + 30 c$, where $c$ is the mean of the 30 other cosines, and a square is at least 0.
So $c \geq -1/5$, and the least loss is $\ln(1 + 5 e^{-6/5})$. Vectors that reach it form a *simplex*, the triangle's
relative with six corners; it needs 5 dimensions.

The space has 8. Does training get there? And if not, why? The captions share words: "red square" + "blue cross" is the
same sum of words as "red cross" + "blue square". So the six captions span only 4 dimensions, and a linear map keeps it
so. If this is the reason, free vectors (a parameter for each of the 12) reach the least loss in 8 and in 5 dimensions,
but not in 4; and maps reach it, too, if each caption has a word of its own.
*/
section("3.12 The least loss with s = 1")
func lossOfFreeVectors(dimensions: Int) -> Float {
  let (pictures, texts) = (
    Tensor.randn([6, dimensions]).requiringGrad(), Tensor.randn([6, dimensions]).requiringGrad()
  )
  let optimizer = AdamW([pictures, texts], learningRate: 0.05, weightDecay: 0)
  var last: Float = 0
  for _ in 0..<300 {
    let loss = clipLoss(pictures.l2Normalized().matmul(texts.l2Normalized().T))
    last = loss.item
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
  }
  return last
}
let blunt = JointSpace(scale: 1)
let bluntLosses = blunt.train(ink, words, steps: 301, learnsScale: false)
let ownWordsLosses = JointSpace(scale: 1).train(ink, Tensor.eye(6), steps: 301, learnsScale: false)
let freePictures = JointSpace(scale: 1, pictureWidth: 6)  // a row of its own for each picture
let freePicturesLosses = freePictures.train(Tensor.eye(6), words, steps: 301, learnsScale: false)
let floor = (5 * (Tensor(-1.2).exp()) + 1).log().item
show("Sums of the words are equal", (words[0] + words[5]).scalars == (words[1] + words[4]).scalars)
table(
  ["after 300 steps with s = 1", "loss"],
  [8, 5, 4, 2].map { ["free vectors, \($0) dimensions", .fixed(lossOfFreeVectors(dimensions: $0), decimals: 4)] } + [
    ["maps into 8 dimensions, captions as they are", .fixed(bluntLosses[300], decimals: 4)],
    ["maps into 8 dimensions, a word for each caption", .fixed(ownWordsLosses[300], decimals: 4)],
    ["free pictures, a map of the captions as they are", .fixed(freePicturesLosses[300], decimals: 4)],
    ["the least possible, ln(1 + 5 e^(-6/5))", .fixed(floor, decimals: 4)],
  ])
figure(
  "blunt",
  LinePlot(
    "Loss with s = 1 and with a learned s", x: "step", y: Axis("contrastive loss (nats)", including: 0),
    series: [
      LineSeries("s = 1", y: Array(bluntLosses[...60])), LineSeries("s learned", y: losses),
    ],
    references: [
      .horizontal(at: Tensor(6).log().item, "chance, ln 6"), .horizontal(at: floor, "least for s = 1"),
    ], height: 320),
  caption: "With s = 1 the curve ends above its limit, however long it goes on; with a learned s it goes below.")
/*:
It comes out as expected: the least loss needs 5 dimensions, and the captions with shared words have 4. Four free
dimensions would allow a lower loss than the maps reach. The last row but one shows where the rest comes from: with free
vectors for the pictures the loss is the same, so the captions alone set the limit. Their vectors must not only lie in 4
dimensions; they must be sums of the same words' vectors.

Shared words also leave a trace in the angles. Two things may have in common the color, the shape, or nothing. The mean
cosine of each kind, for the space with the learned $s$ and for the one with $s = 1$, each as the mean of three starts:
*/
func structure(scale: Float, learnsScale: Bool, steps: Int) -> [[Float]] {
  (0..<3).map { _ in
    let space = JointSpace(scale: scale)
    _ = space.train(ink, words, steps: steps, learnsScale: learnsScale)
    let cosines = noGrad { space.cosines(ink, words) }
    // Kind 0: the pair itself; 1: same color; 2: same shape; 3: nothing in common.
    return (0..<4).map { kind in
      let group = (0..<36).filter { cell in
        let (picture, text) = (cell / 6, cell % 6)
        return (picture / 2 == text / 2 ? 0 : 2) + (picture % 2 == text % 2 ? 0 : 1) == kind
      }
      return group.reduce(0) { $0 + cosines[$1 / 6][$1 % 6].item } / Float(group.count)
    }
  }
}
let runs = [
  structure(scale: initialScale, learnsScale: true, steps: 61), structure(scale: 1, learnsScale: false, steps: 301),
]
table(
  ["picture and caption have in common", "pairs", "cosine, learned s", "cosine, s = 1"],
  [("color and shape", 6, 0), ("the color only", 6, 1), ("the shape only", 12, 2), ("nothing", 12, 3)].map {
    name, count, kind in
    [.text(name), .integer(count)]
      + runs.map { starts in .fixed(starts.reduce(0) { $0 + $1[kind] } / 3, decimals: 2) }
  })

/*:
In both spaces the cosine tells how much two things have in common. No one told the maps which words are colors and
which are shapes, nor which pixels show them. With the learned $s$ even the right pairs stay away from 1: once a pair
leads clearly, its loss is nearly 0 and nothing pulls it further.

**What a paper claims, and what this shows.** Radford et al. (2021) claim that this loss, with two large networks and
400 million pairs, gives vectors with which a model recognizes classes that it was not trained for. Six pairs show the
mechanism and nothing about that claim. Lesson 05 trains on drawn scenes, and Lesson 06 tests a trained checkpoint.

## 3.13 Exercises

Each exercise has a file to begin with and a check, which tries properties of your answer on random sizes.

{{exercises}}

Changes to try in the lesson itself, each with a prediction first:

- In 3.8 make the learning rate ten times as large. Do the pairs still find each other?
- In 3.6 add a seventh drawing whose caption repeats one of the six. Two captions are then equal: how small can the loss
  become? (Lesson 05 returns to this.)
- In 3.9 leave out two pairs at a time, of the same color. What is found then, and why?

## 3.14 Quiz

{{quiz quiz.md}}

## 3.15 Words of this lesson

- **modality**: a kind of data, such as pictures, text or sound.
- **joint embedding space**: a space in which a picture and a text that mean the same have vectors close together.
- **fusion**: the place in a model where image and text meet.
- **late fusion**: two encoders that meet only at the end, as two vectors.
- **early fusion**: one transformer that reads the tokens of image and text together.
- **unit vector**: a vector of length 1.
- **cosine similarity**: the dot product of two unit vectors, from -1 to 1.
- **contrastive loss**: the cross-entropy of finding each partner among all of a batch, in both directions.
- **InfoNCE**: another name of the contrastive loss.
- **temperature**: τ, the number that similarities are divided by before the softmax; s = 1/τ is the factor.
- **retrieval**: finding the best match for a query in a list.
- **recall@k**: the share of queries whose right answer is among the k nearest.
- **principal components**: the directions in which a set of vectors varies most.
- **simplex**: as many points as possible at equal distances, such as the corners of a triangle.
*/
