#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
#if canImport(Runtime)
  import Runtime
#endif

/// Ends the program over a mistake in how an operation was called, with one line for the learner.
///
/// The line names the operation, the shapes, and the place in the *caller's* code, even when the operation was
/// reached through an operator or deep within a model: the call stack is searched for the first frame outside the
/// engine's own sources. Bad data (a file, an image) is never reported this way; it throws.
func fail(_ operation: String, _ reason: String) -> Never {
  let place = callerLocation().map { " (at \($0))" } ?? ""
  let line = "error: \(operation): \(reason)\(place)\n"
  fflush(nil)
  line.withCString { _ = write(2, $0, strlen($0)) }
  exit(1)
}

/// Like `fail`, for the layers and models built on the engine: ends the program with one clear line.
///
/// - Parameters:
///   - operation: what was called, for example `"Linear"`.
///   - reason: what did not fit, with the shapes.
public func reportMisuse(_ operation: String, _ reason: String) -> Never {
  fail(operation, reason)
}

/// `Folder/file.swift:line` of the innermost frame that is not part of the library.
private func callerLocation() -> String? {
  #if canImport(Runtime) && os(Linux)
    // This file is Sources/Tensors/Core/Failure.swift: three folders up are all the library's modules.
    let sources = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    guard let backtrace = try? Backtrace.capture(limit: 128),
      let symbolicated = backtrace.symbolicated(options: [.showInlineFrames, .showSourceLocations, .useSymbolCache])
    else { return nil }
    for frame in symbolicated.frames {
      guard let location = frame.symbol?.sourceLocation, location.line > 0 else { continue }
      let path = location.path
      if path.isEmpty || path.hasPrefix("<") || path.contains("/swift/stdlib/") || isWithin(sources, path) { continue }
      return path.split(separator: "/").suffix(2).joined(separator: "/") + ":\(location.line)"
    }
  #endif
  return nil
}

/// Whether a file of the debug information is below a folder. Functions that were inlined have paths that are relative
/// to the package; of those, the files that exist there are meant.
private func isWithin(_ folder: String, _ path: String) -> Bool {
  if path.hasPrefix("/") { return path.hasPrefix(folder + "/") }
  let package = folder.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  let file = package + "/" + path
  return file.hasPrefix(folder + "/") && access(file, F_OK) == 0
}
