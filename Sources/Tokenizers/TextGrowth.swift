import Support

// Stages that each make a text a few times as long make it, one behind the other, as long as memory goes. So a file is
// refused whose stages could together lengthen a text beyond all that published files do.

/// How many times as long a text may become by the stages of a file. The normalizers of ALBERT, which are among the most
/// that a published file has, come to about a thousand by these bounds and to about one in use.
private let growthLimit = 4096.0

extension JSONNode {
  /// Refuses stages that could lengthen a text too much.
  func requireGrowth(_ growth: Double) throws(DataError) {
    guard growth <= growthLimit else {
      throw DataError(
        .tooLarge, file: file, place: path,
        reason: "the stages together could make a text more than \(Int(growthLimit)) times as long")
    }
  }
}

extension Normalizer {
  /// How many times as many bytes a text can have behind this step, at most.
  var growth: Double {
    switch self {
    case .collapsedSpace, .stripped, .withoutAccents: 1
    case .lowercased: 2
    case .composed: 3
    case .decomposed: 4
    // Spaces around an ideograph, and the decomposition of what has accents.
    case .bert: 8
    // U+FDFA becomes eighteen characters.
    case .compatiblyComposed, .compatiblyDecomposed: 18
    case .mapped(let map): Double(max(map.longestReplacement, 1))
    case .replaced(_, by: let replacement): Double(max(replacement.utf8.count, 1))
    case .prepended(let prefix): Double(1 + prefix.utf8.count)
    case .sequence(let steps): Self.growth(steps.flatMap(\.flattened))
    }
  }

  /// The growth by single steps. A form of Unicode, lower case and the like lengthen nothing a second time, unless other
  /// text has come in between.
  private static func growth(_ steps: [Normalizer]) -> Double {
    var growth = 1.0
    var settled: [Normalizer] = []
    for step in steps where !settled.contains(step) {
      growth *= step.growth
      switch step {
      case .mapped, .replaced, .prepended: settled = []
      default: settled.append(step)
      }
    }
    return growth
  }

  /// The single steps of a sequence, and of the sequences in it.
  private var flattened: [Normalizer] {
    if case .sequence(let steps) = self { steps.flatMap(\.flattened) } else { [self] }
  }
}

extension PreTokenizer {
  /// How many times as many bytes the words can have behind this step, at most.
  var growth: Double {
    switch self {
    case .clip, .bert, .pattern, .characters, .words: 1
    case .byteLevel(let addsPrefixSpace, usesPattern: _): addsPrefixSpace ? 2 : 1
    // A character of up to four bytes in the place of a space, or before a word.
    case .metaspace: 5
    case .sequence(let steps): steps.reduce(1) { $0 * $1.growth }
    }
  }
}

extension TokenDecoder {
  /// How many times as many bytes a text can have behind this step, at most, but for what stands once between tokens.
  var growth: Double {
    switch self {
    case .byteLevel, .wordPiece, .spaced, .metaspace, .byteFallback, .fused, .stripped: 1
    case .replaced(_, by: let replacement): Double(max(replacement.utf8.count, 1))
    case .sequence(let steps): steps.reduce(1) { $0 * $1.growth }
    }
  }
}
