import Layers
import Tensors
import TestSupport
import Testing

/// Parts of a module are found in containers; where they would have no name, the program ends with a line.
@Suite struct ModulePartsTests {
  /// The names are those of PyTorch, whose `ModuleDict` gets its keys in order here:
  ///
  ///     class Model(nn.Module):
  ///       def __init__(self):
  ///         super().__init__()
  ///         parameter = lambda: nn.Parameter(torch.ones(1))
  ///         linear = lambda: nn.Linear(1, 1, bias=False)
  ///         self.scales = nn.ParameterList([parameter(), parameter()])
  ///         self.blocks = nn.ModuleList([nn.ModuleList([linear(), linear()]), nn.ModuleList([linear()])])
  ///         self.some = nn.ModuleList([None, linear()])
  ///         self.heads = nn.ModuleDict({"cat": linear(), "dog": nn.LayerNorm(1)})
  ///         self.tables = nn.ParameterDict({"a": parameter(), "b": parameter()})
  ///         self.by_kind = nn.ModuleDict({"x": nn.ModuleList([linear()])})
  ///         self.own_weight = parameter()
  ///     list(Model().state_dict())
  static let namesInPyTorch = [
    "own_weight", "scales.0", "scales.1", "blocks.0.0.weight", "blocks.0.1.weight",
    "blocks.1.0.weight",
    "some.1.weight", "heads.cat.weight", "heads.dog.weight", "heads.dog.bias", "tables.a",
    "tables.b",
    "by_kind.x.0.weight",
  ]

  private final class Everything: Module {
    let scales = [parameter(), parameter()]
    let blocks = [[linear(), linear()], [linear()]]
    let some: [Linear?] = [nil, linear()]
    let heads: [String: Module] = ["dog": LayerNorm(1), "cat": linear()]
    let tables = ["b": parameter(), "a": parameter()]
    let byKind: [String: [Linear]]? = ["x": [linear()]]
    let nothing: [Module]? = nil
    let ownWeight: Tensor? = parameter()
    let settings = Settings()
    let counts = ["one": 1]
    let function: (Tensor) -> Tensor = { $0.relu() }
  }

  private struct Settings {
    enum Kind {
      case plain
      case sized(Int, name: String)
    }
    let kind = Kind.sized(3, name: "x")
    let labels: [Int: String] = [1: "one"]
    let nested: [(Int, [Float]?)] = [(1, nil), (2, [3])]
  }

  private static func parameter() -> Tensor { Tensor.ones([1]).requiringGrad() }
  private static func linear() -> Linear { Linear(1, 1, bias: false) }

  @Test func partsInContainersAreNamedAsInPyTorch() {
    #expect(Everything().namedParameters().map { $0.name } == Self.namesInPyTorch)
  }

