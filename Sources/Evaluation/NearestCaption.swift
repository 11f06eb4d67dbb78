import Datasets
import Tensors

/// Captions by looking up: the caption of the training picture that is nearest, pixel by pixel.
///
/// A baseline for captioners: it compares pixels, and has nothing that is trained.
public struct NearestCaption {
  private let scenes: [Scene]
  private let pixels: Tensor

  /// Remembers pictures with their captions.
  public init(_ scenes: [Scene]) {
    self.scenes = scenes
    pixels = Scene.tensor(scenes).flatten(from: 1)  // [N, 3·32·32]
  }

  /// The canonical caption of the picture with the smallest squared distance to each one; the first one on ties.
  public func callAsFunction(_ asked: [Scene]) -> [String] {
    let queries = Scene.tensor(asked).flatten(from: 1)  // [Q, 3·32·32]
    // |q - p|² without |q|², which is the same for all p.
    let distances = (pixels * pixels).sum(dim: 1) - queries.matmul(pixels.T) * 2  // [Q, N]
    return distances.argmin(dim: 1).scalars.map { scenes[$0].canonicalCaption }
  }
}
