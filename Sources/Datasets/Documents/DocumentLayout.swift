/// How the content of a document is arranged on its page.
public enum DocumentLayout: Int, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// A receipt: shop and date in the middle, count, name and price in a row, the total under a rule.
  case list
  /// A receipt with its date at the upper right; each count stands behind its name: `TEA X2`.
  case countBehind
  /// A receipt as a table with lines around and between its columns.
  case table
  /// A receipt with the total above the things, and the date at the foot.
  case totalFirst
  /// A receipt with two rows for each thing: its name, and below it count and price.
  case twoRows
  /// A form with each label to the left of its field.
  case labelsLeft
  /// A form with each label above its field.
  case labelsAbove
  /// A form with a box around each field, the labels at the left edges of the boxes.
  case boxes
  /// A form with its fields at the right edge, joined to their labels by dots.
  case leaders
  /// Lines of words, one below the other.
  case lines
  /// A receipt with prices at the left and counts at the right. Never trained.
  case priceFirst
  /// A receipt that begins with the things and ends with shop and date. Never trained.
  case upsideDown
  /// A form with each label below its field, as under signatures. Never trained.
  case labelsBelow

  /// Which documents can be arranged so: `receipt`, `form` or `text`.
  public var kind: String {
    switch self {
    case .list, .countBehind, .table, .totalFirst, .twoRows, .priceFirst, .upsideDown: "receipt"
    case .labelsLeft, .labelsAbove, .boxes, .leaders, .labelsBelow: "form"
    case .lines: "text"
    }
  }

  /// Whether training pages have it.
  public var isTrained: Bool { rawValue < Self.priceFirst.rawValue }

  /// The layouts of receipts, forms or texts that were trained or not.
  public static func all(of kind: String, trained: Bool) -> [DocumentLayout] {
    allCases.filter { $0.kind == kind && $0.isTrained == trained }
  }

  /// Such as `list` or `labels left`.
  public var description: String {
    switch self {
    case .list: "list"
    case .countBehind: "count behind"
    case .table: "table"
    case .totalFirst: "total first"
    case .twoRows: "two rows"
    case .labelsLeft: "labels left"
    case .labelsAbove: "labels above"
    case .boxes: "boxes"
    case .leaders: "leaders"
    case .lines: "lines"
    case .priceFirst: "price first"
    case .upsideDown: "upside down"
    case .labelsBelow: "labels below"
    }
  }
}

// MARK: Arranging

extension PageDraft {
  /// Arranges a document.
  mutating func arrange(_ content: DocumentContent, _ layout: DocumentLayout) {
    switch content {
    case .receipt(let receipt): arrange(receipt, layout)
    case .form(let form): arrange(form, layout)
    case .lines(let lines):
      for (index, line) in lines.enumerated() {
        put(line, lines.count == 1 ? "" : "[\(index)]", .at(left + design.indent(index, of: line)))
        nextRow()
      }
    }
  }

