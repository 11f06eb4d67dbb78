import Tensors

/// How a document looks: its layout and fonts, and how its picture was taken.
public struct DocumentDesign: Sendable, Hashable {
  /// The arrangement.
  public var layout: DocumentLayout
  /// The font of most texts.
  public var bodyFont: DocumentFont
  /// The font of shops and titles.
  public var titleFont: DocumentFont
  /// The distance of rows in pixels, 8 to 11; less where the page is too short for it.
  public var pitch: Int
  /// Pixels at both sides, 3 to 6.
  public var margin: Int
  /// Pixels above the first row, 3 to 8.
  public var top: Int
  /// Which wording of a label: its bits decide.
  public var wording: UInt64
  /// The gray of ink, 0 to 90.
  public var ink: Int
  /// The gray of paper, 200 to 255.
  public var paper: Int
  /// How blurred the picture is: 0, 1 or 2.
  public var blur: Int
  /// The slope of rows in 1/4096: at most 71, one degree.
  public var slope: Int
  /// Dark or light specks, 0 to 24.
  public var specks: Int
  /// The grain of the paper: the most that it adds to a gray or takes off, 0 to 12.
  public var grain: Int
  /// Where grain and specks are drawn from.
  public var noiseSeed: UInt64

  /// A design for a layout.
  init(_ layout: DocumentLayout, fonts: [DocumentFont], _ generator: Generator) {
    self.layout = layout
    bodyFont = generator.element(of: fonts.filter { $0 != .bold })
    titleFont = generator.element(of: fonts)
    pitch = generator.integer(in: 8..<12)
    margin = generator.integer(in: 3..<7)
    top = generator.integer(in: 3..<9)
    wording = UInt64(generator.integer(in: 0..<1 << 30))
    ink = generator.integer(in: 0..<91)
    paper = generator.integer(in: 200..<256)
    blur = generator.integer(in: 0..<3)
    slope = generator.integer(in: -71..<72)
    specks = generator.integer(in: 0..<25)
    grain = generator.integer(in: 0..<13)
    noiseSeed = UInt64(generator.integer(in: 0..<1 << 30))
  }

  /// The same page as a printer gives it: black on white, straight and sharp.
  public var clean: DocumentDesign {
    var design = self
    (design.ink, design.paper, design.blur, design.slope, design.specks, design.grain) = (0, 255, 0, 0, 0, 0)
    return design
  }

  /// A design nearer to the plainest one: rows ten pixels apart, not turned, in the plain font.
  ///
  /// - Parameter difficulty: how far it may be from that, 0 to 100; at 100 it is this design. Fonts change one page
  ///   after the other, everything else little by little.
  public func eased(difficulty: Int) -> DocumentDesign {
    if difficulty >= 100 { return self }
    func mix(_ value: Int, _ plain: Int) -> Int { plain + (value - plain) * difficulty / 100 }
    var design = self
    design.pitch = mix(pitch, 10)
    design.margin = mix(margin, 4)
    design.top = mix(top, 4)
    design.slope = mix(slope, 0)
    if noiseSeed % 100 >= UInt64(max(difficulty, 0)) { (design.bodyFont, design.titleFont) = (.plain, .plain) }
    return design
  }

  /// One of two wordings, the same one everywhere on the page.
  func word(_ first: String, _ second: String) -> String { wording & 1 == 0 ? first : second }

  /// How far a line of meaningless words is moved to the right.
  func indent(_ index: Int, of line: String) -> Int {
    let room = Document.width - 2 * margin - bodyFont.width(of: line)
    return Int(wording >> UInt64(index % 8 * 3) & 7) * max(room, 0) / 7
  }
}
