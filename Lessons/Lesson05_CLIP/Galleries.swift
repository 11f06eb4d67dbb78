import Datasets
import Evaluation
import Models
import Tensors

/// All scenes that differ in their captions, in the order of the splits, to search for and to search among.
final class Galleries {
  let scenes: [Scene]
  let captions: [String]
  private let ranges: [Range<Int>]
  private var known: [ObjectIdentifier: (model: any DualEncoder, images: Tensor, texts: Tensor)] = [:]

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
  func embeddings(_ model: any DualEncoder) -> (images: Tensor, texts: Tensor) {
    // The model is kept, too, so that no other one gets its identifier.
    if let found = known[ObjectIdentifier(model)] { return (found.images, found.texts) }
    let (images, texts) = noGrad {
      (model.encodeImage(Scene.tensor(scenes)), model.encodeText(WordVocabulary.scenes.encode(captions)))
    }
    known[ObjectIdentifier(model)] = (model, images, texts)
    return (images, texts)
  }

  /// Cosines of all pictures and captions, `[N, N]`.
  func similarities(_ model: any DualEncoder) -> Tensor {
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
  func recallsAtOne(_ model: any DualEncoder, _ split: SceneSplit = .heldOut, amongAll: Bool = false) -> [Double] {
    let similarities = similarities(model)
    return [similarities, similarities.T].map { scores($0, split, amongAll: amongAll).recall(at: 1) }
  }

  /// The mean of both directions' recall@1.
  func meanRecall(_ model: any DualEncoder, _ split: SceneSplit = .heldOut, amongAll: Bool = false) -> Double {
    recallsAtOne(model, split, amongAll: amongAll).reduce(0, +) / 2
  }

  /// What the first of all captions for each held-out picture says of it: the shares with the right color, shape, size
  /// and place.
  func rightParts(_ model: any DualEncoder) -> [Double] {
    let best = similarities(model).slice(range(.heldOut), dim: 0).argmax(dim: 1).scalars
    let pairs = zip(range(.heldOut), best).map { (scenes[$0].objects[0], scenes[$1].objects[0]) }
    let counts = [
      pairs.count { $0.color == $1.color }, pairs.count { $0.shape == $1.shape },
      pairs.count { $0.size == $1.size }, pairs.count { $0.place == $1.place },
    ]
    return counts.map { Double($0) / Double(pairs.count) }
  }

  /// A held-out picture and the same with its 16 patches shuffled, `[1, 3, 32, 32]` each.
  func shuffledPatches() -> (picture: Tensor, shuffled: Tensor) {
    let picture = Scene.tensor([scenes[range(.heldOut).lowerBound]])
    let order = withGenerator(Generator(seed: 0)) { IntTensor.randperm(16).scalars }
    let patches = picture.reshape(3, 4, 8, 4, 8).permute(1, 3, 0, 2, 4).reshape(16, 3, 8, 8).indexSelect(order)
    return (picture, patches.reshape(4, 4, 3, 8, 8).permute(2, 0, 3, 1, 4).reshape(1, 3, 32, 32))
  }

  /// The mean cosine of the first held-out picture and all others for which a condition holds.
  func cosineToOthers(_ model: any DualEncoder, where isMeant: (SceneObject, SceneObject) -> Bool) -> Float {
    let (first, pictures) = (range(.heldOut).lowerBound, embeddings(model).images)
    let others = scenes.indices.filter { $0 != first && isMeant(scenes[first].objects[0], scenes[$0].objects[0]) }
    return noGrad { pictures.indexSelect(others).matmul(pictures[first].unsqueeze(1)).mean() }.item
  }

  /// How far apart pictures and captions lie, and what becomes of recall@1 among all captions when the mean picture and
  /// the mean caption are moved onto each other.
  func gap(_ model: any DualEncoder) -> Gap {
    let (images, texts) = embeddings(model)
    let (imageMean, textMean) = (images.mean(dim: 0, keepDims: true), texts.mean(dim: 0, keepDims: true))
    let (cosines, count) = (images.matmul(texts.T), Float(scenes.count))
    let pairs = (images * texts).sum().item
    let centered = (images - imageMean).l2Normalized().matmul((texts - textMean).l2Normalized().T)
    return Gap(
      distance: (imageMean - textMean).pow(2).sum().sqrt().item, pairs: pairs / count,
      others: (cosines.sum().item - pairs) / (count * (count - 1)),
      recall: scores(cosines, .heldOut, amongAll: true).recall(at: 1),
      recallWithoutGap: scores(centered, .heldOut, amongAll: true).recall(at: 1))
  }
}

/// How far apart pictures and captions lie in a model's space.
struct Gap {
  /// The distance of the two means; the mean cosine of pairs and of all others.
  let distance, pairs, others: Float
  /// Recall@1 among all captions, as it is and with the means moved onto each other.
  let recall, recallWithoutGap: Double
}
