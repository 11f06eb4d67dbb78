import Layers
import Tensors
import TestSupport
import Testing

/// What losses, optimizers and clipping compute does not depend on the number of threads.
@Suite struct LayerContractTests {
  private static let shape = [307, 1001]

  private static func draw(_ seed: Int, _ shape: [Int] = shape) -> Tensor {
    withGenerator(Generator(seed: seed)) { .uniform(shape, in: -1..<1) }
  }

  private static let labels = IntTensor((0..<shape[0]).map { $0 * 37 % shape[1] })

  typealias Loss = @Sendable (Tensor) -> Tensor

  static let losses: [String: Loss] = [
    "crossEntropy": { crossEntropy($0, labels) },
    "crossEntropy with smoothing": { crossEntropy($0, labels, labelSmoothing: 0.1, ignoreIndex: 37) },
    "binaryCrossEntropyWithLogits": { binaryCrossEntropyWithLogits($0, draw(2) .> 0) },
    "meanSquaredError": { meanSquaredError($0, draw(2)) },
  ]

  @Test(arguments: losses.keys.sorted()) func aLossIsTheSameOnAnyNumberOfThreads(_ name: String) throws {
    let loss = try #require(Self.losses[name])
    try expectSame(name) {
      let x = Self.draw(1).requiringGrad()
      let value = loss(x)
      value.backward()
      return [value, try #require(x.grad)]
    }
  }

  @Test func aStepIsTheSameOnAnyNumberOfThreads() throws {
    let optimizers: [(String, @Sendable ([Tensor]) -> any Optimizer)] = [
      ("AdamW", { AdamW($0, learningRate: 0.1) }),
      ("SGD", { SGD($0, learningRate: 0.1) }),
      ("SGD with all", { SGD($0, learningRate: 0.1, momentum: 0.9, weightDecay: 0.1, isNesterov: true) }),
    ]
    for (name, make) in optimizers {
      try expectSame(name) {
        let parameters = [Self.draw(1).requiringGrad(), Self.draw(2, [40_003]).requiringGrad()]
        let optimizer = make(parameters)
        for step in 0..<3 {
          for (place, parameter) in parameters.enumerated() {
            parameter.grad = Self.draw(10 * step + place, parameter.shape)
          }
          optimizer.step()
        }
        return parameters
      }
    }
  }

  @Test func clippingIsTheSameOnAnyNumberOfThreads() throws {
    try expectSame("clipGradNorm") {
      let parameters = [Tensor.zeros(Self.shape).requiringGrad(), Tensor.zeros([40_003]).requiringGrad()]
      for (place, parameter) in parameters.enumerated() { parameter.grad = Self.draw(place, parameter.shape) }
      let norm = clipGradNorm(parameters, maxNorm: 1)
      return try [Tensor(norm)] + parameters.map { try #require($0.grad) }
    }
  }

  private func expectSame(_ name: String, _ compute: () throws -> [Tensor]) throws {
    let one = try Threads.with(1) { try compute().map { $0.scalars.map(\.bitPattern) } }
    for threads in [2, 3, 8] {
      let more = try Threads.with(threads) { try compute().map { $0.scalars.map(\.bitPattern) } }
      #expect(more == one, "\(name) on \(threads) threads")
    }
  }
}
