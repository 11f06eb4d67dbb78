import Support
import Tensors
import Testing

@testable import Datasets

struct DocumentTokensTests {
  @Test func aTreeIsWrittenAsDonutWritesIt() {
    let receipt = DocumentContent.receipt(
      DocumentContent.Receipt(
        store: "FOX BAR", date: "14/03/26",
        items: [
          DocumentContent.Receipt.Item(name: "TEA", count: "2", price: "3.00"),
          DocumentContent.Receipt.Item(name: "JAM", count: "1", price: "1.50"),
        ], total: "4.50"))
    #expect(
      DocumentTokens.sequence(receipt.tree)
        == "<s_kind><receipt/></s_kind><s_store>FOX BAR</s_store><s_date>14/03/26</s_date><s_items><s_count>2</s_count>"
        + "<s_name>TEA</s_name><s_price>3.00</s_price><sep/><s_count>1</s_count><s_name>JAM</s_name>"
        + "<s_price>1.50</s_price></s_items><s_total>4.50</s_total>")
    #expect(receipt.fields.map(\.path).suffix(3) == ["items[1].name", "items[1].price", "total"])
    #expect(
      DocumentTokens.sequence(["a": 1, "b": [true, .null, .number(2.5)]])
        == "<s_a>1</s_a><s_b>true<sep/><sep/>2.5</s_b>")
  }

  @Test func tenThousandPagesComeBackAsTheyWere() {
    for split in DocumentSplit.allCases {
      for document in Documents(split: split, seed: 3).prefix(2500) {
        let tree = DocumentTokens.tree(document.sequence)
        #expect(tree == document.tree)
        #expect(DocumentContent(tree) == document.content)
      }
    }
    for document in Documents(split: .training, kinds: ["text"]).prefix(300) {
      #expect(DocumentContent(DocumentTokens.tree(document.sequence)) == document.content)
    }
  }

  @Test(
    arguments: [
      ("", [:]), ("TEA", "TEA"), ("<s_store>FOX", [:]), ("<s_store>FOX</s_store>", ["store": "FOX"]),
      // Cut off within a field: what is complete stays.
      ("<s_store>FOX</s_store><s_total>4.5", ["store": "FOX"]),
      ("<s_items><s_name>TEA</s_name><sep/><s_name>JA", ["items": [["name": "TEA"]]]),
      // Tags that nothing opened or closed.
      ("</s_total><s_store>FOX</s_total></s_store>", ["store": "FOX"]),
      ("<s_items><s_name>TEA<s_price>1.00</s_price></s_items>", ["items": ["price": "1.00"]]),
      // Crossed tags: the outer one counts.
      ("<s_store><s_date>FOX</s_store></s_date>", ["store": "FOX"]),
      // Twice the same key: the first counts.
      ("<s_store>FOX</s_store><s_store>BAR</s_store>", ["store": "FOX"]),
      ("<s_name>TEA</s_name><sep/><s_name>JAM</s_name>", [["name": "TEA"], ["name": "JAM"]]),
      ("<s_a>  TEA <b> < </s_a>", ["a": "TEA <b> <"]), ("<s_a></s_a>", ["a": ""]), ("A<sep/>B", ["A", "B"]),
      ("<s_kind><form/></s_kind>", ["kind": "form"]), ("<s_a><sep/></s_a>", ["a": ["", ""]]),
    ] as [(String, JSON)]) func aBrokenSequenceGivesWhatIsWhole(sequence: String, tree: JSON)
  {
    #expect(DocumentTokens.tree(sequence) == tree)
  }

  @Test func nothingThatAModelMayWriteCrashes() {
    let generator = Generator(seed: 4)
    let pieces = DocumentTokens.tags + ["<", ">", "<s_", "</s_", "A", "1.50", " ", "é", "<s_other>", "</s_other>"]
    for _ in 0..<5000 {
      let sequence = (0..<generator.integer(in: 0..<40)).map { _ in generator.element(of: pieces) }.joined()
      let tree = DocumentTokens.tree(sequence)
      _ = (DocumentContent(tree), tree.leaves)
      // Reading is a repair: what has been read once is whole.
      let repaired = DocumentTokens.sequence(tree)
      #expect(DocumentTokens.tree(repaired).leaves.count <= tree.leaves.count + 1)
    }
    for document in Documents(split: .heldOut).prefix(200) {
      var sequence = Array(document.sequence)
      for _ in 0..<4 { sequence.remove(at: generator.integer(in: 0..<sequence.count)) }
      _ = DocumentContent(DocumentTokens.tree(String(sequence.prefix(generator.integer(in: 0..<sequence.count)))))
    }
  }

  @Test func deepAndLongSequencesAreReadInTheEnd() {
    let deep = String(repeating: "<s_a>", count: 20_000) + String(repeating: "</s_a>", count: 20_000)
    #expect(DocumentTokens.tree(deep).leaves.count == 1)
    #expect(DocumentTokens.tree(String(repeating: "<", count: 100_000)).leaves.count == 1)
    #expect(DocumentTokens.tree(String(repeating: "<sep/>", count: 20_000)).leaves.count == 20_001)
  }

  @Test func everyTagOfATrainedSequenceIsKnown() {
    let tags = Set(DocumentTokens.tags)
    #expect(tags.count == DocumentTokens.tags.count)
    for document in Documents(split: .training).prefix(300) {
      var text = document.sequence
      for tag in tags { text = text.replacing(tag, with: "") }
      #expect(text.allSatisfy(DocumentFont.characters.contains), "\(text)")
    }
  }

  @Test(
    arguments: [
      ["kind": "receipt"], ["kind": "letter"], [:], ["kind": "form", "title": "VISIT", "shoe": "9"],
      ["kind": "receipt", "store": "A", "date": "B", "items": ["C"], "total": "D"], 3, .null, [["a": "b"]],
    ] as [JSON]) func whatIsMissingIsNoDocument(tree: JSON)
  {
    #expect(DocumentContent(tree) == nil)
  }
}
