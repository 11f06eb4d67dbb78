import Layers
import Tensors
import TestSupport
import Testing

@testable import Pretrained

/// The Q-Former's three masks and three objectives (Li et al. 2023, figure 2).
@Suite struct QFormerPretrainingTests {
  private let model: BLIP2Model
  private let pretraining: QFormerPretraining
  private let image: Tensor
  private let ids = IntTensor([[3, 7, 5, 2], [3, 6, 2, 1]])

  private static let queryCount = 2

  init() {
    var configuration = BLIP2Configuration()
    configuration.vision.hiddenSize = 6
    configuration.vision.layerCount = 1
    configuration.vision.headCount = 2
    configuration.vision.intermediateSize = 8
    configuration.vision.imageSize = Extent(4)
    configuration.vision.patchSize = Extent(2)
    configuration.vision.initializerRange = 0.3
    configuration.queryTransformer.vocabularySize = 9
    configuration.queryTransformer.hiddenSize = 8
    configuration.queryTransformer.layerCount = 2
    configuration.queryTransformer.headCount = 2
    configuration.queryTransformer.intermediateSize = 10
    configuration.queryTransformer.positionCount = 6
    configuration.queryTransformer.encoderHiddenSize = 6
    configuration.queryTransformer.padTokenID = 1
    configuration.queryTransformer.initializerRange = 0.3
    configuration.text.vocabularySize = 9
    configuration.text.hiddenSize = 8
    configuration.text.layerCount = 1
    configuration.text.headCount = 2
    configuration.text.intermediateSize = 8
    configuration.text.positionCount = 12
    configuration.queryCount = Self.queryCount
    configuration.imageTextSize = 4
    configuration.initializerRange = 0.5
    (model, pretraining, image) = withGenerator(Generator(seed: 3)) {
      let model = BLIP2Model(configuration)
      return (model, QFormerPretraining(model), Tensor.randn([2, 5, 6]))
    }
  }

  // MARK: Masks

  /// Rows look, columns are looked at: two queries, then three words.
  @Test(arguments: [
    (QFormerMask.unimodal, ["11000", "11000", "00111", "00111", "00111"]),
    (.multimodalCausal, ["11000", "11000", "11100", "11110", "11111"]),
    (.bidirectional, ["11111", "11111", "11111", "11111", "11111"]),
  ])
  func theMasksAreThoseOfTheFigure(mask: QFormerMask, rows: [String]) {
    let scores = mask.tensor(queryCount: 2, attended: IntTensor([[1, 1, 1]]))
    #expect(scores.shape == [1, 1, 5, 5])
    let expected = rows.flatMap { $0.map { $0 == "1" ? Float(0) : -.infinity } }
    #expect(scores.scalars == expected)
  }

  @Test(arguments: QFormerMask.allCases)
  func nobodyLooksAtPadding(mask: QFormerMask) {
    let scores = mask.tensor(queryCount: 2, attended: IntTensor([[1, 1, 1], [1, 1, 0]]))
    let all = mask.tensor(queryCount: 2, attended: IntTensor([[1, 1, 1]]))
    #expect(scores[0].scalars == all[0].scalars)
    for place in 0..<5 {
      #expect(scores[1][0][place][4].item == -.infinity)
      #expect(scores[1][0][place][0..<4].scalars == all[0][0][place][0..<4].scalars)
    }
  }

  /// Who is changed by a change of the third word, and by a change of the image.
  @Test func whatChangesReachesOnlyThoseWhoMayLook() {
    let other = IntTensor([[3, 7, 8, 2], [3, 6, 2, 1]])
    for mask in QFormerMask.allCases {
      let before = noGrad { pretraining.read(ids, image: image, mask: mask) }
      let after = noGrad { pretraining.read(other, image: image, mask: mask) }
      let reachesQueries = before.queries[0].scalars != after.queries[0].scalars
      let reachesFirstWord = before.text[0][0].scalars != after.text[0][0].scalars
      #expect(reachesQueries == (mask == .bidirectional), "\(mask)")
      #expect(reachesFirstWord == (mask != .multimodalCausal), "\(mask)")
      #expect(before.text[0][3].scalars != after.text[0][3].scalars, "\(mask)")
      let elsewhere = noGrad { pretraining.read(ids, image: image + 1, mask: mask) }
      #expect((before.text[0].scalars != elsewhere.text[0].scalars) == (mask != .unimodal), "\(mask)")
      #expect(before.queries[0].scalars != elsewhere.queries[0].scalars, "\(mask)")
    }
  }

  @Test func withoutAViewOfTheTextTheQueriesAreTheModels() {
    let alone = noGrad { model.qformer(model.queryTokens, image: image) }
    for mask in [QFormerMask.unimodal, .multimodalCausal] {
      let beside = noGrad { pretraining.read(ids, image: image, mask: mask).queries }
      expectClose("\(mask)", beside.scalars, alone.scalars.map { Double($0) }, tolerance: 1e-6)
    }
  }

  @Test func paddingChangesNothing() {
    let longer = IntTensor([[3, 7, 5, 2, 1, 1], [3, 6, 2, 1, 1, 1]])
    let short = noGrad {
      [
        pretraining.contrastiveLogits(image: image, ids: ids), pretraining.matchingLogits(image: image, ids: ids),
      ]
    }
    let long = noGrad {
      [
        pretraining.contrastiveLogits(image: image, ids: longer),
        pretraining.matchingLogits(image: image, ids: longer),
      ]
    }
    for (a, b) in zip(short, long) { expectClose("padded", b.scalars, a.scalars.map { Double($0) }, tolerance: 1e-5) }
  }

