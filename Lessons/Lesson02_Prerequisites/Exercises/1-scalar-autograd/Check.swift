import Exercises
import Tensors

/// A formula of some variables, which can be computed with the student's numbers.
indirect enum Formula {
  case variable(Int)
  case sum(Formula, Formula)
  case product(Formula, Formula)
  case quotient(Formula, Formula)
  case exponential(Formula)
  case logarithm(Formula)

  static func draw(depth: Int, variables: Int) -> Formula {
    if depth == 0 { return .variable(Int.draw(in: 0...variables - 1)) }
    func part() -> Formula { draw(depth: depth - 1, variables: variables) }
    switch Int.draw(in: 0...4) {
    case 0: return .sum(part(), part())
    case 1: return .product(part(), part())
    case 2: return .quotient(part(), part())
    case 3: return .exponential(part())
    default: return .logarithm(part())
    }
  }

  func callAsFunction(_ x: [Number]) -> Number {
    switch self {
    case .variable(let index): return x[index]
    case .sum(let a, let b): return a(x) + b(x)
    case .product(let a, let b): return a(x) * b(x)
    case .quotient(let a, let b):
      // The denominator stays away from 0.
      let denominator = b(x)
      return a(x) / (denominator * denominator + Number(1))
    case .exponential(let a):
      // The exponent stays small.
      let part = a(x)
      return (part / (part * part + Number(1))).exp()
    case .logarithm(let a):
      let part = a(x)
      return (part * part + Number(1)).log()
    }
  }
}

@main enum Check: ExerciseCheck {
  /// The gradients of a formula by its variables.
  static func gradients(_ values: [Double], _ formula: ([Number]) -> Number) -> [Double] {
    let numbers = values.map { Number($0) }
    formula(numbers).backward()
    return numbers.map(\.gradient)
  }

  static func check() throws {
    try property("Each operation alone agrees with its central difference") {
      let operations: [(String, ([Number]) -> Number)] = [
        ("a + b", { $0[0] + $0[1] }), ("a * b", { $0[0] * $0[1] }), ("a / b", { $0[0] / $0[1] }),
        ("exp(a)", { $0[0].exp() + $0[1] }), ("log(a)", { $0[0].log() + $0[1] }),
      ]
      for (name, operation) in operations {
        try compare(name, [Double(Float.draw(in: 0.5...2)), Double(Float.draw(in: 0.5...2))], operation)
      }
    }
    try property("A number that is used twice gets both parts") {
      try compare("a * a", [1.5]) { $0[0] * $0[0] }
      try compare("y * y + y with y = a * a", [1.2]) {
        let y = $0[0] * $0[0]
        return y * y + y
      }
    }
    try property("Doubled 20 times, the gradient is 2²⁰") {
      let start = Number(1)
      var number = start
      for _ in 0..<20 { number = number + number }
      number.backward()
      try expectEqual(start.gradient, 1_048_576, within: 0, "the gradient of the first number")
    }
    try property("100 random formulas agree with their central differences") {
      for _ in 0..<100 {
        let formula = Formula.draw(depth: 4, variables: 3)
        try compare("\(formula)", (0..<3).map { _ in Double(Float.draw(in: -1.5...1.5)) }) { formula($0) }
      }
    }
    try property("The gradient of a·f + b·g is a times that of f plus b times that of g") {
      for _ in 0..<10 {
        let (f, g) = (Formula.draw(depth: 3, variables: 2), Formula.draw(depth: 3, variables: 2))
        let (a, b) = (Double(Float.draw(in: -2...2)), Double(Float.draw(in: -2...2)))
        let x = [Double(Float.draw(in: -1...1)), Double(Float.draw(in: -1...1))]
        let both = gradients(x) { Number(a) * f($0) + Number(b) * g($0) }
        let (ofF, ofG) = (gradients(x) { f($0) }, gradients(x) { g($0) })
        for i in 0..<2 {
          try expectEqual(both[i], a * ofF[i] + b * ofG[i], within: 1e-9 * (1 + abs(both[i])), "the gradient by x\(i)")
        }
      }
    }
  }

  static func compare(_ name: String, _ values: [Double], _ formula: ([Number]) -> Number) throws {
    let found = gradients(values, formula)
    for i in values.indices {
      let step = 1e-5
      func moved(_ by: Double) -> Double {
        formula(values.enumerated().map { Number($0.offset == i ? $0.element + by : $0.element) }).value
      }
      let difference = (moved(step) - moved(-step)) / (2 * step)
      try expectEqual(
        found[i], difference, within: 1e-4 * (1 + abs(difference)),
        "the gradient of \(name) by its variable \(i), beside the central difference")
    }
  }
}
