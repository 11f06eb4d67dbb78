import Tensors
import TestSupport

/// How the tests call every public operation, by name: with the tensors, indices and arguments of a recorded case.
enum OpCatalog {
  /// What an operation gave.
  enum Output {
    case tensor(Tensor)
    case ints(IntTensor)
  }

  typealias Call = @Sendable (_ x: [Tensor], _ given: OperationCase) -> [Output]

  /// All operations by name. A name with `Values` behind is the same operation on numbers that no gradient is
  /// defined for.
  static let calls: [String: Call] = arithmetic.merging(functions) { $1 }.merging(reductions) { $1 }
    .merging(products) { $1 }.merging(picking) { $1 }.merging(views) { $1 }.merging(creation) { $1 }

  static func call(_ given: OperationCase, _ x: [Tensor]) -> [Output]? {
    let name = given.op.hasSuffix("Values") ? String(given.op.dropLast("Values".count)) : given.op
    return calls[name]?(x, given)
  }

  private static func one(_ function: @escaping @Sendable (Tensor) -> Tensor) -> Call {
    { x, _ in [.tensor(function(x[0]))] }
  }
  private static func two(_ function: @escaping @Sendable (Tensor, Tensor) -> Tensor) -> Call {
    { x, _ in [.tensor(function(x[0], x[1]))] }
  }
  private static func made(_ function: @escaping @Sendable (Tensor, OperationCase) -> Tensor) -> Call {
    { x, given in [.tensor(function(x[0], given))] }
  }
  private static func pieces(_ function: @escaping @Sendable (Tensor, OperationCase) -> [Tensor]) -> Call {
    { x, given in function(x[0], given).map { .tensor($0) } }
  }

  private static let arithmetic: [String: Call] = [
    "add": two { $0 + $1 }, "subtract": two { $0 - $1 }, "multiply": two { $0 * $1 }, "divide": two { $0 / $1 },
    "maximum": two { .maximum($0, $1) }, "minimum": two { .minimum($0, $1) }, "negative": one { -$0 },
    "gt": two { $0 .> $1 }, "ge": two { $0 .>= $1 }, "lt": two { $0 .< $1 }, "le": two { $0 .<= $1 },
    "eq": two { $0 .== $1 }, "ne": two { $0 .!= $1 },
    "where": { x, _ in [.tensor(.where(x[0], x[1], x[2]))] },
    "maskedFill": { x, given in [.tensor(x[0].maskedFill(x[1], Float(given.text("value")) ?? 0))] },
  ]

  private static let functions: [String: Call] = [
    "exp": one { $0.exp() }, "log": one { $0.log() }, "sqrt": one { $0.sqrt() }, "abs": one { $0.abs() },
    "tanh": one { $0.tanh() }, "erf": one { $0.erf() }, "sin": one { $0.sin() }, "cos": one { $0.cos() },
    "sigmoid": one { $0.sigmoid() }, "logSigmoid": one { $0.logSigmoid() }, "relu": one { $0.relu() },
    "gelu": one { $0.gelu() }, "geluTanh": one { $0.geluTanh() }, "quickGelu": one { $0.quickGelu() },
    "pow": made { $0.pow($1.float("exponent") ?? 1) },
    "clamp": made { $0.clamp($1.float("low") ?? -.infinity, $1.float("high") ?? .infinity) },
    "softmax": made { $0.softmax(dim: $1.int("dim")) },
    "logSoftmax": made { $0.logSoftmax(dim: $1.int("dim")) },
    "layerNorm": { x, given in
      [
        .tensor(
          x[0].layerNorm(
            weight: x.count > 1 ? x[1] : nil, bias: x.count > 2 ? x[2] : nil, epsilon: given.float("epsilon") ?? 1e-5))
      ]
    },
    "l2Normalized": made { $0.l2Normalized(dim: $1.int("dim")) },
    "cumsum": made { $0.cumsum(dim: $1.int("dim")) },
    "dropout": made { x, given in
      withGenerator(Generator(seed: given.int("seed"))) { x.dropout(given.double("probability") ?? 0) }
    },
  ]

