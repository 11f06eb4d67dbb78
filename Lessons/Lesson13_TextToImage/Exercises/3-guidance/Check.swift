import Exercises
import Tensors

@main enum Check: ExerciseCheck {
  static func check() throws {
    func draw() -> (count: Int, noisy: Tensor, text: Tensor, empty: Tensor, matrix: Tensor) {
      let count = Int.draw(in: 1...5)
      return (count, .randn([count, 4]), .randn([count, 3]), .randn([1, 3]), .randn([3, 4]))
    }
    try property("The scale 0 is the answer without the text, the scale 1 that with it") {
      for _ in 0..<10 {
        let (count, noisy, text, empty, matrix) = draw()
        let network = { (x: Tensor, text: Tensor) in x.tanh() + text.matmul(matrix).sin() }
        try expectEqual(
          guidedOutput(network, noisy, text: text, empty: empty, scale: 0),
          network(noisy, empty.expand([count, 3])), within: 1e-5, "the output at scale 0: the empty text alone")
        try expectEqual(
          guidedOutput(network, noisy, text: text, empty: empty, scale: 1), network(noisy, text), within: 1e-5,
          "the output at scale 1: the text alone")
      }
    }
    try property("In between and beyond, the output lies on the straight line through both") {
      for _ in 0..<20 {
        let (_, noisy, text, empty, matrix) = draw()
        let network = { (x: Tensor, text: Tensor) in x * 0.5 + text.matmul(matrix).sin() }
        let output = { (scale: Float) in guidedOutput(network, noisy, text: text, empty: empty, scale: scale) }
        let scale = Float.draw(in: 1.5...9)
        let line = output(0) + (output(1) - output(0)) * scale
        try expectEqual(output(scale), line, within: 1e-3, "the output at scale \(scale)")
      }
    }
    try property("The network is asked once, with 2·B rows, or with B rows at scale 1") {
      for (scale, factor) in [(Float(1), 1), (3, 2), (0.5, 2)] {
        let (count, noisy, text, empty, matrix) = draw()
        var rows: [Int] = []
        _ = guidedOutput(
          { x, text in
            rows.append(x.shape[0])
            return x + text.matmul(matrix)
          }, noisy, text: text, empty: empty, scale: scale)
        try expect(
          rows == [factor * count],
          "for \(count) pictures at scale \(scale) the network was called with \(rows) rows, not once with \(factor * count)"
        )
      }
    }
    try property("A network that ignores the text is not changed by guidance") {
      let (_, noisy, text, empty, _) = draw()
      try expectEqual(
        guidedOutput({ x, _ in x.tanh() }, noisy, text: text, empty: empty, scale: 7), noisy.tanh(), within: 1e-5,
        "the output of a network that ignores the text")
    }
  }
}
