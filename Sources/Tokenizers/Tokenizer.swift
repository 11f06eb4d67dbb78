import Support

/// Turns text into the token ids that a language model reads, and ids back into text.
///
/// ``loadTokenizer(directory:)`` makes one from the files of a published checkpoint;
/// ``CLIPTokenizer/openAI()`` has CLIP's own vocabulary built in.
public protocol Tokenizer: Sendable {
  /// The number of tokens, added tokens included.
  var vocabularySize: Int { get }

  /// The longest sequence that the model was trained on, in tokens, special tokens included, where the files tell it.
  var modelMaxLength: Int? { get }

  /// The tokens with a role of their own, such as the one that ends a sequence.
  var specialTokens: SpecialTokens { get }

  /// The id of a token, spelled as in the vocabulary (`"dog</w>"`, `"Ġdog"`, `"##dog"`), or `nil` if there is none.
  func id(of token: String) -> Int?

  /// The token with the given id, spelled as in the vocabulary, or `nil` if there is none.
  func token(for id: Int) -> String?

  /// Encodes one text in full, or a pair of texts such as a question and its context.
  ///
  /// - Parameters:
  ///   - text: any text. Special tokens that are spelled out in it are recognized.
  ///   - pair: the second text, if any.
  ///   - addSpecialTokens: whether to add what the model expects around the text, such as `[CLS]` and `[SEP]`.
  func encode(_ text: String, pair: String?, addSpecialTokens: Bool) -> Encoding

  /// Encodes one text, or a pair of texts, and shortens it.
  ///
  /// - Parameters:
  ///   - text: any text. Special tokens that are spelled out in it are recognized.
  ///   - pair: the second text, if any.
  ///   - addSpecialTokens: whether to add what the model expects around the text, such as `[CLS]` and `[SEP]`.
  ///   - truncation: how many tokens to keep at most. Special tokens are kept: room is made for them.
  /// - Throws: `DataError` if the length asked for has no room even for the special tokens.
  func encode(
    _ text: String, pair: String?, addSpecialTokens: Bool, truncation: Truncation
  ) throws(DataError) -> Encoding

  /// The truncation that the files ask a model's processor for.
  ///
  /// - Parameter isPadding: whether the processor is to make texts equally long.
  func processorTruncation(isPadding: Bool) -> Truncation

  /// Makes encodings equally long, by adding padding tokens that the attention mask hides.
  ///
  /// - Throws: `DataError` if the tokenizer has no padding token.
  func pad(_ encodings: [Encoding], to padding: Padding) throws(DataError) -> [Encoding]

  /// The text that the given ids stand for. Ids that are not in the vocabulary are passed over.
  ///
  /// - Parameters:
  ///   - ids: token ids.
  ///   - skipSpecialTokens: whether to leave out special tokens.
  func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String
}

extension Tokenizer {
  /// Encodes one text in full, with the special tokens that the model expects around it.
  public func encode(_ text: String) -> Encoding { encode(text, pair: nil, addSpecialTokens: true) }

  /// Encodes one text in full.
  public func encode(_ text: String, addSpecialTokens: Bool) -> Encoding {
    encode(text, pair: nil, addSpecialTokens: addSpecialTokens)
  }

  /// Encodes a pair of texts in full, with the special tokens that the model expects around them.
  public func encode(_ text: String, pair: String?) -> Encoding { encode(text, pair: pair, addSpecialTokens: true) }

  /// Encodes several texts, each as ``encode(_:pair:addSpecialTokens:truncation:)`` does, and pads them.
  ///
  /// - Throws: `DataError` if the tokenizer cannot pad, or not truncate to the length asked for.
  public func encode(
    batch texts: [String], addSpecialTokens: Bool = true, padding: Padding = .none, truncation: Truncation = .none
  ) throws(DataError) -> [Encoding] {
    var encodings: [Encoding] = []
    encodings.reserveCapacity(texts.count)
    for text in texts {
      encodings.append(
        try encode(text, pair: nil, addSpecialTokens: addSpecialTokens, truncation: truncation))
    }
    return try pad(encodings, to: padding)
  }

