import Support

/// What a tokenizer's files say about cutting texts, as a processor of transformers 5 reads them.
///
/// A processor calls its tokenizer with the settings of the same names in `tokenizer_config.json`; a length also comes
/// from `tokenizer.json`. A length alone cuts texts only where none is padded.
struct ProcessorLimits: Sendable, Equatable {
  /// Whether to cut, where the files tell it.
  var isWanted: Bool?
  /// The length to cut to; `nil` means what the model allows.
  var length: Int?
  /// Whether the files ask for padding.
  var pads = false

  /// The truncation for a processor's call.
  func truncation(isPadding: Bool) -> Truncation {
    guard isWanted ?? (length != nil && !isPadding && !pads) else { return .none }
    return length.map { .length($0) } ?? .modelMaxLength
  }
}

extension ProcessorLimits {
  /// Reads the files' settings.
  init(configuration: JSONNode, tokenizerJSON: TokenizerJSON?) throws(DataError) {
    let wish = configuration["truncation"]
    switch wish.value {
    case .null: break
    case .bool(let isWanted): self.isWanted = isWanted
    default:
      switch try wish.string() {
      case "do_not_truncate": isWanted = false
      case "longest_first": isWanted = true
      case "only_first": isWanted = true
      default: throw wish.error("true, false, \"longest_first\" or \"only_first\" is expected")
      }
    }
    // `tokenizer.json` fixes a length for cutting, or else for padding.
    let root = tokenizerJSON?.root
    for node in [configuration["max_length"], root?["truncation"]["max_length"], root?["padding"]["strategy"]["Fixed"]]
    {
      guard let node, !node.isNull, length == nil else { continue }
      length = try node.integer()
    }
    if let length, length < 0 {
      throw configuration["max_length"].error("a length of \(length) tokens is not possible")
    }
    switch configuration["padding"].value {
    case .null, .bool(false): pads = false
    default: pads = true
    }
  }
}
