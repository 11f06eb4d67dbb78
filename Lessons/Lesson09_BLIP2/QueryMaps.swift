import Datasets
import Images
import Tensors

/// 1 for the tokens of patches that hold the middle of a thing, else 0: `[N, 1, tokens]`; the class token comes first.
func thingMask(_ scenes: [Scene], columns: Int) -> Tensor {
  let count = 1 + columns * columns
  let rows = scenes.flatMap { scene in
    let middles = Set(scene.objects.map { 1 + $0.patch(columns: columns) })
    return (0..<count).map { Float(middles.contains($0) ? 1 : 0) }
  }
  return Tensor(rows, shape: [scenes.count, 1, count])
}

/// Scenes, each beside a map of what each query attends to.
///
/// - Parameters:
///   - weights: of each scene and query for each token, `[N, Q, tokens]`.
///   - columns: patches side by side.
func queryMaps(_ scenes: [Scene], _ weights: Tensor, columns: Int) -> Image {
  let queries = 0..<weights.shape[1]
  let cells = scenes.enumerated().flatMap { index, scene in
    let picture = scene.image().enlarged(by: 4)
    return [picture]
      + queries.map { query in
        let patches = Array(weights[index][query].scalars.dropFirst())
        return picture.overlaid(withHeatMap: patches, columns: columns, rows: columns, range: 0...0.5)
      }
  }
  return .grid(cells, columns: queries.count + 1, gap: 4)
}

/// On how many different tokens the queries have their largest share of attention, `[Q, tokens]`.
func tokensAtTop(_ weights: Tensor) -> Int {
  Set((0..<weights.shape[0]).map { weights[$0].argmax() }).count
}
