import Exercises
import Layers
import Tensors

@main enum Check: ExerciseCheck {
  static func block() -> LedBlock { LedBlock(width: 6, conditionWidth: 4) }

  /// A block whose shift, scale and gate are random.
  static func trained() -> LedBlock {
    let block = block()
    for parameter in block.modulation.parameters() { parameter.assign(.randn(parameter.shape)) }
    return block
  }

  static func check() throws {
    try property("A new block passes tokens on unchanged, whatever leads it") {
      for _ in 0..<5 {
        let x = Tensor.randn([2, 3, 6])
        try expectEqual(
          block()(x, .randn([2, 4]) * 10), x, within: 0, "the output of a new block; with gates of 0 it adds nothing")
      }
    }
    try property("With other values it is x + gate · part((1 + scale) · LN(x) + shift)") {
      for _ in 0..<5 {
        let (block, x, condition) = (trained(), Tensor.randn([2, 3, 6]), Tensor.randn([2, 4]))
        let numbers = block.modulation(condition)  // [B, 3·D]
        let (shift, scale, gate) = (
          numbers.slice(0..<6, dim: 1).reshape(2, 1, 6), numbers.slice(6..<12, dim: 1).reshape(2, 1, 6),
          numbers.slice(12..<18, dim: 1).reshape(2, 1, 6)
        )
        let normalized = x.layerNorm(epsilon: 1e-6)
        let expected = x + gate * block.part((scale + 1) * normalized + shift)
        try expectEqual(
          block(x, condition), expected, within: 1e-4, "the output; shift, scale and gate come in this order")
      }
    }
    try property("Each picture is led by its own vector") {
      let (block, x, condition) = (trained(), Tensor.randn([2, 3, 6]), Tensor.randn([2, 4]))
      let other = Tensor.cat([condition.slice(0..<1, dim: 0), .randn([1, 4])], dim: 0)
      try expectEqual(
        block(x, condition)[0], block(x, other)[0], within: 0,
        "the first picture's output, with another vector for the second")
      try expectDifferent(
        block(x, condition)[1], block(x, other)[1], by: 1e-3, "the second picture's output with another vector")
    }
    try property("A new block has a gradient for its gates and learns") {
      let block = block()
      let optimizer = AdamW(block.parameters(), learningRate: 0.02)
      let (x, condition) = (Tensor.randn([8, 3, 6]), Tensor.randn([8, 4]))
      let wanted = x + 0.5
      var losses: [Float] = []
      for _ in 0..<150 {
        let difference = block(x, condition) - wanted
        let loss = (difference * difference).mean()
        optimizer.zeroGrad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item)
      }
      try expect(
        (losses.last ?? 1) < losses[0] / 4,
        "the loss went from \(losses[0]) to \(losses.last ?? 1); only the modulation begins with zeros, not the part")
    }
  }
}