  private static let reductions: [String: Call] = [
    "sum": made { $0.sum(dims: $1.ints("dims"), keepDims: $1.bool("keepDims")) },
    "mean": made { $0.mean(dims: $1.ints("dims"), keepDims: $1.bool("keepDims")) },
    "variance": made {
      $0.variance(dims: $1.ints("dims"), unbiased: $1.bool("unbiased"), keepDims: $1.bool("keepDims"))
    },
    "standardDeviation": made {
      $0.standardDeviation(dims: $1.ints("dims"), unbiased: $1.bool("unbiased"), keepDims: $1.bool("keepDims"))
    },
    "max": { x, given in
      let (values, indices) = x[0].max(dim: given.int("dim"), keepDims: given.bool("keepDims"))
      return [.tensor(values), .ints(indices)]
    },
    "min": { x, given in
      let (values, indices) = x[0].min(dim: given.int("dim"), keepDims: given.bool("keepDims"))
      return [.tensor(values), .ints(indices)]
    },
    "maxAll": one { $0.max() }, "minAll": one { $0.min() },
    "argmax": { x, given in [.ints(x[0].argmax(dim: given.int("dim")))] },
    "argmin": { x, given in [.ints(x[0].argmin(dim: given.int("dim")))] },
    "argmaxAll": { x, _ in [.ints(IntTensor([x[0].argmax()], shape: []))] },
    "argminAll": { x, _ in [.ints(IntTensor([x[0].argmin()], shape: []))] },
    "sort": { x, given in
      let (values, indices) = x[0].sort(dim: given.int("dim"), descending: given.bool("descending"))
      return [.tensor(values), .ints(indices)]
    },
    "topK": { x, given in
      let (values, indices) = x[0].topK(given.int("k"), dim: given.int("dim"))
      return [.tensor(values), .ints(indices)]
    },
  ]

  private static let products: [String: Call] = [
    "matmul": two { $0.matmul($1) },
    "linear": { x, _ in [.tensor(x[0].linear(weight: x[1], bias: x.count > 2 ? x[2] : nil))] },
    "conv2d": { x, given in
      [
        .tensor(
          x[0].conv2d(
            weight: x[1], bias: x.count > 2 ? x[2] : nil, stride: given.pair("stride"), padding: given.pair("padding")))
      ]
    },
    "conv2dChannelsLast": { x, given in
      [
        .tensor(
          x[0].conv2dChannelsLast(
            weight: x[1], bias: x.count > 2 ? x[2] : nil, stride: given.pair("stride"), padding: given.pair("padding")))
      ]
    },
    "avgPool2dChannelsLast": made { $0.avgPool2dChannelsLast(size: $1.int("size")) },
    "unfold": made {
      $0.unfold(kernel: $1.pair("kernel"), stride: $1.pair("stride"), padding: $1.pair("padding"))
    },
    "interpolate": made { x, given in
      let modes: [String: InterpolationMode] = [
        "nearest": .nearest, "bilinear": .bilinear(alignCorners: false),
        "bilinearCorners": .bilinear(alignCorners: true),
      ]
      return x.interpolate(size: given.pair("size"), mode: modes[given.text("mode")] ?? .nearest)
    },
    "attention": { x, given in
      [
        .tensor(
          .scaledDotProductAttention(
            query: x[0], key: x[1], value: x[2], mask: given.bool("masked") ? x[3].detached() : nil,
            isCausal: given.bool("isCausal"), scale: given.float("scale")))
      ]
    },
  ]

