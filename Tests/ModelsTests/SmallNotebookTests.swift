import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Small versions of the notebook's models, trained for six steps in PyTorch (`notebook_small.json`).
@Suite struct SmallNotebookTests {
  private let reference: Fixture

  init() throws { reference = try Fixture("notebook_small.json") }

  @Test func vitForwardsAndTrainsAsInPyTorch() {
    let recorded = reference["vit"]
    let vit = makeViT(dropout: 0.1)
    #expect(vit.parameterCount == recorded["params"].integers[0])
    let image = seeded { Tensor.randn([4, 3, 32, 32]) }
    expectClose("eval", noGrad { vit.eval()(image) }.scalars, recorded["eval_fp64"].floats, tolerance: 1e-5)
    let dropped = seeded { noGrad { vit.train()(image) } }
    expectClose("dropout", dropped.scalars, recorded["train_mode_dropout0.1"].floats, tolerance: 1e-5)

    let trained = makeViT(dropout: 0)
    let labels = seeded { IntTensor.randint(0..<10, [4]) }
    #expect(labels.scalars == recorded["labels"].integers)
    let optimizer = AdamW(trained.parameters(), learningRate: 1e-3)
    var losses: [Float] = []
    for step in 0..<6 {
      optimizer.zeroGrad()
      let loss = crossEntropy(trained(image), labels)
      losses.append(loss.item)
      loss.backward()
      if step == 0 { expectGradients(trained, recorded["grads0"]) }
      optimizer.step()
    }
    expectClose("losses", losses, recorded["dropout0_adamw_lr1e3_losses"].floats, tolerance: 1e-5)
  }

  @Test func clipForwardsAndTrainsAsInPyTorch() {
    let recorded = reference["clip_float64"]
    let ids = IntTensor(recorded["ids"].integers, shape: [recorded["ids"].count, 12])
    let images = seeded { Tensor.randn([ids.shape[0], 3, 32, 32]) }
    let clip = makeCLIP(dropout: 0)
    #expect(clip.parameterCount == recorded["params"].integers[0])
    let optimizer = AdamW(clip.parameters(), learningRate: 1e-4)
    var losses: [Float] = []
    for step in 0..<6 {
      optimizer.zeroGrad()
      let logits = clip(images, ids)
      let loss = clipLoss(logits)
      losses.append(loss.item)
      loss.backward()
      if step == 0 {
        expectClose("logits", logits.scalars, recorded["logits0"].floats, tolerance: 1e-5)
        expectGradients(clip, recorded["grads0"])
      }
      optimizer.step()
    }
    expectClose("losses", losses, recorded["losses"].floats, tolerance: 1e-5)

    let dropping = makeCLIP(dropout: 0.1)
    let logits = seeded { noGrad { dropping(images, ids) } }
    expectClose(
      "dropout", logits.scalars, reference["clip_train_mode_dropout0.1_logits"].floats, tolerance: 1e-5)
  }

  private func makeViT(dropout: Double) -> VisionTransformer {
    var configuration = VisionTransformer.Configuration()
    configuration.imageSize = 32
    configuration.patchSize = 8
    configuration.classCount = 10
    configuration.embedDim = 64
    configuration.depth = 3
    configuration.headCount = 4
    configuration.dropout = dropout
    return seeded { VisionTransformer(configuration) }
  }

  private func makeCLIP(dropout: Double) -> SimpleCLIP {
    seeded {
      SimpleCLIP(
        .init(
          embedDim: 32, vocabularySize: 100, maxSequenceLength: 12, imageSize: 32, patchSize: 16, headCount: 4,
          depth: 2, feedForwardDim: 64, dropout: dropout))
    }
  }

  private func seeded<Result>(_ body: () -> Result) -> Result { withGenerator(Generator(seed: 0), body) }

  private func expectGradients(_ model: Module, _ recorded: Fixture) {
    #expect(model.namedParameters().map { $0.name }.sorted() == recorded.keys)
    for (name, parameter) in model.namedParameters() {
      let gradient = parameter.grad?.scalars ?? []
      let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      expectClose(name + " norm", [Float(norm)], recorded[name]["norm"].floats, tolerance: 1e-5)
      expectClose(name, Array(gradient.prefix(3)), recorded[name]["first"].floats, tolerance: 1e-5)
    }
  }
}
