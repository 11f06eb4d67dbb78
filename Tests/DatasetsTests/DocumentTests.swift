import Images
import Support
import Tensors
import Testing

@testable import Datasets

/// The FNV-1a hash of bytes.
private func digest(_ bytes: some Sequence<UInt8>) -> String {
  String(bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, radix: 16)
}

/// Pages of each part, and pages of lines.
private let parts: [Documents] =
  DocumentSplit.allCases.map { Documents(split: $0, seed: 7) } + [Documents(split: .training, kinds: ["text"], seed: 7)]

struct DocumentTests {
  @Test func pagesHaveTheSameBytesEverywhere() {
    let digests = parts.map { digest($0.prefix(100).flatMap { $0.image().pixels }) }
    #expect(
      digests == ["15a019d324bb1f92", "9380e72cd51c7246", "244dd7081061575c", "9346e460e48bd607", "b22819408edd571c"])
    let lines = (0..<100).map { parts[0].line(at: $0) }
    #expect(digest(lines.flatMap { $0.image().pixels }) == "3f38f0d154a29c7a")
    #expect(
      digest(parts.flatMap { $0.prefix(100).flatMap { Array("\($0.sequence)\n\($0.transcript)".utf8) } })
        == "1128f3acf7badfbf")
  }

  @Test func aPageDependsOnSeedAndIndexAlone() {
    let documents = Documents(split: .training, seed: 1)
    let backwards = (0..<50).reversed().map { documents[$0] }
    #expect(Array(backwards.reversed()) == documents.prefix(50))
    #expect(documents.prefix(50) != Documents(split: .training, seed: 2).prefix(50))
    #expect(documents.line(at: 5) == documents.line(at: 5) && documents.line(at: 5) != documents.line(at: 6))
  }

  @Test func drawingPagesLeavesTheCurrentGeneratorAlone() {
    let generator = Generator(seed: 5)
    let before = generator.state
    withGenerator(generator) { _ = Document.tensor(parts.map { $0[0] }) }
    #expect(generator.state == before)
  }

  @Test func noPageIsInTwoParts() {
    let training = Set(Documents(split: .training).prefix(2000).map(\.content))
    for split in DocumentSplit.allCases where split != .training {
      for document in Documents(split: split).prefix(500) {
        #expect(!training.contains(document.content))
        #expect(document.design.layout.isTrained == (split != .newLayouts))
        #expect((document.design.bodyFont == .slanted) == (split == .newFonts))
      }
    }
  }

  @Test func everyLayoutOccursWithEveryNumberOfItemsAndFields() {
    var found: [DocumentLayout: Set<Int>] = [:]
    for document in Documents(split: .training).prefix(1000) + Documents(split: .newLayouts).prefix(500) {
      switch document.content {
      case .receipt(let receipt): found[document.design.layout, default: []].insert(receipt.items.count)
      case .form(let form): found[document.design.layout, default: []].insert(form.fields.count)
      case .lines: Issue.record("lines among receipts and forms")
      }
    }
    for layout in DocumentLayout.allCases where layout != .lines {
      #expect(found[layout] == (layout.kind == "receipt" ? [2, 3, 4] : [3, 4, 5]), "\(layout)")
    }
  }

  @Test func everyTextIsOnThePageAndTouchesNoOther() {
    for document in parts.flatMap({ $0.prefix(400) }) {
      let texts = document.texts
      for (index, text) in texts.enumerated() {
        let box = text.bounds
        #expect(box.x >= 1 && box.x + box.width <= Document.width - 1, "\(text)")
        #expect(box.y >= 1 && box.y + box.height <= Document.height - 1, "\(text), \(document.design.layout)")
        for other in texts[..<index].map(\.bounds) {
          let isApart =
            other.x + other.width < box.x || box.x + box.width < other.x || other.y + other.height < box.y
            || box.y + box.height < other.y
          #expect(isApart, "\(text) and \(other), \(document.design.layout)")
        }
      }
    }
  }

  @Test func everyFieldIsPrintedOnceAsItIsInTheTree() {
    for document in parts.flatMap({ $0.prefix(300) }) {
      let printed = document.texts.compactMap { text in text.field.map { (path: $0, value: text.text) } }
      let wanted = document.tree.readFields
      #expect(printed.count == wanted.count)
      for field in wanted { #expect(printed.contains { $0 == field }, "\(field)") }
    }
  }

  @Test func theTokensOfAnAnswerAreItsText() {
    for document in parts.flatMap({ $0.prefix(300) }) {
      #expect(document.tokens(.fields).map(\.text).joined() == document.sequence)
      #expect(document.tokens(.text).map(\.text).joined() == document.lines.joined(separator: "<sep/>"))
      for token in document.tokens(.fields) where token.text.count == 1 { #expect(token.middle != nil) }
      for token in document.tokens(.fields) where token.text.count > 1 {
        #expect(token.middle == nil && DocumentTokens.tags.contains(token.text))
      }
      let printed = document.texts.reduce(0) { $0 + $1.text.count }
      #expect(document.tokens(.text).count { $0.middle != nil } == printed)
    }
  }

  @Test func aCharacterIsWhereItsTokenSays() {
    // Letters whose middle has ink, alone on a turned page.
    for (x, y) in [(3, 4), (90, 4), (3, 80), (90, 80), (50, 40)] {
      for slope in [-71, 0, 71] {
        let bounds = Rectangle(x: x, y: y, width: 5, height: 7)
        let text = PrintedText(text: "H", field: nil, font: .plain, bounds: bounds)
        let middle = Document.characters(of: text, slope: slope)[0].middle!
        var plane = InkPlane(width: Document.width, height: Document.height)
        plane.fill(Rectangle(x: x + 1, y: y + 2, width: 3, height: 3))
        plane.turn(slope: slope)
        let most = plane.amounts.max()!
        #expect(plane.amounts[middle.y * plane.width + middle.x] * 2 > most)
        #expect(abs(middle.x - x - 2) <= 1 && abs(middle.y - y - 3) <= 1)
      }
    }
  }

  @Test func easedPagesAreAlikeAndFullyDifficultOnesUnchanged() {
    let documents = parts[0].prefix(200)
    #expect(documents.allSatisfy { $0.design.eased(difficulty: 100) == $0.design })
    for design in documents.map({ $0.design.eased(difficulty: 0) }) {
      #expect(design.pitch == 10 && design.margin == 4 && design.top == 4 && design.slope == 0)
      #expect(design.bodyFont == .plain && design.titleFont == .plain)
    }
    let half = documents.map { $0.design.eased(difficulty: 50) }
    #expect(half.allSatisfy { abs($0.slope) <= 35 && (9...10).contains($0.pitch) })
    let plain = half.count { $0.bodyFont == .plain && $0.titleFont == .plain }
    #expect((80...180).contains(plain))
  }

  @Test func theTotalIsTheSumOfThePrices() {
    func cents(_ text: String) -> Int { Int(text.filter { $0 != "." }) ?? -1 }
    for document in Documents(split: .heldOut, kinds: ["receipt"]).prefix(200) {
      guard case .receipt(let receipt) = document.content else { continue }
      #expect(cents(receipt.total) == receipt.items.reduce(0) { $0 + cents($1.price) })
    }
  }

  @Test func aBatchHasTheNumbersOfAnImageProcessor() {
    let documents = parts[0].prefix(2)
    let batch = Document.tensor(documents)
    #expect(batch.shape == [2, 3, Document.height, Document.width])
    let (values, plane) = (batch.scalars, Document.width * Document.height)
    for (index, document) in documents.enumerated() {
      for (place, sample) in document.image().pixels.enumerated() {
        for channel in 0..<3 {
          #expect(abs(values[(index * 3 + channel) * plane + place] - (Float(sample) / 127.5 - 1)) < 1e-6)
        }
      }
    }
  }

  @Test func turningAndBlurringKeepTheInk() {
    for document in parts[0].prefix(100) {
      var plane = InkPlane(width: Document.width, height: Document.height)
      for text in document.texts { plane.print(text) }
      let before = plane.amounts.reduce(0, +)
      plane.blur(document.design.blur)
      #expect(plane.amounts.reduce(0, +) == before)
      plane.turn(slope: document.design.slope)
      // A rounding to one of 4080 parts for each pixel and shear; nothing leaves the page but at its outermost rows.
      #expect(abs(plane.amounts.reduce(0, +) - before) * 1000 <= before)
      #expect(plane.amounts.allSatisfy { (0...InkPlane.full).contains($0) })
    }
  }

  @Test func aTurnedPageLeansByItsSlope() {
    for (slope, moved) in [(71, 1), (-71, -1), (0, 0)] {
      var plane = InkPlane(width: Document.width, height: Document.height)
      plane.fill(Rectangle(x: 0, y: 48, width: Document.width, height: 1))
      plane.turn(slope: slope)
      /// The row in which most ink of a column is.
      func row(_ column: Int) -> Int {
        (0..<Document.height).max {
          plane.amounts[$0 * plane.width + column] < plane.amounts[$1 * plane.width + column]
        }!
      }
      #expect(row(4) == 48 - moved && row(Document.width - 5) == 48 + moved)
    }
  }
}

struct DocumentFontTests {
  @Test(arguments: DocumentFont.allCases) func everyCharacterIsToldFromTheOthers(font: DocumentFont) {
    for (index, first) in DocumentFont.characters.enumerated() where first != " " {
      let glyph = font.glyph(first)
      #expect(glyph.ink >= 2 && glyph.rows.allSatisfy { $0 >> glyph.width == 0 })
      for second in DocumentFont.characters[..<index] where second != " " {
        let other = font.glyph(second)
        let difference = zip(glyph.rows, other.rows).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
        // O and D of the figures' font differ in two pixels, and so do their bold ones.
        #expect(difference >= (font == .plain || font == .bold ? 2 : 3), "\(font): \(first) and \(second)")
      }
    }
  }

  @Test func noTwoFontsAreNearlyTheSame() {
    for (index, font) in DocumentFont.allCases.enumerated() {
      for other in DocumentFont.allCases[..<index] {
        let changed = DocumentFont.characters.count { font.glyph($0) != other.glyph($0) }
        #expect(changed * 4 >= DocumentFont.characters.count * 3, "\(font) and \(other)")
      }
    }
  }

  @Test func aTextIsAsWideAsItsCharactersAndTheSpacesBetween() {
    #expect(DocumentFont.plain.width(of: "ABC") == 17)
    #expect(DocumentFont.narrow.width(of: "I.M") == 3 + 2 + 5 + 2)
    #expect(DocumentFont.serif.width(of: "") == 0)
  }
}
