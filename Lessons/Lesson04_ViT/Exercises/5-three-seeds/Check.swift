import Exercises
import Tensors

@main enum Check: ExerciseCheck {
  static func accuracies(_ count: Int) -> [Double] { (0..<count).map { _ in Double(Int.draw(in: 0...360)) / 360 } }

  static func check() throws {
    try property("The ranking is by the means") {
      for _ in 0..<20 {
        let rows = (0..<Int.draw(in: 2...7)).map { (name: "model \($0)", accuracies: accuracies(3)) }
        let names = ranking(rows)
        try expect(
          names.sorted() == rows.map(\.name).sorted(), "the names are \(names), of \(rows.count) rows; each stands once"
        )
        let means = names.map { name in
          rows.filter { $0.name == name }[0].accuracies.reduce(0, +)
        }
        for (first, second) in zip(means, means.dropFirst()) {
          try expect(first >= second, "a model with the sum \(first) over its seeds stands before one with \(second)")
        }
      }
    }
    try property("Equal means stay in their order") {
      let rows = (0..<40).map { (name: "model \($0)", accuracies: [0.25, 0.5, 0.75].shuffledByDraw()) }
      try expect(ranking(rows) == rows.map(\.name), "all means are 0.5, so the order is the one in which they came")
    }
    try property("Apart means: all on one side") {
      for _ in 0..<200 {
        let (a, b) = (accuracies(Int.draw(in: 1...4)), accuracies(Int.draw(in: 1...4)))
        var isAbove = true
        var isBelow = true
        for one in a {
          for other in b {
            if one <= other { isAbove = false }
            if one >= other { isBelow = false }
          }
        }
        try expect(isApart(a, b) == (isAbove || isBelow), "\(a) and \(b): isApart is \(isApart(a, b))")
        try expect(isApart(a, b) == isApart(b, a), "the two lists are exchanged: the answer is the same")
      }
    }
    try property("The probability is the share of all orders in which they are apart") {
      for m in 1...4 {
        for n in 1...4 {
          var (good, all) = (0, 0)
          // Each choice of m places out of m + n, as bits.
          for choice in 0..<1 << (m + n) where choice.nonzeroBitCount == m {
            let a = (0..<m + n).filter { choice >> $0 & 1 == 1 }
            let b = (0..<m + n).filter { choice >> $0 & 1 == 0 }
            all += 1
            if a[m - 1] < b[0] || b[n - 1] < a[0] { good += 1 }
          }
          try expectEqual(
            chanceOfBeingApart(m, n), Double(good) / Double(all), within: 1e-9, "\(m) against \(n) numbers")
        }
      }
    }
  }
}
