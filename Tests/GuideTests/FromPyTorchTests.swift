import Checkpoints
import Foundation
import Images
import Layers
import Models
import Pretrained
import Tensors
import TestSupport
import Testing
import Tokenizers
import Training

/// The Swift of `docs/from-pytorch.md`: every block and every call of its tables stands here word for word, and what a
/// block prints is what the comments on the page say (`GuidePageTests` compares the words).
@Suite struct FromPyTorchTests: GuideCode {
  let page: GuidePage
  let printed = Printed()

  init() throws { page = try GuidePage("docs/from-pytorch.md") }

  @Test func tensors() throws {
    try section("Tensors") {
      let x = Tensor([[1, 2, 3], [4, 5, 6]])
      print(x.shape, x.rank, x.count)  // [2, 3] 2 6
      print(x[1][2].item)  // 6.0
      print(x.mean(dim: 0).scalars)  // [2.5, 3.5, 4.5]
      print((x - x.mean(dim: 1, keepDims: true)).scalars)  // [-1.0, 0.0, 1.0, -1.0, 0.0, 1.0]
      print(x.matmul(x.T).scalars)  // [14.0, 32.0, 32.0, 77.0]
    }
  }

  @Test func randomNumbers() throws {
    try section("Random numbers") {
      manualSeed(0)
      print(Tensor.randn([3]).scalars)  // [1.5409961, -0.2934289, -2.1787894]
      print(Tensor.rand([2]).scalars)  // [0.45562798, 0.6323063]
      print(IntTensor.randint(0..<10, [4]).scalars)  // [1, 6, 6, 9]
      print(IntTensor.randperm(5).scalars)  // [3, 1, 2, 0, 4]

      manualSeed(0)
      let layer = Linear(3, 2)
      print(layer.weight[0].scalars)  // [-0.0043225177, 0.30971584, -0.47518533]
      print(layer.bias!.scalars)  // [-0.011439145, 0.45777494]
    }
  }

  @Test func gradients() throws {
    try section("Gradients") {
      let w = Tensor([1, 2]).requiringGrad()
      let loss = (w * w).sum()
      loss.backward()
      print(w.grad!.scalars)  // [2.0, 4.0]
      noGrad {
        print((w * 2).requiresGrad)  // false
      }
      print(w.detached().requiresGrad)  // false
    }
  }

  @Test func modules() throws {
    try section("Modules") {
      final class PatchEmbedding: Module {
        let patchCount: Int
        let proj: Conv2d

        init(imageSize: Int = 32, patchSize: Int = 8, channels: Int = 3, embedDim: Int = 16) {
          patchCount = (imageSize / patchSize) * (imageSize / patchSize)
          proj = Conv2d(channels, embedDim, kernelSize: patchSize, stride: patchSize)
        }

        func callAsFunction(_ x: Tensor) -> Tensor {
          proj(x)  // [B, D, H/P, W/P]
            .flatten(from: 2)  // [B, D, N]
            .transpose(1, 2)  // [B, N, D]
        }
      }

      manualSeed(0)
      let embed = PatchEmbedding()
      let image = Tensor.randn([1, 3, 32, 32])
      let patches = embed(image)
      print(image.shape)  // [1, 3, 32, 32]
      print(patches.shape)  // [1, 16, 16]
      print(patches[0][0][0..<3].scalars)  // [0.03573565, -0.9990657, -1.0630707]

      print(embed.namedParameters().map { $0.name })  // ["proj.weight", "proj.bias"]
      print(embed.parameterCount)  // 3088
      embed.eval()
      print(embed.isTraining)  // false

      let folder = try TemporaryFolder()
      let file = folder.url.appending(path: "model.safetensors").path
      let parameters = embed.namedParameters()
      try SafetensorsWriter.write(parameters.map { TensorToWrite(name: $0.name, $0.parameter) }, to: file)

      let restored = PatchEmbedding()
      try restored.load(Checkpoint(path: file), memory: .trainable)
      print(restored(image).scalars == patches.scalars)  // true
    }
  }

