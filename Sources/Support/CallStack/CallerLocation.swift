#if os(Linux) && canImport(Glibc) && canImport(Runtime)
  import Glibc
  import Runtime

  /// Finds out which line of somebody's program called into the library.
  ///
  /// The call stack is searched for the innermost frame whose code is not the library's. An optimizer leaves frames out
  /// (a call at the end of a function reuses the frame), makes one function of several that are alike, and moves calls.
  /// So its code is believed only where each frame can be seen to have called the next one: no line is better than a
  /// wrong one.
  enum CallerLocation {
    private struct Frame {
      /// An address within the call.
      let address: Int
      let image: Int
      var line: LineTable.Line?
      var compilation: Compilation?

      /// The source file that the code is part of, though its line may come from another one by inlining.
      var owner: String? {
        guard let path = compilation?.path, !path.isEmpty, !path.hasPrefix("<") else { return line?.path }
        return path
      }
    }

    /// `Folder/file.swift:line`, or `nil` where it is not certain.
    static func find() -> String? {
      let map = ImageMap.capture()
      var images: [(index: Int, image: ProgramImage)] = []
      var frames: [Frame] = []
      for address in returnAddresses() {
        guard let place = Backtrace.Address(address - 1), let image = map.indexOfImage(at: place) else { continue }
        frames.append(Frame(address: address - 1, image: image))
        if images.contains(where: { $0.index == image }) { continue }
        if let path = map[image].path, let base = Int(map[image].baseAddress),
          let loaded = ProgramImage(path: path, base: base)
        {
          images.append((image, loaded))
        }
      }
      for (index, image) in images {
        let places = frames.indices.filter { frames[$0].image == index }
        let lines = image.lines(at: places.map { frames[$0].address })
        let compilations = image.compilations(tables: lines.compactMap { $0?.table })
        for (place, line) in zip(places, lines) {
          frames[place].line = line
          frames[place].compilation = compilations.first { $0.table == line?.table }
        }
      }
      guard let place = frames.firstIndex(where: isCallers), let line = frames[place].line else { return nil }
      if frames[place].compilation?.isOptimized ?? true {
        guard let image = images.first(where: { $0.index == frames[place].image })?.image,
          isCertain(frames[...place], image)
        else { return nil }
      }
      return line.path.split(separator: "/").suffix(2).joined(separator: "/") + ":\(line.number)"
    }

    /// Where the calls that are going on return to, the innermost first: by the tables for unwinding that every function
    /// has, because optimized code need not keep frame pointers.
    private static func returnAddresses() -> [Int] {
      typealias Function = @convention(c) (UnsafeMutablePointer<UnsafeMutableRawPointer?>?, Int32) -> Int32
      guard let symbol = dlsym(nil, "backtrace") else { return [] }
      var addresses = [UnsafeMutableRawPointer?](repeating: nil, count: 256)
      let count = unsafeBitCast(symbol, to: Function.self)(&addresses, Int32(addresses.count))
      return addresses.prefix(Int(count)).map { Int(bitPattern: $0) }
    }

    /// Whether a frame is code of the library's caller that a person wrote.
    private static func isCallers(_ frame: Frame) -> Bool {
      guard let line = frame.line, let owner = frame.owner, !isSystems(owner), !isLibrarys(owner) else { return false }
      // What the compiler makes of its own accord (a closure passed as another type, for example) has no line.
      return (frame.compilation?.isOptimized ?? true) || line.number > 0 && !isSystems(line.path)
    }

    private static func isSystems(_ path: String) -> Bool {
      path.isEmpty || path.hasPrefix("<") || path.contains("/swift/stdlib/")
    }

    /// Whether a source file is one of the library's. Paths can be relative to the package; of those, the files that exist
    /// there are meant.
    private static func isLibrarys(_ path: String) -> Bool {
      // This file is Sources/Support/CallStack/CallerLocation.swift: three folders up are all the library's modules.
      let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
      let sources = parts.dropLast(3).joined(separator: "/") + "/"
      if path.hasPrefix("/") { return path.hasPrefix(sources) }
      let file = parts.dropLast(4).joined(separator: "/") + "/" + path
      return file.hasPrefix(sources) && access(file, F_OK) == 0
    }

    // MARK: Optimized code

    /// Whether each frame called the next one inner to it, and the outermost one is what it seems to be.
    private static func isCertain(_ frames: ArraySlice<Frame>, _ image: ProgramImage) -> Bool {
      guard let last = frames.last, let line = last.line, line.number > 0, !isLibrarys(line.path),
        !isSystems(line.path),
        frames.allSatisfy({ $0.image == last.image })
      else { return false }
      var inner: Int?
      for frame in frames {
        guard let function = image.function(at: frame.address),
          let place = UnsafeRawPointer(bitPattern: frame.address + 1)
        else { return false }
        // A function that was made of several has the name of one of them with these letters behind.
        if function.name.hasSuffix("Tm") && !(frame.owner.map(isLibrarys) ?? false) { return false }
        if let inner, MachineCode.callTarget(returningTo: place) != inner { return false }
        inner = function.start
      }
      return inner.map { !image.isJumpedTo($0) } ?? false
    }
  }
#endif
