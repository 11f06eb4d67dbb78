import Datasets
import Layers
import Models
import Tensors

extension Workload {
  /// Models in use and in training.
  static let models = [
    visionForward(batch: 2), visionGradients(batch: 2, dropoutPercent: 0),
    visionGradients(batch: 2, dropoutPercent: 10),
    simpleCLIPStep(pairs: 4), trainingStep(dropoutPercent: 0), trainingStep(dropoutPercent: 10), digitsEpoch(batch: 64),
  ]

  /// ViT-B/16 in evaluation mode, without gradients.
  private static func visionForward(batch: Int) -> Workload {
    let configuration = VisionTransformer.Configuration()
    return Workload(
      name: "vit-b-forward", kind: "forward", sizes: [batch, 0] + configuration.sizes,
      operations: Double(batch) * configuration.operations
    ) {
      let model = VisionTransformer(configuration).eval()
      let images = Tensor.randn([batch, 3, 224, 224])
      return { _ = noGrad { model(images) } }
    }
  }

  /// ViT-B/16 forward and backward to the gradients of all parameters.
  private static func visionGradients(batch: Int, dropoutPercent: Int) -> Workload {
    var configuration = VisionTransformer.Configuration()
    configuration.dropout = Double(dropoutPercent) / 100
    return Workload(
      name: "vit-b-forward-backward" + dropoutSuffix(dropoutPercent), kind: "gradients",
      sizes: [batch, dropoutPercent] + configuration.sizes, operations: 3 * Double(batch) * configuration.operations
    ) { [configuration] in
      let model = VisionTransformer(configuration)
      let parameters = model.parameters()
      let images = Tensor.randn([batch, 3, 224, 224])
      let labels = IntTensor([Int](repeating: 0, count: batch))
      return {
        for parameter in parameters { parameter.grad = nil }
        crossEntropy(model(images), labels).backward()
      }
    }
  }

  /// One step of AdamW on the notebook's CLIP, with its dropout and texts of full length.
  private static func simpleCLIPStep(pairs: Int) -> Workload {
    let configuration = SimpleCLIP.Configuration()
    return Workload(
      name: "simple-clip-step", kind: "clip_step", sizes: [pairs] + configuration.sizes,
      operations: 3 * Double(pairs) * configuration.operations
    ) {
      let model = SimpleCLIP(configuration)
      let optimizer = AdamW(model.parameters(), learningRate: 1e-4)
      let images = Tensor.randn([pairs, 3, configuration.imageSize, configuration.imageSize])
      let ids = IntTensor.randint(0..<configuration.vocabularySize, [pairs, configuration.maxSequenceLength])
      return {
        optimizer.zeroGrad()
        clipLoss(model(images, ids)).backward()
        optimizer.step()
      }
    }
  }

  /// One step of AdamW on a small encoder: where everything beside matrix products shows.
  private static func trainingStep(dropoutPercent: Int) -> Workload {
    let (batch, tokens, width, depth, heads, hidden) = (64, 17, 64, 4, 4, 256)
    let forward = encoderOperations(tokens: tokens, width: width, depth: depth, hidden: hidden)
    return Workload(
      name: "small-training-step" + dropoutSuffix(dropoutPercent), kind: "step",
      sizes: [batch, tokens, width, depth, heads, hidden, dropoutPercent], operations: 3 * Double(batch) * forward
    ) {
      let model = TransformerEncoder(
        TransformerEncoderLayer(
          embedDim: width, headCount: heads, feedForwardDim: hidden, dropout: Double(dropoutPercent) / 100,
          activation: .gelu),
        layerCount: depth)
      let optimizer = AdamW(model.parameters(), learningRate: 1e-3)
      let x = Tensor.randn([batch, tokens, width])
      return {
        optimizer.zeroGrad()
        let y = model(x)
        (y * y).mean().backward()
        optimizer.step()
      }
    }
  }

  /// One pass over the digits to learn from, in batches, as a lesson trains.
  private static func digitsEpoch(batch: Int) -> Workload {
    var configuration = VisionTransformer.Configuration()
    configuration.imageSize = Digits.side
    configuration.patchSize = 2
    configuration.channels = 1
    configuration.classCount = Digits.classCount
    configuration.embedDim = 32
    configuration.depth = 2
    configuration.headCount = 4
    configuration.mlpRatio = 4
    let count = 1437
    return Workload(
      name: "digits-epoch", kind: "epoch", sizes: [count, batch, 10] + configuration.sizes,
      operations: 3 * Double(count / batch * batch) * configuration.operations
    ) { [configuration] in
      let digits = try Digits.load().writerSplit.training.subset(0..<count)
      let model = VisionTransformer(configuration)
      let optimizer = AdamW(model.parameters(), learningRate: 1e-3)
      let images = digits.images
      return {
        let order = IntTensor.randperm(count)
        for start in stride(from: 0, through: count - batch, by: batch) {
          let part = Array(order.scalars[start..<start + batch])
          optimizer.zeroGrad()
          crossEntropy(model(images.indexSelect(part)), IntTensor(part.map { digits.labels[$0] })).backward()
          optimizer.step()
        }
      }
    }
  }

  private static func dropoutSuffix(_ percent: Int) -> String { percent == 0 ? "" : "-dropout" }

  /// Operations of the matrix products of an encoder for one sequence.
  fileprivate static func encoderOperations(tokens: Int, width: Int, depth: Int, hidden: Int) -> Double {
    let projections = tokens * (4 * width * width + 2 * width * hidden)
    let attention = 2 * tokens * tokens * width
    return 2 * Double(depth) * Double(projections + attention)
  }
}

extension VisionTransformer.Configuration {
  private var hidden: Int { Int(Double(embedDim) * mlpRatio) }

  /// In the order in which the other side takes them.
  fileprivate var sizes: [Int] {
    [imageSize, patchSize, channels, classCount, embedDim, depth, headCount, hidden]
  }

  /// Operations of the matrix products for one image.
  fileprivate var operations: Double {
    let patches = (imageSize / patchSize) * (imageSize / patchSize)
    let embedding = 2 * Double(patches * embedDim) * Double(patchSize * patchSize * channels)
    let encoder = Workload.encoderOperations(tokens: patches + 1, width: embedDim, depth: depth, hidden: hidden)
    return embedding + encoder + 2 * Double(embedDim * classCount)
  }
}

extension SimpleCLIP.Configuration {
  /// In the order in which the other side takes them.
  fileprivate var sizes: [Int] {
    [embedDim, vocabularySize, maxSequenceLength, imageSize, patchSize, headCount, depth, feedForwardDim]
  }

  /// Operations of the matrix products for one pair.
  fileprivate var operations: Double {
    let patches = (imageSize / patchSize) * (imageSize / patchSize)
    let towers = [patches, maxSequenceLength].map {
      Workload.encoderOperations(tokens: $0, width: embedDim, depth: depth, hidden: feedForwardDim)
    }
    return 2 * Double(patches * embedDim) * Double(patchSize * patchSize * 3) + towers[0] + towers[1]
  }
}
