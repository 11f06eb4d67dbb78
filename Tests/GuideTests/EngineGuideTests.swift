import Foundation
import Layers
import Tensors
import Testing

/// The code of `docs/engine.md`, and the files that it leads through.
@Suite struct EngineGuideTests: GuideCode {
  let page: GuidePage
  let printed = Printed()

  init() throws { page = try GuidePage("docs/engine.md") }

  @Test func oneTrainingStep() throws {
    try section("One training step") {
      let x = Tensor([[1, 2]])
      let w = Tensor([[0.5, -1]]).requiringGrad()
      let optimizer = AdamW([w], learningRate: 0.1, weightDecay: 0)

      let y = x.linear(weight: w)  // 0.5 · 1 - 1 · 2
      let difference = y - 3
      let loss = (difference * difference).mean()
      print(y.item, loss.item)  // -1.5 20.25

      loss.backward()
      print(w.grad!.scalars)  // [-9.0, -18.0]

      optimizer.step()
      print(w.scalars)  // [0.6, -0.9]
    }
  }

  @Test func theFilesToReadAreThereAndAboutAsLongAsItSays() throws {
    var count = 0
    for row in page.tableRows where row.count == 4 && row[1].contains("](../Sources/") {
      let files = row[1].matches(of: /\]\(\.\.\/(Sources\/[^)]+)\)/).map { String($0.1) }
      let stated = row[2].split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
      #expect(files.count == stated.count, "\(row[1])")
      for (file, lines) in zip(files, stated) {
        let text = try String(contentsOf: GuidePage.root.appending(path: file), encoding: .utf8)
        let length = text.count(where: \.isNewline)
        #expect(abs(length - lines) <= max(8, lines / 10), "\(file) has \(length) lines, docs/engine.md says \(lines)")
        count += 1
      }
    }
    #expect(count > 15)
  }
}
