import Images
import Support

extension Scene {
  /// A page of scenes with their captions, for looking at.
  ///
  /// - Parameters:
  ///   - scenes: at least one.
  ///   - captions: a text under each scene, broken into lines; the canonical captions if nil.
  ///   - side: pixels of a scene before enlarging.
  ///   - factor: pixels of the page for a pixel of a scene.
  public static func page(
    _ scenes: [Scene], captions: [String]? = nil, columns: Int = 4, side: Int = 64, factor: Int = 2
  ) -> Image {
    let texts = captions ?? scenes.map(\.canonicalCaption)
    if scenes.isEmpty { reportMisuse("Scene.page", "a page has at least one scene") }
    if columns < 1 { reportMisuse("Scene.page", "a page has at least one column, not \(columns)") }
    if texts.count != scenes.count {
      reportMisuse("Scene.page", "\(texts.count) captions for \(scenes.count) scenes")
    }
    requireSide(side)
    if !(1...64).contains(factor) { reportMisuse("Scene.page", "scenes are enlarged 1 to 64 times, not \(factor)") }
    // The font is 5 pixels wide and 1 apart.
    let width = side * factor + 2
    let lines = texts.map { text in
      Images.lines(of: text.split(separator: " ")) { $0.count <= (width + 1) / 6 }
    }
    let lineHeight = 10
    let textHeight = (lines.map(\.count).max() ?? 0) * lineHeight + 4
    let cells = zip(scenes, lines).map { scene, lines in
      var cell = Image(width: width, height: width + textHeight)
      cell.paste(scene.image(side: side).enlarged(by: factor), x: 1, y: 1)
      cell.stroke(Rectangle(x: 0, y: 0, width: width, height: width), color: .lightGray)
      for (row, line) in lines.enumerated() {
        cell.drawText(line, x: 1, y: width + 4 + row * lineHeight, color: Color(gray: 60))
      }
      return cell
    }
    return Image.grid(cells, columns: columns, gap: 12)
  }
}
