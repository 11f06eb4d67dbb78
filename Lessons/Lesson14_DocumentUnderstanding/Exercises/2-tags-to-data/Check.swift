import Exercises

@main enum Check: ExerciseCheck {
  static let names = ["total", "date", "items", "name", "price"]

  static func tokens(of value: Value) -> [String] {
    switch value {
    case .text(let text): text.map { String($0) }
    case .fields(let fields): fields.flatMap { ["<s_\($0.name)>"] + tokens(of: $0.value) + ["</s_\($0.name)>"] }
    case .list(let values): Array(values.map(tokens).joined(separator: ["<sep/>"]))
    }
  }

  static func text() -> Value {
    .text(String((0..<Int.draw(in: 1...6)).map { _ in Array("0123456789.AB")[Int.draw(in: 0...12)] }))
  }

  static func fields(depth: Int) -> Value {
    .fields(names.shuffledByDraw().prefix(Int.draw(in: 1...3)).map { .init(name: $0, value: drawn(depth: depth)) })
  }

  static func drawn(depth: Int) -> Value {
    switch depth == 0 ? 0 : Int.draw(in: 0...2) {
    case 1: fields(depth: depth - 1)
    case 2: .list((0..<Int.draw(in: 2...3)).map { _ in Bool.draw() ? text() : fields(depth: depth - 1) })
    default: text()
    }
  }

  static func expectBack(_ value: Value) throws {
    let tokens = tokens(of: value)
    try expectEqual(data(of: tokens), value, "the data of \(tokens.joined())")
  }

  static func check() throws {
    try property("Fields side by side come back with their texts") {
      for _ in 0..<50 { try expectBack(fields(depth: 0)) }
    }
    try property("Fields in fields come back where they were") {
      for _ in 0..<50 {
        let inner = fields(depth: 0)
        try expectBack(.fields([.init(name: "items", value: inner), .init(name: "total", value: text())]))
      }
    }
    try property("Elements of a list come back in their order, and only a list becomes one") {
      for _ in 0..<50 {
        try expectBack(.fields([.init(name: "items", value: .list([fields(depth: 0), fields(depth: 0), text()]))]))
        try expectBack(.list([text(), text()]))
      }
    }
    try property("Any data come back from their tokens") {
      for _ in 0..<200 { try expectBack(drawn(depth: 3)) }
    }
  }
}
