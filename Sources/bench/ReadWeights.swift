import ArgumentParser
import Dispatch
import Foundation
import Notebook
import Support
import Tensors

/// How long the weights of a model take to come from memory: no token of a decoder can be faster.
struct ReadWeights: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read-weights",
    abstract: "Measures how long reading a model's weight files takes, once they are in memory (make compare does).",
    discussion: """
      Sums the mapped .safetensors files of a directory. With --serve it takes orders from standard input, one a line: \
      'read N' reads them N times and answers with the seconds it took.
      """)

  @Argument(help: "The model's directory.")
  var directory: String

  @Option(parsing: .unconditional, help: ArgumentHelp("Threads; all cores if not given.", valueName: "n"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "Take orders from standard input.")
  var serve = false

  func validate() throws {
    if directory.isEmpty { throw ValidationError("Missing expected argument '<directory>'") }
    try CommonOptions.check(threads, of: "--threads <n>", in: CommonOptions.threadRange)
  }

  func run() throws {
    guard let all = FileSystem.names(in: directory) else {
      throw BenchError(description: "\(directory): there is no such directory, or it cannot be read")
    }
    let names = all.filter { $0.hasSuffix(".safetensors") }
    if names.isEmpty { throw BenchError(description: "\(directory): there is no .safetensors file") }
    let files = try names.map { try MappedFile(path: FileSystem.join(directory, $0)) }
    let bytes = files.reduce(0) { $0 + $1.bytes.count }
    if serve { return try Worker.serve { _ in read(files) } }
    read(files)  // into memory
    let start = ContinuousClock.now
    read(files)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    StandardStreams.write("\(bytes) bytes in \(seconds) s\n")
  }

  /// Every byte once, each thread a part of each file.
  private func read(_ files: [MappedFile]) {
    for file in files {
      let lines = file.bytes.count / 128
      DispatchQueue.concurrentPerform(iterations: threads) { part in
        Self.sink(Self.sum(file.bytes, lines * part / threads..<lines * (part + 1) / threads))
      }
    }
  }

  /// The sum of lines of 128 bytes.
  private static func sum(_ bytes: UnsafeRawBufferPointer, _ lines: Range<Int>) -> UInt64 {
    var (even, odd) = (SIMD8<UInt64>.zero, SIMD8<UInt64>.zero)
    guard let base = bytes.baseAddress else { return 0 }
    for line in lines {
      even &+= base.loadUnaligned(fromByteOffset: line &* 128, as: SIMD8<UInt64>.self)
      odd &+= base.loadUnaligned(fromByteOffset: line &* 128 &+ 64, as: SIMD8<UInt64>.self)
    }
    return (even &+ odd).wrappedSum()
  }

  /// So that the compiler cannot leave the sum out.
  @inline(never) @_optimize(none)
  private static func sink(_ value: UInt64) {}
}
