import Datasets
import Testing

@testable import Training

struct RelationGapTests {
  @Test func aGapHidesTheRelationOfTwoThings() {
    let scenes = Scenes(split: .training, seed: 3)
    var counts = [Int](repeating: 0, count: SceneRelation.allCases.count)
    for index in 0..<400 {
      let gap = RelationGap(scenes, at: index, namesSecond: index % 2 == 0)
      #expect(gap.scene.objects.count == 2)
      #expect(gap.text.contains("[MASK] the ") && !gap.text.contains("\(gap.relation)"))
      #expect(gap.text.contains("[MASK] [MASK]") == (index % 2 == 1))
      let first = gap.scene.objects.first { gap.text.hasPrefix("is the \($0.combination) [MASK]") }
      let second = gap.scene.objects.first { $0.combination != first?.combination }
      if let first, let second {
        #expect(gap.relation.holds(first, second) == true)
      } else {
        Issue.record("\(gap.text)")
      }
      counts[gap.relation.rawValue] += 1
    }
    #expect(counts.allSatisfy { $0 > 50 }, "all relations occur: \(counts)")
  }
}