  @Test func visionTransformer() throws {
    try section("Vision Transformer") {
      final class ViT: Module {
        let patchEmbed: PatchEmbedding
        let clsToken: Tensor
        let posEmbed: Tensor
        let posDrop: Dropout
        let transformer: TransformerEncoder
        let norm: LayerNorm
        let head: Linear

        init(classCount: Int = 10, embedDim: Int = 16, depth: Int = 2, headCount: Int = 4, dropout: Double = 0.1) {
          patchEmbed = PatchEmbedding(imageSize: 32, patchSize: 8, channels: 3, embedDim: embedDim)
          posDrop = Dropout(dropout)
          let layer = TransformerEncoderLayer(
            embedDim: embedDim, headCount: headCount, feedForwardDim: 4 * embedDim, dropout: dropout, activation: .gelu)
          transformer = TransformerEncoder(layer, layerCount: depth)
          norm = LayerNorm(embedDim)
          head = Linear(embedDim, classCount)
          posEmbed = .normal([1, patchEmbed.patchCount + 1, embedDim], std: 0.02).requiringGrad()
          clsToken = .normal([1, 1, embedDim], std: 0.02).requiringGrad()
        }

        func callAsFunction(_ image: Tensor) -> Tensor {
          let patches = patchEmbed(image)  // [B, N, D]
          let x = Tensor.cat([clsToken.expand(image.shape[0], -1, -1), patches], dim: 1)  // [B, N + 1, D]
          let encoded = transformer(posDrop(x + posEmbed))
          return head(norm(encoded.select(0, dim: 1)))
        }
      }

      manualSeed(0)
      let vit = ViT()
      print(vit.parameterCount)  // 10138
      let images = Tensor.randn([2, 3, 32, 32])
      let output = noGrad { vit(images) }
      print(output.shape)  // [2, 10]
      print(output[0][0..<3].scalars)  // [-0.48928052, -0.55274904, -1.25758]
      let evaluated = noGrad { vit.eval()(images) }
      print(evaluated[0][0..<3].scalars)  // [-0.49510205, -0.502468, -1.5726975]

      var sizes = VisionTransformer.Configuration(imageSize: 32, patchSize: 8, classCount: 10)
      sizes.embedDim = 16
      sizes.depth = 2
      sizes.headCount = 4
      manualSeed(0)
      let library = VisionTransformer(sizes)
      print(noGrad { library.eval()(images) }.scalars == evaluated.scalars)  // true
    }
  }

  @Test func losses() throws {
    try section("Losses and CLIP") {
      func symmetricLoss(_ logits: Tensor) -> Tensor {
        let labels = IntTensor.arange(logits.shape[0])
        let imageToText = crossEntropy(logits, labels)
        let textToImage = crossEntropy(logits.T, labels)
        return (imageToText + textToImage) / 2
      }

      manualSeed(0)
      print(symmetricLoss(Tensor.randn([4, 4])).item)  // 1.6191444
    }
  }

  @Test func training() throws {
    try section("Training") {
      manualSeed(0)
      let model = Linear(2, 1)
      let optimizer = AdamW(model.parameters(), learningRate: 0.1)
      let schedule = CosineAnnealing(initial: 0.1, steps: 3)
      let inputs = Tensor([[1, 2], [3, 4]])
      let targets = Tensor([[1], [2]])
      var losses: [Float] = []
      for step in 0..<3 {
        optimizer.learningRate = schedule.learningRate(at: step)
        optimizer.zeroGrad()
        let loss = meanSquaredError(model(inputs), targets)
        loss.backward()
        clipGradNorm(model.parameters(), maxNorm: 1)
        optimizer.step()
        losses.append(loss.item)
      }
      print(losses)  // [0.92713, 0.13155334, 0.0585972]
    }
  }

  @Test func publishedCLIP() throws {
    try section("A published CLIP") {
      var image = Image(width: 32, height: 32, format: .rgb, color: .white)
      image.fill(Rectangle(x: 3, y: 3, width: 12, height: 12), color: Color(hex: 0xDC_1E28))
      print(image.width, image.height, image.format)  // 32 32 RGB

      let clip = try ZeroShot(directory: ShippedCheckpoint.clip.directory)

      let texts = ["a large red square", "a large red circle", "a large blue square"]
      let answer = try clip(images: [image], texts: texts)
      print(answer.logitsPerImage.scalars)  // [38.185944, 32.155376, 9.429288]
      for (text, probability) in zip(texts, answer.probabilities[0].scalars) {
        print("\(text): \(probability)")
      }
      // a large red square: 0.9976017
      // a large red circle: 0.0023983642
      // a large blue square: 3.2366807e-13

      let directory = try ShippedCheckpoint.clip.directory
      let model = try CLIPModel(checkpoint: directory)
      let tokenizer = try loadTokenizer(directory: directory)
      let processor = try ImageProcessor(directory: directory)

      let encodings = try tokenizer.encode(batch: texts, padding: .longest)
      let ids = IntTensor(encodings.map(\.ids))
      let mask = IntTensor(encodings.map(\.attentionMask))
      let pixelValues = try processor([image]).pixelValues
      let logitsPerImage = noGrad { model(pixelValues, ids, attentionMask: mask) }
      print(ids.shape, pixelValues.shape)  // [3, 6] [1, 3, 32, 32]
      print(logitsPerImage.scalars == answer.logitsPerImage.scalars)  // true
    }
  }

