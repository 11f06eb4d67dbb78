import Datasets
import Evaluation
import Models
import Notebook
import Tensors

/// Prints a row for each run: its name, some numbers, and recall@1 both ways among a gallery's held-out scenes; and what
/// guessing has.
func compare(
  _ header: [String], _ runs: [(String, Experiment.Outcome)], among galleries: Galleries,
  file: String = #fileID, line: Int = #line, _ numbers: (Experiment.Outcome) -> [Cell]
) {
  var rows: [[Cell]] = runs.map { name, run in [.text(name)] + numbers(run) + galleries.recalls(run.model) }
  let chance = Cell.percent(galleries.chance(among: .heldOut), decimals: 1)
  rows.append(["chance"] + Array(repeating: "", count: header.count - 1) + [chance, chance])
  table(header + ["→ caption", "→ picture"], rows, file: file, line: line)
}

/// All scenes that differ in their captions, in the order of the splits, to look for and to look among.
final class Galleries {
  let scenes: [Scene]
  let captions: [String]
  private let ranges: [Range<Int>]
  private var known: [ObjectIdentifier: (model: SimpleCLIP, images: Tensor, texts: Tensor)] = [:]

  init(_ world: SceneWorld, detail: SceneDetail = .full) {
    let galleries = SceneSplit.allCases.map {
      SceneGallery(Scenes(world: world, split: $0, objectCounts: thingCounts, seed: 1), count: 1000, detail: detail)
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

  /// Recall@1 of guessing among a split's own captions.
  func chance(among split: SceneSplit) -> Double { RetrievalScores.chance(at: 1, items: range(split).count) }

  /// Unit vectors of all pictures and of all captions, `[N, D]` each; made once for a model, when its training is over.
  func embeddings(_ model: SimpleCLIP) -> (images: Tensor, texts: Tensor) {
    // The model is kept, too, so that no other one gets its identifier.
    if let found = known[ObjectIdentifier(model)] { return (found.images, found.texts) }
    let (images, texts) = noGrad {
      (model.encodeImage(Scene.tensor(scenes)), model.encodeText(WordVocabulary.scenes.encode(captions)))
    }
    known[ObjectIdentifier(model)] = (model, images, texts)
    return (images, texts)
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
  func recallsAtOne(_ model: SimpleCLIP, _ split: SceneSplit = .heldOut, amongAll: Bool = false) -> [Double] {
    let similarities = similarities(model)
    return [similarities, similarities.T].map { scores($0, split, amongAll: amongAll).recall(at: 1) }
  }

  /// The same as percentages.
  func recalls(_ model: SimpleCLIP, _ split: SceneSplit = .heldOut, amongAll: Bool = false) -> [Cell] {
    recallsAtOne(model, split, amongAll: amongAll).map { .percent($0, decimals: 1) }
  }

  /// What the columns of ``retrievalRows(_:)`` are.
  var retrievalHeader: [String] {
    ["", "recall@1 of own", "@1 of all \(scenes.count)", "@5 of all", "@10 of all", "median rank of all"]
  }

  /// Rows for held-out scenes and combinations, both ways: recall@1 among the split's own; recall@1, 5, 10 and the
  /// median rank among all; and what guessing has.
  func retrievalRows(_ model: SimpleCLIP) -> [[Cell]] {
    let similarities = similarities(model)
    return [SceneSplit.heldOut, .heldOutCombinations].flatMap { split in
      [("picture → caption", similarities), ("caption → picture", similarities.T)].map { way, matrix in
        let all = scores(matrix, split, amongAll: true)
        return row("\(split), \(way)", scores(matrix, split).recall(at: 1), all.recall, all.medianRank)
      } + [
        row(
          "\(split), chance", chance(among: split), { RetrievalScores.chance(at: $0, items: self.scenes.count) },
          Double(scenes.count + 1) / 2)
      ]
    }
  }

  private func row(_ name: String, _ own: Double, _ recall: (Int) -> Double, _ medianRank: Double) -> [Cell] {
    [.text(name)] + ([own] + [1, 5, 10].map(recall)).map { .percent($0, decimals: 1) }
      + [.fixed(medianRank, decimals: 1)]
  }

  /// How often the first of all captions for a held-out picture has the right color, shape, size and place.
  func rightParts(_ model: SimpleCLIP) -> [Cell] {
    let best = similarities(model).slice(range(.heldOut), dim: 0).argmax(dim: 1).scalars
    let pairs = zip(range(.heldOut), best).map { (scenes[$0].objects[0], scenes[$1].objects[0]) }
    let same: [(SceneObject, SceneObject) -> Bool] = [
      { $0.color == $1.color }, { $0.shape == $1.shape }, { $0.size == $1.size }, { $0.place == $1.place },
    ]
    return same.map { isSame in .percent(Double(pairs.count { isSame($0.0, $0.1) }) / Double(pairs.count), decimals: 1)
    }
  }

  /// A held-out picture and the same with its 16 patches shuffled, `[1, 3, 32, 32]` each.
  func shuffledPatches() -> (picture: Tensor, shuffled: Tensor) {
    let picture = Scene.tensor([scenes[range(.heldOut).lowerBound]])
    let order = withGenerator(Generator(seed: 0)) { IntTensor.randperm(16).scalars }
    let patches = picture.reshape(3, 4, 8, 4, 8).permute(1, 3, 0, 2, 4).reshape(16, 3, 8, 8).indexSelect(order)
    return (picture, patches.reshape(4, 4, 3, 8, 8).permute(2, 0, 3, 1, 4).reshape(1, 3, 32, 32))
  }

  /// The cosine of the vectors of a held-out picture and of the same with its patches shuffled.
  func cosineWithShuffledPatches(_ model: SimpleCLIP) -> Float {
    let (picture, shuffled) = shuffledPatches()
    return noGrad { (model.encodeImage(picture) * model.encodeImage(shuffled)).sum() }.item
  }

  /// How far apart pictures and captions lie, and what becomes of recall@1 among all captions when the mean picture and
  /// the mean caption are moved onto each other.
  func gap(_ model: SimpleCLIP, _ name: String) -> Gap {
    let (images, texts) = embeddings(model)
    let (imageMean, textMean) = (images.mean(dim: 0, keepDims: true), texts.mean(dim: 0, keepDims: true))
    let (cosines, count) = (images.matmul(texts.T), Float(scenes.count))
    let pairs = (images * texts).sum().item
    let centered = (images - imageMean).l2Normalized().matmul((texts - textMean).l2Normalized().T)
    return Gap(
      name: name, distance: (imageMean - textMean).pow(2).sum().sqrt().item, pairs: pairs / count,
      others: (cosines.sum().item - pairs) / (count * (count - 1)),
      recall: scores(cosines, .heldOut, amongAll: true).recall(at: 1),
      recallWithoutGap: scores(centered, .heldOut, amongAll: true).recall(at: 1))
  }
}

/// How far apart pictures and captions lie in a model's space.
struct Gap {
  let name: String
  /// The distance of the two means; the mean cosine of pairs and of all others.
  let distance, pairs, others: Float
  /// Recall@1 among all captions, as it is and with the means moved onto each other.
  let recall, recallWithoutGap: Double

  var cells: [Cell] {
    [.text(name)] + [distance, pairs, others].map { .fixed($0, decimals: 2) }
      + [recall, recallWithoutGap].map { .percent($0, decimals: 1) }
  }
}

/// The parameters of a full-sized model by part, with their shares.
func partRows(_ model: SimpleCLIP) -> [[Cell]] {
  [
    ("image encoder", "image_encoder"), ("text encoder", "text_encoder"), ("  one layer", "text_encoder.layers.0."),
    ("token embeddings", "token_embed"), ("text positions", "pos_embed"), ("image projection", "image_proj"),
    ("text projection", "text_proj"), ("temperature", "logit_scale"),
  ].map { name, prefix in
    let count = model.parameterCount(under: prefix)
    return [.text(name), .integer(count), .percent(Double(count) / Double(model.parameterCount))]
  }
}

/// What a row of section 5.10 says of a run: its steps and pairs, the captions of its world, recall@1 among them all.
func worldRow(_ world: String, _ galleries: Galleries, _ run: Experiment.Outcome) -> [Cell] {
  let steps = "\(run.experiment.steps) of \(run.experiment.batchSize)"
  return [.text(world), .text(steps), .integer(galleries.scenes.count)]
    + [.heldOut, .heldOutCombinations].flatMap { galleries.recalls(run.model, $0, amongAll: true) }
}