  // MARK: Objectives

  @Test func theMostSimilarQueryCounts() {
    let logits = noGrad { pretraining.contrastiveLogits(image: image, ids: ids) }
    #expect(logits.shape == [2, 2])
    let states = noGrad { pretraining.read(ids, image: image, mask: .unimodal) }
    let parameters = Dictionary(uniqueKeysWithValues: pretraining.namedParameters().map { ($0.name, $0.parameter) })
    func projected(_ x: Tensor, _ name: String) throws -> Tensor {
      let weight = try #require(parameters["\(name).weight"])
      return noGrad { x.linear(weight: weight, bias: parameters["\(name).bias"]).l2Normalized() }
    }
    #expect(throws: Never.self) {
      let scale = noGrad { try! #require(parameters["logit_scale"]).exp() }.item
      for i in 0..<2 {
        for j in 0..<2 {
          let text = try projected(states.text[j][0], "text_projection").scalars
          let cosines = try (0..<Self.queryCount).map { query in
            zip(try projected(states.queries[i][query], "image_projection").scalars, text).reduce(0) {
              $0 + $1.0 * $1.1
            }
          }
          #expect(abs((cosines.max() ?? 0) * scale - logits[i][j].item) < 1e-4)
        }
      }
    }
  }

  @Test func theGradientsAreThoseOfFiniteDifferences() {
    let objectives: [(String, (Tensor) -> Tensor)] = [
      ("contrastive", { pretraining.contrastiveLogits(image: $0, ids: ids) * 0.1 }),
      ("matching", { pretraining.matchingLogits(image: $0, ids: ids) }),
      ("generation", { pretraining.generationLogits(image: $0, ids: ids) }),
    ]
    let seen = GradientPoints.anywhere.tensor([2, 5, 6], seed: 1).requiringGrad()
    for (name, logits) in objectives {
      let mismatch = gradientMismatch(
        [("image", seen), ("queries", model.queryTokens)], tolerance: 2e-3
      ) { [logits(seen)] }
      #expect(mismatch == nil, "\(name): \(mismatch ?? "")")
    }
  }

  /// Every part is trained by the objectives that use it, and by no other.
  @Test func eachObjectiveTrainsItsOwnParts() {
    func trained(_ logits: Tensor) -> Set<String> {
      pretraining.zeroGrad()
      (logits * .weighting(logits.shape)).sum().backward()
      return Set(pretraining.namedParameters().filter { $0.parameter.grad != nil }.map(\.name))
    }
    let contrastive = trained(pretraining.contrastiveLogits(image: image, ids: ids))
    let matching = trained(pretraining.matchingLogits(image: image, ids: ids))
    let generation = trained(pretraining.generationLogits(image: image, ids: ids))
    let shared = model.qformer.namedParameters().map { "qformer.\($0.name)" }.filter { $0.contains("attention.query") }
    for name in shared + ["query_tokens", "words.weight"] {
      #expect(contrastive.contains(name) && matching.contains(name) && generation.contains(name), "\(name)")
    }
    #expect(contrastive.contains("logit_scale") && !matching.contains("logit_scale"))
    #expect(matching.contains("matching_head.weight") && !generation.contains("matching_head.weight"))
    #expect(generation.contains("word_head.weight") && !contrastive.contains("word_head.weight"))
    #expect(contrastive.union(matching).union(generation).count == pretraining.namedParameters().count)
  }

  @Test func theTextsPartsAreNotTheModels() {
    let own = Set(model.namedParameters().map(\.name))
    #expect(own.contains("query_tokens") && own.contains("qformer.layernorm.weight"))
    #expect(!own.contains { $0.contains("text_") || $0.contains("words") })
    // What the first training changes, the model has changed.
    model.queryTokens.assign(.full(model.queryTokens.shape, 0.25))
    #expect(
      pretraining.namedParameters().first { $0.name == "query_tokens" }?.parameter.scalars.allSatisfy { $0 == 0.25 }
        == true)
  }

  // MARK: Attention

  @Test func theAttentionOfQueriesSumsToOne() {
    let attention = AttentionRecorder(model, .randn([3, 3, 4, 4]))
    #expect(attention.weights.map(\.shape) == [[3, 2, Self.queryCount, 5]])
    for weight in attention.weights[0].sum(dim: 3).scalars { #expect(abs(weight - 1) < 1e-5) }
  }
}

/// Parameters counted from the settings alone.
@Suite struct BLIP2ParameterCountTests {
  @Test func theCountsAreThoseOfTheModel() throws {
    let model = try BLIP2Model(checkpoint: fixturePath("blip2_opt"))
    let counts = model.configuration.parameterCounts
    #expect(counts.vision == model.visionModel.parameterCount)
    #expect(counts.queries == model.queryTokens.count)
    #expect(counts.queryTransformer == model.qformer.parameterCount)
    #expect(counts.projection == model.languageProjection.parameterCount)
    #expect(counts.language == model.languageModel.parameterCount)
    #expect(counts.total == model.parameterCount)
    #expect(counts.trained == model.bridgeParameterCount)
  }
}
