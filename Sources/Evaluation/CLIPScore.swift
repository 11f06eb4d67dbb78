import Images
import Pretrained
import Support
import Tensors

/// How well a picture fits a text for a CLIP (Hessel et al. 2021, section 3): 2.5 times the cosine of their vectors, and
/// 0 where that is negative.
///
/// The score needs no reference. It is as good as the CLIP is: what that does not see, the score does not see.
public struct CLIPScore {
  /// The factor in front of the cosine.
  public static let weight = 2.5
  private let clip: ZeroShot

  /// Scores by a model.
  public init(_ clip: ZeroShot) { self.clip = clip }

  /// The score of each picture with its own text.
  ///
  /// - Throws: ``PreparationError`` for a picture that cannot be prepared, `DataError` for a text that cannot be read.
  public func callAsFunction(_ images: [Image], _ texts: [String]) throws -> [Double] {
    if images.count != texts.count {
      reportMisuse("CLIPScore", "\(images.count) pictures and \(texts.count) texts; each has its own")
    }
    let (pictures, words) = (try clip.encode(images: images), try clip.encode(texts: texts))  // [N, E] each
    return (pictures * words).sum(dim: 1).scalars.map { Self.weight * max(Double($0), 0) }
  }
}
