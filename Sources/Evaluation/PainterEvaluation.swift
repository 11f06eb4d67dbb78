import Datasets
import Images
import Pretrained
import Support
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

  /// Of several drawings of each caption the one with the highest score, the first of equals (Ramesh et al. 2021, section
  /// 2.6, "Sample generation", where CLIP ranks 512 drawings).
  ///
  /// - Parameters:
  ///   - count: how many drawings to choose from.
  ///   - score: what ranks them.
  ///   - seed: as for ``drawings(_:seed:)``.
  /// - Throws: `DataError` for a caption that the painter or the CLIP cannot read.
  public func bestDrawings(
    _ captions: [String], of count: Int, by score: CLIPScore, seed: Int = 0
  ) throws -> [Image] {
    if count < 1 { reportMisuse("PainterEvaluation", "the best of \(count) drawings; there is at least one") }
    let repeated = captions.flatMap { Array(repeating: $0, count: count) }
    let candidates = try drawings(repeated, seed: seed)
    let scores = try score(candidates, repeated)
    return captions.indices.map { row in
      let own = row * count..<(row + 1) * count
      // Of equals `max` keeps the first.
      return candidates[own.max { scores[$0] < scores[$1] } ?? own.lowerBound]
    }
  }

  /// Judges drawings of scenes by their pixels.
  ///
  /// - Throws: as ``drawings(_:seed:)``.
  public func judgements(_ scenes: [Scene], seed: Int = 0) throws -> [DrawingJudgement] {
    let captions = scenes.map(\.canonicalCaption)
    return try judge(drawings(captions, seed: seed), captions)
  }
}
