/*:
# 3. What is Multimodal Learning?

A picture and a sentence can mean the same thing, yet their numbers have nothing in common. This lesson says what is done
about that, names the applications, and then puts six pictures and six captions into one space that can be looked at.
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
Multimodal learning combines several kinds of data, called *modalities* (pictures, text, sound), into representations
that are richer than what each kind gives alone. The module draws it so:
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
Architectures differ in where the two arrows meet. The module's models give three answers, and each buys something.
*/
table(
  ["image and text meet", "model", "which is good for", "lesson"],
  [
    ["at the end, as two vectors", "CLIP", "search: every vector is computed once and kept", "05"],
    ["from the first layer on", "ViLT", "questions about a detail of one picture", "08"],
    ["in a small bridge", "BLIP-2", "giving eyes to a finished language model", "09"],
  ])

/*:
## 3.2 The device
The notebook asks whether there is a graphics card: `'cuda' if torch.cuda.is_available() else 'cpu'`. This course never
asks. Its models are small enough for a processor, and on a processor every sum can have one fixed order, so that
you, your instructor and the expected output agree in every byte.
*/
section("3.2 The device")
show("Device", "cpu", note: "no graphics card needed, none used")

/*:
## 3.3 Five applications
Two of the five go beyond the module: no lesson generates pictures, and none reads whole documents. The table says
what comes closest here.
*/
section("3.3 Five applications")
table(
  ["task", "input", "output", "in this course"],
  [
    ["Image Captioning", "image", "text description", "lesson 07"],
    ["Visual QA", "image + question", "answer", "lesson 08"],
    ["Text-to-Image", "text prompt", "generated image", "finding one, not drawing it: 3.7"],
    ["Image-Text Matching", "image + text", "similarity score", "this lesson, 05 and 06"],
    ["Document Understanding", "document image", "structured data", "reading one written digit: lesson 04"],
  ])

/*:
## 3.4 Cosine similarity
To compare a picture with a text, turn both into vectors of one space and look at the angle between them:
$$\cos(a, b) = \frac{a \cdot b}{\lVert a \rVert \, \lVert b \rVert}$$
Why not the dot product itself? Because length wins over direction. Below, the second vector points elsewhere than the
query but is long, and the dot product prefers it. Dividing by the lengths leaves the direction, which is where the
meaning is.
*/
section("3.4 Cosine similarity")
let query = Tensor([1, 0])
let candidates = Tensor([[0.9, 0.1], [3, 4], [-2, 0]])
let products = candidates.matmul(query)
let angles = candidates.l2Normalized().matmul(query.l2Normalized())
table(
  ["candidate", "dot product", "cosine"],
  ["nearly the same direction, short", "other direction, long", "opposite"].enumerated().map { row, name in
    [.text(name), .fixed(products[row].item, decimals: 2), .fixed(angles[row].item, decimals: 2)]
  })
figure(
  "vectors",
  arrowPlot(
    "Three candidates for one query", query: query, candidates: candidates, names: ["short", "long", ""]),
  caption: "The dot product is the way along the query's direction; the cosine looks at the angle alone.")

/*:
## 3.5 Six pictures, six captions
A joint embedding needs nothing big to be seen. Here are six drawings of 8 × 8 pixels and their captions: three colors
times two shapes.
*/
section("3.5 Six pictures, six captions")
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
## 3.6 Learning a joint space
Each kind gets one linear map into a space of 8 dimensions: the smallest CLIP there can be. In a row of the table of
cosines, softmax makes probabilities that say which caption belongs to the picture; the loss is the cross-entropy with
the right one, in rows and in columns:
$$\mathcal{L} = -\frac{1}{2N} \sum_i \Bigl( \log \frac{e^{s \cos_{ii}}}{\sum_j e^{s \cos_{ij}}}
+ \log \frac{e^{s \cos_{ii}}}{\sum_j e^{s \cos_{ji}}} \Bigr)$$
The factor $s = 1 / \tau$ is learned with the maps and starts at $1 / 0.07$, as in CLIP. The library's loss is this
formula:

{{quote clipLoss}}
*/
section("3.6 Learning a joint space")
struct JointSpace {
  let image = Linear(192, 8, bias: false)
  let text = Linear(6, 8, bias: false)
  let logitScale: Tensor

  init(scale: Float) { logitScale = Tensor(scale).log().requiringGrad() }

  /// Unit vectors of pictures and of texts, `[N, 8]` each.
  func vectors(_ ink: Tensor, _ words: Tensor) -> (pictures: Tensor, texts: Tensor) {
    (image(ink).l2Normalized(), text(words).l2Normalized())
  }