  @Test func captioning() throws {
    try section("Image captioning") {
      let image = redSquare()

      let captioner = try Captioning(directory: ShippedCheckpoint.captioner.directory)
      let options = try captioner.options(beams: 4, maximumLength: 16)
      let captions = try captioner([image], options)
      print(captions[0][0].ids)  // [357, 64, 268, 314, 294, 327, 275, 342, 325, 357]
      print(captions[0][0].text)  // a large red square in the upper left
    }
  }

  @Test func questionAnswering() throws {
    try section("Visual question answering") {
      let image = redSquare()

      let vqa = try QuestionAnswering(directory: ShippedCheckpoint.vqa.directory)
      let questions = ["what color is the square?", "is there a circle?"]
      let logits = try vqa(images: [image], questions: questions)
      for (index, answer) in zip(logits.argmax(dim: -1).scalars, vqa.answers(logits)) {
        print(index, answer)
      }
      // 0 red
      // 17 no
    }
  }

  @Test func blip2() throws {
    try section("BLIP-2") {
      let image = redSquare()

      let blip = try BLIP2(directory: ShippedCheckpoint.blip2.directory)
      let texts = try blip([(image, "a photo of")], blip.options(maximumNewTokens: 20))
      print(texts[0][0].text)  // a photo of a large red square in the upper left
      print(texts[0][0].answer)  //  a large red square in the upper left
    }
  }

  // MARK: The calls of the tables

  private let x = Tensor([[1, 2, 3], [4, 5, 6]])
  private let y = Tensor([1, 2, 3, 4, 5, 6], shape: [1, 2, 3])

  @Test func makingTensors() {
    let ids = IntTensor([0, 2])
    let numbers: [Float] = [1, 2, 3, 4]
    for tensor in [Tensor.zeros([2, 3]), Tensor.ones([2, 3]), Tensor.randn([2, 3]), Tensor.rand([2, 3])] {
      #expect(tensor.shape == [2, 3])
    }
    #expect(Tensor.full([2, 3], 7).scalars == Array(repeating: 7, count: 6))
    #expect(Tensor.eye(3).scalars == [1, 0, 0, 0, 1, 0, 0, 0, 1])
    #expect(Tensor.arange(6).scalars == [0, 1, 2, 3, 4, 5])
    #expect(Tensor.linspace(0, 1, 5).scalars == [0, 0.25, 0.5, 0.75, 1])
    #expect(IntTensor([1, 2]).scalars == [1, 2])
    #expect(IntTensor.arange(6).scalars == [0, 1, 2, 3, 4, 5])
    #expect(Tensor.oneHot(ids, classes: 3).scalars == [1, 0, 0, 0, 0, 1])
    #expect(Tensor(numbers, shape: [2, 2])[1].scalars == [3, 4])
  }

  @Test func shapes() {
    #expect(x.reshape(3, 2).shape == [3, 2])
    #expect(x.reshape(3, -1).shape == [3, 2])
    #expect(y.flatten(from: 1).shape == [1, 6])
    #expect(x.flatten().shape == [6])
    #expect(y.transpose(1, 2).shape == [1, 3, 2])
    #expect(y.permute(2, 0, 1).shape == [3, 1, 2])
    #expect(x.T.shape == [3, 2])
    #expect(y.T.shape == [1, 3, 2])
    #expect(x.unsqueeze(0).shape == [1, 2, 3])
    #expect(y.squeeze(0).shape == [2, 3])
    #expect(y.expand(4, -1, -1).shape == [4, 2, 3])
    #expect(x.repeated(2, 1).scalars == [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6])
    #expect(Tensor.cat([x, x], dim: 1).shape == [2, 6])
    #expect(Tensor.stack([x, x]).shape == [2, 2, 3])
    #expect(x.chunk(3, dim: 1).map(\.shape) == [[2, 1], [2, 1], [2, 1]])
    #expect(x.split(2, dim: 1).map(\.shape) == [[2, 2], [2, 1]])
  }

