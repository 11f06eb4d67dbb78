import Datasets
import Layers
import Pretrained
import Tensors
import Tokenizers

/// The losses of the parts of a BLIP-2 on batches of drawn scenes.
///
/// What is random (a wording, a hard negative) is drawn from `Generator.current`.
public struct BLIP2Objectives {
  private let model: BLIP2Model
  private let tokenizer: any Tokenizer

  /// The token that begins and ends captions, as OPT has it.
  private var end: Int { model.configuration.text.bosTokenID ?? 2 }
  /// The token that stands for a whole text, BERT's [CLS]. OPT's tokenizer has `<s>` and no use for it.
  private static let classToken = 0

  /// The objectives of a model whose texts a tokenizer of OPT's kind reads.
  public init(_ model: BLIP2Model, _ tokenizer: any Tokenizer) {
    self.model = model
    self.tokenizer = tokenizer
  }

  /// The loss of the language model before it is frozen, on two captions of the same scene, one after the other. No
  /// picture is involved.
  ///
  /// Predicting the second one, canonical, trains it to use the tokens before a caption. A model of single captions
  /// would have been trained without such tokens, and would not use those of an image.
  ///
  /// - Returns: the mean cross-entropy of all tokens.
  public func language(_ scenes: [Scene]) throws -> Tensor {
    let texts = scenes.flatMap { scene in
      let wordings = scene.captions(.training).filter { $0.detail == .full }
      return [wordings[Generator.current.integer(in: 0..<wordings.count)].text, scene.canonicalCaption]
    }
    let rows = try tokenizer.encode(batch: texts, addSpecialTokens: false).map(\.ids)
    let batch = CaptionBatch(
      ids: scenes.indices.map { rows[2 * $0] + [end] + rows[2 * $0 + 1] }, end: end)
    return batch.loss(model.languageModel(batch.inputs))
  }

  /// The three losses of stage one (Li et al. 2023, section 3.1).
  public struct StageOne {
    /// Image–text contrastive learning.
    public let contrastive: Tensor
    /// Image–text matching.
    public let matching: Tensor
    /// Image-grounded text generation.
    public let generation: Tensor

    /// The loss that is minimized: their sum.
    public var sum: Tensor { contrastive + matching + generation }
  }

  /// The losses of stage one. The image encoder gets no gradients.
  public func stageOne(_ scenes: [Scene], _ pretraining: QFormerPretraining) throws -> StageOne {
    let captions = scenes.map(\.canonicalCaption)
    let image = see(scenes)
    let texts = try classTexts(captions)
    let matches = captions.flatMap { own in captions.map { $0 == own } }
    let logits = pretraining.contrastiveLogits(image: image, ids: texts)
    let negatives = HardNegatives(logits, matches: matches)
    let writing = try CaptionBatch(captions, tokenizer, end: end)
    return StageOne(
      contrastive: contrastiveLoss(logits, matches: matches),
      matching: matchingLoss(image, texts, negatives, pretraining),
      generation: writing.loss(pretraining.generationLogits(image: image, ids: writing.inputs)))
  }

  /// The loss of stage two (Li et al. 2023, section 3.2): captions written by the language model behind an image.
  ///
  /// - Parameter bridge: makes of what the image encoder returned tokens of the language model; the Q-Former and its
  ///   projection by default.
  public func stageTwo(_ scenes: [Scene], bridge: LinearBridge? = nil) throws -> Tensor {
    let captions = try CaptionBatch(scenes.map(\.canonicalCaption), tokenizer, end: end)
    let image = see(scenes)
    let tokens = bridge?(image) ?? model.imageTokens(encoded: image)  // [B, K, D]
    let places = Array(repeating: model.placeholder, count: tokens.shape[1])
    let ids = IntTensor((0..<scenes.count).map { places + captions.inputs[$0].scalars })
    let logits = model.prompted(tokens).logits(ids)  // [B, K + T, V]
    return captions.loss(logits.slice(places.count..<logits.shape[1], dim: 1))
  }

  /// What the image encoder makes of scenes, without gradients.
  private func see(_ scenes: [Scene]) -> Tensor {
    noGrad { model.visionModel(Scene.tensor(scenes, side: model.configuration.vision.imageSize.height)) }
  }

  /// Captions between the class token and the end, filled up with padding.
  private func classTexts(_ captions: [String]) throws -> IntTensor {
    let rows = try tokenizer.encode(batch: captions, addSpecialTokens: false).map { [Self.classToken] + $0.ids + [end] }
    let length = rows.map(\.count).max() ?? 0
    let padding = model.configuration.queryTransformer.padTokenID ?? end
    return IntTensor(rows.map { $0 + Array(repeating: padding, count: length - $0.count) })
  }

  /// Every pair as it is, every image with a wrong text, and every text with a wrong image.
  private func matchingLoss(
    _ image: Tensor, _ texts: IntTensor, _ negatives: HardNegatives, _ pretraining: QFormerPretraining
  ) -> Tensor {
    let own = Array(0..<texts.shape[0])
    let pairs = own.map { (image: $0, text: $0) } + negatives.pairs
    let ids = IntTensor(pairs.map { texts[$0.text].scalars })
    let labels = IntTensor(pairs.indices.map { $0 < own.count ? 1 : 0 })
    let logits = pretraining.matchingLogits(image: image.indexSelect(pairs.map(\.image)), ids: ids)
    return crossEntropy(logits, labels)
  }
}

/// Pairs that do not belong together although the contrastive scores say so: each picture with a wrong text, each text
/// with a wrong picture, the likelier the higher the score (Li et al. 2021, section 3.2).
struct HardNegatives {
  /// Indices of pictures and texts.
  let pairs: [(image: Int, text: Int)]

  /// - Parameters:
  ///   - logits: how well picture i and text j go together, `[N, N]`.
  ///   - matches: whether text j is true of picture i, row by row.
  init(_ logits: Tensor, matches: [Bool]) {
    let n = logits.shape[0]
    let isRight = Tensor(matches.map { $0 ? 1 : 0 }, shape: [n, n])
    let wrong = logits.detached().maskedFill(isRight, -.infinity)
    let texts = Self.draw(wrong.softmax(dim: 1)).enumerated().compactMap { image, text in
      text.map { (image: image, text: $0) }
    }
    let images = Self.draw(wrong.T.softmax(dim: 1)).enumerated().compactMap { text, image in
      image.map { (image: $0, text: text) }
    }
    pairs = texts + images
  }

  /// An index for each row of probabilities; `nil` where there is nothing to choose from.
  private static func draw(_ probabilities: Tensor) -> [Int?] {
    let (rows, columns) = (probabilities.shape[0], probabilities.shape[1])
    let (numbers, chances) = (Tensor.rand([rows]).scalars, probabilities.scalars)
    return (0..<rows).map { row in
      var left = numbers[row]
      var last: Int?
      for column in 0..<columns where chances[row * columns + column] > 0 {
        last = column
        left -= chances[row * columns + column]
        if left < 0 { break }
      }
      return last
    }
  }
}
