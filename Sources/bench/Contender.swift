import Foundation

/// What stops a benchmark, in one line.
struct BenchError: Error, CustomStringConvertible {
  let description: String
}

/// A process that does a workload when told to: this program or a Python.
final class Contender {
  private let title: String
  private let process = Process()
  private let orders = Pipe()
  private let answers = Pipe()
  private var unread = Data()

  private init(title: String, executable: String, arguments: [String]) throws {
    self.title = title
    // A URL takes "~" at the beginning of a path for somebody's home.
    process.executableURL = URL(filePath: executable.hasPrefix("~") ? "./\(executable)" : executable)
    process.arguments = arguments
    process.standardInput = orders
    process.standardOutput = answers
    do {
      try process.run()
    } catch {
      throw BenchError(description: "\(title): \(executable) cannot be run: \(error.localizedDescription)")
    }
    guard try nextLine() == "ready" else { throw BenchError(description: "\(title): an unexpected answer") }
  }

  /// The engine.
  static func engine(_ workload: Workload, threads: Int) throws -> Contender {
    guard let program = Bundle.main.executablePath else { throw BenchError(description: "this program has no path") }
    return try Contender(
      title: workload.name, executable: program, arguments: ["--worker", workload.name, "--threads", "\(threads)"])
  }

  /// PyTorch in the given Python.
  static func torch(_ workload: Workload, threads: Int, python: String) throws -> Contender {
    let script = String(decoding: PackageResources.torch_worker_py, as: UTF8.self)
    return try Contender(
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
    process.waitUntilExit()
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
        process.waitUntilExit()
        throw BenchError(description: "\(title): the process ended with exit code \(process.terminationStatus)")
      }
      unread += more
    }
  }
}