  private static let picking: [String: Call] = [
    "embedding": made { $0.embedding($1.indices()) },
    "gather": made { $0.gather(dim: $1.int("dim"), $1.indices()) },
    "indexSelect": made { $0.indexSelect($1.indices().scalars, dim: $1.int("dim")) },
    "oneHot": { _, given in [.tensor(.oneHot(given.indices(), classes: given.int("classes")))] },
    "cat": { x, given in [.tensor(.cat(x, dim: given.int("dim")))] },
    "stack": { x, given in [.tensor(.stack(x, dim: given.int("dim")))] },
    "split": pieces { $0.split($1.int("size"), dim: $1.int("dim")) },
    "splitSizes": pieces { $0.split($1.ints("sizes") ?? [], dim: $1.int("dim")) },
    "chunk": pieces { $0.chunk($1.int("pieces"), dim: $1.int("dim")) },
    "slice": made { $0.slice($1.range("range"), dim: $1.int("dim")) },
    "select": made { $0.select($1.int("index"), dim: $1.int("dim")) },
    "pad": made { x, given in
      let amounts = (given.arguments?["amounts"]?.list ?? []).map { $0.ints }
      return x.pad(amounts.map { (dim: $0[0], before: $0[1], after: $0[2]) }, value: given.float("value") ?? 0)
    },
    "flip": made { $0.flip(dims: $1.ints("dims") ?? []) },
    "tril": made { $0.tril(diagonal: $1.int("diagonal")) },
    "triu": made { $0.triu(diagonal: $1.int("diagonal")) },
  ]

  private static let views: [String: Call] = [
    "transpose": made { x, given in
      let dims = given.ints("dims") ?? []
      return x.transpose(dims[0], dims[1])
    },
    "permute": made { $0.permute($1.ints("dims") ?? []) },
    "reshape": made { $0.reshape($1.ints("sizes") ?? []) },
    "flatten": made { x, given in
      let range = given.ints("range") ?? []
      return x.flatten(from: range[0], through: range[1])
    },
    "expand": made { $0.unsqueeze($1.int("at")).expand($1.ints("sizes") ?? []) },
    "squeeze": made { $0.squeeze($1.int("dim")) },
    "unsqueeze": made { $0.unsqueeze($1.int("dim")) },
    "contiguous": one { $0.contiguous() },
    "repeated": made { x, given in
      let times = given.ints("times") ?? []
      return times.count == 2 ? x.repeated(times[0], times[1]) : x.repeated(times[0], times[1], times[2])
    },
  ]

  private static func drawn(_ draw: @escaping @Sendable ([Int], OperationCase) -> Tensor) -> Call {
    { _, given in
      withGenerator(Generator(seed: given.int("seed"))) { [.tensor(draw(given.ints("shape") ?? [], given))] }
    }
  }

  private static let creation: [String: Call] = [
    "linspace": { _, given in
      [.tensor(.linspace(given.float("start") ?? 0, given.float("end") ?? 0, given.int("count")))]
    },
    "arange": { _, given in [.tensor(.arange(given.int("count")))] },
    "eye": { _, given in [.tensor(.eye(given.int("count")))] },
    "rand": drawn { shape, _ in .rand(shape) },
    "uniform": drawn { shape, _ in .uniform(shape, in: -0.3..<0.7) },
    "randn": drawn { shape, _ in .randn(shape) },
    "normal": drawn { shape, _ in .normal(shape, mean: 1.5, std: 0.02) },
    "bernoulli": drawn { shape, _ in .bernoulli(shape, probability: 0.3) },
    "bernoulliOf": made { x, given in withGenerator(Generator(seed: given.int("seed"))) { x.bernoulli() } },
    "randint": { _, given in
      withGenerator(Generator(seed: given.int("seed"))) { [.ints(.randint(-2..<9, given.ints("shape") ?? []))] }
    },
    "randperm": { _, given in
      withGenerator(Generator(seed: given.int("seed"))) { [.ints(.randperm(given.int("count")))] }
    },
  ]
}

extension OperationCase {
  fileprivate func pair(_ name: String) -> (Int, Int) {
    let values = ints(name) ?? []
    return (values[0], values[1])
  }

  fileprivate func range(_ name: String) -> Range<Int> {
    let values = ints(name) ?? []
    return values[0]..<values[1]
  }
}
