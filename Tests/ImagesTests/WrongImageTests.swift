import Images
import Tensors
import TestSupport
import Testing

/// Images, sizes and places that cannot be end the program with one line.
@Suite struct WrongImageTests {
  static let calls: [WrongCall] = [
    WrongCall("no width", ["Image:", "0×2"]) { _ = Image(width: 0, height: 2) },
    WrongCall("too many pixels", ["Image:", "memory"]) { _ = Image(width: Int.max, height: 2) },
    WrongCall("too few bytes", ["Image:", "2×2 RGB needs 12 bytes, not 3"]) {
      _ = Image(width: 2, height: 2, format: .rgb, pixels: [1, 2, 3])
    },
    WrongCall("a pixel outside", ["Image:", "(2, 0)", "2×2"]) { _ = Image(width: 2, height: 2)[2, 0] },
    WrongCall("a channel too many", ["Image:", "channel 3"]) { _ = Image(width: 2, height: 2)[0, 0, 3] },
    WrongCall("a tensor of two channels", ["Image:", "[2, 4, 4]"]) { _ = Image(Tensor.zeros([2, 4, 4])) },
    WrongCall("a crop outside", ["cropped:", "3×1 at (0, 0)"]) {
      _ = Image(width: 2, height: 2).cropped(to: Rectangle(x: 0, y: 0, width: 3, height: 1))
    },
    WrongCall("a crop far outside", ["cropped:", "not inside"]) {
      _ = Image(width: 2, height: 2).cropped(to: Rectangle(x: Int.max, y: 0, width: 1, height: 1))
    },
    WrongCall("enlarged by nothing", ["enlarged:", "0"]) { _ = Image(width: 2, height: 2).enlarged(by: 0) },
    WrongCall("enlarged beyond memory", ["enlarged:", "2×2", "does not fit into memory"]) {
      _ = Image(width: 2, height: 2).enlarged(by: 1 << 40)
    },
    WrongCall("enlarged beyond numbers", ["enlarged:", "does not fit into memory"]) {
      _ = Image(width: 2, height: 2).enlarged(by: Int.max)
    },
    WrongCall("resized to nothing", ["resized:", "0×3"]) {
      _ = Image(width: 2, height: 2).resized(width: 0, height: 3)
    },
    WrongCall("tiles of no size", ["tiles:", "0×1"]) { _ = Image(width: 2, height: 2).tiles(width: 0, height: 1) },
    WrongCall("a grid of nothing", ["grid:", "0 images"]) { _ = Image.grid([], columns: 2) },
    WrongCall("labels that do not fit", ["grid:", "2 labels for 1 images"]) {
      _ = Image.grid([Image(width: 2, height: 2)], columns: 1, labels: ["a", "b"])
    },
    WrongCall("a heat map of other numbers", ["heatMap:", "2×2", "3"]) {
      _ = Image.heatMap([1, 2, 3], columns: 2, rows: 2)
    },
    WrongCall("an overlay of nothing", ["overlaid:", "0×0"]) {
      _ = Image(width: 2, height: 2).overlaid(withHeatMap: [], columns: 0, rows: 0)
    },
    WrongCall("text of no size", ["drawText:", "0"]) {
      var image = Image(width: 2, height: 2)
      image.drawText("a", x: 0, y: 0, scale: 0)
    },
    WrongCall("a side too long for a PNG", ["pngData:", "1000001×1"]) {
      _ = Image(width: 1_000_001, height: 1, format: .gray).pngData()
    },
    WrongCall("no colors", ["Colormap:", "one color"]) { _ = Colormap([]) },
  ]

  @Test(arguments: calls.map(\.name)) func endsWithOneLine(_ name: String) async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      Self.calls.first { $0.name == name }?.make()
    }
    try #require(Self.calls.first { $0.name == name }).expectLine(result)
  }
}
