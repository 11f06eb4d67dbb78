import Datasets
import Images
import Layers
import Notebook
import Pretrained
import Tensors

/// Where a reader's cross-attention lies on a page while it is asked for each field.
struct Look {
  /// The page.
  let document: Document
  /// How much attention the patches get that show a field, for each field.
  private(set) var shares: [Share] = []
  /// The attention of the told head to the patches, mean over the characters, for each field.
  private var maps: [[Float]] = []
  private let columns: Int
  private let rows: Int

  /// The attention to one field's patches.
  struct Share {
    let path: String
    /// Of an attention that is even over all patches.
    let even: Double
    /// Of each layer, mean over the heads that were never told where to look.
    let layers: [Double]
    /// Of the head that was: the first one of the last layer.
    let told: Double
  }

  init(_ document: Document, _ reader: Reader) {
    self.document = document
    let encoder = reader.task.model.configuration.encoder
    let (width, height) = (encoder.patchSize.width, encoder.patchSize.height)
    columns = encoder.imageSize.width / width
    rows = encoder.imageSize.height / height
    let pixels = Document.tensor([document])
    let ids = reader.tokens(document.sequence) + [reader.end]
    let reading = reader.readings([ids], pixels)[0]
    let input = IntTensor([[reader.start(.fields)] + ids.dropLast()])
    // The row of a token holds the weights with which the next one is chosen.
    let all = AttentionRecorder(reader.task.model, pixels, captions: input).weights.map { $0[0] }  // [H, T, S]
    let weights =
      all.enumerated().map { layer, heads -> [Float] in
        let first = layer == all.count - 1 ? 1 : 0
        return heads.slice(first..<heads.shape[0], dim: 0).mean(dim: 0).scalars  // [T, S]
      } + [all[all.count - 1][0].scalars]
    let tokenCount = columns * rows + 1  // with the class token
    for field in reading.fields where field.path != "kind" {
      guard let text = document.texts.first(where: { $0.field == field.path }) else { continue }
      // A turned page moves a text by up to a pixel; patches that it touches count.
      let bounds = text.bounds
      let across = bounds.x / width...(bounds.x + bounds.width - 1) / width
      let down = bounds.y / height...(bounds.y + bounds.height - 1) / height
      let touched = down.flatMap { row in across.map { row * columns + $0 } }.filter { $0 < rows * columns }
      let places = field.tokens.dropLast()  // the characters, without the closing tag
      let means = weights.map { layer -> [Float] in
        var sums = [Float](repeating: 0, count: columns * rows)
        for place in places {
          for patch in sums.indices { sums[patch] += layer[place * tokenCount + 1 + patch] }
        }
        return sums.map { $0 / Float(places.count) }
      }
      shares.append(
        Share(
          path: field.path, even: Double(touched.count) / Double(columns * rows),
          layers: means.dropLast().map { sum($0, touched) }, told: sum(means[means.count - 1], touched)))
      maps.append(means.last ?? [])
    }
  }

  private func sum(_ map: [Float], _ patches: [Int]) -> Double { patches.reduce(0) { $0 + Double(map[$1]) } }

  /// The page once for each field, with what the head attends to that was told where to look.
  func strip() -> Image {
    let picture = document.image().enlarged(by: 2)
    let pictures = maps.map { picture.overlaid(withHeatMap: $0, columns: columns, rows: rows) }
    return .grid(pictures, columns: 4, gap: 6, labels: shares.map(\.path))
  }
}
