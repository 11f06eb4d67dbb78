import Layers
import Models
import Tensors
import TestSupport
import Testing

/// What `SimpleCLIP` can be told to do other than the notebook's, and SigLIP's loss.
@Suite struct SimpleCLIPTests {
  private let ids = IntTensor([1, 2, 3, 0, 4, 5, 0, 0], shape: [2, 4])

  private func model(_ change: (inout SimpleCLIP.Configuration) -> Void = { _ in }) -> SimpleCLIP {
    var configuration = SimpleCLIP.Configuration(
      embedDim: 16, vocabularySize: 8, maxSequenceLength: 6, imageSize: 16, patchSize: 8, headCount: 2, depth: 2,
      feedForwardDim: 32, dropout: 0)
    change(&configuration)
    return withGenerator(Generator(seed: 3)) { SimpleCLIP(configuration) }
  }

  /// A picture of four patches, and the same with the left and right halves exchanged.
  private var exchanged: (Tensor, Tensor) {
    let image = withGenerator(Generator(seed: 1)) { Tensor.randn([1, 3, 16, 16]) }
    return (image, Tensor.cat([image.slice(8..<16, dim: 3), image.slice(0..<8, dim: 3)], dim: 3))
  }

  @Test func withoutPositionsShuffledPatchesLookTheSame() {
    let (image, other) = exchanged
    let clip = model()
    expectClose(
      "embedding", noGrad { clip.encodeImage(other) }.scalars,
      noGrad { clip.encodeImage(image) }.scalars.map(Double.init),
      tolerance: 1e-6)
  }

  @Test func positionsTellShuffledPatchesApart() {
    let (image, other) = exchanged
    let clip = model { $0.imagePositionStd = 0.5 }
    #expect(clip.parameterCount == model().parameterCount + 4 * 16)
    #expect(noGrad { (clip.encodeImage(image) - clip.encodeImage(other)).abs().max() }.item > 1e-2)
    clipLoss(clip(Tensor.cat([image, other], dim: 0), ids)).backward()
    #expect(noGrad { clip.imagePosEmbed?.grad?.abs().max().item ?? 0 } > 0)
  }

  @Test func aMaskMakesPaddingInvisible() {
    func distance(_ clip: SimpleCLIP) -> Float {
      let (short, long) = (IntTensor([4, 5], shape: [1, 2]), IntTensor([4, 5, 0, 0, 0], shape: [1, 5]))
      return noGrad { (clip.encodeText(short) - clip.encodeText(long)).abs().max() }.item
    }
    #expect(distance(model { $0.paddingIndex = 0 }) < 1e-6)
    #expect(distance(model()) > 1e-3)
  }

  @Test func layersOfTheirOwnStartDifferently() {
    func distance(_ clip: SimpleCLIP) -> Float {
      let parameters = Dictionary(uniqueKeysWithValues: clip.namedParameters().map { ($0.name, $0.parameter) })
      let weights = (0..<2).compactMap { parameters["text_encoder.layers.\($0).linear1.weight"] }
      return weights.count == 2 ? (weights[0] - weights[1]).abs().max().item : .nan
    }
    #expect(distance(model()) == 0)
    #expect(distance(model { $0.hasIndependentLayers = true }) > 1e-2)
  }

  @Test func theScaleIsClampedAtBothEnds() {
    let clip = model { $0.temperature = 0.001 }
    #expect(abs(noGrad { clip.logitScale.exp() }.item - 1000) < 0.1)
    clip.clampLogitScale()
    #expect(abs(noGrad { clip.logitScale.exp() }.item - 100) < 1e-3)
    clip.logitScale.assign(Tensor(-1))
    clip.clampLogitScale(largest: 10)
    #expect(clip.logitScale.item == 0)
  }

  @Test func aBiasIsAddedToAllSimilarities() {
    let image = Tensor.cat([exchanged.0, exchanged.1], dim: 0)
    let (plain, biased) = (model(), model { $0.initialBias = -10 })
    let expected = noGrad { plain(image, ids) - 10 }
    expectClose("logits", noGrad { biased(image, ids) }.scalars, expected.scalars.map(Double.init), tolerance: 1e-5)
  }

  @Test func theSigmoidLossAsksForEachPairAlone() {
    // -(ln σ(2) + ln σ(-1) + ln σ(-0.5) + ln σ(3)) / 2 on [[2, 1], [0.5, 3]], in double precision.
    let loss = sigmoidLoss(Tensor([2, 1, 0.5, 3], shape: [2, 2]))
    expectClose("loss", loss.scalars, [1.231_427_0], tolerance: 1e-6)
    expectClose("zeros", sigmoidLoss(.zeros([5, 5])).scalars, [5 * 0.693_147_2], tolerance: 1e-6)
  }

  @Test func theSigmoidLossHasTheGradientOfFiniteDifferences() {
    let logits = GradientPoints.anywhere.tensor([4, 4], seed: 2).requiringGrad()
    let mismatch = gradientMismatch([("logits", logits)]) { [sigmoidLoss(logits)] }
    #expect(mismatch == nil, "\(mismatch ?? "")")
  }

  @Test func theContrastiveLossHasTheGradientOfFiniteDifferences() {
    let logits = GradientPoints.anywhere.tensor([4, 4], seed: 1).requiringGrad()
    let mismatch = gradientMismatch([("logits", logits)]) { [clipLoss(logits)] }
    #expect(mismatch == nil, "\(mismatch ?? "")")
  }

  static let calls: [WrongCall] = [
    WrongCall("a temperature of 0", ["SimpleCLIP:", "temperature", "0.0"]) { make { $0.temperature = 0 } },
    WrongCall("a negative temperature", ["SimpleCLIP:", "temperature", "-0.07"]) { make { $0.temperature = -0.07 } },
    WrongCall("a temperature that is no number", ["SimpleCLIP:", "temperature", "nan"]) {
      make { $0.temperature = .nan }
    },
    WrongCall("an infinite temperature", ["SimpleCLIP:", "temperature", "inf"]) { make { $0.temperature = .infinity } },
    WrongCall("a temperature whose inverse is none", ["SimpleCLIP:", "temperature", "5e-324"]) {
      make { $0.temperature = .leastNonzeroMagnitude }
    },
    WrongCall("layers that drop less than nothing", ["dropout", "-0.5"]) { make { $0.dropout = -0.5 } },
    WrongCall("a factor below 1", ["SimpleCLIP:", "0.0"]) { SimpleCLIPTests().model().clampLogitScale(largest: 0) },
  ]

  private static func make(_ change: (inout SimpleCLIP.Configuration) -> Void) { _ = SimpleCLIPTests().model(change) }

  @Test(arguments: calls.map(\.name)) func endsWithOneLine(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }
}
