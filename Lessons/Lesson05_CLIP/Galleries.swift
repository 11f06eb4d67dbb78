import Datasets
import Models
import Notebook
import Tensors

/// Prints a row for each run: its name, some numbers, and recall@1 both ways among a gallery's held-out scenes.
func compare(
  _ header: [String], _ runs: [(String, Experiment.Outcome)], among galleries: Galleries,
  _ numbers: (Experiment.Outcome) -> [Cell]
) {
  table(
    header + ["→ caption", "→ picture"],
    runs.map { name, run in [.text(name)] + numbers(run) + galleries.recalls(run.model) })
}

/// All scenes of one thing that differ in their captions, in the order of the splits, to look for and to look among.
struct Galleries {
  let scenes: [Scene]
  let captions: [String]
  private let ranges: [Range<Int>]

  init(_ world: SceneWorld, detail: SceneDetail = .full) {
    let galleries = SceneSplit.allCases.map {
      SceneGallery(Scenes(world: world, split: $0, objectCounts: 1...1, seed: 1), count: 1000, detail: detail)
    }
    scenes = galleries.flatMap(\.scenes)
    captions = galleries.flatMap(\.captions)
    var end = 0
    ranges = galleries.map { gallery in
      end += gallery.scenes.count
      return end - gallery.scenes.count..<end
    }
  }

  /// Where the scenes of a split are.
  func range(_ split: SceneSplit) -> Range<Int> { ranges[split.rawValue] }

  /// Unit vectors of all pictures and of all captions, `[N, D]` each.
  func embeddings(_ model: SimpleCLIP) -> (images: Tensor, texts: Tensor) {
    noGrad {
      (model.encodeImage(Scene.tensor(scenes)), model.encodeText(WordVocabulary.scenes.encode(captions)))
    }
  }

  /// Cosines of all pictures and captions, `[N, N]`.
  func similarities(_ model: SimpleCLIP) -> Tensor {
    let (images, texts) = embeddings(model)
    return images.matmul(texts.T)
  }

  /// Ranks of a split's captions for its pictures, among the split's own captions or among those of all splits.
  func scores(_ similarities: Tensor, _ split: SceneSplit, amongAll: Bool = false) -> RetrievalScores {
    let rows = similarities.slice(range(split), dim: 0)
    return amongAll
      ? RetrievalScores(rows, right: range(split).map { [$0] }) : RetrievalScores(rows.slice(range(split), dim: 1))
  }

  /// Recall@1 of captions for pictures and of pictures for captions.
  func recalls(_ model: SimpleCLIP, _ split: SceneSplit = .heldOut, amongAll: Bool = false) -> [Cell] {
    let similarities = similarities(model)
    return [similarities, similarities.T].map {
      .percent(scores($0, split, amongAll: amongAll).recall(at: 1), decimals: 1)
    }
  }

  /// Rows for held-out scenes and combinations, both ways: recall@1 among the split's own; recall@1, 5, 10 and the
  /// median rank among all.
  func retrievalRows(_ model: SimpleCLIP) -> [[Cell]] {
    let similarities = similarities(model)
    return [SceneSplit.heldOut, .heldOutCombinations].flatMap { split in
      [("picture → caption", similarities), ("caption → picture", similarities.T)].map { way, matrix in
        let all = scores(matrix, split, amongAll: true)
        return [.text("\(split), \(way)"), .percent(scores(matrix, split).recall(at: 1), decimals: 1)]
          + [1, 5, 10].map { .percent(all.recall(at: $0), decimals: 1) } + [.fixed(all.medianRank, decimals: 1)]
      }
    }
  }

  /// How often the first of all captions for a held-out picture has the right colour, shape, size and place.
  func rightParts(_ model: SimpleCLIP) -> [Cell] {
    let best = similarities(model).slice(range(.heldOut), dim: 0).argmax(dim: 1).scalars
    let pairs = zip(range(.heldOut), best).map { (scenes[$0].objects[0], scenes[$1].objects[0]) }
    let same: [(SceneObject, SceneObject) -> Bool] = [
      { $0.color == $1.color }, { $0.shape == $1.shape }, { $0.size == $1.size }, { $0.place == $1.place },
    ]
    return same.map { isSame in .percent(Double(pairs.count { isSame($0.0, $0.1) }) / Double(pairs.count), decimals: 1)
    }
  }

  /// The cosine of a held-out picture's vector with that of the same picture whose 16 patches are shuffled.
  func cosineWithShuffledPatches(_ model: SimpleCLIP) -> Float {
    let picture = Scene.tensor([scenes[range(.heldOut).lowerBound]])  // [1, 3, 32, 32]
    let order = withGenerator(Generator(seed: 0)) { IntTensor.randperm(16).scalars }
    let patches = picture.reshape(3, 4, 8, 4, 8).permute(1, 3, 0, 2, 4).reshape(16, 3, 8, 8).indexSelect(order)
    let shuffled = patches.reshape(4, 4, 3, 8, 8).permute(2, 0, 3, 1, 4).reshape(1, 3, 32, 32)
    return noGrad { (model.encodeImage(picture) * model.encodeImage(shuffled)).sum() }.item
  }

  /// The distance of the mean picture and the mean caption, the mean cosine of pairs and of all others, and recall@1
  /// among all captions before and after the two means are moved onto each other.
  func gapCells(_ model: SimpleCLIP) -> [Cell] {
    let (images, texts) = embeddings(model)
    let (imageMean, textMean) = (images.mean(dim: 0, keepDims: true), texts.mean(dim: 0, keepDims: true))
    let (cosines, count) = (images.matmul(texts.T), Float(scenes.count))
    let pairs = (images * texts).sum().item
    let centred = (images - imageMean).l2Normalized().matmul((texts - textMean).l2Normalized().T)
    let distances = [
      (imageMean - textMean).pow(2).sum().sqrt().item, pairs / count,
      (cosines.sum().item - pairs) / (count * (count - 1)),
    ]
    return distances.map { .fixed($0, decimals: 2) }
      + [cosines, centred].map { .percent(scores($0, .heldOut, amongAll: true).recall(at: 1), decimals: 1) }
  }
}
