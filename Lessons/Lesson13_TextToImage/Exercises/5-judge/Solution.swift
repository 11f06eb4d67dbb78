import Datasets
import Images

/// The color of the one thing that a drawing shows; nil if it shows nothing.
func color(of drawing: Image) -> SceneColor? {
  func distance(_ a: Color, _ b: Color) -> Int {
    let (red, green, blue) = (Int(a.red) - Int(b.red), Int(a.green) - Int(b.green), Int(a.blue) - Int(b.blue))
    return red * red + green * green + blue * blue
  }
  var votes = [Int](repeating: 0, count: SceneColor.allCases.count)
  for y in 0..<drawing.height {
    for x in 0..<drawing.width {
      let distances = SceneColor.allCases.map { distance(drawing[x, y], $0.paint) }
      guard let nearest = distances.indices.min(by: { distances[$0] < distances[$1] }) else { continue }
      // Edges are mixtures with white: they are far from every color, or nearer to white.
      if distances[nearest] < 60 * 60, distances[nearest] < distance(drawing[x, y], .white) { votes[nearest] += 1 }
    }
  }
  guard let most = votes.max(), most >= 10 else { return nil }
  return SceneColor.allCases.first { votes[$0.rawValue] == most }
}
