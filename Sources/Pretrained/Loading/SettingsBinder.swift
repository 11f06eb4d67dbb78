import Layers
import Support

/// A group of settings that is read from and written to a JSON object through one list of its keys.
///
/// A conforming type states its keys once, in ``bind(_:)``; the same list reads `config.json` and writes it. The
/// values after `init()` are the defaults of transformers 5.23, which hold for every key that is missing.
public protocol SettingsGroup: Sendable, Equatable {
  /// All settings at their defaults.
  init()
  /// Passes every setting with its key to the binder.
  mutating func bind(_ binder: inout SettingsBinder) throws
}

extension SettingsGroup {
  /// Reads the settings from an object.
  ///
  /// - Parameters:
  ///   - path: the key path of `object` in the file, for messages; empty at the top.
  /// - Throws: `DataError` that names the key path of a value of the wrong type.
  public init(_ object: JSON.Object, file: String, path: String = "") throws {
    self.init()
    var binder = SettingsBinder(reading: object, file: file, path: path)
    try bind(&binder)
  }

  /// The settings as a JSON object that `init(_:file:path:)` reads back.
  public func json() throws -> JSON.Object { try written().object }

  /// What a binder has once they are written.
  func written() throws -> SettingsBinder {
    var copy = self
    var binder = SettingsBinder()
    try copy.bind(&binder)
    return binder
  }
}

/// Carries values between a ``SettingsGroup`` and a JSON object, in one direction or the other.
public struct SettingsBinder {
  /// The object that is read; `nil` when settings are written.
  private let source: JSON.Object?
  private let file: String
  private let path: String
  /// What was written so far.
  public private(set) var object = JSON.Object()
  /// The keys that were asked for.
  private(set) var boundKeys: Set<String> = []
  /// The sizes among what was written.
  private(set) var sizes: [DeclaredSize] = []

  /// A binder that reads from `object`.
  init(reading object: JSON.Object, file: String, path: String) {
    source = object
    self.file = file
    self.path = path
  }

  /// A binder that writes.
  init() {
    source = nil
    file = ""
    path = ""
  }

  var isReading: Bool { source != nil }

  /// All that is read; nothing when settings are written.
  var given: JSON.Object { source ?? JSON.Object() }

