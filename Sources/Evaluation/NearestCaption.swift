import Datasets
import Tensors

/// Captions by looking up: the caption of the training picture that is nearest, pixel by pixel.
///
/// A baseline for captioners: it compares pixels, and has nothing that is trained.
public struct NearestCaption {
  private let known: PixelNeighbors

  /// Remembers pictures with their captions.
  public init(_ scenes: [Scene]) { known = PixelNeighbors(scenes) }

  /// The canonical caption of the picture with the smallest squared distance to each one; the first one on ties.
  public func callAsFunction(_ asked: [Scene]) -> [String] {
    known(Scene.tensor(asked)).map { known.scenes[$0.index].canonicalCaption }
  }
}
