import Datasets
import Layers
import Pretrained
import Tensors

/// What the painter learns from: drawn scenes of one or two things, each with one of its captions.
struct PainterExamples {
  private let single: Scenes
  private let pairs: Scenes
  private let batchSize: Int

  /// How many things a scene has.
  static let objectCounts = 1...2

  /// Scenes of a part from a seed.
  init(_ split: SceneSplit = .training, seed: Int, batchSize: Int) {
    single = Scenes(split: split, objectCounts: 1...1, seed: seed)
    pairs = Scenes(split: split, objectCounts: 2...2, seed: seed)
    self.batchSize = batchSize
  }

  /// The examples of a step, which no other step has.
  ///
  /// Seven of ten scenes have two things, since which of them has which color takes longest to learn. Nine of ten captions
  /// have all details; the rest have any, so that a caption without a size or a place is drawn, too.
  func batch(step: Int) -> PainterBatch {
    let examples = (step * batchSize..<(step + 1) * batchSize).map { index in
      let scenes = index % 10 < 7 ? pairs : single
      let details = index / 10 % 10 < 9 ? [SceneDetail.full] : SceneDetail.allCases
      return (scene: scenes[index], caption: scenes.caption(at: index, details: details).text)
    }
    return PainterBatch(scenes: examples.map(\.scene), captions: examples.map(\.caption))
  }

  /// The words of all training captions, in alphabetical order.
  static let words: [String] = {
    var texts: [String] = SceneColor.allCases.map(\.description) + SceneShape.allCases.map(\.description)
    texts += SceneSize.allCases.map(\.description) + ScenePlace.allCases.map(\.description)
    texts += SceneRelation.allCases.map(\.description) + ["a", "an", "and"]
    texts += SceneGrammar.frames(.training).map { $0.replacing("_", with: " ") }
    return Set(texts.flatMap(SceneGrammar.words)).union(["of"]).sorted()
  }()
}

/// Scenes with captions, to be drawn.
struct PainterBatch {
  let scenes: [Scene]
  let captions: [String]

  /// How many captions are replaced by the empty text, so that the painter learns to draw without one, as guidance
  /// needs it (Ho and Salimans 2022, algorithm 1).
  static let emptyShare = 0.1

  /// The share of times that are drawn from the middle alone; the others are drawn evenly, so that more lie there. Esser et
  /// al. 2024, section 3.1, take times of the middle more often, too.
  static let middleShare = 0.5
  /// The times at which the text counts much.
  private static let middle = 0.5...0.95

  /// Makes a time of a number from 0 to 1: the first half of the numbers goes to the middle, the rest to 0…1.
  static func time(_ number: Double) -> Double {
    if number >= middleShare { return (number - middleShare) / (1 - middleShare) }
    return middle.lowerBound + (middle.upperBound - middle.lowerBound) * number / middleShare
  }

  /// The mean squared error of what the painter computes from noisy scenes at random times (Ho et al. 2020, algorithm
  /// 1).
  ///
  /// - Throws: `DataError` for a caption that the painter cannot read.
  func loss(of painter: TextToImage) throws -> Tensor {
    let generator = Generator.current
    let (settings, count) = (painter.model.configuration, scenes.count)
    let led = captions.map { generator.nextUnitDouble() < Self.emptyShare ? "" : $0 }
    // One number in each of as many parts of 0…1, so that each batch has early and late times (Kingma et al. 2021,
    // appendix I.1).
    let times = (0..<count).map { Self.time((Double($0) + generator.nextUnitDouble()) / Double(count)) }
    let clean = Scene.tensor(scenes)  // [B, 3, 32, 32]
    let noise = Tensor.randn(clean.shape)
    let noisy = settings.schedule.noisy(clean, noise, at: times)
    let output = painter.model.transformer(noisy, at: times, try painter.encode(led))
    return meanSquaredError(output, settings.target.value(clean, noise, at: times, settings.schedule))
  }
}
