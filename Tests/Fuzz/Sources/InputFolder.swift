import Foundation

/// The folder that readers of whole directories find an input's files in.
let folder = InputFolder()

/// Where the checkpoints are that inputs are put into.
let fixtures = ProcessInfo.processInfo.environment["FUZZ_FIXTURES"] ?? "Tests/Fixtures"

/// A folder in memory where the system has such, which holds the files of one input at a time.
final class InputFolder: @unchecked Sendable {
  // libFuzzer reads one input at a time, on one thread.
  private let path: String
  private var present: Set<String> = []

  init() {
    let parent = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    // The name is the same in every process, so that a message of the same error has the same length. The processes that
    // run at a time have homes of their own.
    path = ProcessInfo.processInfo.environment["FUZZ_FOLDER"] ?? "\(parent)/fuzz-\(getpid())"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(atPath: folder.path("")) }
  }

  /// The path of a file in the folder.
  func path(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file, in place of what has its name.
  func write(_ bytes: [UInt8], to name: String) {
    unlink(path(name))
    guard let file = fopen(path(name), "w") else { preconditionFailure("\(path(name)) cannot be written") }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
    present.insert(name)
  }

  /// Makes a file of another folder appear in this one.
  func link(_ directory: String, _ name: String) {
    unlink(path(name))
    symlink("\(directory)/\(name)", path(name))
    present.insert(name)
  }

  /// Removes all that was written and linked.
  func clear() {
    for name in present { unlink(path(name)) }
    present = []
  }
}

/// The files that one input stands for.
///
/// A line `@@ NAME` begins a file that ends in front of the next such line: libFuzzer then changes several files at once
/// and carries parts from one into another. What stands before the first such line is no file.
struct InputFiles {
  private(set) var files: [(name: String, bytes: [UInt8])] = []

  init(_ bytes: [UInt8]) {
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if line.starts(with: "@@ ".utf8) {
        files.append((String(decoding: line.dropFirst(3), as: UTF8.self), []))
      } else if !files.isEmpty {
        files[files.count - 1].bytes += line + [UInt8(ascii: "\n")]
      }
    }
  }

  /// The bytes of the last file of this name.
  subscript(name: String) -> [UInt8]? { files.last { $0.name == name }?.bytes }

  /// Writes those that have one of these names into the folder.
  func write(_ names: Set<String>) {
    for (name, bytes) in files where names.contains(name) { folder.write(bytes, to: name) }
  }
}