  @Test func readingParts() {
    let table = Tensor([[1, 10], [2, 20], [3, 30]])
    let ids = IntTensor([[2, 0]])
    let places = IntTensor([[2], [0]])
    #expect(x[0].scalars == [1, 2, 3])
    #expect(x[-1].scalars == [4, 5, 6])
    #expect(x[0..<1].shape == [1, 3])
    #expect(x.select(0, dim: 1).scalars == [1, 4])
    #expect(x.slice(1..<3, dim: 1).scalars == [2, 3, 5, 6])
    #expect(x.indexSelect([1, 0]).scalars == [4, 5, 6, 1, 2, 3])
    #expect(table.embedding(ids).scalars == [3, 30, 1, 10])
    #expect(x.gather(dim: 1, places).scalars == [3, 4])
    #expect(x.maskedFill(x .> 3, 0).scalars == [1, 2, 3, 0, 0, 0])
    #expect(Tensor.where(x .> 3, x, -x).scalars == [-1, -2, -3, 4, 5, 6])
    #expect(x.tril().scalars == [1, 0, 0, 4, 5, 0])
    #expect(x.flip(dims: [1]).scalars == [3, 2, 1, 6, 5, 4])
    #expect(x.pad([(dim: 1, before: 0, after: 1)]).scalars == [1, 2, 3, 0, 4, 5, 6, 0])
  }

  @Test func reducingAndFunctions() {
    #expect(x.sum().item == 21)
    #expect(x.sum(dim: 1, keepDims: true).scalars == [6, 15])
    #expect(x.mean(dims: [0, 1]).item == 3.5)
    #expect(x.variance(dims: [1]).scalars == [1, 1])
    expectClose("deviation", [x.standardDeviation().item], [1.8708287], tolerance: 1e-6)
    #expect(x.max().item == 6)
    #expect(x.max(dim: 1).values.scalars == [3, 6])
    #expect(x.argmax() == 5)
    #expect(x.argmax(dim: -1).scalars == [2, 2])
    #expect(x.topK(2).values.scalars == [3, 2, 6, 5])
    #expect(x.sort(descending: true).values.scalars == [3, 2, 1, 6, 5, 4])
    #expect(x.cumsum(dim: 1).scalars == [1, 3, 6, 4, 9, 15])
    #expect((x + 1).scalars == [2, 3, 4, 5, 6, 7])
    expectClose("softmax", x.softmax(dim: 1)[0].scalars, [0.09003057, 0.24472848, 0.66524094], tolerance: 1e-7)
    expectClose("log", x.logSoftmax(dim: 1)[0].scalars, [-2.4076059, -1.4076059, -0.4076059], tolerance: 1e-6)
    expectClose("length 1", x.l2Normalized()[0].scalars, [0.26726124, 0.5345225, 0.80178374], tolerance: 1e-7)
    expectClose("layer norm", x.layerNorm()[0].scalars, [-1.2247356, 0, 1.2247356], tolerance: 1e-6)
    expectClose("GELU", x.gelu()[0].scalars, [0.8413447, 1.9544997, 2.9959502], tolerance: 1e-6)
    #expect((x - 3).relu().scalars == [0, 0, 0, 1, 2, 3])
    #expect(x.relu().scalars == x.scalars)
    expectClose("sigmoid", x.sigmoid()[0].scalars, [0.7310586, 0.880797, 0.95257413], tolerance: 1e-7)
    expectClose("exp", x.exp()[0].scalars, [2.7182817, 7.389056, 20.085537], tolerance: 1e-5)
    #expect(x.sqrt()[1][0].item == 2)
    #expect(x.pow(2).scalars == [1, 4, 9, 16, 25, 36])
    #expect(x.clamp(0, 4).scalars == [1, 2, 3, 4, 4, 4])
  }

