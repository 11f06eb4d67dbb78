import Images
import Support
import Tensors

/// A drawn page with what it says: the course's smallest data for document understanding.
///
/// ```swift
/// let document = Documents(split: .heldOut)[0]
/// document.image()                    // 112×96 gray
/// document.tree                       // {"kind": "receipt", "store": "BLUE CAFE", …}
/// document.sequence                   // <s_kind><receipt/></s_kind><s_store>BLUE CAFE</s_store>…
/// document.lines                      // ["BLUE CAFE", "2026-03-14", "2 TEA 3.50", …]
/// ```
public struct Document: Sendable, Hashable {
  /// What it says.
  public let content: DocumentContent
  /// How it looks.
  public let design: DocumentDesign

  /// The width of every page in pixels.
  public static let width = 112
  /// The height of every page in pixels.
  public static let height = 96

  /// A document of a content and a design.
  public init(_ content: DocumentContent, _ design: DocumentDesign) {
    self.content = content
    self.design = design
  }

  /// The fields as a tree, which a model is to find.
  public var tree: JSON { content.tree }

  /// The fields as Donut's sequence of tokens.
  public var sequence: String { DocumentTokens.sequence(tree) }

  /// The rows of the page as a sequence: `BLUE CAFE<sep/>2026-03-14<sep/>…`.
  public var transcript: String { target(.text) }

  /// What a model is to write.
  public func target(_ task: DocumentTask) -> String { tokens(task).map(\.text).joined() }

  /// The same document black on white, straight and sharp.
  public var clean: Document { Document(content, design.clean) }

  /// Every text on the page, labels too, with its place before the page is turned.
  public var texts: [PrintedText] { draft.texts }

  /// The texts of the page row by row, as reading aloud would have them.
  var rows: [[PrintedText]] {
    var rows: [(y: Int, texts: [PrintedText])] = []
    for text in texts {
      if let row = rows.firstIndex(where: { $0.y == text.bounds.y }) {
        rows[row].texts.append(text)
      } else {
        rows.append((text.bounds.y, [text]))
      }
    }
    return rows.sorted { $0.y < $1.y }.map { $0.texts.sorted { $0.bounds.x < $1.bounds.x } }
  }

  /// The text of the page row by row: what OCR is to find.
  public var lines: [String] { rows.map { Self.tokens(ofRow: $0, slope: 0).map(\.text).joined() } }

  /// The page arranged with the largest distance of rows, up to the design's, with which it fits.
  var draft: PageDraft {
    var pitch = design.pitch
    while true {
      var draft = PageDraft(design, pitch: pitch, top: design.top)
      draft.arrange(content, design.layout)
      // `y` is where one more row would begin.
      let slack = Self.height - Self.bottomMargin - (draft.y - pitch + DocumentFont.height)
      if slack >= 0 { return draft }
      if pitch > DocumentFont.height + 1 {
        pitch -= 1
      } else {
        var draft = PageDraft(design, pitch: pitch, top: max(design.top + slack, 1))
        draft.arrange(content, design.layout)
        return draft
      }
    }
  }

  /// Pixels that stay empty below the last row.
  private static let bottomMargin = 2
}

/// What a model is asked for, by the token that its answer starts with (Kim et al. 2022, section 3.1: the prompt of a
/// task).
public enum DocumentTask: String, Sendable, CaseIterable {
  /// The fields as a tree.
  case fields = "<fields>"
  /// All texts, row by row.
  case text = "<text>"

  /// The token that starts the answer.
  public var startToken: String { rawValue }
}
