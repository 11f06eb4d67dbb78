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
func data(of tokens: [String]) -> Value { value(tokens, from: 0).value }

/// The value that begins at a place, up to the closing tag around it or the end, and the place where it stops.
func value(_ tokens: [String], from start: Int) -> (value: Value, end: Int) {
  var (elements, fields, text, place) = ([Value](), [Value.Field](), "", start)
  func finished() -> Value { fields.isEmpty ? .text(text) : .fields(fields) }
  while place < tokens.count, !tokens[place].hasPrefix("</") {
    let token = tokens[place]
    place += 1
    if token == "<sep/>" {
      elements.append(finished())
      (fields, text) = ([], "")
    } else if token.hasPrefix("<s_") {
      let inner = value(tokens, from: place)
      fields.append(.init(name: String(token.dropFirst(3).dropLast()), value: inner.value))
      place = inner.end + 1  // behind the closing tag
    } else {
      text += token
    }
  }
  return (elements.isEmpty ? finished() : .list(elements + [finished()]), place)
}
