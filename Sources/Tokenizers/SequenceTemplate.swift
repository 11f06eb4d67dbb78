/// Where the special tokens go around a text or a pair of texts.
struct SequenceTemplate: Sendable, Equatable {
  enum Piece: Sendable, Equatable {
    /// The first text.
    case first(typeID: Int)
    /// The second text.
    case second(typeID: Int)
    /// A special token.
    case special(SpecialToken, typeID: Int)

    var isFirst: Bool { if case .first = self { true } else { false } }
    var isSecond: Bool { if case .second = self { true } else { false } }
    var isSpecial: Bool { if case .special = self { true } else { false } }
  }

  /// The order for one text.
  var single: [Piece]
  /// The order for a pair.
  var pair: [Piece]

  /// The texts alone.
  static let plain = SequenceTemplate(
    single: [.first(typeID: 0)], pair: [.first(typeID: 0), .second(typeID: 1)])

  /// BERT's: `[CLS] A [SEP] B [SEP]`, where the second text is of type 1.
  static func bert(classifier: SpecialToken, separator: SpecialToken) -> SequenceTemplate {
    SequenceTemplate(
      single: [.special(classifier, typeID: 0), .first(typeID: 0), .special(separator, typeID: 0)],
      pair: [
        .special(classifier, typeID: 0), .first(typeID: 0), .special(separator, typeID: 0),
        .second(typeID: 1), .special(separator, typeID: 1),
      ])
  }

  /// RoBERTa's, which CLIP uses too: `<s> A </s> </s> B </s>`, all of type 0.
  static func roberta(beginning: SpecialToken, end: SpecialToken) -> SequenceTemplate {
    SequenceTemplate(
      single: [.special(beginning, typeID: 0), .first(typeID: 0), .special(end, typeID: 0)],
      pair: [
        .special(beginning, typeID: 0), .first(typeID: 0), .special(end, typeID: 0),
        .special(end, typeID: 0), .second(typeID: 0), .special(end, typeID: 0),
      ])
  }

  /// A beginning or an end or both around each text, as GPT-2's and OPT's configuration files ask for.
  ///
  /// - Parameter pairTypeID: the type of the second text.
  static func bounded(beginning: SpecialToken?, end: SpecialToken?, pairTypeID: Int = 1) -> SequenceTemplate {
    func around(_ text: Piece, typeID: Int) -> [Piece] {
      (beginning.map { [.special($0, typeID: typeID)] } ?? []) + [text]
        + (end.map { [.special($0, typeID: typeID)] } ?? [])
    }
    let single = around(.first(typeID: 0), typeID: 0)
    return SequenceTemplate(single: single, pair: single + around(.second(typeID: pairTypeID), typeID: pairTypeID))
  }

  /// The same without special tokens; types of the texts stay.
  var withoutSpecialTokens: SequenceTemplate {
    SequenceTemplate(single: single.filter { !$0.isSpecial }, pair: pair.filter { !$0.isSpecial })
  }

  /// The pieces for one text or a pair.
  func pieces(isPair: Bool) -> [Piece] { isPair ? pair : single }

  /// The number of tokens that the template adds.
  func specialTokenCount(isPair: Bool) -> Int {
    pieces(isPair: isPair).count(where: \.isSpecial)
  }
}
