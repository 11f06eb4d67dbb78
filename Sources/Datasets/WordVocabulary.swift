import Support
import Tensors

/// A vocabulary of whole words, for small models.
///
/// Ids count from 1 in the order of the list; ``padding`` fills up short texts.
public struct WordVocabulary: Sendable {
  /// The id behind the end of a text.
  public static let padding = 0

  private let ids: [String: Int]

  /// Every word that captions, questions and answers of drawn scenes can have.
  public static let scenes = WordVocabulary(SceneGrammar.vocabulary)

  /// A vocabulary of words, each listed once.
  public init(_ words: [String]) {
    ids = Dictionary(zip(words, 1...)) { first, _ in first }
    if ids.count != words.count { reportMisuse("WordVocabulary", "a word is listed twice") }
  }

  /// How many ids there are, the padding included.
  public var count: Int { ids.count + 1 }

  /// Texts as rows of ids, `[texts, length]`.
  ///
  /// - Parameters:
  ///   - texts: made of words of the vocabulary.
  ///   - length: of a row; that of the longest text if nil.
  /// - Precondition: every word is in the vocabulary and no text is longer than `length`.
  public func encode(_ texts: [String], length: Int? = nil) -> IntTensor {
    let rows = texts.map { text in
      SceneGrammar.words(of: text).map { word in
        guard let id = ids[word] else { reportMisuse("WordVocabulary", "\"\(word)\" is not in the vocabulary") }
        return id
      }
    }
    let width = length ?? rows.map(\.count).max() ?? 0
    if let longest = rows.map(\.count).max(), longest > width {
      reportMisuse("WordVocabulary", "a text of \(longest) words in rows of \(width)")
    }
    return IntTensor(
      rows.flatMap { $0 + [Int](repeating: Self.padding, count: width - $0.count) }, shape: [rows.count, width])
  }
}
