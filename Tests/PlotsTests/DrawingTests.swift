import Foundation
import Images
import Notebook
import Support
import TestSupport
import Testing

@testable import Plots

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What holds for the SVG of each kind of plot.
@Suite struct DrawingTests {
  static let names = SamplePlots.all.map(\.name)

  private func sample(_ name: String) throws -> any Plot {
    try #require(SamplePlots.all.first { $0.name == name }).plot
  }

  @Test(arguments: names) func theDrawingIsWellFormedXML(_ name: String) throws {
    let plot = try sample(name)
    let reader = try #require(SVGReader(plot.svg))
    #expect(reader.attributes["width"] == "\(plot.width)" && reader.attributes["height"] == "\(plot.height)")
    #expect(reader.attributes["viewBox"] == "0 0 \(plot.width) \(plot.height)" && reader.attributes["role"] == "img")
    #expect(reader.title == plot.title)
    #expect(reader.description == plot.summary)
  }

  @Test(arguments: names) func theBytesAreTheSameAgain(_ name: String) throws {
    #expect(try sample(name).checkedBytes == sample(name).checkedBytes)
    #expect(try sample(name).fileExtension == "svg")
  }

  @Test(arguments: names) func noTextLeavesThePicture(_ name: String) throws {
    let plot = try sample(name)
    let texts = try #require(SVGReader(plot.svg)).texts
    #expect(!texts.isEmpty)
    for text in texts where !text.isTurned {
      #expect(
        text.left >= 0 && text.right <= Double(plot.width) && text.baseline >= 10
          && text.baseline <= Double(plot.height) - 2, "\(text)")
    }
  }

  @Test(arguments: names) func aPlotFitsOnATelephone(_ name: String) throws {
    let folder = try TemporaryFolder()
    let plot = try sample(name)
    #expect(try plot.writeNarrow(to: folder.path("narrow.svg")))
    let reader = try #require(SVGReader(String(contentsOfFile: folder.path("narrow.svg"), encoding: .utf8)))
    // Chains of boxes side by side cannot be made narrower; the page scales them down.
    #expect(plot.narrowDrawing.width <= (plot is Diagram ? 560 : 360), "\(plot.narrowDrawing.width)")
    for text in reader.texts where !text.isTurned {
      #expect(text.left >= 0 && text.right <= Double(plot.narrowDrawing.width), "\(text)")
    }
  }

  @Test func aPlotAsNarrowAsATelephoneHasOneFile() throws {
    let folder = try TemporaryFolder()
    let plot = LinePlot("a", x: "x", y: "y", series: [LineSeries("s", y: [1, 2])], width: 360)
    #expect(try !plot.writeNarrow(to: folder.path("narrow.svg")))
    #expect(!FileManager.default.fileExists(atPath: folder.path("narrow.svg")))
  }

  @Test(arguments: names) func plotsFitIntoAPanel(_ name: String) throws {
    let drawing = try sample(name).drawing(width: 360)
    let reader = try #require(SVGReader(drawing.svg(title: "", description: "")))
    for text in reader.texts where !text.isTurned {
      #expect(text.left >= 0 && text.right <= Double(drawing.width), "\(text)")
    }
  }

  @Test(arguments: names) func theLinesAreThoseOfALesson(_ name: String) throws {
    let lines = try sample(name).textLines
    #expect(!lines.isEmpty)
    for line in lines {
      #expect(!line.isEmpty && line.last != " " && DisplayWidth.columns(of: line) <= 80, "\(line)")
      #expect(!line.unicodeScalars.contains { $0.value < 0x20 }, "\(line)")
    }
  }

  @Test(arguments: names) func theSummarySaysTheKindAndTheTitle(_ name: String) throws {
    let plot = try sample(name)
    let summary = try #require(plot.summary)
    #expect(summary.contains(plot.title) && summary.hasSuffix("."))
  }

  @Test func markupInTextIsEscaped() throws {
    let hostile = "a < b & \"c\" > ]]> é 猫 \u{7}"
    let plot = LinePlot(
      hostile, x: Axis(hostile), y: Axis(hostile), series: [LineSeries(hostile, y: [1, 2])],
      references: [.horizontal(at: 1.5, hostile)])
    let reader = try #require(SVGReader(plot.svg))
    #expect(reader.title == hostile.replacingOccurrences(of: "\u{7}", with: "\u{FFFD}"))
    #expect(plot.textLines.allSatisfy { DisplayWidth.columns(of: $0) <= 80 })
  }

  @Test func coordinatesHaveAtMostOneDecimal() {
    #expect(
      [0, -0.04, 1.25, -1.26, 100, 1e9, .nan].map(XML.number) == ["0", "0", "1.3", "-1.3", "100", "1000000", "0"])
  }

  @Test func theFileIsWrittenWholeOrNotAtAll() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "plots-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "a.svg").path
    try SamplePlots.bars.write(to: file)
    #expect(try [UInt8](Data(contentsOf: URL(filePath: file))) == SamplePlots.bars.checkedBytes)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.svg"])
    let missing = folder.appending(path: "none/a.svg").path
    let error = #expect(throws: DataError.self) { try SamplePlots.bars.write(to: missing) }
    #expect(
      error?.kind == .inputOutput && error?.description == "\(missing): cannot be written: No such file or directory")
  }
}

/// Text of a drawing with the room it is given.
struct DrawnText {
  let text: String
  let left, right, baseline: Double
  let isTurned: Bool
}

/// Reads a drawing with Foundation's parser, which knows nothing of how it was written.
final class SVGReader: NSObject, XMLParserDelegate {
  private(set) var attributes: [String: String] = [:]
  private(set) var title = ""
  private(set) var summary = ""
  private(set) var texts: [DrawnText] = []
  private var shifts: [(x: Double, y: Double)] = [(0, 0)]
  private var open: (name: String, attributes: [String: String], text: String) = ("", [:], "")

  /// Nil if the text is not well-formed XML.
  init?(_ svg: String) {
    super.init()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    guard parser.parse() else { return nil }
  }

  override var description: String { summary }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    if name == "svg" { self.attributes = attributes }
    if name == "g" {
      let numbers = (attributes["transform"] ?? "").split { !"-.0123456789".contains($0) }.compactMap { Double($0) }
      let last = shifts[shifts.count - 1]
      shifts.append((last.x + numbers[0], last.y + numbers[1]))
    }
    open = (name, attributes, "")
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) { open.text += text }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    switch name {
    case "g": shifts.removeLast()
    case "title": title = open.text
    case "desc": summary = open.text
    case "text":
      let classes = (open.attributes["class"] ?? "").split(separator: " ")
      let size = classes.contains("h") ? 16 : open.attributes["style"]?.contains("12px") == true ? 12 : 14
      let width = TextMetrics.width(open.text, size: size, isBold: classes.contains("h") || classes.contains("b"))
      let shift = shifts[shifts.count - 1]
      let x = shift.x + (Double(open.attributes["x"] ?? "") ?? .nan)
      let left = classes.contains("m") ? x - width / 2 : classes.contains("e") ? x - width : x
      texts.append(
        DrawnText(
          text: open.text, left: left, right: left + width,
          baseline: shift.y + (Double(open.attributes["y"] ?? "") ?? .nan),
          isTurned: open.attributes["transform"] != nil))
    default: break
    }
  }
}
