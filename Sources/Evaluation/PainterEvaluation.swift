import Datasets
import Images
import Pretrained
import Tensors

/// How well a painter draws scenes that it has not learned from.
public struct PainterEvaluation {
  /// What is evaluated.
  public let painter: TextToImage
  /// How pictures are drawn.
  public let options: TextToImage.Options

  /// How many scenes of each part are drawn with each seed.
  public static let sceneCount = 40
  /// The seeds of sampling.
  public static let seeds = [0, 1, 2]

  /// An evaluation of a painter.
  public init(_ painter: TextToImage, _ options: TextToImage.Options = .init()) {
    self.painter = painter
    self.options = options
  }

  /// Drawings of scenes, each from its caption with all details.
  ///
  /// - Parameter seed: another number draws all of them from other noise.
  /// - Throws: `DataError` for a caption that the painter cannot read.
  public func drawings(_ captions: [String], seed: Int = 0) throws -> [Image] {
    try painter.draw(captions, seeds: captions.indices.map { seed * 1_000_000 + $0 }, options)
  }

  /// Judges drawings of scenes by their pixels.
  ///
  /// - Throws: as ``drawings(_:seed:)``.
  public func judgements(_ scenes: [Scene], seed: Int = 0) throws -> [DrawingJudgement] {
    let captions = scenes.map(\.canonicalCaption)
    return try judge(drawings(captions, seed: seed), captions)
  }
}
