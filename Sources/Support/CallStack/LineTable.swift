/// Which line of which file each instruction of a program comes from: DWARF's section `.debug_line`, versions 2 to 5.
struct LineTable {
  /// A place in a source file.
  struct Line {
    let path: String
    /// 0 where the compiler gave no line.
    let number: Int
    /// Where in `.debug_line` the table of its compilation begins.
    let table: Int
  }

  private let lines: DebugBytes
  private let strings: DebugBytes
  private let lineStrings: DebugBytes
  /// The lowest address of code. Functions that the linker dropped have lower ones.
  private let firstCode: Int

  init(lines: DebugBytes, strings: DebugBytes, lineStrings: DebugBytes, firstCode: Int) {
    (self.lines, self.strings, self.lineStrings) = (lines, strings, lineStrings)
    self.firstCode = firstCode
  }

  /// The line of each address, `nil` where the table has none. The addresses ascend.
  func find(_ addresses: [Int]) -> [Line?] {
    var result: [Line?] = addresses.map { _ in nil }
    var bytes = lines
    while !bytes.isAtEnd {
      let start = bytes.position
      let (length, offsetWidth) = bytes.unitLength()
      let next = bytes.position &+ length
      if length <= 0 || next <= start { break }
      if let header = Header(&bytes, offsetWidth: offsetWidth) {
        run(bytes.at(header.program), until: next, header, addresses) { index, file, number in
          result[index] = Line(path: path(file, header), number: number, table: start)
        }
      }
      bytes = lines.at(next)
    }
    return result
  }

  /// What stands before the instructions of a table.
  private struct Header {
    let version: Int
    let offsetWidth: Int
    let instructionLength: Int
    let lineBase: Int
    let lineRange: Int
    let opcodeBase: Int
    let operandCounts: [UInt8]
    /// The lists of folders and files.
    let names: DebugBytes
    /// Where the instructions are.
    let program: Int

    init?(_ bytes: inout DebugBytes, offsetWidth: Int) {
      version = bytes.number(2)
      guard (2...5).contains(version) else { return nil }
      if version >= 5 { bytes.skip(2) }
      self.offsetWidth = offsetWidth
      let length = bytes.number(offsetWidth)
      program = bytes.position &+ length
      instructionLength = Int(bytes.byte())
      if version >= 4 { bytes.skip(1) }
      bytes.skip(1)
      lineBase = Int(Int8(bitPattern: bytes.byte()))
      lineRange = Int(bytes.byte())
      opcodeBase = Int(bytes.byte())
      guard lineRange > 0, opcodeBase > 0, program >= bytes.position else { return nil }
      operandCounts = (1..<Swift.max(2, opcodeBase)).map { _ in bytes.byte() }
      names = bytes
    }
  }

  /// Runs the instructions that describe the rows of a table, and calls `found` for each address between two rows.
  private func run(
    _ program: DebugBytes, until end: Int, _ header: Header, _ addresses: [Int],
    _ found: (_ index: Int, _ file: Int, _ line: Int) -> Void
  ) {
    var bytes = program
    var (address, file, line) = (0, 1, 1)
    var last: (address: Int, file: Int, line: Int)?
    var next = 0
    func row(endsSequence: Bool = false) {
      if let last, last.address >= firstCode {
        while next < addresses.count && addresses[next] < address {
          if addresses[next] >= last.address { found(next, last.file, last.line) }
          next += 1
        }
      } else {
        next = addresses.firstIndex { $0 >= address } ?? addresses.count
      }
      last = endsSequence ? nil : (address, file, line)
      if endsSequence { (address, file, line) = (0, 1, 1) }
    }
    while bytes.position < end && !bytes.isAtEnd {
      let opcode = Int(bytes.byte())
      if opcode >= header.opcodeBase {
        let special = opcode - header.opcodeBase
        address &+= special / header.lineRange * header.instructionLength
        line &+= header.lineBase + special % header.lineRange
        row()
        continue
      }
      switch opcode {
      case 0:
        let length = bytes.unsigned()
        let after = bytes.position &+ length
        switch bytes.byte() {
        case 1: row(endsSequence: true)
        case 2: address = bytes.number(8)
        default: break
        }
        guard after >= bytes.position || length > 0 else { return }
        bytes = bytes.at(after)
      case 1: row()
      case 2: address &+= bytes.unsigned() &* header.instructionLength
      case 3: line &+= bytes.signed()
      case 4: file = bytes.unsigned()
      case 8: address &+= (255 - header.opcodeBase) / header.lineRange * header.instructionLength
      case 9: address &+= bytes.number(2)
      default: for _ in 0..<header.operandCounts[opcode - 1] { _ = bytes.unsigned() }
      }
    }
  }

