#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ends the program over a mistake in how an operation was called, with one line for the learner.
///
/// The line names the operation, the shapes, and the place in the *caller's* code, even when the operation was
/// reached through an operator or deep within a model: the call stack is searched for the first frame outside the
/// engine's own sources. Bad data (a file, an image) is never reported this way; it throws.
package func fail(_ operation: String, _ reason: String) -> Never {
  let place = callerLocation().map { " (at \($0))" } ?? ""
  // Some callers give the name that `#function` has.
  let called = OuterCall.current?.operation ?? String(operation.prefix { $0 != "(" })
  let complete = OuterCall.current?.completed(reason) ?? reason
  let line = printable("error: \(called): \(complete)\(place)") + "\n"
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
  #if os(Linux) && canImport(Glibc) && canImport(Runtime)
    CallerLocation.find()
  #else
    nil
  #endif
}
