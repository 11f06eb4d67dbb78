import Datasets
import Exercises
import Images
import Tensors

@main enum Check: ExerciseCheck {
  static let scenes =
    Scenes(split: .heldOutCombinations, objectCounts: 1...1).prefix(24)
    + Scenes(split: .training, objectCounts: 1...1).prefix(24)

  /// A drawing with noise of a deviation in levels, after a share of it was mixed with white.
  static func drawn(_ scene: Scene, noise: Float = 0, share: Float = 1) -> Image {
    Image((scene.image().tensor() - 1) * share + 1 + Tensor.randn([3, 32, 32]) * (noise / 255))
  }

  static func name(_ color: SceneColor?) -> String { color.map { "\($0)" } ?? "nil" }

  static func expectAll(_ what: String, _ make: (Scene) -> Image) throws {
    for scene in scenes {
      let said = color(of: make(scene))
      try expect(
        said == scene.objects[0].color,
        "\(what) of \(scene.canonicalCaption) got \(name(said)); look at all pixels that are far from white")
    }
  }

  static func check() throws {
    try property("Every thing's color is found") { try expectAll("a drawing") { drawn($0) } }
    try property("Noise of 10 levels changes no answer") { try expectAll("a noisy drawing") { drawn($0, noise: 10) } }
    try property("White paper, with noise or without, shows nothing") {
      let white = Image(width: 32, height: 32)
      try expect(color(of: white) == nil, "for white paper the answer was \(name(color(of: white))), not nil")
      for _ in 0..<10 {
        let noisy = Image(Tensor.ones([3, 32, 32]) - Tensor.randn([3, 32, 32]).abs() * 0.04)
        try expect(
          color(of: noisy) == nil, "for white paper with noise the answer was \(name(color(of: noisy))), not nil")
      }
    }
    try property("A thing that is nearly white is nothing") {
      for scene in scenes.prefix(20) {
        let said = color(of: drawn(scene, share: 0.15))
        try expect(said == nil, "a drawing mixed with 85 % white got \(name(said)), not nil")
      }
    }
  }
}
