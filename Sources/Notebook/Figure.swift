import Support

/// Shows a picture or a plot: writes it as `lessonNN-name.png` or `.svg` when the command line has `--figures DIR`, and
/// draws a picture on standard error when that is a terminal with colors.
///
/// Standard output gets one line, the same in any case: name, size, a checksum of the pixels or the drawing, and caption.
/// So an expected output holds the figures, too. A plot is also shown in plain text below that line.
/// - Parameters:
///   - name: names the file: lowercase letters, digits and hyphens.
///   - caption: what there is to see, a sentence.
///   - alternative: what it shows, for a reader who cannot see it; a plot says it itself, a picture's is its caption.
@MainActor
public func figure(
  _ name: String, _ illustration: some Illustration, caption: String, alternative: String? = nil,
  file: String = #fileID, line: Int = #line
) {
  let session = Session.current(for: "figure", file, line)
  guard Figure.isName(name) else {
    System.stop("\(file):\(line): '\(name)' cannot name a figure: lowercase letters, digits and hyphens can")
  }
  if session.figureNames.contains(name) {
    System.stop("\(file):\(line): a second figure named '\(name)' would replace the first")
  }
  session.figureNames.append(name)
  var record = TraceRecord.Figure(
    name: name, caption: caption, alternative: alternative ?? illustration.summary ?? caption,
    fileExtension: illustration.fileExtension, width: illustration.width, height: illustration.height)
  if let folder = session.figuresDirectory {
    let path = "\(folder)/\(Figure.fileName(name, illustration.fileExtension, lesson: session.number))"
    do {
      try illustration.write(to: path)
      let narrowPath =
        "\(folder)/\(Figure.fileName(name, "narrow.\(illustration.fileExtension)", lesson: session.number))"
      if try illustration.writeNarrow(to: narrowPath) { record.narrowPath = narrowPath }
    } catch {
      System.stop("\(System.programName): cannot write a figure: \(error)")
    }
    record.path = path
    session.writeToStandardError("figure: \(path)\n")
  }
  session.write {
    $0.figure(
      Figure.text(name, illustration, caption: caption), illustration.textLines, record,
      at: SourceLine(file: file, line: line))
  }
  if let picture = Figure.terminalPicture(illustration) { session.writeToStandardError(picture) }
}

/// What is written of a figure, and where.
enum Figure {
  static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-".utf8.contains($0) }
  }

  /// `lesson04-patches.png`.
  static func fileName(_ name: String, _ fileExtension: String, lesson number: Int) -> String {
    "lesson\(number < 10 ? "0" : "")\(number)-\(name).\(fileExtension)"
  }

  /// `Figure patches (448×448, 5f0c61aa): The cat, cut into 196 patches.`
  static func text(_ name: String, _ illustration: some Illustration, caption: String) -> String {
    let checksum = illustration.checkedBytes.withUnsafeBytes(CRC32.hexadecimal)
    return "Figure \(name) (\(illustration.width)×\(illustration.height), \(checksum)): \(caption)"
  }

  /// The picture for the person at the terminal, if one is there who can see colors.
  static func terminalPicture(_ illustration: some Illustration) -> String? {
    let stream = System.Stream.standardError
    guard stream.isTerminal, let colors = HalfBlocks.Colors(environment: System.environment) else { return nil }
    return illustration.terminalText(columns: System.columns(of: stream) ?? 80, colors: colors)
  }
}
