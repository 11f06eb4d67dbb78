import CourseKit
import Foundation

/// What stops a benchmark, in one line.
struct BenchError: Error, CustomStringConvertible {
  let description: String
}

/// A process that does a workload when told to: this program or a Python.
final class Subject {
  private let title: String
  private let process: pid_t
  private let orders = Pipe()
  private let answers = Pipe()
  private var unread = Data()

  private init(title: String, executable: String, arguments: [String]) throws {
    self.title = title
    // Processes that are started later must not hold these ends open.
    for pipe in [orders, answers] {
      for end in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
        _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
      }
    }
    do {
      process = try Subprocess.start(
        executable, arguments, input: orders.fileHandleForReading.fileDescriptor,
        output: answers.fileHandleForWriting.fileDescriptor)
    } catch {
      throw BenchError(description: "\(title): \(error)")
    }
    // The process has its own; without ours, the end of either side is the end of the pipe.
    try? orders.fileHandleForReading.close()
    try? answers.fileHandleForWriting.close()
    guard try nextLine() == "ready" else { throw BenchError(description: "\(title): an unexpected answer") }
  }

  /// The engine.
  static func engine(_ workload: Workload, threads: Int) throws -> Subject {
    guard let program = Bundle.main.executablePath else { throw BenchError(description: "this program has no path") }
    return try Subject(
      title: workload.name, executable: program, arguments: ["--worker", workload.name, "--threads", "\(threads)"])
  }

  /// PyTorch in the given Python.
  static func torch(_ workload: Workload, threads: Int, python: String) throws -> Subject {
    let script = String(decoding: PackageResources.torch_worker_py, as: UTF8.self)
    return try Subject(
      title: "--torch", executable: python,
      arguments: ["-c", script, "\(threads)", workload.kind] + workload.sizes.map(String.init))
  }

  /// Seconds for a number of runs.
  func run(_ count: Int) throws -> Double {
    try order("run \(count)")
    guard let seconds = Double(try nextLine()) else { throw BenchError(description: "\(title): an unexpected answer") }
    return seconds
  }

  /// The most memory that the process ever had, in bytes.
  func peakBytes() throws -> Int {
    try order("memory")
    guard let bytes = Int(try nextLine()) else { throw BenchError(description: "\(title): an unexpected answer") }
    return bytes
  }

  /// Lets the process end.
  func finish() {
    try? orders.fileHandleForWriting.close()
    _ = try? Subprocess.wait(for: process)
  }

  private func order(_ line: String) throws {
    do {
      try orders.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    } catch {
      throw BenchError(description: "\(title): the process has ended")
    }
  }

  private func nextLine() throws -> String {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: unread[..<end], as: UTF8.self)
        unread = Data(unread[(end + 1)...])
        if line.hasPrefix("error: ") { throw BenchError(description: "\(title): \(line.dropFirst(7))") }
        return line
      }
      let more = answers.fileHandleForReading.availableData
      if more.isEmpty {
        throw BenchError(description: "\(title): the process \(try Subprocess.wait(for: process))")
      }
      unread += more
    }
  }
}
