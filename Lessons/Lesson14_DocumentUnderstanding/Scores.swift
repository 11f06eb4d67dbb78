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
  /// The fields with their paths, the kind of the page left out.
  var readFields: [(path: String, value: String)] { leaves.filter { $0.path != "kind" } }

  /// The text at a path; empty if there is none.
  func field(_ path: String) -> String { leaves.first { $0.path == path }?.value ?? "" }
}

/// A path without the number of the thing: `items[1].price` is a `price`.
func fieldKind(_ path: String) -> String { path.split(separator: ".").last.map(String.init) ?? path }

/// How well pages were read, counted over all of them.
struct PageScores {
  /// Fields of the pages, and those that were read exactly, each at its own place.
  private(set) var fieldCount = 0, exactCount = 0
  /// Pages, and those of which every field is exact and none too many.
  private(set) var pageCount = 0, exactPageCount = 0
  /// Edits between the fields that were written and those of the pages, and the characters of the latter.
  private var edits = 0, characters = 0
  private var accuracies = 0.0
  private var f1Scores: FieldScores

  init(_ read: [JSON], _ documents: [Document]) {
    let trees = documents.map(\.tree)
    f1Scores = FieldScores(read, references: trees)
    for (data, tree) in zip(read, trees) {
      let wanted = tree.readFields
      let right = wanted.count { data.field($0.path) == $0.value }
      fieldCount += wanted.count
      exactCount += right
      pageCount += 1
      exactPageCount += data == tree ? 1 : 0
      edits += wanted.reduce(0) { $0 + editDistance(data.field($1.path), $1.value) }
      edits += data.readFields.filter { field in !wanted.contains { $0.path == field.path } }.reduce(0) {
        $0 + $1.value.count
      }
      characters += wanted.reduce(0) { $0 + $1.value.count }
      accuracies += treeAccuracy(data, reference: tree)
    }
  }

  var exactFields: Double { Double(exactCount) / Double(fieldCount) }
  var exactPages: Double { Double(exactPageCount) / Double(pageCount) }
  var errorRate: Double { Double(edits) / Double(characters) }
  var accuracy: Double { accuracies / Double(pageCount) }
  var f1: Double { f1Scores.f1 }

  /// Cells of a table.
  var cells: [Cell] {
    [exactFields, exactPages, errorRate, accuracy, f1].map { .percent($0, decimals: 1) }
  }

  /// The titles of ``cells``.
  static let titles = ["exact fields", "exact pages", "character errors", "1 − nTED", "F1"]
}
