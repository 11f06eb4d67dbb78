/// The words of a text in small letters; each sign that is neither letter nor digit, such as a comma, is a word of its own.
package func wordsAndSigns(of text: some StringProtocol) -> [String] {
  text.lowercased().reduce(into: "") { result, character in
    if character.isLetter || character.isNumber || character.isWhitespace {
      result.append(character)
    } else {
      result += " \(character) "
    }
  }.split(whereSeparator: \.isWhitespace).map(String.init)
}
