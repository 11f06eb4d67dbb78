import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Models of sizes that cannot be, and calls that do not fit them, end the program with one line.
@Suite struct WrongModelTests {
  static let calls: [WrongCall] = [
    WrongCall("patches of nothing", ["PatchEmbedding:", "224", "patches of 0"]) { _ = PatchEmbedding(patchSize: 0) },
    WrongCall("negative patches", ["PatchEmbedding:", "patches of -16"]) { _ = PatchEmbedding(patchSize: -16) },
    WrongCall("an image of nothing", ["PatchEmbedding:", "image of 0"]) { _ = PatchEmbedding(imageSize: 0) },
    WrongCall("more patches than can be counted", ["PatchEmbedding:", "more numbers"]) {
      _ = PatchEmbedding(imageSize: 1 << 40, patchSize: 1)
    },
    WrongCall("no channels", ["PatchEmbedding:", "0 channels"]) { _ = PatchEmbedding(channels: 0) },
    WrongCall("tokens of too much", ["PatchEmbedding:", "no memory"]) { _ = PatchEmbedding(embedDim: 1 << 40) },
    WrongCall("a picture of another size", ["PatchEmbedding:", "[1, 3, 30, 32]"]) {
      _ = PatchEmbedding(imageSize: 32, embedDim: 8)(.zeros([1, 3, 30, 32]))
    },
    WrongCall("a picture of other channels", ["PatchEmbedding:", "[1, 4, 32, 32]"]) {
      _ = PatchEmbedding(imageSize: 32, embedDim: 8)(.zeros([1, 4, 32, 32]))
    },
    WrongCall("layers below zero", ["VisionTransformer:", "-1 layers"]) { _ = VisionTransformer(small(depth: -1)) },
    WrongCall("too many layers", ["VisionTransformer:", "no memory"]) { _ = VisionTransformer(small(depth: 1 << 40)) },
    WrongCall("a width for no heads", ["VisionTransformer:", "width 8", "3 heads"]) {
      _ = VisionTransformer(small(headCount: 3))
    },
    WrongCall("a ratio that is no number", ["VisionTransformer:", "nan"]) {
      _ = VisionTransformer(small(mlpRatio: .nan))
    },
    WrongCall("a picture that does not fit", ["VisionTransformer:", "[1, 3, 8]"]) {
      _ = VisionTransformer(small())(.zeros([1, 3, 8]))
    },
    WrongCall("CLIP with layers below zero", ["SimpleCLIP:", "-1 layers"]) {
      _ = SimpleCLIP(SimpleCLIP.Configuration(embedDim: 8, depth: -1, hasIndependentLayers: true))
    },
    WrongCall("CLIP without words", ["SimpleCLIP:", "0 words"]) {
      _ = SimpleCLIP(SimpleCLIP.Configuration(embedDim: 8, vocabularySize: 0))
    },
    WrongCall("CLIP with too many layers", ["SimpleCLIP:", "no memory"]) {
      _ = SimpleCLIP(SimpleCLIP.Configuration(embedDim: 8, depth: 1 << 40, hasIndependentLayers: true))
    },
    WrongCall("a word that is not known", ["SimpleCLIP:", "id 99", "[1, 2]"]) {
      let sizes = SimpleCLIP.Configuration(
        embedDim: 8, vocabularySize: 10, imageSize: 8, patchSize: 4, headCount: 2, depth: 1, feedForwardDim: 8)
      _ = SimpleCLIP(sizes).encodeText(IntTensor([[1, 99]]))
    },
    WrongCall("attention of no layers", ["rollout:", "layers"]) {
      _ = AttentionRecorder(VisionTransformer(small(depth: 0)), .zeros([1, 3, 8, 8])).rollout()
    },
  ]

  private static func small(
    depth: Int = 1, headCount: Int = 2, mlpRatio: Double = 2
  ) -> VisionTransformer.Configuration {
    VisionTransformer.Configuration(
      imageSize: 8, patchSize: 4, classCount: 2, embedDim: 8, depth: depth, headCount: headCount, mlpRatio: mlpRatio)
  }

  @Test(arguments: calls.map(\.name)) func endsWithOneLine(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }
}
