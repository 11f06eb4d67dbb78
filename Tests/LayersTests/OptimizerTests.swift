import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@Suite struct OptimizerTests {
  let fixture: LayerFixture

  init() throws { fixture = try LayerFixture.load() }

  @Test func everyStepIsThatOfPyTorch() throws {
    for given in fixture.optimizers {
      let a = LayerArguments(given.arguments)
      let parameters = given.start.map { $0.tensor.requiringGrad() }
      let rate = a.number("learningRate") ?? 0
      let optimizer: Optimizer =
        switch given.name {
        case "AdamW":
          AdamW(
            parameters, learningRate: rate, betas: (a.number("beta1") ?? 0.9, a.number("beta2") ?? 0.999),
            epsilon: a.number("epsilon") ?? 1e-8, weightDecay: a.number("weightDecay") ?? 1e-2)
        case "Muon":
          Muon(
            parameters, learningRate: rate, weightDecay: a.number("weightDecay") ?? 0.1,
            momentum: a.number("momentum") ?? 0.95, isNesterov: !a.bool("isPlain"),
            stepSize: a.bool("isPlain") ? .likeAdamW : .original)
        default:
          SGD(
            parameters, learningRate: rate, momentum: a.number("momentum") ?? 0, dampening: a.number("dampening") ?? 0,
            weightDecay: a.number("weightDecay") ?? 0, isNesterov: a.bool("isNesterov"))
        }
      for (number, step) in given.steps.enumerated() {
        for (parameter, gradient) in zip(parameters, step.gradients) { parameter.grad = gradient.tensor }
        if number == 2 { parameters[1].grad = nil }
        if number == 4 { optimizer.learningRate *= 0.5 }
        optimizer.step()
        for (place, (parameter, expected)) in zip(parameters, step.values).enumerated() {
          let difference = parameter.difference(
            from: expected.floats, shape: expected.shape, tolerance: 5e-7,
            "\(given.name) \(given.arguments.keys.sorted()), step \(number), parameter \(place)")
          #expect(difference == nil)
        }
      }
      optimizer.zeroGrad()
      #expect(parameters.allSatisfy { $0.grad == nil })
    }
  }

  /// Where no direction of a gradient is extremely short, a step of Muon is about as long in all of them.
  @Test(arguments: [[12, 5], [5, 12], [7, 7]]) func aStepOfMuonIsNearlyOrthogonal(shape: [Int]) throws {
    let parameter = Tensor.zeros(shape).requiringGrad()
    let small = min(shape[0], shape[1])
    withGenerator(Generator(seed: 2)) {
      let scales = Tensor((0..<small).map { 3 / Float(1 + $0) }, shape: [small, 1])
      parameter.grad = Tensor.randn([shape[0], small]).matmul(scales * Tensor.randn([small, shape[1]]))
    }
    Muon([parameter], learningRate: 1, stepSize: .original).step()
    let longest = Float(max(1, Double(shape[0]) / Double(shape[1])).squareRoot())
    let step = parameter.detached() * (1 / longest)
    let products = shape[0] > shape[1] ? step.T.matmul(step) : step.matmul(step.T)
    for row in 0..<small {
      for column in 0..<small {
        let product = products[row][column].item
        #expect(row == column ? (0.4...1.5).contains(product) : abs(product) < 0.4, "\(row), \(column)")
      }
    }
  }

  @Test func muonGoesOnFromItsState() {
    func run(interruptedAfter last: Int?) -> [Float] {
      withGenerator(Generator(seed: 0)) {
        let parameter = Tensor.randn([4, 6]).requiringGrad()
        var optimizer = Muon([parameter], learningRate: 0.1)
        for step in 0..<4 {
          parameter.grad = .randn([4, 6])
          optimizer.step()
          if step == last {
            let state = optimizer.state
            optimizer = Muon([parameter], learningRate: 0.1)
            optimizer.state = state
          }
        }
        return parameter.scalars
      }
    }
    #expect(run(interruptedAfter: 1) == run(interruptedAfter: nil))
  }

  @Test(arguments: [2, 3, 8]) func aStepOfMuonHasTheSameBytesWithAnyNumberOfThreads(threads: Int) {
    func run() -> [Float] {
      withGenerator(Generator(seed: 3)) {
        let parameter = Tensor.randn([96, 160]).requiringGrad()
        let optimizer = Muon([parameter], learningRate: 0.1)
        for _ in 0..<2 {
          parameter.grad = .randn([96, 160])
          optimizer.step()
        }
        return parameter.scalars
      }
    }
    #expect(Threads.with(threads, run) == Threads.with(1, run))
  }

  @Test func clippingIsThatOfPyTorch() throws {
    for given in fixture.clipping {
      let parameters = given.before.map { numbers in
        let parameter = Tensor.zeros(numbers.shape).requiringGrad()
        parameter.grad = numbers.tensor
        return parameter
      }
      let frozen = Tensor.zeros([3]).requiringGrad()
      let norm = clipGradNorm(parameters + [frozen], maxNorm: given.maxNorm)
      #expect(abs(Double(norm) - given.norm) <= 1e-6 * given.norm)
      for (parameter, expected) in zip(parameters, given.after) {
        let gradient = try #require(parameter.grad)
        #expect(gradient.difference(from: expected.floats, shape: expected.shape, tolerance: 5e-7, "clipped") == nil)
      }
      #expect(frozen.grad == nil)
    }
  }

  @Test func aNormThatIsNoNumberSpoilsAllGradients() throws {
    // As in PyTorch: clip_grad_norm_ multiplies by max_norm / (norm + 1e-6), whatever that is.
    let parameters = [Tensor.zeros([2]).requiringGrad(), Tensor.zeros([1]).requiringGrad()]
    parameters[0].grad = Tensor([1, .nan])
    parameters[1].grad = Tensor([3])
    #expect(clipGradNorm(parameters, maxNorm: 1).isNaN)
    let spoiled = try parameters.map { try #require($0.grad).scalars }
    #expect(spoiled.map(\.count) == [2, 1])
    #expect(spoiled.joined().allSatisfy { $0.isNaN })
  }

  @Test func aStateOfScatteredNumbersIsCopied() throws {
    let parameter = Tensor.ones([2, 3]).requiringGrad()
    let mean = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    let optimizer = AdamW([parameter])
    optimizer.state = [AdamW.Moments(stepCount: 1, mean: mean.T, square: Tensor.ones([1, 3]).expand(2, 3))]
    parameter.grad = .zeros([2, 3])
    optimizer.step()
    let state = try #require(optimizer.state[0])
    #expect(mean.scalars == [1, 2, 3, 4, 5, 6])
    let keeps: [Float] = [1, 3, 5, 2, 4, 6].map { $0 + Float(1 - 0.9) * (0 - $0) }
    #expect(state.mean.scalars == keeps)
    #expect(state.square.scalars == [Float](repeating: Float(0.999), count: 6))
  }

  @Test func schedulesAreThoseOfPyTorch() {
    for given in fixture.schedules {
      let a = LayerArguments(given.arguments)
      let peak = a.number("peak") ?? 0
      let schedule: LearningRateSchedule =
        switch given.name {
        case "CosineAnnealing": CosineAnnealing(initial: peak, steps: a.int("steps"), final: a.number("final") ?? 0)
        case "OneCycle":
          OneCycle(
            peak: peak, totalSteps: a.int("totalSteps"), risingShare: a.number("risingShare") ?? 0.3,
            divideFactor: a.number("divideFactor") ?? 25, finalDivideFactor: a.number("finalDivideFactor") ?? 10_000)
        default:
          WarmupCosine(
            peak: peak, warmupSteps: a.int("warmupSteps"), totalSteps: a.int("totalSteps"),
            final: a.number("final") ?? 0)
        }
      for (step, expected) in given.rates.enumerated() {
        let rate = schedule.learningRate(at: step)
        #expect(abs(rate - expected) <= 1e-12 * peak, "\(given.name) \(given.arguments), step \(step)")
      }
    }
  }

  @Test func aScheduleStaysFiniteAtItsEnds() {
    // A rising share of one step leaves no way up at all.
    let brief = OneCycle(peak: 1, totalSteps: 10, risingShare: 0.1)
    #expect((0..<12).allSatisfy { brief.learningRate(at: $0).isFinite })
    #expect(brief.learningRate(at: 0) == 1)
    #expect(brief.learningRate(at: 20) == brief.learningRate(at: 9))
    let cosine = WarmupCosine(peak: 1, warmupSteps: 0, totalSteps: 5, final: 0.1)
    #expect(cosine.learningRate(at: 0) == 1 && cosine.learningRate(at: 50) == 0.1)
  }

  @Test func frozenParametersDoNotMove() {
    let layer = Linear(3, 2)
    layer.setFrozen()
    let before = layer.parameters().map { $0.scalars }
    let optimizer = AdamW(layer.parameters())
    let x = Tensor.ones([1, 3]).requiringGrad()
    layer(x).sum().backward()
    optimizer.step()
    #expect(layer.parameters().map { $0.scalars } == before)
    #expect(x.grad != nil && layer.parameters().allSatisfy { $0.grad == nil })
  }

  @Test func aTransposedParameterIsTrainedInItsOwnOrder() {
    let table = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    let parameter = table.T.requiringGrad()
    parameter.grad = Tensor([10, 20, 30, 40, 50, 60], shape: [3, 2])
    SGD([parameter], learningRate: 1).step()
    #expect(parameter.scalars == [-9, -16, -28, -35, -47, -54])
    #expect(table.scalars == [1, 2, 3, 4, 5, 6])
  }

  @Test func memoryOfSomeoneElseIsNotWrittenTo() {
    let owner = ForeignFloats([1, 2, 3])
    let parameter = Tensor(unownedMemory: owner.base, shape: [3], elementType: .float32, owner: owner).requiringGrad()
    parameter.grad = .ones([3])
    SGD([parameter], learningRate: 1).step()
    #expect(parameter.scalars == [0, 1, 2])
    #expect(owner.values == [1, 2, 3])
  }

  /// AdamW, whose parameters, gradients and means lie in the same memory in many ways, all at once.
  private func valuesAfterSteps(sharing: Bool) -> [[Float]] {
    let count = 70_000
    // Without sharing, the same numbers in memory of their own.
    func own(_ x: Tensor) -> Tensor { sharing ? x : x * 1 }
    let memory = withGenerator(Generator(seed: 1)) { Tensor.randn([2 * count]) }
    let parameters = [own(memory[0..<count]).requiringGrad(), own(memory[count..<2 * count]).requiringGrad()]
    let mean = Tensor.full([count], 0.5)
    let optimizer = AdamW(parameters, learningRate: 0.1)
    optimizer.state = [
      AdamW.Moments(stepCount: 1, mean: own(mean), square: own(mean)),
      AdamW.Moments(stepCount: 1, mean: own(mean), square: Tensor.full([count], 0.5)),
    ]
    for _ in 0..<3 {
      // Each one's gradient is the other's value of before the step.
      let values = parameters.map { $0.detached() }
      parameters[0].grad = own(values[1])
      parameters[1].grad = own(values[0])
      optimizer.step()
    }
    return parameters.map { $0.scalars } + optimizer.state.map { $0?.mean.scalars ?? [] }
  }

  @Test(arguments: [1, 2, 3, 8]) func aStepInSharedMemoryIsThatInMemoryOfItsOwn(threads: Int) {
    let apart = valuesAfterSteps(sharing: false)
    Threads.with(threads) { #expect(valuesAfterSteps(sharing: true) == apart) }
  }

  @Test(arguments: [1, 2, 3, 8]) func aStepAlongAGradientInItsOwnMemoryReadsItAsItWas(threads: Int) {
    let count = 70_000
    Threads.with(threads) {
      let memory = Tensor.arange(count + 1)
      let parameter = memory[0..<count].requiringGrad()
      parameter.grad = memory[1..<count + 1]
      SGD([parameter], learningRate: 1).step()
      #expect(parameter.scalars == [Float](repeating: -1, count: count))
    }
  }

  @Test(arguments: [1, 2, 3, 8]) func overlappingParametersAreChangedOneAfterTheOther(threads: Int) {
    let count = 70_000
    func run() -> [Float] {
      let memory = Tensor.ones([count + 1])
      let parameters = [memory[0..<count].requiringGrad(), memory[1..<count + 1].requiringGrad()]
      for parameter in parameters { parameter.grad = .ones([count]) }
      AdamW(parameters, learningRate: 0.5, weightDecay: 0).step()
      return memory.scalars
    }
    // The first step of Adam is the learning rate: twice where both lie.
    Threads.with(threads) {
      let values = run()
      #expect(values.map { ($0 * 1000).rounded() } == [500] + [Float](repeating: 0, count: count - 1) + [500])
      #expect(values == Threads.with(1) { run() })
    }
  }

  /// Counted for the whole process, so in one of its own.
  @Test func trainingRunsInTheMemoryOfItsFirstSteps() async {
    await #expect(processExitsWith: .success) {
      manualSeed(0)
      let layer = TransformerEncoderLayer(embedDim: 64, headCount: 4, feedForwardDim: 128)
      let model = TransformerEncoder(layer, layerCount: 2)
      let head = Linear(64, 10)
      let optimizer = AdamW(model.parameters() + head.parameters())
      var bytes: [Int] = []
      for step in 0..<12 {
        optimizer.zeroGrad()
        let x = Tensor.randn([16, 17, 64])
        let loss = crossEntropy(head(model(x).select(0, dim: 1)), .randint(0..<10, [16]))
        loss.backward()
        clipGradNorm(model.parameters(), maxNorm: 1)
        optimizer.step()
        if step >= 3 { bytes.append(Memory.liveBytes + Memory.pooledBytes) }
      }
      exit(Set(bytes).count == 1 ? 0 : 1)
    }
  }
}

private final class ForeignFloats {
  private let memory: UnsafeMutablePointer<Float>
  private let count: Int
  var base: UnsafeRawPointer { UnsafeRawPointer(memory) }
  var values: [Float] { Array(UnsafeBufferPointer(start: memory, count: count)) }

  init(_ values: [Float]) {
    count = values.count
    memory = .allocate(capacity: count)
    memory.initialize(from: values, count: count)
  }

  deinit { memory.deallocate() }
}
