/// A part of a ``Diagram``: a box, or boxes that belong together.
public indirect enum DiagramPart: Sendable {
  /// What a box stands for; each kind looks different.
  public enum Kind: Sendable, CaseIterable {
    /// What goes in.
    case input
    /// A step without parameters.
    case operation
    /// A step with parameters that are trained.
    case learned
    /// A step with parameters that are left as they are.
    case frozen
    /// What comes out.
    case output
  }

  /// A box. Use ``input(_:_:shape:)`` and its like.
  case box(Kind, name: String, note: String, shape: String)
  /// A frame around a chain.
  case frame(title: String, parts: [DiagramPart])
  /// A chain with a shortcut around it; both are added at its end.
  case residual([DiagramPart])
  /// Chains side by side: what comes before goes into each, and all go into what follows.
  case parallel([[DiagramPart]])

  /// What goes in.
  ///
  /// - Parameters:
  ///   - name: what it is.
  ///   - note: a second line.
  ///   - shape: written beside the arrow that leaves the box: `[B, 197, 768]`.
  public static func input(_ name: String, _ note: String = "", shape: String = "") -> DiagramPart {
    .box(.input, name: name, note: note, shape: shape)
  }

  /// A step without parameters; see ``input(_:_:shape:)``.
  public static func operation(_ name: String, _ note: String = "", shape: String = "") -> DiagramPart {
    .box(.operation, name: name, note: note, shape: shape)
  }

  /// A step with parameters that are trained; see ``input(_:_:shape:)``.
  public static func learned(_ name: String, _ note: String = "", shape: String = "") -> DiagramPart {
    .box(.learned, name: name, note: note, shape: shape)
  }

  /// A step with parameters that are left as they are; see ``input(_:_:shape:)``.
  public static func frozen(_ name: String, _ note: String = "", shape: String = "") -> DiagramPart {
    .box(.frozen, name: name, note: note, shape: shape)
  }

  /// What comes out; see ``input(_:_:shape:)``.
  public static func output(_ name: String, _ note: String = "", shape: String = "") -> DiagramPart {
    .box(.output, name: name, note: note, shape: shape)
  }

  /// A dashed frame around a chain, with its name and how often the chain is repeated.
  public static func group(_ title: String, times: Int? = nil, _ parts: [DiagramPart]) -> DiagramPart {
    .frame(title: title + (times.map { " × \($0)" } ?? ""), parts: parts)
  }

  /// All boxes in it with their kinds and notes.
  var boxes: [(kind: Kind, name: String, note: String)] {
    switch self {
    case .box(let kind, let name, let note, _): [(kind, name, note)]
    case .frame(_, let parts), .residual(let parts): parts.flatMap(\.boxes)
    case .parallel(let branches): branches.flatMap { $0.flatMap(\.boxes) }
    }
  }

  /// In words, for the summary.
  var sentence: String {
    switch self {
    case .box(_, let name, let note, let shape):
      name + (note.isEmpty ? "" : " (\(note))") + (shape.isEmpty ? "" : " \(shape)")
    case .frame(let title, let parts): "\(title): [\(parts.sentence)]"
    case .residual(let parts): "a residual branch [\(parts.sentence)] added to its input"
    case .parallel(let branches):
      "side by side " + branches.map { "[\($0.isEmpty ? "unchanged" : $0.sentence)]" }.joined(separator: " and ")
    }
  }
}

extension [DiagramPart] {
  var sentence: String { map(\.sentence).joined(separator: ", then ") }
}

/// An arrow of a ``Diagram`` between boxes that do not follow each other.
public struct DiagramLink: Sendable {
  let source, target, label: String

  /// An arrow from one box to another beside it, such as from an encoder to a decoder's cross-attention.
  ///
  /// - Parameters:
  ///   - source: the name of the box where it begins, which only one box has.
  ///   - target: the name of the box where it ends, which only one box has.
  ///   - label: what goes along it.
  public init(from source: String, to target: String, _ label: String = "") {
    self.source = source
    self.target = target
    self.label = label
  }
}