  @Test func products() {
    let (w, weight, bias) = (x.T, x, Tensor([1, 0]))
    #expect(x.matmul(w).scalars == [14, 32, 32, 77])
    #expect(x.linear(weight: weight, bias: bias).scalars == [15, 32, 33, 77])
    let (q, k, v) = (Tensor.ones([1, 2, 3, 4]), Tensor.ones([1, 2, 5, 4]), Tensor.ones([1, 2, 5, 4]))
    #expect(Tensor.scaledDotProductAttention(query: q, key: k, value: v).shape == [1, 2, 3, 4])
    let (image, filters) = (Tensor.ones([1, 3, 8, 8]), Tensor.ones([5, 3, 4, 4]))
    #expect(image.conv2d(weight: filters, stride: (4, 4)).scalars == Array(repeating: 48, count: 20))
    #expect(withGenerator(Generator(seed: 0)) { x.dropout(0.1) }.shape == [2, 3])
    #expect(image.interpolate(size: (4, 4), mode: .bilinear(alignCorners: false)).shape == [1, 3, 4, 4])
  }

  @Test func writingInPlaceLeavesOtherNamesAlone() {
    var sum = Tensor([1, 2])
    let before = sum
    sum += Tensor([10, 10])
    #expect(sum.scalars == [11, 12])
    #expect(before.scalars == [1, 2])
    let view = before.reshape(2, 1)
    before.assign(Tensor([5, 6]))
    #expect(view.scalars == [5, 6])
  }

  @Test func gradientsOfParameters() {
    let w = Tensor([1, 2]).requiringGrad()
    let (v, gradient) = (Tensor([3, 4]), Tensor([1, 10]))
    let y = w * w
    y.backward(from: gradient)
    #expect(w.grad?.scalars == [2, 40])
    w.grad = nil
    noGrad { w.assign(v) }
    #expect(w.scalars == [3, 4])
    #expect(w.grad == nil)
    w.isFrozen = true
    #expect(!w.requiresGrad)

    let model = Linear(2, 1)
    model(Tensor([[1, 2]])).sum().backward()
    #expect(model.weight.grad?.scalars == [1, 2])
    model.zeroGrad()
    #expect(model.weight.grad == nil)
    model.setFrozen()
    #expect(!model.weight.requiresGrad)
  }

  @Test func layers() {
    withGenerator(Generator(seed: 0)) {
      #expect(Linear(16, 8).parameterCount == 136)
      #expect(Linear(16, 8, bias: false).parameterCount == 128)
      #expect(Conv2d(3, 16, kernelSize: 8, stride: 8).parameterCount == 3088)
      #expect(Embedding(100, 16).parameterCount == 1600)
      #expect(LayerNorm(16).parameterCount == 32)
      #expect(Dropout(0.1).isTraining)
      #expect(MultiheadAttention(embedDim: 16, headCount: 4).parameterCount == 1088)
      let encoderLayer = TransformerEncoderLayer(embedDim: 16, headCount: 4)
      #expect(encoderLayer.parameterCount == 68_752)
      #expect(TransformerEncoder(encoderLayer, layerCount: 2).parameterCount == 2 * 68_752)
      #expect(TransformerDecoderLayer(embedDim: 16, headCount: 4).parameterCount == 69_872)
      let stack = Sequential(Linear(16, 8), Activation.gelu, Linear(8, 2))
      #expect(stack(Tensor.ones([1, 16])).shape == [1, 2])
      #expect(Tensor.zeros([1, 16]).requiringGrad().requiresGrad)
    }
  }

  @Test func lossFunctions() {
    let (logits, labels) = (Tensor([[1, 2, 3], [1, 2, 3], [1, 2, 3]]), IntTensor([0, 1, 2]))
    let (s, t) = (Tensor([0, 1]), Tensor([1, 0]))
    expectClose("smoothed", [crossEntropy(logits, labels, labelSmoothing: 0.1).item], [1.4076059], tolerance: 1e-6)
    expectClose("ignoring", [crossEntropy(logits, labels, ignoreIndex: 0).item], [0.9076059], tolerance: 1e-6)
    expectClose("binary", [binaryCrossEntropyWithLogits(s, t).item], [1.0032043], tolerance: 1e-6)
    #expect(meanSquaredError(s, t).item == 1)
    #expect(clipLoss(logits).item > 0)
  }

