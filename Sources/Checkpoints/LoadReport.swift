import Support

/// How a checkpoint's tensors answer to what a model expects. All lists are sorted.
public struct LoadReport: Equatable, Sendable, CustomStringConvertible {
  /// The expected tensors that are found, each with the name it has in the checkpoint.
  public private(set) var found: [String: String] = [:]
  /// Names that the model expects and the checkpoint has not.
  public private(set) var missing: [String] = []
  /// Names that the checkpoint has and the model does not expect.
  public private(set) var unexpected: [String] = []
  /// Names that the checkpoint has for nothing, as is known of such checkpoints.
  public private(set) var ignored: [String] = []
  private let file: String
  /// Where the first missing tensor stands if all are wrapped in something.
  private var wrapperHint: String?

  /// Compares a model's tensors with those of a checkpoint.
  ///
  /// An expected name is looked for as it is, then as its tied source.
  ///
  /// - Throws: `DataError` for a tensor of another shape, naming key, both shapes and file, or one whose numbers
  ///   are not floating-point numbers.
  public init(expected: [ExpectedTensor], checkpoint: Checkpoint, rules: KeyRules = KeyRules()) throws {
    file = checkpoint.path
    var used: Set<String> = []
    for tensor in expected.sorted(by: { $0.name < $1.name }) {
      let sources = [tensor.name] + rules.tied.filter { $0.name == tensor.name }.map(\.source)
      guard let source = try checkpoint.found(sources), let entry = checkpoint[source] else {
        missing.append(tensor.name)
        continue
      }
      try entry.requireWeights()
      try entry.requireShape(tensor.shape)
      found[tensor.name] = source
      used.insert(source)
    }
    wrapperHint = missing.first.flatMap(checkpoint.wrapperHint)
    let tied = Set(rules.tied.map(\.name))
    for name in (checkpoint.names + checkpoint.unreadNames).sorted() where !used.contains(name) {
      if tied.contains(name) || rules.ignores(name) {
        ignored.append(name)
      } else {
        unexpected.append(name)
      }
    }
  }

  /// Throws if a tensor is missing: a model with some random weights gives wrong answers silently.
  ///
  /// - Throws: `DataError` that counts the missing tensors and names the first few.
  public func requireComplete() throws {
    guard !missing.isEmpty else { return }
    let unknown = wrapperHint ?? unexpected.first.map { "; it has \(quoted($0)), which the model does not know" } ?? ""
    throw DataError(
      .notFound, file: file, reason: "lacks \(missing.count) tensors of the model: \(Self.list(missing))\(unknown)")
  }

  /// One line for a reader about tensors that the model does not know, or lacks; `nil` where all fits.
  public var summary: String? {
    let parts = [(missing, "not in the file"), (unexpected, "not part of the model")].compactMap { names, what in
      names.isEmpty ? nil : "\(names.count) tensors are \(what): \(Self.list(names))"
    }
    return parts.isEmpty ? nil : "\(file): \(parts.joined(separator: "; "))"
  }

  /// The first few names.
  private static func list(_ names: [String]) -> String {
    names.prefix(3).map { quoted($0) }.joined(separator: ", ") + (names.count > 3 ? ", …" : "")
  }

  /// One line: how many are found, missing, unexpected, ignored.
  public var description: String {
    "\(found.count) found, \(missing.count) missing, \(unexpected.count) unexpected, \(ignored.count) ignored"
  }
}
