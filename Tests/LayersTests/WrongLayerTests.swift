import Layers
import Tensors
import TestSupport
import Testing

/// Layers, optimisers and schedules that cannot be end the program with one line.
@Suite struct WrongLayerTests {
  static let calls: [WrongCall] = [
    WrongCall("no heads", ["MultiheadAttention:", "8", "0 heads"]) {
      _ = MultiheadAttention(embedDim: 8, headCount: 0)
    },
    WrongCall("a negative stack", ["TransformerEncoder:", "-1"]) {
      _ = TransformerEncoder(TransformerEncoderLayer(embedDim: 8, headCount: 2), layerCount: -1)
    },
    WrongCall("no inputs", ["kaimingUniformBound:", "0 inputs"]) { _ = Linear(0, 3) },
    WrongCall("negative outputs", ["uniform:", "[-3, 2]"]) { _ = Linear(2, -3) },
    WrongCall("a padding row that is not there", ["Embedding:", "-6", "5 rows"]) {
      _ = Embedding(5, 2, paddingIndex: -6)
    },
    WrongCall("Nesterov without momentum", ["SGD:", "momentum"]) { _ = SGD([], isNesterov: true) },
    WrongCall("Nesterov with dampening", ["SGD:", "dampening"]) {
      _ = SGD([], momentum: 0.9, dampening: 0.1, isNesterov: true)
    },
    WrongCall("a cosine of no steps", ["CosineAnnealing:", "0 steps"]) { _ = CosineAnnealing(initial: 1, steps: 0) },
    WrongCall("a cycle of no steps", ["OneCycle:", "0 steps"]) { _ = OneCycle(peak: 1, totalSteps: 0) },
    WrongCall("a state of other parameters", ["AdamW:", "1 parameters for 0"]) { AdamW([]).state = [nil] },
    WrongCall("moments of another shape", ["AdamW:", "[3]", "[2]"]) {
      let moments = AdamW.Moments(stepCount: 1, mean: .zeros([3]), square: .zeros([2]))
      AdamW([Tensor.ones([2]).requiringGrad()]).state = [moments]
    },
  ]

  @Test(arguments: calls.map(\.name)) func endsWithOneLine(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }
}
