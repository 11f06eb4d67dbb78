/// The names from the highest mean accuracy to the lowest; equal means in the order in which they came.
func ranking(_ rows: [(name: String, accuracies: [Double])]) -> [String] {
  let means = rows.map { $0.accuracies.reduce(0, +) / Double($0.accuracies.count) }
  // The index decides among equals: a sort need not keep their order.
  return rows.indices.sorted { means[$0] == means[$1] ? $0 < $1 : means[$0] > means[$1] }.map { rows[$0].name }
}

/// Whether all numbers of one list are larger than all of the other.
func isApart(_ a: [Double], _ b: [Double]) -> Bool {
  a.allSatisfy { one in b.allSatisfy { one > $0 } } || a.allSatisfy { one in b.allSatisfy { one < $0 } }
}

/// How probable it is that m and n numbers from the same source are apart.
func chanceOfBeingApart(_ m: Int, _ n: Int) -> Double {
  // (m + n choose m) ways to say which places are the first list's; two of them are good.
  var choices = 1.0
  for i in 1...m { choices = choices * Double(n + i) / Double(i) }
  return 2 / choices
}
