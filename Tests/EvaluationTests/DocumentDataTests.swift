import Datasets
import Support
import TestSupport
import Testing

@testable import Evaluation

/// Data of documents as trees and as fields, and how they are scored.
@Suite struct DocumentDataTests {
  private static let receipt: JSON = [
    "total": "7.00", "date": "2024-05-17",
    "items": [["name": "tea", "price": "3.00"], ["name": "pen", "price": "4.00"]], "note": " ",
  ]

  @Test func theTreeSortsNamesByLengthAndKeepsLists() {
    func text(_ text: String) -> Tree<DataLabel> { Tree(.text(text)) }
    func item(_ name: String, _ price: String) -> Tree<DataLabel> {
      Tree(.item, [Tree(.name("name"), [text(name)]), Tree(.name("price"), [text(price)])])
    }
    #expect(
      Tree(Self.receipt)
        == Tree(
          .name(""),
          [
            Tree(.name("date"), [text("2024-05-17")]),
            Tree(.name("items"), [item("tea", "3.00"), item("pen", "4.00")]),
            Tree(.name("total"), [text("7.00")]),
          ]))
  }

  @Test func documentsHaveTheRecordedScores() throws {
    guard case .object(let recorded) = try JSON(contentsOf: Fixture.url("documents/measures.json").path),
      case .array(let documents)? = recorded["documents"]
    else {
      Issue.record("no documents are recorded")
      return
    }
    #expect(documents.count == 26)
    for (index, document) in documents.enumerated() {
      let document = JSONNode(document, file: nil)
      let (data, reference) = (document["data"].value, document["reference"].value)
      func number(_ key: String) throws -> Int { try document[key].integer() }
      let cost = { treeEditDistance($0, Tree(reference), size: \.size, change: DataLabel.change) }
      #expect(try cost(Tree(data)) == number("distance"), "document \(index)")
      #expect(try cost(Tree(.name(""))) == number("size"), "document \(index)")
      #expect(try abs(treeAccuracy(data, reference: reference) - document["accuracy"].number()) < 1e-15)
      let scores = FieldScores([data], references: [reference])
      #expect(try scores.rightCount == number("right") && scores.writtenCount == number("written"))
      #expect(try scores.wantedCount == number("wanted"))
    }
  }

  @Test func accuracyIsOneForEqualDataAndNeverBelowZero() {
    #expect(treeAccuracy(Self.receipt, reference: Self.receipt) == 1)
    #expect(treeAccuracy([:], reference: Self.receipt) == 0)
    #expect(treeAccuracy(["a": "a very long text that no document has"], reference: ["b": "1"]) == 0)
    #expect(treeAccuracy([:], reference: [:]) == 1 && treeAccuracy(["a": "1"], reference: [:]) == 0)
    // One of 1 + 4 characters (the name counts 1) is wrong.
    #expect(treeAccuracy(["total": "7.10"], reference: ["total": "7.00"]) == 1 - 1.0 / 5)
  }

  @Test func aFieldIsExactAtItsOwnPlaceAndTheKindDoesNotCount() {
    let pages = Documents(split: .heldOut, kinds: ["receipt"]).prefix(3)
    #expect(ReaderEvaluation.exactFields(pages.map(\.sequence), pages) == 1)
    #expect(ReaderEvaluation.exactFields(pages.map(\.tree), pages) == 1)
    #expect(ReaderEvaluation.exactFields(pages.map { _ in ["kind": "receipt"] as JSON }, pages) == 0)
    let (first, count) = (pages[0].tree.readFields, Double(pages.reduce(0) { $0 + $1.tree.readFields.count }))
    #expect(first.count == pages[0].tree.leaves.count - 1 && first.map(\.path).prefix(2) == ["store", "date"])
    // The store's name in the place of the date is not exact.
    let moved: JSON = ["store": .string(first[0].value), "date": .string(first[0].value)]
    #expect(ReaderEvaluation.exactFields([moved, [:], [:]], pages) == 1 / count)
  }

  @Test func fieldsCountAsOftenAsTheReferenceHasThem() {
    let fields = DocumentField.all(in: Self.receipt)
    #expect(fields.map(\.name) == ["total", "date", "items.name", "items.price", "items.name", "items.price"])
    let written: JSON = ["total": "7.00", "items": [["price": "3.00"], ["price": "3.00"]]]
    let scores = FieldScores([written], references: [Self.receipt])
    #expect(scores.rightCount == 2 && scores.writtenCount == 3 && scores.wantedCount == 6)
    #expect(scores.precision == 2.0 / 3 && scores.recall == 2.0 / 6 && scores.f1 == 4.0 / 9)
    #expect(FieldScores([written], references: [Self.receipt], name: "items.price").rightCount == 1)
    let nothing = FieldScores([[:]], references: [[:]])
    #expect(nothing.precision == 0 && nothing.recall == 0 && nothing.f1 == 0)
  }
}
