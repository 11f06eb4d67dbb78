import Datasets
import Images

/// The color of the one thing that a drawing shows; nil if it shows nothing.
func color(of drawing: Image) -> SceneColor? {
  // The color that is nearest to the pixel in the middle, even if that is white.
  let middle = drawing[drawing.width / 2, drawing.height / 2]
  return SceneColor.allCases.min { first, second in
    abs(Int(first.paint.red) - Int(middle.red)) < abs(Int(second.paint.red) - Int(middle.red))
  }
}
