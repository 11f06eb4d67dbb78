import Datasets
import Evaluation
import Notebook

/// A row of a table: exact matches and BLEU-1 to 4 of all captions, and the exact matches of each list of them.
func scoreRow(_ name: String, _ said: [[String]], _ wanted: [[String]]) -> [Cell] {
  let (all, references) = (said.flatMap { $0 }, wanted.flatMap { $0 })
  let bleu = BLEU(all, references: references)
  let each = zip(said, wanted).map { Format.percent(exactMatch($0, references: $1), decimals: 1) }
  return [.text(name), .percent(exactMatch(all, references: references), decimals: 1)]
    + (1...4).map { .fixed(bleu.score($0), decimals: 3) } + [.text(each.joined(separator: "  "))]
}

/// How many captions of scenes are among some, and among more, by the number of things: rows of a table.
func overlapRows(_ name: String, _ scenes: [Scene], _ some: Set<String>, _ more: Set<String>) -> [[Cell]] {
  (1...3).map { count in
    let captions = scenes.filter { $0.objects.count == count }.map(\.canonicalCaption)
    return [
      .text(name), .integer(count), .integer(captions.count), .integer(captions.count(where: some.contains)),
      .integer(captions.count(where: more.contains)),
    ]
  }
}
