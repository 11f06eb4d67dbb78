import Foundation
import Notebook
import Tensors

/// This program as the one that does the work: it takes its orders on standard input, like `torch_worker.py`.
///
/// Each workload runs in a process of its own, so that its peak of memory means something.
enum Worker {
  static func serve(_ workload: Workload, threads: Int) throws {
    Threads.count = threads
    manualSeed(0)
    let work = try workload.prepare()
    try serve { _ in try work() }
  }

  /// Does a piece of work for each order.
  ///
  /// - Parameter work: takes the order's first word: `run`, or another one.
  static func serve(_ work: (_ order: Substring) throws -> Void) throws {
    answer("ready")
    while let line = readLine() {
      let words = line.split(separator: " ")
      if words.count == 2 {
        guard let count = Int(words[1]), count >= 0 else {
          throw BenchError(description: "the order '\(line)' names no number of times")
        }
        let start = ContinuousClock.now
        for _ in 0..<count { try work(words[0]) }
        answer("\((ContinuousClock.now - start) / .seconds(1))")
      } else {
        answer("\(peakBytes())")
      }
    }
  }

  private static func answer(_ line: String) { StandardStreams.write(line + "\n") }

  /// The most memory that this process ever had at once.
  static func peakBytes() -> Int {
    // Not `getrusage` on Linux, whose peak outlives `exec`: it may be that of the process that started this one.
    if let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) {
      for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
        if let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) {
          return kilobytes * 1024
        }
      }
    }
    #if canImport(Darwin)
      var usage = rusage()
      return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0
    #else
      return 0
    #endif
  }
}
