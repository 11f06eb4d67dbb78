import Foundation
import Testing
import Weaver

@Suite struct SwiftHighlighterTests {
  @Test func piecesHaveTheirKinds() {
    let pieces = SwiftHighlighter.pieces(of: "@Test let x: Tensor = f(1.5e3, \"a \\(y) b\")  // why").map {
      "\($0.kind): \($0.text)"
    }
    #expect(
      pieces == [
        "keyword: @Test", "plain:  ", "keyword: let", "plain:  x: ", "type: Tensor", "plain:  = f(", "number: 1.5e3",
        "plain: , ", "string: \"a \\(y) b\"", "plain: )  ", "comment: // why",
      ])
  }

  /// Every source of the package, and each of them cut off in the middle.
  @Test func nothingIsLost() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    for folder in ["Sources", "Lessons"] {
      let path = root.appending(path: folder).resolvingSymlinksInPath().path
      for name in try FileManager.default.subpathsOfDirectory(atPath: path) where name.hasSuffix(".swift") {
        let source = try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
        for text in [source, String(source.prefix(source.count / 2))] {
          #expect(SwiftHighlighter.pieces(of: text).map(\.text).joined() == text, "\(name)")
        }
      }
    }
  }
}
