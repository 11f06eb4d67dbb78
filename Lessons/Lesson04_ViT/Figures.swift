import Datasets
import Images
import Tensors

/// Digits in a row under what [CLS] sees of them.
///
/// - Parameters:
///   - maps: for each digit how much each token looks at each other one, `[digits, T, T]`; row 0 is that of [CLS].
///   - side: how many patches a row has.
func overlays(_ maps: Tensor, _ digits: Digits, _ side: Int) -> Image {
  let pictures = (0..<maps.shape[0]).map { index in
    digits.image(at: index).enlarged(by: 8).overlaid(
      withHeatMap: maps[index][0][1..<side * side + 1].scalars, columns: side, rows: side)
  }
  return .grid(pictures, columns: pictures.count, gap: 3)
}
