import Images

/// Shows a picture: writes it as `lessonNN-name.png` when the command line has `--figures DIR`, and draws it on standard
/// error when that is a terminal with colours.
///
/// Standard output gets one line, the same in any case: name, size, a checksum of the pixels, and caption. So an expected
/// output holds the figures, too.
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

  /// `Figure patches (448×448, 5f0c61aa): The cat, cut into 196 patches.`
  static func text(_ name: String, _ image: Image, caption: String) -> String {
    let digits = String(checksum(image.pixels), radix: 16)
    let padding = String(repeating: "0", count: 8 - digits.count)
    return "Figure \(name) (\(image.width)×\(image.height), \(padding)\(digits)): \(caption)"
  }

  /// CRC-32 as in PNG and zip files.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var table = [UInt32](repeating: 0, count: 256)
    for index in table.indices {
      table[index] = (0..<8).reduce(UInt32(index)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 0xFF)] }
  }

  /// The picture for the person at the terminal, if one is there who can see colours.
  static func terminalPicture(_ image: Image) -> String? {
    let stream = System.Stream.standardError
    guard stream.isTerminal, let colors = HalfBlocks.Colors(environment: System.environment) else { return nil }
    return HalfBlocks.text(image, columns: System.columns(of: stream) ?? 80, colors: colors)
  }
}
