import Tokenizers

/// Told of a text as it grows: its number, and the words so far. Beam search is certain of them only at the end.
public typealias TextObserver = (_ text: Int, _ words: String) -> Void

/// Makes growing texts of tokens as they come.
final class TokenStream {
  private let tokenizer: any Tokenizer
  private let onText: TextObserver
  private var tokens: [Int: [Int]] = [:]

  init(_ tokenizer: any Tokenizer, _ onText: @escaping TextObserver) {
    self.tokenizer = tokenizer
    self.onText = onText
  }

  func append(_ token: Int, to text: Int) {
    tokens[text, default: []].append(token)
    var words = tokenizer.decode(tokens[text] ?? [], skipSpecialTokens: true)
    while words.last == "\u{FFFD}" { words.removeLast() }  // the rest of this character is still to come
    onText(text, words)
  }
}
