import Exercises
import Tensors

@main enum Check: ExerciseCheck {
  static func betas(_ count: Int) -> [Double] { (0..<count).map { _ in Double(Float.draw(in: 0.01...0.3)) } }

  static func check() throws {
    try property("Without steps the picture is as it was; one step has the shares √(1 − β) and √β") {
      let none = shares(after: [])
      try expect(none.signal == 1 && none.noise == 0, "without steps the shares are \(none), not 1 and 0")
      let one = shares(after: [0.36])
      try expectEqual(one.signal, 0.8, within: 1e-9, "the picture's share after one step with β = 0.36")
      try expectEqual(one.noise, 0.6, within: 1e-9, "the noise's share after one step with β = 0.36")
    }
    try property("Mean and variance are those of walking through all steps") {
      for _ in 0..<5 {
        let (betas, start) = (betas(Int.draw(in: 2...12)), Float.draw(in: 1...2))
        var walking = Tensor.full([20_000], start)
        for beta in betas {
          walking = walking * Float((1 - beta).squareRoot()) + Tensor.randn([20_000]) * Float(beta.squareRoot())
        }
        let jumped = noised(.full([20_000], start), .randn([20_000]), after: betas)
        try expectEqual(
          jumped.mean().item, walking.mean().item, within: 0.05,
          "the mean after \(betas.count) steps; every step multiplies the picture's share")
        try expectEqual(
          jumped.standardDeviation().item, walking.standardDeviation().item, within: 0.05,
          "the deviation after \(betas.count) steps; the variances of picture and noise have the sum 1")
      }
    }
    try property("Two halves one after the other are the whole") {
      for _ in 0..<10 {
        let (first, second) = (betas(Int.draw(in: 1...6)), betas(Int.draw(in: 1...6)))
        let (a, b, all) = (shares(after: first), shares(after: second), shares(after: first + second))
        try expectEqual(all.signal, a.signal * b.signal, within: 1e-9, "the picture's share of the whole")
        let noise = (b.signal * a.noise) * (b.signal * a.noise) + b.noise * b.noise
        try expectEqual(all.noise * all.noise, noise, within: 1e-9, "the variance of the noise of the whole")
      }
    }
    try property("Many steps leave noise alone") {
      let end = shares(after: betas(400))
      try expect(end.signal < 1e-3 && end.noise > 0.999, "after 400 steps the shares are \(end)")
    }
  }
}
