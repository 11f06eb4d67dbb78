import Tensors
import TestSupport
import Testing

/// Sizes, ranges and probabilities that cannot be end the program with one line.
@Suite struct WrongSizeTests {
  static let calls: [WrongCall] = [
    WrongCall("zeros of a negative size", ["zeros:", "[2, -3]", "negative"]) { _ = Tensor.zeros([2, -3]) },
    WrongCall("ones of too many numbers", ["ones:", "more numbers"]) { _ = Tensor.ones([1 << 40, 1 << 40]) },
    WrongCall("full of too many numbers", ["full:", "more numbers"]) { _ = Tensor.full([Int.max], 1) },
    WrongCall("more memory than there is", ["no memory"]) { _ = Tensor.zeros([1 << 50]) },
    WrongCall("randn", ["randn:", "[-1]"]) { _ = Tensor.randn([-1]) },
    WrongCall("rand", ["rand:", "[3, -1]"]) { _ = Tensor.rand([3, -1]) },
    WrongCall("randint", ["randint:", "[-2]"]) { _ = IntTensor.randint(0..<3, [-2]) },
    WrongCall("an empty range", ["randint:", "3..<3"]) { _ = IntTensor.randint(3..<3, [2]) },
    WrongCall("randperm", ["randperm:", "-1"]) { _ = IntTensor.randperm(-1) },
    WrongCall("eye", ["eye:", "[-1, -1]"]) { _ = Tensor.eye(-1) },
    WrongCall("arange", ["arange:", "[-4]"]) { _ = Tensor.arange(-4) },
    WrongCall("arange of whole numbers", ["arange:", "[-4]"]) { _ = IntTensor.arange(-4) },
    WrongCall("linspace", ["linspace:", "[-1]"]) { _ = Tensor.linspace(0, 1, -1) },
    WrongCall("two negative sizes", ["Tensor:", "[-1, -1]", "negative"]) { _ = Tensor([1], shape: [-1, -1]) },
    WrongCall("two negative sizes of whole numbers", ["IntTensor:", "[-1, -1]", "negative"]) {
      _ = IntTensor([1], shape: [-1, -1])
    },
    WrongCall("reshape to too many", ["reshape:", "more numbers"]) { _ = Tensor.ones([4]).reshape(1 << 40, 1 << 40) },
    WrongCall("reshape with two free sizes", ["reshape:", "[-1, -1]"]) { _ = Tensor.ones([4]).reshape(-1, -1) },
    WrongCall("expand to a negative size", ["expand:", "[-3]"]) { _ = Tensor.ones([1]).expand(-3) },
    WrongCall("expand to too many", ["expand:", "more numbers"]) { _ = Tensor.ones([1, 1]).expand(1 << 40, 1 << 40) },
    WrongCall("split", ["split:", "[5, -1]"]) { _ = Tensor.ones([4]).split([5, -1]) },
    WrongCall("pad of one dimension twice", ["pad:", "dimension 1", "[2, 3]", "twice"]) {
      _ = Tensor.ones([2, 3]).pad([(1, 1, 0), (-1, 0, 1)])
    },
    WrongCall("oneHot", ["oneHot:", "[0, -1]"]) { _ = Tensor.oneHot([], classes: -1) },
    WrongCall("bernoulli", ["bernoulli:", "1.5"]) { _ = Tensor.bernoulli([2], probability: 1.5) },
    WrongCall("bernoulli of each", ["bernoulli:", "-1.0"]) { _ = Tensor([0.5, -1]).bernoulli() },
    WrongCall("dropout", ["dropout:", "2.0"]) { _ = Tensor.ones([2]).dropout(2) },
    WrongCall("normal", ["normal:", "-1.0"]) { _ = Tensor.normal([2], std: -1) },
    WrongCall("uniform", ["uniform:", "wider"]) { _ = Tensor.uniform([2], in: -3e38..<3e38) },
    WrongCall("a gradient of another shape", ["grad:", "[3]", "[2]"]) {
      Tensor.ones([2]).requiringGrad().grad = .ones([3])
    },
    WrongCall("argmax of nothing", ["argmax:", "[0]"]) { _ = Tensor.zeros([0]).argmax() },
    WrongCall("self-attention of two dimensions", ["selfAttention:", "[4, 24]", "2 heads"]) {
      _ = Tensor.selfAttention(.ones([4, 24]), headCount: 2)
    },
    WrongCall("self-attention of a width without heads", ["selfAttention:", "[1, 4, 24]", "3 heads"]) {
      _ = Tensor.selfAttention(.ones([1, 4, 24]), headCount: 3)
    },
    WrongCall("attention that drops less than nothing", ["scaledDotProductAttention:", "-0.5"]) {
      let x = Tensor.ones([1, 1, 2, 3])
      _ = Tensor.scaledDotProductAttention(query: x, key: x, value: x, dropout: -0.5)
    },
    WrongCall("self-attention that drops too much", ["selfAttention:", "1.5"]) {
      _ = Tensor.selfAttention(.ones([1, 4, 12]), headCount: 2, dropout: 1.5)
    },
    WrongCall("attention that drops no number", ["selfAttention:", "nan"]) {
      _ = Tensor.selfAttention(.ones([1, 4, 12]), headCount: 2, dropout: .nan)
    },
    WrongCall("a mask larger than self-attention", ["selfAttention:", "[5, 4]", "[1, 2, 4, 4]"]) {
      _ = Tensor.selfAttention(.ones([1, 4, 24]), headCount: 2, mask: .zeros([5, 4]))
    },
    WrongCall("arange of more whole numbers than there is memory for", ["arange:", "[1099511627776]", "no memory"]) {
      _ = IntTensor.arange(1 << 40)
    },
    WrongCall("randint of more than there is memory for", ["randint:", "[1099511627776]", "no memory"]) {
      _ = IntTensor.randint(0..<2, [1 << 40])
    },
    WrongCall("attention over 300,000 tokens", ["scaledDotProductAttention:", "[1, 1, 300000, 8]", "no memory"]) {
      let x = Tensor.zeros([1, 1, 300_000, 8])
      _ = noGrad { Tensor.scaledDotProductAttention(query: x, key: x, value: x) }
    },
    WrongCall("self-attention over 300,000 tokens", ["selfAttention:", "[1, 300000, 24]", "no memory"]) {
      _ = Tensor.selfAttention(.zeros([1, 300_000, 24]), headCount: 1)
    },
    WrongCall("self-attention with many heads", ["selfAttention:", "heads"]) {
      _ = Tensor.selfAttention(.ones([1, 4, 24]), headCount: .max)
    },
    WrongCall("a sum that broadcasts to too much", ["+:", "[1000000, 1000000]", "no memory"]) {
      _ = Tensor.ones([1_000_000, 1]) + Tensor.ones([1_000_000])
    },
    WrongCall("a function of too much", ["exp:", "[1099511627776]", "no memory"]) {
      _ = Tensor.ones([1]).expand(1 << 40).exp()
    },
    WrongCall("a product of too much", ["matmul:", "[1000000, 1000000]", "no memory"]) {
      _ = Tensor.ones([1_000_000, 1]).matmul(.ones([1, 1_000_000]))
    },
    WrongCall("cat of too much", ["cat:", "more numbers"]) {
      _ = Tensor.cat([Tensor](repeating: Tensor.ones([1]).expand(1 << 58), count: 40))
    },
    WrongCall("padding of too much", ["pad:", "[2]", "more numbers"]) {
      _ = Tensor.ones([2]).pad([(dim: 0, before: .max, after: 1)])
    },
    WrongCall("padding twice", ["pad:", "[2]", "twice"]) {
      _ = Tensor.ones([2]).pad([(dim: 0, before: 1, after: 1), (dim: -1, before: 1, after: 1)])
    },
    WrongCall("repeating too often", ["repeated:", "more numbers"]) {
      _ = Tensor.ones([2, 2]).repeated(1 << 40, 1 << 40)
    },
    WrongCall("a padding of conv2d", ["conv2d:", "[1, 1, 4, 4]", "[2, 1, 3, 3]"]) {
      _ = Tensor.ones([1, 1, 4, 4]).conv2d(weight: .ones([2, 1, 3, 3]), padding: (1 << 40, 1 << 40))
    },
    WrongCall("a padding that overflows", ["conv2d:", "[1, 1, 4, 4]", "[2, 1, 3, 3]", "larger than any memory"]) {
      _ = Tensor.ones([1, 1, 4, 4]).conv2d(weight: .ones([2, 1, 3, 3]), padding: (.max, 0))
    },
    WrongCall("channels of filters", ["conv2dChannelsLast:", "[1, 4, 4, 3]", "[2, 3, 3, 4]"]) {
      _ = Tensor.ones([1, 4, 4, 3]).conv2dChannelsLast(weight: .ones([2, 3, 3, 4]))
    },
    WrongCall("a bias of filters", ["conv2dChannelsLast:", "[3]", "2 filters"]) {
      _ = Tensor.ones([1, 4, 4, 3]).conv2dChannelsLast(weight: .ones([2, 3, 3, 3]), bias: .ones([3]))
    },
    WrongCall("a filter larger than the image", ["conv2dChannelsLast:", "[1, 2, 2, 3]", "[2, 3, 3, 3]"]) {
      _ = Tensor.ones([1, 2, 2, 3]).conv2dChannelsLast(weight: .ones([2, 3, 3, 3]))
    },
    WrongCall("a padding of channels that come last", ["conv2dChannelsLast:", "[1, 4, 4, 3]", "too many"]) {
      _ = Tensor.ones([1, 4, 4, 3]).conv2dChannelsLast(weight: .ones([2, 3, 3, 3]), padding: (0, .max))
    },
    WrongCall("a stride of nothing", ["conv2dChannelsLast:", "[1, 4, 4, 3]", "[2, 3, 3, 3]"]) {
      _ = Tensor.ones([1, 4, 4, 3]).conv2dChannelsLast(weight: .ones([2, 3, 3, 3]), stride: (0, 1))
    },
    WrongCall("squares of no pixel", ["avgPool2dChannelsLast:", "[1, 4, 4, 3]", "0 pixels"]) {
      _ = Tensor.ones([1, 4, 4, 3]).avgPool2dChannelsLast(size: 0)
    },
    WrongCall("squares larger than the image", ["avgPool2dChannelsLast:", "[1, 2, 4, 3]"]) {
      _ = Tensor.ones([1, 2, 4, 3]).avgPool2dChannelsLast(size: 3)
    },
    WrongCall("a kernel of nothing", ["unfold:", "(0, 2)", "[1, 1, 4, 4]"]) {
      _ = Tensor.ones([1, 1, 4, 4]).unfold(kernel: (0, 2))
    },
    WrongCall("an enormous picture", ["interpolate:", "[1, 1, 1099511627776, 2]", "no memory"]) {
      _ = Tensor.ones([1, 1, 2, 2]).interpolate(size: (1 << 40, 2), mode: .nearest)
    },
    WrongCall("an index far outside", ["select:", "[2]"]) { _ = Tensor.ones([2]).select(.min, dim: 0) },
    WrongCall("a dimension far outside", ["sum:", "[2, 3]"]) { _ = Tensor.ones([2, 3]).sum(dim: .min) },
    WrongCall("a mask that asks for a gradient", ["scaledDotProductAttention:", "[2, 2]", "detached"]) {
      let x = Tensor.ones([1, 1, 2, 3])
      _ = Tensor.scaledDotProductAttention(query: x, key: x, value: x, mask: .zeros([2, 2]).requiringGrad())
    },
  ]

  @Test(arguments: calls.map(\.name)) func endsWithOneLine(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }
}
