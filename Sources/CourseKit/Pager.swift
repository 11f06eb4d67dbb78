import Foundation

/// A program that shows a long text screen by screen.
public struct Pager: Sendable {
  /// Its command, for a shell.
  public let command: String

  /// The pager that `PAGER` names, else `less -R`; nil if that is set and empty, or names `cat`.
  public init?(environment: [String: String]) {
    let command = environment["PAGER"] ?? "less -R"
    if ["", "cat"].contains(command.trimmingCharacters(in: .whitespaces)) { return nil }
    self.command = command
  }

  /// Whether it knows what links are in a text for a terminal.
  public var knowsLinks: Bool { command.contains("less") }

  /// Shows a text, until the reader leaves.
  ///
  /// - Returns: whether there is such a program.
  public func show(_ text: String) throws -> Bool {
    let file = try UnnamedFile()
    try file.write(text)
    // `less` otherwise shows the codes of colors in place of the colors.
    let colors = ["LESS": "R", "LV": "-c"].filter { ProcessInfo.processInfo.environment[$0.key] == nil }
    let process = try Subprocess.start(
      "/bin/sh", ["-c", command], environment: colors, input: file.descriptor, output: STDOUT_FILENO)
    // Ctrl-C belongs to the pager.
    let interrupt = signal(SIGINT, SIG_IGN)
    let quit = signal(SIGQUIT, SIG_IGN)
    defer {
      signal(SIGINT, interrupt)
      signal(SIGQUIT, quit)
    }
    let ending = try Subprocess.wait(for: process)
    // The shell's answer for a program that is not there, or is none.
    return ending != .exited(127) && ending != .exited(126)
  }
}

extension UnnamedFile {
  /// Fills the file, to be read from its beginning.
  fileprivate func write(_ text: String) throws {
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Foundation.write(descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw CourseError("cannot write a temporary file: \(String(cString: strerror(errno)))")
      }
      written += count
    }
    lseek(descriptor, 0, SEEK_SET)
  }
}
