import Datasets
import Notebook
import Tensors

/// Captions by looking up: the caption of the training picture that is nearest, pixel by pixel.
struct NearestCaption {
  private let scenes: [Scene]
  private let pixels: Tensor

  /// Remembers pictures with their captions.
  init(_ scenes: [Scene]) {
    self.scenes = scenes
    pixels = Scene.tensor(scenes).flatten(from: 1)  // [N, 3·32·32]
  }

  /// The caption of the picture with the smallest squared distance to each one.
  func callAsFunction(_ asked: [Scene]) -> [String] {
    let queries = Scene.tensor(asked).flatten(from: 1)  // [Q, 3·32·32]
    // |q - p|² without |q|², which is the same for all p.
    let distances = (pixels * pixels).sum(dim: 1) - queries.matmul(pixels.T) * 2  // [Q, N]
    return distances.argmin(dim: 1).scalars.map { scenes[$0].canonicalCaption }
  }
}

/// Exact matches and BLEU-1 to 4 of captions, as cells.
func scoreCells(_ said: [String], _ wanted: [String]) -> [Cell] {
  let bleu = BLEU(said, references: wanted)
  return [.percent(exactMatch(said, references: wanted), decimals: 1)]
    + (1...4).map { .fixed(bleu.score($0), decimals: 3) }
}

/// The share of captions that are exactly right for each of several lists.
func exactShares(_ said: [[String]], _ wanted: [[String]]) -> String {
  zip(said, wanted).map { Format.percent(exactMatch($0, references: $1), decimals: 1) }.joined(separator: "  ")
}