  // MARK: Names of files

  private func path(_ file: Int, _ header: Header) -> String {
    var bytes = header.names
    let folders: [String]
    let files: [(name: String, folder: Int)]
    if header.version >= 5 {
      folders = entries(&bytes, header).map(\.name)
      files = entries(&bytes, header)
    } else {
      // The folder with the number 0, in which the compiler ran, is not listed; nor is a file with that number.
      folders = [""] + texts(&bytes)
      var list = [(name: "", folder: 0)]
      while !bytes.isAtEnd {
        let name = bytes.text()
        if name.isEmpty { break }
        list.append((name, bytes.unsigned()))
        _ = (bytes.unsigned(), bytes.unsigned())
      }
      files = list
    }
    guard files.indices.contains(file) else { return "" }
    let (name, folder) = files[file]
    if name.hasPrefix("/") || !folders.indices.contains(folder) || folders[folder].isEmpty { return name }
    return folders[folder] + "/" + name
  }

  private func texts(_ bytes: inout DebugBytes) -> [String] {
    var list: [String] = []
    while !bytes.isAtEnd {
      let text = bytes.text()
      if text.isEmpty { break }
      list.append(text)
    }
    return list
  }

  /// A list of version 5, which says first what each of its entries consists of.
  private func entries(_ bytes: inout DebugBytes, _ header: Header) -> [(name: String, folder: Int)] {
    let format = (0..<bytes.byte()).map { _ in (content: bytes.unsigned(), form: bytes.unsigned()) }
    var list: [(name: String, folder: Int)] = []
    for _ in 0..<Swift.max(0, bytes.unsigned()) where !bytes.isAtEnd {
      var (name, folder) = ("", 0)
      for (content, form) in format {
        switch (content, form) {
        case (1, 0x08): name = bytes.text()
        case (1, 0x0e): name = strings.text(at: bytes.number(header.offsetWidth))
        case (1, 0x1f): name = lineStrings.text(at: bytes.number(header.offsetWidth))
        case (2, 0x0b): folder = bytes.number(1)
        case (2, 0x05): folder = bytes.number(2)
        case (2, 0x0f): folder = bytes.unsigned()
        default: skipValue(&bytes, form: form, offsetWidth: header.offsetWidth, addressWidth: 8, version: 5)
        }
      }
      list.append((name, folder))
    }
    return list
  }
}

/// Passes over a value of DWARF.
///
/// - Returns: whether its form is known.
@discardableResult
func skipValue(_ bytes: inout DebugBytes, form: Int, offsetWidth: Int, addressWidth: Int, version: Int) -> Bool {
  switch form {
  case 0x01: bytes.skip(addressWidth)
  case 0x03: bytes.skip(bytes.number(2))
  case 0x04: bytes.skip(bytes.number(4))
  case 0x05, 0x12, 0x26, 0x2a: bytes.skip(2)
  case 0x06, 0x13, 0x1c, 0x28, 0x2c: bytes.skip(4)
  case 0x07, 0x14, 0x20, 0x24: bytes.skip(8)
  case 0x08: _ = bytes.text()
  case 0x09, 0x18: bytes.skip(bytes.unsigned())
  case 0x0a: bytes.skip(bytes.number(1))
  case 0x0b, 0x0c, 0x11, 0x25, 0x29: bytes.skip(1)
  case 0x0d, 0x0f, 0x15, 0x1a, 0x1b, 0x22, 0x23: _ = bytes.unsigned()
  case 0x0e, 0x17, 0x1d, 0x1f: bytes.skip(offsetWidth)
  case 0x10: bytes.skip(version <= 2 ? addressWidth : offsetWidth)
  case 0x19, 0x21: break
  case 0x1e: bytes.skip(16)
  case 0x27, 0x2b: bytes.skip(3)
  default: return false
  }
  return true
}
