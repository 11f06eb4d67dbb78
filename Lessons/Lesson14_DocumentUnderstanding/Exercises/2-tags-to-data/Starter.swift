/// What a document says: a text, fields with names, or a list.
enum Value: Equatable {
  struct Field: Equatable {
    let name: String
    let value: Value
  }

  case text(String)
  case fields([Field])
  case list([Value])
}

/// The data that tokens stand for.
func data(of tokens: [String]) -> Value {
  // Fields side by side only; everything up to the next closing tag is their text.
  var fields: [Value.Field] = []
  var (name, text) = ("", "")
  for token in tokens {
    if token.hasPrefix("<s_") {
      (name, text) = (String(token.dropFirst(3).dropLast()), "")
    } else if token.hasPrefix("</") {
      fields.append(.init(name: name, value: .text(text)))
    } else {
      text += token
    }
  }
  return fields.isEmpty ? .text(text) : .fields(fields)
}
