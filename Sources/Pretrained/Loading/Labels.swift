import Support

/// The names of a classifier's classes, in the order of its outputs.
public struct Labels: Equatable, Sendable {
  /// The names by class index.
  public var names: [String]

  /// Creates labels; by default the two that transformers assumes.
  public init(_ names: [String] = ["LABEL_0", "LABEL_1"]) { self.names = names }

  /// The number of classes.
  public var count: Int { names.count }

  /// The name of a class.
  public subscript(index: Int) -> String { names[index] }

  /// More classes than any classifier has.
  static let limit = 1_000_000

  /// Names as transformers makes them up where only their number is known.
  static func numbered(_ count: Int) -> Labels { Labels((0..<count).map { "LABEL_\($0)" }) }
}

extension SettingsBinder {
  /// The labels of a classifier, from `id2label` or `num_labels`; where both disagree the number counts, as in
  /// transformers.
  public mutating func labels(_ value: inout Labels) throws {
    guard isReading else { return writeLabels(value) }
    var map: JSON?
    var number: JSON?
    raw("id2label", &map)
    raw("num_labels", &number)
    if let map, map != .null { value = try readLabels(map) }
    guard let number, number != .null else { return }
    guard case .integer(let count) = number, (0...Labels.limit).contains(count) else {
      throw failure("num_labels", "is \(number.kindName), not a number of labels")
    }
    if count != value.count { value = .numbered(count) }
  }

  private func readLabels(_ map: JSON) throws -> Labels {
    guard case .object(let object) = map else { throw failure("id2label", "is \(map.kindName), not an object") }
    var names = [String?](repeating: nil, count: object.members.count)
    for (key, label) in object.members {
      guard let index = Int(key), names.indices.contains(index), names[index] == nil else {
        throw failure("id2label", "has the key \(quoted(key)), but its keys must be 0 to \(names.count - 1)")
      }
      switch label {
      case .string(let name): names[index] = name
      case .integer(let number): names[index] = "\(number)"
      default: throw failure("id2label.\(index)", "is \(label.kindName), not a text")
      }
    }
    return Labels(names.compactMap { $0 })
  }

  private mutating func writeLabels(_ labels: Labels) {
    guard labels != Labels() else { return }  // transformers leaves out its default too
    var names = JSON.Object()
    var indices = JSON.Object()
    for (index, name) in labels.names.enumerated() {
      _ = names.append("\(index)", .string(name))
      _ = indices.append(name, .integer(index))  // of equal names the first is kept
    }
    var map: JSON? = .object(names)
    var inverse: JSON? = .object(indices)
    raw("id2label", &map)
    raw("label2id", &inverse)
  }
}
