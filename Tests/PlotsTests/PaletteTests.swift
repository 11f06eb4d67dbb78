import Images
import Testing

@testable import Plots

@Suite struct PaletteTests {
  @Test func textAndSeriesCanBeReadInBothModes() {
    for mode in [\Palette.Pair.light, \Palette.Pair.dark] {
      let background = Palette.background[keyPath: mode]
      for color in [Palette.ink, Palette.quiet] + Palette.series {
        #expect(Contrast.ratio(color[keyPath: mode], background) >= 4.5, "\(color)")
      }
      #expect(Contrast.ratio(Palette.outline[keyPath: mode], background) >= 3)
    }
  }

  @Test func textInABoxOfALearnedStepKeepsItsContrast() {
    for mode in [\Palette.Pair.light, \Palette.Pair.dark] {
      for index in [0, 5] {
        let (paper, tint) = (Palette.background[keyPath: mode], Palette.series[index][keyPath: mode])
        func mix(_ paper: UInt8, _ tint: UInt8) -> UInt8 { UInt8((Int(paper) * 9 + Int(tint)) / 10) }
        let mixed = Color(
          red: mix(paper.red, tint.red), green: mix(paper.green, tint.green), blue: mix(paper.blue, tint.blue))
        #expect(Contrast.ratio(Palette.quiet[keyPath: mode], mixed) >= 4.5)
      }
    }
  }

  @Test func numbersInCellsCanBeRead() {
    for color in Colormap.viridis.colors + Colormap.diverging.colors {
      let ink = Contrast.prefersBlack(on: color) ? Color.black : .white
      #expect(Contrast.ratio(ink, color) >= 4.5, "\(color)")
    }
  }

  // The numbers of WCAG's definition, computed with Python's math.
  @Test func contrastIsThatOfTheGuidelines() {
    #expect(abs(Contrast.ratio(.black, .white) - 21) < 1e-9)
    #expect(abs(Contrast.ratio(Color(hex: 0x76_7676), .white) - 4.5422) < 1e-3)
    #expect(abs(Contrast.luminance(Color(hex: 0x33_6699)) - 0.1253) < 1e-3)
  }

  @Test func seriesDifferInMoreThanColor() {
    #expect(Set(Marks.dashes).count == Palette.series.count)
    #expect(Set(Marks.characters).count == Palette.series.count)
    let shapes = Palette.series.indices.map { index in
      var drawing = Drawing(width: 100, height: 100)
      drawing.marker(index, 50, 50)
      return drawing.svg(title: "", description: "").split(separator: "\n").suffix(2).joined()
        .replacing(/class="[^"]*"/, with: "")
    }
    #expect(Set(shapes).count == Palette.series.count)
  }

  @Test func bothModesNameTheSameClasses() {
    let sheet = Palette.styleSheet(seriesCount: 8)
    let halves = sheet.split(separator: "@media (prefers-color-scheme:dark)")
    let colored = halves.map { half in
      half.matches(of: /(\.\w+)\{[^}]*#/).map { String($0.1) }
    }
    #expect(halves.count == 2 && colored[0] == colored[1] && colored[0].count >= 20)
  }
}