  @Test func partsInContainersAreReachedByMode() {
    let model = Everything()
    model.eval()
    let modules = model.blocks.joined() + model.some.compactMap { $0 }
    #expect(
      modules.allSatisfy { !$0.isTraining } && model.heads.values.allSatisfy { !$0.isTraining })
    #expect(model.byKind?["x"]?[0].isTraining == false)
    #expect(
      model.namedChildren().map { $0.name } == [
        "blocks.0.0", "blocks.0.1", "blocks.1.0", "some.1", "heads.cat", "heads.dog", "by_kind.x.0",
      ])
  }

  @Test func partsInContainersAreTrained() {
    let model = Everything()
    let before = model.parameters().map { $0.scalars }
    model.parameters().reduce(Tensor(0)) { $0 + $1.sum() }.backward()
    SGD(model.parameters(), learningRate: 1).step()
    #expect(model.parameters().count == Self.namesInPyTorch.count)
    for (parameter, old) in zip(model.parameters(), before) {
      #expect(parameter.scalars[0] == old[0] - 1)
    }
  }

  private final class Lazy: Module {
    lazy var headLayer = linear()
    lazy var label = "unused"
    let number: Int? = nil
  }

  @Test func aLazyPartHasItsOwnName() {
    let model = Lazy()
    _ = model.headLayer
    #expect(model.namedParameters().map { $0.name } == ["head_layer.weight"])
  }

  private final class Around: Module {
    let inner: Inner
    init(_ inner: Inner) { self.inner = inner }
  }

  private final class Inner: Module {
    final class Reference {
      weak var module: Module?
    }
    let weight = parameter()
    let around = Reference()
    var other: () -> Module? = { nil }
  }

  @Test func whatIsNoPartIsHeldByAnObjectOrAClosure() {
    let inner = Inner()
    let model = Around(inner)
    inner.around.module = model
    inner.other = { [weak model] in model }
    #expect(model.namedParameters().map { $0.name } == ["inner.weight"])
    #expect(!model.eval().inner.isTraining)
  }

  private final class Holder<Value>: Module {
    let pair: Value
    init(_ value: Value) { pair = value }
  }

  private struct Pair {
    var first = [1: "one"]
    var second: Any = 2
  }

  private enum Choice {
    case nothing
    case layer(Linear)
  }

  private final class Child: Module {
    weak var parent: Module?
    let weight = parameter()
  }

  private final class Parent: Module {
    let children = [Child()]
    override init() {
      super.init()
      children[0].parent = self
    }
  }

  private final class Knot: Module {
    var next: Module?
  }

  @Test func valuesThatHoldNoPartsNowAreAllowed() {
    #expect(Holder((1, "x")).parameters().isEmpty)
    #expect(Holder(Pair()).parameters().isEmpty)
    #expect(Holder(Choice.nothing).parameters().isEmpty)
    let nothing: [Int: Tensor?] = [3: nil]
    #expect(Holder(nothing).parameters().isEmpty)
  }

  static let calls: [WrongCall] = [
    WrongCall("a tuple", ["Holder", "pair", "(Linear, Linear)"]) {
      _ = Holder((linear(), linear())).parameters()
    },
    WrongCall("a tuple of tensors", ["Holder", "pair", "(Tensor, Int)"]) {
      Holder((parameter(), 1)).eval()
    },
    WrongCall("a struct", ["Holder", "pair", "Pair"]) {
      _ = Holder(Pair(second: linear())).parameters()
    },
    WrongCall("structs", ["Holder", "pair", "Pair"]) {
      _ = Holder([Pair(), Pair(second: [parameter()])]).parameterCount
    },
    WrongCall("an enum", ["Holder", "pair", "Choice"]) {
      Holder(Choice.layer(linear())).setFrozen()
    },
    WrongCall("a struct behind an optional", ["Holder", "pair", "Pair"]) {
      _ = Holder<Pair?>(Pair(second: [["a": linear()]])).namedChildren()
    },
    WrongCall("a tuple in a dictionary", ["Holder", "pair", "(Int, Linear)"]) {
      _ = Holder(["a": (1, linear())]).parameters()
    },
    WrongCall("keys that are numbers", ["Holder", "pair", "String"]) {
      _ = Holder([1: linear()]).parameters()
    },
    WrongCall("a key with a dot", ["Holder", "pair", "\"a.b\""]) {
      _ = Holder(["a.b": linear()]).parameters()
    },
    WrongCall("an empty key", ["Holder", "pair", "\"\""]) {
      _ = Holder(["": parameter()]).parameters()
    },
    WrongCall("a lazy part that is not made", ["Lazy", "headLayer", "lazy"]) {
      _ = Lazy().parameters()
    },
    WrongCall("a child that holds its parent", ["Child", "parent", "a part of itself"]) {
      _ = Parent().parameters()
    },
    WrongCall("the mode of a child that holds its parent", ["Child", "parent"]) { Parent().eval() },
    WrongCall("a module that holds itself", ["Knot", "next"]) {
      let knot = Knot()
      knot.next = knot
      knot.train()
    },
  ]

  @Test(arguments: calls.map(\.name)) func hiddenPartsEndWithOneLine(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }
}
