import Datasets
import Evaluation
import Images
import Tensors
import Testing

struct SceneReaderTests {
  private let reader = SceneReader()

  @Test(arguments: SceneSplit.allCases, 1...3)
  func allRealScenesAreReadRightly(_ split: SceneSplit, _ count: Int) {
    let scenes = Scenes(split: split, objectCounts: count...count, seed: 8).prefix(200)
    for scene in scenes {
      let reading = reader(scene.image())
      #expect(reading.scene == scene, "\(scene.canonicalCaption)")
      #expect(reading.marks.allSatisfy { $0.error == 0 }, "\(scene.canonicalCaption)")
    }
  }

  @Test func aThingIsReadAtEveryOffset() throws {
    for (index, offsets) in (0..<49).enumerated() {
      let kind = SceneCombination(SceneColor.allCases[index % 6], SceneShape.allCases[index / 6 % 6])
      for size in SceneSize.allCases {
        let thing = SceneObject(
          kind, size: size, place: ScenePlace.allCases[index % 9], offsetX: offsets % 7 - 3, offsetY: offsets / 7 - 3)
        let scene = try #require(Scene([thing]))
        #expect(reader(scene.image()).scene == scene)
      }
    }
  }

  /// Noise of a standard deviation in levels is added to 300 scenes of one to three things.
  @Test func readingFallsWithNoise() {
    let scenes = Scenes(split: .heldOut, seed: 9).prefix(300)
    let generator = Generator(seed: 5)
    var shares: [Double] = []
    for deviation in [0, 10, 20, 40, 80] {
      let right = scenes.count { scene in
        let image = scene.image()
        let pixels = image.pixels.map { level in
          UInt8(min(max(Double(level) + Double(deviation) * generator.nextNormal() + 0.5, 0), 255))
        }
        return reader(Image(width: 32, height: 32, format: .rgb, pixels: pixels)).scene == scene
      }
      shares.append(Double(right) / Double(scenes.count))
      print("noise of \(deviation) levels: \(right) of \(scenes.count) scenes are read rightly")
    }
    #expect(shares[0] == 1)
    #expect(shares[1] > 0.95)
    #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(shares[4] < 0.2)
  }

  @Test func whatIsNoThingIsAStray() throws {
    // A bar, a gray square, a frame of a square, and a picture half of one thing and half of another.
    for (name, draw): (String, (inout Image) -> Void) in [
      ("bar", { $0.fill(Rectangle(x: 2, y: 14, width: 28, height: 3), color: Color(hex: 0xDC_1E28)) }),
      ("gray", { $0.fill(Rectangle(x: 12, y: 12, width: 9, height: 9), color: Color(gray: 90)) }),
      ("frame", { $0.stroke(Rectangle(x: 9, y: 9, width: 13, height: 13), color: Color(hex: 0x1E_5AC8)) }),
      ("large", { $0.fill(Rectangle(x: 5, y: 5, width: 20, height: 20), color: Color(hex: 0x1E_9640)) }),
    ] {
      var image = Image(width: 32, height: 32)
      draw(&image)
      let reading = reader(image)
      #expect(reading.scene == nil && reading.things.isEmpty, "\(name): \(reading.marks)")
      #expect(reading.strayCount > 0, "\(name)")
    }
  }

  @Test func aStrayBesideAThingIsSeen() throws {
    let scene = try #require(Scene([SceneObject(SceneCombination(.red, .ring), size: .small, place: .upperLeft)]))
    var image = scene.image()
    image.fill(Rectangle(x: 20, y: 20, width: 8, height: 4), color: Color(hex: 0x1E_5AC8))
    let reading = reader(image)
    #expect(reading.things == scene.objects && reading.strayCount == 1 && reading.scene == nil)
  }

  @Test func anEmptyPictureShowsNothing() {
    #expect(reader(Image(width: 32, height: 32)).marks.isEmpty)
    #expect(reader(Image(width: 32, height: 32, color: Color(gray: 235))).marks.isEmpty)
  }

  @Test func whatIsBetweenTwoThingsIsTheNearerOne() throws {
    let things = SceneShape.allCases.flatMap { shape in
      SceneSize.allCases.map { SceneObject(SceneCombination(.red, shape), size: $0, place: .middle) }
    }
    let images = try things.map { try #require(Scene([$0])).image() }
    for (first, thing) in zip(images, things) {
      for (second, other) in zip(images, things) where other != thing {
        let pixels = zip(first.pixels, second.pixels).map { UInt8((Int($0) * 3 + Int($1) + 2) / 4) }
        let reading = reader(Image(width: 32, height: 32, format: .rgb, pixels: pixels))
        // A quarter of another thing is at most a stray, never a reason to take the thing for the other.
        #expect(reading.marks.count == 1 && reading.marks[0].nearest == thing, "\(thing.phrase), \(other.phrase)")
      }
    }
  }
}
