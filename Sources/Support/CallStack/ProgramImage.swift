#if os(Linux) && canImport(Glibc)
  import Glibc

  /// A program's file: its functions and the lines that they come from (ELF's symbol table and DWARF).
  ///
  /// Only what a message needs: the standard library can name the frames of a call stack, too, but takes several times
  /// as long for a large program, and does not say which code is optimized.
  struct ProgramImage {
    private let file: DebugBytes
    private let sections: [(name: String, kind: Int, address: Int, offset: Int, size: Int, link: Int)]
    private let lineTable: LineTable
    /// What is subtracted from an address in memory to get that in the file.
    private let bias: Int

    /// - Parameters:
    ///   - path: of the file, which stays mapped: the program is about to end.
    ///   - base: where in memory it begins.
    init?(path: String, base: Int) {
      let descriptor = open(path, O_RDONLY)
      guard descriptor >= 0 else { return nil }
      defer { close(descriptor) }
      let size = Int(lseek(descriptor, 0, SEEK_END))
      guard size > 64, let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED else {
        return nil
      }
      let file = DebugBytes(UnsafeRawBufferPointer(start: memory, count: size))
      var header = file
      // 0x7f "ELF", 64 bits, lowest byte first.
      guard header.number(4) == 0x464c_457f, header.number(2) == 0x0102 else { return nil }

      func field(_ place: Int, _ width: Int) -> Int {
        var bytes = file.at(place)
        return bytes.number(width)
      }
      let (segments, segmentSize) = (field(0x20, 8), field(0x36, 2))
      let loaded = (0..<field(0x38, 2)).map { segments &+ $0 * segmentSize }.filter { field($0, 4) == 1 }
      guard let first = loaded.first else { return nil }
      bias = base &- field(first &+ 16, 8) / 4096 * 4096

      let (table, entrySize) = (field(0x28, 8), field(0x3a, 2))
      let entries = (0..<field(0x3c, 2)).map { table &+ $0 * entrySize }
      let names = field(0x3e, 2)
      guard entries.indices.contains(names) else { return nil }
      let texts = field(entries[names] &+ 24, 8)
      var isCompressed = false
      let sections = entries.map { entry in
        var name = file.at(texts &+ field(entry, 4))
        let text = name.text()
        if text.hasPrefix(".debug_") && field(entry &+ 8, 8) & 0x800 != 0 { isCompressed = true }
        return (
          name: text, kind: field(entry &+ 4, 4), address: field(entry &+ 16, 8), offset: field(entry &+ 24, 8),
          size: field(entry &+ 32, 8), link: field(entry &+ 40, 4)
        )
      }
      if isCompressed { return nil }
      (self.file, self.sections) = (file, sections)
      func section(_ name: String) -> DebugBytes {
        guard let found = sections.first(where: { $0.name == name }) else { return file.part(0, 0) }
        return file.part(found.offset, found.size)
      }
      lineTable = LineTable(
        lines: section(".debug_line"), strings: section(".debug_str"), lineStrings: section(".debug_line_str"),
        firstCode: sections.first { $0.name == ".text" }?.address ?? 0)
    }

    /// The line of each address in memory.
    func lines(at addresses: [Int]) -> [LineTable.Line?] {
      let sorted = addresses.indices.sorted { addresses[$0] < addresses[$1] }
      let found = lineTable.find(sorted.map { addresses[$0] &- bias })
      var result: [LineTable.Line?] = addresses.map { _ in nil }
      for (place, index) in sorted.enumerated() { result[index] = found[place] }
      return result
    }

    /// The function that an address in memory is in, and where in memory it begins.
    func function(at address: Int) -> (name: String, start: Int)? {
      guard let table = sections.first(where: { $0.kind == 2 }), sections.indices.contains(table.link) else {
        return nil
      }
      let wanted = address &- bias
      let strings = sections[table.link].offset
      var bytes = file.part(table.offset, table.size)
      while !bytes.isAtEnd {
        let name = bytes.number(4)
        let kind = bytes.byte() & 0xf
        bytes.skip(3)
        let (start, size) = (bytes.number(8), bytes.number(8))
        if kind == 2 && start <= wanted && wanted - start < size {
          var text = file.at(strings &+ name)
          return (text.text(), start &+ bias)
        }
      }
      return nil
    }

    /// Whether some function does nothing but jump to the one that begins at an address in memory: what the compiler
    /// leaves of one of two functions that are the same.
    func isJumpedTo(_ target: Int) -> Bool {
      guard let table = sections.first(where: { $0.kind == 2 }),
        let code = sections.first(where: { $0.name == ".text" })
      else { return false }
      var bytes = file.part(table.offset, table.size)
      while !bytes.isAtEnd {
        bytes.skip(4)
        let kind = bytes.byte() & 0xf
        bytes.skip(3)
        let (start, size) = (bytes.number(8), bytes.number(8))
        guard kind == 2, size >= 4, start >= code.address, start - code.address < code.size,
          let place = UnsafeRawPointer(bitPattern: start &+ bias)
        else { continue }
        if MachineCode.jumpTarget(at: place) == target { return true }
      }
      return false
    }

    /// The compilations whose lines are in the given tables, in the order in which the file has them.
    func compilations(tables: [Int]) -> [Compilation] {
      func section(_ name: String) -> DebugBytes {
        guard let found = sections.first(where: { $0.name == name }) else { return file.part(0, 0) }
        return file.part(found.offset, found.size)
      }
      let (info, abbreviations) = (section(".debug_info"), section(".debug_abbrev"))
      let texts = (section(".debug_str"), section(".debug_line_str"))
      var result: [Compilation] = []
      var bytes = info
      while !bytes.isAtEnd {
        let (length, offsetWidth) = bytes.unitLength()
        let next = bytes.position &+ length
        guard length > 0, next > bytes.position else { break }
        let compilation = Compilation(
          &bytes, offsetWidth: offsetWidth, abbreviations: abbreviations, strings: texts.0, lineStrings: texts.1)
        if let compilation, tables.contains(compilation.table) { result.append(compilation) }
        bytes = info.at(next)
      }
      return result
    }
  }

  /// The few instructions that tell who calls whom.
  enum MachineCode {
    /// Where the call that returns to an address went, if the instruction says so.
    static func callTarget(returningTo place: UnsafeRawPointer) -> Int? {
      #if arch(x86_64)
        guard (place - 5).load(as: UInt8.self) == 0xe8 else { return nil }
        return Int(bitPattern: place) + Int((place - 4).loadUnaligned(as: Int32.self))
      #elseif arch(arm64)
        return branchTarget(at: place - 4, operation: 0b10_0101)
      #else
        return nil
      #endif
    }

    /// Where an instruction jumps to, if it is a jump to a fixed place.
    static func jumpTarget(at place: UnsafeRawPointer) -> Int? {
      #if arch(x86_64)
        guard place.load(as: UInt8.self) == 0xe9 else { return nil }
        return Int(bitPattern: place) + 5 + Int((place + 1).loadUnaligned(as: Int32.self))
      #elseif arch(arm64)
        return branchTarget(at: place, operation: 0b00_0101)
      #else
        return nil
      #endif
    }

    #if arch(arm64)
      private static func branchTarget(at place: UnsafeRawPointer, operation: UInt32) -> Int? {
        let word = place.loadUnaligned(as: UInt32.self)
        guard word >> 26 == operation else { return nil }
        return Int(bitPattern: place) + Int(Int32(bitPattern: word << 6) >> 6) * 4
      }
    #endif
  }

  /// What the first entry of a compilation in `.debug_info` says.
  struct Compilation {
    /// Where in `.debug_line` its lines are.
    private(set) var table = -1
    /// The source file that was compiled.
    private(set) var path = ""
    private(set) var isOptimized = false

    fileprivate init?(
      _ bytes: inout DebugBytes, offsetWidth: Int, abbreviations: DebugBytes, strings: DebugBytes,
      lineStrings: DebugBytes
    ) {
      let version = bytes.number(2)
      guard (2...5).contains(version) else { return nil }
      if version >= 5 { bytes.skip(2) }
      var abbreviation = abbreviations.at(bytes.number(offsetWidth))
      if version < 5 { bytes.skip(1) }
      let code = bytes.unsigned()
      while true {
        let found = abbreviation.unsigned()
        if found == 0 { return nil }
        _ = (abbreviation.unsigned(), abbreviation.byte())
        while true {
          let (attribute, form) = (abbreviation.unsigned(), abbreviation.unsigned())
          if attribute == 0 && form == 0 { break }
          if form == 0x21 { _ = abbreviation.signed() }
          // Abbreviations of other entries stand before the one that is meant.
          if found != code { continue }
          switch (attribute, form) {
          case (0x10, 0x17): table = bytes.number(offsetWidth)
          case (0x10, 0x06): table = bytes.number(4)
          case (0x03, 0x08): path = bytes.text()
          case (0x03, 0x0e): path = strings.text(at: bytes.number(offsetWidth))
          case (0x03, 0x1f): path = lineStrings.text(at: bytes.number(offsetWidth))
          default:
            // DW_AT_APPLE_optimized, on every platform.
            if attribute == 0x3fe1 { isOptimized = true }
            if !skipValue(&bytes, form: form, offsetWidth: offsetWidth, addressWidth: 8, version: version) {
              return nil
            }
          }
        }
        if found == code { return }
      }
    }
  }
#endif
