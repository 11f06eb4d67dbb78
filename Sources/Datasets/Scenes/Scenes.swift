import Support
import Tensors

/// An endless list of drawn scenes: the one at an index depends on the seed and the index alone.
///
/// So a training run may stop and go on anywhere, and batches may be made in any order and on any thread:
/// ```swift
/// let scenes = Scenes(split: .training, seed: 0)
/// let batch = (0..<64).map { scenes[$0] }
/// let images = Scene.tensor(batch)                                   // [64, 3, 32, 32]
/// let captions = batch.indices.map { scenes.caption(at: $0).text }
/// ```
public struct Scenes: Sendable {
  /// The colors and shapes.
  public let world: SceneWorld
  /// The part of all scenes that these are from.
  public let split: SceneSplit
  /// How many things a scene may have.
  public let objectCounts: ClosedRange<Int>
  /// The wordings of captions and questions.
  public let wordings: SceneWordings
  /// What the scenes are drawn from.
  public let seed: Int

  /// Scenes of one part.
  ///
  /// - Parameters:
  ///   - objectCounts: how many things a scene may have, each number equally likely; 1 to 3.
  ///   - wordings: which wordings ``caption(at:)`` and ``question(at:)`` choose from.
  public init(
    world: SceneWorld = .sixBySix, split: SceneSplit, objectCounts: ClosedRange<Int> = 1...3,
    wordings: SceneWordings = .training, seed: Int = 0
  ) {
    if objectCounts.lowerBound < 1 || objectCounts.upperBound > 3 {
      reportMisuse("Scenes", "a scene has 1 to 3 things, not \(objectCounts.lowerBound) to \(objectCounts.upperBound)")
    }
    self.world = world
    self.split = split
    self.objectCounts = objectCounts
    self.wordings = wordings
    self.seed = seed
  }

  /// The scene at an index, from 0.
  public subscript(index: Int) -> Scene { drawScene(generator(index, .scene)) }

  /// The first scenes.
  public func prefix(_ count: Int) -> [Scene] {
    if count < 0 { reportMisuse("Scenes.prefix", "there are no \(count) scenes") }
    return (0..<count).map { self[$0] }
  }

  /// What else is drawn at an index, each from a stream of its own, so that a scene is the same with and without.
  enum Purpose: UInt64 {
    case scene
    case caption
    case question
    case counterfactual
  }

  /// PyTorch's generator, seeded from the seed, the index and the purpose.
  func generator(_ index: Int, _ purpose: Purpose) -> Generator {
    var mixed = SplitMix64(seed: UInt64(bitPattern: Int64(seed)) &+ purpose.rawValue << 60)
    var second = SplitMix64(seed: mixed.next() ^ UInt64(bitPattern: Int64(index)))
    return Generator(seed: Int(truncatingIfNeeded: second.next() >> 32))
  }

  func drawScene(_ generator: Generator) -> Scene {
    let combinations = world.combinations(in: split)
    let count = objectCounts.lowerBound + generator.integer(in: 0..<objectCounts.count)
    return drawScene([[SceneCombination]](repeating: combinations, count: count), generator)
  }

  /// Draws scenes until one is of the right part and its things do not touch.
  ///
  /// - Parameter combinations: what each thing may be.
  func drawScene(_ combinations: [[SceneCombination]], _ generator: Generator) -> Scene {
    while true {
      let objects = combinations.map { choices in
        SceneObject(
          generator.element(of: choices), size: generator.element(of: SceneSize.allCases),
          place: generator.element(of: ScenePlace.allCases), offsetX: generator.integer(in: SceneObject.offsets),
          offsetY: generator.integer(in: SceneObject.offsets))
      }
      if let scene = Scene(objects), world.split(of: scene) == split { return scene }
    }
  }
}

extension Generator {
  /// One element of a list, each equally likely.
  func element<Element>(of list: [Element]) -> Element { list[integer(in: 0..<list.count)] }
}
