import Datasets
import Support
import Testing

struct SceneRequestTests {
  @Test func everyCaptionIsReadBack() throws {
    for split in SceneSplit.allCases {
      for scene in Scenes(split: split, seed: 4).prefix(60) {
        for caption in SceneWordings.allCases.flatMap(scene.captions) {
          let request = try SceneRequest(caption.text)
          #expect(Set(request.things.map(\.combination)) == Set(scene.objects.map(\.combination)), "\(caption.text)")
          for thing in request.things {
            let object = try #require(scene.object(thing.combination))
            #expect(thing.size == (caption.detail == .brief ? nil : object.size), "\(caption.text)")
            #expect(thing.place == (caption.detail == .full && scene.objects.count == 1 ? object.place : nil))
          }
          #expect((request.relation != nil) == (caption.detail == .full && scene.objects.count == 2))
          if let relation = request.relation {
            let (first, second) = (request.things[0].combination, request.things[1].combination)
            #expect(
              SceneQuery.relation(relation, first, second).answer(for: scene) == "yes", "\(caption.text)")
          }
        }
      }
    }
  }

  @Test func eachThingMayHaveAPlace() throws {
    let request = try SceneRequest("A red circle in the upper left and the small blue star at the bottom")
    #expect(request.things.map(\.place) == [.upperLeft, .bottom])
    #expect(request.things.map(\.size) == [nil, .small])
    #expect(request.relation == nil)
  }

  @Test(arguments: [
    ("a red", "the end is where a shape"), ("", "the end is where a color"), ("a dog", "'dog' is where a color"),
    ("a red dog", "'dog' is where a shape"), ("a red circle near a blue star", "no 'near'"),
    ("a red circle, a red circle", "the same color and shape"),
    ("a red circle, a blue circle, a green ring and a red star", "one to three things, not 4"),
    ("a red circle above a blue star and a green ring", "between two things"),
    ("a red circle and a blue star above a green ring", "between the first two"),
    ("a red circle \u{1b}[31m", "no '\\u{1b}'"),
  ])
  func whatIsNoCaptionIsRefusedInOneLine(_ text: String, _ reason: String) throws {
    let error = #expect(throws: DataError.self) { try SceneRequest(text) }
    let description = try #require(error).description
    #expect(description.contains(reason), "\(description)")
    #expect(!description.contains("\n") && !description.contains("\u{1b}"))
  }
}

struct SceneAspectTests {
  @Test func aVariantDiffersInItsAspectAlone() throws {
    for scene in Scenes(split: .training, seed: 6).prefix(40) {
      for aspect in SceneAspect.allCases {
        let variants = scene.variants(aspect)
        if scene.objects.count == 1 {
          let one = scene.objects[0]
          switch aspect {
          case .color: #expect(variants.count == 5 && variants.allSatisfy { $0.objects[0].shape == one.shape })
          case .shape: #expect(variants.count == 5 && variants.allSatisfy { $0.objects[0].color == one.color })
          case .size: #expect(variants.count == 1 && variants[0].objects[0].size != one.size)
          case .place: #expect(variants.count == 8 && variants.allSatisfy { $0.objects[0].size == one.size })
          case .relation: #expect(variants.isEmpty)
          case .number: #expect(!variants.isEmpty && variants.allSatisfy { $0.objects.count == 2 })
          }
        }
        #expect(!variants.contains(scene))
        if aspect == .number {
          #expect(variants.allSatisfy { abs($0.objects.count - scene.objects.count) == 1 })
        } else {
          #expect(variants.allSatisfy { $0.objects.count == scene.objects.count })
        }
      }
    }
  }
}
