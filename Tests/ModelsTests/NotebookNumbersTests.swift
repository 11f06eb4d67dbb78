import Layers
import Models
import Tensors
import TestSupport
import Testing

/// The notebook's cells with PyTorch's own numbers (`notebook_reference.json`, made by `notebook_reference.py`).
@Suite struct NotebookNumbersTests {
  private let reference: Fixture

  init() throws { reference = try Fixture("notebook_reference.json") }

  @Test func patchEmbeddingGivesTheNotebooksPatches() {
    let (image, patches) = withGenerator(Generator(seed: 0)) {
      let embed = PatchEmbedding()
      manualSeed(0)
      let image = Tensor.randn([1, 3, 224, 224])
      #expect(embed.parameterCount == reference["patch_embedding"]["params"].integers[0])
      return (image, noGrad { embed(image) })
    }
    let recorded = reference["patch_embedding"]
    #expect(crc32(image.scalars) == recorded["input_crc32"].text)
    #expect(patches.shape == recorded["output"]["shape"].integers)
    expectSummary("patches", patches, recorded["output_fp64"], tolerance: 5e-6)
  }

  @Test func vitBaseAnswersAsInPyTorch() {
    let recorded = reference["vit_b_10"]
    withGenerator(Generator(seed: 0)) {
      let vit = VisionTransformer(classCount: 10)
      #expect(vit.parameterCount == 85_806_346)
      manualSeed(0)
      let image = Tensor.randn([2, 3, 224, 224])
      #expect(crc32(image.scalars) == recorded["input_crc32"].text)
      let logits = noGrad { vit.eval()(image) }
      expectClose("logits", logits.scalars, recorded["eval_output"]["values"].floats, tolerance: 2e-6)
      expectClose("logits, float64", logits.scalars, recorded["eval_output_fp64"]["values"].floats, tolerance: 2e-6)
      manualSeed(0)
      let trained = noGrad { vit.train()(image) }
      expectClose("dropout", trained.scalars, recorded["train_mode_output"]["values"].floats, tolerance: 5e-6)
    }
  }

  @Test func everyParameterOfViTBaseHasPyTorchsBits() throws {
    let recorded = try Fixture("random/notebook_parameter_crc32.json")["VisionTransformer(n_classes=10)"]
    let parameters = withGenerator(Generator(seed: 0)) { VisionTransformer(classCount: 10).namedParameters() }
    #expect(parameters.map { $0.name }.sorted() == recorded.keys)
    for (name, parameter) in parameters {
      #expect(parameter.shape == recorded[name]["shape"].integers, "\(name)")
      #expect(crc32(parameter.scalars) == recorded[name]["crc32"].text, "\(name)")
    }
  }

  @Test func everyParameterOfSimpleCLIPHasPyTorchsBits() throws {
    let recorded = try Fixture("random/notebook_parameter_crc32.json")["SimpleCLIP()"]
    let clip = withGenerator(Generator(seed: 0)) { SimpleCLIP() }
    #expect(clip.parameterCount == 43_907_073)
    #expect(clip.namedParameters().map { $0.name }.sorted() == recorded.keys)
    for (name, parameter) in clip.namedParameters() {
      #expect(crc32(parameter.scalars) == recorded[name]["crc32"].text, "\(name)")
    }
  }

  @Test func theNotebookFromTopToBottomWithOneSeed() {
    let recorded = reference["as_run_single_seed"]
    withGenerator(Generator(seed: 0)) {
      noGrad {
        let embed = PatchEmbedding()
        let patches = embed(Tensor.randn([1, 3, 224, 224]))
        let vit = VisionTransformer(classCount: 10)
        let logits = vit(Tensor.randn([2, 3, 224, 224]))
        let similarities = Tensor.randn([4, 4])
        expectSummary("patches", patches, recorded["patches"], tolerance: 5e-6)
        expectClose("logits", logits.scalars, recorded["vit_output"]["values"].floats, tolerance: 5e-6)
        expectClose("similarities", similarities.scalars, recorded["logits"]["values"].floats, tolerance: 1e-8)
        expectClose("loss", clipLoss(similarities).scalars, recorded["clip_loss"].floats, tolerance: 1e-6)
      }
    }
  }

