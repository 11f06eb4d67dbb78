import Exercises
import Layers
import Pretrained
import Tensors

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("The loss is that of the words behind the image, word by word") {
      for _ in 0..<3 {
        let (model, image, words) = (smallModel(), Tensor.randn([2, 5, 8]), someWords())
        let loss = stageTwoLoss(model, image: image, words: words)
        try expectShape(loss, [], "stageTwoLoss; it is a single number")
        try expectEqual(
          loss.item, lossWordByWord(model, image, words), within: 1e-4,
          "the loss; words 2 to T are predicted, each from the queries and the words before it")
      }
    }
    try property("After a step the optimizer holds means of the bridge's numbers and of no others") {
      let (model, image, words) = (smallModel(), Tensor.randn([2, 5, 8]), someWords())
      let optimizer = prepareStageTwo(model)
      let loss = stageTwoLoss(model, image: image, words: words)
      try expect(
        loss.requiresGrad,
        "the loss has no gradient: it has to pass through the language model, so noGrad is wrong there")
      loss.backward()
      optimizer.step()
      let held = optimizer.state.reduce(0) { $0 + ($1?.mean.count ?? 0) }
      try expect(
        held == model.bridgeParameterCount,
        "the optimizer holds \(held) means, but the bridge has \(model.bridgeParameterCount) numbers")
    }
    try property("Steps change queries, Q-Former and projection, and not a bit of encoder and language model") {
      let (model, image, words) = (smallModel(), Tensor.randn([2, 5, 8]), someWords())
      let optimizer = prepareStageTwo(model)
      let before = bytes(model)
      for _ in 0..<2 {
        optimizer.zeroGrad()
        let loss = stageTwoLoss(model, image: image, words: words)
        try expect(
          loss.requiresGrad,
          "the loss has no gradient to give: it must pass through the language model, so noGrad is wrong there")
        loss.backward()
        optimizer.step()
      }
      let after = bytes(model)
      for (name, isTrained) in [
        ("vision", false), ("queries", true), ("Q-Former", true), ("projection", true), ("language", false),
      ] {
        try expect(
          (before[name] != after[name]) == isTrained,
          isTrained
            ? "\(name): the numbers have not changed, but they should be trained"
            : "\(name): numbers have changed, but they are frozen")
      }
    }
    try property("The loss falls although the language model is frozen") {
      let (model, image, words) = (smallModel(), Tensor.randn([2, 5, 8]), someWords())
      let optimizer = prepareStageTwo(model)
      let first = stageTwoLoss(model, image: image, words: words).item
      for _ in 0..<20 {
        optimizer.zeroGrad()
        stageTwoLoss(model, image: image, words: words).backward()
        optimizer.step()
      }
      let last = stageTwoLoss(model, image: image, words: words).item
      try expect(last < first, "the loss was \(first) and is \(last) after 20 steps")
    }
  }

  private static func smallModel() -> BLIP2Model {
    var settings = BLIP2Configuration()
    settings.vision.hiddenSize = 8
    settings.vision.intermediateSize = 8
    settings.vision.layerCount = 1
    settings.vision.headCount = 2
    settings.vision.imageSize = .init(4)
    settings.vision.patchSize = .init(2)
    settings.queryTransformer.hiddenSize = 8
    settings.queryTransformer.intermediateSize = 8
    settings.queryTransformer.layerCount = 2
    settings.queryTransformer.headCount = 2
    settings.queryTransformer.encoderHiddenSize = 8
    settings.queryTransformer.initializerRange = 0.3
    settings.text.hiddenSize = 8
    settings.text.intermediateSize = 8
    settings.text.layerCount = 1
    settings.text.headCount = 2
    settings.text.vocabularySize = 11
    settings.text.positionCount = 16
    settings.text.initializerRange = 0.3
    settings.queryCount = Int.draw(in: 2...4)
    settings.initializerRange = 0.3
    let model = BLIP2Model(settings)
    model.eval()
    return model
  }

  private static func someWords() -> IntTensor {
    let length = Int.draw(in: 3...5)
    return IntTensor((0..<2).map { _ in (0..<length).map { _ in Int.draw(in: 0...10) } })
  }

  /// The same loss from one forward pass for each word.
  private static func lossWordByWord(_ model: BLIP2Model, _ image: Tensor, _ words: IntTensor) -> Float {
    noGrad {
      var sum: Float = 0
      let prefix = model.imageTokens(encoded: image)
      for row in 0..<words.shape[0] {
        let ids = words[row].scalars
        for place in 1..<ids.count {
          let known = model.languageModel.embed(IntTensor([Array(ids[..<place])]))
          let sequence = Tensor.cat([prefix.slice(row..<row + 1, dim: 0), known], dim: 1)
          let scores = model.languageModel.logits(sequence).select(sequence.shape[1] - 1, dim: 1)
          sum -= scores.logSoftmax(dim: 1)[0][ids[place]].item
        }
      }
      return sum / Float(words.shape[0] * (words.shape[1] - 1))
    }
  }

  private static func bytes(_ model: BLIP2Model) -> [String: [[UInt32]]] {
    func bits(_ parameters: [Tensor]) -> [[UInt32]] { parameters.map { $0.scalars.map(\.bitPattern) } }
    return [
      "vision": bits(model.visionModel.parameters()), "queries": bits([model.queryTokens]),
      "Q-Former": bits(model.qformer.parameters()), "projection": bits(model.languageProjection.parameters()),
      "language": bits(model.languageModel.parameters()),
    ]
  }
}
