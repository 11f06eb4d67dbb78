import Datasets
import Images
import Models
import Tensors

/// The cosines of some pictures and their captions side by side, a matrix for each model.
func similarityFigure(
  _ models: [(name: String, model: any DualEncoder)], _ galleries: Galleries, of range: Range<Int>
) -> Image {
  // Neighbors then have a color and a shape in common, so that blocks show what a model cannot tell apart.
  let order = range.sorted { galleries.scenes[$0].key < galleries.scenes[$1].key }
  let maps = models.map { _, model in
    let similarities = galleries.similarities(model).indexSelect(order, dim: 0).indexSelect(order, dim: 1)
    return Image.heatMap(similarities.scalars, columns: order.count, rows: order.count, cell: 6)
  }
  return Image.grid(maps, columns: maps.count, gap: 8, labels: models.map(\.name))
}

/// For each caption the five pictures that each model finds nearest, the right one framed.
func retrievalFigure(_ models: [any DualEncoder], _ galleries: Galleries, of captions: [Int]) -> Image {
  let similarities = models.map { galleries.similarities($0).T }
  let rows = captions.map { caption in
    let strips = similarities.map { matrix in
      let row = matrix[caption].scalars
      let nearest = row.indices.sorted { row[$0] == row[$1] ? $0 < $1 : row[$0] > row[$1] }.prefix(5)
      return Image.grid(
        nearest.map { index in
          var cell = galleries.scenes[index].image().enlarged(by: 2)
          let frame = Rectangle(x: 0, y: 0, width: cell.width, height: cell.height)
          cell.stroke(frame, color: index == caption ? .black : .lightGray, thickness: index == caption ? 3 : 1)
          return cell
        }, columns: 5, gap: 3)
    }
    let labels = [galleries.captions[caption]] + strips.dropFirst().map { _ in "" }
    return Image.grid(strips, columns: strips.count, gap: 10, labels: labels)
  }
  return Image.grid(rows, columns: 1, gap: 0)
}
