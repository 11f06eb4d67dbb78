import Datasets
import Images
import Layers
import Notebook
import Pretrained
import Tensors

/// How much the patches of a drawing attend to the words of its text.
struct TextAttention {
  let painter: Painter
  /// The moments of a drawing at which it is looked at.
  static let times = [0.8, 0.4]

  /// For one block and moment the share of attention that words of a thing get, mean over things and drawings.
  struct Row {
    let block: Int
    let time: Double
    /// From patches of the thing, of the other thing, and of the background.
    let own, other, background: Double
  }

  private var settings: DiTConfiguration { painter.settings }
  private var columns: Int { settings.imageSize.width / settings.patchSize.width }

  /// For each moment and each block how much each patch attends to each token of the text, mean over the heads, `[N, L]`.
  private func maps(_ prompt: String, seed: Int) -> [[Tensor]] {
    let text = Notebook.require(try painter.task.encode([prompt]))
    let moments = painter.moments(prompt, seed: seed)
    return Self.times.map { time in
      let moment = moments.min { abs($0.time - time) < abs($1.time - time) } ?? moments[0]
      let recorder = AttentionRecorder(painter.task.model.transformer, moment.noisy, at: [moment.time], text)
      let length = text.states.shape[1]
      return recorder.weights.map { weights in
        let mean = weights[0].mean(dim: 0)  // [L + N, L + N]
        return mean.slice(length..<mean.shape[0], dim: 0).slice(0..<length, dim: 1)
      }
    }
  }

  /// The tokens of a text, without those around it.
  private func words(_ prompt: String) -> [String] {
    painter.task.tokenizer.encode(prompt, addSpecialTokens: false).ids.map {
      painter.task.tokenizer.decode([$0]).filter { $0 != " " }
    }
  }

  /// The tables' rows.
  ///
  /// - Parameter drawings: right drawings of two things: text, seed, and the things in the text's order.
  func rows(_ drawings: [(caption: String, seed: Int, things: [SceneObject])]) -> [Row] {
    var sums = [[[Double]]](
      repeating: [[Double]](repeating: [0, 0, 0], count: settings.layerCount), count: Self.times.count)
    var count = 0
    for drawing in drawings {
      let things = drawing.things
      guard things.count == 2, things[0].color != things[1].color, things[0].shape != things[1].shape else { continue }
      let words = words(drawing.caption)
      let maps = maps(drawing.caption, seed: drawing.seed)
      let patches = things.map(patches)
      let background = (0..<columns * columns).filter { patch in !patches.contains { $0.contains(patch) } }
      for (index, thing) in things.enumerated() {
        // One token begins the text.
        let places = words.indices.filter { words[$0] == "\(thing.color)" || words[$0] == "\(thing.shape)" }.map {
          $0 + 1
        }
        guard !places.isEmpty else { continue }
        count += 1
        for moment in maps.indices {
          for block in maps[moment].indices {
            let map = maps[moment][block].scalars
            let length = maps[moment][block].shape[1]
            for (kind, group) in [patches[index], patches[1 - index], background].enumerated() where !group.isEmpty {
              let shares = group.map { patch in places.reduce(0.0) { $0 + Double(map[patch * length + $1]) } }
              sums[moment][block][kind] += shares.reduce(0, +) / Double(group.count)
            }
          }
        }
      }
    }
    return Self.times.indices.flatMap { moment in
      (0..<settings.layerCount).map { block in
        let means = sums[moment][block].map { $0 / Double(max(count, 1)) }
        return Row(
          block: block, time: Self.times[moment], own: means[0], other: means[1], background: means[2])
      }
    }
  }

  /// The patches that a thing's box covers at least half of.
  private func patches(of thing: SceneObject) -> [Int] {
    let side = 64 / columns  // units
    return (0..<columns * columns).filter { patch in
      let (x, y) = (patch % columns * side + side / 2, patch / columns * side + side / 2)
      return abs(x - thing.centerX) < thing.size.radius && abs(y - thing.centerY) < thing.size.radius
    }
  }

  /// What the rows say.
  func comment(_ rows: [Row]) -> String {
    let best = rows.max { $0.own - $0.other < $1.own - $1.other } ?? rows[0]
    let more = rows.count { $0.own > $0.other + 0.05 }
    return """
      In \(more) of \(rows.count) rows a thing's words get clearly more attention from its own patches than from the other \
      thing's, by 5 points of 100 or more; in the other rows nearly as much or less. The \
      largest difference is in block \(best.block + 1) at time \(Format.fixed(best.time, decimals: 1)): \
      \(Format.percent(best.own, decimals: 1)) against \(Format.percent(best.other, decimals: 1)). The model was never told which \
      patches a word is about. That the attention is the reason for what is drawn is not shown by this.
      """
  }

  /// The drawing once for each word, with how much each patch attends to it at the first moment, mean over the blocks.
  func strip(_ prompt: String, seed: Int) -> Image {
    let words = words(prompt)
    let blocks = maps(prompt, seed: seed)[1]
    let mean = blocks.dropFirst().reduce(blocks[0]) { $0 + $1 } / Float(blocks.count)  // [N, L]
    let drawing = painter([prompt], seed: seed)[0].enlarged(by: 3)
    let scalars = mean.scalars
    let length = mean.shape[1]
    let columnsOfWords = words.indices.map { word in
      (0..<columns * columns).map { scalars[$0 * length + word + 1] }
    }
    let largest = columnsOfWords.joined().max() ?? 1
    let maps = columnsOfWords.map { map in
      drawing.overlaid(withHeatMap: map, columns: columns, rows: columns, range: 0...max(largest, 1e-6))
    }
    return .grid(maps, columns: 6, gap: 4, labels: words)
  }
}
