import Support

/// What a node of a document's data is, when the data are seen as a tree.
public enum DataLabel: Sendable, Equatable {
  /// The name of a field; the empty name is that of the whole document.
  case name(String)
  /// One object of a list.
  case item
  /// A value.
  case text(String)

  /// What it costs to insert or to delete such a node: 1, and for a text its characters.
  var size: Int { if case .text(let text) = self { text.unicodeScalars.count } else { 1 } }

  /// What it costs to make one of the other: between texts their edit distance, between names and items 1 if they
  /// differ, between a text and anything else 1 and the text's characters.
  static func change(_ first: DataLabel, _ second: DataLabel) -> Int {
    switch (first, second) {
    case (.text(let first), .text(let second)): editDistance(first, second)
    case (.text, _): 1 + first.size
    case (_, .text): 1 + second.size
    default: first == second ? 0 : 1
    }
  }
}

extension Tree<DataLabel> {
  /// A document's data as Donut's tree (Kim et al. 2022, section 4.2 and its published program): names are nodes in the
  /// order of their length and then of their bytes, values are leaves, and each object of a list has a node of its own.
  ///
  /// White space around values does not count; nor do members without any value. A list keeps its order.
  public init(_ data: JSON) { self.init(.name(""), Self.members(data)) }

  private static func members(_ data: JSON) -> [Tree] {
    guard case .object(let object) = data else { return [] }
    return object.members.sorted { left, right in
      let (first, second) = (left.key.unicodeScalars.count, right.key.unicodeScalars.count)
      return first == second ? left.key.utf8.lexicographicallyPrecedes(right.key.utf8) : first < second
    }.compactMap { key, value in
      let below = elements(value)
      return below.isEmpty ? nil : Tree(.name(key), below)
    }
  }

  private static func elements(_ value: JSON) -> [Tree] {
    switch value {
    case .array(let values): return values.flatMap(elements)
    case .object:
      let members = members(value)
      return members.isEmpty ? [] : [Tree(.item, members)]
    default: return value.plainText.map { [Tree(.text($0))] } ?? []
    }
  }
}

/// The accuracy of a document's data by their tree edit distance (Kim et al. 2022, section 4.2), 0 to 1: 1 less the
/// distance to the reference, divided by what it costs to write the whole reference into an empty document.
///
/// - Parameter data: what was read; 0 counts where it is further from the reference than an empty document is.
/// - Returns: between 0 and 1; for an empty reference 1 if the data are empty, too, and otherwise 0.
public func treeAccuracy(_ data: JSON, reference: JSON) -> Double {
  let (data, reference) = (Tree(data), Tree(reference))
  let distance = { treeEditDistance($0, reference, size: \.size, change: DataLabel.change) }
  let (wrong, whole) = (distance(data), distance(Tree(.name(""))))
  return whole == 0 ? (wrong == 0 ? 1 : 0) : max(0, 1 - Double(wrong) / Double(whole))
}

/// A value of a document with the names that lead to it.
public struct DocumentField: Sendable, Hashable {
  /// The names from the outermost to the innermost, with dots between them: `items.price`.
  public let name: String
  /// The value.
  public let text: String

  /// A value with its name.
  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }

  /// All values of a document's data in their order. Those of a list stand under the same name.
  ///
  /// White space around values does not count; nor do empty values.
  public static func all(in data: JSON, under name: String = "") -> [DocumentField] {
    switch data {
    case .object(let object):
      object.members.flatMap { all(in: $0.value, under: name.isEmpty ? $0.key : "\(name).\($0.key)") }
    case .array(let values): values.flatMap { all(in: $0, under: name) }
    default: data.plainText.map { [DocumentField(name, $0)] } ?? []
    }
  }
}

/// How many fields of documents are exactly right, counted over all documents.
///
/// A field is right if the reference has one of the same name with the same text, each as often as it stands there. The
/// F1 is that of Donut (Kim et al. 2022, section 4.2); SROIE (Huang et al. 2019, task 3) counts precision, recall and F1
/// of exactly equal fields in the same way.
public struct FieldScores: Sendable, Equatable {
  /// Fields that are right, that were written, and that the references have.
  public private(set) var rightCount = 0, writtenCount = 0, wantedCount = 0

  /// The scores of documents' data.
  ///
  /// - Parameters:
  ///   - data: what was read.
  ///   - references: as many.
  ///   - name: only fields of this name count; all by default.
  public init(_ data: [JSON], references: [JSON], name: String? = nil) {
    if data.count != references.count {
      reportMisuse("FieldScores", "data of \(data.count) documents, but references for \(references.count)")
    }
    for (data, reference) in zip(data, references) {
      let written = DocumentField.all(in: data).filter { name == nil || $0.name == name }
      let wanted = DocumentField.all(in: reference).filter { name == nil || $0.name == name }
      var open = wanted
      for field in written {
        guard let match = open.firstIndex(of: field) else { continue }
        open.remove(at: match)
        rightCount += 1
      }
      writtenCount += written.count
      wantedCount += wanted.count
    }
  }

  /// The share of written fields that are right; 0 if none was written.
  public var precision: Double { writtenCount == 0 ? 0 : Double(rightCount) / Double(writtenCount) }
  /// The share of the references' fields that were written rightly; 0 if they have none.
  public var recall: Double { wantedCount == 0 ? 0 : Double(rightCount) / Double(wantedCount) }
  /// The harmonic mean of precision and recall: twice the right fields, divided by the written and the wanted ones.
  public var f1: Double {
    let count = writtenCount + wantedCount
    return count == 0 ? 0 : 2 * Double(rightCount) / Double(count)
  }
}

extension JSON {
  /// A plain value as text without white space around it; `nil` for lists, objects, `null` and for empty texts.
  fileprivate var plainText: String? {
    let text: String
    switch self {
    case .string(let value): text = value
    case .integer(let value): text = "\(value)"
    case .number(let value): text = "\(value)"
    case .bool(let value): text = value ? "true" : "false"
    case .null, .array, .object: return nil
    }
    func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }
    let trimmed = text.unicodeScalars.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    return trimmed.isEmpty ? nil : String(String.UnicodeScalarView(trimmed))
  }
}
