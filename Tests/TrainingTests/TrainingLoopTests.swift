import Checkpoints
import Foundation
import Layers
import Pretrained
import Support
import Tensors
import TestSupport
import Testing

@testable import Training

/// A training that is interrupted goes on as if nothing had happened.
struct TrainingLoopTests {
  private struct Interruption: Error {}

  private static func plan(
    steps: Int = 12, averageDecay: Double? = nil, matrixLearningRate: Double? = nil
  ) -> TrainingPlan {
    var plan = TrainingPlan(name: "toy", steps: steps, batchSize: 4, learningRate: 0.01, warmupSteps: 3)
    plan.averageDecay = averageDecay
    plan.matrixLearningRate = matrixLearningRate
    return plan
  }

  /// A regression whose model and batches come from the plan's seed, with dropout.
  private func train(
    _ plan: TrainingPlan, stateFile: String?, interruptedAfter last: Int? = nil, savingInterval: Int = 4
  ) throws -> [UInt32] {
    let generator = Generator(seed: plan.seed)
    return try withGenerator(generator) {
      let model = Sequential(Linear(3, 8), Activation.gelu, Linear(8, 1))
      let loop = TrainingLoop(
        plan, model: model, stateFile: stateFile, savingInterval: savingInterval, matrices: ["0.weight"])
      try loop.run(
        onStep: { step, _ in if step == last { throw Interruption() } },
        loss: { _ in
          let x = Tensor.randn([plan.batchSize, 3])
          return meanSquaredError(model(x.dropout(0.2)), x.sum(dim: 1, keepDims: true))
        })
      return model.parameters().flatMap { $0.scalars.map(\.bitPattern) } + [generator.nextUInt32()]
    }
  }

  @Test(arguments: [1, 4, 5, 7, 11, 12], [(nil, nil), (0.9, nil), (0.9, 0.02)] as [(Double?, Double?)])
  func anInterruptedTrainingEndsWithTheSameBytes(step: Int, settings: (Double?, Double?)) throws {
    let folder = try TemporaryFolder()
    let state = folder.path("toy.training")
    let plan = Self.plan(averageDecay: settings.0, matrixLearningRate: settings.1)
    let whole = try train(plan, stateFile: nil)
    #expect(throws: Interruption.self) {
      _ = try train(plan, stateFile: state, interruptedAfter: step)
    }
    #expect(FileManager.default.fileExists(atPath: state) == (step >= 4))
    #expect(try train(plan, stateFile: state) == whole)
  }

  /// With means, the model has them after the last step: here those of one weight, computed by hand.
  @Test func theModelEndsWithTheMeansOfItsWeights() throws {
    let model = Linear(1, 1, bias: false)
    model.weight.assign(.ones([1, 1]))
    var (weights, mean): ([Float], Float) = ([], 1)
    let plan = Self.plan(averageDecay: 0.25)
    try TrainingLoop(plan, model: model, afterStep: { weights.append(model.weight.item) }).run { _ in
      meanSquaredError(model(.ones([4, 1])), .zeros([4, 1]))
    }
    for (step, weight) in weights.enumerated() {
      let kept = Float(min(0.25, Double(1 + step) / Double(10 + step)))
      mean = mean * kept + weight * (1 - kept)
    }
    #expect(weights.count == 12 && abs(model.weight.item - mean) < 1e-6 && model.weight.item != weights[11])
  }

  @Test func theLossesBeforeAnInterruptionAreKept() throws {
    let folder = try TemporaryFolder()
    func losses(_ stateFile: String?, until last: Int? = nil) throws -> [Float] {
      try withGenerator(Generator(seed: 0)) {
        let model = Linear(3, 1)
        return try TrainingLoop(Self.plan(), model: model, stateFile: stateFile, savingInterval: 4).run(
          onStep: { step, _ in if step == last { throw Interruption() } },
          loss: { _ in meanSquaredError(model(.randn([4, 3])), .ones([4, 1])) })
      }
    }
    let whole = try losses(nil)
    #expect(whole.count == 12)
    #expect(throws: Interruption.self) { try losses(folder.path("toy.training"), until: 9) }
    #expect(try losses(folder.path("toy.training")) == whole)
  }

  @Test func aStateWithoutMeansIsOfAnotherPlan() throws {
    let folder = try TemporaryFolder()
    let state = folder.path("toy.training")
    _ = try train(Self.plan(), stateFile: state)
    let error = #expect(throws: DataError.self) { try train(Self.plan(averageDecay: 0.9), stateFile: state) }
    #expect(error?.description.contains("another plan") == true)
  }

  @Test func muonChangesTheMatricesThatItIsGiven() throws {
    let plain = try train(Self.plan(), stateFile: nil)
    #expect(try train(Self.plan(matrixLearningRate: 0.01), stateFile: nil) != plain)
    let folder = try TemporaryFolder()
    let state = folder.path("toy.training")
    _ = try train(Self.plan(matrixLearningRate: 0.01), stateFile: state)
    let names = try Checkpoint(path: state).names
    #expect(names.contains("momentum.0.weight"))
    #expect(!names.contains("square.0.weight") && names.contains("square.2.weight"))
    let error = #expect(throws: DataError.self) { try train(Self.plan(matrixLearningRate: 0.02), stateFile: state) }
    #expect(error?.description.contains("another plan") == true)
  }

  @Test func aFinishedTrainingIsNotTrainedAgain() throws {
    let folder = try TemporaryFolder()
    let state = folder.path("toy.training")
    let first = try train(Self.plan(), stateFile: state)
    #expect(try train(Self.plan(), stateFile: state, interruptedAfter: 1) == first)
  }

  @Test func aStateOfAnotherPlanIsRefused() throws {
    let folder = try TemporaryFolder()
    let state = folder.path("toy.training")
    _ = try train(Self.plan(), stateFile: state)
    let error = #expect(throws: DataError.self) { try train(Self.plan(steps: 13), stateFile: state) }
    #expect(error?.description.contains("another plan") == true)
    #expect(error?.description.contains("toy.training") == true)
  }

  @Test func aDamagedStateIsRefused() throws {
    let folder = try TemporaryFolder()
    let state = folder.path("toy.training")
    _ = try train(Self.plan(), stateFile: state)
    let bytes = try Data(contentsOf: URL(filePath: state))
    try bytes.dropLast(5).write(to: URL(filePath: state))
    #expect(throws: DataError.self) { try train(Self.plan(), stateFile: state) }
  }

  @Test(arguments: [("steps.0.weight", 1e30), ("steps.0.weight", 2.5), ("steps.0.weight", -1), ("generator", 300)])
  func aStateOfImpossibleNumbersIsRefused(name: String, number: Float) throws {
    let folder = try TemporaryFolder()
    let state = folder.path("toy.training")
    _ = try train(Self.plan(), stateFile: state)
    let saved = try Checkpoint(path: state)
    let damaged = try saved.names.map { key in
      let shape = try #require(saved[key]).shape
      var numbers = try saved.tensor(key, shape: shape).scalars
      if key == name { numbers[0] = number }
      return TensorToWrite(name: key, numbers, shape: shape)
    }
    try SafetensorsWriter.write(damaged, to: state, metadata: saved.metadata)
    let error = #expect(throws: DataError.self) { try train(Self.plan(), stateFile: state) }
    #expect(error?.description.contains(name) == true)
  }

  @Test func aLossThatIsNoNumberEndsTheTraining() throws {
    let model = Linear(1, 1)
    #expect(throws: DataError.self) {
      try TrainingLoop(Self.plan(), model: model).run { _ in model(.ones([1, 1])).sum() * Float.infinity }
    }
  }
}
