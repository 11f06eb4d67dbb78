import Exercises
import Tensors

@main enum Check: ExerciseCheck {
  /// Shares of a schedule that is drawn: the linear one, the cosine, or anything between.
  static func shares(_ time: Double, _ bend: Double) -> Shares {
    let circle = (1 - time * time).squareRoot()
    return Shares(signal: bend * circle + (1 - bend) * (1 - time), noise: time)
  }

  static func check() throws {
    try property("With the right noise the step lands on the noisy picture of the earlier time") {
      for _ in 0..<30 {
        let (picture, noise, bend) = (Tensor.randn([2, 5]), Tensor.randn([2, 5]), Double(Float.draw(in: 0...1)))
        let late = Double(Float.draw(in: 0.3...0.9))
        let (t, s) = (shares(late, bend), shares(late * Double(Float.draw(in: 0...1)), bend))
        func noisy(_ shares: Shares) -> Tensor { picture * Float(shares.signal) + noise * Float(shares.noise) }
        try expectEqual(
          step(noisy(t), noise: noise, from: t, to: s), noisy(s), within: 1e-4,
          "the step from the shares \(t.signal) and \(t.noise) to \(s.signal) and \(s.noise); solve for the picture first, "
            + "then mix it with the noise anew")
      }
    }
    try property("A step to time 0 gives the picture alone") {
      let (picture, noise) = (Tensor.randn([7]), Tensor.randn([7]))
      let t = Shares(signal: 0.6, noise: 0.8)
      try expectEqual(
        step(picture * 0.6 + noise * 0.8, noise: noise, from: t, to: Shares(signal: 1, noise: 0)), picture,
        within: 1e-5,
        "the picture")
    }
    try property("A step to the same time changes nothing, whatever the network says") {
      let (noisy, t) = (Tensor.randn([7]), Shares(signal: 0.5, noise: 0.5))
      try expectEqual(step(noisy, noise: .randn([7]), from: t, to: t), noisy, within: 1e-5, "the noisy picture")
    }
    try property("Wrong noise by δ moves the result by δ · (s.noise − t.noise · s.signal / t.signal)") {
      let (noisy, noise) = (Tensor.randn([7]), Tensor.randn([7]))
      let (t, s) = (Shares(signal: 0.3, noise: 0.9), Shares(signal: 0.7, noise: 0.4))
      let moved = step(noisy, noise: noise + 0.1, from: t, to: s) - step(noisy, noise: noise, from: t, to: s)
      try expectEqual(moved, .full([7], Float(0.1 * (0.4 - 0.9 * 0.7 / 0.3))), within: 1e-4, "how far the result moved")
    }
  }
}
