import Images

/// Shows a picture: writes it as `lessonNN-name.png` when the command line has `--figures DIR`, and draws it on standard
/// error when that is a terminal with colours.
///
/// Standard output gets one line, the same in any case: name, size and caption.
/// - Parameters:
///   - name: names the file: lowercase letters, digits and hyphens.
///   - caption: what there is to see, a sentence.
@MainActor
public func figure(
  _ name: String, _ image: Image, caption: String, file: String = #fileID, line: Int = #line
) {
  let session = Session.current(for: "figure", file, line)
  guard Figure.isName(name) else {
    System.stop("\(file):\(line): '\(name)' cannot name a figure: lowercase letters, digits and hyphens can")
  }
  let path = session.figuresDirectory.map { "\($0)/\(Figure.fileName(name, lesson: session.number))" }
  if let path {
    do {
      try image.writePNG(to: path)
    } catch {
      System.stop("\(System.programName): cannot write a figure: \(error)")
    }
    session.writeToStandardError("figure: \(path)\n")
  }
  session.write {
    $0.figure(
      Figure.text(name, image, caption: caption), path: path, at: SourceLine(file: file, line: line))
  }
  if let picture = Figure.terminalPicture(image) { session.writeToStandardError(picture) }
}

/// What is written of a figure, and where.
enum Figure {
  static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-".utf8.contains($0) }
  }

  /// `lesson04-patches.png`.
  static func fileName(_ name: String, lesson number: Int) -> String {
    "lesson\(number < 10 ? "0" : "")\(number)-\(name).png"
  }

  /// `Figure patches (448×448): The cat, cut into 196 patches.`
  static func text(_ name: String, _ image: Image, caption: String) -> String {
    "Figure \(name) (\(image.width)×\(image.height)): \(caption)"
  }

  /// The picture for the person at the terminal, if one is there who can see colours.
  static func terminalPicture(_ image: Image) -> String? {
    let stream = System.Stream.standardError
    guard stream.isTerminal, let colors = HalfBlocks.Colors(environment: System.environment) else { return nil }
    return HalfBlocks.text(image, columns: System.columns(of: stream) ?? 80, colors: colors)
  }
}
