import Images
import Testing

@testable import Notebook

@Suite struct HalfBlockTests {
  private let squares = Image(
    width: 2, height: 2, format: .rgb, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])

  @Test func twoPixelsShareACharacter() {
    #expect(
      HalfBlocks.text(squares, columns: 2, colors: .direct)
        == "\u{1B}[38;2;255;0;0;48;2;0;0;255m▀\u{1B}[38;2;0;255;0;48;2;255;255;255m▀\u{1B}[0m\n")
    #expect(
      HalfBlocks.text(squares, columns: 2, colors: .palette)
        == "\u{1B}[38;5;196;48;5;21m▀\u{1B}[38;5;46;48;5;231m▀\u{1B}[0m\n")
  }

  @Test func aLastOddRowHasNoBackground() {
    let column = Image(width: 1, height: 3, format: .gray, pixels: [0, 255, 128])
    let lines = HalfBlocks.text(column, columns: 1, colors: .direct).split(separator: "\n")
    #expect(lines == ["\u{1B}[38;2;0;0;0;48;2;255;255;255m▀\u{1B}[0m", "\u{1B}[38;2;128;128;128;49m▀\u{1B}[0m"])
  }

  @Test func aLargePictureIsAveragedToTheTerminal() {
    let pixels: [UInt8] = (0..<200 * 100).map { $0 % 2 == 0 ? 100 : 200 }
    let text = HalfBlocks.text(
      Image(width: 200, height: 100, format: .gray, pixels: pixels), columns: 50, colors: .direct)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 13)
    #expect(lines.allSatisfy { $0.filter { $0 == "▀" }.count == 50 })
    #expect(text.contains("38;2;150;150;150"))
  }

  @Test func aTinyPictureIsEnlargedByAWholeFactor() {
    let lines = HalfBlocks.text(squares, columns: 80, colors: .direct).split(separator: "\n")
    #expect(lines.count == 20)
    #expect(lines.allSatisfy { $0.filter { $0 == "▀" }.count == 40 })
  }

  @Test func theWholePictureIsInView() {
    // Every column of an uneven reduction is covered: a bright column shows wherever it stands.
    for bright in 0..<7 {
      let pixels: [UInt8] = (0..<7).map { $0 == bright ? 250 : 0 }
      let text = HalfBlocks.text(Image(width: 7, height: 1, format: .gray, pixels: pixels), columns: 3, colors: .direct)
      #expect(text.contains("38;2;125;") || text.contains("38;2;83;"), "\(bright): \(text)")
    }
  }

  @Test func colorsAreUsedOnlyWhereTheTerminalKnowsThem() {
    func colors(_ variables: [String: String]) -> HalfBlocks.Colors? {
      HalfBlocks.Colors(environment: { variables[$0] })
    }
    #expect(colors(["TERM": "xterm", "COLORTERM": "truecolor"]) == .direct)
    #expect(colors(["TERM": "xterm-direct"]) == .direct)
    #expect(colors(["TERM": "screen-256color"]) == .palette)
    #expect(colors(["TERM": "vt100"]) == nil)
    #expect(colors([:]) == nil)
    #expect(colors(["TERM": "dumb", "COLORTERM": "truecolor"]) == nil)
    #expect(colors(["TERM": "xterm", "COLORTERM": "truecolor", "NO_COLOR": "1"]) == nil)
  }
}

@Suite struct FigureTests {
  @Test func theFileIsNamedAfterLessonAndFigure() {
    #expect(Figure.fileName("patches", "png", lesson: 4) == "lesson04-patches.png")
    #expect(Figure.fileName("a-1", "svg", lesson: 12) == "lesson12-a-1.svg")
  }

  @Test func aNameThatCouldLeaveTheFolderIsRefused() {
    #expect(Figure.isName("attention-3"))
    for name in ["", "../x", "a b", "A", "é"] { #expect(!Figure.isName(name)) }
  }

  @Test func theLineTellsNameSizeChecksumAndCaption() {
    func line(_ pixels: [UInt8]) -> String {
      Figure.text("cat", Image(width: 4, height: 3, format: .gray, pixels: pixels), caption: "A cat.")
    }
    // Python: zlib.crc32(bytes(12)), and of bytes(11) + bytes([133])
    #expect(line([UInt8](repeating: 0, count: 12)) == "Figure cat (4×3, 7bd5c66f): A cat.")
    #expect(line([UInt8](repeating: 0, count: 11) + [133]) == "Figure cat (4×3, e607b1c0): A cat.")
  }
}

@Suite struct TensorLayoutTests {
  @Test func aSingleNumberAndAVectorStayOnOneLine() {
    #expect(TensorLayout.lines([1.5], shape: [], decimals: 2) == ["1.50"])
    #expect(TensorLayout.lines([1, -2], shape: [2], decimals: 1) == ["[1.0, -2.0]"])
  }

  @Test func rowsAreAligned() {
    #expect(TensorLayout.lines([1, -2, 30, 4], shape: [2, 2], decimals: 1) == ["[[ 1.0, -2.0],", " [30.0,  4.0]]"])
  }

  @Test func matricesAreSetApart() {
    #expect(
      TensorLayout.lines([1, 2, 3, 4, 5, 6, 7, 8], shape: [2, 2, 2], decimals: 0)
        == ["[[[1, 2],", "  [3, 4]],", "", " [[5, 6],", "  [7, 8]]]"])
  }

  @Test func emptyTensorsHaveBracketsAlone() {
    #expect(TensorLayout.lines([], shape: [0], decimals: 0) == ["[]"])
    #expect(TensorLayout.lines([], shape: [2, 0], decimals: 0) == ["[]"])
  }
}
