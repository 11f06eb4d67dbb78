import Datasets
import Pretrained

/// How well a captioner describes scenes that it has not learned from.
public struct CaptionerEvaluation {
  package let captioner: Captioning

  /// How many scenes of each part are described.
  public static let sceneCount = 200

  /// An evaluation of a model with its tokenizer and processor.
  public init(_ captioner: Captioning) { self.captioner = captioner }

  /// The captions of scenes by greedy search.
  public func captions(_ scenes: [Scene]) throws -> [String] {
    let options = try captioner.options(
      beams: 1, maximumLength: captioner.model.configuration.decoder.positionCount)
    return try captioner.texts(scenes.map { $0.image() }, options)
  }
}