  private mutating func arrange(_ receipt: DocumentContent.Receipt, _ layout: DocumentLayout) {
    let store = receipt.store
    switch layout {
    case .countBehind:
      put(receipt.date, "date", .right)
      nextRow()
      put(store, "store", .left, title: true)
      nextRow()
      for (index, item) in receipt.items.enumerated() {
        put(item.name, "items[\(index)].name", .left)
        put("X", nil, .after)
        put(item.count, "items[\(index)].count", .behind)
        put(item.price, "items[\(index)].price", .right)
        nextRow()
      }
      rule()
      put(design.word("TOTAL", "SUM"), nil, .left)
      put(receipt.total, "total", .right)
      nextRow()
    case .table:
      put(store, "store", .left, title: true)
      nextRow()
      put(receipt.date, "date", .left)
      nextRow()
      beginTable()
      for (index, item) in receipt.items.enumerated() {
        put(item.count, "items[\(index)].count", .at(left + 3))
        put(item.name, "items[\(index)].name", .at(left + 14))
        put(item.price, "items[\(index)].price", .at(right - 3 - width(of: item.price)))
        nextRow()
      }
      endTable(columns: [left + 10, right - 7 - width(of: "88.88")])
      put(design.word("TOTAL", "SUM"), nil, .left)
      put(receipt.total, "total", .at(right - 3 - width(of: receipt.total)))
      nextRow()
    case .totalFirst:
      put(store, "store", .center, title: true)
      nextRow()
      put(design.word("TO PAY", "TOTAL"), nil, .left)
      put(receipt.total, "total", .right)
      nextRow()
      rule()
      putItems(receipt)
      rule()
      put(receipt.date, "date", .left)
      nextRow()
    case .twoRows:
      put(store, "store", .left, title: true)
      nextRow()
      put(receipt.date, "date", .left)
      nextRow()
      for (index, item) in receipt.items.enumerated() {
        put(item.name, "items[\(index)].name", .left)
        nextRow()
        put(item.count, "items[\(index)].count", .at(left + 8))
        put("PC", nil, .after)
        put(item.price, "items[\(index)].price", .right)
        nextRow()
      }
      put(design.word("TOTAL", "SUM"), nil, .left)
      put(receipt.total, "total", .right)
      nextRow()
    case .priceFirst:
      put(store, "store", .center, title: true)
      nextRow()
      put(receipt.date, "date", .center)
      nextRow()
      rule()
      for (index, item) in receipt.items.enumerated() {
        put(item.price, "items[\(index)].price", .left)
        put(item.name, "items[\(index)].name", .at(left + width(of: "88.88 ") + 4))
        put(item.count, "items[\(index)].count", .right)
        nextRow()
      }
      rule()
      put(receipt.total, "total", .left)
      put(design.word("TOTAL", "SUM"), nil, .after)
      nextRow()
    case .upsideDown:
      putItems(receipt)
      rule()
      put(design.word("TOTAL", "SUM"), nil, .left)
      put(receipt.total, "total", .right)
      nextRow()
      rule()
      put(store, "store", .center, title: true)
      nextRow()
      put(receipt.date, "date", .center)
      nextRow()
    default:
      put(store, "store", .center, title: true)
      nextRow()
      put(receipt.date, "date", .center)
      nextRow()
      rule()
      putItems(receipt)
      rule()
      put(design.word("TOTAL", "SUM"), nil, .left)
      put(receipt.total, "total", .right)
      nextRow()
    }
  }

  /// A row for each thing: count, name and price.
  private mutating func putItems(_ receipt: DocumentContent.Receipt) {
    for (index, item) in receipt.items.enumerated() {
      put(item.count, "items[\(index)].count", .left)
      put(item.name, "items[\(index)].name", .after)
      put(item.price, "items[\(index)].price", .right)
      nextRow()
    }
  }

  private mutating func arrange(_ form: DocumentContent.Form, _ layout: DocumentLayout) {
    put(form.title, "title", layout == .labelsLeft ? .left : .center, title: true)
    nextRow()
    if layout == .labelsLeft { rule() }
    for field in form.fields {
      let (label, key) = (design.word(field.key.labels[0], field.key.labels[1]), field.key.rawValue)
      switch layout {
      case .labelsAbove:
        put("\(label):", nil, .left)
        nextRow(tight: true)
        put(field.value, key, .at(left + 10))
        nextRow()
      case .boxes:
        beginTable()
        put(label, nil, .at(left + 3))
        put(field.value, key, .at(left + 7 + labelWidth))
        nextRow()
        endTable(columns: [left + 4 + labelWidth])
        y -= 1
      case .leaders:
        put(label, nil, .left)
        put(field.value, key, .right)
        joinByDots()
        nextRow()
      case .labelsBelow:
        put(field.value, key, .left)
        nextRow(tight: true)
        put(label, nil, .at(left + 10))
        nextRow()
      default:
        put("\(label):", nil, .left)
        put(field.value, key, .at(left + labelWidth + 9))
        nextRow()
      }
    }
  }
}