  /// Cosines of all pictures (rows) with all texts (columns).
  func similarities(_ ink: Tensor, _ words: Tensor) -> Tensor {
    let (pictures, texts) = vectors(ink, words)
    return pictures.matmul(texts.T)
  }

  /// Trains on matching pairs; returns the loss before each step.
  func train(_ ink: Tensor, _ words: Tensor, steps: Int, learnsScale: Bool = true) -> [Float] {
    let parameters = [image.weight, text.weight] + (learnsScale ? [logitScale] : [])
    let optimizer = AdamW(parameters, learningRate: 0.02)
    return (0..<steps).map { _ in
      let loss = clipLoss(logitScale.exp() * similarities(ink, words))
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
      return loss.item
    }
  }
}

let space = JointSpace(scale: 1 / 0.07)
let before = noGrad { space.similarities(ink, words) }
let start = noGrad { space.vectors(ink, words) }
let losses = space.train(ink, words, steps: 61)
let after = noGrad { space.similarities(ink, words) }
let end = noGrad { space.vectors(ink, words) }
table(["step", "loss"], stride(from: 0, to: 61, by: 10).map { [.integer($0), .fixed(losses[$0], decimals: 3)] })
show("Chance", Tensor(6).log().item, decimals: 3, note: "ln 6: every caption equally likely")
figure(
  "loss",
  LinePlot(
    "Loss of the joint space", x: "step", y: .logarithmic("contrastive loss (nats)"),
    series: [LineSeries("training", y: losses)],
    references: [.horizontal(at: Tensor(6).log().item, "chance, ln 6")], height: 300),
  caption: "The first step brings the loss below chance; each mark of this axis is a tenth of the one above.")

/*:
Before training the loss is not ln 6: a large $s$ turns accidental angles into firm opinions, and these are mostly
wrong. The table and the figure show what the steps did to the angles. A row is a picture, a column a caption.
*/
func cosineTable(_ matrix: Tensor) {
  table(
    ["picture of"] + (1...6).map { "text \($0)" },
    captions.enumerated().map { row, caption in
      [.text("\(row + 1) \(caption)")] + matrix[row].scalars.map { .fixed($0, decimals: 2) }
    })
}
note("Cosines before training:")
cosineTable(before)
note("Cosines after training:")
cosineTable(after)

figure(
  "similarities",
  Panels(
    "Cosines",
    [cosineMap("before training", before, names: captions), cosineMap("after training", after, names: captions)],
    panelWidth: 540),
  caption: "Look for the red diagonal: after training the cosine of each pair is the largest of its row and column.")

/*:
Where are the twelve vectors? They have eight numbers each, too many for a page. The figure *plane* shows two: their
parts along the two directions in which all twelve together vary most (*principal components*), found anew before and
after training. Before, the pictures lie on one side and the captions on the other. After, the caption that is nearest
to each picture is its own, and the six pairs lie apart.
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

/*:
## 3.7 Retrieval, both ways
The nearest caption of a picture describes it; the nearest picture of a caption illustrates it. *Recall@1* is the share
for which the nearest one is the right one.
*/
section("3.7 Retrieval, both ways")
func recall(_ matrix: Tensor, dim: Int) -> Double {
  let hits = matrix.argmax(dim: dim).scalars.enumerated().filter { $0.offset == $0.element }
  return Double(hits.count) / 6
}
let recalls: [[Cell]] = [("before", before), ("after", after)].map { name, matrix in
  [.text(name), .percent(recall(matrix, dim: 1)), .percent(recall(matrix, dim: 0))]
}
let chance = Cell.percent(1.0 / 6)
table(["recall@1", "image to text", "text to image"], recalls + [["chance", chance, chance]])

/*:
No caption was the single word "red". But a text is the sum of its words' vectors, so any prompt over the vocabulary
has a place in the space, and pictures near to it.
*/
for prompt in ["red", "cross", "green square"] {
  let cosines = noGrad { space.similarities(ink, wordFeatures(prompt).unsqueeze(0)) }.flatten()
  let best = cosines.topK(2)
  let answer = zip(best.indices.scalars, best.values.scalars).map { index, cosine in
    "picture of \(captions[index]) (\(Format.fixed(cosine, decimals: 2)))"
  }
  show("\"\(prompt)\"", answer.joined(separator: ", "))
}

