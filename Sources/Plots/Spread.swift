/// Moves labels apart.
enum Spread {
  /// Places in the same order, at least `distance` from each other and as near as that allows to what was asked.
  static func apart(_ wanted: [Double], distance: Double, in range: ClosedRange<Double>) -> [Double] {
    // A stable order: equal wishes stay in the order of the caller.
    let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
    // Groups of labels that touch are centered on the mean of their wishes and merged until none overlap.
    var groups: [(members: [Int], center: Double)] = []
    for index in order {
      groups.append(([index], wanted[index]))
      while groups.count > 1, let last = groups.last {
        let before = groups[groups.count - 2]
        let needed = Double(before.members.count + last.members.count) * distance / 2
        guard last.center - before.center < needed else { break }
        let members = before.members + last.members
        let mean = members.reduce(0) { $0 + wanted[$1] } / Double(members.count)
        let reach = Double(members.count - 1) * distance / 2
        let center = min(max(mean, range.lowerBound + reach), max(range.upperBound - reach, range.lowerBound + reach))
        groups.removeLast(2)
        groups.append((members, center))
      }
    }
    var result = wanted
    for group in groups {
      let first = group.center - Double(group.members.count - 1) * distance / 2
      for (position, index) in group.members.enumerated() { result[index] = first + Double(position) * distance }
    }
    return result
  }
}
