import Images
import Tensors
import Testing

@testable import Datasets

/// The FNV-1a hash of bytes.
private func digest(_ bytes: some Sequence<UInt8>) -> String {
  String(bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, radix: 16)
}

private let parts: [Scenes] = [SceneWorld.sixBySix, .fourByFour].flatMap { world in
  SceneSplit.allCases.map { Scenes(world: world, split: $0, seed: 7) }
}

@Test func scenesHaveTheSameBytesEverywhere() {
  let scenes = Scenes(split: .training).prefix(200)
  #expect(digest(scenes.flatMap { $0.image().pixels }) == "cedfd9de02dcdc34")
  #expect(digest(scenes.flatMap { $0.image(side: 45).pixels }) == "5f5f0f0fdfca014c")
  #expect(digest(scenes.flatMap { $0.image(side: 64).pixels }) == "d7e0402da777934b")
  #expect(
    digest(Scenes(split: .heldOut, seed: 3).prefix(200).flatMap { $0.canonicalCaption.utf8 }) == "84bea0cd045fde5b")
}

@Test func aSceneDependsOnSeedAndIndexAlone() {
  let scenes = Scenes(split: .training, seed: 1)
  let backwards = (0..<50).reversed().map { scenes[$0] }
  #expect(Array(backwards.reversed()) == scenes.prefix(50))
  #expect(scenes.prefix(50) != Scenes(split: .training, seed: 2).prefix(50))
  #expect(scenes.question(at: 5) == scenes.question(at: 5))
  #expect((0..<50).map { scenes.caption(at: $0) } != (0..<50).map { scenes.caption(at: $0, epoch: 1) })
}

@Test func drawingScenesLeavesTheCurrentGeneratorAlone() {
  let generator = Generator(seed: 5)
  let before = generator.state
  withGenerator(generator) {
    let scenes = Scenes(split: .training)
    _ = Scene.tensor(scenes.prefix(3))
    _ = (scenes.question(at: 0), scenes.counterfactual(at: 0), scenes.caption(at: 0))
  }
  #expect(generator.state == before)
}

@Test func thingsAreInsideApartAndDifferent() {
  for scenes in parts {
    for scene in scenes.prefix(500) {
      for (index, first) in scene.objects.enumerated() {
        let radius = first.size.radius
        #expect(min(first.centerX, first.centerY) >= radius && max(first.centerX, first.centerY) <= 64 - radius)
        #expect(scenes.world.combinations.contains(first.combination))
        for second in scene.objects[..<index] {
          let reach = radius + second.size.radius + 2
          #expect(
            abs(first.centerX - second.centerX) >= reach || abs(first.centerY - second.centerY) >= reach)
          #expect(first.combination != second.combination)
        }
      }
    }
  }
  let circle = SceneObject(SceneCombination(.red, .circle), size: .large, place: .middle)
  #expect(Scene([]) == nil)
  #expect(Scene([circle, circle]) == nil)
  #expect(Scene([circle, SceneObject(SceneCombination(.blue, .circle), size: .small, place: .top)]) == nil)
}

/// Patches of connected pixels that are fully of a color; a shape's border is mixed with white.
private func patches(_ image: Image, of color: Color) -> [[(x: Int, y: Int)]] {
  var isNew = [Bool](repeating: false, count: image.width * image.height)
  for y in 0..<image.height { for x in 0..<image.width { isNew[y * image.width + x] = image[x, y] == color } }
  var result: [[(x: Int, y: Int)]] = []
  for start in isNew.indices where isNew[start] {
    isNew[start] = false
    var patch = [start]
    var next = 0
    while next < patch.count {
      let (x, y) = (patch[next] % image.width, patch[next] / image.width)
      next += 1
      for (nearX, nearY) in [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)]
      where nearX >= 0 && nearY >= 0 && nearX < image.width && nearY < image.height
        && isNew[nearY * image.width + nearX]
      {
        isNew[nearY * image.width + nearX] = false
        patch.append(nearY * image.width + nearX)
      }
    }
    result.append(patch.map { ($0 % image.width, $0 / image.width) })
  }
  return result
}

@Test(arguments: [32, 33, 50, 64]) func thePictureShowsWhatTheSceneSays(side: Int) {
  for scene in Scenes(split: .training, seed: side).prefix(150) {
    let image = scene.image(side: side)
    for color in SceneColor.allCases {
      let things = scene.objects.filter { $0.color == color }
      // Rings of a few pixels may fall apart and points come off; the large patches are the things.
      let found = patches(image, of: color.paint)
      #expect(found.isEmpty == things.isEmpty)
      for patch in found {
        let x = patch.map(\.x).reduce(0, +) * 128 / patch.count / side / 2
        let y = patch.map(\.y).reduce(0, +) * 128 / patch.count / side / 2
        #expect(things.contains { abs($0.centerX - x) <= $0.size.radius && abs($0.centerY - y) <= $0.size.radius })
      }
    }
  }
}

