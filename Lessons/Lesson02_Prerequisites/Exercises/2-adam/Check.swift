import Exercises
import Layers
import Tensors

@main enum Check: ExerciseCheck {
  /// The weights on their way down a ravine with these curvatures.
  static func path(_ optimizer: Adam, _ start: Tensor, _ curvature: Tensor, steps: Int) -> [Tensor] {
    var optimizer = optimizer
    var weights = [start]
    for _ in 0..<steps {
      let last = weights[weights.count - 1]
      weights.append(optimizer.step(last, gradient: curvature * last))
    }
    return weights
  }

  static func check() throws {
    try property("The first step moves each weight by the learning rate, against the sign of its gradient") {
      for _ in 0..<5 {
        let count = Int.draw(in: 1...6)
        let (weights, gradient) = (Tensor.randn([count]), Tensor.randn([count]) + 0.01)
        var adam = Adam(rate: 0.1)
        let moved = weights - adam.step(weights, gradient: gradient)
        let signs = gradient / gradient.abs()
        try expectEqual(
          moved, 0.1 * signs, within: 1e-4, "what the first step subtracts, at gradients \(gradient.scalars)")
      }
    }
    try property("A loss that is 1,000 times as large gives the same path") {
      let (start, curvature) = (Tensor.randn([4]), Tensor.rand([4]) + 0.1)
      let (one, thousand) = (
        path(Adam(rate: 0.05), start, curvature, steps: 30), path(Adam(rate: 0.05), start, 1000 * curvature, steps: 30)
      )
      try expectEqual(thousand[30], one[30], within: 1e-3, "the weights after 30 steps; SGD would be far away")
    }
    try property("20 steps of AdamW are the engine's, with weight decay") {
      let (start, curvature) = (Tensor.randn([3, 2]), Tensor.rand([3, 2]) * 5)
      let weights = Tensor.zeros([3, 2])
      weights.assign(start)
      let trained = weights.requiringGrad()
      let engine = AdamW([trained], learningRate: 0.1, weightDecay: 0.2)
      let ours = path(Adam(rate: 0.1, decay: 0.2), start, curvature, steps: 20)
      for step in 1...20 {
        engine.zeroGrad()
        ((curvature * trained * trained).sum() / 2).backward()
        engine.step()
        try expectEqual(ours[step], trained.detached(), within: 1e-4, "the weights after step \(step)")
      }
    }
    try property("Without a gradient, decoupled decay takes the same share of every weight") {
      let weights = Tensor([0.01, 1, 100])
      var adam = Adam(rate: 0.1, decay: 0.5)
      let after = adam.step(weights, gradient: .zeros([3]))
      try expectEqual(after / weights, .full([3], 0.95), within: 1e-5, "the share that is left, 1 - rate · decay")
    }
    try property("Without a gradient, decay in the gradient moves every weight by the learning rate") {
      let weights = Tensor([0.5, 1, 100])
      var adam = Adam(rate: 0.1, decay: 0.5, isDecoupled: false)
      let after = adam.step(weights, gradient: .zeros([3]))
      try expectEqual(weights - after, .full([3], 0.1), within: 1e-4, "what the first step subtracts")
    }
  }
}