  @Test func simpleCLIPAnswersAsInPyTorch() {
    let recorded = reference["simple_clip"]
    withGenerator(Generator(seed: 0)) {
      let clip = SimpleCLIP()
      manualSeed(0)
      let images = Tensor.randn([4, 3, 224, 224])
      manualSeed(0)
      let ids = IntTensor.randint(0..<10000, [4, 77])
      #expect(ids.scalars.reduce(0, +) == recorded["ids_sum"].integers[0])
      let logits = noGrad { clip.eval()(images, ids) }
      expectClose("logits", logits.scalars, recorded["logits"]["values"].floats, tolerance: 2e-6)
      expectClose("logits, float64", logits.scalars, recorded["logits_fp64"]["values"].floats, tolerance: 2e-6)
      expectClose("loss", noGrad { clipLoss(logits) }.scalars, recorded["loss_fp64"].floats, tolerance: 2e-6)
    }
  }

  @Test func threeStepsOfAdamWOnTheFullSimpleCLIP() {
    let steps = reference["train_dropout0_fp64"]["steps"]
    withGenerator(Generator(seed: 0)) {
      let clip = SimpleCLIP(.init(dropout: 0))
      manualSeed(0)
      let images = Tensor.randn([4, 3, 224, 224])
      manualSeed(0)
      let ids = IntTensor.randint(0..<10000, [4, 77])
      let optimizer = AdamW(clip.parameters(), learningRate: 1e-4)
      for step in 0...3 {
        let recorded = steps[step]
        optimizer.zeroGrad()
        let logits = clip(images, ids)
        let loss = clipLoss(logits)
        expectClose("loss \(step)", loss.scalars, recorded["loss"].floats, tolerance: 1.5e-4)
        expectClose(
          "logits \(step)", Array(logits.scalars.prefix(5)), recorded["logits_first"].floats, tolerance: 1e-3)
        expectClose("scale \(step)", clip.logitScale.scalars, recorded["logit_scale"].floats, tolerance: 1.5e-4)
        guard step < 3 else { break }
        loss.backward()
        optimizer.step()
      }
    }
  }

  @Test func theContrastiveLossAndItsGradient() {
    let recorded = reference["clip_loss"]
    withGenerator(Generator(seed: 0)) {
      let logits = Tensor.randn([4, 4]).requiringGrad()
      let loss = clipLoss(logits)
      loss.backward()
      expectClose("loss", loss.scalars, recorded["loss"].floats, tolerance: 1e-6)
      expectClose("gradient", logits.grad?.scalars ?? [], recorded["grad"].floats, tolerance: 1e-7)
    }
    expectClose("5 I", clipLoss(Tensor.eye(4) * 5).scalars, recorded["loss_of_5I"].floats, tolerance: 1e-6)
    expectClose("zeros", clipLoss(.zeros([4, 4])).scalars, recorded["loss_of_zeros"].floats, tolerance: 1e-6)
  }

  /// First and last elements, mean, and norm of a large tensor.
  private func expectSummary(_ name: String, _ tensor: Tensor, _ recorded: Fixture, tolerance: Double) {
    let values = tensor.scalars
    expectClose(name + " first", Array(values.prefix(5)), recorded["first"].floats, tolerance: tolerance)
    expectClose(name + " last", Array(values.suffix(2)), recorded["last"].floats, tolerance: tolerance)
    let squares = values.reduce(0.0) { $0 + Double($1) * Double($1) }
    expectClose(name + " norm", [Float(squares.squareRoot())], recorded["l2"].floats, tolerance: 0, relative: 1e-6)
  }
}