  @Test func theLogitsOfCLIP() {
    let logitScale = withGenerator(Generator(seed: 0)) { SimpleCLIP().logitScale }
    expectClose("ln(1 / 0.07)", [logitScale.item], [2.6592600], tolerance: 1e-6)
    let (imageEmbeds, textEmbeds) = (Tensor([[1, 0], [0, 1]]), Tensor([[0, 1], [0.6, 0.8]]))
    let logits = (logitScale.exp() * imageEmbeds).matmul(textEmbeds.T)
    expectClose("logits", logits.scalars, [0, 8.5714286, 14.2857143, 11.4285714], tolerance: 1e-4)
  }

  @Test func pictures() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "square.png").path
    let image = redSquare()
    try image.writePNG(to: file)
    #expect(try Image(contentsOf: file) == image)
    #expect(image.converted(to: .rgb) == image)
    #expect(image.resized(width: 64, height: 64, filter: .bicubic).width == 64)
    #expect(image.cropped(to: Rectangle(x: 0, y: 0, width: 16, height: 16)).height == 16)
    let pixels = image.tensor()
    #expect(pixels.shape == [3, 32, 32])
    #expect(Image(pixels) == image)
  }

  @Test func optimizersAndSchedules() {
    let parameters = [Tensor([1, 2]).requiringGrad()]
    let adamW = AdamW(parameters, learningRate: 1e-3, weightDecay: 0.01)
    let sgd = SGD(parameters, learningRate: 0.1, momentum: 0.9)
    let matrices = [Tensor([1, 2], shape: [1, 2]).requiringGrad()]
    let muon = Muon(matrices, learningRate: 0.02)
    #expect((adamW.learningRate, sgd.learningRate, muon.learningRate) == (1e-3, 0.1, 0.02))
    parameters[0].grad = Tensor([3, 4])
    #expect(clipGradNorm(parameters, maxNorm: 1) == 5)
    #expect(OneCycle(peak: 1e-3, totalSteps: 100).learningRate(at: 0) < 1e-4)
    #expect(WarmupCosine(peak: 1e-3, warmupSteps: 10, totalSteps: 100).learningRate(at: 9) == 1e-3)
  }

  @Test func publishedModelsPartByPart() throws {
    let directory = try ShippedCheckpoint.clip.directory
    let (image, texts) = (redSquare(), ["a large red square"])
    let clip = try ZeroShot(directory: directory)
    let answer = try clip(images: [image], texts: texts)
    #expect(answer.probabilities.scalars == answer.logitsPerImage.softmax(dim: 1).scalars)
    let cosine = try clip.encode(images: [image]).matmul(clip.encode(texts: texts).T).item
    #expect(abs(cosine) <= 1)
    let tokenizer = try loadTokenizer(directory: directory)
    let ids = tokenizer.encode("a red circle").ids
    #expect(tokenizer.decode(ids, skipSpecialTokens: true) == "a red circle")
    #expect(tokenizer.decode([320, 571]) == "a red")

    #expect(try CLIPModel(checkpoint: directory).logitScale.isFrozen)
    let model = try CLIPModel(checkpoint: directory, memory: .trainable)
    #expect(model.logitScale.requiresGrad)
    let folder = try TemporaryFolder()
    let path = folder.url.path
    try model.save(to: path)
    #expect(try CLIPModel(checkpoint: path).logitScale.item == model.logitScale.item)
  }

  @Test func generatingOtherwise() throws {
    let captioner = try Captioning(directory: ShippedCheckpoint.captioner.directory)
    var options = try captioner.options(beams: 4, maximumLength: 16)
    options.length = .new(20)
    options.returnCount = 2
    #expect(try captioner([redSquare()], options)[0].count == 2)
    var sampling = GenerationOptions.Sampling()
    sampling.temperature = 0.7
    options.method = .sampling(sampling)
    let ids = try withGenerator(Generator(seed: 0)) { try captioner([redSquare()], options)[0][1].ids }
    #expect(!captioner.tokenizer.decode(ids, skipSpecialTokens: true).isEmpty)
  }

  /// The picture that the page draws.
  private func redSquare() -> Image {
    var image = Image(width: 32, height: 32, format: .rgb, color: .white)
    image.fill(Rectangle(x: 3, y: 3, width: 12, height: 12), color: Color(hex: 0xDC_1E28))
    return image
  }
}