  /// The key path of a member, as messages name it.
  private func keyPath(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// An error at the place of `key`.
  func failure(_ key: String, _ reason: String, _ kind: DataError.Kind = .mismatch) -> DataError {
    DataError(kind, file: file, place: keyPath(key), reason: reason)
  }

  /// Reads or writes one value.
  ///
  /// - Parameters:
  ///   - alias: another key for the same, which wins over `key` where both are given: transformers' `attribute_map`
  ///     sets the one after the other.
  ///   - expected: what the value must be, for the message.
  private mutating func bind<Value>(
    _ key: String, _ value: inout Value, alias: String? = nil, expected: String,
    decode: (JSON) -> Value?, encode: (Value) -> JSON
  ) throws {
    boundKeys.insert(key)
    guard let source else {
      _ = object.append(key, encode(value))
      return
    }
    let found = alias.flatMap { source[$0] == nil ? nil : $0 } ?? key
    guard let json = source[found] else { return }
    guard let decoded = decode(json) else { throw failure(found, "is \(json.kindName), not \(expected)") }
    value = decoded
  }

  /// A number of layers.
  public mutating func layerCount(_ key: String, _ value: inout Int, alias: String? = nil) throws {
    try size(key, &value, alias: alias)
    if let last = sizes.indices.last { sizes[last].isLayerCount = true }
  }

  /// A count or extent: from 1 to `maximum`.
  public mutating func size(
    _ key: String, _ value: inout Int, alias: String? = nil, maximum: Int = Int(Int32.max)
  ) throws {
    declare(key, value)
    try bind(
      key, &value, alias: alias,
      expected: maximum < Int32.max ? "a whole number from 1 to \(maximum)" : "a positive whole number",
      decode: { Self.whole($0, 1).flatMap { $0 <= maximum ? $0 : nil } }, encode: { .integer($0) })
  }

  /// A count or extent that may be absent.
  public mutating func optionalSize(_ key: String, _ value: inout Int?) throws {
    if let value { declare(key, value) }
    try bind(
      key, &value, expected: "a positive whole number or null",
      decode: { $0 == .null ? .some(nil) : Self.whole($0, 1).map(Optional.some) },
      encode: { $0.map(JSON.integer) ?? .null })
  }

  /// A whole number of at least `minimum`.
  public mutating func integer(_ key: String, _ value: inout Int, minimum: Int = 0) throws {
    try bind(
      key, &value, expected: "a whole number of at least \(minimum)", decode: { Self.whole($0, minimum) },
      encode: { .integer($0) })
  }

  private static func whole(_ json: JSON, _ minimum: Int) -> Int? {
    guard case .integer(let number) = json, number >= minimum, number <= Int(Int32.max) else { return nil }
    return number
  }

  /// A real number; a whole one is accepted.
  public mutating func number(_ key: String, _ value: inout Double) throws {
    try bind(
      key, &value, expected: "a number",
      decode: {
        switch $0 {
        case .integer(let number): Double(number)
        case .number(let number) where number.isFinite: number
        default: nil
        }
      }, encode: { .number($0) })
  }

  /// A number that counts in training only: `null` and what is no finite number leave the default.
  public mutating func trainingNumber(_ key: String, _ value: inout Double) throws {
    let standard = value
    try bind(
      key, &value, expected: "a number or null",
      decode: {
        switch $0 {
        case .null: standard
        case .integer(let number): Double(number)
        case .number(let number): number.isFinite ? number : standard
        default: nil
        }
      }, encode: { .number($0) })
  }

  /// A size of which the model makes no use: `null` and numbers that are no size leave the default.
  public mutating func idleSize(_ key: String, _ value: inout Int) throws {
    let standard = value
    try bind(
      key, &value, expected: "a whole number or null",
      decode: {
        switch $0 {
        case .null: standard
        case .integer, .number: Self.whole($0, 1) ?? standard
        default: nil
        }
      }, encode: { .integer($0) })
  }

  /// A truth value.
  public mutating func flag(_ key: String, _ value: inout Bool) throws {
    try bind(
      key, &value, expected: "true or false",
      decode: { if case .bool(let flag) = $0 { flag } else { nil } }, encode: { .bool($0) })
  }

  /// A token id that may be absent (`null`); one below 0 is no token of any text.
  public mutating func token(_ key: String, _ value: inout Int?, alias: String? = nil) throws {
    try bind(
      key, &value, alias: alias, expected: "a token id or null",
      decode: { $0 == .null ? .some(nil) : Self.whole($0, Int(Int32.min)).map(Optional.some) },
      encode: { $0.map(JSON.integer) ?? .null })
  }

  /// No, one or several token ids: `null`, a number, or an array of numbers.
  public mutating func tokens(_ key: String, _ value: inout [Int]) throws {
    try bind(
      key, &value, expected: "a token id, an array of them or null",
      decode: { json in
        switch json {
        case .null: return []
        case .array(let elements):
          let ids = elements.compactMap { Self.whole($0, Int(Int32.min)) }
          return ids.count == elements.count ? ids : nil
        default: return Self.whole(json, Int(Int32.min)).map { [$0] }
        }
      },
      encode: { ids in
        ids.count == 1 ? .integer(ids[0]) : ids.isEmpty ? .null : .array(ids.map(JSON.integer))
      })
  }

  /// The height and width of an image or patch: one number for both, or an array of two.
  public mutating func extent(_ key: String, _ value: inout Extent) throws {
    declare(key, value.height, says: value.text)
    try bind(
      key, &value, expected: "a positive whole number or an array of two",
      decode: { json in
        guard case .array(let elements) = json else {
          return Self.whole(json, 1).map { Extent(height: $0, width: $0) }
        }
        let sides = elements.compactMap { Self.whole($0, 1) }
        return elements.count == 2 && sides.count == 2 ? Extent(height: sides[0], width: sides[1]) : nil
      },
      encode: { extent in
        extent.height == extent.width
          ? .integer(extent.height) : .array([.integer(extent.height), .integer(extent.width)])
      })
  }

  /// An activation function, by any of its names.
  public mutating func activation(_ key: String, _ value: inout Activation) throws {
    let names = Activation.allCases.map(\.rawValue) + Activation.otherNames.keys.sorted()
    try bind(
      key, &value, expected: "one of \(names.joined(separator: ", "))",
      decode: {
        if case .string(let name) = $0 { Activation(rawValue: name) ?? Activation.otherNames[name] } else { nil }
      },
      encode: { .string($0.rawValue) })
  }

  /// One of several named values.
  mutating func choice<Value: RawRepresentable<String> & CaseIterable>(_ key: String, _ value: inout Value) throws {
    try bind(
      key, &value, expected: "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))",
      decode: { if case .string(let name) = $0 { Value(rawValue: name) } else { nil } },
      encode: { .string($0.rawValue) })
  }

  /// Texts.
  mutating func texts(_ key: String, _ value: inout [String]) throws {
    try bind(
      key, &value, expected: "an array of texts",
      decode: { json in
        guard case .array(let elements) = json else { return nil }
        let texts = elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
        return texts.count == elements.count ? texts : nil
      },
      encode: { .array($0.map(JSON.string)) })
  }

  /// Any value, which the caller interprets.
  mutating func raw(_ key: String, _ value: inout JSON?) {
    boundKeys.insert(key)
    guard let source else {
      if let value { _ = object.append(key, value) }
      return
    }
    value = source[key]
  }

  /// A group of settings under a key; all defaults if it is missing or `null`.
  public mutating func group<Group: SettingsGroup>(_ key: String, _ value: inout Group) throws {
    boundKeys.insert(key)
    guard let source else {
      var inner = SettingsBinder()
      try value.bind(&inner)
      _ = object.append(key, .object(inner.object))
      for size in inner.sizes { sizes.append(size.under(key)) }
      return
    }
    guard let json = source[key], json != .null else { return }
    guard case .object(let object) = json else { throw failure(key, "is \(json.kindName), not an object") }
    value = try Group(object, file: file, path: keyPath(key))
  }

  /// The kind of model: the first of `known` is written; one that is read must be among them, or be missing.
  public mutating func modelType(_ known: String...) throws {
    guard let source else {
      _ = object.append("model_type", .string(known[0]))
      return
    }
    guard let json = source["model_type"], json != .null else { return }
    guard case .string(let name) = json, known.contains(name) else {
      throw failure(
        "model_type", "is \(json.kindName); known here: \(known.joined(separator: ", "))", .unsupported)
    }
  }

  private mutating func declare(_ key: String, _ value: Int, says text: String? = nil) {
    if !isReading { sizes.append(DeclaredSize(path: [key], value: value, text: text ?? "\(value)")) }
  }

  /// Checks that an image has room for a patch.
  func requirePatch(in image: Extent, _ patch: Extent) throws {
    guard isReading, image.height < patch.height || image.width < patch.width else { return }
    throw failure(
      "image_size",
      "is \(image.text), but \(keyPath("patch_size")) says \(patch.text): an image has no room for a patch")
  }

  /// Checks that attention heads divide the width of a layer.
  func requireHeads(_ heads: Int, divide width: Int, _ headsKey: String, _ widthKey: String) throws {
    guard isReading, !width.isMultiple(of: heads) else { return }
    throw failure(headsKey, "\(heads) attention heads do not divide \(widthKey), \(width)")
  }
}

/// A setting that sizes of tensors, or the number of layers, follow from.
struct DeclaredSize {
  /// The keys that lead to it in `config.json`.
  var path: [String]
  let value: Int
  /// What the file says, as messages show it.
  let text: String
  var isLayerCount = false

  /// The key path, as messages name it.
  var key: String { path.joined(separator: ".") }

  func under(_ group: String) -> DeclaredSize {
    DeclaredSize(path: [group] + path, value: value, text: text, isLayerCount: isLayerCount)
  }
}

/// The height and width of an image or patch, in pixels.
public struct Extent: Equatable, Sendable {
  /// The number of rows.
  public var height: Int
  /// The number of columns.
  public var width: Int

  /// Creates an extent.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// Creates a square.
  public init(_ side: Int) { self.init(height: side, width: side) }

  /// One number for a square, else both, as settings have it.
  var text: String { height == width ? "\(height)" : "[\(height), \(width)]" }
}

extension Activation {
  /// Other names of transformers for the same functions.
  static let otherNames: [String: Activation] = ["gelu_fast": .geluTanh, "gelu_python": .gelu, "swish": .silu]
}
