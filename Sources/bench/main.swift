import ArgumentParser
import Foundation
import Notebook

/// How fast everything is, alone or beside other implementations on the same machine.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures the speed and memory of the engine and of published models.",
    subcommands: [Engine.self, Pretrained.self, ReadWeights.self, Tokenize.self],
    defaultSubcommand: Engine.self)
}

/// How fast the engine's operations and models in training are.
struct Engine: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures the engine's speed and memory, alone or beside PyTorch (done if no command is named).",
    discussion: """
      Each workload runs in a fresh process; with --torch, PyTorch does the same work in turn with the engine. Times are \
      medians of one run, ratios are ours over PyTorch's: below 1 the engine is faster, or takes less memory.
      """)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("A Python that has PyTorch, to measure the same work there.", valueName: "python"))
  var torch: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Threads of both; all cores if not given.", valueName: "n"))
  var threads: Int?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Only workloads whose name contains this; may be given several times.", valueName: "name"))
  var only: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Samples that each median is of; as many as fit into some seconds if not given.", valueName: "n")
  )
  var samples: Int?

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Option(help: ArgumentHelp("Do this workload on orders from standard input.", visibility: .hidden))
  var worker: String?

  func validate() throws {
    if let threads { try CommonOptions.check(threads, of: "--threads <n>", in: CommonOptions.threadRange) }
    if let samples { try CommonOptions.check(samples, of: "--samples <n>", in: 1...1024) }
    if torch == "" { throw ValidationError("Missing value for '--torch <python>'") }
    if only.contains("") { throw ValidationError("Missing value for '--only <name>'") }
  }

  func run() throws {
    let threads = self.threads ?? ProcessInfo.processInfo.activeProcessorCount
    if let worker {
      guard let workload = Workload.all.first(where: { $0.name == worker }) else {
        throw BenchError(description: "there is no workload '\(worker)'")
      }
      return try Worker.serve(workload, threads: threads)
    }
    let workloads = Workload.all.filter { workload in only.isEmpty || only.contains { workload.name.contains($0) } }
    if workloads.isEmpty {
      let names = Workload.all.map(\.name).joined(separator: ", ")
      throw BenchError(description: "no workload's name contains \(only.joined(separator: " or ")); there are \(names)")
    }
    let timer = Timer(threads: threads, python: torch, samples: samples)
    let isTerminal = isatty(STDERR_FILENO) == 1
    let comparisons = try workloads.enumerated().map { index, workload in
      if isTerminal { Self.status("\(index + 1)/\(workloads.count) \(workload.name)") }
      return try timer.measure(workload)
    }
    if isTerminal { Self.status("") }
    StandardStreams.write((json ? try Report.json(comparisons, threads: threads) : Report.table(comparisons)) + "\n")
  }

  /// Shows on the terminal what is going on, in place of what was shown before.
  private static func status(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(text)".utf8))
  }
}

StandardStreams.reserve()
// A subject that ends early is reported by what it answered, not by the signal of a broken pipe.
signal(SIGPIPE, SIG_IGN)
do {
  var command = try Bench.parseAsRoot()
  try command.run()
} catch {
  let status = Bench.exitCode(for: error)
  if status.isSuccess {
    StandardStreams.write(Bench.fullMessage(for: error) + "\n")
  } else {
    let message = (error as? BenchError)?.description ?? Bench.message(for: error)
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    let advice = status == .validationFailure ? " (bench --help lists the options)" : ""
    LiveLine.hint("bench: \(line)\(advice)")
  }
  exit(status.rawValue)
}
