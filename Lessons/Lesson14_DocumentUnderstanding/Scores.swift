import Datasets
import Evaluation
import Notebook
import Support

/// A method that reads documents, and what it found on each page.
struct Method {
  let name: String
  let read: ([Document]) -> [JSON]
}

extension JSON {
  /// The text at a path; empty if there is none.
  func field(_ path: String) -> String { leaves.first { $0.path == path }?.value ?? "" }
}

/// A path without the number of the thing: `items[1].price` is a `price`.
func fieldKind(_ path: String) -> String { path.split(separator: ".").last.map(String.init) ?? path }

/// How well pages were read, counted over all of them; shares are from 0 to 1.
struct PageScores {
  /// The fields of the pages.
  let fieldCount: Int
  /// The share of the fields that were read exactly, each at its own place.
  let exactFields: Double
  /// The share of the pages of which every field is exact and none too many.
  let exactPages: Double
  /// Edits between the fields that were written and those of the pages, divided by the characters of the latter.
  let errorRate: Double
  /// The mean of the pages' 1 − nTED.
  let accuracy: Double
  /// The F1 of fields.
  let f1: Double

  init(_ read: [JSON], _ documents: [Document]) {
    let trees = documents.map(\.tree)
    exactFields = ReaderEvaluation.exactFields(read, documents)
    exactPages = Double(zip(read, trees).count { $0 == $1 }) / Double(trees.count)
    accuracy = mean(zip(read, trees).map { treeAccuracy($0, reference: $1) })
    f1 = FieldScores(read, references: trees).f1
    var (count, edits, characters) = (0, 0, 0)
    for (data, tree) in zip(read, trees) {
      let wanted = tree.readFields
      count += wanted.count
      edits += wanted.reduce(0) { $0 + editDistance(data.field($1.path), $1.value) }
      edits += data.readFields.filter { field in !wanted.contains { $0.path == field.path } }.reduce(0) {
        $0 + $1.value.count
      }
      characters += wanted.reduce(0) { $0 + $1.value.count }
    }
    fieldCount = count
    errorRate = Double(edits) / Double(characters)
  }

  /// Cells of a table.
  var cells: [Cell] {
    [exactFields, exactPages, errorRate, accuracy, f1].map { .percent($0, decimals: 1) }
  }

  /// The titles of ``cells``.
  static let titles = ["exact fields", "exact pages", "character errors", "1 − nTED", "F1"]
}
