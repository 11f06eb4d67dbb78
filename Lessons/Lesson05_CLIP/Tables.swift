import Datasets
import Evaluation
import Models
import Notebook
import Tensors

/// The parameters of a full-sized model by part, with their shares.
func partRows(_ model: SimpleCLIP) -> [[Cell]] {
  [
    ("image encoder", "image_encoder"), ("text encoder", "text_encoder"), ("  one layer", "text_encoder.layers.0."),
    ("token embeddings", "token_embed"), ("text positions", "pos_embed"), ("image projection", "image_proj"),
    ("text projection", "text_proj"), ("temperature", "logit_scale"),
  ].map { name, prefix in
    let count = model.parameterCount(under: prefix)
    return [.text(name), .integer(count), .percent(Double(count) / Double(model.parameterCount))]
  }
}

/// Prints a row for each run: its name, some numbers, and recall@1 both ways among a gallery's held-out scenes; and what
/// guessing has.
func recallTable(
  _ header: [String], _ runs: [(String, Experiment.Outcome)], among galleries: Galleries,
  file: String = #fileID, line: Int = #line, _ numbers: (Experiment.Outcome) -> [Cell] = { _ in [] }
) {
  var rows: [[Cell]] = runs.map { name, run in [.text(name)] + numbers(run) + galleries.recallCells(run.model) }
  let chance = Cell.percent(galleries.chance(among: .heldOut), decimals: 1)
  rows.append(["chance"] + Array(repeating: "", count: header.count - 1) + [chance, chance])
  table(header + ["→ caption", "→ picture"], rows, file: file, line: line)
}

/// Prints a row for each kind of run: its name, some numbers, and for each of a few seeds the mean of both directions'
/// recall@1 of a split, among its own candidates or among all; then their mean.
func seedTable(
  _ header: [String], _ kinds: [(name: String, numbers: [Cell], runs: [Experiment.Outcome])],
  among galleries: Galleries,
  _ split: SceneSplit = .heldOut, amongAll: Bool = false, file: String = #fileID, line: Int = #line
) {
  var rows: [[Cell]] = kinds.map { kind in
    let recalls = kind.runs.map { galleries.meanRecall($0.model, split, amongAll: amongAll) }
    return [.text(kind.name)] + kind.numbers
      + (recalls + [recalls.reduce(0, +) / Double(recalls.count)]).map { .percent($0, decimals: 1) }
  }
  let items = amongAll ? galleries.scenes.count : galleries.range(split).count
  let chance = Cell.percent(RetrievalScores.chance(at: 1, items: items), decimals: 1)
  rows.append(
    ["chance"] + Array(repeating: "", count: header.count - 1)
      + Array(repeating: chance, count: kinds[0].runs.count + 1))
  table(header + kinds[0].runs.indices.map { "seed \(lesson.seed + $0)" } + ["mean"], rows, file: file, line: line)
}

extension Galleries {
  /// Recall@1 of captions for pictures and of pictures for captions.
  func recallCells(
    _ model: any DualEncoder, _ split: SceneSplit = .heldOut, amongAll: Bool = false
  ) -> [Cell] {
    recallsAtOne(model, split, amongAll: amongAll).map { .percent($0, decimals: 1) }
  }

  /// ``rightParts(_:)`` as a row of a table.
  func rightPartsRow(_ name: String, _ model: any DualEncoder) -> [Cell] {
    [.text(name)] + rightParts(model).map { .percent($0, decimals: 1) }
  }

  /// For each model the cosine of the first held-out picture and the same with its patches shuffled, and its mean cosine
  /// to pictures that differ in a known respect.
  func cosineRows(_ models: [any DualEncoder]) -> [[Cell]] {
    let (picture, shuffled) = shuffledPatches()
    let own = models.map { model in noGrad { (model.encodeImage(picture) * model.encodeImage(shuffled)).sum() }.item }
    let others: [(String, (SceneObject, SceneObject) -> Bool)] = [
      ("the same thing in other places", { $0.phrase == $1.phrase && $0.place != $1.place }),
      ("other colors and shapes in the same place", { $0.combination != $1.combination && $0.place == $1.place }),
      ("other colors and shapes in other places", { $0.combination != $1.combination && $0.place != $1.place }),
    ]
    let rows =
      [("itself with shuffled patches", own)]
      + others.map { name, isMeant in (name, models.map { cosineToOthers($0, where: isMeant) }) }
    return rows.map { name, cosines in [.text(name)] + cosines.map { .fixed($0, decimals: 4) } }
  }

  /// What the columns of ``retrievalRows(_:)`` are.
  var retrievalHeader: [String] {
    ["", "recall@1 of own", "@1 of all \(scenes.count)", "@5 of all", "@10 of all", "median rank of all"]
  }

  /// Rows for held-out scenes and combinations, both ways: recall@1 among the split's own; recall@1, 5, 10 and the
  /// median rank among all; and what guessing has.
  func retrievalRows(_ model: any DualEncoder) -> [[Cell]] {
    let similarities = similarities(model)
    return [SceneSplit.heldOut, .heldOutCombinations].flatMap { split in
      [("picture → caption", similarities), ("caption → picture", similarities.T)].map { way, matrix in
        let all = scores(matrix, split, amongAll: true)
        return row("\(split), \(way)", scores(matrix, split).recall(at: 1), all.recall, all.medianRank)
      } + [
        row(
          "\(split), chance", chance(among: split), { RetrievalScores.chance(at: $0, items: self.scenes.count) },
          Double(scenes.count + 1) / 2)
      ]
    }
  }

  private func row(_ name: String, _ own: Double, _ recall: (Int) -> Double, _ medianRank: Double) -> [Cell] {
    [.text(name)] + ([own] + [1, 5, 10].map(recall)).map { .percent($0, decimals: 1) }
      + [.fixed(medianRank, decimals: 1)]
  }

  /// What a row of section 5.10 says of a run: its steps and pairs, the captions of its world, recall@1 among them all.
  func worldRow(_ world: String, _ run: Experiment.Outcome) -> [Cell] {
    worldRow(world, run.model, "\(run.experiment.steps) of \(run.experiment.batches.batchSize)")
  }

  /// The same for a model that was trained on so many steps of so many pairs.
  func worldRow(_ world: String, _ model: any DualEncoder, _ steps: String) -> [Cell] {
    [.text(world), .text(steps), .integer(scenes.count)]
      + [.heldOut, .heldOutCombinations].flatMap { recallCells(model, $0, amongAll: true) }
  }
}

extension Gap {
  /// The row of a table, after the model's name.
  var cells: [Cell] {
    [distance, pairs, others].map { .fixed($0, decimals: 2) }
      + [recall, recallWithoutGap].map { .percent($0, decimals: 1) }
  }
}