  /// Encodes several pairs of texts, and pads them.
  ///
  /// - Throws: `DataError` if the tokenizer cannot pad, or not truncate to the length asked for.
  public func encode(
    batch pairs: [(String, String)], addSpecialTokens: Bool = true, padding: Padding = .none,
    truncation: Truncation = .none
  ) throws(DataError) -> [Encoding] {
    var encodings: [Encoding] = []
    encodings.reserveCapacity(pairs.count)
    for (first, second) in pairs {
      encodings.append(
        try encode(first, pair: second, addSpecialTokens: addSpecialTokens, truncation: truncation))
    }
    return try pad(encodings, to: padding)
  }

  /// The text that the given ids stand for, special tokens included.
  public func decode(_ ids: [Int]) -> String {
    decode(ids, skipSpecialTokens: false)
  }
}

/// The tokens of a text, in columns of equal length.
public struct Encoding: Equatable, Sendable {
  /// The token ids: what a model embeds.
  public var ids: [Int] = []
  /// 1 for a token, 0 for padding.
  public var attentionMask: [Int] = []
  /// 0 for the first text, 1 for the second one of a pair (BERT's segments).
  public var typeIDs: [Int] = []
  /// 1 for a token that was added around the text, padding included; 0 for the text's own.
  public var specialTokensMask: [Int] = []
  /// The tokens as the vocabulary spells them; added tokens as they stand in the text.
  public var tokens: [String] = []

  /// An encoding of no tokens.
  public init() {}

  /// The number of tokens.
  public var count: Int { ids.count }
}

/// An end of a sequence.
public enum Side: String, Sendable {
  case left, right
}

/// How to make the encodings of a batch equally long.
public struct Padding: Equatable, Sendable {
  enum Target: Equatable {
    case none, longest, modelMaxLength
    case length(Int)
  }

  let target: Target
  /// Lengths are rounded up to a multiple of this.
  public var multiple = 1
  /// Where padding goes; `nil` means where the tokenizer's own files put it.
  public var side: Side?

  /// Each encoding keeps its own length.
  public static let none = Padding(target: .none)
  /// All are as long as the longest of them.
  public static let longest = Padding(target: .longest)
  /// All are as long as the model allows; own lengths where the tokenizer's files do not tell that.
  public static let modelMaxLength = Padding(target: .modelMaxLength)
  /// All have the given length, in tokens, unless they are longer.
  public static func length(_ length: Int) -> Padding { Padding(target: .length(length)) }
}

/// How many tokens of a text to keep. Of a pair the longer text is shortened first.
public enum Truncation: Equatable, Sendable {
  /// All of them.
  case none
  /// As many as the model allows; all where the tokenizer's files do not tell that.
  case modelMaxLength
  /// At most the given number, special tokens included.
  case length(Int)
}

/// A token with a role of its own.
public struct SpecialToken: Equatable, Sendable {
  /// As it is spelled, such as `<|endoftext|>`.
  public let text: String
  /// Its id.
  public let id: Int
}

/// The tokens with a role of their own; `nil` where a tokenizer has no token for a role.
public struct SpecialTokens: Equatable, Sendable {
  /// Begins a sequence.
  public var beginning: SpecialToken?
  /// Ends a sequence.
  public var end: SpecialToken?
  /// Stands for what the vocabulary cannot spell.
  public var unknown: SpecialToken?
  /// Ends each text of a pair (BERT).
  public var separator: SpecialToken?
  /// Fills up shorter sequences of a batch.
  public var padding: SpecialToken?
  /// Begins a sequence and stands for all of it (BERT).
  public var classifier: SpecialToken?
  /// Stands for a hidden word (BERT).
  public var mask: SpecialToken?

  /// No tokens at all.
  public init() {}
}
