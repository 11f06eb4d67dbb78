import Support

/// What a document says.
public enum DocumentContent: Sendable, Hashable {
  /// The receipt of a shop.
  case receipt(Receipt)
  /// A form with labelled fields.
  case form(Form)
  /// Lines of words without any meaning, to learn reading from.
  case lines([String])

  /// What a shop's receipt says. Numbers are kept as they are printed.
  public struct Receipt: Sendable, Hashable {
    /// The name of the shop.
    public var store: String
    /// The day, as `2026-03-14` or `14/03/26`.
    public var date: String
    /// What was bought, in the order of the page: two to four things.
    public var items: [Item]
    /// The sum of the items' prices.
    public var total: String

    /// A line of a receipt.
    public struct Item: Sendable, Hashable {
      /// What was bought.
      public var name: String
      /// How many, `1` to `9`.
      public var count: String
      /// What they cost together, as `12.50`.
      public var price: String

      /// One thing that was bought.
      public init(name: String, count: String, price: String) {
        self.name = name
        self.count = count
        self.price = price
      }
    }

    /// A receipt.
    public init(store: String, date: String, items: [Item], total: String) {
      self.store = store
      self.date = date
      self.items = items
      self.total = total
    }
  }

  /// What a filled-in form says.
  public struct Form: Sendable, Hashable {
    /// What it is for, such as `INVOICE`.
    public var title: String
    /// Three to five fields, in the order of the page.
    public var fields: [Field]

    /// A field with what was filled in.
    public struct Field: Sendable, Hashable {
      /// Which field it is.
      public var key: FormKey
      /// What was filled in.
      public var value: String

      /// A field.
      public init(_ key: FormKey, _ value: String) {
        self.key = key
        self.value = value
      }
    }

    /// A form.
    public init(title: String, fields: [Field]) {
      self.title = title
      self.fields = fields
    }
  }
}

/// The fields that forms can have.
public enum FormKey: String, Sendable, Hashable, CaseIterable {
  /// First and last name of a person.
  case name
  /// A town.
  case city
  /// A day, as `2026-03-14` or `14/03/26`.
  case date
  /// A telephone number, as `555-0134`.
  case phone
  /// A number of a file, as `A-1047`.
  case number
  /// An amount of money, as `120.50`.
  case amount

  /// The words that stand before the field on a page; each page uses one of them.
  public var labels: [String] {
    switch self {
    case .name: ["NAME", "GUEST"]
    case .city: ["CITY", "TOWN"]
    case .date: ["DATE", "DAY"]
    case .phone: ["PHONE", "TEL"]
    case .number: ["NO", "REF"]
    case .amount: ["SUM", "PAID"]
    }
  }
}

extension DocumentContent {
  /// `receipt`, `form` or `text`.
  public var kind: String {
    switch self {
    case .receipt: "receipt"
    case .form: "form"
    case .lines: "text"
    }
  }

  /// The content as a tree of objects, lists and texts, as Donut writes it (Kim et al. 2022, section 3.1):
  /// `{"kind": "receipt", "store": "…", "date": "…", "items": [{"count": "2", "name": "…", "price": "3.50"}],
  /// "total": "…"}`, `{"kind": "form", "title": "…", "name": "…", …}`. Lines without a meaning are a list of texts.
  public var tree: JSON {
    switch self {
    case .receipt(let receipt):
      let items = receipt.items.map { item -> JSON in
        ["count": .string(item.count), "name": .string(item.name), "price": .string(item.price)]
      }
      return [
        "kind": "receipt", "store": .string(receipt.store), "date": .string(receipt.date), "items": .array(items),
        "total": .string(receipt.total),
      ]
    case .form(let form):
      return .object(
        JSON.Object(
          [("kind", "form"), ("title", .string(form.title))] + form.fields.map { ($0.key.rawValue, .string($0.value)) })
      )
    case .lines(let lines): return lines.count == 1 ? .string(lines[0]) : .array(lines.map { .string($0) })
    }
  }

  /// The content of a tree; `nil` where anything is missing, of another kind or too much.
  ///
  /// A list of one element may stand as that element, as Donut's token sequences have it.
  public init?(_ tree: JSON) {
    guard case .object(let members) = tree else {
      var lines: [String] = []
      for line in tree.elements {
        guard case .string(let text) = line else { return nil }
        lines.append(text)
      }
      self = .lines(lines)
      return
    }
    guard case .string(let kind)? = members["kind"] else { return nil }
    switch kind {
    case "receipt":
      guard let store = members.text("store"), let date = members.text("date"), let total = members.text("total"),
        let items = members["items"]?.elements, members.members.count == 5
      else { return nil }
      var read: [Receipt.Item] = []
      for item in items {
        guard case .object(let parts) = item, let name = parts.text("name"), let count = parts.text("count"),
          let price = parts.text("price"), parts.members.count == 3
        else { return nil }
        read.append(Receipt.Item(name: name, count: count, price: price))
      }
      self = .receipt(Receipt(store: store, date: date, items: read, total: total))
    case "form":
      guard let title = members.text("title") else { return nil }
      var fields: [Form.Field] = []
      for (key, value) in members.members where key != "kind" && key != "title" {
        guard let key = FormKey(rawValue: key), case .string(let text) = value else { return nil }
        fields.append(Form.Field(key, text))
      }
      self = .form(Form(title: title, fields: fields))
    default: return nil
    }
  }

  /// All fields by their path in the tree, in its order: `store`, `items[0].price`, …; the kind is one of them.
  public var fields: [(path: String, value: String)] { tree.leaves }
}

extension JSON {
  /// The texts in a tree with their paths, such as `items[0].price`, in the tree's order. Other values than objects,
  /// lists and texts are left out.
  public var leaves: [(path: String, value: String)] { leaves(at: "") }

  /// The fields that count for a reader: ``leaves`` without the kind of the page, which nobody would fail to see.
  public var readFields: [(path: String, value: String)] { leaves.filter { $0.path != "kind" } }

  private func leaves(at path: String) -> [(path: String, value: String)] {
    switch self {
    case .string(let text): [(path, text)]
    case .object(let object):
      object.members.flatMap { $0.value.leaves(at: path.isEmpty ? $0.key : "\(path).\($0.key)") }
    case .array(let elements): elements.enumerated().flatMap { $1.leaves(at: "\(path)[\($0)]") }
    default: []
    }
  }

  /// The elements of a list; any other value as a list of one.
  fileprivate var elements: [JSON] {
    if case .array(let elements) = self { elements } else { [self] }
  }
}

extension JSON.Object {
  /// The text of a member; `nil` if there is none or it is no text.
  fileprivate func text(_ key: String) -> String? {
    if case .string(let text)? = self[key] { text } else { nil }
  }
}
