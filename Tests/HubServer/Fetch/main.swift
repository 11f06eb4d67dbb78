import Foundation
import Hub

// Fetches files of a repository in a process of its own, which tests can kill, limit and measure.
//
// Usage: FetchFromHub [--file-limit BYTES] ORGANIZATION/NAME[@REVISION] FILE…
// The environment says where hub and cache are, as for all programs. Prints the directory, then by how many KiB the
// memory of the process grew at its peak.

var arguments = Array(CommandLine.arguments.dropFirst())
if arguments.first == "--file-limit", arguments.count > 1, let limit = UInt64(arguments[1]) {
  // A file that grows beyond it is refused as on a full disk. Without the second line the signal would end the program.
  var value = rlimit(rlim_cur: rlim_t(limit), rlim_max: rlim_t(limit))
  #if canImport(Darwin)
    setrlimit(RLIMIT_FSIZE, &value)
  #else
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &value)
  #endif
  signal(SIGXFSZ, SIG_IGN)
  arguments.removeFirst(2)
}
// The runner of the tests starts programs with some signals ignored, and its threads keep others from them.
var noSignals = sigset_t()
sigemptyset(&noSignals)
sigprocmask(SIG_SETMASK, &noSignals, nil)
for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
guard let name = arguments.first else {
  FileHandle.standardError.write(Data("usage: FetchFromHub [--file-limit BYTES] NAME FILE...\n".utf8))
  exit(64)
}

/// The largest memory so far, in KiB.
func peak() -> Int {
  #if canImport(Darwin)
    var usage = rusage()
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss / 1024
  #else
    // Not `getrusage`: its maximum counts the program that started this one.
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
  #endif
}

do {
  let hub = Hub(try .ofThisProcess())
  let before = peak()
  let files = Array(arguments.dropFirst())
  let directory = try hub.snapshot(of: RepositoryName(name), files: files.isEmpty ? .model : .named(files)) { event in
    if case .hint(let text) = event { FileHandle.standardError.write(Data((text + "\n").utf8)) }
  }
  FileHandle.standardOutput.write(Data("\(directory)\n\(peak() - before)\n".utf8))
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(1)
}
