import Support

/// What is asked of a plot's values; a mistake ends the program with one line that names the plot.
struct PlotCheck {
  /// Numbers nearer to zero count as zero where a range is chosen.
  static let smallest = 1e-100
  /// As many colors, dashes and markers as there are.
  static let seriesLimit = Palette.series.count

  let plot: String

  /// - Parameters:
  ///   - kind: of plot: `LinePlot`.
  ///   - title: the plot's own.
  init(_ kind: String, _ title: String) {
    plot = "\(kind) '\(title)'"
  }

  func fail(_ reason: String) -> Never { reportMisuse(plot, reason) }

  func require(_ condition: Bool, _ reason: @autoclosure () -> String) {
    if !condition { fail(reason()) }
  }

  func size(_ width: Int, _ height: Int = 100) {
    require((240...4000).contains(width), "a width of \(width) pixels is not between 240 and 4,000")
    require((100...4000).contains(height), "a height of \(height) pixels is not between 100 and 4,000")
  }

  /// Ends the program unless all numbers can be drawn.
  ///
  /// - Parameters:
  ///   - name: whose numbers they are: `series 'training', y`.
  ///   - gapsAllowed: whether a NaN leaves a gap.
  func numbers(_ values: [Double], of name: String, gapsAllowed: Bool = false) {
    for (index, value) in values.enumerated() {
      if value.isNaN && gapsAllowed { continue }
      require(!value.isNaN, "\(name): value \(index) is not a number (NaN)")
      require(value.isFinite, "\(name): value \(index) is infinite")
      require(value.magnitude <= 1e100, "\(name): value \(index) is over 1e100, too large to be drawn")
    }
  }

  /// Ends the program unless a range can be drawn, and an axis of equal factors has positive numbers only.
  func axis(_ axis: Axis, _ name: String, _ values: [Double]) {
    numbers(axis.included, of: "the \(name) axis includes")
    if let range = axis.range {
      numbers([range.lowerBound, range.upperBound], of: "the range of the \(name) axis")
      let size = max(range.lowerBound.magnitude, range.upperBound.magnitude)
      require(
        range.upperBound - range.lowerBound > max(size * 1e-9, Self.smallest),
        "the range of the \(name) axis has no length")
      if axis.isLogarithmic { require(range.lowerBound > 0, "a logarithmic \(name) axis begins over 0") }
    }
    if axis.isLogarithmic, let value = values.first(where: { $0 < Self.smallest }) {
      fail("a logarithmic \(name) axis has no place for \(NumberFormat.short(value))")
    }
  }

  func names(_ names: [String], _ kind: String) {
    require(!names.isEmpty, "there is no \(kind) to draw")
    require(names.count <= Self.seriesLimit, "\(names.count) \(kind)s are more than \(Self.seriesLimit)")
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      fail("two \(kind)s are named '\(name)'")
    }
  }
}
