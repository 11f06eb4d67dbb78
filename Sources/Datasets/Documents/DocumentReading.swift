import Support

/// A token of what is to be written about a page: a character or a tag.
public struct DocumentToken: Sendable, Hashable {
  /// One character, or a tag such as `<s_total>`.
  public let text: String
  /// The pixel in the middle of the character on the page; `nil` for what is not printed: tags and the spaces between
  /// two texts.
  public let middle: Pixel?

  /// A place on a page.
  public struct Pixel: Sendable, Hashable {
    /// From the left, from 0 to ``Document/width`` - 1.
    public let x: Int
    /// From the top, from 0 to ``Document/height`` - 1.
    public let y: Int
  }
}

extension Document {
  /// What a model is to write, token by token, with where each character stands on the page as it is turned.
  public func tokens(_ task: DocumentTask) -> [DocumentToken] {
    switch task {
    case .fields:
      var printed = texts.filter { $0.field != nil }[...]
      return tokens(of: tree, at: "", &printed)
    case .text:
      return Array(
        rows.map { Self.tokens(ofRow: $0, slope: design.slope) }.joined(separator: [Self.tag(DocumentTokens.separator)])
      )
    }
  }

  /// A tree as tokens.
  private func tokens(of tree: JSON, at path: String, _ texts: inout ArraySlice<PrintedText>) -> [DocumentToken] {
    switch tree {
    case .object(let object):
      return object.members.flatMap { key, value in
        [Self.tag("<s_\(key)>")] + tokens(of: value, at: path.isEmpty ? key : "\(path).\(key)", &texts)
          + [Self.tag("</s_\(key)>")]
      }
    case .array(let elements):
      let parts = elements.enumerated().map { tokens(of: $1, at: "\(path)[\($0)]", &texts) }
      return Array(parts.joined(separator: [Self.tag(DocumentTokens.separator)]))
    default:
      guard let place = texts.firstIndex(where: { $0.field == path }) else {
        return [Self.tag(DocumentTokens.sequence(tree))]
      }
      return Self.characters(of: texts.remove(at: place), slope: design.slope)
    }
  }

  /// The texts of a row with spaces between them, but for those that touch.
  static func tokens(ofRow row: [PrintedText], slope: Int) -> [DocumentToken] {
    row.indices.flatMap { index in
      let end = index == 0 ? nil : row[index - 1].bounds.x + row[index - 1].bounds.width
      let isJoined = end.map { $0 + 1 >= row[index].bounds.x } ?? true
      return (isJoined ? [] : [tag(" ")]) + characters(of: row[index], slope: slope)
    }
  }

  private static func tag(_ text: String) -> DocumentToken { DocumentToken(text: text, middle: nil) }

  /// The characters of a text, each with its middle behind the two shears of ``InkPlane/turn(slope:)``.
  static func characters(of text: PrintedText, slope: Int) -> [DocumentToken] {
    var left = text.bounds.x
    return text.text.map { character in
      let glyph = text.font.glyph(character).width
      // Twice the place, as the middle may lie between two pixels.
      var (x, y) = (2 * left + glyph, 2 * text.bounds.y + DocumentFont.height)
      y += slope * (x - Document.width) / 4096
      x -= slope * (y - Document.height) / 4096
      left += glyph + 1
      return DocumentToken(
        text: String(character),
        middle: DocumentToken.Pixel(
          x: min(max(x / 2, 0), Document.width - 1), y: min(max(y / 2, 0), Document.height - 1)))
    }
  }
}
