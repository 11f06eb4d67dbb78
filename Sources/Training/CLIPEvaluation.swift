import Datasets
import Images
import Pretrained
import Tensors
import Tokenizers

/// How well a CLIP finds pictures and captions that it has not learned from.
public struct CLIPEvaluation {
  private let model: CLIPModel
  private let tokenizer: any Tokenizer
  private let processor: ImageProcessor

  /// An evaluation of a model with its tokenizer and processor.
  public init(model: CLIPModel, tokenizer: any Tokenizer, processor: ImageProcessor) {
    self.model = model
    self.tokenizer = tokenizer
    self.processor = processor
  }

  /// How many scenes are looked for among each other.
  public static let sceneCount = 100

  /// Similarities of scenes and their captions, `[scenes, captions]`.
  public func similarities(_ gallery: SceneGallery) throws -> Tensor {
    try noGrad {
      let images = model.encodeImage(try processor(gallery.scenes.map { $0.image() }).pixelValues)
      let texts = model.encodeText(try tokenizer.ids(gallery.captions))
      return images.matmul(texts.T)
    }
  }

  /// The share of digits whose own prompt is the most similar one: zero-shot classification (section 3.1).
  ///
  /// - Parameter prompts: the wordings of each class, whose embeddings are averaged (section 3.1.4).
  public func zeroShotAccuracy(_ digits: Digits, prompts: (Int) -> [String]) throws -> Double {
    try noGrad {
      let classes = try (0..<Digits.classCount).map { digit in
        model.encodeText(try tokenizer.ids(prompts(digit))).mean(dim: 0, keepDims: true).l2Normalized()
      }
      let images = try processor(digits.labels.indices.map(digits.image(at:))).pixelValues
      let predicted = model.encodeImage(images).matmul(Tensor.cat(classes, dim: 0).T).argmax(dim: 1).scalars
      return Double(zip(predicted, digits.labels).count { $0 == $1 }) / Double(digits.count)
    }
  }

  /// Recall on held-out scenes and accuracy on held-out digits.
  func report(digits: Digits) throws -> TrainingReport {
    var report = TrainingReport()
    report.add("parameters", "\(model.parameterCount)")
    for count in CLIPTraining.objectCounts {
      for split in [SceneSplit.heldOut, .heldOutCombinations] {
        let scenes = Scenes(split: split, objectCounts: count...count, seed: 1)
        let similarities = try similarities(SceneGallery(scenes, count: Self.sceneCount))
        let name = "\(count == 1 ? "one thing" : "\(count) things"), \(split)"
        report.add(
          share: RetrievalScores(similarities).recall(at: 1), "recall@1 of \(Self.sceneCount) captions, \(name)")
        report.add(
          share: RetrievalScores(similarities.T).recall(at: 1), "recall@1 of \(Self.sceneCount) pictures, \(name)")
      }
    }
    report.add(
      share: try zeroShotAccuracy(digits) { [DigitCaption.text($0)] }, "digits of new writers, one prompt")
    report.add(
      share: try zeroShotAccuracy(digits) { DigitCaption.all(of: $0, .training) }, "digits of new writers, all prompts")
    return report
  }
}
