import Foundation

/// The programs of this package that were built together with the tests.
public enum BuiltPrograms {
  /// The folder that they are in: beside the test bundle.
  public static var folder: URL {
    #if os(macOS)
      if let bundle = Bundle.allBundles.first(where: { $0.bundlePath.hasSuffix(".xctest") }) {
        return bundle.bundleURL.deletingLastPathComponent()
      }
    #endif
    return URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
  }

  /// Path of a program.
  public static func path(of name: String) -> String { folder.appending(path: name).path }
}

/// A folder that is removed with its contents when it is let go of.
public final class TemporaryFolder {
  /// The folder.
  public let url: URL

  /// Makes an empty folder.
  public init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Path of a file in it.
  public func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes a file in it, with the folders above.
  public func write(_ text: String, to name: String) throws {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    // "e" closes the file in processes that other tests start meanwhile. Foundation's writing leaves it open there, and
    // a script that a long-running process holds open cannot be run ("Text file busy").
    guard let stream = fopen(file.path, "we") else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    let isWritten = fputs(text, stream) >= 0
    guard fclose(stream) == 0, isWritten else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  }

  /// Writes a shell script that can be run.
  public func writeScript(_ lines: String, to name: String) throws {
    try write("#!/bin/sh\n" + lines + "\n", to: name)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path(name))
  }
}