/*:
The sharper question: does it find a *pair* that it never saw? Leave each pair out in turn, learn from the other five,
then look for the sixth among all. What it knows of a "blue cross" then comes from blue squares and red crosses. Five
pairs are few, and another seed gives other counts; Lesson 05 asks again with thousands of drawn scenes.
*/
let neverSeen = (0..<6).map { left in
  let seen = (0..<6).filter { $0 != left }
  let other = JointSpace(scale: 1 / 0.07)
  _ = other.train(ink.indexSelect(seen), words.indexSelect(seen), steps: 61)
  return noGrad { other.similarities(ink, words) }
}
let captioned = neverSeen.enumerated().filter { $0.element.argmax(dim: 1).scalars[$0.offset] == $0.offset }.count
let illustrated = neverSeen.enumerated().filter { $0.element.argmax(dim: 0).scalars[$0.offset] == $0.offset }.count
show("Never seen, image to text", "\(captioned) of 6", note: "chance: 1 of 6")
show("Never seen, text to image", "\(illustrated) of 6", note: "chance: 1 of 6")

/*:
## 3.8 Why normalize
Print the first picture with half the ink. Its vector is half as long, and so is every dot product; the cosines do not
move by a single bit, since halving a binary number only changes its exponent. Contrast should not decide what a picture
shows, and with cosines it cannot.
*/
section("3.8 Why normalize")
let pale = ink[0..<1] * 0.5
let caption = noGrad { space.text(words[0..<1]) }
let dots = noGrad { [ink[0..<1], pale].map { space.image($0).matmul(caption.T).item } }
let cosines = noGrad { [ink[0..<1], pale].map { space.similarities($0, words[0..<1]).item } }
table(
  ["\(captions[0])", "dot product", "cosine"],
  ["full ink", "half the ink"].enumerated().map { row, name in
    [.text(name), .fixed(dots[row], decimals: 3), .fixed(cosines[row], decimals: 3)]
  })
show("Cosines equal to the bit", cosines[0] == cosines[1])

/*:
## 3.9 Temperature
Cosines lie between -1 and 1, and softmax of numbers so close together is almost even. The factor $s$ spreads them.
Here are the probabilities of the six captions for the first picture, by the same cosines:
*/
section("3.9 Temperature")
let learned = space.logitScale.exp().item
table(
  ["s", "τ"] + (1...6).map { "text \($0)" },
  [1, learned, 100].map { (scale: Float) -> [Cell] in
    let shares = (after[0] * scale).softmax(dim: 0).scalars.map { Cell.fixed($0, decimals: 3) }
    return [.fixed(scale, decimals: 2), .fixed(1 / scale, decimals: 3)] + shares
  })

/*:
The figure asks the same for every $s$ between 0.1 and 200. At the left all captions are equally likely; at the right
the first has everything. In between, another caption whose cosine is above the mean first gains and then loses.
*/
figure(
  "temperature", temperatureCurves(after[0], names: captions, learned: learned),
  caption: "From even to certain by one factor: the same cosines everywhere.")

/*:
With $s$ held at 1 the loss cannot become small however good the angles: six unit vectors repel each other at best to
cosines of $-1/5$, which leaves $\ln(1 + 5 e^{-6/5})$. Training comes near and stops above it, since captions that
share a word cannot part entirely.
*/
let blunt = JointSpace(scale: 1)
let bluntLosses = blunt.train(ink, words, steps: 201, learnsScale: false)
let floor = (5 * (Tensor(-1.2).exp()) + 1).log().item
show("Loss with s = 1 after 200 steps", bluntLosses[200], decimals: 3)
show("The least possible with s = 1", floor, decimals: 3)
figure(
  "blunt",
  LinePlot(
    "Loss with s = 1 and with a learned s", x: "step", y: Axis("contrastive loss (nats)", including: 0),
    series: [LineSeries("s = 1", y: bluntLosses), LineSeries("s learned", y: losses)],
    references: [
      .horizontal(at: Tensor(6).log().item, "chance, ln 6"), .horizontal(at: floor, "least for s = 1"),
    ], height: 320),
  caption: "With s = 1 the curve ends above its limit, however long it goes on.")
let structure = noGrad { blunt.similarities(ink, words) }[0].scalars
show("Cosine, same color and shape", structure[0], decimals: 2)
show("Cosine, same color only", structure[1], decimals: 2)
show("Cosine, same shape only", structure[2], decimals: 2)
show("Cosine, nothing in common", structure[3], decimals: 2)

/*:
With $s = 1$ no pair ever becomes certain, so training goes on changing every angle, and in the end the angle between two
things tells how much they have in common. Nobody told the maps which words are colors and which are shapes, nor which
pixels show them. Lesson 05 keeps the loss and replaces the two linear maps by transformers.

**Try:** another `--seed`; a learning rate ten times as high; a seventh pair whose caption repeats one of the six.
*/