@Test func everyShapeIsToldFromTheOthersByItsPixels() {
  for side in [32, 48, 64] {
    for size in SceneSize.allCases {
      let pictures = SceneShape.allCases.map { shape in
        Scene([SceneObject(SceneCombination(.blue, shape), size: size, place: .middle)])!.image(side: side)
      }
      let box = (2 * size.radius * side / 64) * (2 * size.radius * side / 64)
      for (index, first) in pictures.enumerated() {
        for second in pictures[..<index] {
          // Of the red samples in the box, as the share of a box that changes from empty to full.
          let difference = stride(from: 0, to: first.pixels.count, by: 3).reduce(0) {
            $0 + abs(Int(first.pixels[$1]) - Int(second.pixels[$1]))
          }
          #expect(difference * 100 / (225 * box) >= 12, "side \(side), \(size)")
        }
      }
    }
  }
}

@Test func aBatchHasTheNumbersOfAnImageProcessor() throws {
  let scenes = Scenes(split: .heldOut).prefix(3)
  let batch = Scene.tensor(scenes, side: 40)
  #expect(batch.shape == [3, 3, 40, 40])
  let values = batch.scalars
  for (index, scene) in scenes.enumerated() {
    let image = scene.image(side: 40)
    for channel in 0..<3 {
      for y in 0..<40 {
        for x in 0..<40 {
          let value = values[((index * 3 + channel) * 40 + y) * 40 + x]
          #expect(value == (Float(Double(image[x, y, channel]) * (1.0 / 255)) - 0.5) / 0.5)
        }
      }
    }
  }
  #expect(values.max() == 1)
}

@Test func splitsShareNoScene() {
  for world in [SceneWorld.sixBySix, .fourByFour] {
    var keys: [SceneSplit: Set<UInt64>] = [:]
    for split in SceneSplit.allCases {
      for seed in 0..<2 {
        for (index, scene) in Scenes(world: world, split: split, seed: seed).prefix(2000).enumerated() {
          keys[split, default: []].insert(scene.key)
          let isUnseen = scene.objects.contains { world.heldOutCombinations.contains($0.combination) }
          #expect(isUnseen == (split == .heldOutCombinations))
          if index < 300 {
            let question = Scenes(world: world, split: split, seed: seed).question(at: index)
            keys[split, default: []].insert(question.scene.key)
          }
        }
      }
    }
    for first in SceneSplit.allCases {
      for second in SceneSplit.allCases where first != second {
        #expect(keys[first, default: []].isDisjoint(with: keys[second, default: []]))
      }
    }
  }
}

@Test func eachColorAndShapeIsHeldOutOnce() {
  for (world, count) in [(SceneWorld.sixBySix, 6), (.fourByFour, 4)] {
    #expect(world.combinations.count == count * count)
    #expect(world.heldOutCombinations.map(\.color) == world.colors)
    #expect(Set(world.heldOutCombinations.map(\.shape)) == Set(world.shapes))
    #expect(world.trainingCombinations.count == count * (count - 1))
  }
}

@Test func everyCombinationHasHeldOutScenesOfOneThing() {
  let world = SceneWorld.sixBySix
  for combination in world.trainingCombinations {
    var counts: [SceneSplit: Int] = [:]
    for size in SceneSize.allCases {
      for place in ScenePlace.allCases {
        counts[world.split(of: Scene([SceneObject(combination, size: size, place: place)])!), default: 0] += 1
      }
    }
    #expect(counts == [.training: 14, .heldOut: 4])
  }
}

@Test func theGalleryHasDistinctCaptions() {
  for (split, count) in [(SceneSplit.training, 420), (.heldOut, 120), (.heldOutCombinations, 108)] {
    let gallery = SceneGallery(Scenes(split: split, objectCounts: 1...1), count: 1000)
    #expect(gallery.captions.count == count && Set(gallery.captions).count == count)
    #expect(gallery.captions == gallery.scenes.map(\.canonicalCaption))
  }
  #expect(SceneGallery(Scenes(split: .heldOut), count: 256, detail: .sized).scenes.count == 256)
  let captions = ["b", "a", "b", "c", "a", "b"]
  #expect(SceneGallery.duplicates(in: captions) == [[0, 2, 5], [1, 4]])
  #expect(SceneGallery.falseNegatives(in: captions) == 8)
}

@Test func aPageShowsScenesAndCaptions() {
  let scenes = Scenes(split: .training).prefix(6)
  let page = Scene.page(scenes, columns: 3, side: 32, factor: 2)
  #expect(page.width == 3 * (66 + 12) + 12)
  #expect(page.cropped(to: Rectangle(x: 13, y: 13, width: 64, height: 64)) == scenes[0].image().enlarged(by: 2))
}

@Test func aPatchIsWhereTheMiddleOfAThingIs() {
  let kind = SceneCombination(.red, .circle)
  // A large thing's middle in the third column and first row is 48 of 64 units across and 16 down.
  let thing = SceneObject(kind, size: .large, place: .upperRight)
  #expect(thing.patch(columns: 4) == 1 * 4 + 3 && thing.patch(columns: 8) == 2 * 8 + 6)
  #expect(SceneObject(kind, size: .small, place: .upperRight, offsetX: -1, offsetY: -1).patch(columns: 4) == 2)
  #expect(SceneObject(kind, size: .small, place: .lowerRight, offsetX: 3, offsetY: 3).patch(columns: 4) == 15)
}
