import Checkpoints
import Datasets
import Images
import Layers
import Pretrained
import Support
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Training

/// Drawing with a painter of random weights, which reads texts as the shipped CLIP does.
@Suite struct PainterTests {
  /// A narrow painter whose blocks and output are not zero, so that everything shows.
  private static func painter(_ change: (inout DiTConfiguration) -> Void = { _ in }) throws -> TextToImage {
    let clip = try ModelDirectory(ShippedCheckpoint.clip.directory)
    var configuration = try PainterTraining.configuration(clip)
    (configuration.hiddenSize, configuration.intermediateSize, configuration.layerCount) = (32, 48, 2)
    change(&configuration)
    let model = withGenerator(Generator(seed: 3)) {
      let model = DiTPainterModel(configuration)
      for parameter in model.transformer.parameters() where parameter.rank == 2 {
        parameter.assign(.normal(parameter.shape, std: 0.1))
      }
      return model
    }
    return TextToImage(model: model.eval(), tokenizer: try loadTokenizer(directory: clip.path))
  }

  private static let prompts = ["a large red circle on the left", "", "a blue star above a green ring"]
  private static let samplers = [
    DiffusionSampler.ddim, .ddpm, DiffusionSampler(freshNoise: 0.5, clipsEstimates: false),
  ]

  @Test(arguments: samplers)
  func aDrawingDependsOnItsTextAndSeedAlone(sampler: DiffusionSampler) throws {
    let painter = try Self.painter()
    let options = TextToImage.Options(steps: 3, guidance: 2, sampler: sampler)
    let together = try painter.draw(Self.prompts, seeds: [4, 5, 6], options)
    for (index, prompt) in Self.prompts.enumerated() {
      #expect(try painter.draw([prompt], seeds: [4 + index], options) == [together[index]])
    }
    let many = try painter.draw(
      .init(repeating: Self.prompts[0], count: 40), seeds: .init(repeating: 4, count: 40), options)
    #expect(many.allSatisfy { $0 == together[0] })
    #expect(try painter.draw([Self.prompts[0]], seeds: [5], options) != [together[0]])
    #expect(try painter.draw([Self.prompts[2]], seeds: [4], options) != [together[0]])
    #expect(together[0].width == 32 && together[0].height == 32)
    let encoded = try painter.encode(Self.prompts)
    #expect(try painter.draw(encoded[[2, 0]], seeds: [6, 4], options) == [together[2], together[0]])
  }

  @Test func aDrawingCanBeOfTheWordsOfOneTextAndTheEndOfAnother() throws {
    let painter = try Self.painter()
    let texts = try painter.encode([Self.prompts[0], Self.prompts[2]])
    let crossed = TextStates(states: texts[[0]].states, summary: texts[[1]].summary)
    let drawings = try painter.draw(texts[[0, 1]] + crossed, seeds: [4, 4, 4], .init(steps: 2))
    #expect(drawings[2] != drawings[0] && drawings[2] != drawings[1])
  }

  @Test(arguments: samplers) func drawingsAreTheSameBytesWithAnyThreads(sampler: DiffusionSampler) throws {
    let painter = try Self.painter()
    let drawings = try [1, 2, 3, 8].map { count in
      try Threads.with(count) {
        try painter.draw(Self.prompts, seeds: [0, 1, 2], .init(steps: 2, guidance: 3, sampler: sampler))
      }
    }
    #expect(drawings.dropFirst().allSatisfy { $0 == drawings[0] })
  }

  @Test func aDrawingCanBeWatched() throws {
    let painter = try Self.painter()
    var moments: [(rows: Range<Int>, moment: TextToImage.Moment)] = []
    let drawn = try painter.draw(.init(repeating: "", count: 33), seeds: Array(0..<33), .init(steps: 2)) {
      moments.append(($0, $1))
    }
    #expect(moments.map(\.rows) == [0..<32, 0..<32, 0..<32, 32..<33, 32..<33, 32..<33])
    #expect(moments.map(\.moment.time) == [1, 0.5, 0, 1, 0.5, 0])
    #expect(moments[0].moment.noisy.shape == [32, 3, 32, 32] && moments[3].moment.estimate.shape == [1, 3, 32, 32])
    #expect(TextToImage.image(moments[5].moment.estimate[0]) == drawn[32])
    let noise = withGenerator(Generator(seed: 32)) { Tensor.randn([3, 32, 32]) }
    #expect(moments[3].moment.noisy.scalars == noise.scalars)
  }

  /// With guidance 1 the empty text is not needed; a guidance of nearly 1 draws nearly the same.
  @Test func guidanceOfOneIsTheTextAlone() throws {
    let painter = try Self.painter()
    let text = try painter.encode(["a red circle"])
    let empty = try painter.encode([""])
    let noisy = withGenerator(Generator(seed: 1)) { Tensor.randn([1, 3, 32, 32]) }
    let outputs = noGrad {
      [1, 1.000_001, 0].map { painter.model.output(noisy, at: [0.5], text, empty: empty, guidance: $0).scalars }
        + [painter.model.transformer(noisy, at: [0.5], empty).scalars]
    }
    #expect(zip(outputs[0], outputs[1]).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(outputs[2] == outputs[3] && outputs[0] != outputs[2])
  }

