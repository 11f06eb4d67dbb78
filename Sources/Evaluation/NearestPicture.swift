import Datasets
import Pretrained
import Tensors

/// Pictures by looking up: the training picture whose caption is most similar to a text.
///
/// A baseline for text-to-image. It draws nothing: captions and text go through CLIP's text tower, and the picture of
/// the caption with the largest cosine is the answer.
public struct NearestPicture {
  private let clip: ZeroShot
  private let scenes: [Scene]
  private let captions: Tensor

  /// Remembers pictures by their captions.
  ///
  /// - Throws: `DataError` for a caption that the model cannot read.
  public init(_ scenes: [Scene], clip: ZeroShot) throws {
    self.clip = clip
    self.scenes = scenes
    captions = try clip.encode(texts: scenes.map(\.canonicalCaption))  // [N, E]
  }

  /// For each text the picture with the most similar caption, the first one on ties.
  ///
  /// - Throws: `DataError` for a text that the model cannot read.
  public func callAsFunction(_ texts: [String]) throws -> [Scene] {
    try clip.encode(texts: texts).matmul(captions.T).argmax(dim: 1).scalars.map { scenes[$0] }  // [Q, N]
  }
}
