import Datasets
import Images
import Support

/// Finds the fields of a document in its text by rules: words that stand before fields, patterns of dates and amounts, and
/// places in the row. The rules were written for the layouts of training pages.
public struct FieldRules: Sendable {
  /// The rules of receipts and forms.
  public init() {}

  /// The fields in rows of text, as a tree like that of ``Document/tree``; what no rule finds is left out.
  public func tree(_ rows: [TemplateOCR.Row]) -> JSON {
    let amounts = rows.count { row in row.words.contains { Self.amount($0.text) != nil } }
    return amounts >= 3 ? receipt(rows) : form(rows)
  }

  // MARK: Receipts

  private func receipt(_ rows: [TemplateOCR.Row]) -> JSON {
    var (store, date, total) = (String?.none, String?.none, String?.none)
    var items: [JSON] = []
    // The last row without any number: the name of a thing if its count and price stand in the next row.
    var pending: String?
    for row in rows {
      let words = row.words.map(\.text)
      if let day = words.lazy.compactMap(Self.date).first, date == nil {
        date = day
      } else if let amount = words.lazy.compactMap(Self.amount).first {
        let others = words.filter { Self.amount($0) == nil }
        if total == nil, Self.isTotal(others.joined(separator: " ")) {
          total = amount
          continue
        }
        let count = others.lazy.compactMap(Self.count).first
        let name = others.first { Self.count($0) == nil && !Self.isLike($0, "PC") && $0.count > 1 }
        items.append(item(count: count ?? "1", name: name ?? pending ?? "", price: amount))
        pending = nil
      } else if store == nil {
        store = row.text
      } else {
        pending = row.text
      }
    }
    let found: [(key: String, value: JSON?)] = [
      ("store", store.map { .string($0) }), ("date", date.map { .string($0) }), ("items", .array(items)),
      ("total", total.map { .string($0) }),
    ]
    return .object(
      JSON.Object([("kind", "receipt")] + found.compactMap { pair in pair.value.map { (key: pair.key, value: $0) } }))
  }

  private func item(count: String, name: String, price: String) -> JSON {
    ["count": .string(count), "name": .string(name), "price": .string(price)]
  }

  private static func isTotal(_ words: String) -> Bool { ["TOTAL", "SUM", "TO PAY"].contains { isLike(words, $0) } }

  // MARK: Forms

  private func form(_ rows: [TemplateOCR.Row]) -> JSON {
    var members: [(key: String, value: JSON)] = [("kind", "form")]
    if let title = rows.first { members.append(("title", .string(title.text))) }
    var label: FormKey?
    for row in rows.dropFirst() {
      let words = row.words.map(\.text)
      if let key = Self.label(words[0]), !members.contains(where: { $0.key == key.rawValue }) {
        // Dots that lead to the field are no part of it.
        let value = words.dropFirst().joined(separator: " ").drop { ". ".contains($0) }
        label = value.isEmpty ? key : nil
        if !value.isEmpty { members.append((key.rawValue, .string(Self.mended(String(value), key)))) }
      } else if let key = label {
        members.append((key.rawValue, .string(Self.mended(row.text, key))))
        label = nil
      }
    }
    return .object(JSON.Object(members))
  }

  private static func label(_ word: String) -> FormKey? {
    let word = word.split { ".:".contains($0) }.first.map(String.init) ?? word
    return FormKey.allCases.first { $0.labels.contains { isLike(word, $0) } }
  }

  /// A field's text with letters that stand for digits exchanged, where the field is a number.
  private static func mended(_ text: String, _ key: FormKey) -> String {
    switch key {
    case .date: date(text) ?? text
    case .amount: amount(text) ?? text
    case .phone: digits(text)
    case .name, .city, .number: text
    }
  }

  // MARK: Patterns

  /// Whether OCR may have made this of a known word: one character of four or more may be wrong.
  private static func isLike(_ text: String, _ word: String) -> Bool {
    text == word || word.count >= 4 && editDistance(text, word) <= 1
  }

  /// Digits that letters are taken for.
  private static let confusions: [Character: Character] = [
    "O": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8",
  ]

  private static func digits(_ text: String) -> String { String(text.map { confusions[$0] ?? $0 }) }

  /// The runs of digits of a text that is mostly digits, and the characters between them.
  private static func runs(_ text: String, separator: Character) -> [Substring]? {
    guard 2 * text.count(where: \.isNumber) >= text.count else { return nil }
    let mended = digits(text)
    let runs = mended.split(separator: separator, omittingEmptySubsequences: false)
    return runs.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isNumber) } ? runs : nil
  }

  /// `12.50`: digits, a point, two digits.
  private static func amount(_ text: String) -> String? {
    guard let runs = runs(text, separator: "."), runs.count == 2, runs[1].count == 2 else { return nil }
    return runs.joined(separator: ".")
  }

  /// `2026-03-14` or `14/03/26`.
  private static func date(_ text: String) -> String? {
    if let runs = runs(text, separator: "-"), runs.map(\.count) == [4, 2, 2] { return runs.joined(separator: "-") }
    if let runs = runs(text, separator: "/"), runs.map(\.count) == [2, 2, 2] { return runs.joined(separator: "/") }
    return nil
  }

  /// `2`, or `X2` behind a name.
  private static func count(_ text: String) -> String? {
    let digit = text.count == 2 && text.first == "X" ? String(text.dropFirst()) : text
    return digit.count == 1 && "123456789".contains(digit) ? digit : nil
  }
}

extension TemplateOCR {
  /// The fields of a page: OCR, then rules.
  public func tree(_ image: Image) -> JSON { FieldRules().tree(rows(image)) }
}