  @Test func attentionIsRecordedFromWordsAndPatches() throws {
    let painter = try Self.painter()
    let noisy = withGenerator(Generator(seed: 1)) { Tensor.randn([2, 3, 32, 32]) }
    let recorder = AttentionRecorder(
      painter.model.transformer, noisy, at: [0.5, 0.5], try painter.encode(["a red circle", ""]))
    let length = painter.model.configuration.textLength + 64
    #expect(recorder.weights.map(\.shape) == .init(repeating: [2, 4, length, length], count: 2))
    for sum in recorder.weights[1].sum(dim: -1).scalars { #expect(abs(sum - 1) < 1e-5) }
  }

  @Test(arguments: [
    ("a red elephant", "the word \"elephant\""), ("a red circle!", "the word \"!\""),
    ("a handwritten digit", "the word \"handwritten\""), ("ein roter kreis", "the word \"ein\""),
    (String(repeating: "a red circle and ", count: 9), "tokens; the model reads at most 20"),
  ])
  func aTextThatThePainterCannotReadIsRefused(text: String, reason: String) throws {
    let painter = try Self.painter()
    let error = #expect(throws: DataError.self) { try painter.draw(["", text], seeds: [0, 1]) }
    #expect(error?.description.contains(reason) == true, "\(error.map { "\($0)" } ?? "")")
    #expect(error?.description.contains("\n") == false)
  }

  @Test func capitalsAndSpacesDoNotMatter() throws {
    let painter = try Self.painter()
    let texts = try painter.encode(["a red circle", "  A Red   circle "])
    #expect(texts.states[0].scalars == texts.states[1].scalars)
  }

  @Test(arguments: [TextToImage.Options(steps: 0), .init(steps: 1001), .init(guidance: -1), .init(guidance: .nan)])
  func optionsThatCannotBeAreRefused(options: TextToImage.Options) throws {
    let painter = try Self.painter()
    #expect(throws: DataError.self) { try painter.draw([""], seeds: [0], options) }
  }

  @Test func halfOfTheTimesAreOfTheMiddleAndTheOthersAnywhere() {
    let times = (0..<1000).map { PainterBatch.time((Double($0) + 0.5) / 1000) }
    #expect(times.allSatisfy { (0...1).contains($0) } && Set(times).count == 1000)
    #expect(times.count { (0.5...0.95).contains($0) } == 500 + 225)
    #expect(times.count { $0 < 0.5 } == 250)
  }

  @Test func everyTrainingCaptionCanBeRead() throws {
    let painter = try Self.painter()
    for wordings in SceneWordings.allCases {
      let scenes = Scenes(split: .heldOut, objectCounts: 1...2, wordings: wordings).prefix(20)
      _ = try painter.encode(scenes.flatMap { $0.captions(wordings).map(\.text) })
    }
    let words = Scenes(split: .training, objectCounts: 1...2).prefix(500).flatMap { scene in
      scene.captions(.training).flatMap { SceneGrammar.words(of: $0.text) }
    }
    #expect(Set(words).sorted() == PainterExamples.words)
  }

  @Test(arguments: NoiseSchedule.allCases, DenoisingTarget.allCases)
  func everyTargetCanBeDrawnFromAndLearned(schedule: NoiseSchedule, target: DenoisingTarget) throws {
    let painter = try Self.painter { ($0.schedule, $0.target) = (schedule, target) }
    _ = try painter.draw(["a red circle"], seeds: [0], .init(steps: 2))
    let loss = try withGenerator(Generator(seed: 0)) {
      try PainterExamples(seed: 0, batchSize: 4).batch(step: 0).loss(of: painter)
    }
    loss.backward()
    #expect(loss.item.isFinite)
    #expect(painter.model.transformer.parameters().allSatisfy { $0.grad != nil })
  }

  /// A step along the gradients changes the loss as they say.
  @Test func gradientsAreThoseOfTheLoss() throws {
    let painter = try Self.painter { $0.layerCount = 1 }
    let transformer = painter.model.transformer
    let batch = PainterExamples(seed: 0, batchSize: 2).batch(step: 0)
    func loss() throws -> Tensor { try withGenerator(Generator(seed: 1)) { try batch.loss(of: painter) } }
    try loss().backward()
    for (name, parameter) in transformer.namedParameters() {
      let gradient = try #require(parameter.grad)
      let length = gradient.sum(gradient)
      guard length > 1e-12 else { continue }
      let step = Float(2e-3 / length.squareRoot())
      let before = Tensor(parameter.scalars, shape: parameter.shape)
      func value(_ sign: Float) throws -> Double {
        parameter.assign(before + gradient * (sign * step))
        return Double(try noGrad { try loss().item })
      }
      let slope = try (value(1) - value(-1)) / Double(2 * step)
      parameter.assign(before)
      #expect(abs(slope - Double(length)) < 0.05 * Double(length) + 2e-5 / Double(step), "\(name): \(slope), \(length)")
    }
  }
}

extension Tensor {
  /// The sum of the products with another one.
  fileprivate func sum(_ other: Tensor) -> Float { (self * other).sum().item }
}
