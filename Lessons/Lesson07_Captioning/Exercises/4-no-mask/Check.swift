import Exercises
import Layers
import Tensors

/// A decoder with one layer of attention with one head: tokens and places become vectors, attention mixes them, and a
/// matrix makes logits of the result.
struct TinyDecoder {
  static let (vocabulary, length, width) = (8, 6, 24)
  /// The token that begins texts; it is never drawn.
  static let start = vocabulary
  let parameters: [Tensor]

  init() {
    let width = Self.width
    parameters = [
      [Self.vocabulary + 1, width], [Self.length, width], [width, width], [width, width], [width, width],
      [width, Self.vocabulary],
    ].map { Tensor.normal($0, std: $0 == [width, width] ? 0.2 : 0.5).requiringGrad() }
  }

  /// `[B, T]` to `[B, T, V]`.
  func callAsFunction(_ ids: IntTensor, mask: Tensor?) -> Tensor {
    let x = parameters[0].embedding(ids) + parameters[1].slice(0..<ids.shape[1], dim: 0)
    let (query, key, value) = (x.matmul(parameters[2]), x.matmul(parameters[3]), x.matmul(parameters[4]))
    let scores = query.matmul(key.transpose(1, 2)) / Float(Self.width).squareRoot()  // [B, T, T]
    return (mask.map { scores + $0 } ?? scores).softmax(dim: -1).matmul(value).matmul(parameters[5])
  }

  /// Random texts.
  static func texts(_ count: Int) -> [[Int]] {
    (0..<count).map { _ in (0..<length).map { _ in Int.draw(in: 0...vocabulary - 1) } }
  }

  func loss(_ texts: [[Int]], mask: Tensor?) -> Tensor {
    let (read, asked) = shifted(texts, start: Self.start)
    return crossEntropy(self(read, mask: mask).flatten(from: 0, through: 1), IntTensor(asked.scalars))
  }

  /// The loss on new texts after some steps of training on others.
  static func trained(mask: Tensor?) -> (decoder: TinyDecoder, loss: Float) {
    let decoder = TinyDecoder()
    let optimizer = AdamW(decoder.parameters, learningRate: 0.02)
    for _ in 0..<150 {
      let loss = decoder.loss(texts(32), mask: mask)
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
    }
    return (decoder, noGrad { decoder.loss(texts(200), mask: mask).item })
  }
}

@main enum Check: ExerciseCheck {
  static func check() throws {
    let (length, vocabulary) = (TinyDecoder.length, TinyDecoder.vocabulary)
    let guessing = Tensor([Float(vocabulary)]).log().item
    try property("At place t the decoder has read the start and the tokens before t, and is asked for token t") {
      let texts = TinyDecoder.texts(3)
      let (read, asked) = shifted(texts, start: TinyDecoder.start)
      try expectEqual(asked.shape, [3, length], "the shape of what is asked for")
      try expectEqual(asked.scalars, texts.flatMap { $0 }, "what is asked for: all tokens")
      try expectEqual(read.shape, [3, length], "the shape of what is read")
      try expectEqual(
        read.scalars, texts.flatMap { [TinyDecoder.start] + $0.dropLast() },
        "what is read: the start, then all but the last token")
    }
    try property("With the mask, weights of rows sum to 1 and are 0 to the right of the diagonal") {
      for count in [1, 2, 5] {
        let mask = causalMask(count)
        try expectShape(mask, [count, count], "the mask of \(count) tokens")
        let weights = (Tensor.randn([count, count]) + mask).softmax(dim: 1)
        try expectEqual(weights.sum(dim: 1), Tensor.ones([count]), within: 1e-5, "the sums of the rows")
        try expectEqual(
          weights.triu(diagonal: 1), Tensor.zeros([count, count]), within: 0, "the weights on tokens that come later")
        try expect(
          weights.tril().scalars.count { $0 > 0 } == count * (count + 1) / 2,
          "a token must attend to itself and to all before")
      }
    }
    try property("Exchanging a token changes no logit before its place") {
      let decoder = TinyDecoder()
      for _ in 0..<10 {
        let text = TinyDecoder.texts(1)[0]
        let place = Int.draw(in: 1...length - 1)
        var other = text
        other[place] = (text[place] + 1) % vocabulary
        let logits = noGrad { [text, other].map { decoder(IntTensor([$0]), mask: causalMask(length)) } }
        try expectEqual(
          logits[0].slice(0..<place, dim: 1), logits[1].slice(0..<place, dim: 1), within: 0,
          "logits before token \(place + 1), which was exchanged")
      }
    }
    try property("With the mask the loss on random tokens stays at ln V") {
      let loss = TinyDecoder.trained(mask: causalMask(length)).loss
      try expect(
        loss > guessing - 0.1 && loss < guessing + 0.3, "the loss is \(loss), ln \(vocabulary) is \(guessing)")
    }
    try property("Without it the loss is better than possible, and of no use for writing") {
      let (decoder, loss) = TinyDecoder.trained(mask: nil)
      try expect(loss < guessing / 2, "the loss is \(loss); ln \(vocabulary) is \(guessing)")
      // In writing, the model reads the tokens so far and nothing behind them.
      let texts = TinyDecoder.texts(400)
      let right = noGrad {
        (1..<length).reduce(0) { sum, place in
          let read = IntTensor(texts.map { [TinyDecoder.start] + $0.prefix(place) })
          let guesses = decoder(read, mask: nil).select(place, dim: 1).argmax(dim: 1).scalars
          return sum + zip(texts, guesses).count { $0[place] == $1 }
        }
      }
      let share = Float(right) / Float(400 * (length - 1))
      try expectEqual(share, 1 / Float(vocabulary), within: 0.05, "the share of right next tokens in writing")
    }
  }
}
