import Datasets
import Support
import Tensors

/// Scenes to look up by their pixels: which one is nearest to a picture, and how near.
///
/// It is the baseline of captioners (``NearestCaption``), and tells whether a model that draws has only learned its
/// training pictures by heart: then its drawings are nearer to one of them than new scenes are.
public struct PixelNeighbors {
  /// The scenes that are looked up.
  public let scenes: [Scene]
  private let pixels: Tensor

  /// The nearest scene of a picture.
  public struct Neighbor: Sendable, Hashable {
    /// Its place among the scenes.
    public let index: Int
    /// The mean squared difference of the samples, which are from -1 to 1: 0 for the same picture, 4 at most.
    public let distance: Float
  }

  /// Remembers scenes, as pictures of 32 × 32 pixels.
  public init(_ scenes: [Scene]) {
    self.scenes = scenes
    pixels = Scene.tensor(scenes).flatten(from: 1)  // [N, 3·32·32]
  }

  /// The nearest scene of each picture, the first one on ties.
  ///
  /// - Parameter pictures: `[Q, 3, 32, 32]`, samples from -1 to 1.
  public func callAsFunction(_ pictures: Tensor) -> [Neighbor] {
    if pictures.shape.count != 4 || pictures.shape.dropFirst() != [3, 32, 32] {
      reportMisuse("PixelNeighbors", "pictures are [Q, 3, 32, 32], not \(pictures.shape)")
    }
    return noGrad {
      let queries = pictures.flatten(from: 1)  // [Q, 3·32·32]
      // |q - p|² without |q|², which is the same for all p.
      let distances = (pixels * pixels).sum(dim: 1) - queries.matmul(pixels.T) * 2  // [Q, N]
      let nearest = distances.argmin(dim: 1).scalars
      // Computed again: a difference of large sums is inexact for near pictures.
      let differences = queries - pixels.indexSelect(nearest)  // [Q, 3·32·32]
      let means = (differences * differences).mean(dim: 1).scalars
      return zip(nearest, means).map { Neighbor(index: $0, distance: $1) }
    }
  }
}
